import { v7 as uuidv7 } from 'uuid';
import { asks, isAskKind, type AskBody, type AskKind, type AskValue } from '#shared/protocol/asks.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { PROTOCOL_VERSION, type AskAnswer } from '#shared/protocol/wire.ts';
import { mayDo } from '#shared/people/may.ts';
import { endOwnSessionDigest, keyIdOf } from '#shared/protocol/signature.ts';
import { administer } from '../administration/administer.ts';
import { judgeSigned } from '../administration/signatures.ts';
import { carryOut, takeHalf } from '../administration/carry-out.ts';
import { rulesVersionFor, tellCentre } from '../administration/publish-centre.ts';
import type { Centre } from '../centre.ts';
import { changePassphrase } from '../people/change-passphrase.ts';
import { settleLost, unsettled } from '../recovery/lost-bookings.ts';
import { pairsReport } from '../reviews/review-pairs.ts';
import { caseSnapshot } from '../cases/case-snapshot.ts';
import { isFixedTo, readFactsInto } from '../cases/read-facts.ts';
import type { Person } from '#shared/people/person.ts';
import type { SessionOf } from '../people/tokens.ts';
import { checkFactor, collectServicePassword, type KeyedDigits } from '../people/verification.ts';
import { openLateCase } from '../spool/open-late-case.ts';
import type { Switchboard } from '../telephony/switchboard.ts';

/** What answers are needed of the switchboard: it is where the duty is. */
export type CallDesk = { switchboard: Pick<Switchboard, 'offerTo' | 'accept' | 'hold' | 'retrieve' | 'end' | 'dial'>; keyedDigits: KeyedDigits };
export type AskSession = { person: Person; desktop: string; workstation: string; session?: SessionOf | undefined };
type Answer<K extends AskKind> = { ok: true; value: AskValue<K> } | { ok: false; refusal: Refusal };
type Asker<K extends AskKind> = (session: AskSession, body: AskBody<K>) => Promise<Answer<K>>;
export type Askers = { [K in AskKind]: Asker<K> };

const yes = <T>(value: T): { ok: true; value: T } => ({ ok: true, value });
const no = (code: string, detail?: Refusal['detail']): { ok: false; refusal: Refusal } => ({ ok: false, refusal: detail === undefined ? { code } : { code, detail } });
const done = { done: true } as const;

/** Who is connected, and who is told what a desktop says of itself. */
export type Presence = {
  online: (person: string) => boolean;
  /** @param session the connection's own */
  outboxTold?: (session: AskSession, report: AskBody<'tell outbox'>) => void;
  /** TP12: halves of a code wait or were taken, which the log does not tell: whoever looks after the centre at another node is told. */
  halvesChanged?: () => void;
};

/** Answers what desktops ask; every one checks that the person may see the case (PR3). */
export function makeAskers(centre: Centre, board: () => Promise<CallDesk>, presence: Presence): Askers {
  const reviewPairs = pairsReport();
  const mayOpen = async (person: Person, caseId: string): Promise<boolean> => (await centre.cases.load(caseId))?.access[person.id] !== undefined;
  /** What is done for the caller is done by who has the case, or the lead who took it over; never by a reviewer (TP6). */
  const mayHandle = async (person: Person, caseId: string): Promise<boolean> => {
    const state = await centre.cases.load(caseId);
    return state?.owner === person.id || state?.access[person.id] === 'lead';
  };
  const called = async (result: Promise<{ ok: true } | { ok: false; refusal: { code: string } }>): Promise<Answer<'hold call'>> => {
    const outcome = await result;
    return outcome.ok ? yes(done) : no(outcome.refusal.code);
  };

  return {
    rules: async ({ person }, { have }) => {
      const { version: _all, ...published } = centre.rules;
      const own = rulesVersionFor(centre, person);
      return yes({ version: own, rules: have === own ? null : { version: own, ...published, entitlements: person.entitlements } });
    },
    'find customer': async ({ person, workstation }, body) => {
      if (!(await mayOpen(person, body.case))) return no('not-your-case');
      const found = await centre.bank.find(body.query);
      if (found.kind !== 'answer') return no('bank-unreachable');
      await centre.log.append([{ writes: [], command: null, audit: [
        { kind: 'customer searched', person: person.id, workstation, about: body.case, detail: { matches: found.value.matches.length } },
        ...found.value.matches.map(({ id }) => ({ kind: 'customer viewed', person: person.id, workstation, about: id, detail: { case: body.case, purpose: 'search' } })),
      ] }]);
      return yes(found.value);
    },
    'identify customer': async ({ person, workstation }, body) => {
      if (!(await mayHandle(person, body.case))) return no('not-your-case');
      const state = await centre.cases.load(body.case);
      if (state !== null && isFixedTo(state, body.customerId)) return no('customer-fixed');
      const read = await readFactsInto(centre, body.case, person.id, 'call', [], { customerId: body.customerId, how: 'search' }, workstation);
      return read.ok ? yes(done) : read;
    },
    'case snapshot': async ({ person, workstation }, body) => {
      const taken = await caseSnapshot(centre, person, workstation, body.case);
      return taken === null ? no('not-your-case') : yes(taken);
    },
    'read facts': async ({ person, workstation }, body) => {
      if (!(await mayOpen(person, body.case))) return no('not-your-case');
      const read = await readFactsInto(centre, body.case, person.id, body.purpose, body.planIds, null, workstation);
      return read.ok ? yes(done) : read;
    },
    verify: async ({ person }, body) => ((await mayHandle(person, body.case)) ? checkFactor(centre, body.case, body.callId, body.factor, body.answer) : no('not-your-case')),
    'collect service password': async ({ person }, body) => ((await mayHandle(person, body.case)) ? collectServicePassword(centre, (await board()).keyedDigits, body.case, body.callId) : no('not-your-case')),
    administer: async ({ person, workstation }, body) => {
      const taken = await administer(centre, person, workstation, body.kind, body.body);
      if (!taken.ok) return { ok: false, refusal: taken.refusal };
      const carried = await carryOut(centre, taken.command);
      if (carried.ok && carried.half !== null) presence.halvesChanged?.();
      await tellCentre(centre);
      return carried.ok ? yes({ done: true as const, half: carried.half }) : carried;
    },
    'take half': async ({ person }, { changeId }) => {
      const half = await takeHalf(centre, changeId, person.id);
      if (half !== null) presence.halvesChanged?.();
      await tellCentre(centre);
      return half === null ? no('half-gone') : yes({ half });
    },
    'keep key': async ({ person, workstation }, key) => {
      if (keyIdOf(Buffer.from(key.publicKey, 'base64')) !== key.keyId) return no('ask-malformed', { kind: 'keep key' });
      const taken = await administer(centre, person, workstation, 'register key', { publicKey: key.publicKey, keyId: key.keyId });
      if (!taken.ok) return { ok: false, refusal: taken.refusal };
      await centre.credentials.keepKey(person.id, key);
      return yes(done);
    },
    'change passphrase': async ({ person, workstation }, body) => {
      const refusal = await changePassphrase(centre, person.account, body.old, body.new, workstation);
      return refusal === null ? yes(done) : { ok: false, refusal };
    },
    'review pairs': async () => yes(await reviewPairs(centre)),
    'set agent state': async ({ person }, body) => {
      const result = await centre.agents.request(person.id, { kind: 'choose', ...body });
      return result.ok ? yes(result.state) : result;
    },
    'finish wrap-up': async ({ person }, { basedOn }) => {
      const result = await centre.agents.request(person.id, { kind: 'wrap-up-done', basedOn });
      return result.ok ? yes(result.state) : result;
    },
    'answer call': async ({ person, desktop }, { callId }) => {
      const { switchboard } = await board();
      const offer = await switchboard.offerTo(callId, person.id);
      if (!offer) return no('offer-over');
      const accepted = await switchboard.accept({ callId, offerId: offer.offerId, personId: person.id, desktopId: desktop });
      if (!accepted.ok) return no(accepted.refusal.code);
      await centre.open.settled();
      const owned = centre.open.all().find((state) => state.calls[callId] !== undefined && state.access[person.id] !== undefined);
      return owned === undefined ? no('call-unknown') : yes({ case: owned.id });
    },
    'hold call': async ({ person }, { callId }) => called((await board()).switchboard.hold(callId, person.id)),
    'retrieve call': async ({ person }, { callId }) => called((await board()).switchboard.retrieve(callId, person.id)),
    'end call': async ({ person }, { callId }) => called((await board()).switchboard.end(callId, person.id)),
    'dial callback': async ({ person, desktop }, body) => {
      const state = await centre.cases.load(body.case);
      if (state?.owner !== person.id) return no('not-your-case');
      const promise = state.promises.find((one) => one.promiseId === body.promiseId && one.status === 'open');
      if (!promise || state.customerId === null) return no('promise-unknown');
      const phone = await centre.bank.reservedPhone(state.customerId);
      if (phone.kind !== 'answer') return no('bank-unreachable');
      const dialled = await (await board()).switchboard.dial({ personId: person.id, desktopId: desktop, number: phone.value.phone, promiseId: promise.promiseId });
      return dialled.ok ? yes({ callId: dialled.callId }) : no(dialled.refusal.code);
    },
    'put away late work': async ({ person, workstation }, { commands }) => {
      await centre.lateWork.putAway(commands, person, workstation);
      return yes(done);
    },
    'open late case': async ({ person, workstation }, { command }) => openLateCase(centre, person, workstation, command),
    'hand-over outcome': async (_session, { command, hash }) => {
      const stored = await centre.log.commandAnswer(command);
      // Whoever was not there knows the id of nothing, let alone the hash.
      if (stored === null || stored.hash !== hash) return yes({ outcome: 'unknown', refusal: null });
      return stored.answer.status === 'refused' ? yes({ outcome: 'refused', refusal: stored.answer.refusal }) : yes({ outcome: 'accepted', refusal: null });
    },
    people: async () => yes(centre.people.all().filter((one) => one.active).map(({ id, name, no: number, role }) => ({ id, name, no: number, role, online: presence.online(id) }))),
    'lost bookings': async () => {
      const lost = centre.recoveryBook === undefined ? [] : await unsettled(centre.log, centre.recoveryBook);
      return yes(lost.map(({ key, caseId, customerId, kind, accountId, amountFen, receipt, bookedAt }) => ({ key, caseId, customerId, kind, accountId, amountFen, receipt, bookedAt })));
    },
    'settle lost booking': async ({ person, workstation }, { key, note }) => {
      const settled = centre.recoveryBook !== undefined && (await settleLost(centre, centre.recoveryBook, key, { person: person.id, workstation }, note));
      return settled ? yes(done) : no('sy9-not-held');
    },
    'tell outbox': async (session, report) => {
      presence.outboxTold?.(session, report);
      return yes(done);
    },
    renew: async ({ person, desktop, workstation, session }) => yes(await centre.tokens.session(person.id, desktop, workstation, session ?? { id: uuidv7(), since: centre.clock.now(), signOn: null })),
    'own sessions': async ({ person, workstation }) => yes((await centre.ownSessions?.of(person.id, workstation)) ?? []),
    'end own session': async ({ person, workstation }, { session, signed }) => {
      // ASVS 7.5.2: whoever ends them has just typed the passphrase again, which opens the key that signs this and nothing else does.
      const proved = judgeSigned(centre.administration.state, signed, person.id, workstation);
      if (!proved.ok) return no(proved.code);
      if (proved.digest !== endOwnSessionDigest({ person: person.id, session })) return no('tp2-digest');
      const ended = await centre.ownSessions?.end(person.id, session, workstation);
      if (ended == null) return no('session-unknown');
      await centre.log.append([{ writes: [], command: null, audit: [{ kind: 'session ended', person: person.id, workstation, about: null, detail: { session, at: ended.workstation } }] }]);
      return yes(done);
    },
    'end session': async ({ person, workstation, session }) => {
      await centre.log.append([{ writes: [], command: null, audit: [{ kind: 'signed out', person: person.id, workstation, about: null, detail: {} }] }]);
      if (session !== undefined) {
        await centre.sessionEnds?.note({ session: session.id });
        await centre.ownSessions?.left({ person: person.id, workstation }, session);
      }
      // After this answer: who hears that the session is over first would take it for somebody else's doing.
      setImmediate(() => centre.sessionEnds?.tell());
      return yes({ done: true as const, logout: session?.signOn == null ? null : (centre.signOn?.logoutUrl() ?? null) });
    },
  };
}

/** Parses, answers and checks the answer of one ask; what is malformed is a refusal (RB1). */
export async function answerAsk(askers: Askers, session: AskSession, kind: string, body: unknown): Promise<AskAnswer> {
  if (!isAskKind(kind)) return no('ask-unknown', { protocol: PROTOCOL_VERSION, ask: uuidv7() });
  // PR3: the one table; whose case and which call it may be is each ask's own rule.
  if (!mayDo(session.person.role, kind)) return no('role-may-not', { ask: kind });
  const parsed = asks[kind].body.safeParse(body);
  if (!parsed.success) return no('ask-malformed', { kind });
  return (askers[kind] as Asker<typeof kind>)(session, parsed.data as never);
}
