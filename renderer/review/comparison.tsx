import type { FactsReading } from '#shared/case/case-schema.ts';
import type { Lang } from '#shared/flow/definition.ts';
import { formatFen } from '#shared/money/fen.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import type { BlindEntry, ReviewState } from '#shared/review/review-schema.ts';
import { useTexts } from '../app/i18n.ts';
import { PlainLineCard } from '../operation/plain-line.tsx';
import { compareEntry, lineDifferences, type Comparison } from './review-view.ts';
import { reviewTexts } from './texts.ts';

type Props = { operation: OperationState; review: Pick<ReviewState, 'keyFigures'>; entry: BlindEntry; reading: FactsReading | null; lang: Lang };

/** After the release only: the reviewer's figures beside the maker's, then each line, every difference marked. */
export function ComparisonTable({ operation, review, entry, reading, lang }: Props) {
  const t = useTexts(reviewTexts);
  const rows = compareEntry(entry, operation, review);
  const show = (row: Comparison, value: Comparison['makers'] | null): string =>
    value === null || value === '' ? '—' : typeof value === 'number' && row.field !== 'lines' ? formatFen(value) : String(value);
  const label = (row: Comparison): string => row.label ?? t(row.field as 'total' | 'lines' | 'dueDate' | 'lastFour' | 'reference');
  return (
    <div className="stack" data-testid="comparison">
      <table className="plain rv-compare">
        <thead><tr><th /><th className="amount">{t('mine')}</th><th className="amount">{t('makers')}</th><th /></tr></thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.field} className={row.same ? '' : 'row-red'} data-testid={`compare-${row.field}`} data-same={row.same}>
              <th scope="row">{label(row)}</th>
              <td className={`amount${row.field === 'total' ? ' rv-total' : ''}`}>{show(row, row.mine)}</td>
              <td className={`amount${row.field === 'total' ? ' rv-total' : ''}`}>{show(row, row.makers)}</td>
              <td className="nowrap">{row.same ? <span className="tone-muted">✓ {t('same')}</span> : <strong className="tone-red">✕ {t('differs')}</strong>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>{t('line')}</h3>
      <ul className="rv-lines">
        {(operation.payload ?? operation.worksheet).lines.map((line) => {
          if (line.type === 'plain') return <li key={line.lineId} data-testid={`review-line-${line.lineId}`}><PlainLineCard line={line} lang={lang} spoken={false} /></li>;
          const differs = lineDifferences(line, reading);
          return (
            <li key={line.lineId} className={differs.length === 0 ? '' : 'rv-differs'} data-testid={`review-line-${line.planId}`}>
              <p className="row"><strong className="grow">{line.merchant}</strong><span className="tabular">{line.signedOn} · {line.periodsPosted}/{line.periodsTotal}</span></p>
              <p className="row tabular">
                <span className="tone-muted grow">{formatFen(line.principalFen)} · {t('remaining')} {formatFen(line.remainingFen)}</span>
                <span>{t('dueNow')} <strong>¥{formatFen(line.dueNowFen)}</strong></span>
              </p>
              <p className="small tone-muted">{line.chargingRule[lang]}</p>
              {differs.map((one) => <p key={one} className="tone-red small">✕ {one === 'plan' ? t('plan') : t(`diff-${one}` as 'diff-due')}</p>)}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
