import { CaseId } from '#shared/protocol/ids.ts';
import type { Person } from '#shared/people/person.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { appendToCase } from '../cases/append-case.ts';
import type { Centre } from '../centre.ts';

/**
 * Lets a lead see the case that late work in the tray is about (SY10). It is told in the case and in the audit log; a lead who
 * may see it already gains nothing.
 *
 * @returns `late-work-unknown` where the tray has no such work, or its case does not exist
 */
export async function openLateCase(centre: Centre, person: Person, workstation: string, command: string): Promise<{ ok: true; value: { case: string } } | { ok: false; refusal: Refusal }> {
  const item = centre.lateWork.get(command);
  const unknown = { ok: false, refusal: { code: 'late-work-unknown' } } as const;
  if (item === null || !CaseId.safeParse(item.caseId).success || (await centre.cases.load(item.caseId)) === null) return unknown;
  const granted = await appendToCase({ log: centre.log, cases: centre.cases, now: () => centre.clock.now(), newId: centre.newId }, item.caseId, 'server', (state) => ({
    events: state === null || state.access[person.id] !== undefined ? [] : [{ kind: 'access granted', body: { person: person.id, as: 'lead' } }],
  }));
  if (granted) await centre.log.append([{ writes: [], command: null, audit: [{ kind: 'late case opened', person: person.id, workstation, about: item.caseId, detail: { command } }] }]);
  return { ok: true, value: { case: item.caseId } };
}
