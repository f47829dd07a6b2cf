import { ms } from '../case/decider.ts';
import type { DecideContext } from '../case/context.ts';
import type { ReviewState } from './review-schema.ts';

export type Seat = ReviewState['seats'][number];

/** A lead's seat in a break-glass (TP11), while it holds: as long as a review may be taken, and for good once signed. */
export function seatOf(review: ReviewState, person: string, context: Pick<DecideContext, 'now' | 'control'>): Seat | null {
  const seat = review.seats.find((one) => one.by === person);
  if (seat === undefined) return null;
  const until = ms(seat.at) + context.control.reviewTakenMinutes * 60_000;
  return seat.signedAt !== null || until >= ms(context.now) ? seat : null;
}
