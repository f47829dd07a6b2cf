import { describe, expect, it, vi } from 'vitest';
import { isLoopback } from '../../../server/http/listen.ts';
import { CONNECTIONS, RATES } from '../../../server/protection/limits.ts';
import { DoorGuard } from '../../../server/protection/door-guard.ts';
import { Rates, type Counter, type SharedStore } from '../../../server/protection/rates.ts';
import { Tally } from '../../../server/protection/tally.ts';

const times = async (counter: Counter, key: string, count: number): Promise<number[]> => {
  const waits = [];
  for (let n = 0; n < count; n += 1) waits.push(await counter.take(key));
  return waits;
};

describe('rates in memory', () => {
  it('[RB1] a key has so many, is told how long to wait, and is let in again; another key is not its neighbour', async () => {
    vi.useFakeTimers();
    try {
      const counter = new Rates(null).counter('door', { points: 3, seconds: 10 });
      expect(await times(counter, 'a', 3)).toEqual([0, 0, 0]);
      vi.advanceTimersByTime(4_000);
      expect(await counter.take('a')).toBe(6_000);
      expect(await counter.take('b')).toBe(0);
      vi.advanceTimersByTime(6_000);
      expect(await times(counter, 'a', 4)).toEqual([0, 0, 0, 10_000]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('[RB1] what was right is given back', async () => {
    const counter = new Rates(null).counter('door', { points: 2, seconds: 10 });
    for (let n = 0; n < 5; n += 1) {
      expect(await counter.take('a')).toBe(0);
      await counter.giveBack('a');
    }
    expect(await times(counter, 'a', 3)).toEqual([0, 0, expect.any(Number) as number]);
  });

  it.each([
    ['not there', { isReady: false, eval: () => Promise.reject(new Error('asked though it is not ready')) }],
    ['in trouble', { isReady: true, eval: () => Promise.reject(new Error('OOM')) }],
    ['silent', { isReady: true, eval: () => new Promise<never>(() => undefined) }],
  ] satisfies [string, SharedStore][])('[RB1] a shared store that is %s shuts nobody out and lets nobody do as they like', async (_what, store) => {
    const counter = new Rates(store).counter('door', { points: 2, seconds: 10 });
    expect(await times(counter, 'a', 2)).toEqual([0, 0]);
    expect(await counter.take('a')).toBeGreaterThan(9_000);
    expect(await counter.take('b')).toBe(0);
  });
});

describe('a tally', () => {
  it('[RB1] never waits for its counter, and shuts a key from the answer on for as long as the counter says', async () => {
    let now = 0;
    const told: number[] = [];
    const answers = [0, 700];
    const tally = new Tally({ take: async (_key, points = 1) => (told.push(points), answers.shift() ?? 0), giveBack: async () => undefined }, () => now);
    for (let n = 0; n < 40; n += 1) expect(tally.take('a')).toBe(0);
    await Promise.resolve();
    await Promise.resolve();
    expect(told).toEqual([20, 20]);
    expect(tally.take('a')).toBe(700);
    expect(tally.take('b')).toBe(0);
    // Coming back as another connection does not open it.
    tally.rest('a');
    expect(tally.shut('a')).toBe(700);
    now = 700;
    expect(tally.take('a')).toBe(0);
  });

  it('[RB1] tells what is left when nobody is there any more', () => {
    const told: number[] = [];
    const tally = new Tally({ take: async (_key, points = 1) => (told.push(points), 0), giveBack: async () => undefined }, () => 0);
    tally.take('a');
    tally.rest('a');
    expect(told).toEqual([1]);
  });
});

describe('the guard of the door', () => {
  const seat = (person: string, workstation: string) => ({ person: { id: person }, workstation });

  it('[RB1] a person and a workstation have few desktops; the place of one that left is free', async () => {
    const guard = new DoorGuard(new Rates(null), { rates: RATES, connections: { ...CONNECTIONS, person: 2, workstation: 3 } }, () => 0);
    const enter = async (person: string, workstation: string) => {
      const refusal = await guard.admit(seat(person, workstation));
      if (refusal === null) guard.entered(seat(person, workstation));
      return refusal?.code ?? null;
    };
    expect([await enter('p', 'w1'), await enter('p', 'w1'), await enter('p', 'w2')]).toEqual([null, null, 'too-many-desktops']);
    guard.left(seat('p', 'w1'));
    expect([await enter('q', 'w1'), await enter('r', 'w1'), await enter('s', 'w1')]).toEqual([null, null, 'too-many-desktops']);
    expect(await enter('p', 'w2')).toBeNull();
  });

  it('[RB1] messages of all desktops of a person count together, and the door says when to come again', async () => {
    const guard = new DoorGuard(new Rates(null), { rates: RATES, connections: CONNECTIONS }, () => performance.now());
    for (let n = 0; n < 6_020; n += 1) guard.message(seat('p', `w${n % 2}`));
    await vi.waitFor(() => expect(guard.message(seat('p', 'w9'))).toBeGreaterThan(8_000), { timeout: 20_000 });
    expect(guard.message(seat('q', 'w0'))).toBe(0);
    expect(await guard.admit(seat('p', 'w8'))).toMatchObject({ code: 'too-frequent', detail: { retryAfterMs: expect.any(Number) as number } });
  });

  it('[OF5] two hundred who return at once from one address, each with ten thousand commands, meet none of it', async () => {
    const guard = new DoorGuard(new Rates(null), { rates: RATES, connections: CONNECTIONS }, () => 0);
    for (let n = 0; n < 200; n += 1) {
      const one = seat(`p${n}`, `w${n}`);
      expect([await guard.knock('10.0.0.1'), await guard.admit(one)]).toEqual([null, null]);
      guard.entered(one);
      // 10,000 commands in messages of 40 at the least, and as many pages of feed.
      for (let message = 0; message < 500; message += 1) expect(guard.message(one)).toBe(0);
    }
  });
});

it('[PR9] loopback is what no other machine reaches, and nothing that looks like it', () => {
  expect(['127.0.0.1', '127.8.8.8', '::1', 'localhost'].map(isLoopback)).toEqual([true, true, true, true]);
  expect(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.com', 'localhost.example.com', '', '1127.0.0.1'].map(isLoopback)).toEqual([false, false, false, false, false, false, false]);
});
