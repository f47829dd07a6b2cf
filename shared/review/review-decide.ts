import type { CaseState } from '../case/state.ts';
import { happened, ms, ownerOnly, plusMinutes, type Deciders, type Happened } from '../case/decider.ts';
import type { DecideContext } from '../case/context.ts';
import type { OperationState } from '../operation/operation-schema.ts';
import type { OperationPayload } from '../operation/payload.ts';
import { maskNumbers } from '../privacy/mask.ts';
import { refuse, type Refusal } from '../protocol/refusal.ts';
import { breakGlassDeciders } from './break-glass-decide.ts';
import { differences } from './differences.ts';
import { reviewLimit } from './policy.ts';
import type { reviewCommandSchemas, ReviewState } from './review-schema.ts';
import { isSameHuman } from './same-human.ts';
import { seatOf } from './seats.ts';
import { signatureFault } from './signature-check.ts';
import { hasSeenFigures } from './withholding.ts';

type Found = { review: ReviewState; operation: OperationState; payload: OperationPayload };
type Refused = { refusal: Refusal };

export function find(state: CaseState, reviewId: string): Found | Refused {
  const review = state.reviews[reviewId];
  if (!review) return refuse('review-unknown');
  const operation = state.operations[review.operationId];
  if (!operation?.payload) return refuse('review-unknown');
  return { review, operation, payload: operation.payload };
}

/**
 * Whether this person may be the second one (TP5, TP14): another person than the maker, entitled up to the sum, not the
 * customer or a relative, and without having had the maker's figures (TP6).
 *
 * @param totalFen the operation's sum; @param reconfirm the same reviewer pressing again after a hand-over has seen them
 */
export function mayReview(state: CaseState, operation: OperationState, totalFen: number, context: DecideContext, reconfirm = false): Refused | null {
  const { by } = context;
  if (by.role !== 'mentor' && by.role !== 'lead') return refuse('tp5-not-a-reviewer');
  const maker = context.person(operation.maker);
  if (operation.maker === by.person || (maker !== 'unknown' && maker.human === by.human)) return refuse('tp5-reviewer-is-maker');
  if (by.entitlements === 'unknown') return refuse('tp5-not-entitled');
  const limit = reviewLimit(context.control.kinds[operation.kind], operation.kind, { role: by.role, entitlements: by.entitlements });
  if (limit === undefined) return refuse('tp5-not-entitled');
  if (totalFen > limit) return refuse('tp5-over-limit');
  const person = context.person(by.person);
  if (person !== 'unknown' && person.relatedCustomers.includes(operation.customerId)) return refuse('tp14-related');
  if (!reconfirm && hasSeenFigures(state, by.person, isSameHuman(context), operation)) return refuse('tp6-has-seen');
  return null;
}

/** The review must be this person's now, as its reviewer or in one of the two seats of a break-glass. */
function mine(found: Found, context: DecideContext): Refused | null {
  const { review, operation } = found;
  // A request that is decided, or that the operation stands in no more, is nobody's: a seat too ends with it (TP9, TP10, TP18).
  if (review.status !== 'waiting' && review.status !== 'taken') return refuse('review-not-open', { status: review.status });
  if (operation.status !== 'in-review' || operation.reviewId !== review.id) return refuse('review-not-open', { status: operation.status });
  if (seatOf(review, context.by.person, context) !== null) return null;
  if (review.status !== 'taken') return refuse('review-not-open', { status: review.status });
  if (review.takenBy !== context.by.person) return refuse('review-not-yours');
  if (review.takenUntil !== null && ms(review.takenUntil) < ms(context.now)) return refuse('review-time-over');
  return null;
}

const released = (review: ReviewState, person: string): boolean => review.entries.some((entry) => entry.by === person && entry.releases);

/** A reviewer who has seen nothing leaves no trace on her desktop (SY6); one who has, keeps the case to its end. */
export const leave = (review: ReviewState, person: string): Happened[] =>
  review.entries.some((entry) => entry.by === person) ? [] : [{ kind: 'access revoked', body: { person } }];

export const reviewDeciders: Deciders<keyof typeof reviewCommandSchemas> = {
  'take review': (state, body, context) => {
    const found = find(state, body.reviewId);
    if ('refusal' in found) return found;
    const { review, operation, payload } = found;
    const lapsed = review.status === 'taken' && review.takenUntil !== null && ms(review.takenUntil) < ms(context.now);
    if (review.status !== 'waiting' && !lapsed) return refuse('review-not-open', { status: review.status });
    // Two leads are at it: the way of one reviewer is open again when they have left their seats (TP11).
    if (review.seats.some((seat) => seatOf(review, seat.by, context) !== null)) return refuse('tp11-under-way');
    if (ms(review.validUntil) <= ms(context.now)) return refuse('tp9-expired');
    if (review.forLead && context.by.role !== 'lead') return refuse('tp5-not-a-reviewer');
    const barred = mayReview(state, operation, payload.totalDueFen, context, review.reconfirms !== null);
    if (barred) return barred;
    if (review.reconfirms !== null && state.reviews[review.reconfirms]?.decidedBy !== context.by.person) return refuse('tp17-other-reviewer');
    // The pool offers by policy and load: whoever is not offered it now cannot pick it, friend or not.
    if (context.reviewOffered === false && review.reconfirms === null) return refuse('review-not-offered');
    const previous = lapsed && review.takenBy !== null && review.takenBy !== context.by.person ? leave(review, review.takenBy) : [];
    const until = plusMinutes(context.now, context.control.reviewTakenMinutes);
    return happened(
      ...previous,
      { kind: 'review taken', body: { reviewId: review.id, by: context.by.person, until } },
      { kind: 'access granted', body: { person: context.by.person, as: 'reviewer' } },
    );
  },
  'release review': (state, body, context) => {
    const found = find(state, body.reviewId);
    if ('refusal' in found) return found;
    // A seat whose time is over is none: giving it up would take the review out of the hands of who has it now.
    const seated = found.review.status === 'waiting' && seatOf(found.review, context.by.person, context)?.signedAt === null;
    if (!seated && (found.review.status !== 'taken' || found.review.takenBy !== context.by.person)) return refuse('review-not-yours');
    return happened({ kind: 'review released', body: { reviewId: body.reviewId, by: context.by.person } }, ...leave(found.review, context.by.person));
  },
  'store blind entry': (state, body, context) => {
    const found = find(state, body.reviewId);
    if ('refusal' in found) return found;
    const notMine = mine(found, context);
    if (notMine) return notMine;
    // Taken blind, and given the case meanwhile by another way (an escalation, a hand-over, a call): no longer blind.
    if (hasSeenFigures(state, context.by.person, isSameHuman(context), found.operation)) return refuse('tp6-has-seen');
    const own = state.facts[context.by.person];
    if (own?.purpose !== 'review' || ms(own.at) < ms(found.review.requestedAt)) return refuse('tp6-own-facts');
    const entries = found.review.entries.filter((entry) => entry.by === context.by.person);
    if (entries.some((entry) => entry.matches) || entries.length >= context.control.maxBlindEntries) return refuse('tp6-no-more-entries');
    const differs = differences(body.entry, found.payload, found.review);
    const last = entries.length + 1 >= context.control.maxBlindEntries;
    // Only an entry that matches releases: who missed twice has seen nothing, and may check the next submission blind.
    const releases = differs.length === 0;
    const stored: Happened = {
      kind: 'blind entry stored',
      // What differs would tell the figures: named only together with the bodies.
      body: { reviewId: body.reviewId, by: context.by.person, entry: body.entry, matches: differs.length === 0, differs: releases ? differs : [], releases },
    };
    return differs.length > 0 && last ? happened(stored, { kind: 'review closed', body: { reviewId: body.reviewId, reason: 'second-mismatch' } }) : happened(stored);
  },
  'approve review': (state, body, context) => {
    const found = find(state, body.reviewId);
    if ('refusal' in found) return found;
    const { review, operation, payload } = found;
    const notMine = mine(found, context);
    if (notMine) return notMine;
    const barred = mayReview(state, operation, payload.totalDueFen, context, true);
    if (barred) return barred;
    if (review.reconfirms === null && review.entries.findLast((entry) => entry.by === context.by.person)?.matches !== true) return refuse('tp6-no-entry');
    if (body.digest !== operation.digest || body.digest !== review.digest) return refuse('tp2-digest');
    if (ms(payload.validUntil) <= ms(context.now)) return refuse('tp9-expired');
    if (found.review.takenBy !== context.by.person) return refuse('review-not-yours');
    // TP17: what a successor took over is re-confirmed once the successor has signed for it.
    if (operation.ticked?.digest !== body.digest) return refuse('tp8-no-tick');
    return signatureFault(context, 'approval', body.digest) ?? happened({
      kind: 'review approved',
      body: { reviewId: review.id, operationId: operation.id, by: context.by.person, digest: body.digest, validUntil: payload.validUntil, signed: body.signed },
    });
  },
  'return review': (state, body, context) => {
    const found = find(state, body.reviewId);
    if ('refusal' in found) return found;
    return mine(found, context) ?? happened({ kind: 'review returned', body: { reviewId: body.reviewId, by: context.by.person, reason: body.reason, whatToDo: maskNumbers(body.whatToDo) } });
  },
  'ask maker': (state, body, context) => {
    const found = find(state, body.reviewId);
    if ('refusal' in found) return found;
    const notMine = mine(found, context);
    if (notMine) return notMine;
    // TP6: asking is shut until the entry is stored; an answer could tell the figures.
    if (!released(found.review, context.by.person)) return refuse('tp6-shut');
    return happened({ kind: 'maker asked', body: { reviewId: body.reviewId, by: context.by.person, question: maskNumbers(body.question) } });
  },
  'answer reviewer': (state, body, context) =>
    ownerOnly(state, context) ?? happened({ kind: 'reviewer answered', body: { reviewId: body.reviewId, by: context.by.person, answer: maskNumbers(body.answer) } }),
  'suggest hang-up': (state, body, context) => {
    const found = find(state, body.reviewId);
    if ('refusal' in found) return found;
    return mine(found, context) ?? happened({ kind: 'hang-up suggested', body: { reviewId: body.reviewId, by: context.by.person } });
  },
  'pass review to lead': (state, body, context) => {
    const found = find(state, body.reviewId);
    if ('refusal' in found) return found;
    return (
      mine(found, context) ??
      happened({ kind: 'review passed to lead', body: { reviewId: body.reviewId, by: context.by.person } }, ...leave(found.review, context.by.person))
    );
  },
  'withdraw review': (state, body, context) => {
    const own = ownerOnly(state, context);
    if (own) return own;
    const review = state.reviews[body.reviewId];
    if (!review) return refuse('review-unknown');
    const operation = state.operations[review.operationId];
    if (operation?.execution) return refuse('tp9-too-late');
    if (operation?.reviewId !== review.id) return refuse('review-not-open', { status: review.status });
    if (!['waiting', 'taken', 'approved'].includes(review.status)) return refuse('review-not-open', { status: review.status });
    return happened({ kind: 'review withdrawn', body: { reviewId: body.reviewId, by: context.by.person } });
  },
  ...breakGlassDeciders,
};
