import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import { z } from 'zod';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { ComeBackRequest, SignOnAnswerRequest, SignOnRequest, type ComeBackAnswer, type SignOnAnswer, type SignOnBegun } from '#shared/protocol/wire.ts';
import type { DoorBook } from '../audit/door-book.ts';
import type { Centre } from '../centre.ts';
import { signedIn } from '../people/signed-in.ts';

const HOUR_MS = 3_600_000;
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** How a refusal of single sign-on is told in HTTP. Not 5xx: a desktop takes that for a centre that is away. */
export const SIGN_ON_STATUS: Readonly<Record<string, number>> = {
  'sign-on-not-offered': 404, 'sign-on-provider-down': 424, 'sign-on-provider-false': 424, 'sign-on-answer-false': 401, 'sign-on-clock': 401, 'sign-on-code-over': 401, 'sign-on-denied': 401, 'sign-on-unknown': 403,
  'sign-on-role': 403, 'sign-on-weak': 403, 'sign-on-over': 401, 'sign-on-ended': 401, 'session-over': 401, 'session-ended': 401, 'workstation-proof': 401,
};

type Outcome<T> = { ok: true; answer: T } | { ok: false; refusal: Refusal };
const no = (code: string): { ok: false; refusal: Refusal } => ({ ok: false, refusal: { code } });

export type SignOnDoor = {
  centre: Centre;
  book: DoorBook;
  limited: (path: '/sign-on' | '/sign-on/answer' | '/session/again' | '/oidc/back-channel-logout') => RouteShorthandOptions;
  versionRefusal: (body: unknown) => Refusal | null;
  answered: (reply: FastifyReply, outcome: Outcome<object>) => unknown;
};

async function begin({ centre, book }: SignOnDoor, request: z.infer<typeof SignOnRequest>): Promise<Outcome<z.infer<typeof SignOnBegun>>> {
  if (centre.signOn == null) return no('sign-on-not-offered');
  // PR9: nobody signs in at a machine that is not enrolled; said before anybody is sent to the provider.
  const machine = centre.workstations.admit(request.workstation);
  if (!machine.ok) {
    book.turnedAway(machine.code, null, request.workstation);
    return no(machine.code);
  }
  const begun = await centre.signOn.begin(request);
  return 'refusal' in begun ? { ok: false, refusal: begun.refusal } : { ok: true, answer: begun };
}

async function finish({ centre, book }: SignOnDoor, request: z.infer<typeof SignOnAnswerRequest>): Promise<Outcome<SignOnAnswer>> {
  if (centre.signOn == null) return no('sign-on-not-offered');
  const done = await centre.signOn.finish(request.attempt, request.secret, request.response);
  if ('refusal' in done) {
    book.turnedAway(done.refusal.code, done.person, done.workstation);
    centre.logger.warn({ code: done.refusal.code, why: done.refusal.detail?.['why'] }, 'a single sign-on was refused');
    return { ok: false, refusal: done.refusal };
  }
  const { person, provider, attempt: { workstation } } = done;
  const machine = centre.workstations.admit(workstation);
  if (!machine.ok) return no(machine.code);
  const workstationSecret = await centre.workstations.secretOf(workstation);
  if (workstationSecret === null) return no('workstation-not-enrolled');
  const offMs = Date.parse(request.clockAt) - Date.now();
  if (Math.abs(offMs) > CLOCK_TOLERANCE_MS) return { ok: false, refusal: { code: 'clock-off', detail: { minutes: Math.round(offMs / 60_000) } } };
  const since = centre.clock.now();
  const until = new Date(Date.parse(since) + centre.signOn.sessionHours * HOUR_MS).toISOString();
  const session = { id: centre.newId(), since, signOn: { ...provider, until } };
  await centre.log.append([{ writes: [], command: null, audit: [{ kind: 'signed in', person: person.id, workstation, about: null, detail: { code: '', how: 'single sign-on' } }] }]);
  return { ok: true, answer: { ...(await signedIn(centre, person, workstationSecret)), comeBack: await centre.tokens.comeBack(person.id, workstation, session), until } };
}

/** A token for a session of single sign-on: its first, or another after the line was down. The same person and machine, and nothing has ended it. */
async function comeBack({ centre, book }: SignOnDoor, request: z.infer<typeof ComeBackRequest>): Promise<Outcome<z.infer<typeof ComeBackAnswer>>> {
  const refused = (code: string, person: string | null): { ok: false; refusal: Refusal } => {
    book.turnedAway(code, person, request.workstation);
    return no(code);
  };
  const claims = await centre.tokens.readComeBack(request.comeBack);
  // A token that is over tells so by its own time, which is its session's.
  if (claims === null) return refused('sign-on-over', null);
  const { sub, workstation, session } = claims;
  if (workstation !== request.workstation) return refused('sign-on-over', sub);
  const machine = centre.workstations.admit(workstation);
  if (!machine.ok) return refused(machine.code, sub);
  if (!centre.workstations.proves(workstation, request.comeBack, request.proof)) return refused('workstation-proof', sub);
  const person = centre.people.byId(sub);
  if (person === null || !person.active) return refused('person-disabled', sub);
  // TP12: what two people changed about how somebody comes in counts for who is in as well.
  if (claims.centre < (centre.administration.state.signedOut[sub]?.version ?? 0)) return refused('sign-on-ended', sub);
  const over = centre.sessionEnds?.whyOver(session, { person: sub, workstation }) ?? null;
  if (over !== null) return refused(over === 'session-over' ? 'sign-on-ended' : over, sub);
  await centre.ownSessions?.begun({ person: sub, workstation }, session);
  return { ok: true, answer: { ...(await centre.tokens.session(sub, request.desktop, workstation, session)), serverAt: centre.clock.now() } };
}

/** The routes of single sign-on, and the provider's own way to end sessions (OpenID Connect Back-Channel Logout 1.0). */
export function addSignOnRoutes(app: FastifyInstance, door: SignOnDoor): void {
  const { centre, limited, versionRefusal, answered } = door;
  const served = <S extends z.ZodType, T extends object>(shape: S, serve: (door: SignOnDoor, request: z.output<S>) => Promise<Outcome<T>>) => async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const version = versionRefusal(request.body);
    if (version !== null) return answered(reply, { ok: false, refusal: version });
    const parsed = shape.safeParse(request.body);
    // What another node has just recorded counts here as well: who was disabled, and which machine was revoked.
    await centre.administration.fresh();
    return answered(reply, parsed.success ? await serve(door, parsed.data) : no('request-malformed'));
  };
  app.post('/sign-on', limited('/sign-on'), served(SignOnRequest, begin));
  app.post('/sign-on/answer', limited('/sign-on/answer'), served(SignOnAnswerRequest, finish));
  app.post('/session/again', limited('/session/again'), served(ComeBackRequest, comeBack));
  void app.register(async (scope) => {
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))));
    scope.post('/oidc/back-channel-logout', limited('/oidc/back-channel-logout'), async (request, reply) => {
      const parsed = z.object({ logout_token: z.string().min(1).max(8000) }).safeParse(request.body);
      const why = centre.signOn == null ? 'not offered' : parsed.success ? await centre.signOn.endedThere(parsed.data.logout_token) : 'malformed';
      reply.header('cache-control', 'no-store');
      if (why === null) return {};
      centre.logger.warn({ why }, 'a logout token was not believed');
      return reply.code(400).send({ error: 'invalid_request' });
    });
  });
}
