import Fastify, { type FastifyInstance } from 'fastify';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { refusalText } from '#shared/protocol/refusals.ts';
import { OLDEST_PROTOCOL, PROTOCOL_VERSION, SignInRequest, type SignInAnswer } from '#shared/protocol/wire.ts';
import type { Centre } from '../centre.ts';

const CLOCK_TOLERANCE_MS = 5 * 60_000;

export type DemoAccount = { account: string; password: string; role: string; name: string };

const status: Record<string, number> = { 'wrong-password': 401, 'locked-out': 423, 'person-disabled': 403, 'protocol-too-old': 426, 'protocol-too-new': 426, 'clock-off': 409, 'request-malformed': 400 };

/** What every HTTP refusal looks like: a code, its detail, and the words in both languages. */
const said = (refusal: Refusal): { refusal: Refusal; text: ReturnType<typeof refusalText> } => ({ refusal, text: refusalText(refusal.code) });

async function signIn(centre: Centre, body: unknown): Promise<{ ok: true; answer: SignInAnswer } | { ok: false; refusal: Refusal }> {
  const protocol = typeof body === 'object' && body !== null && 'protocol' in body ? body.protocol : undefined;
  if (typeof protocol === 'number' && protocol < OLDEST_PROTOCOL) return { ok: false, refusal: { code: 'protocol-too-old', detail: { speaks: PROTOCOL_VERSION } } };
  if (typeof protocol === 'number' && protocol > PROTOCOL_VERSION) return { ok: false, refusal: { code: 'protocol-too-new', detail: { speaks: PROTOCOL_VERSION } } };
  const request = SignInRequest.safeParse(body);
  if (!request.success) return { ok: false, refusal: { code: 'request-malformed' } };
  const { account, password, workstation, desktop, clockAt } = request.data;
  const now = centre.clock.now();
  const checked = await centre.people.check(account, password, now);
  const audit = { kind: checked.ok ? 'signed in' : 'sign-in refused', person: checked.ok ? checked.person.id : null, workstation, about: null, detail: { code: checked.ok ? '' : checked.code } };
  await centre.log.append([{ writes: [], command: null, audit: [audit] }]);
  if (!checked.ok) return { ok: false, refusal: { code: checked.code, ...(checked.until === undefined ? {} : { detail: { until: checked.until } }) } };
  const offMs = Date.parse(clockAt) - Date.now();
  // A clock that is a day off cannot tell when a promise falls due; said after the password, so that it tells nobody else.
  if (Math.abs(offMs) > CLOCK_TOLERANCE_MS) return { ok: false, refusal: { code: 'clock-off', detail: { minutes: Math.round(offMs / 60_000) } } };
  const { token, expiresAt } = await centre.tokens.session(checked.person.id, desktop, workstation);
  const { id, name, no, role, skills, team } = checked.person;
  const { epoch } = await centre.log.head();
  return { ok: true, answer: { token, expiresAt, serverAt: centre.clock.now(), epoch, person: { id, account: checked.person.account, name, no, role, skills, team } } };
}

/**
 * The HTTP side: health and sign-in. The webhook and the demo's switches are registered beside it.
 *
 * @param demo accounts to list on the sign-in screen, or null outside the demo
 */
export function makeHttpApp(centre: Centre, demo: DemoAccount[] | null): FastifyInstance {
  const app = Fastify({ logger: false, bodyLimit: 16 * 1024 });
  app.get('/health', async () => ({
    ok: true, product: 'aidline', protocol: PROTOCOL_VERSION, oldest: OLDEST_PROTOCOL, demo: demo !== null, accounts: demo ?? [], lights: centre.lights, serverAt: centre.clock.now(),
  }));
  app.post('/session', async (request, reply) => {
    const result = await signIn(centre, request.body);
    return result.ok ? result.answer : reply.code(status[result.refusal.code] ?? 400).send(said(result.refusal));
  });
  app.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) => {
    const malformed = error.statusCode !== undefined && error.statusCode < 500;
    if (!malformed) centre.logger.error({ error: error.message }, 'an HTTP request was not served');
    return reply.code(error.statusCode ?? 500).send(said({ code: malformed ? 'request-malformed' : 'server-trouble' }));
  });
  return app;
}
