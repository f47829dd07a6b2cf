import { administrationCommandSchemas, type AdministrationCommand, type AdministrationCommandKind } from '#shared/administration/administration-schema.ts';
import type { SignatureFinding } from '#shared/case/context.ts';
import type { Person } from '#shared/people/person.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { Signed } from '#shared/protocol/signature.ts';
import type { Centre } from '../centre.ts';
import type { Taken } from './administration.ts';
import { judgeSigned } from './signatures.ts';

const isAdministrationKind = (kind: string): kind is AdministrationCommandKind => Object.hasOwn(administrationCommandSchemas, kind);

/** A command without a signature, or one whose signatures were not asked for. */
const NONE: SignatureFinding = { ok: false, code: 'tp8-unsigned' };

/**
 * Parses and takes what a person does to the centre itself; a malformed one is a refusal (RB1).
 *
 * @param workstation id of the machine whose session brought it
 */
export async function administer(centre: Centre, person: Person, workstation: string, kind: string, body: unknown): Promise<(Taken & { ok: true; command: AdministrationCommand }) | { ok: false; refusal: Refusal }> {
  if (!isAdministrationKind(kind)) return { ok: false, refusal: { code: 'ask-malformed', detail: { kind: kind.slice(0, 40) } } };
  const parsed = administrationCommandSchemas[kind].safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { ok: false, refusal: { code: 'ask-malformed', detail: { kind, path: issue?.path.join('.').slice(0, 200) ?? '', problem: issue?.message.slice(0, 200) ?? '' } } };
  }
  const command = { kind, body: parsed.data } as AdministrationCommand;
  const signed: Signed | null = 'signed' in command.body ? command.body.signed : null;
  const signature = signed === null ? NONE : judgeSigned(centre.administration.state, signed, person.id, workstation);
  const taken = await centre.administration.take(command, { now: centre.clock.now(), by: { person: person.id, human: person.human, role: person.role }, signature }, workstation);
  return taken.ok ? { ...taken, command } : taken;
}
