import { z } from 'zod';
import { Refusal } from '#shared/protocol/refusal.ts';
import { SignInAnswer, type SignInRequest } from '#shared/protocol/wire.ts';

export type SignInOutcome =
  | { status: 'signed-in'; answer: z.infer<typeof SignInAnswer> }
  | { status: 'refused'; refusal: Refusal }
  /** No server there, or something that is none of ours. */
  | { status: 'unreachable' };

export type SignInOverHttp = (server: string, request: z.infer<typeof SignInRequest>) => Promise<SignInOutcome>;

const ANSWER_MS = 8_000;
const Refused = z.object({ refusal: Refusal });

/** `POST {server}/session`. A server in trouble (5xx) counts as unreachable. */
export const signInOverHttp: SignInOverHttp = async (server, request) => {
  let body: unknown;
  try {
    const response = await fetch(`${server.replace(/\/+$/, '')}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(ANSWER_MS),
      redirect: 'error',
    });
    if (response.status >= 500) return { status: 'unreachable' };
    body = await response.json();
  } catch {
    return { status: 'unreachable' };
  }
  const answer = SignInAnswer.safeParse(body);
  if (answer.success) return { status: 'signed-in', answer: answer.data };
  const refused = Refused.safeParse(body);
  return refused.success ? { status: 'refused', refusal: refused.data.refusal } : { status: 'unreachable' };
};
