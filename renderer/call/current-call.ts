/** Which call is in hand, folded from what the phone system told of it (CT1). */
import { foldCall, type CallState } from '#shared/telephony/call-state.ts';
import type { CallEvent } from '#shared/telephony/call-event.ts';
import { allCases, useCases, type TypedCase } from '../app/stores/cases.ts';
import { nowMs } from '../app/stores/clock.ts';
import { useLive, useLiveStore } from '../app/stores/live.ts';

const folded = new WeakMap<readonly CallEvent[], CallState>();

/** The state of one call as this case knows it, or null. Folded once for each list of events. */
export function callIn(view: TypedCase | null, callId: string | null): CallState | null {
  const events = callId === null ? undefined : view?.state.calls[callId];
  if (callId === null || events === undefined) return null;
  let call = folded.get(events);
  if (call === undefined) {
    call = foldCall(callId, events);
    folded.set(events, call);
  }
  return call;
}

/** The case that holds the events of the call, or null while it has not reached this desktop. */
export const caseOfCall = (cases: readonly TypedCase[], callId: string): TypedCase | null => cases.find((one) => one.state.calls[callId] !== undefined) ?? null;

export type CallInHand = { callId: string; call: CallState | null; /** Since when, where the call itself is not here yet. */ since: string };

/** The call that the agent is on, by the centre's word; null without one. */
export function useCallInHand(): CallInHand | null {
  const agent = useLive('agent');
  const held = useCases((store) => store.held);
  if (agent?.state !== 'on-call' || agent.callId === null) return null;
  const view = caseOfCall(allCases(held), agent.callId);
  return { callId: agent.callId, call: callIn(view, agent.callId), since: agent.since };
}

/** Whether the call belongs to this case: its own, or the one on which a second matter came up. */
export const isOnCall = (view: TypedCase, callId: string): boolean => view.state.calls[callId] !== undefined || view.state.opened?.callId === callId;

/** Whole seconds since the call was answered, which is where the recording begins; null without a call. */
export function recordingOffset(callId: string | null): number | null {
  if (callId === null) return null;
  const call = callIn(caseOfCall(allCases(useCases.getState().held), callId), callId);
  const agent = useLiveStore.getState().held.agent?.value;
  const from = call?.answeredAt ?? (agent?.callId === callId ? agent.since : null);
  return from === null ? null : Math.max(0, Math.floor((nowMs() - Date.parse(from)) / 1000));
}
