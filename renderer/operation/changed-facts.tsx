import type { ChangedFact } from '#shared/protocol/bank.ts';
import { formatFen } from '#shared/money/fen.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import { useTexts } from '../app/i18n.ts';
import { settlementLines } from './line-words.ts';
import { worksheetTexts } from './worksheet-texts.ts';

const fieldKey = {
  status: 'fact-status', periodsPosted: 'fact-periodsPosted', remainingFen: 'colRemaining', feeMode: 'fact-feeMode', hold: 'fact-hold',
  pastDueDays: 'fact-pastDueDays', statementDate: 'statementDate', pendingRefundFen: 'fact-pendingRefundFen', pendingReversals: 'fact-pendingReversals',
} as const;

/** Which pinned fact differs, in words, with its old and its new value (TP3). */
export function ChangedFacts({ changed, operation }: { changed: readonly ChangedFact[]; operation: OperationState }) {
  const t = useTexts(worksheetTexts);
  if (changed.length === 0) return null;
  const value = (field: string, raw: ChangedFact['old']): string => (raw === null ? '—' : field.endsWith('Fen') && typeof raw === 'number' ? formatFen(raw) : String(raw));
  return (
    <ul className="op-changed" data-testid="changed-facts">
      {changed.map((change) => {
        const [, kind, id, field = ''] = /^(plan|card|account)\.(.+)\.([A-Za-z]+)$/.exec(change.fact) ?? [];
        const line = kind === 'plan' ? settlementLines(operation.worksheet.lines).find((one) => one.planId === id) : undefined;
        const key = fieldKey[field as keyof typeof fieldKey];
        return (
          <li key={change.fact} className="tabular">
            {line === undefined ? '' : `${line.merchant} `}{key === undefined ? change.fact : t(key)}: <s>{value(field, change.old)}</s> → <strong>{value(field, change.now)}</strong>
          </li>
        );
      })}
    </ul>
  );
}
