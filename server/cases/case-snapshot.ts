import { evolve } from '#shared/case/evolve.ts';
import type { CaseState } from '#shared/case/state.ts';
import type { Person } from '#shared/people/person.ts';
import { mayReadBody } from '#shared/review/withholding.ts';
import type { Centre } from '../centre.ts';

/**
 * One case as this person may see it now, for a desktop that had let it go (PR6): the same fold that the feed starts a case
 * with, what is withheld from them left out (TP6). That they were shown the customer is in the audit log first (PR8).
 *
 * @returns null where they may not see it (PR3, SY6)
 */
export async function caseSnapshot(centre: Centre, person: Person, workstation: string, caseId: string): Promise<{ version: number; state: CaseState } | null> {
  const events = await centre.log.readCase(caseId);
  const now = events.reduce<CaseState | null>((state, event) => evolve(state, event), null);
  if (now === null || now.access[person.id] === undefined) return null;
  const state = events.reduce<CaseState | null>((folded, event) => evolve(folded, { ...event, body: event.body !== null && mayReadBody(now, event, person.id) ? event.body : null }), null);
  if (state === null) return null;
  if (state.customerId !== null && state.owner !== person.id) {
    const [written] = await centre.log.append([{ writes: [], command: null, audit: [{ kind: 'customer viewed', person: person.id, workstation, about: state.customerId, detail: { case: caseId, purpose: 'case' } }] }]);
    if (written?.status !== 'appended') throw new Error(`a view was not recorded: ${written?.status ?? 'nothing'}`);
  }
  return { version: state.version, state };
}
