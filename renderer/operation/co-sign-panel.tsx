import { Button } from 'antd';
import { useState } from 'react';
import { useTexts } from '../app/i18n.ts';
import { localMoment } from '../app/local-time.ts';
import { useKeyTrouble } from '../app/stores/session.ts';
import type { StepPanelProps } from '../flow/step-panel.ts';
import { Age } from '../ui/age.tsx';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { CoSignScreen } from './co-sign-screen.tsx';
import { useCoSignerName } from './offline-mark.tsx';
import { OfflineOrdered } from './offline-ordered.tsx';
import { OfflineReturned } from './offline-returned.tsx';
import { useLineDown, type OfflineView } from './offline-view.ts';
import { offlineTexts } from './offline-texts.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';

type Props = StepPanelProps & { offline: NonNullable<OfflineView>; operation: OperationState; blocked: boolean };

/** 离线会签 in the submit step: what it is, who signs at this screen, and how it stands; never that anything was done (OF2). */
export function CoSignPanel({ offline, operation, blocked, ...props }: Props) {
  const { view, command, newId, now, readOnly, lang } = props;
  const t = useTexts(offlineTexts);
  const down = useLineDown();
  const trouble = useKeyTrouble();
  const name = useCoSignerName();
  const [busy, setBusy] = useState(false);
  const [reviewing, setReviewing] = useState(false);
  const submit = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const reply = await command('submit for return', { operationId: operation.id, coSignId: newId(), nonce: newId() });
    setBusy(false);
    if (reply.ok) setReviewing(true);
  };
  if (offline.phase === 'released') return null;
  if (offline.phase === 'returned') return <OfflineReturned one={offline.one} operation={operation} />;
  if (offline.phase === 'ordered') return <OfflineOrdered one={offline.one} />;
  const begun = offline.phase === 'submitted' || offline.phase === 'co-signed';
  const notAfter = offline.phase === 'offer' ? offline.notAfter : offline.one.notAfter;
  return (
    <section className="op-offline" aria-label={t('title')} data-testid="co-sign" data-phase={offline.phase}>
      <header className="row-wrap">
        <h3>{t('title')}</h3>
        <span className="chip chip-amber tabular">{t(begun ? 'until' : 'wouldBe', { at: localMoment(notAfter, now()) })}</span>
        <span className="tone-muted small">{t('factsAge')} <Age at={operation.worksheet.factsReadAt} /></span>
      </header>
      <p><strong>▲ {t('what')}</strong></p>
      {offline.phase === 'closed' ? <div className="notice notice-amber" role="alert" data-testid="co-sign-closed"><span className="notice-shape" aria-hidden="true">▲</span><div className="notice-words"><strong>{t('closedTitle')}</strong><p>{t('closedTodo')}</p></div></div> : null}
      {offline.phase === 'co-signed' ? (
        <div className="notice notice-amber" role="status" data-testid="co-signed">
          <span className="notice-shape" aria-hidden="true">▲</span>
          <div className="notice-words"><strong>{t('coSigned', { name: offline.one.coSign === null ? '' : name(offline.one.coSign.by) })}</strong><p>{t('coSignedTodo')}</p></div>
        </div>
      ) : null}
      {offline.phase === 'submitted' ? (
        <div className="row-wrap">
          <span role="status">◔ {t('waitingReviewer')}</span>
          <Button type="primary" disabled={readOnly || !down} onClick={() => setReviewing(true)} data-testid="co-sign-open">{t('open')}</Button>
        </div>
      ) : null}
      {offline.phase === 'offer' || offline.phase === 'closed' ? (
        <>
          <p className="tone-muted small">{t('how')}</p>
          {offline.phase === 'offer' && offline.refusal !== null ? <RefusalNotice refusal={offline.refusal} testId="co-sign-not-allowed" /> : (
            <>
              <p className="op-say"><span className="tone-muted small">{t('tell')}</span> {t('sayStart')}</p>
              <div className="row-wrap">
                <Button disabled={readOnly || blocked || !down || trouble !== null} loading={busy} onClick={() => void submit()} data-testid="submit-for-return">{t('start')}</Button>
                <span className="tone-muted small">{t('startHint')}</span>
              </div>
            </>
          )}
        </>
      ) : null}
      {begun && !down ? <p className="tone-amber" role="status" data-testid="offline-line-back">▲ {t('lineBack')}</p> : null}
      {trouble === null ? null : <RefusalNotice refusal={trouble} testId="co-sign-no-key" />}
      {reviewing && (offline.phase === 'submitted' || offline.phase === 'closed') ? <CoSignScreen view={view} operationId={operation.id} lang={lang} onLeave={() => setReviewing(false)} /> : null}
    </section>
  );
}
