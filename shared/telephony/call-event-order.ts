import canonicalize from 'canonicalize';
import type { CallEvent, CallEventKind } from './call-event.ts';

export interface OrderedCallEvent {
  event: CallEvent;
  /** The event's time, never before that of an event which the phone system numbered lower. */
  effectiveAt: string;
}

/** Order of events that share one millisecond and carry no number. */
const rank: Record<CallEventKind, number> = {
  queued: 0,
  'callback-dialled': 1,
  offered: 2,
  'offer-ended': 3,
  accepted: 4,
  answered: 5,
  'callback-answered': 5,
  held: 6,
  retrieved: 7,
  transferred: 8,
  'callback-no-answer': 9,
  abandoned: 9,
  ended: 10,
};

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * One total order over a *set* of a call's events, whatever order and however often they came (CT1).
 *
 * Comparing pairs ("by number if both have one, else by time") is not transitive, and a sort on it would depend on the
 * order of arrival. So numbered events are ordered by number first and given the running maximum of their times; the
 * others are then merged in by time.
 *
 * Two different events under one id: the lesser in canonical JSON is kept, so that the choice too is independent of order.
 */
export function callEventOrder(events: readonly CallEvent[]): OrderedCallEvent[] {
  const byId = new Map<string, CallEvent>();
  for (const event of events) {
    const known = byId.get(event.eventId);
    // Canonical form costs more than the whole fold: only what came twice needs it.
    if (known === undefined || (known !== event && compareText(canonicalize(event) ?? '', canonicalize(known) ?? '') < 0)) byId.set(event.eventId, event);
  }
  const unique = [...byId.values()];

  const numbered = unique.filter((event) => event.sequence !== undefined).toSorted((a, b) => a.sequence! - b.sequence! || byTime(a, b));
  let latest = '';
  const keyed: OrderedCallEvent[] = numbered.map((event) => {
    if (event.at > latest) latest = event.at;
    return { event, effectiveAt: latest };
  });
  const plain = unique
    .filter((event) => event.sequence === undefined)
    .toSorted(byTime)
    .map((event) => ({ event, effectiveAt: event.at }));

  const merged: OrderedCallEvent[] = [];
  let next = 0;
  for (const item of keyed) {
    for (; next < plain.length && plain[next]!.effectiveAt < item.effectiveAt; next++) merged.push(plain[next]!);
    merged.push(item);
  }
  return [...merged, ...plain.slice(next)];
}

function byTime(a: CallEvent, b: CallEvent): number {
  return compareText(a.at, b.at) || rank[a.kind] - rank[b.kind] || compareText(a.eventId, b.eventId);
}
