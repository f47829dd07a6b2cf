import { z } from 'zod';
import { Instant } from '#shared/protocol/ids.ts';

/** Proves the session to the server for a short while. Never stored. */
export const SessionToken = z.object({ token: z.string().min(1), expiresAt: Instant });
export type SessionToken = z.infer<typeof SessionToken>;

/** The token in an answer to a sign-in or a renewal, or null where it carries none. */
export function answerOfSignIn(value: unknown): SessionToken | null {
  const parsed = SessionToken.safeParse(value);
  return parsed.success ? parsed.data : null;
}
