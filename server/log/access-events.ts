/** The two kinds of event from which access to a case follows; everything else about them is the domain's. */
import { z } from 'zod';
import { CaseId, PersonId, type StreamId } from '#shared/protocol/ids.ts';
import type { EventDraft } from '#shared/protocol/envelope.ts';

export const GRANTED = 'access granted';
export const REVOKED = 'access revoked';

const AccessBody = z.looseObject({ person: PersonId });

/**
 * What an event does to access: null for all but the two kinds. Throws for one of them without a person, or outside a
 * case (only cases are in feeds): a bug of decide.
 */
export function accessChange(stream: StreamId, event: EventDraft): { what: 'granted' | 'revoked'; person: string } | null {
  if (event.kind !== GRANTED && event.kind !== REVOKED) return null;
  CaseId.parse(stream);
  const { person } = AccessBody.parse(event.body);
  return { what: event.kind === GRANTED ? 'granted' : 'revoked', person };
}
