import { Button } from 'antd';
import { create } from 'zustand';
import { useTexts } from './i18n.ts';
import { appTexts } from './texts.ts';

export const useKeysHelp = create<{ open: boolean }>(() => ({ open: false }));

const rows = [
  ['Enter', 'keys.enter'], ['Ctrl+Enter', 'keys.next'], ['Alt+←', 'keys.back'], ['F1', 'keys.help'], ['F2', 'keys.intent'], ['F3', 'keys.knowledge'], ['F4', 'keys.history'],
  ['F6', 'keys.hold'], ['F7', 'keys.note'], ['F8', 'keys.stop'], ['F8-2', 'keys.warmTransfer'], ['F9', 'keys.callback'], ['F10', 'keys.mentor'], ['F11', 'keys.logCall'], ['F12', 'keys.escalate'], ['Ctrl+Shift+S', 'keys.strip'], ['Ctrl+Shift+H', 'keys.hide'], ['Ctrl+L', 'keys.lock'], ['Alt+1…5', 'keys.views'],
] as const;

/** F1. Not modal: the call goes on beside it. */
export function KeysHelp() {
  const t = useTexts(appTexts);
  const open = useKeysHelp((held) => held.open);
  if (!open) return null;
  return (
    <section className="keys-help" role="region" aria-label={t('keys.title')} data-testid="keys-help">
      <h2>{t('keys.title')}</h2>
      <dl>{rows.map(([key, words]) => <div key={key} style={{ display: 'contents' }}><dt><kbd className="hotkey" style={{ margin: 0 }}>{key}</kbd></dt><dd>{t(words)}</dd></div>)}</dl>
      <p className="small tone-muted">{t('keys.noExecute')}</p>
      <Button size="small" style={{ marginTop: 8 }} onClick={() => useKeysHelp.setState({ open: false })}>{t('keys.close')}</Button>
    </section>
  );
}
