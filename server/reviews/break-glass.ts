import { z } from 'zod';
import { civilDateOf } from '#shared/calendar/civil.ts';
import type { CaseEventDraft } from '#shared/case/events.ts';
import type { CaseState } from '#shared/case/state.ts';
import { BREAK_GLASS, CaseId, Fen, PersonId, Uuid7, type StreamId } from '#shared/protocol/ids.ts';
import { drafted } from '../cases/append-case.ts';
import type { Centre } from '../centre.ts';
import type { StreamWrite } from '../log/log.ts';

/** The centre's own count of broken glass (TP11): its version is expected by the append that breaks it once more. */
const breakGlassUsed = z.strictObject({ reviewId: Uuid7, caseId: CaseId, operationId: Uuid7, totalFen: Fen, by: z.array(PersonId).length(2) });
const USED = 'break-glass used';

/** How often glass was broken in the running day of the centre's calendar. */
export async function breakGlassOf(centre: Centre): Promise<{ today: number; version: number }> {
  const events = await centre.log.readStream(BREAK_GLASS, 1);
  const day = (at: string): string => civilDateOf(centre.rules.calendar, at);
  const today = events.filter(({ envelope }) => envelope.kind === USED && day(envelope.times.recorded) === day(centre.clock.now())).length;
  return { today, version: events.at(-1)?.envelope.version ?? 0 };
}

/** TP11: the count, and a case for quality, in the very append that releases the operation. */
export function breakGlassWrites(centre: Centre, state: CaseState | null, events: readonly CaseEventDraft[], version: number, base: Pick<StreamWrite, 'actor' | 'madeAt'>): StreamWrite[] {
  const broken = events.find((event) => event.kind === 'break-glass approved');
  const payload = broken === undefined ? null : state?.operations[broken.body.operationId]?.payload;
  if (broken === undefined || state === null || payload == null) return [];
  const { reviewId, operationId, by, qualityCaseId } = broken.body;
  const reasons = (state.reviews[reviewId]?.seats ?? []).map((seat) => seat.reason);
  const staff = centre.people.all().filter((person) => person.role === 'quality' && person.active);
  return [
    { ...base, stream: BREAK_GLASS, expectedVersion: version, events: [{ id: centre.newId(), kind: USED, body: breakGlassUsed.parse({ reviewId, caseId: state.id, operationId, totalFen: payload.totalDueFen, by }) }] },
    {
      ...base, actor: { kind: 'server', person: null, workstation: null }, stream: qualityCaseId as StreamId, expectedVersion: 0,
      events: drafted(centre.newId, [
        { kind: 'case opened', body: { reason: 'quality', callId: null, fromCase: state.id, number: null, queue: null } },
        { kind: 'quality matter noted', body: { aboutCase: state.id, operationId, what: 'break-glass', by, reasons } },
        ...staff.map((person) => ({ kind: 'access granted' as const, body: { person: person.id, as: 'quality' as const } })),
      ]),
    },
  ];
}
