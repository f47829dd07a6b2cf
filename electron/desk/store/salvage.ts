import type { Db } from './database.ts';
import { OutboxRow } from './outbox.ts';
import type { Store } from './store.ts';
import { storeTroubleOf } from './store-refusal.ts';

/**
 * Copies unsent commands from a file that was moved aside. Row by row: one damaged page must not cost the rest.
 * They are numbered anew in their new home; their ids keep them from being applied twice (SY2).
 * @returns how many were taken
 */
export function salvageOutbox(from: Db, to: Store): number {
  const seqs: unknown[] = from.prepare(`select seq from outbox where status = 'unsent' order by seq`).pluck().all();
  const read = from.prepare(`select *, inner_text as inner from outbox where seq = ?`);
  let taken = 0;
  to.transaction(() => {
    for (const seq of seqs) {
      let row: OutboxRow | null = null;
      try {
        const parsed = OutboxRow.safeParse(read.get(seq));
        row = parsed.success ? parsed.data : null;
      } catch (error) {
        if (storeTroubleOf(error) === null) throw error;
      }
      if (row === null || to.outbox.get(row.id) !== null) continue;
      to.outbox.append(row);
      taken += 1;
    }
  });
  return taken;
}
