import type { DecideContext } from '../case/context.ts';
import { earliest, plusMinutes } from '../case/decider.ts';
import type { CaseState } from '../case/state.ts';
import { refuse, type Refusal } from '../protocol/refusal.ts';
import type { OperationState } from './operation-schema.ts';
import type { OperationPayload } from './payload.ts';

/** What of the context a payload depends on. */
export type PayloadContext = Pick<DecideContext, 'now' | 'by' | 'control'>;

/**
 * The latest that a payload made now may be good until (TP9): thirty minutes with the customer on the line; for a promised
 * callback the earliest of the quote's end, the day's cut-off, and the promise's end and thirty minutes.
 *
 * @returns an instant, or why there is none
 */
export function validityLimit(state: CaseState, operation: OperationState, waits: 'on-line' | 'callback', context: PayloadContext): string | { refusal: Refusal } {
  const policy = context.control.kinds[operation.kind];
  const { quoteExpiresAt, cutoffAt } = operation.worksheet;
  if (waits === 'on-line') return earliest(plusMinutes(context.now, policy.validMinutesOnLine), quoteExpiresAt, cutoffAt);
  const promise = state.promises.findLast((one) => one.status === 'open');
  if (!promise) return refuse('no-promise');
  return earliest(quoteExpiresAt, cutoffAt, plusMinutes(promise.secondTo ?? promise.to, policy.validMinutesAfterPromise));
}

/**
 * The payload that a submission makes (TP2): the same on the desk, which signs its digest, and on the server, which makes it
 * from its own state and accepts no other.
 */
export function payloadOf(state: CaseState, operation: OperationState, submission: { validUntil: string; nonce: string }, context: PayloadContext): OperationPayload {
  const sheet = operation.worksheet;
  return {
    kind: operation.kind, caseId: state.id, operationId: operation.id, maker: context.by.person, customerId: operation.customerId, accountId: operation.accountId,
    cardLastFour: sheet.lines[0]!.cardLastFour, lines: sheet.lines, totalDueFen: sheet.totals.dueNowFen, statementDate: sheet.statementDate, dueDate: sheet.dueDate,
    pinned: sheet.pinned, policyVersion: context.control.version, validUntil: submission.validUntil, nonce: submission.nonce,
  };
}
