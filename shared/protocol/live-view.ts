/** The newest value of a live topic, and when it was heard. */
import { z } from 'zod';
import { Instant } from './ids.ts';

export const LiveView = z.strictObject({
  topic: z.string(),
  version: z.int(),
  value: z.unknown(),
  heardAt: Instant,
});
export type LiveView = z.infer<typeof LiveView>;
