import type { PoolRow } from '#shared/protocol/live.ts';

/**
 * The order of the review desk: a customer on hold, then the nearest callback, then age. What this person has taken
 * stands above all, since its minutes run.
 */
export function poolOrder(rows: readonly PoolRow[], me: string): PoolRow[] {
  const rank = (row: PoolRow): number => (row.takenBy === me ? 0 : row.onHold ? 1 : row.customerWaits === 'on-line' ? 2 : row.promisedTo !== null ? 3 : 4);
  return [...rows].sort((a, b) => {
    const byRank = rank(a) - rank(b);
    if (byRank !== 0) return byRank;
    if (a.promisedTo !== null && b.promisedTo !== null && a.promisedTo !== b.promisedTo && rank(a) === 3) return a.promisedTo < b.promisedTo ? -1 : 1;
    return a.requestedAt < b.requestedAt ? -1 : a.requestedAt > b.requestedAt ? 1 : 0;
  });
}

/** Rows that someone could take now: what is new among them sounds when the reviewer is idle. */
export const openRows = (rows: readonly PoolRow[]): PoolRow[] => rows.filter((row) => row.takenBy === null);

/** Reviews that were not there a moment ago and wait for somebody. */
export function arrivals(before: readonly PoolRow[], now: readonly PoolRow[]): PoolRow[] {
  const known = new Set(before.map((row) => row.reviewId));
  return openRows(now).filter((row) => !known.has(row.reviewId));
}

/** Whole minutes since an instant; never negative, whatever the clocks say. */
export const minutesSince = (at: string, nowMs: number): number => Math.max(0, Math.floor((nowMs - Date.parse(at)) / 60_000));

/** Seconds until an instant; 0 when it has passed. */
export const secondsUntil = (at: string, nowMs: number): number => Math.max(0, Math.ceil((Date.parse(at) - nowMs) / 1000));

/** `299` → `4:59` */
export const clockText = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
