import type { KindPolicy } from '../review/policy.ts';
import type { OperationState } from './operation-schema.ts';

/**
 * What the customer must confirm, in order: 眼到 each line, the total, the due date; 心到 each consequence policy names.
 *
 * @returns keys `eye:<item>` and `heart:<item>`
 */
export function confirmationItems(operation: OperationState, policy: KindPolicy): string[] {
  const lines = (operation.payload?.lines ?? []).map((line) => `eye:line:${line.lineId}`);
  return [...lines, 'eye:total', 'eye:due-date', ...policy.consent.map((item) => `heart:${item.id}`)];
}

/** The first thing still to be confirmed, `proof` for the typed figures, or null when the confirmation is complete. */
export function confirmationGap(operation: OperationState, policy: KindPolicy, options: { withoutProof?: boolean } = {}): string | null {
  const confirmation = operation.confirmation;
  const items = confirmationItems(operation, policy);
  if (confirmation === null || confirmation.digest !== operation.digest) return items[0] ?? 'proof';
  const open = items.find((item) => confirmation.items[item] === undefined);
  if (open !== undefined) return open;
  return confirmation.proofAt === null && options.withoutProof !== true ? 'proof' : null;
}
