import type { CaseState } from '#shared/case/state.ts';

const DAY_MS = 86_400_000;
/** A closed case in which nothing has happened for so long leaves. */
const QUIET_MS = DAY_MS;

const UNSETTLED_OPERATION: ReadonlySet<string> = new Set(['in-review', 'approved', 'executing', 'in-doubt']);
const UNSETTLED_REVIEW: ReadonlySet<string> = new Set(['waiting', 'taken']);
const UNSETTLED_RETURN: ReadonlySet<string> = new Set(['submitted', 'co-signed', 'ordered']);
const UNSETTLED_STOP: ReadonlySet<string> = new Set(['ordered', 'in-doubt', 'manual']);

const some = <T>(list: Iterable<T>, fits: (one: T) => boolean): boolean => [...list].some(fits);

/** What this person has still to see to: then the case stays, whatever its age. */
function isDue(state: CaseState, person: string): boolean {
  const mine = state.owner === person;
  const takenOver = Object.values(state.verifiedStops);
  return (mine && (state.promises.some(({ status }) => status === 'open') || state.followUps.some(({ status }) => status === 'open')))
    || (state.closed === null && some(state.stops, ({ status, id }) => UNSETTLED_STOP.has(status) && !takenOver.some((one) => one.stopId === id)))
    || some(Object.values(state.operations), ({ status }) => UNSETTLED_OPERATION.has(status))
    || some(Object.values(state.reviews), ({ status }) => UNSETTLED_REVIEW.has(status))
    || some(Object.values(state.onReturn), ({ status }) => UNSETTLED_RETURN.has(status))
    || state.handOver?.to === person
    || some(state.escalations, ({ outcome, acceptedBy, by }) => outcome === null && (acceptedBy === person || by === person) && state.closed === null);
}

/**
 * When a case may leave this person's desktop (PR6): a closed one a day after the last that happened in it, any other when
 * nothing has happened in it for the days that the site keeps customers; one in which they have something to do, never.
 *
 * @param keepDays of policy
 * @param typedAt when something was last typed for it here and not yet sent; null where nothing is
 * @returns an instant, or null while it stays
 */
export function leavesAt(state: CaseState, person: string, keepDays: number, typedAt: string | null): string | null {
  if (isDue(state, person)) return null;
  const last = Math.max(Date.parse(state.updatedAt), typedAt === null ? 0 : Date.parse(typedAt));
  // What is half typed counts like an open case: a person may come back to it.
  const quiet = state.closed !== null && typedAt === null ? QUIET_MS : keepDays * DAY_MS;
  return new Date(last + quiet).toISOString();
}
