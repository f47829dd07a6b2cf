/** What was typed and not yet sent. */
import { z } from 'zod';
import { CaseId, Instant } from './ids.ts';

export const Draft = z.strictObject({
  case: CaseId.nullable(),
  field: z.string().min(1).max(120),
  text: z.string().max(20_000),
  at: Instant,
});
export type Draft = z.infer<typeof Draft>;
