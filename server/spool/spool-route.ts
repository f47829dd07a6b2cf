import type { FastifyInstance } from 'fastify';
import { MAX_SPOOL_BYTES, SpoolRequest } from '#shared/protocol/spool.ts';
import { OLDEST_PROTOCOL, PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import { limitedRoute, said } from '../http/limited-route.ts';
import type { Rates } from '../protection/rates.ts';
import type { SpoolTaker } from './take-spool.ts';

/** Rows, their certificates, and the frame around them. */
const BODY_LIMIT = 2 * MAX_SPOOL_BYTES;

/** `POST /spool`: unsent work that a workstation kept (SY10). No session: rows prove themselves. */
export function addSpoolRoute(app: FastifyInstance, taker: SpoolTaker, rates: Rates): void {
  app.post('/spool', {
    bodyLimit: BODY_LIMIT, ...limitedRoute(rates, '/spool'),
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
