/**
 * The night batch: settlements post, refunds are credited, statement days post the next period and make the bill, due bills are paid by
 * those who pay. One transaction a day, missed days made up in order, a day never twice.
 */
import { addDays } from '#shared/calendar/civil.ts';
import { takeFurtherPeriod } from './faults.ts';
import { batchDue, DAYS_TO_PAY, periodFigures, settlementFigures, statementOnOrAfter, today } from './figures.ts';
import { AccountRow, PlanRow, PurchaseRow, row, rows, StatementRow } from './rows.ts';
import { readMeta, writeMeta } from './store.ts';
import type { Store } from './store.ts';

type NewPosting = { plan: PlanRow; kind: 'principal' | 'fee' | 'penalty'; cause: 'period' | 'settlement' | 'unexpected'; period: number | null; amountFen: number };

function post(store: Store, date: string, statementDate: string, posting: NewPosting): void {
  // The unique index, not this code, is what keeps an item from posting twice.
  store.prepare(
    'INSERT INTO posting (plan, account, kind, cause, period, amount_fen, posted_on, statement_date, due_date) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  ).run(posting.plan.id, posting.plan.account, posting.kind, posting.cause, posting.period, posting.amountFen, date, statementDate, addDays(statementDate, DAYS_TO_PAY));
}

const accountOfPlan = (store: Store, plan: PlanRow): AccountRow => {
  const account = row(store, AccountRow, 'SELECT * FROM account WHERE id = ?', plan.account);
  if (!account) throw new Error(`plan ${plan.id} without account`);
  return account;
};

function postSettlements(store: Store, date: string): void {
  const settling = rows(store, PlanRow, "SELECT * FROM plan WHERE settle_key IS NOT NULL AND settled_on IS NULL AND settle_posts_on <= ? AND status = 'active' ORDER BY id", date);
  for (const plan of settling) {
    const statementDate = statementOnOrAfter(accountOfPlan(store, plan).statement_day, date);
    const figures = settlementFigures(plan);
    post(store, date, statementDate, { plan, kind: 'principal', cause: 'settlement', period: null, amountFen: figures.remainingFen });
    if (figures.feeFen > 0) post(store, date, statementDate, { plan, kind: plan.fee_mode === 'B' ? 'penalty' : 'fee', cause: 'settlement', period: null, amountFen: figures.feeFen });
    store.prepare("UPDATE plan SET status = 'settled', settled_on = ? WHERE id = ?").run(date, plan.id);
  }
}

/** A refund is credited in the batch after the day on which it was accepted; until then it is on its way. */
function creditRefunds(store: Store, date: string): void {
  for (const refund of rows(store, PurchaseRow, "SELECT * FROM purchase WHERE status = 'pending' AND amount_fen < 0 ORDER BY at, id")) {
    const account = row(store, AccountRow, 'SELECT a.* FROM account a JOIN card c ON c.account = a.id WHERE c.id = ?', refund.card);
    if (account === null || today(refund.at) >= date) continue;
    store.prepare("UPDATE purchase SET status = 'posted' WHERE id = ?").run(refund.id);
    store.prepare('UPDATE account SET pending_refund_fen = max(0, pending_refund_fen + ?) WHERE id = ?').run(refund.amount_fen, account.id);
    pay(store, account.id, -refund.amount_fen, date);
  }
}

/** The usual fault: the instalment system did not hear of the settlement. */
function postTooMany(store: Store, date: string): void {
  const settled = rows(store, PlanRow, `SELECT * FROM plan WHERE settle_key IS NOT NULL AND settled_on < ? AND periods_posted < periods_total
     AND NOT EXISTS (SELECT 1 FROM posting WHERE posting.plan = plan.id AND cause = 'unexpected') ORDER BY settled_on DESC, id`, date);
  for (const id of takeFurtherPeriod(store, settled.map((plan) => plan.id))) {
    const plan = settled.find((one) => one.id === id);
    if (plan) postPeriod(store, date, statementOnOrAfter(accountOfPlan(store, plan).statement_day, date), plan, 'unexpected');
  }
}

/** Posts the next period of a plan. After a settlement it is unexpected, and the plan's own state stays settled. */
export function postPeriod(store: Store, date: string, statementDate: string, plan: PlanRow, cause: 'period' | 'unexpected'): void {
  const period = plan.periods_posted + 1;
  const figures = periodFigures(plan, period);
  post(store, date, statementDate, { plan, kind: 'principal', cause, period, amountFen: figures.principalFen });
  if (figures.feeFen > 0) post(store, date, statementDate, { plan, kind: 'fee', cause, period, amountFen: figures.feeFen });
  if (cause === 'unexpected') return;
  const status = period === plan.periods_total ? 'settled' : 'active';
  store.prepare('UPDATE plan SET periods_posted = ?, status = ?, settled_on = ? WHERE id = ?').run(period, status, status === 'settled' ? date : null, plan.id);
}

function makeStatements(store: Store, date: string): void {
  const day = Number(date.slice(8));
  for (const account of rows(store, AccountRow, "SELECT * FROM account WHERE statement_day = ? AND kind = 'credit' ORDER BY id", day)) {
    const active = rows(store, PlanRow, "SELECT * FROM plan WHERE account = ? AND status = 'active' AND settle_key IS NULL ORDER BY id", account.id);
    for (const plan of active) if (plan.first_post_date <= date) postPeriod(store, date, date, plan, 'period');
    const posted = Number(store.prepare('SELECT ifnull(sum(amount_fen), 0) FROM posting WHERE account = ? AND statement_date = ?').pluck().get(account.id, date));
    const amount = posted + account.unbilled_fen;
    const paid = Math.min(account.credit_balance_fen, amount);
    store.prepare('INSERT INTO statement (account, statement_date, due_date, amount_fen, paid_fen) VALUES (?, ?, ?, ?, ?)').run(account.id, date, addDays(date, DAYS_TO_PAY), amount, paid);
    store.prepare('UPDATE account SET unbilled_fen = 0, credit_balance_fen = credit_balance_fen - ? WHERE id = ?').run(paid, account.id);
    if (paid === amount) markPaid(store, account.id, date, date);
  }
}

function markPaid(store: Store, account: string, statementDate: string, on: string): void {
  store.prepare('UPDATE posting SET paid_on = ? WHERE account = ? AND statement_date = ? AND paid_on IS NULL').run(on, account, statementDate);
}

function payDueBills(store: Store, date: string): void {
  const due = rows(store, StatementRow,
    'SELECT s.* FROM statement s JOIN account a ON a.id = s.account WHERE s.due_date <= ? AND s.paid_fen < s.amount_fen AND a.pays = 1', date);
  for (const bill of due) {
    store.prepare('UPDATE statement SET paid_fen = amount_fen WHERE account = ? AND statement_date = ?').run(bill.account, bill.statement_date);
    markPaid(store, bill.account, bill.statement_date, date);
  }
}

/** Money comes in: oldest bill first, what is over becomes a credit balance. It ends no plan. */
export function pay(store: Store, accountId: string, amountFen: number, date: string): void {
  let left = amountFen;
  for (const bill of rows(store, StatementRow, 'SELECT * FROM statement WHERE account = ? AND paid_fen < amount_fen ORDER BY statement_date', accountId)) {
    const part = Math.min(left, bill.amount_fen - bill.paid_fen);
    left -= part;
    store.prepare('UPDATE statement SET paid_fen = paid_fen + ? WHERE account = ? AND statement_date = ?').run(part, accountId, bill.statement_date);
    if (part === bill.amount_fen - bill.paid_fen) markPaid(store, accountId, bill.statement_date, date);
  }
  store.prepare('UPDATE account SET credit_balance_fen = credit_balance_fen + ? WHERE id = ?').run(left, accountId);
}

/** Runs every batch that should have run by now, in order.
 * @returns the days that it ran
 */
export function catchUp(store: Store, now: string): string[] {
  store.prepare("UPDATE card SET status = 'normal', effective_at = NULL, lapse_at = NULL WHERE lapse_at <= ?").run(now);
  const due = batchDue(now);
  const ran: string[] = [];
  const runDay = store.transaction((date: string) => {
    // Read inside: two processes on one file must not both run a day.
    const last = readMeta(store, 'batch');
    if (last !== null && last >= date) return;
    postSettlements(store, date);
    creditRefunds(store, date);
    postTooMany(store, date);
    makeStatements(store, date);
    payDueBills(store, date);
    writeMeta(store, 'batch', date);
    ran.push(date);
  });
  const last = readMeta(store, 'batch');
  if (last === null) throw new Error('the bank was never seeded');
  for (let date = addDays(last, 1); date <= due; date = addDays(date, 1)) runDay.immediate(date);
  return ran;
}
