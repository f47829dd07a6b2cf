import { z } from 'zod';
import { eventSchemaOf } from '#shared/case/events.ts';
import { readingSealer } from '../../server/audit/reading-sealer.ts';
import { verifyAudit } from '../../server/audit/verify.ts';
import type { LedgerEntry } from '../../server/bank/demo/demo-schema.ts';
import { openPostgresLog } from '../../server/log/postgres/open-postgres-log.ts';

export type DrillJudgement = { lost: number; doubled: number; two_owner_offers: number; booked_twice: number; untold: number; chain: 'whole' | 'broken' };

const Note = z.object({ noteId: z.string() });
const Recorded = z.object({ event: z.looseObject({ kind: z.string(), callId: z.string(), eventId: z.string(), personId: z.string().optional(), offerId: z.string().optional() }) });
const Booked = z.looseObject({ lineId: z.string() });

/** Who has a call, and to whom it rings, in the order of the log. */
class Owners {
  readonly #owner = new Map<string, string>();
  readonly #ringing = new Map<string, string>();
  readonly #seen = new Set<string>();
  readonly wrong: string[] = [];

  take({ kind, callId, eventId, personId, offerId }: z.infer<typeof Recorded>['event']): void {
    // A second matter on a call holds the same events again.
    if (this.#seen.has(eventId)) return;
    this.#seen.add(eventId);
    if (kind === 'offered' && offerId !== undefined) {
      if (this.#ringing.has(callId) || this.#owner.has(callId)) this.wrong.push(`call ${callId} is offered as ${offerId}, and is somebody's`);
      this.#ringing.set(callId, offerId);
    }
    if (kind === 'offer-ended') {
      if (this.#ringing.get(callId) === offerId) this.#ringing.delete(callId);
      this.#owner.delete(callId);
    }
    if (kind === 'accepted' && personId !== undefined) {
      if (this.#owner.has(callId) || this.#ringing.get(callId) !== offerId) this.wrong.push(`call ${callId} is taken by ${personId}, and was not theirs to take`);
      this.#ringing.delete(callId);
      this.#owner.set(callId, personId);
    }
  }
}

/** What calls tell of whose they were. @returns each that was two people's */
export function judgeOffers(events: readonly { kind: string; body: unknown }[]): string[] {
  const owners = new Owners();
  for (const { kind, body } of events) if (kind === 'call recorded' && body !== null) owners.take(Recorded.parse(body).event);
  return owners.wrong;
}

/**
 * @param acknowledged what desktops were told was taken
 * @param ledger what the bank says it booked
 * @returns how much of it the log does not bear out
 */
export async function judgeDrill(database: string, ring: string, acknowledged: readonly { id: string; caseId: string; noteId: string }[], ledger: readonly LedgerEntry[]): Promise<DrillJudgement> {
  const opened = await openPostgresLog(database, { now: () => new Date().toISOString(), schemaOf: eventSchemaOf, sealer: await readingSealer(ring, database) });
  if (!opened.ok) throw new Error(opened.error.code);
  const { log } = opened;
  const owners = new Owners();
  const notes = new Map<string, number>();
  const booked = new Set<string>();
  let after = 0;
  for (let page = await log.eventsAfter(0, 500); page.length > 0; page = await log.eventsAfter(after, 500)) {
    for (const { position, envelope, body } of page) {
      after = position;
      if (envelope.kind === 'note written') {
        const { noteId } = Note.parse(body);
        notes.set(noteId, (notes.get(noteId) ?? 0) + 1);
      }
      if (envelope.kind === 'call recorded') owners.take(Recorded.parse(body).event);
      if (envelope.kind === 'line booked') booked.add(Booked.parse(body).lineId);
    }
  }
  let lost = 0;
  for (const { id, noteId } of acknowledged) if (notes.get(noteId) === undefined || (await log.commandAnswer(id))?.answer.status !== 'accepted') lost += 1;
  await log.close();
  const done = ledger.filter(({ state, kind }) => state === 'done' && kind === 'early-settlement');
  const report = await verifyAudit({ database, checkpoints: null, keys: [], restored: new Set(), sealer: null });
  return {
    lost, doubled: [...notes.values()].filter((times) => times > 1).length, two_owner_offers: owners.wrong.length,
    booked_twice: done.length - new Set(done.map(({ key }) => key)).size + (done.length - new Set(done.map(({ subject }) => subject)).size),
    untold: Math.abs(done.length - booked.size), chain: report.ok ? 'whole' : 'broken',
  };
}
