import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CaseState } from '#shared/case/state.ts';
import { callOf } from '#shared/operation/call-of.ts';
import type { CallEvent } from '#shared/telephony/call-event.ts';
import { callEventOrder } from '#shared/telephony/call-event-order.ts';
import { foldCall } from '#shared/telephony/call-state.ts';
import canonicalize from 'canonicalize';
import { anyEvent } from '../telephony/arbitraries.ts';

const caseWith = (events: CallEvent[]): CaseState => ({ calls: { c1: events }, handCalls: {} }) as unknown as CaseState;

describe('what is kept of a call', () => {
  it('[CT1] a call folded once and kept is the call folded anew, after every event', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 20 }), (events) => {
        for (let length = 0; length <= events.length; length++) {
          const state = caseWith(events.slice(0, length));
          const first = callOf(state, 'c1');
          expect(callOf(state, 'c1')).toBe(first);
          expect(first).toEqual(foldCall('c1', events.slice(0, length)));
        }
      }),
      { seed: 20261121, numRuns: 200 },
    );
  });

  it('[CT1] the list of one call asked for under another id is not the first call', () => {
    const events: CallEvent[] = [{ kind: 'queued', eventId: 'e1', callId: 'c1', at: '2026-03-02T01:00:00.000Z', queue: 'general' }];
    const state = { calls: { c1: events, c2: events }, handCalls: {} } as unknown as CaseState;
    expect(callOf(state, 'c1')?.phase).toBe('waiting');
    expect(callOf(state, 'c2')?.phase).toBe('unknown');
    expect(callOf(state, 'c1')?.phase).toBe('waiting');
    expect(callOf(state, 'c3')).toBeNull();
  });

  it('[CT1] of different events under one id the lesser in canonical form stays', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 25 }), (events) => {
        const least = new Map<string, string>();
        for (const event of events) {
          const text = canonicalize(event)!;
          const known = least.get(event.eventId);
          if (known === undefined || text < known) least.set(event.eventId, text);
        }
        expect(callEventOrder(events).map(({ event }) => canonicalize(event)!).toSorted()).toEqual([...least.values()].toSorted());
      }),
      { seed: 20261121, numRuns: 300 },
    );
  });
});
