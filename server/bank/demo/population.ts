/** Writing customers and all that hangs on them into the bank's file: what stories and the crowd are both made of. */
import { addDays, addMonths, addMs } from '#shared/calendar/civil.ts';
import type { CardStatus, FeeMode, Hold } from '#shared/protocol/bank.ts';
import { batchDue, DAYS_TO_PAY, periodFigures, statementOnOrAfter, statementOnOrBefore, USE_BASED_INTEREST_FROM } from './figures.ts';
import { between, cardNumber, identityNumber, MERCHANTS, pick } from './people.ts';
import type { Random } from './people.ts';
import { PlanRow } from './rows.ts';
import type { Store } from './store.ts';

export type NewPerson = {
  id: string; surname: string; given: string; gender: 'f' | 'm'; birthDate: string; phone: string; sequence: number; servicePassword: string;
  addressDistrict: string; branchDistrict: string; tier?: 'standard' | 'gold' | 'platinum'; flags?: string[];
};
export type NewAccount = {
  id: string; customer: string; kind: 'credit' | 'debit'; statementDay: number; hold?: Hold; pendingRefundFen?: number; pendingReversals?: number;
  creditBalanceFen?: number;
  hardship?: boolean; autoDebitLastFour?: string | null; /** Pays its bills on the due date. */ pays?: boolean;
};
export type NewCard = { id: string; account: string; kind: 'credit' | 'debit'; body: number; status?: CardStatus; product?: 'classic' | 'platinum' | 'salary'; effectiveAt?: string };
export type NewPlan = {
  id: string; account: string; card: string; merchant: string; principalFen: number; periodsTotal: number; periodsPosted: number; feeMode: FeeMode;
  feePpm: number; penaltyPpm?: number; statementDay: number; /** Days between signing and the first statement. */ signedBefore?: number;
};

const PRODUCTS = {
  classic: ['标准信用卡', 'Classic credit card'], platinum: ['白金信用卡', 'Platinum credit card'], salary: ['工资卡', 'Salary card'],
} as const;

export type Writer = {
  now: string;
  person(one: NewPerson): void;
  account(one: NewAccount): void;
  card(one: NewCard): string;
  plan(one: NewPlan): void;
  /** So many months of bills behind it; the last one may be unpaid. */
  statements(account: string, statementDay: number, random: Random, last: 'paid' | 'open' | 'past-due'): void;
  purchases(card: string, count: number, random: Random): void;
};

export function makeWriter(store: Store, now: string): Writer {
  // What the batch has already done must be in the books, and what it has yet to do must not.
  const date = batchDue(now);
  const into = (table: string, columns: number) => store.prepare<unknown[]>(`INSERT INTO ${table} VALUES (${Array(columns).fill('?').join(', ')})`);
  const customer = into('customer', 12);
  const account = into('account', 12);
  const card = into('card', 10);
  const plan = into('plan', 17);
  const statement = into('statement', 5);
  const purchase = into('purchase', 7);
  const posting = store.prepare("INSERT INTO posting (plan, account, kind, cause, period, amount_fen, posted_on, statement_date, due_date, paid_on) VALUES (?, ?, ?, 'period', ?, ?, ?, ?, ?, ?)");
  const billedOn = store.prepare('SELECT ifnull(sum(amount_fen), 0) FROM posting WHERE account = ? AND statement_date = ?').pluck();
  return {
    now,
    person(one) {
      customer.run(one.id, one.surname, one.given, one.gender, identityNumber(one.birthDate, one.sequence), one.phone, one.servicePassword,
        one.birthDate, one.addressDistrict, one.branchDistrict, one.tier ?? 'standard', JSON.stringify(one.flags ?? []));
    },
    account(one) {
      account.run(one.id, one.customer, one.kind, one.statementDay, one.hold ?? 'none', one.pendingRefundFen ?? 0, one.pendingReversals ?? 0,
        one.hardship ? 1 : 0, 0, one.creditBalanceFen ?? 0, one.autoDebitLastFour ?? null, one.pays === false ? 0 : 1);
    },
    card(one) {
      const number = cardNumber(one.kind === 'credit' ? '400000' : '620000', one.body);
      const [zh, en] = PRODUCTS[one.product ?? (one.kind === 'credit' ? 'classic' : 'salary')];
      const status = one.status ?? 'normal';
      card.run(one.id, one.account, number, one.kind, 'primary', zh, en, status, status === 'normal' ? null : (one.effectiveAt ?? now), null);
      return number.slice(-4);
    },
    plan(one) {
      const lastStatement = statementOnOrBefore(one.statementDay, date);
      const k = one.periodsPosted;
      const first = k === 0 ? statementOnOrAfter(one.statementDay, addDays(date, 1)) : addMonths(lastStatement, 1 - k);
      const signed = k === 0 ? addDays(date, -1) : addDays(first, -(one.signedBefore ?? 9));
      const row: PlanRow = {
        id: one.id, account: one.account, card: one.card, merchant: one.merchant, signed_on: signed, first_post_date: first, principal_fen: one.principalFen,
        periods_total: one.periodsTotal, periods_posted: k, status: 'active', fee_mode: one.feeMode, fee_ppm: one.feePpm, penalty_ppm: one.penaltyPpm ?? 0,
        fee_label: signed >= '2023-01-01' ? 'interest' : 'fee', settle_key: null, settle_posts_on: null, settled_on: null,
      };
      plan.run(...Object.values(PlanRow.parse(row)));
      // Half a year of items is what bills and checks look at; older ones are as good as archived.
      for (let period = Math.max(1, k - 5); period <= k; period++) {
        const on = addMonths(first, period - 1);
        const due = addDays(on, DAYS_TO_PAY);
        const figures = periodFigures(row, period);
        const paid = due < date ? due : null;
        posting.run(one.id, one.account, 'principal', period, figures.principalFen, on, on, due, paid);
        if (figures.feeFen > 0) posting.run(one.id, one.account, 'fee', period, figures.feeFen, on, on, due, paid);
      }
    },
    statements(id, statementDay, random, last) {
      const newest = statementOnOrBefore(statementDay, date);
      for (let back = 3; back >= 0; back--) {
        const on = addMonths(newest, -back);
        const due = addDays(on, DAYS_TO_PAY);
        const billed = Number(billedOn.get(id, on));
        const amount = billed + between(random, 8_000, 420_000);
        // A past-due account leaves the newest bill whose due date has gone by unpaid.
        const unpaid = last === 'past-due' ? due < date && addDays(addMonths(on, 1), DAYS_TO_PAY) >= date : last === 'open' && due >= date;
        statement.run(id, on, due, amount, unpaid ? 0 : amount);
      }
    },
    purchases(id, count, random) {
      for (let index = 1; index <= count; index++) {
        const at = addMs(now, -(between(random, 0, 86_400_000) + 86_400_000 * index * 2));
        const channel = pick(random, ['pos', 'online', 'pos', 'online', 'transfer', 'atm'] as const);
        purchase.run(`${id}-t${index}`, id, at, between(random, 900, 180_000), pick(random, MERCHANTS), channel, 'posted');
      }
    },
  };
}

/**
 * Periods that a contract signed just before the use-based rule must have posted by now; such old modes exist only
 * in old contracts.
 */
export function periodsSinceOldRule(statementDay: number, date: string): number {
  const last = statementOnOrBefore(statementDay, date);
  let periods = 1;
  while (addDays(addMonths(last, 1 - periods), -9) >= USE_BASED_INTEREST_FROM) periods++;
  return periods;
}
