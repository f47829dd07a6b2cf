import { describe, expect, it } from 'vitest';
import { differs, OutboxTeller, reportOf, type OutboxReport } from '../../../electron/desk/sync/outbox-report.ts';
import type { Waiting } from '../../../electron/desk/store/outbox.ts';

const MADE = '2026-11-23T02:00:00.000Z';
const at = (seconds: number): number => Date.parse(MADE) + seconds * 1_000;

describe('what is worth telling of an outbox', () => {
  it('is another magnitude of its number or of its age', () => {
    const of = (waiting: number, oldestSeconds: number): OutboxReport => ({ waiting, oldestSeconds });
    expect(differs(of(0, 0), of(1, 0))).toBe(true);
    expect(differs(of(1, 0), of(9, 9))).toBe(false);
    expect(differs(of(9, 9), of(10, 9))).toBe(true);
    expect(differs(of(9, 9), of(9, 10))).toBe(true);
    expect(differs(of(20_000, 28_800), of(90_000, 30_000))).toBe(false);
    expect(differs(of(3, 80), of(0, 0))).toBe(true);
  });

  it('has an age of zero where nothing waits, and where the clock was set back', () => {
    expect(reportOf({ waiting: 0, oldest: null }, at(5))).toEqual({ waiting: 0, oldestSeconds: 0 });
    expect(reportOf({ waiting: 2, oldest: MADE }, at(61.4))).toEqual({ waiting: 2, oldestSeconds: 61 });
    expect(reportOf({ waiting: 2, oldest: MADE }, at(-30))).toEqual({ waiting: 2, oldestSeconds: 0 });
  });
});

/** A desk whose time passes by hand. */
function desk() {
  const told: OutboxReport[] = [];
  const state = { seconds: 0, waiting: { waiting: 0, oldest: null } as Waiting, online: true, hears: true };
  let planned: { atSeconds: number; run: () => void } | null = null;
  const teller = new OutboxTeller({
    environment: {
      after: (ms, run) => {
        const mine = { atSeconds: state.seconds + ms / 1_000, run };
        planned = mine;
        return () => {
          if (planned === mine) planned = null;
        };
      },
    },
    nowMs: () => at(state.seconds), waiting: () => state.waiting, isOnline: () => state.online,
    tell: async (report) => {
      told.push(report);
      return state.hears;
    },
    report: (error) => {
      throw error;
    },
  });
  /** Lets a minute pass, and whatever is planned in it. */
  const minute = async (): Promise<void> => {
    state.seconds += 60;
    const due = planned;
    if (due !== null && due.atSeconds <= state.seconds) {
      planned = null;
      due.run();
    }
    await Promise.resolve();
    await Promise.resolve();
  };
  return { told, state, teller, minute, isPlanned: () => planned !== null };
}

describe('telling the server of the outbox', () => {
  it('[OF5] happens when a connection stands, and then once a minute where it has changed', async () => {
    const { told, state, teller, minute } = desk();
    teller.begin();
    expect(told).toEqual([]);
    state.waiting = { waiting: 10_000, oldest: new Date(at(-28_800)).toISOString() };
    await minute();
    expect(told).toEqual([{ waiting: 10_000, oldestSeconds: 28_860 }]);
    state.waiting = { waiting: 12_000, oldest: new Date(at(-28_800)).toISOString() };
    await minute();
    expect(told).toHaveLength(1);
    state.waiting = { waiting: 0, oldest: null };
    await minute();
    expect(told.at(-1)).toEqual({ waiting: 0, oldestSeconds: 0 });
    expect(told).toHaveLength(2);
  });

  it('never happens offline, and begins anew with the next connection', async () => {
    const { told, state, teller, minute, isPlanned } = desk();
    state.waiting = { waiting: 3, oldest: MADE };
    teller.begin();
    expect(told).toHaveLength(1);
    state.online = false;
    await minute();
    await minute();
    expect([told.length, isPlanned()]).toEqual([1, false]);
    state.online = true;
    teller.begin();
    expect(told.at(-1)).toEqual({ waiting: 3, oldestSeconds: 120 });
    teller.stop();
    expect(isPlanned()).toBe(false);
  });

  it('is done again where it was not heard', async () => {
    const { told, state, teller, minute } = desk();
    state.waiting = { waiting: 1, oldest: new Date(at(-5)).toISOString() };
    state.hears = false;
    teller.begin();
    await Promise.resolve();
    await Promise.resolve();
    state.waiting = { waiting: 1, oldest: new Date(at(58)).toISOString() };
    await minute();
    expect(told).toEqual([{ waiting: 1, oldestSeconds: 5 }, { waiting: 1, oldestSeconds: 2 }]);
  });
});
