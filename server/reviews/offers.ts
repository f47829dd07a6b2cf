import { createHash } from 'node:crypto';
import type { CaseState } from '#shared/case/state.ts';
import type { Person } from '#shared/people/person.ts';
import { reviewLimit } from '#shared/review/policy.ts';
import type { ReviewState } from '#shared/review/review-schema.ts';
import { hasSeenFigures } from '#shared/review/withholding.ts';
import type { Centre } from '../centre.ts';

const LOAD_MS = 2 * 3_600_000;

type Offer = { since: string; forLead: boolean; to: Set<string> };
type Parts = Pick<Centre, 'clock' | 'people' | 'open' | 'online'> & { rules: Pick<Centre['rules'], 'control'> };

/** TP5: whether another account is the same human's. */
export const sameHuman = (centre: Pick<Centre, 'people'>, person: Person) => (other: string): boolean => other === person.id || centre.people.byId(other)?.human === person.human;

/** TP5, TP6, TP14: who could be the second person of this review, wherever they are. */
export function entitledTo(centre: Pick<Centre, 'people'> & { rules: Pick<Centre['rules'], 'control'> }, person: Person, state: CaseState, review: ReviewState): boolean {
  if (!person.active || (person.role !== 'mentor' && person.role !== 'lead')) return false;
  if (review.forLead && person.role !== 'lead') return false;
  const operation = state.operations[review.operationId];
  if (!operation?.payload) return false;
  const limit = reviewLimit(centre.rules.control.kinds[operation.kind], operation.kind, person);
  if (limit === undefined || operation.payload.totalDueFen > limit) return false;
  const isSame = sameHuman(centre, person);
  if (isSame(operation.maker) || person.relatedCustomers.includes(operation.customerId)) return false;
  if (review.reconfirms !== null) return state.reviews[review.reconfirms]?.decidedBy === person.id;
  return !hasSeenFigures(state, person.id, isSame, operation);
}

/** Among equals chance decides, and the same chance wherever it is asked. */
const lot = (reviewId: string, person: string): string => createHash('sha256').update(`${reviewId} ${person}`).digest('hex');

/**
 * Who is offered which review now: by policy and load, so that neither a maker chooses a friend nor a reviewer a matter.
 * The one who has had least to do comes first, one more every `offerSeconds`, at last everybody. Kept in memory only: a
 * server that comes back begins with as many as there would be by then.
 */
export class Offers {
  readonly #parts: () => Parts;
  readonly #offers = new Map<string, Offer>();
  readonly #decided = new Map<string, { by: string; at: string }>();

  /** @param parts of the centre that this is one part of: asked for at each look */
  constructor(parts: () => Parts) {
    this.#parts = parts;
  }

  /** Whether this person may take the review now; widens the offer where it is time. */
  isOffered(state: CaseState, review: ReviewState, person: string): boolean {
    return this.#offer(state, review, this.loads()).to.has(person);
  }

  /** As many reviews as each has decided within two hours, and has taken now. */
  loads(): ReadonlyMap<string, number> {
    const { clock, open } = this.#parts();
    const since = new Date(Date.parse(clock.now()) - LOAD_MS).toISOString();
    const loads = new Map<string, number>();
    const count = (person: string): unknown => loads.set(person, (loads.get(person) ?? 0) + 1);
    for (const state of open.withReviews()) {
      for (const review of Object.values(state.reviews)) {
        if (review.status === 'taken' && review.takenBy !== null) count(review.takenBy);
        if (review.decidedBy !== null && review.decidedAt !== null && review.decidedAt >= since) this.#decided.set(review.id, { by: review.decidedBy, at: review.decidedAt });
      }
    }
    // Of cases that are closed by now as well.
    for (const [id, { by, at }] of this.#decided) {
      if (at < since) this.#decided.delete(id);
      else count(by);
    }
    return loads;
  }

  /**
   * Looks at every review that waits.
   *
   * @returns to whom each is offered, by review
   */
  all(waiting: readonly { state: CaseState; review: ReviewState }[]): ReadonlyMap<string, ReadonlySet<string>> {
    const loads = this.loads();
    const now = new Map(waiting.map(({ state, review }) => [review.id, this.#offer(state, review, loads).to]));
    for (const id of this.#offers.keys()) if (!now.has(id)) this.#offers.delete(id);
    return now;
  }

  #offer(state: CaseState, review: ReviewState, loads: ReadonlyMap<string, number>): Offer {
    const parts = this.#parts();
    const { clock, people, online, rules } = parts;
    const known = this.#offers.get(review.id);
    // Passed on to the leads it begins anew among them.
    const offer: Offer = known !== undefined && known.forLead === review.forLead ? known
      : { since: known === undefined ? review.requestedAt : clock.now(), forLead: review.forLead, to: new Set() };
    this.#offers.set(review.id, offer);
    const entitled = people.all().filter((person) => entitledTo(parts, person, state, review));
    for (const id of offer.to) if (!entitled.some((person) => person.id === id)) offer.to.delete(id);
    const there = entitled.filter((person) => online(person.id));
    const passed = Math.max(0, Date.parse(clock.now()) - Date.parse(offer.since));
    const wanted = Math.min(there.length, 1 + Math.floor(passed / (rules.control.offerSeconds * 1000)));
    const order = there.filter((person) => !offer.to.has(person.id))
      .sort((a, b) => (loads.get(a.id) ?? 0) - (loads.get(b.id) ?? 0) || (lot(review.id, a.id) < lot(review.id, b.id) ? -1 : 1));
    // Whoever was offered it and went offline keeps it for when they are back, and counts for nobody meanwhile.
    let reached = there.length - order.length;
    for (const person of order) {
      if (reached >= wanted) break;
      offer.to.add(person.id);
      reached += 1;
    }
    return offer;
  }
}
