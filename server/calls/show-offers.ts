import type { CaseState } from '#shared/case/state.ts';
import { callOf } from '#shared/operation/call-of.ts';
import type { LiveValue } from '#shared/protocol/live.ts';
import { queueNamed } from '#shared/telephony/queue.ts';
import type { CallOffer, CallState } from '#shared/telephony/call-state.ts';
import type { Centre } from '../centre.ts';

/** What the desktop is told of a call that rings: the caller's column is painted from this alone. */
export function offerShown(caseId: string, call: Pick<CallState, 'callId' | 'number' | 'queue' | 'queuedAt'>, offer: Pick<CallOffer, 'offeredAt' | 'expiresAt'>): NonNullable<LiveValue<'offer'>> {
  const queue = queueNamed(call.queue ?? 'general');
  return {
    callId: call.callId, caseId, number: call.number, queue: queue.queue, queueName: { zh: queue.zh, en: queue.en }, lossReport: queue.lossReport,
    offeredAt: offer.offeredAt, expiresAt: offer.expiresAt, acceptedAt: call.queuedAt ?? offer.offeredAt,
  };
}

/**
 * Shows the desktops of this node what another node, which is on duty, offers them: read from the cases, so that it is there
 * however it was heard of. On the node on duty its switchboard shows it, a moment earlier.
 */
export class OffersOfOthers {
  readonly #centre: Pick<Centre, 'live' | 'duty'>;
  /** By case: whom it rings at now, and what is shown. */
  readonly #open = new Map<string, { person: string; shown: NonNullable<LiveValue<'offer'>> }>();

  constructor(centre: Pick<Centre, 'live' | 'duty'>) {
    this.#centre = centre;
  }

  note(state: CaseState): void {
    const before = this.#open.get(state.id);
    const now = openOffer(state);
    if (now === null) this.#open.delete(state.id);
    else this.#open.set(state.id, now);
    for (const person of new Set([before?.person, now?.person])) if (person !== undefined && !this.#centre.duty.holds) this.#show(person);
  }

  #show(person: string): void {
    const newest = [...this.#open.values()].filter((one) => one.person === person).map(({ shown }) => shown).sort((a, b) => (a.offeredAt < b.offeredAt ? 1 : -1))[0];
    this.#centre.live.set(person, 'offer', newest ?? null);
  }
}

function openOffer(state: CaseState): { person: string; shown: NonNullable<LiveValue<'offer'>> } | null {
  for (const callId of Object.keys(state.calls)) {
    const call = callOf(state, callId);
    const offer = call?.phase === 'ended' ? undefined : call?.offers.findLast((one) => one.outcome === 'open');
    if (call !== null && offer !== undefined) return { person: offer.personId, shown: offerShown(state.id, call, offer) };
  }
  return null;
}
