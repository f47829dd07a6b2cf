import type { CaseState } from '#shared/case/state.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import type { ReviewState } from '#shared/review/review-schema.ts';

/**
 * The operation on the screen: the newest one of the case.
 * @param kind what the run ends in: with two matters in one case, each run shows its own
 */
export function operationOnScreen(state: CaseState, kind?: string): OperationState | null {
  const id = state.currentOperation;
  const current = id === null ? null : (state.operations[id] ?? null);
  if (kind === undefined || current === null || current.kind === kind) return current;
  return Object.values(state.operations).findLast((one) => one.kind === kind) ?? null;
}

/** The newest review of an operation, whatever became of it: a return stays readable until the next submission. */
export function lastReviewOf(state: CaseState, operationId: string): ReviewState | null {
  const all = Object.values(state.reviews).filter((review) => review.operationId === operationId);
  return all.reduce<ReviewState | null>((newest, review) => (newest === null || review.requestedAt > newest.requestedAt ? review : newest), null);
}

/** Plans that an execution left unbooked and that no later operation has taken up (TP18). The other kinds have one line: a new request is drafted for it. */
export function remainingLines(state: CaseState, operation: OperationState): { lineId: string; planId: string }[] {
  const lines = operation.execution?.lines ?? [];
  const left = lines.filter((line) => line.status === 'refused' || line.status === 'free');
  const later = Object.values(state.operations).find((other) => other.continues === operation.id && other.status !== 'withdrawn');
  return later === undefined ? left.flatMap(({ lineId, planId }) => (planId === null ? [] : [{ lineId, planId }])) : [];
}
