import type { CaseState } from '#shared/case/state.ts';
import { coSignedHere, forReturn } from '#shared/operation/on-return-terms.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import type { OperationPayload } from '#shared/operation/payload.ts';
import type { Bilingual } from '#shared/protocol/ids.ts';
import type { ControlPolicy } from '#shared/review/policy.ts';

/** One thing the customer confirms aloud; `said` is where they did. */
export type ConfirmItem = { item: string; said: { words: string; offset: number } | null };

/**
 * The figures that may be read to the customer: approved ones, or a payload that is too small to need a reviewer.
 * Without them nothing may be read aloud (TP1).
 */
export function confirmable(state: CaseState, operation: OperationState | null): { payload: OperationPayload; digest: string } | null {
  if (operation === null || operation.payload === null || operation.digest === null) return null;
  if (coSignedHere(state, operation) !== null && operation.status === 'draft') return { payload: operation.payload, digest: operation.digest };
  if (operation.status === 'approved') return { payload: operation.payload, digest: operation.digest };
  return needsNoReview(state, operation) ? { payload: operation.payload, digest: operation.digest } : null;
}

/** TP9: figures that were good until a moment that is over. Approved or not, they are made anew and checked again. */
export const hasLapsed = (operation: OperationState, now: string): boolean =>
  operation.execution === null && operation.digest !== null && operation.payload !== null && ['approved', 'draft', 'in-review'].includes(operation.status) && operation.payload.validUntil <= now;

/** Submitted, and the rules asked for no second person: there never was a review of these figures. */
export function needsNoReview(state: CaseState, operation: OperationState): boolean {
  if (operation.status !== 'draft' || operation.digest === null || forReturn(state, operation) !== null) return false;
  return !Object.values(state.reviews).some((review) => review.digest === operation.digest);
}

/** Ticks count only for this digest and this call: another call confirms afresh. */
function saidNow(operation: OperationState, callId: string | null): NonNullable<OperationState['confirmation']>['items'] {
  const confirmation = operation.confirmation;
  if (confirmation === null || confirmation.digest !== operation.digest) return {};
  return callId === null || confirmation.callId === callId ? confirmation.items : {};
}

function itemsOf(operation: OperationState, callId: string | null, part: 'eye' | 'heart', names: readonly string[]): ConfirmItem[] {
  const said = saidNow(operation, callId);
  return names.map((item) => {
    const one = said[`${part}:${item}`];
    return { item, said: one === undefined ? null : { words: one.customerWords, offset: one.recordingOffset } };
  });
}

/** 眼到: every line, then the sum, then the due date. */
export const eyeItems = (operation: OperationState, payload: OperationPayload, callId: string | null): ConfirmItem[] =>
  itemsOf(operation, callId, 'eye', [...payload.lines.map((line) => `line:${line.lineId}`), 'total', 'due-date']);

/** 心到: each consequence that policy names; the last is the customer's own 我确认办理. */
export function heartItems(operation: OperationState, policy: ControlPolicy, callId: string | null): (ConfirmItem & { text: Bilingual; final: boolean })[] {
  const consent = policy.kinds[operation.kind].consent;
  return itemsOf(operation, callId, 'heart', consent.map((one) => one.id)).map((one, index) => ({
    ...one, text: consent[index]!.text, final: index === consent.length - 1,
  }));
}

/** The first that is still to be said; -1 when all have been. */
export const nextItem = (items: readonly ConfirmItem[]): number => items.findIndex((one) => one.said === null);

export type Proof = { fen: number | null; lines: string; lastFour: string };
export const emptyProof: Proof = { fen: null, lines: '', lastFour: '' };

/**
 * 手到: what was typed, as figures. Whether they are right is not told here: an answer shown is no proof.
 * @returns null while a field cannot be read as what it asks for
 */
export function readProof(proof: Proof): { typedFen: number; typedLines: number; typedLastFour: string } | null {
  if (proof.fen === null || !/^\d{1,3}$/.test(proof.lines) || !/^\d{4}$/.test(proof.lastFour)) return null;
  return { typedFen: proof.fen, typedLines: Number(proof.lines), typedLastFour: proof.lastFour };
}

/** What a failed proof leads to (FLOWS ES-15): once more, back to reading aloud, back to review. */
export function proofMissLeadsTo(failedProofs: number): 'again' | 'read-back' | 'review' | null {
  if (failedProofs <= 0) return null;
  return failedProofs === 1 ? 'again' : failedProofs === 2 ? 'read-back' : 'review';
}
