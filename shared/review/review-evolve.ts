import type { Evolvers } from '../case/evolver.ts';
import type { CaseState } from '../case/state.ts';
import { changeOperation } from '../operation/operation-evolve.ts';
import type { reviewEventSchemas, ReviewState } from './review-schema.ts';

const at = (event: { times: { recorded: string } }): string => event.times.recorded;

function changeReview(state: CaseState, id: string, change: (review: ReviewState) => ReviewState): CaseState {
  const review = state.reviews[id];
  return review === undefined ? state : { ...state, reviews: { ...state.reviews, [id]: change(review) } };
}

const operationOf = (state: CaseState, reviewId: string): string => state.reviews[reviewId]?.operationId ?? '';

export const reviewEvolvers: Evolvers<keyof typeof reviewEventSchemas> = {
  'review requested': (state, body, event) => {
    const { reviewId, ...rest } = body;
    const review: ReviewState = {
      ...rest, id: reviewId, requestedAt: at(event), requestedBy: event.actor.person ?? '', status: 'waiting', forLead: false,
      takenBy: null, takenUntil: null, entries: [], decidedBy: null, decidedAt: null, returned: null, closedBecause: null, seats: [], talk: [],
    };
    const next = { ...state, reviews: { ...state.reviews, [reviewId]: review } };
    return changeOperation(next, body.operationId, (operation) => ({ ...operation, status: 'in-review', reviewId }));
  },
  'review taken': (state, body) => changeReview(state, body.reviewId, (review) => ({ ...review, status: 'taken', takenBy: body.by, takenUntil: body.until })),
  'review released': (state, body) => changeReview(state, body.reviewId, (review) => ({
    ...review, status: 'waiting', takenBy: null, takenUntil: null, seats: review.seats.filter((seat) => seat.by !== body.by),
  })),
  'blind entry stored': (state, body, event) => changeReview(state, body.reviewId, (review) => ({
    ...review,
    entries: [...review.entries, { by: body.by, at: at(event), version: event.version, entry: body.entry, matches: body.matches, differs: body.differs, releases: body.releases }],
  })),
  'review approved': (state, body, event) => {
    const next = changeReview(state, body.reviewId, (review) => ({ ...review, status: 'approved', decidedBy: body.by, decidedAt: at(event) }));
    return changeOperation(next, body.operationId, (operation) => ({
      ...operation, status: 'approved',
      approval: { reviewId: body.reviewId, by: [body.by], keys: [body.signed.personKey], breakGlass: false, digest: body.digest, at: at(event), validUntil: body.validUntil },
    }));
  },
  'break-glass joined': (state, body, event) => changeReview(state, body.reviewId, (review) => ({
    ...review, seats: [...review.seats, { by: body.by, at: at(event), reason: body.reason, signedAt: null, key: null }],
  })),
  'break-glass signed': (state, body, event) => changeReview(state, body.reviewId, (review) => ({
    ...review, seats: review.seats.map((seat) => (seat.by === body.by ? { ...seat, signedAt: at(event), key: body.signed.personKey } : seat)),
  })),
  'break-glass approved': (state, body, event) => {
    const next = changeReview(state, body.reviewId, (review) => ({ ...review, status: 'approved', decidedBy: body.by[1] ?? null, decidedAt: at(event) }));
    return changeOperation(next, body.operationId, (operation) => ({
      ...operation, status: 'approved',
      approval: { reviewId: body.reviewId, by: body.by, keys: body.keys, breakGlass: true, digest: body.digest, at: at(event), validUntil: body.validUntil },
    }));
  },
  'review returned': (state, body, event) => {
    const next = changeReview(state, body.reviewId, (review) => ({
      ...review, status: 'returned', decidedBy: body.by, decidedAt: at(event), returned: { reason: body.reason, whatToDo: body.whatToDo },
    }));
    return changeOperation(next, operationOf(state, body.reviewId), (operation) => ({ ...operation, status: 'returned' }));
  },
  'review closed': (state, body, event) => {
    const next = changeReview(state, body.reviewId, (review) => ({ ...review, status: 'closed', decidedAt: at(event), closedBecause: body.reason }));
    return changeOperation(next, operationOf(state, body.reviewId), (operation) => (operation.status === 'in-review' ? { ...operation, status: 'returned' } : operation));
  },
  'review withdrawn': (state, body, event) => {
    const next = changeReview(state, body.reviewId, (review) => ({ ...review, status: 'withdrawn', decidedAt: at(event) }));
    return changeOperation(next, operationOf(state, body.reviewId), (operation) => ({ ...operation, status: 'draft', reviewId: null, approval: null }));
  },
  'maker asked': (state, body, event) => changeReview(state, body.reviewId, (review) => ({
    ...review, talk: [...review.talk, { by: body.by, at: at(event), kind: 'question', text: body.question }],
  })),
  'reviewer answered': (state, body, event) => changeReview(state, body.reviewId, (review) => ({
    ...review, talk: [...review.talk, { by: body.by, at: at(event), kind: 'answer', text: body.answer }],
  })),
  'hang-up suggested': (state, body, event) => changeReview(state, body.reviewId, (review) => ({
    ...review, talk: [...review.talk, { by: body.by, at: at(event), kind: 'hang-up', text: '' }],
  })),
  'review passed to lead': (state, body) => changeReview(state, body.reviewId, (review) => ({
    ...review, status: 'waiting', forLead: true, takenBy: null, takenUntil: null,
  })),
};
