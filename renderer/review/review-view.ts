import type { CaseState } from '#shared/case/state.ts';
import type { FactsReading } from '#shared/case/case-schema.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import type { SettlementLine } from '#shared/operation/payload.ts';
import type { Plan } from '#shared/protocol/bank.ts';
import type { BlindEntry, ReviewState } from '#shared/review/review-schema.ts';
import { plainLines } from '../operation/line-words.ts';
import { saidInRun, type CustomerSaid } from '../operation/named-plans.ts';

/**
 * Where a review stands for one reviewer. Before `released` no figure of the maker's may be on the screen (TP6), so
 * the phases carry what may be shown and nothing else.
 */
export type ReviewPhase =
  | { phase: 'not-mine'; review: ReviewState }
  | { phase: 'blind'; review: ReviewState; entriesUsed: number; mismatched: boolean }
  /** TP17: the same figures under a new maker, already checked by this person: one press and the passphrase. */
  | { phase: 'reconfirm'; review: ReviewState; operation: OperationState | null; /** The successor has signed for the figures taken over. */ signed: boolean }
  | { phase: 'released'; review: ReviewState; operation: OperationState; entry: BlindEntry; differs: string[] }
  /** The server has released the figures and they are on their way here. */
  | { phase: 'releasing'; review: ReviewState }
  | { phase: 'over'; review: ReviewState; operation: OperationState | null };

/** @param me the reviewer */
export function reviewPhase(state: CaseState, reviewId: string, me: string): ReviewPhase | null {
  const review = state.reviews[reviewId];
  if (review === undefined) return null;
  const operation = state.operations[review.operationId] ?? null;
  const inSeat = review.seats.some((seat) => seat.by === me);
  if (review.status !== 'taken' && review.status !== 'waiting') return { phase: 'over', review, operation };
  if (!inSeat && (review.status === 'waiting' || review.takenBy !== me)) return { phase: 'not-mine', review };
  if (review.reconfirms !== null) return { phase: 'reconfirm', review, operation, signed: operation?.ticked?.digest === review.digest };
  const mine = review.entries.filter((entry) => entry.by === me);
  const releasing = mine.findLast((entry) => entry.releases);
  if (releasing === undefined) return { phase: 'blind', review, entriesUsed: mine.length, mismatched: mine.length > 0 };
  if (operation === null || operation.payload === null) return { phase: 'releasing', review };
  return { phase: 'released', review, operation, entry: releasing.entry, differs: releasing.differs };
}

/** The reviewer's own reading; the maker's is never shown in its place (TP6). */
export function ownFacts(state: CaseState, me: string, since: string | null): FactsReading | null {
  const reading = state.facts[me] ?? null;
  return reading !== null && reading.purpose === 'review' && (since === null || reading.at >= since) ? reading : null;
}

/** Of the other kinds: where the customer says what they ask for. No plan has this name. */
const THE_REQUEST = 'the-request';

/**
 * The recording's two pieces (FLOWS ES-11): the choice of plans and the consent, and whatever else the customer
 * agreed to. Those that name a plan come first.
 */
export function recordingPieces(state: CaseState, review: ReviewState): CustomerSaid[] {
  const all = Object.values(state.runs).flatMap((run) => saidInRun(run));
  // Before the release only which plans were named, and where: the words come with the rest.
  const named = review.named.map(({ planId, recordingOffset }): CustomerSaid => ({ stepId: '', tickId: '', item: planId ?? THE_REQUEST, words: null, offset: recordingOffset, callId: null, at: null }));
  if (all.length === 0) return named;
  return [...named.filter((one) => one.item === THE_REQUEST), ...all.filter((said) => said.item !== null), ...all.filter((said) => said.item === null)];
}

/** Plans that the customer named aloud, in the reviewer's own reading. */
export function plansNamed(reading: FactsReading | null, pieces: readonly CustomerSaid[]): ReadonlySet<string> {
  const ids = new Set(reading?.facts.plans.map((plan) => plan.id) ?? []);
  return new Set(pieces.flatMap((piece) => (piece.item !== null && ids.has(piece.item) ? [piece.item] : [])));
}

/** Own facts of a plan as the reviewer computes from them; no quote, no total: that is what she is to find herself. */
export type OwnPlan = Pick<Plan, 'id' | 'merchant' | 'signedOn' | 'principalFen' | 'periodsTotal' | 'periodsPosted' | 'remainingFen' | 'feeMode' | 'feePpm' | 'penaltyPpm' | 'feeLabel' | 'status'> & {
  named: CustomerSaid | null;
};

/** Plans in force, the named ones first; settled ones are left out unless the customer named one. */
export function ownPlans(reading: FactsReading, pieces: readonly CustomerSaid[]): OwnPlan[] {
  const all = reading.facts.plans.map((plan): OwnPlan => ({
    id: plan.id, merchant: plan.merchant, signedOn: plan.signedOn, principalFen: plan.principalFen, periodsTotal: plan.periodsTotal,
    periodsPosted: plan.periodsPosted, remainingFen: plan.remainingFen, feeMode: plan.feeMode, feePpm: plan.feePpm, penaltyPpm: plan.penaltyPpm,
    feeLabel: plan.feeLabel, status: plan.status, named: pieces.find((piece) => piece.item === plan.id) ?? null,
  }));
  return [...all.filter((plan) => plan.named !== null), ...all.filter((plan) => plan.named === null && plan.status === 'active')];
}

export type Comparison = { field: 'total' | 'lines' | 'dueDate' | 'lastFour' | 'reference' | `principal:${string}`; label: string | null; mine: number | string | null; makers: number | string; same: boolean };

/** The reviewer's figures beside the maker's, one row a figure that policy asked for. Only called after the release. */
export function compareEntry(entry: BlindEntry, operation: OperationState, asked: Pick<ReviewState, 'keyFigures'>): Comparison[] {
  const payload = operation.payload;
  if (payload === null) return [];
  const named = new Set(asked.keyFigures);
  const row = (field: Comparison['field'], mine: number | string | null, makers: number | string, label: string | null = null): Comparison => ({ field, label, mine, makers, same: mine === makers });
  return [
    row('total', entry.totalDueFen, payload.totalDueFen),
    ...(named.has('lines') ? [row('lines', entry.lines, payload.lines.length)] : []),
    ...(named.has('due-date') ? [row('dueDate', entry.dueDate, payload.dueDate)] : []),
    ...(named.has('last-four') ? [row('lastFour', entry.lastFour ?? null, payload.cardLastFour)] : []),
    ...(named.has('reference') ? plainLines(payload.lines).map((line) => row('reference', entry.reference ?? '', line.reference)) : []),
    ...payload.lines.flatMap((line) =>
      line.type === 'settlement' && Object.hasOwn(entry.principals, line.planId) ? [row(`principal:${line.planId}`, entry.principals[line.planId] ?? null, line.remainingFen, line.merchant)] : [],
    ),
  ];
}

/** Figures of a line that differ between the maker's payload and the reviewer's own reading. */
export function lineDifferences(line: SettlementLine, reading: FactsReading | null): string[] {
  const plan = reading?.facts.plans.find((one) => one.id === line.planId);
  if (reading === null || plan === undefined) return ['plan'];
  const quote = reading.quotes.find((one) => one.planId === line.planId);
  return [
    ...(plan.principalFen === line.principalFen ? [] : ['principal']),
    ...(plan.periodsPosted === line.periodsPosted && plan.periodsTotal === line.periodsTotal ? [] : ['periods']),
    ...(plan.remainingFen === line.remainingFen ? [] : ['remaining']),
    ...(plan.feeMode === line.feeMode ? [] : ['mode']),
    ...(quote === undefined || quote.dueNowFen === line.dueNowFen ? [] : ['due']),
  ];
}

export type MySeat = ReviewState['seats'][number] & { /** The seat is given up then, unless signed. */ until: string | null };

/** This lead's seat in a break-glass (TP11). @param minutes how long a review may be taken; null while policy has not been heard */
export function mySeat(review: ReviewState, me: string, minutes: number | null): MySeat | null {
  const seat = review.seats.find((one) => one.by === me);
  if (seat === undefined) return null;
  return { ...seat, until: seat.signedAt !== null || minutes === null ? null : new Date(Date.parse(seat.at) + minutes * 60_000).toISOString() };
}
