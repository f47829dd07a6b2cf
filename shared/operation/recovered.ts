import type { CommandBody } from '../case/commands.ts';
import type { DecideContext, LedgerEntry } from '../case/context.ts';
import { happened, type Happened, type Ruling } from '../case/decider.ts';
import type { CaseState } from '../case/state.ts';
import { Uuid7 } from '../protocol/ids.ts';
import { refuse } from '../protocol/refusal.ts';
import { bankKey } from './outcome.ts';
import type { OperationState } from './operation-schema.ts';
import { digestOf, planIdOf, type OperationLine } from './payload.ts';

/** A booking of the lost time that nobody has answered for yet. */
export type LostEntry = LedgerEntry & { lost: NonNullable<LedgerEntry['lost']> };
const isHeld = (entry: LedgerEntry): entry is LostEntry => entry.open && entry.lost !== undefined;

const linesOf = (operation: OperationState): readonly OperationLine[] => operation.payload?.lines ?? operation.worksheet.lines;

/** A request for review of what is booked already comes to nothing. */
const withdrawn = (operation: OperationState): Happened[] =>
  operation.status === 'in-review' && operation.reviewId !== null ? [{ kind: 'review withdrawn', body: { reviewId: operation.reviewId, by: operation.maker } }] : [];

/**
 * What the gate says first (SY9). Nobody executes before the bank has told of the lost time. An order that names a key of that
 * time fetches its outcome; any other order of that account and kind, or in that case, waits until somebody has answered for
 * the booking, so that nothing is ever booked twice under two keys.
 *
 * @returns null where nothing of the lost time stands in the way
 */
export function lostTimeRuling(state: CaseState, operation: OperationState, order: CommandBody<'order execution'>, context: DecideContext): Ruling | null {
  if (context.recovering === true) return refuse('sy9-recovering');
  if (context.ledger === 'unknown') return null;
  const held = context.ledger.entries.filter(isHeld);
  const keys = new Map(order.keys.map(({ lineId, key }) => [lineId, key]));
  const named = held.filter((entry) => order.keys.some(({ key }) => bankKey(state.id, key) === entry.lost.key));
  if (named.length > 0) {
    const lines = linesOf(operation);
    const whole = keys.size === lines.length && new Set(keys.values()).size === lines.length && lines.every((line) => keys.has(line.lineId));
    const fits = named.every((entry) => entry.kind === operation.kind && entry.accountId === operation.accountId);
    const theirs = operation.maker === context.by.person || state.owner === context.by.person;
    if (!whole || !fits || !theirs) return refuse('sy9-held', { receipt: named[0]!.lost.receipt });
    return happened(...withdrawn(operation), {
      kind: 'execution recovered',
      body: { operationId: operation.id, executionId: order.executionId, digest: order.digest, lines: lines.map((line) => ({ lineId: line.lineId, planId: planIdOf(line), key: keys.get(line.lineId)! })) },
    });
  }
  const other = held.find((entry) => entry.kind === operation.kind && (entry.accountId === operation.accountId || entry.caseId === state.id));
  return other === undefined ? null : refuse('sy9-held', { receipt: other.lost.receipt });
}

/** What the bank told of one booking, as far as it tells which line it was. */
export type LostBooking = { key: string; kind: string; accountId: string | null; subject: string | null; amountFen: number | null };

const isLine = (operation: OperationState, line: OperationLine, booking: LostBooking): boolean =>
  booking.kind === operation.kind && booking.amountFen === line.dueNowFen
  && booking.subject === (line.type === 'settlement' ? line.planId : (line.cardId ?? operation.accountId))
  && (booking.accountId === null || booking.accountId === operation.accountId);

/**
 * The operation of the restored log that bookings of the lost time were made for: one that was submitted and not ordered, of
 * which every line was booked, and no other fits. Where that is not so, the bookings stay held.
 *
 * @param bookings of this case, by the bank's word; their keys are the bank's
 * @param executionId UUIDv7
 */
export function recoveredExecution(state: CaseState, bookings: readonly LostBooking[], executionId: string): { events: Happened[]; keys: string[] } | null {
  const found = Object.values(state.operations).flatMap((operation) => {
    if (operation.execution !== null || operation.payload === null || operation.status === 'withdrawn') return [];
    const lines = operation.payload.lines.map((line) => ({ line, fitting: bookings.filter((booking) => isLine(operation, line, booking)) }));
    if (lines.some(({ fitting }) => fitting.length !== 1)) return [];
    const keys = lines.map(({ fitting }) => fitting[0]!.key);
    return new Set(keys).size === keys.length ? [{ operation, payload: operation.payload, lines, keys }] : [];
  });
  const [one, ...others] = found;
  if (one === undefined || others.length > 0) return null;
  const prefix = bankKey(state.id, '');
  const { operation, payload, lines, keys } = one;
  if (!keys.every((key) => key.startsWith(prefix) && Uuid7.safeParse(key.slice(prefix.length)).success)) return null;
  const events: Happened[] = [...withdrawn(operation), {
    kind: 'execution recovered',
    body: {
      operationId: operation.id, executionId, digest: digestOf(payload),
      lines: lines.map(({ line, fitting }) => ({ lineId: line.lineId, planId: planIdOf(line), key: fitting[0]!.key.slice(prefix.length) })),
    },
  }];
  return { events, keys };
}
