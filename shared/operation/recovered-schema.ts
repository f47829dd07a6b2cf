import { z } from 'zod';
import { Hash, Uuid7 } from '../protocol/ids.ts';

/**
 * SY9: the log was restored, or failed over with a loss, and the bank holds what it has lost. Such a booking is made known to
 * its operation as in doubt, under the key that the bank has: nothing is ordered, the outcome is fetched by inquiry.
 */
export const recoveredEventSchemas = {
  'execution recovered': z.strictObject({
    operationId: Uuid7, executionId: Uuid7, digest: Hash,
    lines: z.array(z.strictObject({ lineId: Uuid7, planId: z.string().nullable(), key: Uuid7 })).min(1),
  }),
} as const;
