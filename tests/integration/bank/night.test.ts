import { afterEach, describe, expect, test } from 'vitest';
import { addDays, addMs } from '#shared/calendar/civil.ts';
import type { BookOutcome, Posting } from '#shared/protocol/bank.ts';
import { launchDemoBank } from '../../../server/bank/demo/launch.ts';
import { makeDemoBankControl } from '../../../server/bank/demo/control.ts';
import { makeHttpBank } from '../../../server/bank/http-bank.ts';
import { endRig, facts, newKey, NOW, settleable, settlementOf, startRig, value } from './with-bank.ts';
import type { Rig } from './with-bank.ts';

const rigs: Rig[] = [];
const start = async (): Promise<Rig> => {
  const rig = await startRig({ crowd: 900 });
  rigs.push(rig);
  return rig;
};
afterEach(async () => {
  for (const rig of rigs.splice(0)) await endRig(rig);
});

/** 09:00 in the centre's zone, so many days after the bank was made. */
const morning = (days: number): string => `${addDays('2026-11-21', days)}T01:00:00.000Z`;

const STORY = ['plan-story-a', 'plan-story-b', 'plan-story-d'];
async function bookStory(rig: Rig): Promise<number> {
  let total = 0;
  for (const planId of STORY) {
    const { operation, expected } = await settlementOf(rig, 'cust-story-settle', planId);
    expect(value(await rig.bank.book(newKey(), operation, expected))).toMatchObject({ kind: 'done', postsOn: '2026-11-22' });
    if (operation.kind === 'early-settlement') total += operation.line.dueNowFen;
  }
  return total;
}
const postings = async (rig: Rig, planIds: string[], since: string): Promise<Posting[]> =>
  value(await rig.bank.postings({ customerId: 'cust-story-settle', planIds, since })).postings;
const sum = (items: Posting[]): number => items.reduce((total, one) => total + one.amountFen, 0);

describe('the night batch', () => {
  test('posts the settlements, once, for the next morning; the due date pays them', async () => {
    const rig = await start();
    const total = await bookStory(rig);
    expect(await postings(rig, STORY, '2026-11-21')).toEqual([]);
    expect((await rig.control.setClock(morning(1), true)).ran).toEqual(['2026-11-22']);
    const posted = await postings(rig, STORY, '2026-11-21');
    expect(sum(posted)).toBe(total);
    expect(posted.every((one) => one.cause === 'settlement' && one.postedOn === '2026-11-22' && one.paidOn === null && one.statementDate === '2026-12-03')).toBe(true);
    const read = await facts(rig, 'cust-story-settle');
    for (const planId of STORY) expect(read.plans.find((plan) => plan.id === planId)).toMatchObject({ status: 'settled', periodsLeft: 0, remainingFen: 0, openOperation: false });
    expect(read.plans.find((plan) => plan.id === 'plan-story-c')).toMatchObject({ status: 'active' });
    expect((await rig.control.setClock(morning(1), true)).ran).toEqual([]);

    await rig.control.setClock(morning(13), true);
    expect((await postings(rig, ['plan-story-c'], '2026-11-22')).map((one) => one.cause)).toEqual(['period', 'period']);
    expect((await facts(rig, 'cust-story-settle')).accounts.find((one) => one.kind === 'credit')?.billUnpaidFen ?? 0).toBeGreaterThanOrEqual(total);
    await rig.control.setClock(morning(33), true);
    expect((await postings(rig, STORY, '2026-11-21')).every((one) => one.paidOn === '2026-12-23')).toBe(true);
  }, 60_000);

  test('missed days are made up in order: one leap of forty days gives the books of forty mornings', async () => {
    const leap = await start();
    const steps = await start();
    await bookStory(leap);
    await bookStory(steps);
    const { ran } = await leap.control.setClock(morning(40), true);
    expect(ran).toEqual(Array.from({ length: 40 }, (_, index) => addDays('2026-11-22', index)));
    for (let day = 1; day <= 40; day++) await steps.control.setClock(morning(day), true);
    const plans = [...STORY, 'plan-story-c', 'plan-story-twin'];
    expect(await postings(leap, plans, '2026-11-01')).toEqual(await postings(steps, plans, '2026-11-01'));
    for (const customerId of ['cust-story-settle', 'cust-0007', 'cust-0042', 'cust-0815', 'cust-p2-past-due']) {
      expect(await facts(leap, customerId)).toEqual(await facts(steps, customerId));
    }
  }, 60_000);

  test('a period posted after settlement shows on a later morning, once, as unexpected', async () => {
    const rig = await start();
    await bookStory(rig);
    await rig.control.fault({ kind: 'further-period-posted', planId: 'plan-story-a', count: 2 });
    await rig.control.setClock(morning(1), true);
    expect((await postings(rig, STORY, '2026-11-22')).filter((one) => one.cause === 'unexpected')).toEqual([]);
    await rig.control.setClock(morning(5), true);
    const unexpected = (await postings(rig, STORY, '2026-11-22')).filter((one) => one.cause === 'unexpected');
    expect(unexpected.map((one) => [one.planId, one.kind, one.postedOn, one.period, one.amountFen])).toEqual([
      ['plan-story-a', 'principal', '2026-11-23', 8, 370_370], ['plan-story-a', 'fee', '2026-11-23', 8, 66_667],
    ]);
    await rig.control.clearFaults();
    await rig.control.touch({ what: 'reverse-unexpected', planId: 'plan-story-a' });
    await rig.control.setClock(morning(6), true);
    expect((await postings(rig, STORY, '2026-11-22')).map((one) => one.cause)).toEqual(['settlement', 'settlement', 'settlement', 'settlement']);
  }, 60_000);

  test("a debit card's temporary loss lapses when the bank said so", async () => {
    const rig = await start();
    const read = await facts(rig, 'cust-story-loss');
    const outcome = value<BookOutcome>(await rig.bank.book(newKey(), {
      kind: 'card-loss', customerId: 'cust-story-loss', line: { cardId: 'card-story-loss-debit', reportedAt: read.readAt, lostAt: null },
    }, [{ fact: 'card.card-story-loss-debit.status', value: 'normal' }]));
    if (outcome.kind !== 'done' || outcome.lapseAt === null) throw new Error('not booked');
    const status = async (): Promise<string | undefined> => (await facts(rig, 'cust-story-loss')).cards.find((card) => card.id === 'card-story-loss-debit')?.status;
    await rig.control.setClock(addMs(outcome.lapseAt, -1), true);
    expect(await status()).toBe('lost');
    await rig.control.setClock(outcome.lapseAt, true);
    expect(await status()).toBe('normal');
  }, 60_000);

  test.each(['2026-11-20T17:30:00.000Z', '2026-11-21T15:30:00.000Z', '2026-11-21T14:10:00.000Z', '2027-02-27T16:30:00.000Z'])('the story can be told when the bank is made at %s', async (now) => {
    const rig = await startRig({ now, crowd: 0 });
    rigs.push(rig);
    const read = await facts(rig, 'cust-story-settle');
    const account = read.accounts.find((one) => one.id === 'acct-story-settle');
    expect(account).toMatchObject({ pastDueDays: 0, isStatementDay: false, hold: 'none', pendingRefundFen: 0, pendingReversals: 0, hardshipAgreement: false });
    expect((account?.cutoffAt ?? '') > addMs(now, 20 * 60_000)).toBe(true);
    const { quotes, refused } = value(await rig.bank.quote({ customerId: 'cust-story-settle', planIds: [...STORY, 'plan-story-c'] }));
    expect(refused).toEqual([]);
    expect(quotes.every((quote) => quote.expiresAt > addMs(now, 3 * 86_400_000))).toBe(true);
    expect(quotes.slice(0, 3).reduce((total, quote) => total + quote.dueNowFen, 0)).toBeGreaterThan(5_000_000);
    for (const planId of STORY) {
      const { operation, expected } = await settlementOf(rig, 'cust-story-settle', planId);
      expect(value(await rig.bank.book(newKey(), operation, expected)).kind).toBe('done');
    }
    await rig.control.setClock(addMs(now, 36 * 3_600_000), true);
    expect((await facts(rig, 'cust-story-settle')).plans.filter((plan) => plan.status === 'settled').map((plan) => plan.id).sort()).toEqual(STORY);
  }, 60_000);
});

describe('a power cut', () => {
  test('[TP4] killed while forty orders are on their way: every key tells, nothing is lost, nothing doubled', async () => {
    const rig = await start();
    const customers = await settleable(rig, 40);
    const orders = await Promise.all(customers.map(async (one) => ({ ...one, key: newKey(), ...(await settlementOf(rig, one.customerId, one.planId)) })));
    let firstAnswer: () => void = () => {};
    const answered = new Promise<void>((resolve) => { firstAnswer = resolve; });
    const sent = orders.map(async (order) => {
      const result = await rig.bank.book(order.key, order.operation, order.expected);
      if (result.kind === 'answer') firstAnswer();
      return result;
    });
    await answered;
    await rig.process.kill();
    const results = await Promise.all(sent);

    const again = await launchDemoBank({ dataDir: rig.dataDir });
    rig.process = again;
    const bank = makeHttpBank(again);
    for (const [index, order] of orders.entries()) {
      const before = results[index];
      const asked = value(await bank.inquire(order.key));
      if (before?.kind === 'answer') expect(asked).toEqual(before.value);
      const after = value(await bank.book(order.key, order.operation, order.expected));
      expect(after).toEqual(asked.kind === 'not-found' ? expect.objectContaining({ kind: 'refused', code: 'key-closed' }) : asked);
    }
    const ledger = await makeDemoBankControl(again).ledger();
    const done = ledger.filter((entry) => entry.state === 'done').map((entry) => entry.subject);
    expect(new Set(done).size).toBe(done.length);
    expect(ledger.length).toBe(orders.length);
  }, 90_000);

  test('killed and started again, the business time goes on from where it was and no night runs twice', async () => {
    const rig = await start();
    const total = await bookStory(rig);
    await rig.control.setClock(morning(1), true);
    await rig.process.kill();
    rig.process = await launchDemoBank({ dataDir: rig.dataDir });
    rig.bank = makeHttpBank(rig.process);
    rig.control = makeDemoBankControl(rig.process);
    expect(await rig.control.clock()).toEqual({ now: morning(1), batch: '2026-11-22', ran: [] });
    expect(sum(await postings(rig, STORY, '2026-11-21'))).toBe(total);
  }, 60_000);

  test('the same seed and day make the same bank', async () => {
    const one = await start();
    const two = await start();
    for (const customerId of ['cust-0001', 'cust-0500', 'cust-0900', 'cust-story-settle']) expect(await facts(one, customerId)).toEqual(await facts(two, customerId));
    expect((await facts(one, 'cust-0001')).readAt).toBe(NOW);
  }, 60_000);
});
