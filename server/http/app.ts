import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { z } from 'zod';
import { EnrolmentRequest, OLDEST_PROTOCOL, PROTOCOL_VERSION, SignInRequest, type EnrolmentAnswer, type SignInAnswer } from '#shared/protocol/wire.ts';
import { isSoundKey } from '../administration/sound-key.ts';
import { changePassphrase } from '../people/change-passphrase.ts';
import { signedIn } from '../people/signed-in.ts';
import { addSignOnRoutes, SIGN_ON_STATUS } from '../sign-on/sign-on-routes.ts';
import { DoorBook } from '../audit/door-book.ts';
import type { Centre } from '../centre.ts';
import { tongueOf } from '../gateway/speaks-one.ts';
import { addHealthRoutes, type Readiness } from '../metrics/serve-metrics.ts';
import { addressKey, type ClientAddress } from '../protection/client-address.ts';
import { RATES, type DOOR_RATES } from '../protection/limits.ts';
import type { Counter, Rates } from '../protection/rates.ts';
import { limitedRoute, said, tooFrequent } from './limited-route.ts';

/** The largest body is an enrolment's; routes that take more say so. */
const BODY_LIMIT = 16 * 1024;
const CLOCK_TOLERANCE_MS = 5 * 60_000;

export type DemoAccount = { account: string; password: string; role: string; name: string };

const status: Record<string, number> = { 'wrong-password': 401, 'locked-out': 423, 'person-disabled': 403, 'protocol-too-old': 426, 'protocol-too-new': 426, 'clock-off': 409, 'request-malformed': 400, 'workstation-not-enrolled': 403, 'workstation-revoked': 403, 'sign-in-over': 401, 'passphrase-must-change': 403, 'passphrase-code-over': 403, 'too-frequent': 429, 'tls-required': 426, 'enrolment-full': 503, ...SIGN_ON_STATUS };


/** Why a request of another version is not served, or null. */
function versionRefusal(body: unknown): Refusal | null {
  const protocol = typeof body === 'object' && body !== null && 'protocol' in body ? body.protocol : undefined;
  if (typeof protocol !== 'number') return null;
  if (protocol < OLDEST_PROTOCOL) return { code: 'protocol-too-old', detail: { speaks: PROTOCOL_VERSION } };
  return protocol > PROTOCOL_VERSION ? { code: 'protocol-too-new', detail: { speaks: PROTOCOL_VERSION } } : null;
}

async function signIn(centre: Centre, book: DoorBook, body: unknown, address: string, failures: Counter): Promise<{ ok: true; answer: SignInAnswer } | { ok: false; refusal: Refusal }> {
  const version = versionRefusal(body);
  if (version !== null) return { ok: false, refusal: version };
  const request = SignInRequest.safeParse(body);
  if (!request.success) return { ok: false, refusal: { code: 'request-malformed' } };
  const { protocol, account, password, workstation, desktop, clockAt, typedAt } = request.data;
  const now = centre.clock.now();
  // What another node has just recorded counts here as well: who was enrolled or disabled a moment ago is.
  await centre.administration.fresh();
  // PR9: nobody signs in at a machine that is not enrolled; said before the password is looked at.
  const machine = centre.workstations.admit(workstation);
  if (!machine.ok) {
    book.turnedAway(machine.code, null, workstation);
    return { ok: false, refusal: { code: machine.code } };
  }
  // What a desktop kept in its memory brings nobody back for ever (ASVS 7.3.2); one that says nothing of it was typed at just now.
  const session = { id: centre.newId(), since: typedAt !== undefined && typedAt < now ? typedAt : now, signOn: null };
  const over = centre.sessionEnds?.whyOver(session, { person: centre.people.byAccount(account)?.id ?? '', workstation }) ?? null;
  if (over !== null) {
    book.turnedAway(over, null, workstation);
    return { ok: false, refusal: { code: over } };
  }
  // Before the passphrase is hashed, which is what costs; an address that keeps an account locked comes to an end too.
  const attempt = attemptKey(address, account);
  const waitMs = await failures.take(attempt);
  if (waitMs > 0) {
    book.turnedAway('too-frequent', null, workstation);
    return { ok: false, refusal: tooFrequent(waitMs) };
  }
  const checked = await centre.people.check(account, password, now);
  if (checked.ok) await failures.giveBack(attempt);
  const audit = { kind: checked.ok ? 'signed in' : 'sign-in refused', person: checked.ok ? checked.person.id : null, workstation, about: null, detail: { code: checked.ok ? '' : checked.code } };
  await centre.log.append([{ writes: [], command: null, audit: [audit] }]);
  if (!checked.ok) return { ok: false, refusal: { code: checked.code, ...(checked.until === undefined ? {} : { detail: { until: checked.until } }) } };
  const offMs = Date.parse(clockAt) - Date.now();
  // A clock that is a day off cannot tell when a promise falls due; said after the password, so that it tells nobody else.
  if (Math.abs(offMs) > CLOCK_TOLERANCE_MS) return { ok: false, refusal: { code: 'clock-off', detail: { minutes: Math.round(offMs / 60_000) } } };
  // TP12: what two others know is good for making it one's own (`POST /passphrase`), and for nothing else.
  if (checked.mustChange) return { ok: false, refusal: { code: 'passphrase-must-change' } };
  const secret = await centre.workstations.secretOf(workstation);
  if (secret === null) return { ok: false, refusal: { code: 'workstation-not-enrolled' } };
  const given = await centre.tokens.session(checked.person.id, desktop, workstation, session);
  await centre.ownSessions?.begun({ person: checked.person.id, workstation }, session);
  return { ok: true, answer: tongueOf(protocol).signIn({ ...(await signedIn(centre, checked.person, secret)), ...given, mustChange: false }) };
}

const PassphraseRequest = z.strictObject({ protocol: z.int(), account: z.string().min(1).max(80), old: z.string().min(1).max(200), new: z.string().min(1).max(200), workstation: z.uuid() });

async function enrol(centre: Centre, body: unknown): Promise<{ ok: true; answer: EnrolmentAnswer } | { ok: false; refusal: Refusal }> {
  const version = versionRefusal(body);
  if (version !== null) return { ok: false, refusal: version };
  const request = EnrolmentRequest.safeParse(body);
  if (!request.success || !isSoundKey(request.data.publicKey)) return { ok: false, refusal: { code: 'request-malformed' } };
  await centre.administration.fresh();
  const answer = await centre.workstations.ask(request.data);
  return 'code' in answer ? { ok: false, refusal: { code: answer.code } } : { ok: true, answer };
}

/** What a route has to say. */
export type Answered = { ok: true; answer: object } | { ok: false; refusal: Refusal };

/** Accounts are told apart as the people's file does. */
const attemptKey = (address: string, account: string): string => `${address} ${account.trim().toLowerCase()}`;

/** What guards the HTTP side (RB1). */
export type HttpProtection = { rates: Rates; clients: ClientAddress };

/**
 * The HTTP side: health and sign-in. The webhook and the demo's switches are registered beside it.
 *
 * @param demo accounts to list on the sign-in screen, or null outside the demo
 * @param readiness whether desktops should be sent here
 * @param told called when a machine has asked to be enrolled
 */
export function makeHttpApp(centre: Centre, demo: DemoAccount[] | null, readiness: Readiness, told: () => void, { rates, clients }: HttpProtection): FastifyInstance {
  const book = new DoorBook(centre.log, () => centre.clock.now(), centre.logger);
  const app = Fastify({ logger: false, bodyLimit: BODY_LIMIT, trustProxy: clients.proxies.length === 0 ? false : [...clients.proxies] });
  app.addHook('onRequest', async (request, reply) => (clients.isPlain(request.raw) ? reply.code(426).send(said({ code: 'tls-required' })) : undefined));
  app.get('/health', async () => ({
    ok: true, product: 'aidline', protocol: PROTOCOL_VERSION, oldest: OLDEST_PROTOCOL, demo: demo !== null, accounts: demo ?? [], lights: centre.lights, signOn: centre.signOn?.standing ?? null, serverAt: centre.clock.now(),
  }));
  addHealthRoutes(app, readiness);
  const limited = (path: Exclude<keyof typeof DOOR_RATES, '/spool' | '/telephony/events'>) => limitedRoute(rates, path);
  const failures = rates.counter('sign-in', RATES['sign-in']);
  app.post('/session', limited('/session'), async (request, reply) => {
    const result = await signIn(centre, book, request.body, addressKey(request.ip), failures);
    const seconds = result.ok ? undefined : result.refusal.detail?.['seconds'];
    if (seconds !== undefined) reply.header('retry-after', String(seconds));
    return result.ok ? result.answer : reply.code(status[result.refusal.code] ?? 400).send(said(result.refusal));
  });
  app.post('/enrolment', limited('/enrolment'), async (request, reply) => {
    const result = await enrol(centre, request.body);
    if (result.ok) told();
    return result.ok ? result.answer : reply.code(status[result.refusal.code] ?? 400).send(said(result.refusal));
  });
  app.post('/passphrase', limited('/passphrase'), async (request, reply) => {
    const parsed = PassphraseRequest.safeParse(request.body);
    if (!parsed.success) return reply.code(400).send(said({ code: 'request-malformed' }));
    const attempt = attemptKey(addressKey(request.ip), parsed.data.account);
    const waitMs = await failures.take(attempt);
    if (waitMs > 0) return reply.code(429).header('retry-after', String(Math.ceil(waitMs / 1_000))).send(said(tooFrequent(waitMs)));
    await centre.administration.fresh();
    const refusal = await changePassphrase(centre, parsed.data.account, parsed.data.old, parsed.data.new, parsed.data.workstation);
    if (refusal === null) await failures.giveBack(attempt);
    return refusal === null ? { done: true } : reply.code(status[refusal.code] ?? 400).send(said(refusal));
  });
  const answered = (reply: FastifyReply, result: Answered): unknown => (result.ok ? result.answer : reply.code(status[result.refusal.code] ?? 400).send(said(result.refusal)));
  addSignOnRoutes(app, { centre, book, limited, versionRefusal, answered });
  app.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) => {
    const malformed = error instanceof z.ZodError || (error.statusCode !== undefined && error.statusCode < 500);
    if (!malformed) centre.logger.error({ error: error.message }, 'an HTTP request was not served');
    return reply.code(error.statusCode ?? (malformed ? 400 : 500)).send(said({ code: malformed ? 'request-malformed' : 'server-trouble' }));
  });
  return app;
}
