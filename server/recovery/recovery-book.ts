import type { Database } from 'better-sqlite3';
import { z } from 'zod';
import type { ReadConnections } from '../log/postgres/connections.ts';

const Row = z.object({ since: z.string(), finished_at: z.string().nullable() });
const Pointer = z.object({ key: z.string(), customer: z.string() });
export type Pointer = z.infer<typeof Pointer>;

/**
 * How far the recovery of each epoch has come, beside the log: a server that dies in between begins again where it has to.
 * Where this is lost, it begins anew; asking the bank twice is no harm, and so is asking at two servers at once.
 */
export interface RecoveryBook {
  /** @returns since when keys are asked about, and whether it was finished; null where this epoch's has not begun */
  of(epoch: string): Promise<{ since: string; finished: boolean } | null>;
  begin(epoch: string, since: string): Promise<void>;
  finish(epoch: string, at: string): Promise<void>;
  /** Where to look for a booking of a lost time; what holds is said by the customer's ledger alone. */
  point(key: string, customer: string): Promise<void>;
  pointers(): Promise<Pointer[]>;
  forget(key: string): Promise<void>;
}

const rowOf = (found: unknown): { since: string; finished: boolean } | null => {
  if (found === undefined) return null;
  const { since, finished_at } = Row.parse(found);
  return { since, finished: finished_at !== null };
};

export class SqliteRecoveryBook implements RecoveryBook {
  readonly #db: Database;

  /** @param db the file of what is not in the log */
  constructor(db: Database) {
    this.#db = db;
    db.exec(`create table if not exists recoveries (epoch text primary key, since text not null, finished_at text) strict;
      create table if not exists lost_bookings (key text primary key, customer text not null) strict`);
  }

  async of(epoch: string): Promise<{ since: string; finished: boolean } | null> {
    return rowOf(this.#db.prepare('select since, finished_at from recoveries where epoch = ?').get(epoch));
  }

  async begin(epoch: string, since: string): Promise<void> {
    this.#db.prepare('insert into recoveries (epoch, since, finished_at) values (?, ?, null) on conflict (epoch) do nothing').run(epoch, since);
  }

  async finish(epoch: string, at: string): Promise<void> {
    this.#db.prepare('update recoveries set finished_at = ? where epoch = ?').run(at, epoch);
  }

  async point(key: string, customer: string): Promise<void> {
    this.#db.prepare('insert into lost_bookings (key, customer) values (?, ?) on conflict (key) do nothing').run(key, customer);
  }

  async pointers(): Promise<Pointer[]> {
    return this.#db.prepare('select key, customer from lost_bookings order by key').all().map((row) => Pointer.parse(row));
  }

  async forget(key: string): Promise<void> {
    this.#db.prepare('delete from lost_bookings where key = ?').run(key);
  }
}

export class PostgresRecoveryBook implements RecoveryBook {
  readonly #connections: ReadConnections;

  constructor(connections: ReadConnections) {
    this.#connections = connections;
  }

  async of(epoch: string): Promise<{ since: string; finished: boolean } | null> {
    return rowOf((await this.#connections.rows('recovery', 'SELECT since, finished_at FROM recoveries WHERE epoch = $1', [epoch]))[0]);
  }

  async begin(epoch: string, since: string): Promise<void> {
    await this.#connections.rows('begin recovery', 'INSERT INTO recoveries (epoch, since) VALUES ($1, $2) ON CONFLICT (epoch) DO NOTHING', [epoch, since]);
  }

  async finish(epoch: string, at: string): Promise<void> {
    await this.#connections.rows('finish recovery', 'UPDATE recoveries SET finished_at = $2 WHERE epoch = $1', [epoch, at]);
  }

  async point(key: string, customer: string): Promise<void> {
    await this.#connections.rows('point', 'INSERT INTO lost_bookings (key, customer) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING', [key, customer]);
  }

  async pointers(): Promise<Pointer[]> {
    return (await this.#connections.rows('pointers', 'SELECT key, customer FROM lost_bookings ORDER BY key', [])).map((row) => Pointer.parse(row));
  }

  async forget(key: string): Promise<void> {
    await this.#connections.rows('forget pointer', 'DELETE FROM lost_bookings WHERE key = $1', [key]);
  }
}
