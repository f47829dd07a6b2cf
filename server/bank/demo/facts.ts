/** What the bank tells of one customer: everything derived from its rows at the business time, nothing stored twice. */
import { daysBetween, addDays } from '#shared/calendar/civil.ts';
import { Customer } from '#shared/protocol/bank.ts';
import type { Account, Card, CustomerFacts, FoundCustomer, Plan, Posting, Transaction } from '#shared/protocol/bank.ts';
import { cutoffAt, DAYS_TO_PAY, periodFigures, remainingFen, ruleConflict, settlementFigures, statementOnOrAfter, today } from './figures.ts';
import { AccountRow, CardRow, CustomerRow, PlanRow, PostingRow, PurchaseRow, row, rows, StatementRow } from './rows.ts';
import type { Store } from './store.ts';

export const maskPhone = (phone: string): string => `${phone.slice(0, 3)}****${phone.slice(-4)}`;

export function found(customer: CustomerRow): FoundCustomer {
  return {
    id: customer.id,
    maskedName: customer.surname + '*'.repeat([...customer.given].length),
    surname: customer.surname,
    title: customer.gender === 'f' ? { zh: '女士', en: 'Ms' } : { zh: '先生', en: 'Mr' },
    reservedPhoneMasked: maskPhone(customer.phone),
  };
}

/** Digits of a number as the phone system gives it: without +86, 0 or blanks. */
export const bareNumber = (number: string): string => number.replace(/\D/g, '').replace(/^(?:0086|86)(?=1\d{10}$)/, '').replace(/^0(?=1\d{10}$)/, '');

const FEE_LABELS = { interest: { zh: '利息', en: 'Interest' }, fee: { zh: '手续费', en: 'Instalment fee' } };

export function planOf(plan: PlanRow): Plan {
  return {
    id: plan.id, account: plan.account, card: plan.card, merchant: plan.merchant, signedOn: plan.signed_on, firstPostDate: plan.first_post_date,
    principalFen: plan.principal_fen, periodsTotal: plan.periods_total, periodsPosted: plan.periods_posted,
    periodsLeft: plan.status === 'active' ? plan.periods_total - plan.periods_posted : 0, remainingFen: remainingFen(plan), status: plan.status,
    feeMode: plan.fee_mode, feePpm: plan.fee_ppm, penaltyPpm: plan.penalty_ppm, feeLabel: FEE_LABELS[plan.fee_label], ruleConflict: ruleConflict(plan),
    openOperation: plan.settle_key !== null && plan.settled_on === null,
  };
}

export function cardOf(card: CardRow): Card {
  return {
    id: card.id, account: card.account, kind: card.kind, holder: card.holder, first6: card.number.slice(0, 6), lastFour: card.number.slice(-4),
    product: { zh: card.product_zh, en: card.product_en }, status: card.status, effectiveAt: card.effective_at, lapseAt: card.lapse_at,
  };
}

export function transactionOf(purchase: PurchaseRow): Transaction {
  const channel = purchase.channel as Transaction['channel'];
  return { id: purchase.id, card: purchase.card, at: purchase.at, amountFen: purchase.amount_fen, merchant: purchase.merchant, channel, status: purchase.status as Transaction['status'] };
}

export function postingOf(posting: PostingRow): Posting {
  return {
    id: `post-${posting.id}`, planId: posting.plan, account: posting.account, kind: posting.kind, cause: posting.cause, period: posting.period,
    amountFen: posting.amount_fen, postedOn: posting.posted_on, statementDate: posting.statement_date, dueDate: posting.due_date, paidOn: posting.paid_on,
  };
}

function accountOf(store: Store, account: AccountRow, plans: PlanRow[], now: string): Account {
  const date = today(now);
  const statementDate = statementOnOrAfter(account.statement_day, date);
  const unpaid = rows(store, StatementRow, 'SELECT * FROM statement WHERE account = ? AND paid_fen < amount_fen ORDER BY due_date', account.id);
  const oldest = unpaid[0];
  const postedUnbilled = Number(store.prepare(
    'SELECT ifnull(sum(amount_fen), 0) FROM posting WHERE account = ? AND statement_date >= ? AND NOT EXISTS (SELECT 1 FROM statement s WHERE s.account = posting.account AND s.statement_date = posting.statement_date)',
  ).pluck().get(account.id, date));
  const toPost = plans.filter((plan) => plan.account === account.id && plan.status === 'active').reduce((sum, plan) => {
    if (plan.settle_key !== null) return sum + settlementFigures(plan).dueNowFen;
    const next = periodFigures(plan, plan.periods_posted + 1);
    return sum + next.principalFen + next.feeFen;
  }, 0);
  return {
    id: account.id, kind: account.kind, pastDueDays: oldest ? Math.max(0, daysBetween(oldest.due_date, date)) : 0,
    isStatementDay: account.kind === 'credit' && statementDate === date, statementDate, cutoffAt: cutoffAt(now), dueDate: addDays(statementDate, DAYS_TO_PAY),
    hold: account.hold, pendingRefundFen: account.pending_refund_fen, pendingReversals: account.pending_reversals, hardshipAgreement: account.hardship === 1,
    billUnpaidFen: unpaid.reduce((sum, one) => sum + one.amount_fen - one.paid_fen, 0), billDueDate: oldest?.due_date ?? null,
    creditBalanceFen: account.credit_balance_fen, nextBillFen: account.kind === 'credit' ? account.unbilled_fen + postedUnbilled + toPost : 0,
    autoDebitLastFour: account.auto_debit_last_four,
  };
}

/**
 * Reads one customer at the business time.
 * @param callerNumber compared with the reserved phone and forgotten
 * @returns null when there is no such customer
 */
export function readFacts(store: Store, customerId: string, now: string, callerNumber?: string): CustomerFacts | null {
  const customer = row(store, CustomerRow, 'SELECT * FROM customer WHERE id = ?', customerId);
  if (!customer) return null;
  const accounts = rows(store, AccountRow, 'SELECT * FROM account WHERE customer = ? ORDER BY id', customerId);
  const cards = rows(store, CardRow, 'SELECT card.* FROM card JOIN account a ON a.id = card.account WHERE a.customer = ? ORDER BY card.id', customerId);
  const plans = rows(store, PlanRow, 'SELECT plan.* FROM plan JOIN account a ON a.id = plan.account WHERE a.customer = ? ORDER BY signed_on, plan.id', customerId);
  return {
    customer: Customer.parse({
      ...found(customer), tier: customer.tier, flags: JSON.parse(customer.flags),
      numberMatchesReserved: callerNumber === undefined ? null : bareNumber(callerNumber) === customer.phone,
    }),
    accounts: accounts.map((account) => accountOf(store, account, plans, now)),
    cards: cards.map(cardOf),
    plans: plans.map(planOf),
    recentTransactions: recentPurchases(store, customerId, now, 10).map(transactionOf),
    readAt: now,
    asOf: now,
  };
}

/** Newest first, none from the future of the business clock. */
export function recentPurchases(store: Store, customerId: string, now: string, limit: number, cardId?: string): PurchaseRow[] {
  return rows(store, PurchaseRow,
    `SELECT p.* FROM purchase p JOIN card c ON c.id = p.card JOIN account a ON a.id = c.account
     WHERE a.customer = ? AND p.at <= ? AND (? IS NULL OR p.card = ?) ORDER BY p.at DESC, p.id LIMIT ?`,
    customerId, now, cardId ?? null, cardId ?? null, limit);
}

export function readPostings(store: Store, planIds: readonly string[], since?: string): Posting[] {
  return planIds.flatMap((id) => rows(store, PostingRow, 'SELECT * FROM posting WHERE plan = ? AND posted_on >= ? ORDER BY id', id, since ?? '0000-01-01')).map(postingOf);
}
