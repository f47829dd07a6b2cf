import { Button } from 'antd';
import type { FactsReading } from '#shared/case/case-schema.ts';
import type { Lang } from '#shared/flow/definition.ts';
import { formatFen, formatPpm } from '#shared/money/fen.ts';
import { useTexts } from '../app/i18n.ts';
import { nowAt } from '../app/stores/clock.ts';
import { Age } from '../ui/age.tsx';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { offsetText, type CustomerSaid } from '../operation/named-plans.ts';
import { localMoment } from '../app/local-time.ts';
import { ownPlans } from './review-view.ts';
import { reviewTexts } from './texts.ts';

type Props = { reading: FactsReading | null; pieces: readonly CustomerSaid[]; refusal: Refusal | null; onRead?: () => void; lang: Lang; /** Of facts that were read otherwise (OF2). */ title?: string; hint?: string };

/** The reviewer's own reading, in the words of the contract and without any total: that is what she works out (TP6). */
export function OwnFacts({ reading, pieces, refusal, onRead, lang, title, hint }: Props) {
  const t = useTexts(reviewTexts);
  const heading = title ?? t('stepFacts');
  if (reading === null) {
    return (
      <section className="rv-column" tabIndex={0} aria-label={heading} data-testid="own-facts" data-state="reading">
        <h2>{heading}</h2>
        {refusal === null ? <p role="status">◔ {t('reading')}</p> : <><RefusalNotice refusal={refusal} /><p className="tone-red">{t('readFailed')}</p></>}
        {onRead === undefined ? null : <div><Button onClick={onRead} data-testid="own-facts-read">{t('readAgain')}</Button></div>}
      </section>
    );
  }
  const plans = ownPlans(reading, pieces);
  const account = reading.facts.accounts.find((one) => reading.facts.plans.some((plan) => plan.account === one.id)) ?? reading.facts.accounts[0];
  return (
    <section className="rv-column" tabIndex={0} aria-label={heading} data-testid="own-facts" data-state="read">
      <header className="row"><h2 className="grow">{heading}</h2><Age at={reading.facts.readAt} amberAfterMinutes={5} /></header>
      <p className="tone-muted small">{hint ?? t('ownFactsHint')}</p>
      <p className="row-wrap">
        <strong>{reading.facts.customer.maskedName}</strong>
        {reading.facts.cards.map((card) => <span key={card.id} className={`chip ${card.status === 'normal' ? '' : 'chip-red'}`}>{t('cardStatus', { lastFour: card.lastFour })} {card.status === 'normal' ? '✓' : `✕ ${card.status}`}</span>)}
        {account === undefined ? null : (
          <>
            <span className={`chip ${account.pastDueDays > 0 ? 'chip-red' : ''}`}>{account.pastDueDays > 0 ? `✕ ${t('pastDue', { n: account.pastDueDays })}` : t('notPastDue')}</span>
            {account.pendingRefundFen > 0 || account.pendingReversals > 0 ? <span className="chip chip-red">✕ {t('refunds')}</span> : null}
            {account.hold === 'none' ? null : <span className="chip chip-red">✕ {t('hold')}</span>}
          </>
        )}
      </p>
      {account === undefined ? null : (
        <dl className="rv-dates">
          <div><dt>{t('dueDate')}</dt><dd>{account.dueDate}</dd></div>
          <div><dt>{t('statementDate')}</dt><dd>{account.statementDate}</dd></div>
          <div><dt>{t('cutoff')}</dt><dd>{localMoment(account.cutoffAt, nowAt())}</dd></div>
        </dl>
      )}
      <ul className="rv-plans">
        {plans.map((plan) => (
          <li key={plan.id} data-named={plan.named !== null} data-testid={`own-plan-${plan.id}`}>
            <p className="row">
              <strong className="grow">{plan.merchant}</strong>
              {plan.named === null ? null : <span className="chip chip-accent tabular">☑ {t('named')}{plan.named.offset === null ? '' : ` ▶ ${offsetText(plan.named.offset)}`}</span>}
            </p>
            <p className="tabular tone-muted small">{plan.signedOn} · {t('principal')} {formatFen(plan.principalFen)} · {t('posted', { posted: plan.periodsPosted, total: plan.periodsTotal })}</p>
            <p className="tabular row"><span className="tone-muted">{t('remaining')}</span><strong className="grow amount">¥{formatFen(plan.remainingFen)}</strong></p>
            <p className="small">{t(`mode-${plan.feeMode}`)} · {t('rate', { label: plan.feeLabel[lang], rate: formatPpm(plan.feePpm) })}</p>
            {plan.feeMode === 'B' ? <p className="small tabular">{t('formulaB', { remaining: formatFen(plan.remainingFen), rate: formatPpm(plan.penaltyPpm) })}</p> : null}
            {plan.feeMode === 'C' ? <p className="small tabular">{t('formulaC', { principal: formatFen(plan.principalFen), rate: formatPpm(plan.feePpm), left: plan.periodsTotal - plan.periodsPosted })}</p> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
