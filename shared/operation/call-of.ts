import type { CaseState } from '../case/state.ts';
import type { CallEvent } from '../telephony/call-event.ts';
import { foldCall, type CallState } from '../telephony/call-state.ts';

/**
 * Folded calls by their list of events: a case is never changed in place, so the same list is the same call, and one
 * decision asks for it several times. An entry goes with its list.
 */
const folded = new WeakMap<readonly CallEvent[], { callId: string; call: Readonly<CallState> }>();

/** The state of one call of a case, folded from what the phone system told, or null. Shared by all who ask: never write to it. */
export function callOf(state: CaseState, callId: string): Readonly<CallState> | null {
  const events = Object.hasOwn(state.calls, callId) ? state.calls[callId] : undefined;
  if (events === undefined) return null;
  const known = folded.get(events);
  if (known?.callId === callId) return known.call;
  const call = foldCall(callId, events);
  folded.set(events, { callId, call });
  return call;
}

/** The call, where it is on (talking or held) now. */
export function openCallOf(state: CaseState, callId: string): Readonly<CallState> | null {
  const call = callOf(state, callId);
  return call !== null && (call.phase === 'talking' || call.phase === 'held') ? call : null;
}

/** The call, where this very person is on it now: nobody takes a confirmation on a colleague's call (TP1). */
export function ownCallOf(state: CaseState, callId: string, person: string): Readonly<CallState> | null {
  const call = openCallOf(state, callId);
  return call?.personId === person ? call : null;
}
