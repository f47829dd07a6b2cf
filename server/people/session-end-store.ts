import type { Database } from 'better-sqlite3';
import { z } from 'zod';
import type { ReadConnections } from '../log/postgres/connections.ts';

const Row = z.object({ key: z.string(), at: z.string() });
export type StoredEnd = z.infer<typeof Row>;
/** What is good once, and until when it has to be remembered for that; `now` by the same clock. */
export type Once = { name: string; until: string; now: string };
/** @property at when; what ended before `forget` is not kept any more */
export type EndTimes = { at: string; forget: string };

/** Ends of sessions, and what of single sign-on was used: for all servers of a centre, and over their restarts. */
export interface SessionEndStore {
  /**
   * Notes all of the ends, or none.
   * @param once they count once: of two servers that are told the same, one notes it
   * @returns false where it was used before, and nothing was noted
   */
  end(keys: readonly string[], times: EndTimes, once?: Once): Promise<boolean>;
  /** @returns whether this is the first time; an answer that is lost counts as used */
  use(once: Once): Promise<boolean>;
  /**
   * What was noted since, whichever server noted it; some of it may be told again.
   * @param mark as the last answer had it; null: from the beginning
   */
  notedSince(mark: string | null): Promise<{ ends: StoredEnd[]; mark: string | null }>;
}

export class SqliteSessionEndStore implements SessionEndStore {
  readonly #db: Database;

  /** @param db the file of what is not in the log */
  constructor(db: Database) {
    this.#db = db;
    db.exec(`create table if not exists session_ends (key text primary key, at text not null) strict;
      create table if not exists used_once (name text primary key, until text not null) strict`);
  }

  async end(keys: readonly string[], { at, forget }: EndTimes, once?: Once): Promise<boolean> {
    return this.#db.transaction(() => {
      if (once !== undefined && !this.#use(once)) return false;
      this.#db.prepare('delete from session_ends where at < ?').run(forget);
      const note = this.#db.prepare('insert into session_ends (key, at) values (?, ?) on conflict (key) do update set at = max(at, excluded.at)');
      for (const key of keys) note.run(key, at);
      return true;
    }).immediate();
  }

  async use(once: Once): Promise<boolean> {
    return this.#db.transaction(() => this.#use(once)).immediate();
  }

  #use({ name, until, now }: Once): boolean {
    this.#db.prepare('delete from used_once where until < ?').run(now);
    return this.#db.prepare('insert into used_once (name, until) values (?, ?) on conflict (name) do nothing').run(name, until).changes === 1;
  }

  async notedSince(): Promise<{ ends: StoredEnd[]; mark: null }> {
    return { ends: this.#db.prepare('select key, at from session_ends').all().map((row) => Row.parse(row)), mark: null };
  }
}

export class PostgresSessionEndStore implements SessionEndStore {
  readonly #connections: ReadConnections;

  constructor(connections: ReadConnections) {
    this.#connections = connections;
  }

  async end(keys: readonly string[], { at, forget }: EndTimes, once?: Once): Promise<boolean> {
    return this.#connections.transaction(async (client) => {
      if (once !== undefined) {
        const { rowCount } = await client.query(USE, [once.name, once.until, once.now]);
        if (rowCount !== 1) return false;
      }
      await client.query('DELETE FROM session_ends WHERE at < $1', [forget]);
      // In the order of the keys: of two servers that note the same ones, none waits for the other in a circle.
      await client.query(
        `INSERT INTO session_ends (key, at) SELECT key, $2 FROM unnest($1::text[]) AS one (key)
         ON CONFLICT (key) DO UPDATE SET at = greatest(session_ends.at, excluded.at), noted_at = excluded.noted_at`,
        [[...keys].sort(), at],
      );
      return true;
    });
  }

  async use({ name, until, now }: Once): Promise<boolean> {
    return (await this.#connections.rows('use once', USE, [name, until, now])).length === 1;
  }

  /** By the database's clock, so that servers need not agree; a commit may be seen after a later one, but not a minute after it. */
  async notedSince(mark: string | null): Promise<{ ends: StoredEnd[]; mark: string | null }> {
    const rows = await this.#connections.rows<StoredEnd & { notedAt: string }>(
      'ends of sessions', `SELECT key, at, noted_at::text AS "notedAt" FROM session_ends WHERE $1::timestamptz IS NULL OR noted_at > $1::timestamptz - interval '1 minute' ORDER BY noted_at`, [mark],
    );
    return { ends: rows.map(({ key, at }) => ({ key, at })), mark: rows.at(-1)?.notedAt ?? mark };
  }
}

const USE = `WITH old AS (DELETE FROM used_once WHERE until < $3 AND name <> $1)
  INSERT INTO used_once (name, until) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING RETURNING name`;
