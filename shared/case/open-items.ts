import { z } from 'zod';
import { OperationKind } from '../operation/payload.ts';
import { bilingual, CivilDate, Instant, Uuid7 } from '../protocol/ids.ts';
import type { StopState } from './case-schema.ts';
import type { CaseState } from './state.ts';
import { resultFollowUpId, standingOf } from './stop-verify.ts';

const Status = z.enum(['draft', 'in-review', 'returned', 'approved', 'executing', 'in-doubt', 'void']);

/** Something that somebody has to see to after this shift. */
export const OpenItem = z.discriminatedUnion('kind', [
  /** A stop that the bank has not confirmed: not in force. */
  z.strictObject({ kind: z.literal('stop'), id: Uuid7, lastFour: z.string() }),
  z.strictObject({ kind: z.literal('promise'), id: Uuid7, from: Instant, to: Instant, second: z.strictObject({ from: Instant, to: Instant }).nullable(), tries: z.int().min(0), text: z.string() }),
  /** A worksheet, a request for review or an approval that is not booked yet, and what the bank has not answered. */
  z.strictObject({ kind: z.literal('operation'), id: Uuid7, status: Status, operation: OperationKind, totalFen: z.int() }),
  /** A lead was asked to take over and has not finished. */
  z.strictObject({ kind: z.literal('escalation'), id: Uuid7, text: z.string(), accepted: z.boolean() }),
  z.strictObject({ kind: z.literal('follow-up'), id: Uuid7, dueOn: CivilDate, text: bilingual }),
]);
export type OpenItem = z.infer<typeof OpenItem>;

/** By whoever read it: a card's last four are the same in every reading. */
const lastFourOf = (state: CaseState, stop: StopState): string =>
  stop.lastFour || state.verifiedStops[stop.id]?.lastFour || (Object.values(state.facts).flatMap(({ facts }) => facts.cards).find((card) => card.id === stop.cardId)?.lastFour ?? '');

/** Ordered and not answered, or reported by another channel and not the bank's word yet (OF4); what came of that is a follow-up of its own. */
const isOpenStop = (state: CaseState, stop: StopState): boolean => stop.status === 'ordered' || stop.status === 'in-doubt'
  || (stop.status === 'manual' && !standingOf(state, stop).inForce && state.followUps.every((one) => one.id !== resultFollowUpId(stop.id)));

/** What of a case is left to do, the most pressing first: it is handed over with its words, or somebody keeps it. */
export function openItems(state: CaseState): OpenItem[] {
  return [
    ...state.stops.filter((stop) => isOpenStop(state, stop)).map((stop): OpenItem => ({ kind: 'stop', id: stop.id, lastFour: lastFourOf(state, stop) })),
    ...state.promises.filter((one) => one.status === 'open').map((one): OpenItem => ({
      kind: 'promise', id: one.promiseId, from: one.from, to: one.to, tries: one.tries.length, text: one.note,
      second: one.secondFrom === null || one.secondTo === null ? null : { from: one.secondFrom, to: one.secondTo },
    })),
    ...Object.values(state.operations).flatMap((one): OpenItem[] => {
      const status = Status.safeParse(one.status);
      return status.success ? [{ kind: 'operation', id: one.id, status: status.data, operation: one.kind, totalFen: one.worksheet.totals.dueNowFen }] : [];
    }),
    ...state.escalations.filter((one) => one.outcome === null).map((one): OpenItem => ({ kind: 'escalation', id: one.escalationId, text: one.goal, accepted: one.acceptedBy !== null })),
    ...state.followUps.filter((one) => one.status === 'open').map((one): OpenItem => ({ kind: 'follow-up', id: one.id, dueOn: one.dueOn, text: one.what })),
  ];
}

/** How the customer was, as the last card for a lead or the run's own answer has it; '' where nobody wrote it. */
export function moodOf(state: CaseState): string {
  const card = state.escalations.findLast((one) => one.mood !== '')?.mood;
  const told = Object.values(state.runs).map((run) => run.values['mood']).findLast((value) => typeof value === 'string');
  return card ?? (typeof told === 'string' ? told : '');
}
