import type { CommandBody } from '../case/commands.ts';
import type { DecideContext, Who } from '../case/context.ts';
import type { Happened } from '../case/decider.ts';
import type { CaseState } from '../case/state.ts';
import type { ChangedFact } from '../protocol/bank.ts';
import type { ControlPolicy } from '../review/policy.ts';
import { differences } from '../review/differences.ts';
import { mayReview } from '../review/review-decide.ts';
import { ownCallAt, offlineTerms, typedDiffers } from './on-return-terms.ts';
import type { OnReturnState } from './on-return-schema.ts';
import { gateOn } from './gate.ts';
import type { OperationState } from './operation-schema.ts';
import type { OperationPayload } from './payload.ts';

/** `wait`: the bank does not answer, and nothing else stands against it: asked again until T. */
export type Verdict =
  | { is: 'released'; events: Happened[] }
  | { is: 'returned'; code: string; changed: ChangedFact[]; differs: string[] }
  | { is: 'wait' };

/** Nothing is known to stand against it: asked again on the next round. */
const notYet: ReadonlySet<string> = new Set(['bank-unreachable', 'sy9-recovering']);

const returned = (code: string, more: { changed?: ChangedFact[]; differs?: string[] } = {}): Verdict => ({ is: 'returned', code, changed: more.changed ?? [], differs: more.differs ?? [] });

/** The reviewer as they are now; null on a desktop, which knows nobody else. */
function reviewerNow(id: string, context: DecideContext): Who | null {
  const known = context.person(id);
  return known === 'unknown' ? null : { ...context.by, person: id, human: known.human, role: known.role, entitlements: known.entitlements };
}

/** TP5, TP6, TP8, TP14 of the second person: as they are now, and by a signature that the server has checked. */
function reviewerFault(state: CaseState, operation: OperationState, coSign: NonNullable<OnReturnState['coSign']>, totalFen: number, digest: string, context: DecideContext): string | null {
  const reviewer = coSign.by;
  if (reviewer === operation.maker) return 'tp5-reviewer-is-maker';
  const found = context.signatureOf?.(reviewer, coSign.approval) ?? 'unknown';
  if (found === 'unknown') {
    if (context.at === 'server') return 'tp8-unsigned';
  } else if (!found.ok) return found.code;
  else if (found.purpose !== 'approval' || found.digest !== digest) return 'tp8-other-digest';
  const by = reviewerNow(reviewer, context);
  if (by === null) return context.at === 'server' ? 'tp5-not-entitled' : null;
  const barred = mayReview(state, operation, totalFen, { ...context, by });
  return barred === null ? null : barred.refusal.code;
}

const releasedBy = (one: OnReturnState, coSign: NonNullable<OnReturnState['coSign']>, ordered: NonNullable<OnReturnState['order']>, executionId: string): Happened => ({
  kind: 'offline order released',
  body: { operationId: one.operationId, coSignId: one.coSignId, executionId, by: coSign.by, orderedAt: ordered.at, factsReadAt: one.factsReadAt },
});

/** A desktop knows nobody else: there whoever signed passes for entitled, and the centre judges. */
function peopleOnReturn(operation: OperationState, payload: OperationPayload, coSign: NonNullable<OnReturnState['coSign']>, context: DecideContext): DecideContext['person'] {
  if (context.at === 'server') return context.person;
  return (id) => {
    const known = context.person(id);
    if (known !== 'unknown' || id !== coSign.by) return known;
    return { human: id, role: 'lead', entitlements: { reviewLimitFen: { [operation.kind]: payload.totalDueFen } }, active: true, relatedCustomers: [], keys: [coSign.approval.personKey], online: true };
  };
}

/** Two people were asked whatever the sum; whether a recording must be there is policy's to say, for a call that can have none. */
function policyOnReturn(control: ControlPolicy, operation: OperationState, byHand: boolean): ControlPolicy {
  const kind = control.kinds[operation.kind];
  const recordingRequired = kind.recordingRequired && !(byHand && offlineTerms(control).withoutRecording);
  return { ...control, kinds: { ...control.kinds, [operation.kind]: { ...kind, highValueFromFen: 0, recordingRequired } } };
}

/**
 * OF2: what becomes of an offline order, on the facts that the server has just read. The one gate judges it, with the signature given at
 * the screen in place of an approval; before it the second person and the cap, after it what they typed against the bank's present figures.
 *
 * @param ordered the order as it was made, received at `ordered.at`: the confirmation's age ends there, T does not
 * @param context `by` the maker; `signature` of the order, and `signatureOf` for the reviewer's, by keys valid now
 */
export function settleOnReturn(state: CaseState, one: OnReturnState, ordered: NonNullable<OnReturnState['order']>, context: DecideContext): Verdict {
  const operation = state.operations[one.operationId];
  const { coSign } = one;
  if (operation === undefined) return returned('operation-unknown');
  if (coSign === null) return returned('of2-not-co-signed');
  if (operation.execution !== null) {
    // SY9: booked by this very order in a time that the log has lost, and taken up since: nobody is told that nothing was done.
    const own = operation.execution.lines.every((line) => ordered.keys.some(({ key }) => key === line.key));
    return own ? { is: 'released', events: [releasedBy(one, coSign, ordered, operation.execution.id)] } : returned('tp4-already-started');
  }
  const { payload } = operation;
  if (payload === null || operation.digest !== one.digest) return returned('tp2-digest');
  if (payload.totalDueFen > offlineTerms(context.control).capFen) return returned('of2-over-cap');
  const fault = reviewerFault(state, operation, coSign, payload.totalDueFen, one.digest, context);
  if (fault !== null) return returned(fault);
  const typed = differences(ordered.entry, payload, one);
  if (typed.length > 0) return returned('of2-typed-differs', { differs: typed });

  const order: CommandBody<'order execution'> = { operationId: operation.id, executionId: ordered.executionId, digest: one.digest, callId: ordered.callId, keys: ordered.keys, signed: ordered.signed };
  const approval = { reviewId: one.coSignId, by: [coSign.by], keys: [coSign.approval.personKey], breakGlass: false, digest: one.digest, at: coSign.at, validUntil: one.notAfter };
  const signedFor: CaseState = { ...state, operations: { ...state.operations, [operation.id]: { ...operation, approval } } };
  const byHand = state.handCalls[ordered.callId] !== undefined;
  const on = { call: ownCallAt(state, ordered.callId, context.by.person, ordered.madeAt), at: ordered.at };
  const ruling = gateOn(on, signedFor, order, { ...context, control: policyOnReturn(context.control, operation, byHand), person: peopleOnReturn(operation, payload, coSign, context) });
  if ('refusal' in ruling) return notYet.has(ruling.refusal.code) ? { is: 'wait' } : returned(ruling.refusal.code);
  const voided = ruling.events.find((event) => event.kind === 'approval voided');
  if (voided !== undefined) return returned('of2-facts-changed', { changed: voided.body.changed });
  // SY9: booked in a time that the log has lost, by this very order: what it was executed on is past looking at.
  const recovered = ruling.events.some((event) => event.kind === 'execution recovered');
  if (!recovered && context.gateFacts === 'unknown') return { is: 'wait' };
  const differs = recovered || context.gateFacts === 'unknown' ? [] : typedDiffers(ordered.entry, payload, context.gateFacts.facts, one, { version: payload.policyVersion });
  if (differs.length > 0) return returned('of2-typed-differs', { differs });
  return {
    is: 'released',
    events: [...ruling.events, releasedBy(one, coSign, ordered, ordered.executionId)],
  };
}

const callBack = {
  released: { zh: '离线会签的指令已执行：看办理结果，给客户回电', en: 'The offline order was executed: look at the outcome and call the customer' },
  returned: { zh: '离线会签的指令已退回，没有办理：给客户回电说明', en: 'The offline order came back and nothing was done: call the customer and say so' },
} as const;

/**
 * What the log is told of a verdict, and that the customer is to be called either way, by whoever has the case by then; nothing
 * while the bank is waited for.
 *
 * @param on civil date of the verdict
 */
export function settled(one: OnReturnState, verdict: Verdict, on: string): Happened[] {
  if (verdict.is === 'wait') return [];
  // One order, one call: its id is that of the co-sign, which is used for nothing else.
  const call: Happened = { kind: 'follow-up opened', body: { followUpId: one.coSignId, operationId: null, dueOn: on, what: callBack[verdict.is] } };
  if (verdict.is === 'released') return [...verdict.events, call];
  return [{ kind: 'offline order returned', body: { operationId: one.operationId, coSignId: one.coSignId, code: verdict.code, changed: verdict.changed, differs: verdict.differs } }, call];
}

/** The order as it was given, from the log alone; null where none was. */
export function orderOf(one: OnReturnState): CommandBody<'order on return'> | null {
  const { order, coSign } = one;
  if (order === null || coSign === null) return null;
  return {
    operationId: one.operationId, coSignId: one.coSignId, executionId: order.executionId, digest: one.digest, callId: order.callId, keys: order.keys, factsReadAt: one.factsReadAt, notAfter: one.notAfter,
    reviewer: coSign.by, entry: order.entry, tick: one.tick, approval: coSign.approval, signed: order.signed,
  };
}
