import type { HandCall } from '../case/night-schema.ts';
import type { CaseState } from '../case/state.ts';
import type { CallEvent } from '../telephony/call-event.ts';
import { blankCall, foldCall, type CallState } from '../telephony/call-state.ts';

/**
 * Folded calls by their list of events: a case is never changed in place, so the same list is the same call, and one
 * decision asks for it several times. An entry goes with its list.
 */
const folded = new WeakMap<readonly CallEvent[], { callId: string; call: Readonly<CallState> }>();
const logged = new WeakMap<HandCall, { joined: Readonly<CallState> | null; call: Readonly<CallState> }>();

function phoneCallOf(state: Pick<CaseState, 'calls'>, callId: string): Readonly<CallState> | null {
  const events = Object.hasOwn(state.calls, callId) ? state.calls[callId] : undefined;
  if (events === undefined) return null;
  const known = folded.get(events);
  if (known?.callId === callId) return known.call;
  const call = foldCall(callId, events);
  folded.set(events, { callId, call });
  return call;
}

/** A call logged by hand, as far as the agent's word goes; the phone system's own, once joined, has the recording and knows the end (CT6). */
function handCallOf(hand: HandCall, joined: Readonly<CallState> | null): Readonly<CallState> {
  const known = logged.get(hand);
  if (known !== undefined && known.joined === joined) return known.call;
  const endedAt = hand.endedAt ?? (joined?.phase === 'ended' ? joined.endedAt : null);
  const call: CallState = {
    ...blankCall(hand.callId), direction: hand.direction, number: hand.number, phase: endedAt === null ? 'talking' : 'ended',
    queuedAt: hand.direction === 'in' ? hand.startedAt : null, personId: hand.by, answeredAt: hand.startedAt, endedAt, endReason: endedAt === null ? null : 'unknown',
    legs: [{ personId: hand.by, desktopId: null, answeredAt: hand.startedAt, endedAt, heldMs: 0 }], recordingId: joined?.recordingId ?? null, events: 1,
  };
  logged.set(hand, { joined, call });
  return call;
}

/**
 * The state of one call of a case, folded from what the phone system told or as it was logged by hand, or null. Shared by all
 * who ask: never write to it.
 */
export function callOf(state: Pick<CaseState, 'calls' | 'handCalls'>, callId: string): Readonly<CallState> | null {
  const hand = Object.hasOwn(state.handCalls, callId) ? state.handCalls[callId] : undefined;
  if (hand === undefined) return phoneCallOf(state, callId);
  return handCallOf(hand, hand.joinedTo === null ? null : phoneCallOf(state, hand.joinedTo));
}

/**
 * Every call of the case, each once: what was logged by hand and is joined to a call of the phone system is that call (CT6).
 *
 * @returns ids in the order they began
 */
export function callIdsOf(state: Pick<CaseState, 'calls' | 'handCalls'>): string[] {
  const joined = new Set(Object.values(state.handCalls).map((hand) => hand.joinedTo));
  const ids = [...Object.keys(state.calls).filter((id) => !joined.has(id)), ...Object.keys(state.handCalls)];
  const begun = (id: string): string => {
    const call = callOf(state, id);
    return call?.queuedAt ?? call?.answeredAt ?? call?.callback?.dialledAt ?? '';
  };
  return Object.keys(state.handCalls).length === 0 ? ids : ids.toSorted((a, b) => (begun(a) < begun(b) ? -1 : begun(a) > begun(b) ? 1 : 0));
}

/**
 * Every call of these cases, each once: a call that two matters share, and one that was logged by hand and told by the phone
 * system too, are one call (CT6). What counts calls (`shared/telephony/metrics.ts`) counts these.
 */
export function callsOnce(states: readonly Pick<CaseState, 'calls' | 'handCalls'>[]): Readonly<CallState>[] {
  const joinedTo = new Map(states.flatMap((state) => Object.values(state.handCalls).map((hand) => [hand.callId as string, hand.joinedTo] as const)));
  const once = new Map<string, Readonly<CallState>>();
  for (const state of states) {
    for (const callId of [...Object.keys(state.calls), ...Object.keys(state.handCalls)]) {
      // The phone system knows a joined call better than who logged it.
      const joined = joinedTo.get(callId) ?? null;
      const call = joined === null ? callOf(state, callId) : phoneCallOf(state, joined);
      if (call !== null) once.set(joined ?? callId, call);
    }
  }
  return [...once.values()];
}

/** The call, where it is on (talking or held) now. */
export function openCallOf(state: Pick<CaseState, 'calls' | 'handCalls'>, callId: string): Readonly<CallState> | null {
  const call = callOf(state, callId);
  return call !== null && (call.phase === 'talking' || call.phase === 'held') ? call : null;
}

/** The call, where this very person is on it now: nobody takes a confirmation on a colleague's call (TP1). */
export function ownCallOf(state: Pick<CaseState, 'calls' | 'handCalls'>, callId: string, person: string): Readonly<CallState> | null {
  const call = openCallOf(state, callId);
  return call?.personId === person ? call : null;
}
