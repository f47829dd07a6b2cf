import { Button } from 'antd';
import { useRef, useState } from 'react';
import { useTexts } from '../app/i18n.ts';
import type { StepPanelProps } from '../flow/step-panel.ts';
import { DigitsInput } from '../ui/digits-input.tsx';
import { FenInput } from '../ui/fen-input.tsx';
import { ConfirmFrame, type Confirmable } from './confirm-frame.tsx';
import { useControl } from './control.ts';
import { emptyProof, eyeItems, heartItems, nextItem, proofMissLeadsTo, readProof } from './confirmation-view.ts';
import { enterMovesOn } from './keys.ts';
import { confirmTexts } from './confirm-texts.ts';
import { worksheetTexts } from './worksheet-texts.ts';

/** 手到: amount, number and last four typed once more. What is wrong is not told; the fields are emptied. */
export function TypeInPanel(props: StepPanelProps) {
  const t = useTexts(confirmTexts);
  return (
    <ConfirmFrame props={props} testId="type-in" title={t('typeIn')}>
      {(on) => <TypeIn {...props} on={on} />}
    </ConfirmFrame>
  );
}

function TypeIn({ on, command, readOnly }: StepPanelProps & { on: Confirmable }) {
  const t = useTexts(confirmTexts);
  const worksheetSay = useTexts(worksheetTexts);
  const control = useControl();
  const [proof, setProof] = useState(emptyProof);
  const [unreadable, setUnreadable] = useState(false);
  const busy = useRef(false);
  const form = useRef<HTMLFormElement>(null);
  const { operation, payload, callId } = on;
  const confirmation = operation.confirmation?.digest === operation.digest && operation.confirmation.callId === callId ? operation.confirmation : null;
  const waits = nextItem(eyeItems(operation, payload, callId)) >= 0 ? 'eyeFirst' : control !== null && nextItem(heartItems(operation, control, callId)) >= 0 ? 'heartFirst' : null;
  const missed = proofMissLeadsTo(confirmation?.failedProofs ?? 0);
  const disabled = readOnly || callId === null || waits !== null;
  const check = async (): Promise<void> => {
    const typed = readProof(proof);
    setUnreadable(typed === null);
    if (typed === null || disabled || busy.current) return;
    busy.current = true;
    await command('type in proof', { operationId: operation.id, callId, ...typed });
    setProof(emptyProof);
    busy.current = false;
  };
  if (confirmation?.proofAt != null) return <p className="op-done" data-testid="proof-ok">✓ {t('proofOk')}</p>;
  return (
    <form
      ref={form} className="stack" autoComplete="off" onKeyDown={(event) => enterMovesOn(form.current, event, () => void check())}
      onSubmit={(event) => {
        event.preventDefault();
        void check();
      }}
    >
      {waits === null ? null : <p className="tone-amber" role="status">▲ {t(waits)}</p>}
      {missed === null ? null : (
        <div className="notice notice-red" role="alert" data-testid={`proof-${missed}`}><span className="notice-shape" aria-hidden="true">✕</span><strong>{t(`proof-${missed}`)}</strong></div>
      )}
      {unreadable ? <p className="tone-amber" role="alert">▲ {t('proofUnreadable')}</p> : null}
      <p className="tone-muted">{t('typeInHint')}</p>
      <div className="op-proof">
        <label className="stack-tight"><span>{t('typeAmount')}</span>
          <FenInput proof big value={proof.fen} onChange={(fen) => setProof({ ...proof, fen })} label={t('typeAmount')} disabled={disabled} testId="proof-amount" />
        </label>
        <label className="stack-tight"><span>{t('typeLines')}</span>
          <DigitsInput proof value={proof.lines} length={3} onChange={(lines) => setProof({ ...proof, lines })} label={t('typeLines')} disabled={disabled} testId="proof-lines" />
        </label>
        <label className="stack-tight"><span>{worksheetSay('typeLastFour')}</span>
          <DigitsInput proof value={proof.lastFour} length={4} onChange={(lastFour) => setProof({ ...proof, lastFour })} label={worksheetSay('typeLastFour')} disabled={disabled} testId="proof-last-four" />
        </label>
        <Button type="primary" htmlType="submit" size="large" disabled={disabled} data-testid="proof-check">{t('check')}</Button>
      </div>
    </form>
  );
}
