import type { LedgerEntry } from '#shared/case/context.ts';
import type { CaseEventDraft } from '#shared/case/events.ts';
import type { Happened } from '#shared/case/decider.ts';
import type { CaseState } from '#shared/case/state.ts';
import { foldLedger, type ledgerEventSchemas } from '#shared/operation/ledger.ts';
import { bankKey } from '#shared/operation/outcome.ts';
import type { EventDraft } from '#shared/protocol/envelope.ts';
import { customerStream } from '#shared/protocol/ids.ts';
import type { z } from 'zod';
import type { Centre } from '../centre.ts';
import type { EventLog, StreamWrite } from '../log/log.ts';
import type { RecoveryBook } from './recovery-book.ts';

export type BookingRecovered = z.infer<(typeof ledgerEventSchemas)['booking recovered']>;

const TRIES = 20;
const SERVER = { kind: 'server', person: null, workstation: null } as const;

type Ledger = { entries: LedgerEntry[]; recovered: BookingRecovered[]; version: number };

/** A customer's ledger as it stands (TP13), with what was recovered into it. */
export async function ledgerOf(log: EventLog, customer: string): Promise<Ledger> {
  const events = await log.readStream(customerStream(customer), 1);
  return {
    entries: foldLedger(events.map(({ envelope, body }) => ({ kind: envelope.kind, body }))),
    recovered: events.flatMap(({ envelope, body }) => (envelope.kind === 'booking recovered' && body !== null ? [body as BookingRecovered] : [])),
    version: events.at(-1)?.envelope.version ?? 0,
  };
}

type LedgerRule = (ledger: Ledger) => { kind: string; body: unknown }[];

/** Decided on the ledger as it stands, and again where somebody wrote first; no events, no write. */
export async function appendToLedger(centre: Pick<Centre, 'log' | 'clock' | 'newId'>, customer: string, rule: LedgerRule, actor: StreamWrite['actor'] = SERVER): Promise<boolean> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const ledger = await ledgerOf(centre.log, customer);
    const events = rule(ledger).map((event): EventDraft => ({ ...event, id: centre.newId() }));
    if (events.length === 0) return false;
    const write: StreamWrite = { stream: customerStream(customer), expectedVersion: ledger.version, events, actor, madeAt: centre.clock.now(), customer };
    const [result] = await centre.log.append([{ writes: [write], command: null, audit: [] }]);
    if (result?.status === 'appended') return true;
    if (result?.status !== 'conflict') throw new Error(`the log did not take a customer's ledger: ${result?.status === 'failed' ? result.error.code : (result?.status ?? 'nothing')}`);
  }
  throw new Error('a customer\'s ledger moved all the time');
}

/** Once for each key, however often it is told. */
export const recordLost = (centre: Pick<Centre, 'log' | 'clock' | 'newId'>, customer: string, booking: BookingRecovered): Promise<boolean> =>
  appendToLedger(centre, customer, ({ recovered }) => (recovered.some((one) => one.key === booking.key) ? [] : [{ kind: 'booking recovered', body: booking }]));

/**
 * The ledger's part of `execution recovered`, in the same append (TP13): the bookings are the operation's now, and the operation
 * is open until its outcome is recorded.
 */
export function takenUp(state: CaseState, events: readonly (Happened | CaseEventDraft)[], entries: readonly LedgerEntry[], now: string): { kind: string; body: unknown }[] {
  const recovered = events.find((event) => event.kind === 'execution recovered');
  if (recovered === undefined) return [];
  const operation = state.operations[recovered.body.operationId];
  if (operation === undefined) return [];
  const keys = new Set(recovered.body.lines.map((line) => bankKey(state.id, line.key)));
  const settled = entries.filter((entry) => entry.open && entry.lost !== undefined && keys.has(entry.lost.key)).map((entry) => ({
    kind: 'recovered booking settled', body: { key: entry.lost!.key, operationId: operation.id, by: null, note: '' },
  }));
  const totalFen = (operation.payload?.lines ?? operation.worksheet.lines).reduce((sum, line) => sum + line.dueNowFen, 0);
  return [...settled, { kind: 'operation opened', body: { operationId: operation.id, caseId: state.id, accountId: operation.accountId, kind: operation.kind, totalFen, startedAt: now } }];
}

export type Unsettled = BookingRecovered & { customerId: string };

/** Bookings of lost times that hold a customer's account still: for leads, who answer for them. */
export async function unsettled(log: EventLog, book: RecoveryBook): Promise<Unsettled[]> {
  const found: Unsettled[] = [];
  for (const { key, customer } of await book.pointers()) {
    const { entries, recovered } = await ledgerOf(log, customer);
    const booking = recovered.find((one) => one.key === key);
    if (booking !== undefined && entries.some((entry) => entry.open && entry.lost?.key === key)) found.push({ ...booking, customerId: customer });
    else await book.forget(key);
  }
  return found;
}

/**
 * A lead has looked it up in core banking and answers for it: from now on it counts, and holds nothing.
 * @returns false where nothing is held under this key
 */
export async function settleLost(centre: Pick<Centre, 'log' | 'clock' | 'newId'>, book: RecoveryBook, key: string, by: { person: string; workstation: string }, note: string): Promise<boolean> {
  const pointer = (await book.pointers()).find((one) => one.key === key);
  if (pointer === undefined) return false;
  const settled = await appendToLedger(
    centre, pointer.customer,
    ({ entries }) => (entries.some((entry) => entry.open && entry.lost?.key === key) ? [{ kind: 'recovered booking settled', body: { key, operationId: null, by: by.person, note } }] : []),
    { kind: 'person', ...by },
  );
  await book.forget(key);
  return settled;
}
