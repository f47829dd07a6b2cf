import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldCall } from '#shared/telephony/call-state.ts';
import { countCalls, joinHandLogged } from '#shared/telephony/hand-logged.ts';
import type { HandLoggedCall } from '#shared/telephony/hand-logged.ts';
import { at } from './arbitraries.ts';

const recorded = (callId: string, second: number, number: string | null, personId: string) =>
  foldCall(callId, [
    { kind: 'queued', eventId: 'q', callId, at: at(second), queue: 'general', ...(number === null ? {} : { number }) },
    { kind: 'answered', eventId: 'a', callId, at: at(second + 5), personId },
  ]);
const hand = (handLoggedId: string, second: number, number: string | null, personId = 'p1'): HandLoggedCall => ({
  handLoggedId, personId, direction: 'in', number, startedAt: at(second), endedAt: at(second + 200),
});

describe('a call logged by hand', () => {
  it('[CT6] is joined to the phone system’s record when that arrives, and counted once', () => {
    const logged = [hand('h1', 70, '10000000001')];
    expect(countCalls(logged, [])).toBe(1);
    const calls = [recorded('c1', 0, '+8610000000001', 'p1')];
    expect(joinHandLogged(logged, calls)).toEqual([{ handLoggedId: 'h1', callId: 'c1' }]);
    expect(countCalls(logged, calls)).toBe(1);
  });

  it('[CT6] is not joined to another number, another person or another hour', () => {
    const logged = [hand('h1', 0, '10000000001')];
    expect(joinHandLogged(logged, [recorded('c1', 0, '10000000002', 'p1')])).toEqual([]);
    expect(joinHandLogged(logged, [recorded('c1', 0, '10000000001', 'p2')])).toEqual([]);
    expect(joinHandLogged(logged, [recorded('c1', 3600, '10000000001', 'p1')])).toEqual([]);
  });

  it('[CT6] a number unknown on one side does not forbid the join; the nearest start wins', () => {
    const logged = [hand('h1', 100, null)];
    const calls = [recorded('c1', 0, '10000000001', 'p1'), recorded('c2', 90, '10000000002', 'p1')];
    expect(joinHandLogged(logged, calls)).toEqual([{ handLoggedId: 'h1', callId: 'c2' }]);
  });

  it('[CT6] no call is joined twice, in whatever order things arrived', () => {
    const number = fc.constantFrom(null, '10000000001', '10000000002');
    const seconds = fc.integer({ min: 0, max: 900 });
    const both = fc.tuple(fc.array(fc.tuple(seconds, number), { maxLength: 6 }), fc.array(fc.tuple(seconds, number), { maxLength: 6 }));
    fc.assert(fc.property(both, ([hands, records]) => {
      const logged = hands.map(([s, n], i) => hand(`h${i}`, s, n));
      const calls = records.map(([s, n], i) => recorded(`c${i}`, s, n, 'p1'));
      const joins = joinHandLogged(logged, calls);
      expect(new Set(joins.map((j) => j.handLoggedId)).size).toBe(joins.length);
      expect(new Set(joins.map((j) => j.callId)).size).toBe(joins.length);
      expect(joinHandLogged(logged.toReversed(), calls.toReversed())).toEqual(joins);
      expect(countCalls(logged, calls)).toBe(logged.length + calls.length - joins.length);
    }), { seed: 6, numRuns: 300 });
  });
});
