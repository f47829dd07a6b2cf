import { randomBytes } from 'node:crypto';
import type { AdministrationCommand } from '#shared/administration/administration-schema.ts';
import type { ChangeRequest } from '#shared/administration/change.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { Centre } from '../centre.ts';
import { eraseCustomer, liftLegalHold, setLegalHold, type Decision } from '../log/sealing/erasure.ts';
import type { Side, StoredCode } from '../people/credential-store.ts';

/** Characters that are not mistaken for each other when they are read out: 32 of them, so that no byte favours one. */
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const HALF = 10;
const CODE_HOURS = 24;
/** Somebody may write for the customer just before the erasure: looked at anew so often. */
const ERASURE_TRIES = 3;

/** `half`: of a new passphrase's code, for who approved. */
export type CarriedOut = { ok: true; half: string | null } | { ok: false; refusal: Refusal };

/** In two halves, one for each: neither of the two could sign in as the person (TP12). Not kept: made anew from the server's key. */
const halfOf = (centre: Centre, code: Pick<StoredCode, 'changeId' | 'secret'>, side: Side): string =>
  [...centre.tokens.derived(`code/${code.changeId}/${side}`, code.secret).subarray(0, HALF)].map((byte) => LETTERS[byte % LETTERS.length]).join('');

async function setCode(centre: Centre, request: ChangeRequest, person: string): Promise<StoredCode> {
  const now = centre.clock.now();
  const code: StoredCode = {
    changeId: request.changeId, person, proposer: request.proposer, approver: request.decidedBy ?? request.proposer, secret: randomBytes(32),
    until: new Date(Date.parse(now) + CODE_HOURS * 3_600_000).toISOString(),
  };
  await centre.credentials.setByCode(code, `${halfOf(centre, code, 'proposer')}-${halfOf(centre, code, 'approver')}`, now);
  return code;
}

/** PR7: by the two who decided. Refused where something spoke against it since: the change stays, and nothing was erased or held. */
async function changeSealing(centre: Centre, request: ChangeRequest): Promise<Refusal | null> {
  const { change } = request;
  if (change.kind !== 'erase customer' && change.kind !== 'set legal hold' && change.kind !== 'lift legal hold') return null;
  const parts = { log: centre.log, sealing: centre.sealing, now: () => centre.clock.now() };
  const decision: Decision = { by: [request.proposer, request.decidedBy ?? request.proposer], reason: change.reason };
  if (change.kind !== 'erase customer') {
    const answer = await (change.kind === 'set legal hold' ? setLegalHold : liftLegalHold)(parts, { ...decision, customer: change.customerId, matter: change.matter });
    // Done before the server died: once is enough.
    return answer.ok || answer.refusal.code === (change.kind === 'set legal hold' ? 'erasure-hold-exists' : 'erasure-hold-unknown') ? null : answer.refusal;
  }
  for (let attempt = 1; ; attempt += 1) {
    const answer = await eraseCustomer(parts, change.customerId, decision);
    if (answer.ok || answer.refusal.code === 'erasure-unknown-customer') return null;
    if (answer.refusal.code !== 'erasure-moved' || attempt === ERASURE_TRIES) return answer.refusal;
  }
}

/** Whose passphrase of before is void by this change, or who never had one. */
function whoStartsAnew({ administration }: Centre, { changeId, change }: ChangeRequest): string | null {
  if (change.kind === 'add person') return change.person.id;
  if (change.kind === 'reset passphrase') return change.personId;
  // Back from single sign-on: the change itself is what voided the one of before.
  return change.kind === 'change person' && change.person.signOn === undefined && administration.state.signedOut[change.person.id]?.by === changeId ? change.person.id : null;
}

/** What a change that came into force makes the server do beside the log: once, whenever it is asked (TP12). */
async function carryOutChange(centre: Centre, request: ChangeRequest): Promise<CarriedOut> {
  if (request.status !== 'in-force' || (await centre.credentials.isCarriedOut(request.changeId))) return { ok: true, half: null };
  const { change } = request;
  const startsAnew = whoStartsAnew(centre, request);
  if (startsAnew !== null) {
    // Whoever comes by single sign-on needs no code; the key of before is of no use to them either.
    if (centre.people.byId(startsAnew)?.signOn === undefined) await setCode(centre, request, startsAnew);
    else await centre.credentials.forgetKeyBy(request.changeId, startsAnew, centre.clock.now());
    return { ok: true, half: null };
  }
  const refusal = await changeSealing(centre, request);
  const outcome = refusal?.code ?? 'done';
  if (refusal !== null) {
    await centre.log.append([{ writes: [], command: null, audit: [{ kind: 'change not carried out', person: request.decidedBy, workstation: null, about: null, detail: { change: request.changeId, kind: change.kind, code: outcome } }] }]);
  }
  await centre.credentials.carryOut(request.changeId, outcome, centre.clock.now());
  return refusal === null ? { ok: true, half: null } : { ok: false, refusal };
}

/**
 * What an approved change makes the server do beside the log.
 *
 * @returns the approver's half of a new passphrase's code, or null; or why it could not be done after all
 */
export async function carryOut(centre: Centre, command: AdministrationCommand): Promise<CarriedOut> {
  if (command.kind !== 'approve change') return { ok: true, half: null };
  const request = centre.administration.state.changes[command.body.changeId];
  if (request === undefined) return { ok: true, half: null };
  const carried = await carryOutChange(centre, request);
  return carried.ok && request.decidedBy !== null ? { ok: true, half: await takeHalf(centre, request.changeId, request.decidedBy) } : carried;
}

/** At the start: what was approved and not carried out, because the server died in between, in the order of approval. */
export async function carryOutTheRest(centre: Centre): Promise<void> {
  const inForce = Object.values(centre.administration.state.changes).filter((request) => request.status === 'in-force');
  for (const request of inForce.sort((a, b) => ((a.decidedAt ?? '') < (b.decidedAt ?? '') ? -1 : 1))) {
    const carried = await carryOutChange(centre, request);
    if (!carried.ok) centre.logger.error({ change: request.changeId, code: carried.refusal.code }, 'an approved change could not be carried out');
  }
}

/** The half of who proposed or approved, told once to each, at whichever server; null where it was told, is over, or is nobody's. */
export async function takeHalf(centre: Centre, changeId: string, person: string): Promise<string | null> {
  const taken = await centre.credentials.takeHalf(changeId, person, centre.clock.now());
  return taken === null ? null : halfOf(centre, taken.code, taken.side);
}

/** Changes of which a person may still take their half. */
export async function openHalves(centre: Centre): Promise<(person: string) => string[]> {
  const codes = await centre.credentials.openCodes(centre.clock.now());
  return (person) => codes.filter((code) => code.untold.some((side) => code[side] === person)).map(({ changeId }) => changeId);
}
