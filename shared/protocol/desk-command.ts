/** A command as a screen gives it to the desk, and what the desk says to it. */
import { z } from 'zod';
import { Instant, StreamId, Uuid7 } from './ids.ts';

export const CommandParams = z.strictObject({
  /** UUIDv7 made by the caller, so that pressing twice or asking again after a crash is once. Made here without it. */
  id: Uuid7.optional(),
  kind: z.string().min(1).max(60),
  case: StreamId,
  body: z.unknown(),
  /** When the customer said it. */
  saidAt: Instant.nullable().optional(),
  /** Without it: the pending commands of the case, where this one could not stand without them. */
  dependsOn: z.array(Uuid7).max(20).optional(),
  urgent: z.boolean().optional(),
  /** Central commands only; default 60. */
  notAfterSeconds: z.int().min(1).max(3600).optional(),
  /**
   * For what is signed with the passphrase typed for it (`approve review`, `sign break-glass`): opens the key once, is kept
   * nowhere and sent nowhere. The desk adds `signed` (TP8), and to a submission `validUntil`: the body comes without them.
   */
  passphrase: z.string().min(1).max(200).optional(),
});
export type CommandParams = z.infer<typeof CommandParams>;

export const CommandAnswer = z.strictObject({
  commandId: Uuid7,
  /** `pending`: decided here and stored. `asked`: a central command, stored and on its way. */
  decided: z.enum(['pending', 'asked']),
});
export type CommandAnswer = z.infer<typeof CommandAnswer>;
