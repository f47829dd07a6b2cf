import { Button, Input } from 'antd';
import { useTexts } from '../app/i18n.ts';
import { useKept } from '../app/kept.ts';
import { sendCommand } from '../app/send.ts';
import type { TypedCase } from '../app/stores/cases.ts';
import { newId } from '../call/start-run.ts';
import { callerTexts } from './texts.ts';

/** A word for the colleague who spoke with the customer before, or praise for them: a work order that reaches them after the call. */
export function LeaveMessage({ view, to, onDone }: { view: TypedCase; to: string; onDone: () => void }) {
  const t = useTexts(callerTexts);
  const [text, setText, forget] = useKept(view.caseId, 'message');
  const send = async (kind: 'question' | 'praise'): Promise<void> => {
    const reply = await sendCommand(view.caseId, 'open work order', { workOrderId: newId(), kind, urgency: 'ordinary', text: `${to}: ${text.trim() || t('praise')}` });
    if (!reply.ok) return;
    forget();
    onDone();
  };
  return (
    <div className="stack-tight" data-testid="leave-message">
      <Input.TextArea rows={2} value={text} onChange={(event) => setText(event.target.value)} placeholder={t('message.placeholder')} aria-label={t('leave', { name: to })} maxLength={500} />
      <div className="row"><Button size="small" disabled={text.trim() === ''} onClick={() => void send('question')}>{t('message.send')}</Button><Button size="small" onClick={() => void send('praise')}>{t('praise')}</Button><Button size="small" type="text" onClick={onDone}>{t('find.close')}</Button></div>
    </div>
  );
}
