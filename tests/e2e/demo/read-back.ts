import { v7 as uuidv7 } from 'uuid';
import { foldCase } from '../../../shared/case/evolve.ts';
import { openSealedLog } from '../../../server/log/sealing/open-sealed-log.ts';
import type { CentreProcess } from '../harness/centre-process.ts';

export type Told = {
  /** The case that was executed. */
  caseId: string;
  /** Reviews that were returned to the maker. */
  returned: number;
  linesBooked: { plan: string; times: number; fen: number }[];
  linesRefused: string[];
  people: string[];
  makersAndReviewers: number;
  followUpsClosed: number;
  followUpsOpen: number;
  casesClosed: number;
  bankLedger: { booked: Record<string, number>; refused: string[] };
};

/**
 * What happened, as the server's log and the bank's ledger tell it: nothing the script believes comes in here.
 *
 * @param ledger the bank's ledger, read before it was stopped; the server must have stopped, its log is opened here
 */
export async function readBack(data: string, ledger: Awaited<ReturnType<CentreProcess['ledger']>>): Promise<Told> {
  const opened = await openSealedLog(data, { now: () => new Date().toISOString(), newId: () => uuidv7() });
  if (!opened.ok) throw new Error(opened.error.text.en);
  const { log } = opened;
  const told: Told = {
    caseId: '', returned: 0, linesBooked: [], linesRefused: [], people: [], makersAndReviewers: 0, followUpsClosed: 0, followUpsOpen: 0, casesClosed: 0, bankLedger: { booked: {}, refused: [] },
  };
  const people = new Set<string>();
  const checkers = new Set<string>();
  for (const { stream } of await log.streams('')) {
    if (stream.includes(':')) continue;
    const events = await log.readCase(stream);
    const state = foldCase(events);
    if (state === null) continue;
    for (const event of events) if (event.actor.person !== null) people.add(event.actor.person);
    for (const operation of Object.values(state.operations)) {
      if (operation.execution) {
        told.caseId = state.id;
        checkers.add(operation.maker);
      }
      for (const review of Object.values(state.reviews)) if (review.status === 'approved' && review.decidedBy !== null) checkers.add(review.decidedBy);
      for (const line of operation.execution?.lines ?? []) {
        const times = events.filter((event) => event.kind === 'line booked' && (event.body as { lineId: string }).lineId === line.lineId).length;
        if (times > 0) told.linesBooked.push({ plan: line.planId ?? line.lineId, times, fen: operation.worksheet.lines.find((one) => one.lineId === line.lineId)?.dueNowFen ?? 0 });
        if (line.status === 'refused') told.linesRefused.push(line.planId ?? line.lineId);
      }
    }
    told.returned += Object.values(state.reviews).filter((review) => review.status === 'returned').length;
    told.followUpsClosed += state.followUps.filter((followUp) => followUp.status === 'closed').length;
    told.followUpsOpen += state.followUps.filter((followUp) => followUp.status === 'open').length;
    if (state.closed !== null) told.casesClosed += 1;
  }
  await log.close();
  for (const entry of ledger.filter((one) => one.kind === 'early-settlement')) {
    if (entry.state === 'done') told.bankLedger.booked[entry.subject ?? ''] = (told.bankLedger.booked[entry.subject ?? ''] ?? 0) + 1;
    else told.bankLedger.refused.push(entry.subject ?? '');
  }
  return { ...told, people: [...people].sort(), makersAndReviewers: checkers.size };
}
