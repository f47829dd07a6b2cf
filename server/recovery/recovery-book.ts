import type { Database } from 'better-sqlite3';
import { z } from 'zod';

const Row = z.object({ since: z.string(), finished_at: z.string().nullable() });
const Pointer = z.object({ key: z.string(), customer: z.string() });
export type Pointer = z.infer<typeof Pointer>;

/**
 * How far the recovery of each epoch has come, in the file of what is not in the log: a server that dies in between begins
 * again where it has to. Where this file is lost, it begins anew; asking the bank twice is no harm.
 */
export class RecoveryBook {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
    db.exec(`create table if not exists recoveries (epoch text primary key, since text not null, finished_at text) strict;
      create table if not exists lost_bookings (key text primary key, customer text not null) strict`);
  }

  /** @returns since when keys are asked about, and whether it was finished; null where this epoch's has not begun */
  of(epoch: string): { since: string; finished: boolean } | null {
    const found = this.#db.prepare('select since, finished_at from recoveries where epoch = ?').get(epoch);
    if (found === undefined) return null;
    const row = Row.parse(found);
    return { since: row.since, finished: row.finished_at !== null };
  }

  begin(epoch: string, since: string): void {
    this.#db.prepare('insert into recoveries (epoch, since, finished_at) values (?, ?, null) on conflict (epoch) do nothing').run(epoch, since);
  }

  finish(epoch: string, at: string): void {
    this.#db.prepare('update recoveries set finished_at = ? where epoch = ?').run(at, epoch);
  }

  /** Where to look for a booking of a lost time; what holds is said by the customer's ledger alone. */
  point(key: string, customer: string): void {
    this.#db.prepare('insert into lost_bookings (key, customer) values (?, ?) on conflict (key) do nothing').run(key, customer);
  }

  pointers(): Pointer[] {
    return this.#db.prepare('select key, customer from lost_bookings order by key').all().map((row) => Pointer.parse(row));
  }

  forget(key: string): void {
    this.#db.prepare('delete from lost_bookings where key = ?').run(key);
  }
}
