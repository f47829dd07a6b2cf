import type { FollowUpState } from '#shared/case/case-schema.ts';
import { formatFen } from '#shared/money/fen.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { lineName } from '../operation/line-words.ts';
import { followUpTexts } from './texts.ts';

type Check = FollowUpState['checks'][number];
const statuses = ['settled', 'active', 'cancelled'] as const;

/** One day's check: what was expected, what was posted, how the plan stands; red on any difference (ES-18). */
export function PostingCheck({ check, operation }: { check: Check; operation: OperationState | null }) {
  const t = useTexts(followUpTexts);
  const lang = useLang();
  const nameOf = (lineId: string, planId: string): string => {
    const line = operation?.worksheet.lines.find((one) => one.lineId === lineId);
    return line === undefined ? planId : lineName(line, lang);
  };
  const statusOf = (status: string): string => t(`status-${statuses.find((one) => one === status) ?? 'unknown'}`);
  return (
    <div className="stack-tight" data-testid={`posting-check-${check.on}`}>
      <table className="plain fu-check">
        <thead><tr><th>{t('plan')}</th><th className="amount">{t('expected')}</th><th className="amount">{t('posted')}</th><th>{t('planStatus')}</th><th className="fu-verdict">{check.on}</th></tr></thead>
        <tbody>
          {check.lines.map((line) => (
            <tr key={line.lineId} className={line.ok ? '' : 'row-red'} data-ok={line.ok}>
              <td>{nameOf(line.lineId, line.planId)}</td>
              <td className="amount">{formatFen(line.expectedFen)}</td>
              <td className="amount">{formatFen(line.postedFen)}</td>
              <td>{statusOf(line.planStatus)}</td>
              <td className="fu-verdict">{line.ok ? <span className="tone-green">✓ {t('ok')}</span> : <strong className="tone-red">✕ {t('differs')}</strong>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {check.unexpected > 0 ? <div className="notice notice-red" role="alert" data-testid="posting-unexpected"><span className="notice-shape" aria-hidden="true">✕</span><strong>{t('unexpected', { n: check.unexpected })}</strong></div> : null}
      {check.unpaidFen > 0 ? <p className="tabular" data-testid="posting-unpaid">{t('unpaid', { amount: formatFen(check.unpaidFen), date: check.dueDate ?? '—' })}</p>
        : check.settled ? <p className="tone-green">✓ {t('paid')}</p> : null}
    </div>
  );
}
