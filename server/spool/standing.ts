import type { LateBecause } from '#shared/protocol/spool.ts';
import { mayDo } from '#shared/people/may.ts';
import type { Act } from '#shared/people/may.ts';
import type { Person } from '#shared/people/person.ts';
import { isCommandKind } from '#shared/case/commands.ts';
import type { Centre } from '../centre.ts';
import type { OpenedSession } from './open-row.ts';

export type Standing = { person: Person; /** Why they may not act here any more; null where they may. */ barred: Exclude<LateBecause, 'refused'> | null };

/**
 * What the author of a session is now, whatever time the session claims (TP8): a person who is active, by a key and at a
 * workstation that are both valid at receipt, is entitled; anybody else is barred from whatever acts.
 */
export function standingOf(centre: Centre, session: OpenedSession): Standing | null {
  const person = centre.people.byId(session.certificate.person);
  if (person === null) return null;
  const barred = !person.active ? 'person-disabled'
    : session.person === 'revoked' ? 'key-revoked' : session.person === 'no' ? 'key-unproven'
    : session.workstation === 'revoked' ? 'workstation-revoked' : session.workstation === 'no' ? 'workstation-unproven'
    : null;
  return { person, barred };
}

/** PR3: a role of now that does not let them do it at all bars them as well. */
export const mayStill = ({ role }: Person, kind: string): boolean => !isCommandKind(kind) || mayDo(role, kind satisfies Act);
