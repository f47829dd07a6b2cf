import { Button } from 'antd';
import { useState } from 'react';
import { formatFen } from '#shared/money/fen.ts';
import { confirmationGap } from '#shared/operation/confirmation.ts';
import { useTexts } from '../app/i18n.ts';
import { useKeyTrouble } from '../app/stores/session.ts';
import { forReturn } from '#shared/operation/on-return-terms.ts';
import { useSync } from '../app/stores/sync.ts';
import type { StepPanelProps } from '../flow/step-panel.ts';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { callOn } from './call-on.ts';
import { confirmable } from './confirmation-view.ts';
import { useControl } from './control.ts';
import { lastReviewOf, operationOnScreen } from './operation-choice.ts';
import { keysFor, sendAgain, useOrders } from './orders.ts';
import { OutcomeList } from './outcome-list.tsx';
import { ApprovedBy } from './approved-by.tsx';
import { OfflineOrder } from './offline-order.tsx';
import { StoppedKind, useStopped } from './stopped-kind.tsx';
import { takenOverUnsigned } from './submit-view.ts';
import { TakenOver } from './taken-over.tsx';
import { Voided } from './voided.tsx';
import { confirmTexts } from './confirm-texts.ts';
import { controlTexts } from './control-texts.ts';
import { executeTexts } from './execute-texts.ts';
import './operation.css';

/** 办理: one button without a key, then each line as it truly stands with the bank until the customer has heard it. */
export function ExecutePanel(props: StepPanelProps) {
  const t = useTexts(executeTexts);
  const control = useControl();
  const operation = operationOnScreen(props.view.state, props.definition.operationKind);
  // OF2: signed for at this screen, it is ordered for the return of the line; what came back says why until it is submitted anew.
  const offline = operation === null || operation.execution !== null ? null : forReturn(props.view.state, operation);
  const shown = operation === null || operation.execution !== null || operation.continues === null ? operation : (props.view.state.operations[operation.continues] ?? operation);
  return (
    <section className="op-panel" data-testid="execute" aria-label={t('execute')}>
      {shown?.execution != null ? <OutcomeList {...props} operation={shown} spokenAbove /> : operation === null || control === null ? null : offline !== null ? <OfflineOrder {...props} one={offline} /> : <Order {...props} operationId={operation.id} />}
    </section>
  );
}

function Order({ operationId, ...all }: StepPanelProps & { operationId: string }) {
  const { view, newId, command, readOnly, callId: onCase } = all;
  const t = useTexts(executeTexts);
  const confirmSay = useTexts(confirmTexts);
  const controlSay = useTexts(controlTexts);
  const control = useControl()!;
  const offline = useSync(({ sync }) => sync !== null && sync.connection !== 'online');
  const trouble = useKeyTrouble();
  const stopped = useStopped(view.state.operations[operationId]!.kind);
  // By digest: an order that made the approval void, because a fact had changed, is none of the figures approved after it.
  const [pressedFor, setPressedFor] = useState<string | null>(null);
  const sent = useOrders(({ byOperation }) => byOperation[operationId] ?? null);
  const operation = view.state.operations[operationId]!;
  const approved = confirmable(view.state, operation);
  const callId = callOn({ view, callId: onCase });
  const pressed = approved !== null && pressedFor === approved.digest;
  const mark = sent === null || sent.digest !== approved?.digest ? undefined : view.marks.find((one) => one.command === sent.commandId);
  const refused = mark?.look === 'refused' ? mark.refusal : null;
  const ready = approved !== null && callId !== null && confirmationGap(operation, control.kinds[operation.kind]) === null;
  const order = async (again: boolean): Promise<void> => {
    if (approved === null || callId === null || (pressed && !again)) return;
    setPressedFor(approved.digest);
    const keys = (again ? sendAgain(operationId, newId) : null) ?? keysFor(operationId, approved.digest, approved.payload.lines.map((line) => line.lineId), newId);
    const reply = await command('order execution', { operationId, executionId: keys.executionId, digest: keys.digest, callId, keys: keys.keys }, { id: keys.commandId });
    if (!reply.ok) setPressedFor(null);
  };
  if (approved === null) {
    const unsigned = takenOverUnsigned(operation, lastReviewOf(view.state, operationId));
    if (unsigned !== null) return <TakenOver {...all} operation={operation} />;
    return (
      <div className="stack">
        <div className="notice notice-red" role="alert" data-testid="no-approval"><span className="notice-shape" aria-hidden="true">✕</span><strong>{confirmSay('noApproval')}</strong></div>
        <Voided operation={operation} />
      </div>
    );
  }
  const barred = stopped !== null || trouble !== null;
  const waiting = pressed || (mark !== undefined && refused === null);
  return (
    <div className="stack">
      <StoppedKind kind={operation.kind} />
      {trouble === null ? null : <RefusalNotice refusal={trouble} testId="execute-no-key" />}
      <ApprovedBy by={operation.approval?.by ?? []} breakGlass={operation.approval?.breakGlass === true} />
      {refused === null ? null : (
        <>
          <RefusalNotice refusal={refused} testId="order-refused" />
          <div className="row"><span>{t('orderRefused')}</span><Button danger disabled={!ready || barred} onClick={() => void order(true)} data-testid="order-again">{t('orderAgain')}</Button></div>
        </>
      )}
      {waiting && refused === null ? (
        <div className={`notice ${offline ? 'notice-red' : 'notice-amber'}`} role="status" data-testid="ordered">
          <span className="notice-shape" aria-hidden="true">{offline ? '✕' : '◔'}</span>
          <div className="notice-words"><strong>{t(offline ? 'orderedOffline' : 'ordered')}</strong>{offline ? null : <p className="op-say">{t('say-under-way')}</p>}</div>
        </div>
      ) : null}
      {refused === null ? (
        <>
          <p className="op-say">{t('executeSay')}</p>
          <div className="op-execute">
            <Button
              type="primary" size="large" disabled={readOnly || !ready || waiting || barred} onClick={() => void order(false)} data-testid="order-execution"
              onKeyDown={(event) => event.preventDefault()}
            >{t('executeButton', { n: approved.payload.lines.length, total: formatFen(approved.payload.totalDueFen) })}</Button>
            <span className="tone-muted small">{stopped !== null ? controlSay('stoppedBlocked') : ready ? t('executeHint') : callId === null ? confirmSay('noCall') : t('executeNotReady')}</span>
          </div>
        </>
      ) : null}
    </div>
  );
}
