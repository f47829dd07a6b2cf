import fc from 'fast-check';
import type { CallEvent, CallEventKind } from '#shared/telephony/call-event.ts';

const start = Date.parse('2026-03-02T01:00:00.000Z');
export const at = (seconds: number): string => new Date(start + seconds * 1000).toISOString();

const kinds: readonly CallEventKind[] = [
  'queued', 'answered', 'held', 'retrieved', 'transferred', 'ended', 'abandoned', 'callback-dialled',
  'callback-answered', 'callback-no-answer', 'offered', 'offer-ended', 'accepted',
];

/** Any event at all, with few ids and times, so that copies, contradictions and equal times are common. */
export const anyEvent: fc.Arbitrary<CallEvent> = fc
  .record({
    id: fc.integer({ min: 0, max: 30 }),
    kind: fc.constantFrom(...kinds),
    second: fc.integer({ min: 0, max: 12 }),
    sequence: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
    person: fc.constantFrom('p1', 'p2'),
    offer: fc.constantFrom('o1', 'o2', 'o3'),
    number: fc.option(fc.constantFrom('10000000001', '10000000002'), { nil: undefined }),
  })
  .map(({ id, kind, second, sequence, person, offer, number }): CallEvent => {
    const common = {
      eventId: `e${id}`, callId: 'c1', at: at(second),
      ...(sequence === undefined ? {} : { sequence }), ...(number === undefined ? {} : { number }),
    };
    switch (kind) {
      case 'queued': return { ...common, kind, queue: 'general' };
      case 'answered': return { ...common, kind, ...(id % 2 ? { personId: person } : {}) };
      case 'transferred': return id % 2 ? { ...common, kind, toQueue: 'loss' } : { ...common, kind, toPersonId: person };
      case 'ended': return { ...common, kind, reason: 'customer-hung-up' };
      case 'callback-no-answer': return { ...common, kind, reason: 'busy' };
      case 'offered': return { ...common, kind, offerId: offer, personId: person, desktopId: `d-${person}`, expiresAt: at(second + 20) };
      case 'offer-ended': return { ...common, kind, offerId: offer, reason: 'rona' };
      case 'accepted': return { ...common, kind, offerId: offer, personId: person, desktopId: `d-${person}` };
      default: return { ...common, kind };
    }
  });

/** The same events in another order, some of them several times. */
export function disordered(events: readonly CallEvent[]): fc.Arbitrary<CallEvent[]> {
  return fc
    .tuple(fc.shuffledSubarray([...events], { minLength: events.length }), fc.subarray([...events]), fc.integer({ min: 0, max: 1000 }))
    .map(([all, copies, cut]) => {
      const i = all.length === 0 ? 0 : cut % all.length;
      return [...all.slice(0, i), ...copies, ...all.slice(i)];
    });
}
