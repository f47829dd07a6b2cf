/** How long a customer's matters are kept before they may be erased (PR7): policy, as data. */
import { z } from 'zod';
import type { Instant } from '#shared/protocol/ids.ts';

export const RetentionPolicy = z.strictObject({
  /** Since the last event of any of the customer's streams. */
  yearsAfterLastEvent: z.int().min(0).max(100),
});
export type RetentionPolicy = z.infer<typeof RetentionPolicy>;

/**
 * What is in force where an installation names nothing else: ten years, the longer of the terms that a bank is held to
 * (anti-money-laundering records as from 2025, to be confirmed by each bank's counsel).
 */
export const defaultRetention: RetentionPolicy = { yearsAfterLastEvent: 10 };

/** @returns the first instant at which the retention that began with this one is over; of 29 February, in other years, 1 March */
export function retainedUntil(lastEventAt: Instant, { yearsAfterLastEvent }: RetentionPolicy): Instant {
  const until = new Date(lastEventAt);
  until.setUTCFullYear(until.getUTCFullYear() + yearsAfterLastEvent);
  return until.toISOString();
}
