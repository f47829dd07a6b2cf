import type { ReactNode } from 'react';
import { useTexts } from '../app/i18n.ts';
import type { StepPanelProps } from '../flow/step-panel.ts';
import { callOn } from './call-on.ts';
import { useNow } from '../app/stores/clock.ts';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { confirmable, hasLapsed } from './confirmation-view.ts';
import { lastReviewOf, operationOnScreen } from './operation-choice.ts';
import { ApprovedBy } from './approved-by.tsx';
import { OfflineConfirm } from './offline-confirm.tsx';
import { StoppedKind } from './stopped-kind.tsx';
import { takenOverUnsigned } from './submit-view.ts';
import { TakenOver } from './taken-over.tsx';
import { confirmTexts } from './confirm-texts.ts';
import { coSignedHere } from '#shared/operation/on-return-terms.ts';
import type { OperationPayload } from '#shared/operation/payload.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import './operation.css';

export type Confirmable = { operation: OperationState; payload: OperationPayload; digest: string; callId: string | null };

/** What 眼心手 share: figures that may be read aloud, and a call on which the customer says yes. */
export function ConfirmFrame({ props, testId, title, children }: { props: StepPanelProps; testId: string; title: string; children: (on: Confirmable) => ReactNode }) {
  const t = useTexts(confirmTexts);
  const operation = operationOnScreen(props.view.state, props.definition.operationKind);
  const approved = confirmable(props.view.state, operation);
  const callId = callOn(props);
  // TP9: it may run out in the middle of a sentence; from then on no figure is read aloud.
  useNow();
  return (
    <section className="op-panel" data-testid={testId} aria-label={title}>
      {operation === null ? null : <StoppedKind kind={operation.kind} />}
      {operation !== null && takenOverUnsigned(operation, lastReviewOf(props.view.state, operation.id)) !== null ? <TakenOver {...props} operation={operation} /> : operation === null || approved === null ? (
        operation?.execution == null ? (
          <div className="notice notice-red" role="alert" data-testid="no-approval">
            <span className="notice-shape" aria-hidden="true">✕</span>
            <strong>{operation?.voided?.reason === 'customer-disagrees' ? t('disagreed') : t('noApproval')}</strong>
          </div>
        ) : null
      ) : hasLapsed(operation, props.now()) ? <RefusalNotice refusal={{ code: 'tp9-expired' }} testId="approval-lapsed" /> : (
        <>
          {coSignedHere(props.view.state, operation) === null ? null : <OfflineConfirm />}
          <ApprovedBy by={operation.approval?.by ?? []} breakGlass={operation.approval?.breakGlass === true} />
          {callId === null && !props.readOnly ? (
            <div className="notice notice-amber" role="alert" data-testid="no-call"><span className="notice-shape" aria-hidden="true">▲</span><strong>{t('noCall')}</strong></div>
          ) : null}
          {children({ operation, payload: approved.payload, digest: approved.digest, callId })}
        </>
      )}
    </section>
  );
}
