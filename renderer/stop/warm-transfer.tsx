import { Button } from 'antd';
import { useEffect, useRef } from 'react';
import { create } from 'zustand';
import { useTexts } from '../app/i18n.ts';
import { timer } from '../app/local-time.ts';
import { nowAt, useNow } from '../app/stores/clock.ts';
import { useRules } from '../app/stores/rules.ts';
import { callTexts } from '../call/texts.ts';
import { Hotkey } from '../ui/hotkey.tsx';

/** Since when the agent is putting the customer through to self-service; null while not. The phone set does it: no line to the centre is needed. */
export const useWarmTransfer = create<{ since: string | null }>(() => ({ since: null }));
export const startWarmTransfer = (): void => useWarmTransfer.setState(({ since }) => ({ since: since ?? nowAt() }));
export const endWarmTransfer = (): void => useWarmTransfer.setState({ since: null });

const WITHIN_MS = 3_000;

/** F8-2, from anywhere: F8, and 2 within three seconds. */
export function useWarmTransferKey(): void {
  const pressed = useRef(0);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.isComposing || event.repeat) return;
      if (event.key === 'F8') pressed.current = event.timeStamp;
      else if (event.key === '2' && pressed.current > 0 && event.timeStamp - pressed.current < WITHIN_MS && !event.ctrlKey && !event.altKey) {
        // It is the second half of a key, not a digit for the field that F8 brought up.
        event.preventDefault();
        pressed.current = 0;
        startWarmTransfer();
      } else pressed.current = 0;
    };
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, []);
}

/** 陪转自助挂失: what to press on the phone set, and for how long it has been going on. */
export function WarmTransfer() {
  const t = useTexts(callTexts);
  const site = useRules(({ rules }) => rules?.site ?? null);
  const since = useWarmTransfer((held) => held.since);
  const now = useNow();
  if (since === null) return <Button size="small" danger onClick={startWarmTransfer} style={{ alignSelf: 'flex-start' }} data-testid="warm-transfer">☎ {t('warm.do')}<Hotkey keys="F8-2" /></Button>;
  return (
    <div className="notice notice-amber" role="status" data-testid="warm-transfer-on">
      <span className="notice-shape" aria-hidden="true">☎</span>
      <div className="notice-words"><strong>{t('warm.since')} <span className="tabular">{timer(now - Date.parse(since))}</span></strong><p>{t('warm.how', { key: site?.ivrKey ?? '' })}</p></div>
      <Button size="small" onClick={endWarmTransfer} data-testid="warm-transfer-done">{t('warm.done')}</Button>
    </div>
  );
}
