import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { refusalText } from '#shared/protocol/refusals.ts';
import { addressKey } from '../protection/client-address.ts';
import { DOOR_RATES } from '../protection/limits.ts';
import type { Rates } from '../protection/rates.ts';

/** What every HTTP refusal looks like: a code, its detail, and the words in both languages. */
export const said = (refusal: Refusal): { refusal: Refusal; text: ReturnType<typeof refusalText> } => ({ refusal, text: refusalText(refusal.code) });

/** @param waitMs until when to come again */
export const tooFrequent = (waitMs: number): Refusal => ({ code: 'too-frequent', detail: { seconds: Math.ceil(waitMs / 1_000), retryAfterMs: waitMs } });

/** The option of a route that takes so many requests of each address and no more; told before a body is read (RB1). */
export function limitedRoute(rates: Rates, path: keyof typeof DOOR_RATES): { onRequest: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> } {
  const counter = rates.counter(path, DOOR_RATES[path]);
  return {
    onRequest: async (request, reply) => {
      const waitMs = await counter.take(addressKey(request.ip));
      return waitMs > 0 ? reply.code(429).header('retry-after', String(Math.ceil(waitMs / 1_000))).send(said(tooFrequent(waitMs))) : undefined;
    },
  };
}
