/**
 * Customers with stable ids, for the demo's story, for tests, and one for every prerequisite that can fail
 * (FLOWS ES-6). Their statement day lies twelve days after the day on which the bank was made, so that no hour of a
 * demo falls on it.
 */
import { addDays } from '#shared/calendar/civil.ts';
import type { CardStatus, Hold } from '#shared/protocol/bank.ts';
import { batchDue, today } from './figures.ts';
import { DISTRICTS, makeRandom, phoneNumber } from './people.ts';
import type { Random } from './people.ts';
import { periodsSinceOldRule } from './population.ts';
import type { Writer } from './population.ts';

/** Who they are and what they are for. `phone` is the reserved number that they call from. */
export const STORIES = {
  settle: { customerId: 'cust-story-settle', phone: phoneNumber(1), planIds: ['plan-story-a', 'plan-story-b', 'plan-story-d'], otherPlanIds: ['plan-story-c', 'plan-story-twin'], accountId: 'acct-story-settle', cardId: 'card-story-settle' },
  loss: { customerId: 'cust-story-loss', phone: phoneNumber(2), creditCardId: 'card-story-loss-credit', debitCardId: 'card-story-loss-debit' },
  reset: { customerId: 'cust-story-reset', phone: phoneNumber(3), debitCardId: 'card-story-reset-debit' },
  small: { customerId: 'cust-story-small', phone: phoneNumber(4), planIds: ['plan-story-small'] },
  /** Owes nothing, has no plan, and is owed money: the one who can cancel a card. */
  cancel: { customerId: 'cust-story-cancel', phone: phoneNumber(7), accountId: 'acct-story-cancel', cardId: 'card-story-cancel', creditBalanceFen: 2_345_678 },
  /** Two of one name and one identity tail: only the district of the opening branch tells them apart. */
  namesakes: { customerIds: ['cust-story-namesake-1', 'cust-story-namesake-2'], name: '孙模戊', districts: [DISTRICTS[0], DISTRICTS[1]] },
} as const;

type Blocked = { card?: CardStatus; pastDue?: boolean; notPosted?: boolean; statementToday?: boolean; refund?: number; reversals?: number; hold?: Hold; hardship?: boolean; conflict?: boolean; quoteEnds?: boolean };

/** One customer for each condition P1–P9 that fails for them, and nothing else does. */
export const BLOCKED: Record<string, Blocked> = {
  'cust-p1-locked': { card: 'locked' }, 'cust-p1-lost': { card: 'lost' }, 'cust-p1-frozen': { card: 'frozen' }, 'cust-p1-cancelled': { card: 'cancelled' },
  'cust-p1-written-off': { card: 'writtenOff' }, 'cust-p2-past-due': { pastDue: true }, 'cust-p3-not-posted': { notPosted: true },
  'cust-p4-statement-day': { statementToday: true }, 'cust-p5-refund': { refund: 12_800 }, 'cust-p5-reversal': { reversals: 1 },
  'cust-p6-judicial': { hold: 'judicial' }, 'cust-p6-risk': { hold: 'risk' }, 'cust-p6-dispute': { hold: 'dispute' }, 'cust-p7-hardship': { hardship: true },
  'cust-p8-rule-conflict': { conflict: true }, 'cust-p9-quote-ends': { quoteEnds: true },
};

/** A day of the month that every month has. */
const dayOfMonth = (date: string): number => Math.min(28, Number(date.slice(8)));

export function writeStories(write: Writer, random: Random): void {
  const date = today(write.now);
  const quietDay = dayOfMonth(addDays(date, 12));
  const old = Math.min(59, periodsSinceOldRule(quietDay, batchDue(write.now)));

  const s = STORIES.settle;
  write.person({ id: s.customerId, surname: '王', given: '样甲', gender: 'f', birthDate: '1988-06-18', phone: s.phone, sequence: 731, servicePassword: '246810', addressDistrict: DISTRICTS[0], branchDistrict: DISTRICTS[1], tier: 'gold' });
  const settleDebit = 'acct-story-settle-debit';
  write.account({ id: settleDebit, customer: s.customerId, kind: 'debit', statementDay: 28 });
  const autoDebit = write.card({ id: 'card-story-settle-debit', account: settleDebit, kind: 'debit', body: 900_000_101 });
  write.account({ id: s.accountId, customer: s.customerId, kind: 'credit', statementDay: quietDay, autoDebitLastFour: autoDebit });
  write.card({ id: s.cardId, account: s.accountId, kind: 'credit', body: 900_000_102, product: 'platinum' });
  const on = { account: s.accountId, card: s.cardId, statementDay: quietDay };
  write.plan({ ...on, id: 'plan-story-a', merchant: '虚拟电器城', principalFen: 8_888_888, periodsTotal: 24, periodsPosted: 7, feeMode: 'A', feePpm: 7_500 });
  write.plan({ ...on, id: 'plan-story-b', merchant: '示范家居', principalFen: 6_000_000, periodsTotal: 36, periodsPosted: 10, feeMode: 'B', feePpm: 6_500, penaltyPpm: 30_000 });
  write.plan({ ...on, id: 'plan-story-d', merchant: '演示汽车', principalFen: 30_000_000, periodsTotal: 60, periodsPosted: old, feeMode: 'D', feePpm: 3_500 });
  write.plan({ ...on, id: 'plan-story-c', merchant: '模拟旅行社', principalFen: 3_600_000, periodsTotal: 60, periodsPosted: old, feeMode: 'C', feePpm: 6_000 });
  // The commonest slip: two plans of one merchant.
  write.plan({ ...on, id: 'plan-story-twin', merchant: '虚拟电器城', principalFen: 888_800, periodsTotal: 24, periodsPosted: 6, feeMode: 'A', feePpm: 7_500, signedBefore: 12 });
  write.statements(s.accountId, quietDay, random, 'open');
  write.purchases(s.cardId, 6, random);

  const l = STORIES.loss;
  write.person({ id: l.customerId, surname: '李', given: '例乙', gender: 'm', birthDate: '1990-02-03', phone: l.phone, sequence: 202, servicePassword: '135790', addressDistrict: DISTRICTS[2], branchDistrict: DISTRICTS[2] });
  plainAccounts(write, random, { id: l.customerId, credit: l.creditCardId, debit: l.debitCardId, body: 900_000_200, statementDay: quietDay });
  const r = STORIES.reset;
  write.person({ id: r.customerId, surname: '陈', given: '试丙', gender: 'f', birthDate: '1951-11-30', phone: r.phone, sequence: 303, servicePassword: '112358', addressDistrict: DISTRICTS[3], branchDistrict: DISTRICTS[3], flags: ['elderly'] });
  plainAccounts(write, random, { id: r.customerId, credit: 'card-story-reset-credit', debit: r.debitCardId, body: 900_000_300, statementDay: quietDay });
  const m = STORIES.small;
  write.person({ id: m.customerId, surname: '赵', given: '拟丁', gender: 'm', birthDate: '1995-09-09', phone: m.phone, sequence: 404, servicePassword: '271828', addressDistrict: DISTRICTS[4], branchDistrict: DISTRICTS[4] });
  plainAccounts(write, random, { id: m.customerId, credit: 'card-story-small', debit: 'card-story-small-debit', body: 900_000_400, statementDay: quietDay });
  write.plan({ id: 'plan-story-small', account: `${m.customerId}-credit`, card: 'card-story-small', statementDay: quietDay, merchant: '样例百货', principalFen: 1_200_000, periodsTotal: 12, periodsPosted: 5, feeMode: 'A', feePpm: 6_000 });

  STORIES.namesakes.customerIds.forEach((id, index) => {
    const district = STORIES.namesakes.districts[index] ?? DISTRICTS[0];
    // These two dates of birth give one sequence the same four last digits; a test holds them to it.
    write.person({ id, surname: '孙', given: '模戊', gender: 'm', birthDate: index === 0 ? '1953-03-03' : '1993-03-13', phone: phoneNumber(5 + index), sequence: 555, servicePassword: '314159', addressDistrict: district, branchDistrict: district });
    plainAccounts(write, random, { id, credit: `${id}-card`, debit: `${id}-card-debit`, body: 900_000_500 + index * 10, statementDay: quietDay });
  });

  writeCancelling(write, quietDay);
  Object.entries(BLOCKED).forEach(([id, blocked], index) => writeBlocked(write, random, id, blocked, index, quietDay, old));
}

function writeCancelling(write: Writer, statementDay: number): void {
  const c = STORIES.cancel;
  // Luck of its own: the crowd that follows stays as it was.
  const random = makeRandom(77);
  write.person({ id: c.customerId, surname: '吴', given: '测己', gender: 'f', birthDate: '1979-08-15', phone: c.phone, sequence: 606, servicePassword: '161803', addressDistrict: DISTRICTS[1], branchDistrict: DISTRICTS[1] });
  write.account({ id: `${c.accountId}-debit`, customer: c.customerId, kind: 'debit', statementDay: 28 });
  const autoDebitLastFour = write.card({ id: `${c.cardId}-debit`, account: `${c.accountId}-debit`, kind: 'debit', body: 900_000_601 });
  write.account({ id: c.accountId, customer: c.customerId, kind: 'credit', statementDay, autoDebitLastFour, creditBalanceFen: c.creditBalanceFen });
  write.card({ id: c.cardId, account: c.accountId, kind: 'credit', body: 900_000_602 });
  write.statements(c.accountId, statementDay, random, 'paid');
  write.purchases(c.cardId, 4, random);
}

function plainAccounts(write: Writer, random: Random, of: { id: string; credit: string; debit: string; body: number; statementDay: number }): void {
  write.account({ id: `${of.id}-debit`, customer: of.id, kind: 'debit', statementDay: 28 });
  const autoDebitLastFour = write.card({ id: of.debit, account: `${of.id}-debit`, kind: 'debit', body: of.body + 1 });
  write.account({ id: `${of.id}-credit`, customer: of.id, kind: 'credit', statementDay: of.statementDay, autoDebitLastFour });
  write.card({ id: of.credit, account: `${of.id}-credit`, kind: 'credit', body: of.body + 2 });
  write.statements(`${of.id}-credit`, of.statementDay, random, 'open');
  write.purchases(of.credit, 5, random);
  write.purchases(of.debit, 3, random);
}

function writeBlocked(write: Writer, random: Random, id: string, blocked: Blocked, index: number, quietDay: number, old: number): void {
  const date = today(write.now);
  const statementDay = blocked.statementToday ? dayOfMonth(date) : blocked.quoteEnds ? dayOfMonth(addDays(date, 1)) : quietDay;
  write.person({ id, surname: '周', given: `虚${'甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳'.charAt(index)}`, gender: index % 2 ? 'm' : 'f', birthDate: '1985-05-05', phone: phoneNumber(100 + index), sequence: 500 + index, servicePassword: '100200', addressDistrict: DISTRICTS[5], branchDistrict: DISTRICTS[5] });
  write.account({ id: `${id}-credit`, customer: id, kind: 'credit', statementDay, hold: blocked.hold, pendingRefundFen: blocked.refund, pendingReversals: blocked.reversals, hardship: blocked.hardship, pays: !blocked.pastDue });
  write.card({ id: `${id}-card`, account: `${id}-credit`, kind: 'credit', body: 900_001_000 + index, status: blocked.card });
  write.plan({
    id: `${id}-plan`, account: `${id}-credit`, card: `${id}-card`, statementDay, merchant: '样例百货', principalFen: 2_400_000, periodsTotal: 24,
    periodsPosted: blocked.notPosted ? 0 : Math.min(8, old), feeMode: blocked.conflict ? 'C' : 'A', feePpm: 6_000,
  });
  write.statements(`${id}-credit`, statementDay, random, blocked.pastDue ? 'past-due' : 'open');
  write.purchases(`${id}-card`, 4, random);
}
