import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BookOutcome } from '#shared/protocol/bank.ts';
import { cardOrderOf, endRig, facts, newKey, settleable, settlementOf, startRig, value } from './with-bank.ts';
import type { Rig } from './with-bank.ts';

let rig: Rig;
let free: { customerId: string; planId: string }[];
beforeAll(async () => {
  rig = await startRig({ crowd: 400 });
  free = await settleable(rig, 60);
}, 90_000);
afterAll(() => endRig(rig));

/** Each test takes a customer of its own, so that no test stands on another's bookings. */
const somebody = (): { customerId: string; planId: string } => {
  const one = free.pop();
  if (!one) throw new Error('no customer left');
  return one;
};
const doneLines = async (customerId: string): Promise<number> => (await rig.control.ledger(customerId)).filter((entry) => entry.state === 'done').length;

describe('[TP4] one key, one booking', () => {
  test('the same order sent twenty times at once is booked once and answered alike', async () => {
    const { customerId, planId } = somebody();
    const { operation, expected } = await settlementOf(rig, customerId, planId);
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 20 }, () => rig.bank.book(key, operation, expected)));
    const outcomes = new Set(answers.map((answer) => JSON.stringify(value<BookOutcome>(answer))));
    expect(outcomes.size).toBe(1);
    expect(value<BookOutcome>(answers[0] ?? { kind: 'no-answer' }).kind).toBe('done');
    expect(await doneLines(customerId)).toBe(1);
  });

  test('two keys for one plan at once: one is booked, the other is told so', async () => {
    const { customerId, planId } = somebody();
    const { operation, expected } = await settlementOf(rig, customerId, planId);
    const answers = await Promise.all([1, 2, 3, 4].map(() => rig.bank.book(newKey(), operation, expected)));
    const kinds = answers.map((answer) => value<BookOutcome>(answer)).map((one) => (one.kind === 'refused' ? one.code : one.kind)).sort();
    expect(kinds).toEqual(['already-accepted', 'already-accepted', 'already-accepted', 'done']);
    expect(await doneLines(customerId)).toBe(1);
  });

  test('a used key with another order is no outcome; asked about, the key tells the truth', async () => {
    const first = somebody();
    const second = somebody();
    const one = await settlementOf(rig, first.customerId, first.planId);
    const other = await settlementOf(rig, second.customerId, second.planId);
    const key = newKey();
    const booked = value(await rig.bank.book(key, one.operation, one.expected));
    expect(await rig.bank.book(key, other.operation, other.expected)).toMatchObject({ kind: 'no-answer', cause: 'malformed' });
    expect(value(await rig.bank.inquire(key))).toEqual(booked);
    expect(await doneLines(second.customerId)).toBe(0);
  });
});

describe('[TP3] the bank compares and books in one step', () => {
  test('what changed is named with old and new, and the refusal closes the key for good', async () => {
    const { customerId, planId } = somebody();
    const before = await facts(rig, customerId);
    const plan = before.plans.find((one) => one.id === planId);
    const { operation, expected } = await settlementOf(rig, customerId, planId);
    await rig.control.touch({ what: 'account', accountId: plan?.account ?? '', pendingRefundFen: 12_800, hold: 'risk' });
    await rig.control.touch({ what: 'card-status', cardId: plan?.card ?? '', status: 'frozen' });
    const key = newKey();
    const refused = value(await rig.bank.book(key, operation, expected));
    expect(refused).toMatchObject({ kind: 'refused', code: 'facts-changed', changed: [
      { fact: `account.${plan?.account}.hold`, old: 'none', now: 'risk' },
      { fact: `account.${plan?.account}.pendingRefundFen`, old: 0, now: 12_800 },
      { fact: `card.${plan?.card}.status`, old: 'normal', now: 'frozen' },
    ] });
    await rig.control.touch({ what: 'account', accountId: plan?.account ?? '', pendingRefundFen: 0, hold: 'none' });
    await rig.control.touch({ what: 'card-status', cardId: plan?.card ?? '', status: 'normal' });
    expect(value(await rig.bank.book(key, operation, expected))).toEqual(refused);
    expect(value(await rig.bank.inquire(key))).toEqual(refused);
    expect(value(await rig.bank.book(newKey(), operation, expected)).kind).toBe('done');
  });

  test('a period that posted in between is named, a coffee in between is not', async () => {
    const { customerId, planId } = somebody();
    const { operation, expected } = await settlementOf(rig, customerId, planId);
    const plan = (await facts(rig, customerId)).plans.find((one) => one.id === planId);
    await rig.control.touch({ what: 'spend', cardId: plan?.card ?? '', amountFen: 2_800, merchant: '测试咖啡' });
    await rig.control.touch({ what: 'post-period', planId });
    const refused = value(await rig.bank.book(newKey(), operation, expected));
    if (refused.kind !== 'refused') throw new Error('booked on old facts');
    expect(refused.changed.map((one) => one.fact).filter((fact) => !fact.startsWith('plan.'))).toEqual([]);
    expect(refused.changed).toContainEqual({ fact: `plan.${planId}.periodsPosted`, old: plan?.periodsPosted, now: (plan?.periodsPosted ?? 0) + 1 });
  });

  test('a coffee alone voids nothing', async () => {
    const { customerId, planId } = somebody();
    const { operation, expected } = await settlementOf(rig, customerId, planId);
    const plan = (await facts(rig, customerId)).plans.find((one) => one.id === planId);
    await rig.control.touch({ what: 'spend', cardId: plan?.card ?? '', amountFen: 2_800, merchant: '测试咖啡' });
    expect(value(await rig.bank.book(newKey(), operation, expected)).kind).toBe('done');
  });

  test('an order that pins too little is refused: a fact left out counts as changed', async () => {
    const { customerId, planId } = somebody();
    const { operation, expected } = await settlementOf(rig, customerId, planId);
    const withoutHold = expected.filter((pin) => !pin.fact.endsWith('.hold'));
    expect(value(await rig.bank.book(newKey(), operation, withoutHold))).toMatchObject({ kind: 'refused', code: 'facts-changed' });
    expect(value(await rig.bank.book(newKey(), operation, []))).toMatchObject({ kind: 'refused', code: 'facts-changed' });
    expect(await doneLines(customerId)).toBe(0);
  });

  test('one fen apart is refused with both figures', async () => {
    const { customerId, planId } = somebody();
    const { operation, expected } = await settlementOf(rig, customerId, planId);
    if (operation.kind !== 'early-settlement') throw new Error('wrong kind');
    const wrong = { ...operation, line: { ...operation.line, dueNowFen: operation.line.dueNowFen + 1 } };
    expect(value(await rig.bank.book(newKey(), wrong, expected))).toMatchObject({
      kind: 'refused', code: 'amount-differs', changed: [{ fact: `quote.${planId}.dueNowFen`, old: wrong.line.dueNowFen, now: operation.line.dueNowFen }],
    });
  });

  test("a plan of somebody else's is unknown, and a customer who is none is unknown", async () => {
    const mine = somebody();
    const other = somebody();
    const { operation, expected } = await settlementOf(rig, mine.customerId, mine.planId);
    expect(value(await rig.bank.book(newKey(), { ...operation, customerId: other.customerId }, expected))).toMatchObject({ kind: 'refused', code: 'unknown-plan' });
    expect(value(await rig.bank.book(newKey(), { ...operation, customerId: 'nobody' }, expected))).toMatchObject({ kind: 'refused', code: 'unknown-customer' });
  });
});

describe('[TP10] an inquiry that finds nothing closes the key', () => {
  test('an order that comes after it is not booked', async () => {
    const { customerId, planId } = somebody();
    const { operation, expected } = await settlementOf(rig, customerId, planId);
    const key = newKey();
    const free = value(await rig.bank.inquire(key));
    expect(free).toMatchObject({ kind: 'not-found', closed: true });
    expect(value(await rig.bank.book(key, operation, expected))).toMatchObject({ kind: 'refused', code: 'key-closed' });
    expect(value(await rig.bank.inquire(key))).toEqual(free);
    expect(value(await rig.bank.close(key))).toEqual(free);
    expect(await doneLines(customerId)).toBe(0);
  });

  test('an order and an inquiry at once: what was told to be free is never booked', async () => {
    const races = await Promise.all(Array.from({ length: 20 }, async () => {
      const { customerId, planId } = somebody();
      const { operation, expected } = await settlementOf(rig, customerId, planId);
      const key = newKey();
      const [booked, asked] = await Promise.all([rig.bank.book(key, operation, expected), rig.bank.inquire(key)]);
      return { customerId, booked: value<BookOutcome>(booked), asked: value(asked) };
    }));
    for (const { customerId, booked, asked } of races) {
      if (asked.kind === 'not-found') {
        expect(booked).toMatchObject({ kind: 'refused', code: 'key-closed' });
        expect(await doneLines(customerId)).toBe(0);
      } else {
        expect(asked).toEqual(booked);
        expect(await doneLines(customerId)).toBe(1);
      }
    }
  });

  test('[SY9] closing a used key gives its outcome and changes nothing', async () => {
    const { customerId, planId } = somebody();
    const { operation, expected } = await settlementOf(rig, customerId, planId);
    const key = newKey();
    const booked = value(await rig.bank.book(key, operation, expected));
    expect(value(await rig.bank.close(key))).toEqual(booked);
  });
});

describe('[TP18] several lines', () => {
  test('booking one line changes no pinned fact of its sisters', async () => {
    const customerId = 'cust-story-settle';
    const lines = await Promise.all(['plan-story-a', 'plan-story-b', 'plan-story-d'].map((planId) => settlementOf(rig, customerId, planId)));
    for (const { operation, expected } of lines) expect(value(await rig.bank.book(newKey(), operation, expected)).kind).toBe('done');
    const read = await facts(rig, customerId);
    expect(read.plans.filter((plan) => plan.openOperation).map((plan) => plan.id).sort()).toEqual(['plan-story-a', 'plan-story-b', 'plan-story-d']);
  });
});

describe('stopping cards', () => {
  test('a credit card is locked free of charge and released again', async () => {
    const [customerId, cardId] = ['cust-story-loss', 'card-story-loss-credit'];
    const lock = await cardOrderOf(rig, 'card-lock', customerId, cardId);
    expect(value(await rig.bank.book(newKey(), lock.operation, lock.expected))).toMatchObject({ kind: 'done', chargeFen: 0, lapseAt: null, effectiveAt: '2026-11-21T02:00:00.000Z' });
    const again = await cardOrderOf(rig, 'card-lock', customerId, cardId);
    expect(value(await rig.bank.book(newKey(), again.operation, again.expected))).toMatchObject({ kind: 'refused', code: 'already-accepted' });
    const release = await cardOrderOf(rig, 'card-unlock', customerId, cardId);
    expect(value(await rig.bank.book(newKey(), release.operation, release.expected)).kind).toBe('done');
    expect((await facts(rig, customerId)).cards.find((card) => card.id === cardId)).toMatchObject({ status: 'normal', effectiveAt: null });
  });

  test('a credit card reported lost costs the fee and cannot be released by phone', async () => {
    const [customerId, cardId] = ['cust-story-reset', 'card-story-reset-credit'];
    const before = (await facts(rig, customerId)).accounts.find((one) => one.kind === 'credit');
    const loss = await cardOrderOf(rig, 'card-loss', customerId, cardId);
    expect(value(await rig.bank.book(newKey(), loss.operation, loss.expected))).toMatchObject({ kind: 'done', chargeFen: 2_000 });
    const after = (await facts(rig, customerId)).accounts.find((one) => one.kind === 'credit');
    expect((after?.nextBillFen ?? 0) - (before?.nextBillFen ?? 0)).toBe(2_000);
    const release = await cardOrderOf(rig, 'card-unlock', customerId, cardId);
    expect(value(await rig.bank.book(newKey(), release.operation, release.expected))).toMatchObject({ kind: 'refused', code: 'not-allowed' });
  });

  test('[FL6] a protective order needs no pins, but what it pins must hold', async () => {
    const line = { cardId: 'card-story-small', reportedAt: '2026-11-21T01:59:00.000Z', lostAt: null };
    const order = { kind: 'card-lock', customerId: 'cust-story-small', line } as const;
    expect(value(await rig.bank.book(newKey(), order, [{ fact: 'card.card-story-small.status', value: 'locked' }]))).toMatchObject({ kind: 'refused', code: 'facts-changed' });
    expect(value(await rig.bank.book(newKey(), order, [])).kind).toBe('done');
    expect(value(await rig.bank.book(newKey(), { ...order, kind: 'card-unlock' }, []))).toMatchObject({ kind: 'refused', code: 'facts-changed' });
  });

  test('a protective order waits for no overdue bill and no restriction', async () => {
    for (const customerId of ['cust-p2-past-due', 'cust-p6-judicial', 'cust-p4-statement-day']) {
      const lock = await cardOrderOf(rig, 'card-lock', customerId, `${customerId}-card`);
      expect(value(await rig.bank.book(newKey(), lock.operation, lock.expected)).kind).toBe('done');
    }
  });
});
