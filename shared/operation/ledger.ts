import { z } from 'zod';
import type { LedgerEntry } from '../case/context.ts';
import { CaseId, Fen, Instant, Uuid7 } from '../protocol/ids.ts';

/**
 * Events of a customer's own stream: which operations started, so that high value is judged on the sum of the running
 * day and an account has at most one open operation of a kind (TP13). Both are decided in the append that starts the
 * execution, because that append also expects this stream's version.
 */
export const ledgerEventSchemas = {
  'operation opened': z.strictObject({ operationId: Uuid7, caseId: CaseId, accountId: z.string(), kind: z.string(), totalFen: Fen, startedAt: Instant }),
  'operation ended': z.strictObject({ operationId: Uuid7, bookedFen: Fen }),
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
  return [...entries.values()];
}
