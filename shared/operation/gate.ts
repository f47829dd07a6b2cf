import { civilDateOf } from '../calendar/civil.ts';
import type { CommandBody } from '../case/commands.ts';
import type { DecideContext } from '../case/context.ts';
import { happened, ms, type Happened, type Ruling } from '../case/decider.ts';
import type { CaseState } from '../case/state.ts';
import { refuse, type Refusal } from '../protocol/refusal.ts';
import { isHighValue, reviewLimit } from '../review/policy.ts';
import { signatureFault } from '../review/signature-check.ts';
import type { CallState } from '../telephony/call-state.ts';
import { ownCallOf } from './call-of.ts';
import { confirmationGap } from './confirmation.ts';
import type { OperationState } from './operation-schema.ts';
import { digestOf, planIdOf, type OperationPayload } from './payload.ts';
import { changedFacts, rereadPinned } from './pinned-facts.ts';
import { lostTimeRuling } from './recovered.ts';

type Refused = { refusal: Refusal };

/**
 * The customer's other operations of the kind that started in the running day, fen (TP13).
 * On a desktop the ledger is unknown and counts as nothing: the server judges.
 */
export function sumToday(operation: OperationState, context: DecideContext): number {
  if (context.ledger === 'unknown') return 0;
  const today = civilDateOf(context.calendar, context.now);
  return context.ledger.entries
    .filter((entry) => entry.kind === operation.kind && entry.operationId !== operation.id && civilDateOf(context.calendar, entry.startedAt) === today)
    .reduce((sum, entry) => sum + entry.totalFen, 0);
}

/** Every key this case has sent the bank, for whatever: a key that is used again only fetches the outcome of what it was used for. */
export const usedKeys = (state: CaseState): string[] => [
  ...Object.values(state.operations).flatMap((operation) => (operation.execution?.lines ?? []).map((line) => line.key)),
  ...state.stops.flatMap((stop) => (stop.key === null ? [] : [stop.key])),
];

/** TP14: the maker too is neither the customer nor a relative. */
export function isRelated(customerId: string, context: DecideContext): boolean {
  const person = context.person(context.by.person);
  return person !== 'unknown' && person.relatedCustomers.includes(customerId);
}

/**
 * Whether the operation stands where it may be confirmed and ordered: submitted, and neither withdrawn, returned, void nor
 * in review. The sum of the day may have gone down since, so that no approval is asked for (TP9, TP13).
 */
export const isOrderable = (operation: OperationState): boolean => operation.status === 'draft' || operation.status === 'approved';

/** TP1 (a), TP8: the maker's tick over this digest, by a key that nobody has revoked since. */
function tickStands(operation: OperationState, digest: string, context: DecideContext): Refused | null {
  const { ticked } = operation;
  if (ticked === null || ticked.digest !== digest || ticked.by !== operation.maker) return refuse('tp8-no-tick');
  const maker = context.person(operation.maker);
  return maker !== 'unknown' && !maker.keys.includes(ticked.key) ? refuse('tp8-key-revoked') : null;
}

/** TP1 (b), TP5, TP11: an approval of this digest by another person who is entitled now, or by two leads. */
function approvalStands(operation: OperationState, payload: OperationPayload, digest: string, context: DecideContext): Refused | null {
  const { approval } = operation;
  if (approval === null) return refuse('tp1-no-approval');
  if (approval.digest !== digest) return refuse('tp2-digest');
  const { breakGlass } = context.control;
  if (approval.breakGlass && approval.by.length < 2) return refuse('tp11-two-leads');
  if (approval.breakGlass && payload.totalDueFen > breakGlass.capFen) return refuse('tp11-over-cap');
  const humans = new Set([context.by.human]);
  for (const [index, by] of approval.by.entries()) {
    if (by === operation.maker) return refuse('tp5-reviewer-is-maker');
    const reviewer = context.person(by);
    if (reviewer === 'unknown' || !reviewer.active) return refuse('tp5-not-entitled');
    // By person, not by account: the second account of the maker, or of the other lead, is nobody else.
    if (humans.has(reviewer.human)) return refuse('tp5-reviewer-is-maker');
    humans.add(reviewer.human);
    if (!reviewer.keys.includes(approval.keys[index] ?? '')) return refuse('tp8-key-revoked');
    if (reviewer.relatedCustomers.includes(operation.customerId)) return refuse('tp14-related');
    if (approval.breakGlass) {
      if (reviewer.role !== 'lead') return refuse('tp11-two-leads');
      continue;
    }
    const limit = reviewLimit(context.control.kinds[operation.kind], operation.kind, reviewer);
    if ((reviewer.role !== 'mentor' && reviewer.role !== 'lead') || limit === undefined) return refuse('tp5-not-entitled');
    if (payload.totalDueFen > limit) return refuse('tp5-over-limit');
  }
  return null;
}

/** TP1 (c): complete, of this digest, on this call, after the approval, not too long ago. */
function confirmationStands(operation: OperationState, digest: string, callId: string, call: Readonly<CallState> | null, context: DecideContext): Refused | null {
  const policy = context.control.kinds[operation.kind];
  const confirmation = operation.confirmation;
  const gap = confirmationGap(operation, policy);
  if (confirmation === null || gap !== null) return refuse('confirmation-incomplete', { item: gap });
  if (confirmation.digest !== digest) return refuse('tp2-digest');
  if (confirmation.callId !== callId) return refuse('tp1-other-call');
  if (call === null) return refuse('tp1-no-call');
  const times = [...Object.values(confirmation.items).map((item) => item.at), confirmation.proofAt!];
  const oldest = Math.min(...times.map(ms));
  if (operation.approval !== null && oldest < ms(operation.approval.at)) return refuse('tp1-before-approval');
  if (ms(context.now) - oldest > policy.confirmationMinutes * 60_000) return refuse('tp1-confirmation-old');
  if (policy.recordingRequired && call.recordingId === null) return refuse('tp16-no-recording');
  return null;
}

/**
 * The gate's middle step (TP3): given facts that the server read a moment ago, either everything holds and `execution
 * started` is recorded in this one append, which consumes the approval (TP4); or a pinned value differs and the approval
 * is void, with the old and the new value named; or the order is refused. No call to the bank is made here.
 */
export function gate(state: CaseState, order: CommandBody<'order execution'>, context: DecideContext): Ruling {
  // OF2: what was submitted to be ordered offline has a longer validity and another way of being judged; it is no approval here.
  if (state.onReturn[order.operationId]?.digest === order.digest) return refuse('of2-order-only');
  // TP1, CT6: a call logged by hand is a claim; while the phones can be heard it is the phone system that says who is on the line.
  const unheard = Object.hasOwn(state.handCalls, order.callId) && state.handCalls[order.callId]?.joinedTo === null;
  const call = unheard && context.lights !== 'unknown' && context.lights.phone === 'up' ? null : ownCallOf(state, order.callId, context.by.person);
  return gateOn({ call, at: context.now }, state, order, context);
}

/**
 * The gate itself, of an order on this call. What two people ordered offline comes through here too, with what they signed in
 * place of the approval, so that no rule is judged in two ways.
 *
 * @param on the maker's own call, as it is or as it was when they ordered (null where there is none), and when that was: the
 * confirmation's age ends there
 */
export function gateOn(on: { call: Readonly<CallState> | null; at: string }, state: CaseState, order: CommandBody<'order execution'>, context: DecideContext): Ruling {
  const operation = state.operations[order.operationId];
  if (!operation) return refuse('operation-unknown');
  // TP4: another order for what is already on its way or settled is never a second booking.
  if (operation.execution) return refuse('tp4-already-started', { status: operation.status });
  const lost = lostTimeRuling(state, operation, order, context);
  if (lost !== null) return lost;
  if (operation.maker !== context.by.person || state.owner !== context.by.person) return refuse('not-the-maker');
  if (isRelated(operation.customerId, context)) return refuse('tp14-related');
  const payload = operation.payload;
  if (payload === null || operation.digest === null) return refuse('no-payload');
  const digest = digestOf(payload);
  if (digest !== operation.digest || digest !== order.digest) return refuse('tp2-digest');
  if (payload.maker !== operation.maker || payload.operationId !== operation.id || payload.caseId !== state.id) return refuse('tp2-digest');
  const unsigned = signatureFault(context, 'order', digest);
  if (unsigned) return unsigned;
  const { control } = context;
  if (context.stoppedKinds !== 'unknown' && context.stoppedKinds.includes(operation.kind)) return refuse('tp15-stopped');
  if (payload.policyVersion !== control.version && !control.equivalentTo.includes(payload.policyVersion)) return refuse('tp2-policy', { version: payload.policyVersion });
  if (ms(payload.validUntil) <= ms(context.now)) return refuse('tp9-expired');
  const policy = control.kinds[operation.kind];
  const missing = policy.selfCheck.filter((item) => operation.selfCheck[item.id] === undefined);
  if (missing.length > 0) return refuse('self-check-incomplete', { missing: missing.length });
  const unticked = tickStands(operation, digest, context);
  if (unticked) return unticked;
  const keys = new Map(order.keys.map((key) => [key.lineId, key.key]));
  const distinct = new Set(order.keys.map((key) => key.key));
  if (keys.size !== payload.lines.length || distinct.size !== payload.lines.length || !payload.lines.every((line) => keys.has(line.lineId))) return refuse('tp18-keys');
  // A key is used once for ever (TP4): one that this case has ordered under before would only fetch an old outcome.
  if (usedKeys(state).some((key) => distinct.has(key))) return refuse('tp4-key-used');
  const highValue = isHighValue(policy, payload.totalDueFen, payload.lines.length, sumToday(operation, context));
  if (highValue) {
    const fault = approvalStands(operation, payload, digest, context);
    if (fault) return fault;
  }
  if (!isOrderable(operation)) return refuse('operation-not-editable', { status: operation.status });
  const fault = confirmationStands(operation, digest, order.callId, on.call, { ...context, now: on.at });
  if (fault) return fault;
  if (context.ledger === 'unknown' || context.gateFacts === 'unknown') return refuse('bank-unreachable');
  const open = context.ledger.entries.find((entry) => entry.open && entry.accountId === operation.accountId && entry.kind === operation.kind && entry.operationId !== operation.id);
  if (open) return refuse('tp13-open-operation');
  const changed = changedFacts(payload.pinned, rereadPinned(context.gateFacts.facts, payload.pinned));
  if (changed.length > 0) return happened({ kind: 'approval voided', body: { operationId: operation.id, reason: 'facts-changed', changed } });
  // The callback that was promised is kept by the call on which the customer confirmed.
  const kept: Happened[] = state.promises
    .filter((promise) => promise.status === 'open' && promise.tries.some((one) => one.callId === order.callId))
    .map((promise) => ({ kind: 'promise kept', body: { promiseId: promise.promiseId, how: 'reached' } }));
  return happened(...kept, {
    kind: 'execution started',
    body: {
      operationId: operation.id, executionId: order.executionId, digest, reviewId: operation.approval?.reviewId ?? null, highValue, callId: order.callId,
      recordingId: on.call?.recordingId ?? null, factsReadAt: context.gateFacts.facts.readAt,
      approvedBy: highValue ? operation.approval!.by : [], breakGlass: highValue && operation.approval!.breakGlass, signed: order.signed,
      lines: payload.lines.map((line) => ({ lineId: line.lineId, planId: planIdOf(line), key: keys.get(line.lineId)! })),
    },
  });
}
