import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { endRig, facts, newKey, settleable, settlementOf, startRig, value } from './with-bank.ts';
import type { Rig } from './with-bank.ts';

let rig: Rig;
let free: { customerId: string; planId: string }[];
beforeAll(async () => {
  rig = await startRig({ crowd: 100 });
  free = await settleable(rig, 12);
}, 90_000);
afterEach(() => rig.control.clearFaults());
afterAll(() => endRig(rig));

const somebody = (): { customerId: string; planId: string } => {
  const one = free.pop();
  if (!one) throw new Error('no customer left');
  return one;
};

describe('[TP10] silence is in doubt, and only the key tells', () => {
  test('no answer: not booked, the inquiry frees and closes it', async () => {
    const { customerId, planId } = somebody();
    const { operation, expected } = await settlementOf(rig, customerId, planId);
    await rig.control.fault({ kind: 'no-answer' });
    const key = newKey();
    expect(await rig.bank.book(key, operation, expected, { timeoutMs: 150 })).toMatchObject({ kind: 'no-answer', cause: 'timeout' });
    expect(value(await rig.bank.inquire(key))).toMatchObject({ kind: 'not-found', closed: true });
    expect(value(await rig.bank.book(newKey(), operation, expected)).kind).toBe('done');
  });

  test('answered but lost: booked, the inquiry gives the receipt and so does the same key', async () => {
    const { customerId, planId } = somebody();
    const { operation, expected } = await settlementOf(rig, customerId, planId);
    await rig.control.fault({ kind: 'answered-but-lost' });
    const key = newKey();
    expect(await rig.bank.book(key, operation, expected)).toMatchObject({ kind: 'no-answer', cause: 'cut-off' });
    const told = value(await rig.bank.inquire(key));
    expect(told.kind).toBe('done');
    expect(value(await rig.bank.book(key, operation, expected))).toEqual(told);
    expect((await rig.control.ledger(customerId)).length).toBe(1);
  });

  test('slow beyond the wait: the answer comes too late, the key still tells', async () => {
    const { customerId, planId } = somebody();
    const { operation, expected } = await settlementOf(rig, customerId, planId);
    await rig.control.fault({ kind: 'slow', call: 'book', ms: 300 });
    const key = newKey();
    expect((await rig.bank.book(key, operation, expected, { timeoutMs: 50 })).kind).toBe('no-answer');
    // The order is still on its way inside the bank: whichever comes first, the two agree.
    const asked = value(await rig.bank.inquire(key));
    const late = value(await rig.bank.book(key, operation, expected));
    expect(asked.kind === 'not-found' ? late : asked).toMatchObject(asked.kind === 'not-found' ? { kind: 'refused', code: 'key-closed' } : { kind: 'done' });
  });

  test('an inquiry that gets no answer leaves the doubt', async () => {
    await rig.control.fault({ kind: 'no-answer', call: 'inquire' });
    const key = newKey();
    expect((await rig.bank.inquire(key, { timeoutMs: 100 })).kind).toBe('no-answer');
    expect((await rig.control.ledger()).some((entry) => entry.key === key)).toBe(false);
  });
});

describe('a fault is for a number of times', () => {
  test('slow twice, then as before', async () => {
    await rig.control.fault({ kind: 'slow', call: 'ping', ms: 10_000, count: 2 });
    const kinds = [];
    for (let n = 0; n < 3; n++) kinds.push((await rig.bank.ping({ timeoutMs: n < 2 ? 60 : 5_000 })).kind);
    expect(kinds).toEqual(['no-answer', 'no-answer', 'answer']);
  });

  test('the second of three lines is refused, and a new order for it goes through', async () => {
    await rig.control.fault({ kind: 'line-refused', nth: 2 });
    const lines = [somebody(), somebody(), somebody()];
    const kinds = [];
    for (const { customerId, planId } of lines) {
      const { operation, expected } = await settlementOf(rig, customerId, planId);
      const outcome = value(await rig.bank.book(newKey(), operation, expected));
      kinds.push(outcome.kind === 'refused' ? outcome.code : outcome.kind);
    }
    expect(kinds).toEqual(['done', 'line-refused', 'done']);
    const again = lines[1];
    const { operation, expected } = await settlementOf(rig, again?.customerId ?? '', again?.planId ?? '');
    expect(value(await rig.bank.book(newKey(), operation, expected)).kind).toBe('done');
  });

  test('one of the three lines of the story is refused by name; the refused plan goes on as before', async () => {
    await rig.control.fault({ kind: 'line-refused', subject: 'plan-story-b' });
    const outcomes: Record<string, string> = {};
    for (const planId of ['plan-story-a', 'plan-story-b', 'plan-story-d']) {
      const { operation, expected } = await settlementOf(rig, 'cust-story-settle', planId);
      const outcome = value(await rig.bank.book(newKey(), operation, expected));
      outcomes[planId] = outcome.kind;
      if (outcome.kind === 'refused') expect(outcome.reason.zh).not.toBe('');
    }
    expect(outcomes).toEqual({ 'plan-story-a': 'done', 'plan-story-b': 'refused', 'plan-story-d': 'done' });
    expect((await facts(rig, 'cust-story-settle')).plans.find((plan) => plan.id === 'plan-story-b')).toMatchObject({ status: 'active', openOperation: false });
  });
});
