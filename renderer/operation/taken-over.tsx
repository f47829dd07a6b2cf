import { Button } from 'antd';
import { useState } from 'react';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import { useTexts } from '../app/i18n.ts';
import { useKeyTrouble } from '../app/stores/session.ts';
import type { StepPanelProps } from '../flow/step-panel.ts';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { lastReviewOf } from './operation-choice.ts';
import { PayloadCard } from './payload-card.tsx';
import { takenOverUnsigned } from './submit-view.ts';
import { controlTexts } from './control-texts.ts';
import './operation.css';

/**
 * TP17: what a successor took over, figure by figure, and the signature that makes it theirs. Only then may the same reviewer
 * confirm it again.
 */
export function TakenOver({ view, operation, command, lang, readOnly }: Pick<StepPanelProps, 'view' | 'command' | 'lang' | 'readOnly'> & { operation: OperationState }) {
  const t = useTexts(controlTexts);
  const trouble = useKeyTrouble();
  const [busy, setBusy] = useState(false);
  const unsigned = takenOverUnsigned(operation, lastReviewOf(view.state, operation.id));
  if (unsigned === null) return null;
  const mark = view.marks.findLast((one) => one.kind === 'sign self-check');
  const asked = mark?.look === 'asked' || mark?.look === 'saved-here';
  const sign = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    await command('sign self-check', { operationId: operation.id, digest: unsigned.digest });
    setBusy(false);
  };
  return (
    <section className="stack" data-testid="taken-over" aria-label={t('takenOver')}>
      <div className="notice notice-amber" role="status">
        <span className="notice-shape" aria-hidden="true">▲</span>
        <div className="notice-words"><strong>{t('takenOver')}</strong><p>{t('takenOverWhy')}</p></div>
      </div>
      <PayloadCard payload={unsigned.payload} lang={lang} />
      {trouble === null ? null : <RefusalNotice refusal={trouble} testId="taken-over-no-key" />}
      {mark?.look === 'refused' && mark.refusal !== null ? <RefusalNotice refusal={mark.refusal} testId="taken-over-refused" /> : null}
      <div className="row">
        <Button type="primary" size="large" disabled={readOnly || trouble !== null || asked} loading={busy} onClick={() => void sign()} data-testid="sign-self-check">{t('takenOverSign')}</Button>
        {asked ? <span role="status">◔ {t('takenOverAsked')}</span> : null}
      </div>
    </section>
  );
}
