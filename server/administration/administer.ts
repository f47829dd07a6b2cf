import { administrationCommandSchemas, type AdministrationCommand, type AdministrationCommandKind, type AdministrationState } from '#shared/administration/administration-schema.ts';
import type { Change } from '#shared/administration/change.ts';
import type { SignatureFinding } from '#shared/case/context.ts';
import { mayDo } from '#shared/people/may.ts';
import type { Person } from '#shared/people/person.ts';
import { refuse, type Refusal } from '#shared/protocol/refusal.ts';
import type { Signed } from '#shared/protocol/signature.ts';
import type { z } from 'zod';
import type { Centre } from '../centre.ts';
import { legalHoldsOf, mayErase } from '../log/sealing/erasure.ts';
import type { Taken } from './administration.ts';
import { flowFault, flowMalformed } from './flow-check.ts';
import { judgeSigned } from './signatures.ts';
import { isSoundKey } from './sound-key.ts';

const isAdministrationKind = (kind: string): kind is AdministrationCommandKind => Object.hasOwn(administrationCommandSchemas, kind);

/** A command without a signature, or one whose signatures were not asked for. */
const NONE: SignatureFinding = { ok: false, code: 'tp8-unsigned' };

/** A policy or a flow with a mistake is told as such: whoever wrote it has to find the place (FL1). */
function malformed(kind: string, body: unknown, issue: z.core.$ZodIssue | undefined): Refusal {
  const path = issue?.path ?? [];
  const reason = issue?.message ?? '';
  const change = typeof body === 'object' && body !== null && 'change' in body ? body.change : null;
  if (path[0] === 'change' && path[1] === 'policy') return refuse('policy-malformed', { path: path.slice(2).map(String).join('.').slice(0, 200), reason: reason.slice(0, 200) }).refusal;
  if (path[0] === 'change' && path[1] === 'definition') return flowMalformed((change as { definition?: unknown }).definition, path.slice(2), reason);
  return refuse('ask-malformed', { kind, path: path.map(String).join('.').slice(0, 200), problem: reason.slice(0, 200) }).refusal;
}

/** What speaks against a change beyond the centre's own state; asked when it is proposed, and again when it is approved. */
async function against(centre: Centre, change: Change): Promise<Refusal | null> {
  const parts = { log: centre.log, sealing: centre.sealing, now: () => centre.clock.now() };
  switch (change.kind) {
    case 'publish flow':
      return change.publication === 'recalled' ? null : flowFault(change.definition, centre.rules.flows);
    case 'erase customer': {
      const answer = await mayErase(parts, change.customerId);
      return answer.ok ? null : answer.refusal;
    }
    case 'set legal hold':
    case 'lift legal hold': {
      const held = (await legalHoldsOf(parts, change.customerId)).includes(change.matter);
      if (held === (change.kind === 'lift legal hold')) return null;
      return refuse(held ? 'erasure-hold-exists' : 'erasure-hold-unknown').refusal;
    }
    default:
      return null;
  }
}

const changeOf = (state: AdministrationState, command: AdministrationCommand): Change | null =>
  command.kind === 'propose change' ? command.body.change : command.kind === 'approve change' ? (state.changes[command.body.changeId]?.change ?? null) : null;

/**
 * Parses and takes what a person does to the centre itself; a malformed one is a refusal (RB1).
 *
 * @param workstation id of the machine whose session brought it
 */
export async function administer(centre: Centre, person: Person, workstation: string, kind: string, body: unknown): Promise<(Taken & { ok: true; command: AdministrationCommand }) | { ok: false; refusal: Refusal }> {
  if (!isAdministrationKind(kind)) return { ok: false, refusal: { code: 'ask-malformed', detail: { kind: kind.slice(0, 40) } } };
  const parsed = administrationCommandSchemas[kind].safeParse(body);
  if (!parsed.success) return { ok: false, refusal: malformed(kind, body, parsed.error.issues[0]) };
  const command = { kind, body: parsed.data } as AdministrationCommand;
  // A key is known by its own hash for ever: under another name it could pass for one that was revoked, or never could be. Of a
  // machine it is the name that two people compare.
  const key = command.kind === 'register key' ? command.body : command.kind === 'propose change' && command.body.change.kind === 'enrol workstation' ? command.body.change.workstation : null;
  if (key !== null && !isSoundKey(key.publicKey, key.keyId)) return { ok: false, refusal: { code: 'ask-malformed', detail: { kind, path: 'keyId' } } };
  const signed: Signed | null = 'signed' in command.body ? command.body.signed : null;
  const taken = await centre.administration.take(command, async (state) => {
    const now = state.people[person.id]?.person;
    if (now === undefined || !now.active) return refuse('person-disabled');
    const change = changeOf(state, command);
    return {
      now: centre.clock.now(), by: { person: now.id, human: now.human, role: now.role }, flows: centre.rules.flows,
      signature: signed === null ? NONE : judgeSigned(state, signed, now.id, workstation),
      // Not for whoever asks: some of it takes time, and all of it tells something.
      against: change === null || !mayDo(now.role, change.kind) ? null : await against(centre, change),
    };
  }, { person: person.id, workstation });
  return taken.ok ? { ...taken, command } : taken;
}
