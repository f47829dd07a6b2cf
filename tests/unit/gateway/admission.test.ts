import { describe, expect, it } from 'vitest';
import { Admission, type AdmissionLimits } from '../../../server/gateway/admission.ts';

const LIMITS: AdmissionLimits = { burst: 10, perSecond: 5, urgentBurst: 4, urgentPerSecond: 1, pullsAtOnce: 2 };
const waitOf = (refusal: ReturnType<Admission['enter']>): number => Number(refusal?.detail?.['retryAfterMs']);

describe('[OF5] admission', () => {
  it('lets in what can be served, and sends the others away for times of their own', () => {
    let now = 0;
    const door = new Admission(() => now, LIMITS);
    const told = Array.from({ length: 30 }, () => door.enter(false));
    expect(told.filter((one) => one === null)).toHaveLength(LIMITS.burst);
    const waits = told.filter((one) => one !== null).map(waitOf);
    expect(told.at(-1)).toMatchObject({ code: 'busy' });
    // One place every fifth of a second; nobody at once.
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...waits)).toBe(4_000);
    expect(new Set(waits).size).toBeGreaterThan(15);
    // Each who comes when told finds a place.
    for (const wait of waits.toSorted((a, b) => a - b)) {
      now = wait;
      expect(door.enter(false)).toBeNull();
    }
  });

  it('[OF4] keeps places for urgent work, however many others come', () => {
    const door = new Admission(() => 0, LIMITS);
    for (let i = 0; i < 100; i += 1) door.enter(false);
    expect(door.enter(false)).not.toBeNull();
    for (let i = 0; i < LIMITS.urgentBurst; i += 1) expect(door.enter(true)).toBeNull();
    // Whoever calls everything urgent only shares those places.
    expect(door.enter(true)).toMatchObject({ code: 'busy' });
  });

  it('nobody is sent away for longer than a minute', () => {
    const door = new Admission(() => 0, LIMITS);
    const waits = Array.from({ length: 5_000 }, () => door.enter(false)).filter((one) => one !== null).map(waitOf);
    expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
  });

  it('first pulls wait their turn, urgent ones first, and one that fails gives its turn on', async () => {
    const door = new Admission(() => 0, LIMITS);
    const order: string[] = [];
    const open: (() => void)[] = [];
    const pull = (name: string, urgent = false) => door.inTurn(urgent, () => new Promise<void>((resolve, reject) => {
      order.push(name);
      open.push(() => (name === 'b' ? reject(new Error(name)) : resolve()));
    }));
    const all = Promise.allSettled([pull('a'), pull('b'), pull('c'), pull('d'), pull('e', true)]);
    expect(order).toEqual(['a', 'b']);
    for (let next = 0; next < 5; next += 1) {
      open[next]!();
      await new Promise(setImmediate);
    }
    expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
    expect(order).toEqual(['a', 'b', 'e', 'c', 'd']);
    // No turn was lost.
    const [first, second] = [pull('f'), pull('g')];
    await new Promise(setImmediate);
    expect(order.slice(5)).toEqual(['f', 'g']);
    open.slice(5).forEach((one) => one());
    await Promise.all([first, second]);
  });
});
