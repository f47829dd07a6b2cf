import { Button } from 'antd';
import { useState } from 'react';
import { confirmationGap } from '#shared/operation/confirmation.ts';
import type { OnReturnState } from '#shared/operation/on-return-schema.ts';
import { useTexts } from '../app/i18n.ts';
import { localMoment } from '../app/local-time.ts';
import { useKeyTrouble } from '../app/stores/session.ts';
import type { StepPanelProps } from '../flow/step-panel.ts';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { callOn } from './call-on.ts';
import { useControl } from './control.ts';
import { useCoSignerName } from './offline-mark.tsx';
import { OfflineOrdered } from './offline-ordered.tsx';
import { OfflineReturned } from './offline-returned.tsx';
import { useLineDown } from './offline-view.ts';
import { offlineTexts } from './offline-texts.ts';
import { keysFor } from './orders.ts';
import { confirmTexts } from './confirm-texts.ts';

/** 下达: execute on return, not after T. One press without a key; afterwards it waits, and says that it is not in force. */
export function OfflineOrder({ one, ...props }: StepPanelProps & { one: OnReturnState }) {
  const { view, command, newId, readOnly, now } = props;
  const t = useTexts(offlineTexts);
  const words = useTexts(confirmTexts);
  const control = useControl();
  const down = useLineDown();
  const trouble = useKeyTrouble();
  const name = useCoSignerName();
  const [pressed, setPressed] = useState(false);
  const operation = view.state.operations[one.operationId]!;
  const refused = view.marks.findLast((mark) => mark.kind === 'order on return' && mark.look === 'refused')?.refusal ?? null;
  if (one.status === 'returned') return <OfflineReturned one={one} operation={operation} />;
  if (one.status === 'ordered') return <OfflineOrdered one={one} />;
  const callId = callOn(props);
  const ready = control !== null && callId !== null && confirmationGap(operation, control.kinds[operation.kind]) === null;
  const order = async (): Promise<void> => {
    if (pressed || callId === null) return;
    setPressed(true);
    const keys = keysFor(one.operationId, one.digest, operation.payload!.lines.map((line) => line.lineId), newId);
    const reply = await command('order on return', { operationId: one.operationId, coSignId: one.coSignId, executionId: keys.executionId, digest: one.digest, callId, keys: keys.keys }, { id: keys.commandId });
    if (!reply.ok) setPressed(false);
  };
  return (
    <div className="stack" data-testid="offline-order">
      <div className="notice notice-amber" role="status">
        <span className="notice-shape" aria-hidden="true">▲</span>
        <div className="notice-words"><strong>{t('what')}</strong><p>{one.coSign === null ? '' : t('coSigned', { name: name(one.coSign.by) })}</p></div>
      </div>
      {refused === null ? null : <><RefusalNotice refusal={refused} testId="offline-order-refused" /><p className="tone-red">{t('orderRefused')}</p></>}
      {trouble === null ? null : <RefusalNotice refusal={trouble} testId="offline-no-key" />}
      {down ? (
        <div className="op-execute">
          <Button type="primary" size="large" disabled={readOnly || !ready || pressed || trouble !== null} onClick={() => void order()} onKeyDown={(event) => event.preventDefault()} data-testid="order-on-return">
            {t('order', { at: localMoment(one.notAfter, now()) })}
          </Button>
          <span className="tone-muted small">{callId === null ? words('noCall') : t(ready ? 'orderHint' : 'orderNotReady')}</span>
        </div>
      ) : <p className="tone-amber" role="status" data-testid="offline-line-back">▲ {t('lineBack')}</p>}
    </div>
  );
}
