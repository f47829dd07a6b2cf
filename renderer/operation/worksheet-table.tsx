import { formatFen } from '#shared/money/fen.ts';
import type { Lang } from '#shared/flow/definition.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import { useTexts } from '../app/i18n.ts';
import { offsetText } from './named-plans.ts';
import { worksheetTexts } from './worksheet-texts.ts';
import { localSeconds } from '../app/local-time.ts';
import type { WorksheetRow, WorksheetView } from './worksheet-view.ts';

type Props = { operation: OperationState; view: WorksheetView; lang: Lang; /** A customer is on the line: each row says what is said of it. */ spoken: boolean };

/** A row a plan, to the fen; below each its charging rule in words. Every column names its source and the time read. */
export function WorksheetTable({ operation, view, lang, spoken }: Props) {
  const t = useTexts(worksheetTexts);
  const { worksheet } = operation;
  const read = localSeconds(worksheet.factsReadAt);
  const sum = (pick: (row: WorksheetRow) => number): number => view.rows.reduce((total, row) => total + pick(row), 0);
  const amount = (label: string) => <th scope="col" className="amount">{label}</th>;
  return (
    <div className={`op-sheet${view.rows.length > 8 ? ' op-sheet-long' : ''}`} tabIndex={0} role="region" aria-label={t('worksheet')}>
      <table data-testid="worksheet-table">
        <thead>
          <tr className="op-sources">
            <th scope="colgroup">{t('sourceRecording')}</th>
            <th scope="colgroup" colSpan={3}>{t('sourceBank')} {read}</th>
            <th scope="colgroup" colSpan={4}>{t('sourceComputed')} {read}</th>
          </tr>
          <tr>
            <th scope="col">{t('colNamed')}</th>
            <th scope="col">{t('colMerchant')}</th>
            {amount(t('colPrincipal'))}
            {amount(t('colPeriods'))}
            {amount(t('colRemaining'))}
            {amount(t('colFee'))}
            {amount(t('colDue'))}
            {amount(t('colSaved'))}
          </tr>
        </thead>
        {view.rows.map((row) => (
          <tbody key={row.lineId} className={row.mismatch === null ? '' : 'op-row-red'} data-testid={`worksheet-row-${row.planId}`}>
            <tr>
              <td className="op-named">{row.named?.offset == null ? <span className="tone-amber">▲ {t('notNamed')}</span> : <><span className="tone-green" aria-hidden="true">☑</span> ▶{offsetText(row.named.offset)}</>}</td>
              <th scope="row" className="op-merchant">{row.merchant}</th>
              <td className="amount">{formatFen(row.principalFen)}</td>
              <td className="amount">{row.periodsPosted}/{row.periodsTotal}</td>
              <td className="amount">{formatFen(row.remainingFen)}</td>
              <td className="amount">{row.feeFen === 0 ? <span className="tone-muted">0.00</span> : formatFen(row.feeFen)}</td>
              <td className="amount op-due">{formatFen(row.dueNowFen)}</td>
              <td className="amount">
                {row.saves === 'less' ? t('savedLess', { amount: formatFen(row.savedFen) })
                  : row.saves === 'nothing' ? <span className="tone-amber">{t('savedNothing')}</span>
                  : <strong className="tone-red">{t('savedMore', { amount: formatFen(-row.savedFen) })}</strong>}
              </td>
            </tr>
            <tr className="op-rule">
              <td />
              <td colSpan={7}>
                {row.mismatch === null ? null : (
                  <strong className="tone-red">✕ {row.mismatch.bankFen === null ? t('bankNoTrial') : t('bankTrial', { amount: formatFen(row.mismatch.bankFen) })}　</strong>
                )}
                <span className="tabular nowrap">{row.signedOn} · {row.cardLastFour}</span>　{row.chargingRule[lang]}
                {spoken ? <p className="op-row-say">{row.say[lang]}</p> : null}
              </td>
            </tr>
          </tbody>
        ))}
        <tfoot>
          <tr data-testid="worksheet-total">
            <td colSpan={2}>{t('total', { n: view.rows.length })}</td>
            <td className="amount">{formatFen(sum((row) => row.principalFen))}</td>
            <td />
            <td className="amount">{formatFen(sum((row) => row.remainingFen))}</td>
            <td className="amount">{formatFen(sum((row) => row.feeFen))}</td>
            <td className="amount op-total">{formatFen(worksheet.totals.dueNowFen)}</td>
            <td className="amount">
              {worksheet.totals.savedFen > 0 ? t('savedLess', { amount: formatFen(worksheet.totals.savedFen) })
                : worksheet.totals.savedFen === 0 ? <span className="tone-amber">{t('savedNothing')}</span>
                : <strong className="tone-red">{t('savedMore', { amount: formatFen(-worksheet.totals.savedFen) })}</strong>}
            </td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}
