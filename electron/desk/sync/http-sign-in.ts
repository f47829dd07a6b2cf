import type { z } from 'zod';
import { SignInAnswer, type SignInRequest } from '#shared/protocol/wire.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { httpPost } from './http-post.ts';

export type SignInOutcome =
  | { status: 'signed-in'; answer: z.infer<typeof SignInAnswer> }
  | { status: 'refused'; refusal: Refusal }
  /** No server there, or something that is none of ours. */
  | { status: 'unreachable' };

export type SignInOverHttp = (server: string, request: z.infer<typeof SignInRequest>) => Promise<SignInOutcome>;

/** `POST {server}/session`. A server in trouble (5xx) counts as unreachable. */
export const signInOverHttp: SignInOverHttp = async (server, request) => {
  const outcome = await httpPost(server, '/session', request, SignInAnswer);
  return outcome.status === 'answered' ? { status: 'signed-in', answer: outcome.answer } : outcome;
};
