/** The demo bank on HTTP: the calls of core banking under `/v1`, the strings that the demo pulls under `/demo`. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { ServerOptions } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { bankCalls, requestSchema, type BankCall } from '#shared/protocol/bank-calls.ts';
import { answersOf, Unsaid } from './answers.ts';
import { catchUp } from './batch.ts';
import { KeyReused } from './booking.ts';
import type { BankClock } from './clock.ts';
import { demoRoutes } from './demo-routes.ts';
import { takeLineFault } from './faults.ts';
import type { Store } from './store.ts';

/** PEM of the bank's certificate and key, and of the roots whose certificates a caller must bear (null: none asked for). */
export type BankTls = { cert: Buffer; key: Buffer; clientCa: Buffer | null };

const https = ({ cert, key, clientCa }: BankTls): ServerOptions => ({ cert, key, minVersion: 'TLSv1.2', ...(clientCa === null ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true }) });

/**
 * Builds the HTTP face over an opened, seeded store.
 * @param secret bearer secret; every request without it is refused before its body is looked at
 */
export function makeBankServer(store: Store, clock: BankClock, secret: string, tls: BankTls | null = null): FastifyInstance {
  // The two kinds of server differ for Fastify's types only.
  const app = Fastify({ bodyLimit: 64 * 1024, forceCloseConnections: true, https: tls === null ? null : https(tls) }) as unknown as FastifyInstance;
  const wanted = createHash('sha256').update(`Bearer ${secret}`).digest();

  app.addHook('onRequest', async (request, reply) => {
    const given = createHash('sha256').update(request.headers.authorization ?? '').digest();
    if (!timingSafeEqual(given, wanted)) return reply.code(401).send({ code: 'secret-refused', text: { zh: '银行接口密钥不对。', en: "The bank's secret is wrong." } });
  });
  app.setErrorHandler((error: unknown, _request, reply) => {
    if (error instanceof Unsaid) return reply.code(error.status).send({ code: error.code, text: error.text });
    if (error instanceof KeyReused) return reply.code(409).send({ code: 'key-reused', text: { zh: '同一个键用于了不同的请求。', en: error.message } });
    const status = error instanceof z.ZodError ? 400 : typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
    if (status >= 500) process.stderr.write(`bank: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return reply.code(status).send({ code: status < 500 ? 'bad-request' : 'bank-error', text: { zh: '请求不符合格式。', en: 'The request is malformed.' } });
  });

  const answers = answersOf(store);
  const answer = <C extends BankCall>(name: C, body: unknown, now: string): unknown => answers[name](requestSchema(name).parse(body), now);
  for (const name of Object.keys(bankCalls) as BankCall[]) {
    app.post(`/v1/${name}`, async (request, reply) => {
      const fault = takeLineFault(store, name);
      if (fault?.kind === 'no-answer') return reply.hijack();
      if (fault?.kind === 'slow') await delay(fault.ms);
      const now = clock.now();
      catchUp(store, now);
      const result = answer(name, request.body, now);
      if (fault?.kind === 'answered-but-lost') {
        reply.hijack();
        request.raw.socket.destroy();
        return reply;
      }
      return result;
    });
  }
  demoRoutes(app, store, clock);
  return app;
}
