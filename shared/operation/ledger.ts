import { z } from 'zod';
import type { LedgerEntry } from '../case/context.ts';
import { CaseId, Fen, Instant, PersonId, Uuid7 } from '../protocol/ids.ts';

/**
 * Events of a customer's own stream: which operations started, so that high value is judged on the sum of the running
 * day and an account has at most one open operation of a kind (TP13). Both are decided in the append that starts the
 * execution, because that append also expects this stream's version.
 */
export const ledgerEventSchemas = {
  'operation opened': z.strictObject({ operationId: Uuid7, caseId: CaseId, accountId: z.string(), kind: z.string(), totalFen: Fen, startedAt: Instant }),
  'operation ended': z.strictObject({ operationId: Uuid7, bookedFen: Fen }),
  /** SY9: what the bank booked in the time that a restored log has lost. The customer's account and kind are held until it is settled. */
  'booking recovered': z.strictObject({
    key: z.string(), caseId: CaseId, kind: z.string(), accountId: z.string().nullable(), subject: z.string().nullable(), amountFen: Fen.nullable(), receipt: z.string(), bookedAt: Instant, epoch: Uuid7,
  }),
  /** It belongs to an operation of the log now, or a lead has answered for it. */
  'recovered booking settled': z.strictObject({ key: z.string(), operationId: Uuid7.nullable(), by: PersonId.nullable(), note: z.string() }),
} as const;

/** Folds a customer's stream; events of other kinds are passed over. */
export function foldLedger(events: readonly { kind: string; body: unknown }[]): LedgerEntry[] {
  const entries = new Map<string, LedgerEntry>();
  for (const event of events) {
    if (event.body === null) continue;
    if (event.kind === 'operation opened') {
      const body = ledgerEventSchemas['operation opened'].parse(event.body);
      entries.set(body.operationId, { ...body, open: true });
    }
    if (event.kind === 'operation ended') {
      const body = ledgerEventSchemas['operation ended'].parse(event.body);
      const entry = entries.get(body.operationId);
      // What the bank refused does not count towards the day's sum.
      if (entry) entries.set(body.operationId, { ...entry, open: false, totalFen: body.bookedFen });
    }
  }
  return [...entries.values(), ...lostBookings(events)];
}

/** Held as an open operation is; once a lead has answered for it, it counts towards the day's sum and holds nothing. */
function lostBookings(events: readonly { kind: string; body: unknown }[]): LedgerEntry[] {
  const lost = new Map<string, LedgerEntry>();
  for (const event of events) {
    if (event.body === null) continue;
    if (event.kind === 'booking recovered') {
      const { key, caseId, kind, accountId, amountFen, receipt, bookedAt } = ledgerEventSchemas['booking recovered'].parse(event.body);
      lost.set(key, { operationId: key, caseId, accountId: accountId ?? '', kind, totalFen: amountFen ?? 0, startedAt: bookedAt, open: true, lost: { key, receipt } });
    }
    if (event.kind === 'recovered booking settled') {
      const { key, operationId } = ledgerEventSchemas['recovered booking settled'].parse(event.body);
      const entry = lost.get(key);
      // An operation that took it up has an entry of its own.
      if (operationId !== null) lost.delete(key);
      else if (entry !== undefined) lost.set(key, { ...entry, open: false });
    }
  }
  return [...lost.values()];
}
