import type { CaseState } from '../case/state.ts';
import { foldCall, type CallState } from '../telephony/call-state.ts';

/** The state of one call of a case, folded from what the phone system told, or null. */
export function callOf(state: CaseState, callId: string): CallState | null {
  const events = state.calls[callId];
  return events === undefined ? null : foldCall(callId, events);
}

/** The call, where it is on (talking or held) now. */
export function openCallOf(state: CaseState, callId: string): CallState | null {
  const call = callOf(state, callId);
  return call !== null && (call.phase === 'talking' || call.phase === 'held') ? call : null;
}

/** The call, where this very person is on it now: nobody takes a confirmation on a colleague's call (TP1). */
export function ownCallOf(state: CaseState, callId: string, person: string): CallState | null {
  const call = openCallOf(state, callId);
  return call?.personId === person ? call : null;
}
