/** Which call is in hand: by the centre's word, folded from what the phone system told of it (CT1), or logged by hand (OF1). */
import { callOf } from '#shared/operation/call-of.ts';
import type { CallState } from '#shared/telephony/call-state.ts';
import { allCases, useCases, type TypedCase } from '../app/stores/cases.ts';
import { nowMs } from '../app/stores/clock.ts';
import { useLive, useLiveStore } from '../app/stores/live.ts';
import { useMe } from '../app/stores/session.ts';
import { useSync } from '../app/stores/sync.ts';
import { isCut } from '../caller/held-customers.ts';
import { handCallNow, lastLoggedCall, loggedCalls, openLoggedCall, type LoggedCall } from './hand-call.ts';

/** The state of one call as this case knows it, or null. */
export const callIn = (view: TypedCase | null, callId: string | null): Readonly<CallState> | null => (view === null || callId === null ? null : callOf(view.state, callId));

const has = ({ state }: TypedCase, callId: string): boolean => state.calls[callId] !== undefined || state.handCalls[callId] !== undefined;

/** The case that holds the call, or null while it has not reached this desktop. */
export const caseOfCall = (cases: readonly TypedCase[], callId: string): TypedCase | null => cases.find((one) => has(one, callId)) ?? null;

export type CallInHand = { callId: string; call: Readonly<CallState> | null; /** Since when, where the call itself is not here yet. */ since: string; /** No phone command reaches it: it is ended where it was logged. */ byHand: boolean };

/** What is logged by hand begins on a whole second. */
const second = (instant: string): string => instant.slice(0, 19);
/** The centre fell silent in a call, and another one was logged by hand since: the first is over, and the centre cannot say so. */
const isSuperseded = (since: string, last: LoggedCall | null, cut: boolean): boolean => cut && last !== null && second(last.hand.startedAt) >= second(since);

/** The call that the agent is on; null without one. What was logged by hand last is on, whatever the centre said before it fell silent. */
export function useCallInHand(): CallInHand | null {
  const agent = useLive('agent');
  const me = useMe();
  const held = useCases((store) => store.held);
  const cut = useSync(({ sync }) => sync?.connection !== 'online');
  const logged = me === null ? null : openLoggedCall(held, me.id);
  if (logged !== null) return { callId: logged.hand.callId, call: callIn(logged.views[0]!, logged.hand.callId), since: logged.hand.startedAt, byHand: true };
  if (agent?.state !== 'on-call' || agent.callId === null) return null;
  if (me !== null && isSuperseded(agent.since, loggedCalls(held, me.id).at(-1) ?? null, cut)) return null;
  return { callId: agent.callId, call: callIn(caseOfCall(allCases(held), agent.callId), agent.callId), since: agent.since, byHand: false };
}

/** Whether the call belongs to this case: its own, or the one on which a second matter came up. */
export const isOnCall = (view: TypedCase, callId: string): boolean => has(view, callId) || view.state.opened?.callId === callId;

/** The id of the call in hand, for what is not drawn. */
export function callIdInHand(): string | null {
  const agent = useLiveStore.getState().held.agent?.value;
  const byHand = handCallNow()?.hand.callId;
  if (byHand !== undefined || agent?.state !== 'on-call') return byHand ?? null;
  return isSuperseded(agent.since, lastLoggedCall(), isCut()) ? null : agent.callId;
}

/** Whole seconds since the call was answered, which is where the recording begins; null without a call. */
export function recordingOffset(callId: string | null): number | null {
  if (callId === null) return null;
  const call = callIn(caseOfCall(allCases(useCases.getState().held), callId), callId);
  const agent = useLiveStore.getState().held.agent?.value;
  const from = call?.answeredAt ?? (agent?.callId === callId ? agent.since : null);
  return from === null ? null : Math.max(0, Math.floor((nowMs() - Date.parse(from)) / 1000));
}
