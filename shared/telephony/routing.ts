import type { AgentStateName } from './agent-state.ts';
import type { CallState } from './call-state.ts';

/** A call that waits for a person. */
export interface WaitingCall {
  callId: string;
  skill: string;
  /** 0 first. */
  priority: number;
  waitingSince: string;
  /** Was offered once and missed: goes before all others of its priority. */
  returned: boolean;
  /** Warm transfer: nobody else may have it. */
  forPersonId: string | null;
}

/** A person as routing sees them. `offeredCallId` and `ownsCallId` are facts of the switchboard, not claims of a desktop. */
export interface RoutableAgent {
  personId: string;
  /** The one desktop at which the person works; an offer names it (CT2). */
  desktopId: string;
  state: AgentStateName;
  /** Since when in that state; the longest idle is served first. */
  since: string;
  skills: readonly string[];
  /** The desktop is connected. */
  reachable: boolean;
  offeredCallId: string | null;
  ownsCallId: string | null;
}

/** A callback that a person has promised and not yet kept. */
export interface PromisedCallback {
  personId: string;
  /** Start of the promised window. */
  from: string;
}

export interface RoutingPolicy {
  /** No offer this long before a promised callback (CT5). */
  beforePromiseMs: number;
  /** Nor this long after its start while it is not dialled: a call then would break the promise. */
  afterPromiseMs: number;
  /** An offer not accepted in this time goes back to the front of the queue (RONA). */
  offerMs: number;
}
export const defaultRoutingPolicy: RoutingPolicy = { beforePromiseMs: 180_000, afterPromiseMs: 120_000, offerMs: 20_000 };

export interface ChosenOffer {
  callId: string;
  personId: string;
  desktopId: string;
}

export type NotOfferable = 'state' | 'unreachable' | 'offered' | 'busy' | 'promise';

/**
 * Why nothing may be offered to this person now, or null where something may (CT2, CT5).
 *
 * @param agent the person
 * @param now the server's time, ISO UTC
 * @param promises callbacks promised and not yet kept, of anyone
 */
export function whyNotOfferable(
  agent: RoutableAgent,
  now: string,
  promises: readonly PromisedCallback[],
  policy: RoutingPolicy = defaultRoutingPolicy,
): NotOfferable | null {
  if (agent.state !== 'available') return 'state';
  if (!agent.reachable) return 'unreachable';
  if (agent.offeredCallId !== null) return 'offered';
  if (agent.ownsCallId !== null) return 'busy';
  const at = Date.parse(now);
  const soon = promises.some((promise) => {
    const wait = Date.parse(promise.from) - at;
    return promise.personId === agent.personId && wait <= policy.beforePromiseMs && wait > -policy.afterPromiseMs;
  });
  return soon ? 'promise' : null;
}

/** Order in which waiting calls are served: loss reports, then calls that came back, then the longest wait. */
export function compareWaiting(a: WaitingCall, b: WaitingCall): number {
  return (
    a.priority - b.priority ||
    Number(b.returned) - Number(a.returned) ||
    compareText(a.waitingSince, b.waitingSince) ||
    compareText(a.callId, b.callId)
  );
}

/**
 * Which waiting call is offered to whom, at this moment. Each call and each person occurs at most once (CT2).
 *
 * @param calls waiting calls without an open offer
 * @param agents everyone signed in
 * @param now the server's time, ISO UTC
 * @param promises callbacks promised and not yet kept
 */
export function chooseAgent(
  calls: readonly WaitingCall[],
  agents: readonly RoutableAgent[],
  now: string,
  promises: readonly PromisedCallback[],
  policy: RoutingPolicy = defaultRoutingPolicy,
): ChosenOffer[] {
  const idle = agents
    .filter((agent) => whyNotOfferable(agent, now, promises, policy) === null)
    .toSorted((a, b) => compareText(a.since, b.since) || compareText(a.personId, b.personId));
  const taken = new Set<string>();
  const served = new Set<string>();
  const offers: ChosenOffer[] = [];
  for (const call of calls.toSorted(compareWaiting)) {
    if (served.has(call.callId)) continue;
    const agent = idle.find((candidate) => !taken.has(candidate.personId) && mayTake(candidate, call));
    if (!agent) continue;
    taken.add(agent.personId);
    served.add(call.callId);
    offers.push({ callId: call.callId, personId: agent.personId, desktopId: agent.desktopId });
  }
  return offers;
}

function mayTake(agent: RoutableAgent, call: WaitingCall): boolean {
  if (call.forPersonId !== null) return agent.personId === call.forPersonId;
  return agent.skills.includes(call.skill);
}

/** A call's state as routing sees it; null where it does not wait. */
export function waitingCall(state: CallState): WaitingCall | null {
  if (state.phase !== 'waiting' || state.waitingSince === null) return null;
  const returned = state.offers.some((offer) => offer.outcome !== 'accepted' && offer.offeredAt >= state.waitingSince!);
  return {
    callId: state.callId,
    skill: state.skill,
    priority: state.priority,
    waitingSince: state.waitingSince,
    returned,
    forPersonId: state.forPersonId,
  };
}

export interface QueueSummary {
  waiting: number;
  lossReportsWaiting: number;
  longestWaitMs: number;
}

/** What the desktops' top line shows of the queue. A call that rings at a desktop still waits. */
export function queueSummary(calls: readonly CallState[], now: string): QueueSummary {
  const waiting = calls.filter((call) => call.phase === 'waiting' || call.phase === 'offered');
  const waits = waiting.map((call) => Date.parse(now) - Date.parse(call.waitingSince ?? now));
  return {
    waiting: waiting.length,
    lossReportsWaiting: waiting.filter((call) => call.lossReport).length,
    longestWaitMs: Math.max(0, ...waits),
  };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
