import { z } from 'zod';
import type { CallState } from './call-state.ts';

/** A call that an agent logged by hand while the phone system or the centre could not be heard. */
const handLoggedCallSchema = z.object({
  handLoggedId: z.string(),
  personId: z.string(),
  direction: z.enum(['in', 'out']),
  /** null where the agent could not see it. */
  number: z.string().nullable(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
});
export type HandLoggedCall = z.infer<typeof handLoggedCallSchema>;

export interface JoinPolicy {
  /** How far the agent's clock and memory may differ from the phone system's start of the call. */
  slackMs: number;
}
const defaultJoinPolicy: JoinPolicy = { slackMs: 5 * 60_000 };

export interface CallJoin {
  handLoggedId: string;
  callId: string;
}

/**
 * Which hand-logged call is which call of the phone system (CT6). Each is joined at most once, nearest start first;
 * the result does not depend on the order of either list. What finds no partner stays a call of its own.
 *
 * A number that differs forbids the join; a person that differs does too. A number unknown on one side allows it.
 */
export function joinHandLogged(
  logged: readonly HandLoggedCall[],
  calls: readonly CallState[],
  policy: JoinPolicy = defaultJoinPolicy,
): CallJoin[] {
  const pairs = logged.flatMap((hand) =>
    calls.flatMap((call) => {
      const distance = distanceMs(hand, call);
      return distance !== null && distance <= policy.slackMs ? [{ handLoggedId: hand.handLoggedId, callId: call.callId, distance }] : [];
    }),
  );
  pairs.sort((a, b) => a.distance - b.distance || compareText(a.handLoggedId, b.handLoggedId) || compareText(a.callId, b.callId));
  const usedHand = new Set<string>();
  const usedCall = new Set<string>();
  const joins: CallJoin[] = [];
  for (const { handLoggedId, callId } of pairs) {
    if (usedHand.has(handLoggedId) || usedCall.has(callId)) continue;
    usedHand.add(handLoggedId);
    usedCall.add(callId);
    joins.push({ handLoggedId, callId });
  }
  return joins;
}

/** How many calls there were, hand-logged and recorded ones together, each once. */
export function countCalls(logged: readonly HandLoggedCall[], calls: readonly CallState[], policy?: JoinPolicy): number {
  return logged.length + calls.length - joinHandLogged(logged, calls, policy).length;
}

/** Whether two numbers are one, with the country code or without. */
export const isSameNumber = (a: string, b: string): boolean => digits(a) === digits(b);

function distanceMs(hand: HandLoggedCall, call: CallState): number | null {
  if (hand.direction !== call.direction) return null;
  if (hand.number !== null && call.number !== null && !isSameNumber(hand.number, call.number)) return null;
  if (call.personId !== null && call.personId !== hand.personId && !call.legs.some((leg) => leg.personId === hand.personId)) return null;
  const starts = [call.answeredAt, call.queuedAt, call.callback?.dialledAt].filter((at) => typeof at === 'string');
  if (starts.length === 0) return null;
  return Math.min(...starts.map((at) => Math.abs(Date.parse(at) - Date.parse(hand.startedAt))));
}

/** The national number: an agent types it without the country code that the phone system adds. */
function digits(number: string): string {
  return number.replace(/^\+?86(?=1[0-9]{10}$)/, '').replace(/^\+/, '');
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
