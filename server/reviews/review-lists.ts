import { moodOf, openItems } from '#shared/case/open-items.ts';
import type { CaseState } from '#shared/case/state.ts';
import { callOf } from '#shared/operation/call-of.ts';
import type { PoolRow } from '#shared/protocol/live.ts';
import type { ReviewState } from '#shared/review/review-schema.ts';
import { hasSeenFigures } from '#shared/review/withholding.ts';
import type { Centre } from '../centre.ts';
import type { Person } from '#shared/people/person.ts';
import type { Scheduler } from '../telephony/scheduler.ts';
import { entitledTo, sameHuman } from './offers.ts';

type Waiting = { state: CaseState; review: ReviewState };

/** About how long one review takes, for "第 2 位 · 约 4 分". */
const MINUTES_EACH = 4;
const MONTH_MS = 30 * 86_400_000;

const onHold = (state: CaseState): boolean => Object.keys(state.calls).some((id) => callOf(state, id)?.phase === 'held');

/** Customer on hold, then the nearest callback, then age (SCREENS, the review desk). */
function order(a: Waiting, b: Waiting): number {
  const hold = Number(onHold(b.state)) - Number(onHold(a.state));
  if (hold !== 0) return hold;
  const promised = (a.review.promisedTo ?? '9').localeCompare(b.review.promisedTo ?? '9');
  return promised !== 0 ? promised : a.review.requestedAt.localeCompare(b.review.requestedAt);
}

const isOpen = (review: ReviewState, now: string): boolean => (review.status === 'waiting' || review.status === 'taken') && review.validUntil > now;

function waiting(centre: Centre): Waiting[] {
  const now = centre.clock.now();
  return centre.open.withReviews().flatMap((state) => Object.values(state.reviews).filter((review) => isOpen(review, now)).map((review) => ({ state, review }))).sort(order);
}

/** TP5, TP6, TP14: what this person is offered, or has taken; nothing they are barred from. */
function isShown(centre: Centre, person: Person, { state, review }: Waiting, offered: ReadonlySet<string>): boolean {
  if (review.takenBy === person.id) return true;
  // What somebody has taken is no choice of others; before that the pool offers it (nobody picks whose work they check).
  if (entitledTo(centre, person, state, review)) return review.status === 'taken' || review.reconfirms !== null || offered.has(person.id);
  return mayBreakGlass(centre, person, { state, review });
}

/** A lead without the entitlement may still be one of two who break the glass (TP11). */
function mayBreakGlass(centre: Centre, person: Person, { state, review }: Waiting): boolean {
  const operation = state.operations[review.operationId];
  if (person.role !== 'lead' || !person.active || review.reconfirms !== null || !operation?.payload || operation.payload.totalDueFen > centre.rules.control.breakGlass.capFen) return false;
  const isSame = sameHuman(centre, person);
  return !isSame(operation.maker) && !person.relatedCustomers.includes(operation.customerId) && !hasSeenFigures(state, person.id, isSame, operation);
}

function row(centre: Centre, { state, review }: Waiting): PoolRow {
  const maker = centre.people.byId(review.requestedBy);
  return {
    reviewId: review.id, caseId: state.id, kindName: review.kindName, band: review.band, makerName: maker?.name ?? '',
    makerMonths: maker === null ? 0 : Math.max(0, Math.floor((Date.parse(centre.clock.now()) - Date.parse(maker.since)) / MONTH_MS)),
    customerWaits: review.customerWaits, onHold: onHold(state), promisedTo: review.promisedTo, requestedAt: review.requestedAt, validUntil: review.validUntil,
    takenBy: review.takenBy, takenByName: review.takenBy === null ? null : (centre.people.byId(review.takenBy)?.name ?? ''), takenUntil: review.takenUntil,
    forLead: review.forLead, reconfirms: review.reconfirms !== null,
    breakGlass: review.reconfirms !== null ? null : {
      from: new Date(Date.parse(review.requestedAt) + centre.rules.control.breakGlass.afterMinutes * 60_000).toISOString(),
      seats: review.seats.map((seat) => ({ person: seat.by, name: centre.people.byId(seat.by)?.name ?? '', signed: seat.signedAt !== null })),
    },
  };
}

/** Sends reviewers their pool and makers the place of their requests. */
export function publishReviews(centre: Centre): void {
  const all = waiting(centre);
  const none: ReadonlySet<string> = new Set();
  const offers = centre.offers.all(all);
  const requested = Map.groupBy(all.map((one, index) => ({ one, index })), ({ one }) => one.review.requestedBy);
  for (const person of centre.people.all()) {
    if (person.role === 'mentor' || person.role === 'lead') {
      centre.live.set(person.id, 'reviews', all.filter((one) => isShown(centre, person, one, offers.get(one.review.id) ?? none)).map((one) => row(centre, one)));
    }
    centre.live.set(person.id, 'my-reviews', requested.get(person.id)?.map(({ one, index }) => ({
      reviewId: one.review.id, caseId: one.state.id, position: one.review.status === 'taken' ? 0 : index + 1, expectedMinutes: (index + 1) * MINUTES_EACH,
      takenByName: one.review.takenBy === null ? null : (centre.people.byId(one.review.takenBy)?.name ?? ''),
    })) ?? []);
  }
}

/** Sends leads the escalations that wait, and everyone the cases offered to them by name. */
export function publishTrays(centre: Centre): void {
  const nameOf = (id: string): string => centre.people.byId(id)?.name ?? '';
  // TP6: the maker's free text might tell the figures. Whoever may still review them reads it once they took the case over.
  const mayStillReview = (person: Person, state: CaseState): boolean =>
    (person.role === 'mentor' || person.role === 'lead') && Object.keys(state.operations).length > 0 && !hasSeenFigures(state, person.id, sameHuman(centre, person));
  const waitingFor = centre.open.all().flatMap((state) => state.escalations.filter((one) => one.acceptedBy === null).map((one) => ({ state, one })));
  const offers = centre.open.all().flatMap((state) => (state.handOver === null ? [] : [{ state, to: state.handOver.to, handOver: state.handOver }]));
  for (const person of centre.people.all()) {
    const text = (state: CaseState, words: string): string => (mayStillReview(person, state) ? '' : words);
    if (person.role === 'lead') {
      centre.live.set(person.id, 'escalations', waitingFor.map(({ state, one }) => ({
        escalationId: one.escalationId, caseId: state.id, fromName: nameOf(one.by), at: one.at, kind: text(state, one.kind), goal: text(state, one.goal), mood: text(state, one.mood),
      })));
    }
    centre.live.set(person.id, 'hand-overs', offers.filter((one) => one.to === person.id).map(({ state, handOver }) => ({
      handOverId: handOver.handOverId, caseId: state.id, fromName: nameOf(handOver.from), note: text(state, handOver.note), at: handOver.at,
    })));
    const shown = offers.filter((one) => one.to === person.id || (person.role === 'lead' && one.handOver.from !== person.id));
    centre.live.set(person.id, 'hand-over-items', shown.map(({ state, handOver }) => ({
      handOverId: handOver.handOverId, caseId: state.id, fromName: nameOf(handOver.from), toName: nameOf(handOver.to), mine: handOver.to === person.id, note: text(state, handOver.note), at: handOver.at,
      mood: text(state, moodOf(state)), items: mayStillReview(person, state) ? [] : openItems(state),
    })));
  }
}

const LOOK_MS = 1_000;

/** Looks every second whether an offer has widened, and sends the pool where it has. @returns stops it */
export function watchOffers(centre: Centre, scheduler: Scheduler): () => void {
  let shown = '';
  let cancel = (): void => undefined;
  const look = (): void => {
    const all = waiting(centre);
    const text = JSON.stringify([...centre.offers.all(all)].map(([review, people]) => [review, [...people]]));
    if (text !== shown) publishReviews(centre);
    shown = text;
    cancel = scheduler.after(LOOK_MS, look);
  };
  cancel = scheduler.after(LOOK_MS, look);
  return () => cancel();
}
