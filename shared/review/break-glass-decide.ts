import type { DecideContext } from '../case/context.ts';
import { happened, ms, type Deciders, type Happened } from '../case/decider.ts';
import type { CaseState } from '../case/state.ts';
import type { OperationState } from '../operation/operation-schema.ts';
import { maskNumbers } from '../privacy/mask.ts';
import { refuse, type Refusal } from '../protocol/refusal.ts';
import type { ReviewState } from './review-schema.ts';
import { isSameHuman } from './same-human.ts';
import { seatOf } from './seats.ts';
import { signatureFault } from './signature-check.ts';
import { hasSeenFigures } from './withholding.ts';

type Refused = { refusal: Refusal };

/** Seats beside the maker's and each other's: by human, not by account (TP5). */
function seatFault(state: CaseState, review: ReviewState, operation: OperationState, context: DecideContext): Refused | null {
  const { by } = context;
  if (by.role !== 'lead') return refuse('tp11-two-leads');
  const maker = context.person(operation.maker);
  if (operation.maker === by.person || (maker !== 'unknown' && maker.human === by.human)) return refuse('tp5-reviewer-is-maker');
  const related = context.person(by.person);
  if (related !== 'unknown' && related.relatedCustomers.includes(operation.customerId)) return refuse('tp14-related');
  const others = review.seats.filter((seat) => seat.by !== by.person);
  const sameHuman = others.some((seat) => {
    const other = context.person(seat.by);
    return other !== 'unknown' && other.human === by.human;
  });
  if (sameHuman) return refuse('tp11-two-leads');
  return hasSeenFigures(state, by.person, isSameHuman(context), operation) ? refuse('tp6-has-seen') : null;
}

function capFault(totalFen: number, context: DecideContext): Refused | null {
  const { capFen, perDay } = context.control.breakGlass;
  if (totalFen > capFen) return refuse('tp11-over-cap');
  return context.breakGlassToday !== 'unknown' && context.breakGlassToday >= perDay ? refuse('tp11-too-many') : null;
}

/**
 * TP11: where nobody entitled took the review for as long as policy says, two leads sign in place of the one reviewer. Own
 * facts, blind entry, digest, validity and single use stay as they are; only the approval is another.
 */
export const breakGlassDeciders: Deciders<'join break-glass' | 'sign break-glass'> = {
  'join break-glass': (state, body, context) => {
    const review = state.reviews[body.reviewId];
    const operation = review === undefined ? undefined : state.operations[review.operationId];
    if (!review || !operation?.payload) return refuse('review-unknown');
    const lapsed = review.status === 'taken' && review.takenUntil !== null && ms(review.takenUntil) < ms(context.now);
    if (review.status === 'taken' && !lapsed) return refuse('tp11-reviewer-there');
    if (review.status !== 'waiting' && !lapsed) return refuse('review-not-open', { status: review.status });
    if (review.reconfirms !== null) return refuse('tp17-other-reviewer');
    if (ms(review.validUntil) <= ms(context.now)) return refuse('tp9-expired');
    const barred = seatFault(state, review, operation, context) ?? capFault(operation.payload.totalDueFen, context);
    if (barred) return barred;
    if (ms(context.now) - ms(review.requestedAt) < context.control.breakGlass.afterMinutes * 60_000) return refuse('tp11-too-soon', { minutes: context.control.breakGlass.afterMinutes });
    const held = review.seats.filter((seat) => seatOf(review, seat.by, context) !== null);
    if (held.some((seat) => seat.by === context.by.person) || held.length >= 2) return refuse('tp11-under-way');
    // Whose time was over gives the seat, or the review, up.
    const lapsedPeople = [...review.seats.filter((seat) => !held.includes(seat)).map((seat) => seat.by), ...(lapsed && review.takenBy !== null ? [review.takenBy] : [])];
    const gone: Happened[] = lapsedPeople.map((by) => ({ kind: 'review released', body: { reviewId: review.id, by } }));
    return happened(
      ...gone,
      { kind: 'break-glass joined', body: { reviewId: review.id, by: context.by.person, reason: maskNumbers(body.reason) } },
      { kind: 'access granted', body: { person: context.by.person, as: 'reviewer' } },
    );
  },
  'sign break-glass': (state, body, context) => {
    const review = state.reviews[body.reviewId];
    const operation = review === undefined ? undefined : state.operations[review.operationId];
    if (!review || !operation?.payload) return refuse('review-unknown');
    const seat = seatOf(review, context.by.person, context);
    if (seat === null || seat.signedAt !== null) return refuse('review-not-yours');
    const barred = seatFault(state, review, operation, context) ?? capFault(operation.payload.totalDueFen, context);
    if (barred) return barred;
    if (review.entries.findLast((entry) => entry.by === context.by.person)?.matches !== true) return refuse('tp6-no-entry');
    if (operation.status !== 'in-review' || operation.reviewId !== review.id) return refuse('review-not-open', { status: operation.status });
    if (body.digest !== operation.digest || body.digest !== review.digest) return refuse('tp2-digest');
    if (ms(operation.payload.validUntil) <= ms(context.now)) return refuse('tp9-expired');
    const unsigned = signatureFault(context, 'approval', body.digest);
    if (unsigned) return unsigned;
    const signed: Happened = { kind: 'break-glass signed', body: { reviewId: review.id, by: context.by.person, digest: body.digest, signed: body.signed } };
    const first = review.seats.find((one) => one.by !== context.by.person && one.signedAt !== null);
    if (first === undefined || first.key === null) return happened(signed);
    const other = context.person(first.by);
    if (other !== 'unknown') {
      if (!other.active || other.role !== 'lead') return refuse('tp11-two-leads');
      if (!other.keys.includes(first.key)) return refuse('tp8-key-revoked');
      if (!other.online) return refuse('tp11-not-online');
    }
    const watchers = context.qualityStaff === 'unknown' ? [] : context.qualityStaff;
    return happened(
      signed,
      {
        kind: 'break-glass approved',
        body: {
          reviewId: review.id, operationId: operation.id, by: [first.by, context.by.person], keys: [first.key, body.signed.personKey], digest: body.digest,
          validUntil: operation.payload.validUntil, qualityCaseId: body.qualityCaseId,
        },
      },
      ...watchers.map((person): Happened => ({ kind: 'access granted', body: { person, as: 'quality' } })),
    );
  },
};
