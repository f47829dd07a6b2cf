import type { Database } from 'better-sqlite3';
import { z } from 'zod';
import type { ReadConnections } from '../log/postgres/connections.ts';

const Row = z.object({ person: z.string(), workstation: z.string(), session: z.string(), content: z.string(), until: z.string() });
/** @property content of the session, which the store does not read; @property until it is of no use to anybody from then on */
export type ListedSession = z.infer<typeof Row>;

/** Sessions that may be going on, one of each person at each workstation: for all servers of a centre, and over their restarts. */
export interface SessionListStore {
  /** In place of the person's earlier one at that workstation; what is over at `now` is forgotten. */
  put(row: ListedSession, now: string): Promise<void>;
  of(person: string): Promise<ListedSession[]>;
  /** Where it is still this one. */
  remove(row: Pick<ListedSession, 'person' | 'workstation' | 'session'>): Promise<void>;
}

export class SqliteSessionListStore implements SessionListStore {
  readonly #db: Database;

  /** @param db the file of what is not in the log */
  constructor(db: Database) {
    this.#db = db;
    db.exec(`create table if not exists sessions (person text not null, workstation text not null, session text not null, content text not null, until text not null, primary key (person, workstation)) strict;
      create index if not exists sessions_by_until on sessions (until)`);
  }

  async put(row: ListedSession, now: string): Promise<void> {
    this.#db.transaction(() => {
      this.#db.prepare('delete from sessions where until <= ?').run(now);
      this.#db.prepare(`insert into sessions (person, workstation, session, content, until) values (@person, @workstation, @session, @content, @until)
        on conflict (person, workstation) do update set session = excluded.session, content = excluded.content, until = excluded.until`).run(row);
    }).immediate();
  }

  async of(person: string): Promise<ListedSession[]> {
    return this.#db.prepare('select person, workstation, session, content, until from sessions where person = ?').all(person).map((row) => Row.parse(row));
  }

  async remove({ person, workstation, session }: Parameters<SessionListStore['remove']>[0]): Promise<void> {
    this.#db.prepare('delete from sessions where person = ? and workstation = ? and session = ?').run(person, workstation, session);
  }
}

export class PostgresSessionListStore implements SessionListStore {
  readonly #connections: ReadConnections;

  constructor(connections: ReadConnections) {
    this.#connections = connections;
  }

  async put({ person, workstation, session, content, until }: ListedSession, now: string): Promise<void> {
    await this.#connections.transaction(async (client) => {
      // Rows that another server is deleting as well are left to it: two that wait for each other would wait for ever.
      await client.query('DELETE FROM sessions WHERE (person, workstation) IN (SELECT person, workstation FROM sessions WHERE until <= $1 FOR UPDATE SKIP LOCKED)', [now]);
      await client.query(
        `INSERT INTO sessions (person, workstation, session, content, until) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (person, workstation) DO UPDATE SET session = excluded.session, content = excluded.content, until = excluded.until`,
        [person, workstation, session, content, until],
      );
    });
  }

  of(person: string): Promise<ListedSession[]> {
    return this.#connections.rows<ListedSession>('sessions of a person', 'SELECT person, workstation, session, content, until FROM sessions WHERE person = $1', [person]);
  }

  async remove({ person, workstation, session }: Parameters<SessionListStore['remove']>[0]): Promise<void> {
    await this.#connections.rows('end of a listed session', 'DELETE FROM sessions WHERE person = $1 AND workstation = $2 AND session = $3', [person, workstation, session]);
  }
}
