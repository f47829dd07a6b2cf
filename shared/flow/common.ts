import { z } from 'zod';
import { bilingual, sayLine } from './definition.ts';

/**
 * Parts that every flow shares (FLOWS §0): verification V, hold H, risk R, complaint words T, and what is
 * never said. `say: [{use: verifyAsk}]` in a definition stands for the lines of that name.
 */
export const commonParts = z.strictObject({
  version: z.int().min(1),
  speech: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/), z.array(sayLine).min(1)),
  /** Words of a customer that open a complaint work order; the agent cannot decide that they do not. */
  complaintWords: z.array(z.string().min(1)).min(1),
  never: z.array(bilingual).min(1),
});
export type CommonParts = z.infer<typeof commonParts>;

/** Speech that screens outside a flow draw by name (the hold key, F8, the complaint key). */
export const requiredSpeech = [
  'verifyAsk', 'verifyFail', 'holdBefore', 'holdDuring', 'holdAfter', 'risk', 'complaint',
] as const;
