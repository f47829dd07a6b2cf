import type { FastifyInstance } from 'fastify';
import { MAX_SPOOL_BYTES, SpoolRequest } from '#shared/protocol/spool.ts';
import { refusalText } from '#shared/protocol/refusals.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { OLDEST_PROTOCOL, PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import { AddressLimit } from '../http/address-limit.ts';
import type { SpoolTaker } from './take-spool.ts';

/** Requests at once and refill a second, for each address: a night's work of a room of workstations comes in a morning. */
export const SPOOL_LIMIT = { burst: 300, perSecond: 5 } as const;
/** Rows, their certificates, and the frame around them. */
const BODY_LIMIT = 2 * MAX_SPOOL_BYTES;

const said = (refusal: Refusal): { refusal: Refusal; text: ReturnType<typeof refusalText> } => ({ refusal, text: refusalText(refusal.code) });

/** `POST /spool`: unsent work that a workstation kept (SY10). No session: rows prove themselves. */
export function addSpoolRoute(app: FastifyInstance, taker: SpoolTaker): void {
  const limit = new AddressLimit(SPOOL_LIMIT.burst, SPOOL_LIMIT.perSecond);
  app.post('/spool', {
    bodyLimit: BODY_LIMIT,
    onRequest: async (request, reply) => {
      const seconds = limit.wait(request.ip);
      return seconds > 0 ? reply.code(429).header('retry-after', String(seconds)).send(said({ code: 'too-frequent', detail: { seconds } })) : undefined;
    },
  }, async (request, reply) => {
    const asked = SpoolRequest.safeParse(request.body);
    if (!asked.success) return reply.code(400).send(said({ code: 'request-malformed' }));
    const { protocol } = asked.data;
    if (protocol < OLDEST_PROTOCOL || protocol > PROTOCOL_VERSION) {
      return reply.code(426).send(said({ code: protocol < OLDEST_PROTOCOL ? 'protocol-too-old' : 'protocol-too-new', detail: { speaks: PROTOCOL_VERSION } }));
    }
    return taker.take(asked.data);
  });
}
