import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { phoneEventSchema } from '#shared/telephony/call-event.ts';
import type { PhoneEvent } from '#shared/telephony/call-event.ts';
import { webhookErrors } from './webhook-error.ts';
import type { WebhookErrorCode } from './webhook-error.ts';
import { checkSignature, signatureHeader } from './webhook-signature.ts';

export const webhookPath = '/telephony/events';
const webhookBodyLimit = 64 * 1024;

/** A batch; a single event alone is one too. */
export const webhookBodySchema = z.object({ events: z.array(phoneEventSchema).min(1).max(200) });

export interface WebhookOptions {
  /** Accepted secrets: one, or two while they are being changed. */
  secrets: readonly string[];
  /** ISO UTC. */
  now(): string;
  /** Takes the events durably, each once however often it comes; the sender is answered 200 only after that. */
  accept(events: PhoneEvent[]): Promise<void>;
  /**
   * Counts before the signature is computed, as computing it is what costs; by address, so that nobody who cannot sign puts
   * off the phone system (RB1). 0, or after how many milliseconds to come again.
   */
  within(address: string): Promise<number>;
  onError?(error: unknown): void;
}

interface WebhookIssue {
  /** Where in the body; never what stood there (PR4). */
  path: string;
  message: string;
}

/**
 * `POST /telephony/events` as a Fastify plugin: signed events of any phone system. Register it without
 * `fastify-plugin`: its body parser, which keeps the raw bytes for the signature, must not reach other routes.
 */
export async function telephonyWebhook(app: FastifyInstance, options: WebhookOptions): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: webhookBodyLimit }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE' || error.statusCode === 413) return refuse(reply, 'webhook-too-large');
    if (error.statusCode !== undefined && error.statusCode < 500) return refuse(reply, 'webhook-malformed', [{ path: '', message: error.code }]);
    options.onError?.(error);
    return refuse(reply, 'webhook-not-stored');
  });

  // Before the body is read.
  app.addHook('onRequest', async (request, reply) => {
    const waitMs = await options.within(request.ip);
    return waitMs > 0 ? refuse(reply.header('retry-after', String(Math.ceil(waitMs / 1_000))), 'webhook-too-frequent') : undefined;
  });

  app.post(webhookPath, async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const header = request.headers[signatureHeader];
    const verdict = checkSignature(Array.isArray(header) ? header.join(',') : header, body, options.secrets, options.now());
    if (verdict !== 'ok') return refuse(reply, verdict);

    const parsed = parseBody(body, options.now());
    if (!parsed.ok) return refuse(reply, 'webhook-malformed', parsed.issues);
    try {
      await options.accept(parsed.events);
    } catch (error) {
      options.onError?.(error);
      return refuse(reply.header('retry-after', '1'), 'webhook-not-stored');
    }
    return reply.code(200).send({ taken: parsed.events.length });
  });
}

type ParsedBody = { ok: true; events: PhoneEvent[] } | { ok: false; issues: WebhookIssue[] };

/** One event, a list, or `{events}`; all of it fits or nothing is taken. */
function parseBody(body: Buffer, now: string): ParsedBody {
  let raw: unknown;
  try {
    raw = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return { ok: false, issues: [{ path: '', message: 'not JSON in UTF-8' }] };
  }
  const isBatch = typeof raw === 'object' && raw !== null && 'events' in raw;
  const parsed = webhookBodySchema.safeParse(isBatch ? raw : { events: Array.isArray(raw) ? raw : [raw] });
  if (!parsed.success) {
    return { ok: false, issues: parsed.error.issues.slice(0, 20).map((issue) => ({ path: issue.path.join('.'), message: issue.message })) };
  }
  // A time in the future is a broken clock: taken, it would rank after everything that truly happened.
  const latest = new Date(Date.parse(now) + 300_000).toISOString();
  const ahead = parsed.data.events.findIndex((event) => event.at > latest);
  if (ahead >= 0) return { ok: false, issues: [{ path: `events.${ahead}.at`, message: 'is in the future: set the clock of the phone system' }] };
  return { ok: true, events: parsed.data.events };
}

function refuse(reply: FastifyReply, code: WebhookErrorCode, issues?: WebhookIssue[]): FastifyReply {
  const { status, zh, en, todo } = webhookErrors[code];
  return reply.code(status).type('application/json; charset=utf-8').send({ code, zh, en, todo, ...(issues ? { issues } : {}) });
}
