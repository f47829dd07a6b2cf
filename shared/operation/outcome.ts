import type { BookOrder, BookOutcome, InquiryAnswer, NotSent } from '../protocol/bank.ts';
import type { Happened } from '../case/decider.ts';
import type { CaseState } from '../case/state.ts';
import { followUpFor } from '../follow-up/posting-check.ts';
import type { OperationState } from './operation-schema.ts';

/** The bank's key of a line: no key of one case can ever fetch the outcome of another's. */
export const bankKey = (caseId: string, key: string): string => `${caseId}.${key}`;

type ExecutionLine = NonNullable<OperationState['execution']>['lines'][number];

/** Pinned facts of one line: its plan, and the card and account it hangs on. */
function expectedOf(operation: OperationState, planId: string | null): BookOrder['expected'] {
  const pinned = operation.payload?.pinned ?? [];
  return pinned.filter(({ fact }) => !fact.startsWith('plan.') || fact.startsWith(`plan.${planId}.`));
}

/**
 * What is asked of the bank for one started line, made from the log alone, so that a server that died can send it again
 * word for word (TP3).
 */
export function bookOrderOf(state: CaseState, operation: OperationState, line: ExecutionLine): BookOrder {
  const figures = operation.payload?.lines.find((one) => one.lineId === line.lineId);
  if (!figures) throw new Error('a started line is a line of its payload');
  const order = { key: bankKey(state.id, line.key), customerId: operation.customerId, expected: expectedOf(operation, line.planId) };
  if (figures.type === 'settlement') {
    const { planId, dueNowFen, remainingFen, feeFen } = figures;
    return { ...order, kind: 'early-settlement', line: { planId, dueNowFen, remainingFen, feeFen } };
  }
  if (operation.kind === 'early-settlement') throw new Error('a settlement has lines that settle');
  return { ...order, kind: operation.kind, line: { accountId: operation.accountId, cardId: figures.cardId, amountFen: figures.dueNowFen, reference: figures.reference } };
}

const pending = (line: ExecutionLine): boolean => line.status === 'started' || line.status === 'in-doubt';

/** Once no line is open the execution is finished; whatever was booked is followed up from the next morning on. */
function finished(operation: OperationState, lineId: string, status: 'booked' | 'refused' | 'free', postsOn: string | null, followUpId: string): Happened[] {
  const lines = operation.execution!.lines.map((line) => (line.lineId === lineId ? { ...line, status, postsOn: postsOn ?? line.postsOn } : line));
  if (lines.some(pending)) return [];
  const booked = lines.filter((line) => line.status === 'booked');
  const outcome = booked.length === lines.length ? 'done' : booked.length > 0 ? 'partial' : 'refused';
  const done: Happened = { kind: 'execution finished', body: { operationId: operation.id, outcome } };
  const last = booked.map((line) => line.postsOn!).sort().at(-1);
  // Only a settlement is looked at each morning until it is paid (ES-18); the other kinds are in force with the receipt.
  return last === undefined || operation.kind !== 'early-settlement' ? [done] : [done, followUpFor(operation.id, followUpId, last)];
}

/**
 * What the bank's answer about one line makes happen. A line that is no longer open changes nothing: an answer that
 * comes twice is once.
 *
 * @param answer the bank's outcome or inquiry answer; that the order never left, which refuses it; or null where the bank did
 *   not answer (in doubt, TP10)
 * @param followUpId UUIDv7 for the follow-up, should this end the execution
 * @param answerBy until when the customer is told, instant; used when in doubt
 */
export function recordOutcome(
  state: CaseState, operationId: string, lineId: string, answer: BookOutcome | InquiryAnswer | NotSent | null, cause: string, followUpId: string, answerBy: string,
): Happened[] {
  const operation = state.operations[operationId];
  const line = operation?.execution?.lines.find((one) => one.lineId === lineId);
  if (!operation || !line || !pending(line)) return [];
  const ids = { operationId, lineId, key: line.key };
  if (answer === null) return line.status === 'in-doubt' ? [] : [{ kind: 'line in doubt', body: { ...ids, cause, answerBy } }];
  switch (answer.kind) {
    case 'done':
      return [
        { kind: 'line booked', body: { ...ids, receipt: answer.receipt, effectiveAt: answer.effectiveAt, postsOn: answer.postsOn } },
        ...finished(operation, lineId, 'booked', answer.postsOn, followUpId),
      ];
    case 'refused':
      return [{ kind: 'line refused', body: { ...ids, code: answer.code, reason: answer.reason } }, ...finished(operation, lineId, 'refused', null, followUpId)];
    case 'not-sent':
      // An earlier order under this key may have reached the bank: only the bank ends a doubt.
      if (line.status === 'in-doubt') return [];
      return [{ kind: 'line refused', body: { ...ids, code: 'not-sent', reason: answer.text } }, ...finished(operation, lineId, 'refused', null, followUpId)];
    case 'not-found':
      return [{ kind: 'line freed', body: ids }, ...finished(operation, lineId, 'free', null, followUpId)];
  }
}

/** Lines the log says may be on their way or in doubt: after a start each is asked about before anything else (TP3, TP10). */
export function openLines(state: CaseState): { operation: OperationState; line: ExecutionLine }[] {
  return Object.values(state.operations).flatMap((operation) => (operation.execution?.lines ?? []).filter(pending).map((line) => ({ operation, line })));
}
