import type { CaseState } from '#shared/case/state.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import type { OperationPayload } from '#shared/operation/payload.ts';
import type { LiveValue } from '#shared/protocol/live.ts';
import type { ReviewState } from '#shared/review/review-schema.ts';
import { needsNoReview } from './confirmation-view.ts';
import { lastReviewOf } from './operation-choice.ts';

export const NOTE_LENGTH = 100;

export type QueuePlace = LiveValue<'my-reviews'>[number];

/** How a request stands, as the maker sees it (SCREENS 提交复核). */
export type SubmitView =
  | { phase: 'prepare'; blocked: 'self-check' | 'worksheet' | null; returned: ReviewState | null; voided: OperationState['voided'] }
  | { phase: 'waiting'; review: ReviewState; place: QueuePlace | null; takenByName: string | null; hangUpSuggested: boolean; question: string | null }
  | { phase: 'approved'; review: ReviewState | null; validUntil: string; by: readonly string[]; breakGlass: boolean }
  /** TP17: taken over from a colleague; the successor signs for the figures before the same reviewer confirms again. */
  | { phase: 'sign'; review: ReviewState; payload: OperationPayload; digest: string }
  /** Too small for a second person: it may be read to the customer at once. */
  | { phase: 'no-review' }
  | { phase: 'past' };

/** The last thing the reviewer asked that has no answer yet. */
export function openQuestion(review: ReviewState): string | null {
  const last = review.talk.filter((item) => item.kind !== 'hang-up').at(-1);
  return last?.kind === 'question' ? last.text : null;
}

/** The figures that a successor took over and has not signed for (TP17); null for every other request. */
export function takenOverUnsigned(operation: OperationState, review: ReviewState | null): { payload: OperationPayload; digest: string } | null {
  const { payload, digest, ticked } = operation;
  if (review === null || review.reconfirms === null || operation.status !== 'in-review' || payload === null || digest === null) return null;
  return ticked?.digest === digest ? null : { payload, digest };
}

/**
 * @param places the live topic `my-reviews`; null while it has not been heard
 * @param selfCheckDone all ticks of 自查 are set; @param locked the worksheet may not be submitted
 */
export function submitView(state: CaseState, operation: OperationState, places: readonly QueuePlace[] | null, selfCheckDone: boolean, locked: boolean): SubmitView {
  const review = operation.reviewId === null ? lastReviewOf(state, operation.id) : (state.reviews[operation.reviewId] ?? null);
  if (needsNoReview(state, operation)) return { phase: 'no-review' };
  switch (operation.status) {
    case 'draft': case 'returned': case 'void': case 'withdrawn':
      return {
        phase: 'prepare',
        blocked: locked ? 'worksheet' : selfCheckDone ? null : 'self-check',
        returned: operation.status === 'returned' || review?.status === 'closed' ? review : null,
        voided: operation.status === 'void' ? operation.voided : null,
      };
    case 'in-review': {
      if (review === null) return { phase: 'prepare', blocked: null, returned: null, voided: null };
      const unsigned = takenOverUnsigned(operation, review);
      if (unsigned !== null) return { phase: 'sign', review, ...unsigned };
      const place = places?.find((one) => one.reviewId === review.id) ?? null;
      return {
        phase: 'waiting', review, place, takenByName: place?.takenByName ?? null,
        hangUpSuggested: review.talk.some((item) => item.kind === 'hang-up'), question: openQuestion(review),
      };
    }
    case 'approved':
      if (operation.approval === null) return { phase: 'past' };
      return { phase: 'approved', review, validUntil: operation.approval.validUntil, by: operation.approval.by, breakGlass: operation.approval.breakGlass };
    default:
      return { phase: 'past' };
  }
}
