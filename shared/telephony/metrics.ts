import type { AgentState, AgentStateName } from './agent-state.ts';
import type { CallState } from './call-state.ts';

/** A figure with the two numbers that it comes from; `value` is null where there is nothing to divide by. */
export interface Metric {
  numerator: number;
  denominator: number;
  value: number | null;
}

/** A stretch of time that a person spent in one state. */
export interface AgentStateSpan {
  personId: string;
  state: AgentStateName;
  reason: AgentState['reason'];
  from: string;
  to: string;
}

const metric = (numerator: number, denominator: number): Metric => ({
  numerator,
  denominator,
  value: denominator === 0 ? null : numerator / denominator,
});
const msBetween = (from: string, to: string): number => Math.max(0, Date.parse(to) - Date.parse(from));
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const spanMs = (spans: readonly AgentStateSpan[], pick: (span: AgentStateSpan) => boolean): number =>
  total(spans.filter(pick).map((span) => msBetween(span.from, span.to)));

const isRequested = (call: CallState): boolean => call.direction === 'in' && call.queuedAt !== null;
const isAnsweredRequest = (call: CallState): boolean => isRequested(call) && call.answeredAt !== null;
const waitMs = (call: CallState): number => msBetween(call.queuedAt!, call.answeredAt!);
const isHandled = (call: CallState): boolean => call.legs.length > 0 && call.phase === 'ended';
/** A missed offer also puts a person in after-call; that is no wrap-up. */
const isWrapUp = (span: AgentStateSpan): boolean => span.state === 'after-call' && span.reason !== 'offer-missed';

/** The states of people, as stretches of time: each lasts until the person's next change, the last until `until`. */
export function agentStateSpans(changes: readonly AgentState[], until: string): AgentStateSpan[] {
  const byPerson = Map.groupBy(changes, (change) => change.personId);
  return [...byPerson.values()].flatMap((list) => {
    const ordered = list.toSorted((a, b) => a.version - b.version);
    return ordered.map((change, i) => ({
      personId: change.personId,
      state: change.state,
      reason: change.reason,
      from: change.since,
      to: ordered[i + 1]?.since ?? until,
    }));
  });
}

/**
 * AHT, average handling time, ms.
 * Numerator: talking and holding of every leg of every ended call that a person answered, both directions, plus
 * wrap-up (after-call; not what follows a missed offer).
 * Denominator: those calls.
 */
export function averageHandlingTime(calls: readonly CallState[], spans: readonly AgentStateSpan[]): Metric {
  const handled = calls.filter(isHandled);
  const talk = total(handled.flatMap((call) => call.legs.map((leg) => msBetween(leg.answeredAt, leg.endedAt ?? leg.answeredAt))));
  return metric(talk + spanMs(spans, isWrapUp), handled.length);
}

/**
 * ACW, 话后处理时长, ms.
 * Numerator: time in after-call, except after a missed offer. Denominator: ended calls that a person answered.
 */
export function afterCallWork(calls: readonly CallState[], spans: readonly AgentStateSpan[]): Metric {
  return metric(spanMs(spans, isWrapUp), calls.filter(isHandled).length);
}

/**
 * ASA, 平均应答速度, ms.
 * Numerator: from queueing to the first answer, summed over answered inbound calls. Denominator: those calls.
 */
export function averageSpeedOfAnswer(calls: readonly CallState[]): Metric {
  const answered = calls.filter(isAnsweredRequest);
  return metric(total(answered.map(waitMs)), answered.length);
}

/**
 * 20秒服务水平.
 * Numerator: inbound calls answered by a person within `withinMs` of queueing.
 * Denominator: inbound calls that asked for a person; those abandoned sooner than `shortAbandonMs` are left out where
 * that is set (0: none are).
 */
export function serviceLevel(calls: readonly CallState[], withinMs = 20_000, shortAbandonMs = 0): Metric {
  const requested = calls.filter(
    (call) => isRequested(call) && !(call.endReason === 'abandoned' && msBetween(call.queuedAt!, call.endedAt!) < shortAbandonMs),
  );
  return metric(requested.filter((call) => isAnsweredRequest(call) && waitMs(call) <= withinMs).length, requested.length);
}

/** 人工接通率. Numerator: inbound calls answered by a person. Denominator: inbound calls that asked for one. */
export function answerRate(calls: readonly CallState[]): Metric {
  return metric(calls.filter(isAnsweredRequest).length, calls.filter(isRequested).length);
}

/** 放弃率. Numerator: inbound calls that the caller ended in the queue. Denominator: inbound calls that asked for a person. */
export function abandonment(calls: readonly CallState[]): Metric {
  return metric(calls.filter((call) => isRequested(call) && call.endReason === 'abandoned').length, calls.filter(isRequested).length);
}

/**
 * Occupancy.
 * Numerator: time on calls, in wrap-up, in case work and in review.
 * Denominator: the numerator plus time available, and plus after-call that follows a missed offer.
 * Break and training count in neither: resting is not idling.
 */
export function occupancy(spans: readonly AgentStateSpan[]): Metric {
  const busyStates: readonly AgentStateName[] = ['on-call', 'case-work', 'in-review'];
  const busy = spanMs(spans, (span) => busyStates.includes(span.state) || isWrapUp(span));
  const idle = spanMs(spans, (span) => span.state === 'available' || (span.state === 'after-call' && !isWrapUp(span)));
  return metric(busy, busy + idle);
}
