import { earliest, ms, plusMinutes } from '../case/decider.ts';
import type { CaseState } from '../case/state.ts';
import type { CustomerFacts } from '../protocol/bank.ts';
import { refuse, type Refusal } from '../protocol/refusal.ts';
import type { BlindEntry } from '../review/review-schema.ts';
import { differences } from '../review/differences.ts';
import type { ControlPolicy, KeyFigure } from '../review/policy.ts';
import type { CallState } from '../telephony/call-state.ts';
import { callOf, ownCallOf } from './call-of.ts';
import type { OnReturnState } from './on-return-schema.ts';
import type { OperationState } from './operation-schema.ts';
import { planIdOf, type OperationPayload } from './payload.ts';
import { makeWorksheet } from './worksheet.ts';

type Refused = { refusal: Refusal };

/** How far two clocks that know of one call may differ. */
const SLACK_MS = 60_000;

/** What policy allows offline; a policy that does not speak of it allows nothing. */
export const offlineTerms = (control: ControlPolicy): NonNullable<ControlPolicy['offline']> => control.offline ?? { capFen: 0, hours: 0, withoutRecording: false };

/** Whether so much may be ordered offline at all. */
export function offlineFault(operation: OperationState, control: ControlPolicy): Refused | null {
  const { capFen, hours } = offlineTerms(control);
  if (hours === 0 || capFen === 0) return refuse('of2-not-allowed');
  return operation.worksheet.totals.dueNowFen > capFen ? refuse('of2-over-cap') : null;
}

/** T: the earliest of the quote's end, the day's cut-off, and so many hours from now as policy gives (TP9, OF2). */
export function returnLimit(operation: OperationState, control: ControlPolicy, now: string): string {
  const { quoteExpiresAt, cutoffAt } = operation.worksheet;
  return earliest(quoteExpiresAt, cutoffAt, plusMinutes(now, 60 * offlineTerms(control).hours));
}

/** The offline submission of these very figures, where they were submitted so. Other figures were never submitted offline. */
export function forReturn(state: CaseState, operation: OperationState): OnReturnState | null {
  const one = state.onReturn[operation.id];
  return one !== undefined && one.digest === operation.digest ? one : null;
}

/** The same, once a second person has signed for them at this screen and nothing has come of it yet. */
export function coSignedHere(state: CaseState, operation: OperationState): OnReturnState | null {
  const one = forReturn(state, operation);
  return one !== null && one.coSign !== null && (one.status === 'co-signed' || one.status === 'ordered') ? one : null;
}

/** This person's own part of a call that was going on then: the centre learns of its end before it learns what was said on it. */
export function ownCallAt(state: CaseState, callId: string, person: string, at: string): Readonly<CallState> | null {
  const open = ownCallOf(state, callId, person);
  if (open !== null) return open;
  const call = callOf(state, callId);
  const during = call?.legs.some((leg) => leg.personId === person && ms(leg.answeredAt) - SLACK_MS <= ms(at) && (leg.endedAt === null || ms(at) <= ms(leg.endedAt) + SLACK_MS));
  return call !== null && during === true ? call : null;
}

/**
 * How far the customer is verified on this call. A call logged by hand while a call of the same person in the same case went on
 * is that conversation, which the line lost: what was verified before it was cut still holds. Any other has to be verified itself.
 */
export function verifiedOn(state: CaseState, callId: string, person: string): number {
  const own = state.verification[callId]?.level ?? 0;
  const since = state.handCalls[callId]?.startedAt;
  if (since === undefined) return own;
  const same = Object.keys(state.calls).filter((id) => ownCallAt(state, id, person, since) !== null);
  return Math.max(own, ...same.map((id) => state.verification[id]?.level ?? 0));
}

/**
 * What the reviewer typed and the bank has otherwise now. Figures of a settlement are worked out anew from the contract's
 * terms; of the other kinds the sum is the customer's own, and the facts hold nothing to compare it with.
 *
 * @returns names of figures, none where all agree
 */
export function typedDiffers(
  entry: BlindEntry, payload: OperationPayload, facts: CustomerFacts, asked: { keyFigures: readonly KeyFigure[]; principalsAsked: boolean }, rule: { version: string },
): string[] {
  const lastFour = asked.keyFigures.includes('last-four') && !facts.cards.some((card) => card.lastFour === entry.lastFour) ? ['lastFour'] : [];
  if (payload.kind !== 'early-settlement') return lastFour;
  const planIds = payload.lines.flatMap((line) => planIdOf(line) ?? []);
  const sheet = makeWorksheet(facts, { quotes: [], refused: [] }, planIds, rule);
  if ('refusal' in sheet) return ['totalDueFen'];
  const fresh: OperationPayload = {
    ...payload, totalDueFen: sheet.totals.dueNowFen, dueDate: sheet.dueDate, statementDate: sheet.statementDate,
    lines: payload.lines.map((line) => {
      const now = sheet.lines.find((one) => one.planId === planIdOf(line));
      return line.type === 'settlement' && now !== undefined ? { ...line, remainingFen: now.remaining.fen, dueNowFen: now.dueNow.fen, feeFen: now.fee.fen } : line;
    }),
  };
  return [...new Set([...differences(entry, fresh, asked), ...lastFour])];
}
