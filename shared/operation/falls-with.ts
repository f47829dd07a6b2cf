import type { Happened } from '../case/decider.ts';
import type { OperationState } from './operation-schema.ts';

/** What a change of figures makes void, said by the screen before it happens. */
export function fallsWith(operation: OperationState | undefined): Happened[] {
  if (!operation) return [];
  if (operation.status === 'in-review' && operation.reviewId !== null) {
    return [{ kind: 'review closed', body: { reviewId: operation.reviewId, reason: 'operation-changed' } }];
  }
  if (operation.approval !== null) return [{ kind: 'approval voided', body: { operationId: operation.id, reason: 'figures-changed', changed: [] } }];
  return [];
}
