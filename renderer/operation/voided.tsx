import type { OperationState } from '#shared/operation/operation-schema.ts';
import { useTexts } from '../app/i18n.ts';
import { ChangedFacts } from './changed-facts.tsx';
import { submitTexts } from './submit-texts.ts';

/** Why an approval is void, each fact that differs with its old and its new value (TP3). Nothing for one that stands. */
export function Voided({ operation }: { operation: OperationState }) {
  const t = useTexts(submitTexts);
  const { voided } = operation;
  if (voided === null) return null;
  return (
    <div className="notice notice-amber" role="alert" data-testid="voided">
      <span className="notice-shape" aria-hidden="true">▲</span>
      <div className="notice-words">
        <strong>{t('voidedTitle')}: {t(`void-${voided.reason}` as 'void-expired')}</strong>
        <ChangedFacts changed={voided.changed} operation={operation} />
      </div>
    </div>
  );
}
