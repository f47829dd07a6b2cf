import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pinnedFacts } from '#shared/operation/pinned-facts.ts';
import type { BookOperation, CustomerFacts, PinnedFact } from '#shared/protocol/bank.ts';
import { settle } from '#shared/money/instalment.ts';
import type { Bank } from '../../../server/bank/bank.ts';
import type { Touch } from '../../../server/bank/demo/demo-schema.ts';
import { STORIES } from '../../../server/bank/demo/stories.ts';
import { value } from './with-bank.ts';

/** A bank with the customers of the stories, standing still at a business time. */
export type Standing = { bank: Bank; now: string; touch: (move: Touch) => Promise<void>; end: () => Promise<void> };

const { settle: LARGE, small: SMALL, loss: LOSS } = STORIES;
const NOBODY = 'cust-nobody';
/** A key that nobody has used; its form is what this program sends. */
const newKey = (): string => `${randomUUID()}.${randomUUID()}`;

/** What every bank behind the interface must do, in whichever way it is reached. */
export function bankContract(name: string, stand: () => Promise<Standing>): void {
  describe(`the contract of core banking: ${name}`, () => {
    let at: Standing;
    beforeAll(async () => {
      at = await stand();
    }, 90_000);
    afterAll(() => at.end());

    const read = async (customerId: string): Promise<CustomerFacts> => value(await at.bank.read({ customerId }));
    const settlement = async (customerId: string, planId: string): Promise<{ operation: BookOperation; expected: PinnedFact[] }> => {
      const facts = await read(customerId);
      const plan = facts.plans.find((one) => one.id === planId)!;
      const figures = settle(plan);
      if ('refusal' in figures) throw new Error(figures.refusal.code);
      return { operation: { kind: 'early-settlement', customerId, line: { planId, dueNowFen: figures.dueNowFen, remainingFen: figures.remainingFen, feeFen: figures.extraFen } }, expected: pinnedFacts(facts, { planIds: [planId] }) };
    };
    const lock = async (customerId: string, cardId: string): Promise<BookOperation> => ({ kind: 'card-lock', customerId, line: { cardId, reportedAt: (await read(customerId)).readAt, lostAt: null } });

    test('answers with its own business time, in UTC with milliseconds', async () => {
      expect(value(await at.bank.ping())).toEqual({ bankTime: at.now });
    });

    test('facts are whole, of that customer, as of the business time; amounts are whole fen', async () => {
      const facts = await read(LARGE.customerId);
      expect(facts).toMatchObject({ customer: { id: LARGE.customerId, numberMatchesReserved: null }, readAt: at.now, asOf: at.now });
      expect(facts.plans.map((plan) => plan.id)).toEqual(expect.arrayContaining([...LARGE.planIds]));
      for (const plan of facts.plans) {
        expect(facts.accounts.map((account) => account.id)).toContain(plan.account);
        expect(facts.cards.map((card) => card.id)).toContain(plan.card);
        expect(plan.periodsPosted + plan.periodsLeft).toBe(plan.periodsTotal);
        expect(Number.isSafeInteger(plan.remainingFen)).toBe(true);
      }
    });

    test('the caller number is compared, and told only as a yes or no', async () => {
      const { phone } = value(await at.bank.reservedPhone(LARGE.customerId));
      const [same, other] = await Promise.all([phone, '19900000000'].map((callerNumber) => at.bank.read({ customerId: LARGE.customerId, callerNumber })));
      expect([value(same!).customer.numberMatchesReserved, value(other!).customer.numberMatchesReserved]).toEqual([true, false]);
      expect(JSON.stringify(value(same!))).not.toContain(phone);
    });

    test('who does not exist is rejected with a code, in both languages', async () => {
      const rejected = [
        await at.bank.read({ customerId: NOBODY }), await at.bank.quote({ customerId: NOBODY, planIds: ['p'] }), await at.bank.reservedPhone(NOBODY),
        await at.bank.verify({ customerId: NOBODY, factor: 'name', answer: 'x' }),
      ];
      for (const answer of rejected) expect(answer).toMatchObject({ kind: 'rejected', code: 'unknown-customer', text: { zh: expect.stringMatching(/./), en: expect.stringMatching(/./) } });
      expect(await at.bank.postings({ customerId: LARGE.customerId, planIds: ['no-such-plan'] })).toMatchObject({ kind: 'rejected', code: 'unknown-plan' });
    });

    test('[RB1] a question out of shape is rejected and harms nothing', async () => {
      expect(await at.bank.quote({ customerId: LARGE.customerId, planIds: [] })).toMatchObject({ kind: 'rejected', code: 'bad-request' });
      expect(value(await at.bank.ping()).bankTime).toBe(at.now);
    });

    test("the bank's quote is remaining principal and fee; what it will not quote is named with why", async () => {
      const { quotes, refused } = value(await at.bank.quote({ customerId: LARGE.customerId, planIds: [LARGE.planIds[0]!, 'no-such-plan'] }));
      expect(quotes).toHaveLength(1);
      expect(quotes[0]!.dueNowFen).toBe(quotes[0]!.remainingFen + quotes[0]!.feeFen);
      expect(refused).toMatchObject([{ planId: 'no-such-plan', code: 'unknown-plan' }]);
    });

    test('finding gives masked matches and no search key; verifying gives yes or no', async () => {
      const { phone } = value(await at.bank.reservedPhone(SMALL.customerId));
      const found = value(await at.bank.find({ phone }));
      expect(found).toMatchObject({ matches: [{ id: SMALL.customerId }], more: false });
      expect(JSON.stringify(found)).not.toContain(phone);
      expect(value(await at.bank.verify({ customerId: SMALL.customerId, factor: 'idLast4', answer: 'zzzz' }))).toEqual({ ok: false });
    });

    test('transactions are newest first and no more than asked for', async () => {
      const { transactions, asOf } = value(await at.bank.recentTransactions({ customerId: SMALL.customerId, limit: 2 }));
      expect(transactions.length).toBeLessThanOrEqual(2);
      expect(transactions.map((one) => one.at)).toEqual(transactions.map((one) => one.at).sort().reverse());
      expect(asOf).toBe(at.now);
    });

    test('[TP3] a pinned value that differs refuses the order in the same step, names old and new, and closes the key', async () => {
      const { operation, expected } = await settlement(SMALL.customerId, SMALL.planIds[0]!);
      const { account } = (await read(SMALL.customerId)).plans.find((plan) => plan.id === SMALL.planIds[0])!;
      await at.touch({ what: 'account', accountId: account, hold: 'risk' });
      const key = newKey();
      const refused = value(await at.bank.book(key, operation, expected));
      expect(refused).toMatchObject({ kind: 'refused', key, code: 'facts-changed', changed: [{ fact: `account.${account}.hold`, old: 'none', now: 'risk' }] });
      await at.touch({ what: 'account', accountId: account, hold: 'none' });
      expect(value(await at.bank.book(key, operation, expected))).toEqual(refused);
      expect(value(await at.bank.inquire(key))).toEqual(refused);
      expect((await read(SMALL.customerId)).plans.find((plan) => plan.id === SMALL.planIds[0])).toMatchObject({ openOperation: false });
    });

    test('[TP4] one key is booked once, however often it is sent and asked about; a second key for the same is refused', async () => {
      const [planId] = LARGE.planIds;
      const { operation, expected } = await settlement(LARGE.customerId, planId!);
      const key = newKey();
      const answers = await Promise.all(Array.from({ length: 8 }, () => at.bank.book(key, operation, expected)));
      const [done, ...others] = answers.map((answer) => value(answer));
      expect(done).toMatchObject({ kind: 'done', key, receipt: expect.stringMatching(/./) });
      for (const other of [...others, value(await at.bank.inquire(key)), value(await at.bank.close(key))]) expect(other).toEqual(done);
      expect((await read(LARGE.customerId)).plans.find((plan) => plan.id === planId)).toMatchObject({ openOperation: true });
      expect(value(await at.bank.book(newKey(), operation, expected)).kind).toBe('refused');
    });

    test('[TP4] a used key with another order is no outcome, and books nothing', async () => {
      const [first, other] = [await settlement(LARGE.customerId, LARGE.planIds[1]!), await lock(LOSS.customerId, LOSS.creditCardId)];
      const key = newKey();
      const done = value(await at.bank.book(key, first.operation, first.expected));
      expect(await at.bank.book(key, other, [])).toMatchObject({ kind: 'no-answer', cause: 'malformed' });
      expect(value(await at.bank.inquire(key))).toEqual(done);
      expect((await read(LOSS.customerId)).cards.find((card) => card.id === LOSS.creditCardId)).toMatchObject({ status: 'normal' });
    });

    test.each(['inquire', 'close'] as const)('[TP10] %s of a key that was never heard of closes it in the same answer, and it is never booked afterwards', async (ask) => {
      const key = newKey();
      const told = value(await at.bank[ask](key));
      expect(told).toEqual({ kind: 'not-found', key, closed: true, closedAt: at.now });
      expect(value(await at.bank[ask](key))).toEqual(told);
      expect(value(await at.bank.book(key, await lock(LOSS.customerId, LOSS.creditCardId), []))).toMatchObject({ kind: 'refused', code: 'key-closed' });
      expect((await read(LOSS.customerId)).cards.find((card) => card.id === LOSS.creditCardId)).toMatchObject({ status: 'normal' });
    });

    test('[TP10] an order and inquiries for its key at once agree: booked, or free for ever', async () => {
      const order = await lock(LOSS.customerId, LOSS.debitCardId);
      const key = newKey();
      const [booked, ...asked] = await Promise.all([at.bank.book(key, order, []), at.bank.inquire(key), at.bank.close(key)]);
      const outcome = value(booked);
      const status = (await read(LOSS.customerId)).cards.find((card) => card.id === LOSS.debitCardId)!.status;
      if (outcome.kind === 'done') for (const answer of asked) expect(value(answer)).toEqual(outcome);
      else for (const answer of asked) expect(value(answer).kind).toBe('not-found');
      expect(status).toBe(outcome.kind === 'done' ? 'locked' : 'normal');
    });

    test('[SY9] the keys of a time, page by page, each with what became of it', async () => {
      const all = [];
      for (let after = 0, more = true; more;) {
        const page = value(await at.bank.keysSince({ since: at.now, after, limit: 2 }));
        expect(page.keys.length).toBeLessThanOrEqual(2);
        all.push(...page.keys);
        ({ last: after, more } = page);
      }
      expect(new Set(all.map((one) => one.key)).size).toBe(all.length);
      expect(all.filter((one) => one.outcome.kind === 'done' && one.kind === 'early-settlement').map((one) => one.subject)).toEqual(LARGE.planIds.slice(0, 2));
      for (const one of all) expect(value(await at.bank.inquire(one.key))).toEqual(one.outcome);
      const later = new Date(Date.parse(at.now) + 1).toISOString();
      expect(value(await at.bank.keysSince({ since: later, after: 0, limit: 10 })).keys).toEqual([]);
    });
  });
}
