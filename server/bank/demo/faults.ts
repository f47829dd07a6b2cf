/** Faults on demand, each for a number of times: the trouble a real bank makes, at the moment the story wants it. */
import { z } from 'zod';
import { BankCall } from '#shared/protocol/bank-calls.ts';
import { BankId } from '#shared/protocol/bank.ts';
import { row, rows } from './rows.ts';
import type { Store } from './store.ts';

const count = z.int().min(1).max(100_000).default(1);

export const FaultOrder = z.discriminatedUnion('kind', [
  /** Answers after so many milliseconds. */
  z.object({ kind: z.literal('slow'), call: z.union([BankCall, z.literal('any')]).default('any'), ms: z.int().min(1).max(120_000), count }),
  /** Takes the message and never answers; nothing is done. */
  z.object({ kind: z.literal('no-answer'), call: z.union([BankCall, z.literal('any')]).default('book'), count }),
  /** Does it, then drops the connection before the answer. */
  z.object({ kind: z.literal('answered-but-lost'), call: z.union([BankCall, z.literal('any')]).default('book'), count }),
  /** Refuses an order: of that plan or card, or the nth new order from now. */
  z.object({ kind: z.literal('line-refused'), subject: BankId.optional(), nth: z.int().min(1).default(1), count }),
  /** In a batch after the settlement, posts one more period of that plan, or of any settled one. */
  z.object({ kind: z.literal('further-period-posted'), planId: BankId.optional(), count }),
]);
export type FaultOrder = z.infer<typeof FaultOrder>;

const FaultRow = z.object({
  id: z.int(), kind: z.string(), call: z.string(), ms: z.int(), nth: z.int(), seen: z.int(), subject: z.string().nullable(), remaining: z.int(),
});
export type FaultRow = z.infer<typeof FaultRow>;

export function addFault(store: Store, fault: FaultOrder): number {
  const subject = fault.kind === 'line-refused' ? fault.subject : fault.kind === 'further-period-posted' ? fault.planId : undefined;
  const { lastInsertRowid } = store.prepare('INSERT INTO fault (kind, call, ms, nth, seen, subject, remaining) VALUES (?, ?, ?, ?, 0, ?, ?)').run(
    fault.kind, 'call' in fault ? fault.call : 'any', fault.kind === 'slow' ? fault.ms : 0, fault.kind === 'line-refused' ? fault.nth : 1, subject ?? null, fault.count,
  );
  return Number(lastInsertRowid);
}

export const listFaults = (store: Store): FaultRow[] => rows(store, FaultRow, 'SELECT * FROM fault ORDER BY id');
export const clearFaults = (store: Store): void => void store.prepare('DELETE FROM fault').run();

function consume(store: Store, id: number): void {
  store.prepare('UPDATE fault SET remaining = remaining - 1 WHERE id = ?').run(id);
  store.prepare('DELETE FROM fault WHERE id = ? AND remaining <= 0').run(id);
}

/** Takes one fault of the line for a call, if one is set: one a message, the oldest first. */
export function takeLineFault(store: Store, call: BankCall): FaultRow | null {
  const fault = row(store, FaultRow,
    "SELECT * FROM fault WHERE kind IN ('slow', 'no-answer', 'answered-but-lost') AND call IN (?, 'any') ORDER BY id LIMIT 1", call);
  if (fault) consume(store, fault.id);
  return fault;
}

/** Should this new order be refused? Part of the booking's own transaction. */
export function takeRefusal(store: Store, subject: string): boolean {
  for (const fault of rows(store, FaultRow, "SELECT * FROM fault WHERE kind = 'line-refused' ORDER BY id")) {
    if (fault.subject !== null && fault.subject !== subject) continue;
    if (fault.seen + 1 < fault.nth) {
      store.prepare('UPDATE fault SET seen = seen + 1 WHERE id = ?').run(fault.id);
      continue;
    }
    consume(store, fault.id);
    return true;
  }
  return false;
}

/** Plans on which this batch posts a period too many. Part of the batch's own transaction. */
export function takeFurtherPeriod(store: Store, settledPlans: readonly string[]): string[] {
  const hit: string[] = [];
  for (const fault of rows(store, FaultRow, "SELECT * FROM fault WHERE kind = 'further-period-posted' ORDER BY id")) {
    const plan = settledPlans.find((id) => !hit.includes(id) && (fault.subject === null || fault.subject === id));
    if (plan === undefined) continue;
    hit.push(plan);
    consume(store, fault.id);
  }
  return hit;
}
