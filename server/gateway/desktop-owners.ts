import type { Database } from 'better-sqlite3';
import type { ReadConnections } from '../log/postgres/connections.ts';

/**
 * Whose a desktop is: the person's who first came with it, at whichever server. Numbers are counted by desktop (SY2), and a
 * desktop's id is in every call it took: whoever came under a colleague's could take their numbers, and their work would be
 * refused (RB1).
 */
export interface DesktopOwners {
  /** @returns whether the desktop is this person's, now and from now on */
  claim(desktop: string, person: string): Promise<boolean>;
}

export class SqliteDesktopOwners implements DesktopOwners {
  readonly #claim: (desktop: string, person: string) => void;
  readonly #ownerOf: (desktop: string) => string | undefined;

  /** @param db the file of what is not in the log */
  constructor(db: Database) {
    db.exec('create table if not exists desktops (desktop text primary key, person text not null) strict');
    const claim = db.prepare('insert into desktops (desktop, person) values (?, ?) on conflict (desktop) do nothing');
    const owner = db.prepare<[string], string>('select person from desktops where desktop = ?').pluck();
    this.#claim = (desktop, person) => void claim.run(desktop, person);
    this.#ownerOf = (desktop) => owner.get(desktop);
  }

  async claim(desktop: string, person: string): Promise<boolean> {
    // Asked first: nobody who only comes back waits for a write.
    const owner = this.#ownerOf(desktop);
    if (owner !== undefined) return owner === person;
    this.#claim(desktop, person);
    return this.#ownerOf(desktop) === person;
  }
}

export class PostgresDesktopOwners implements DesktopOwners {
  readonly #connections: ReadConnections;

  constructor(connections: ReadConnections) {
    this.#connections = connections;
  }

  async claim(desktop: string, person: string): Promise<boolean> {
    const owner = (await this.#ownerOf(desktop)) ?? (await this.#first(desktop, person)) ?? (await this.#ownerOf(desktop));
    return owner === person;
  }

  async #ownerOf(desktop: string): Promise<string | undefined> {
    return (await this.#connections.rows<{ person: string }>('owner of a desktop', 'SELECT person FROM desktops WHERE desktop = $1', [desktop]))[0]?.person;
  }

  /** Nothing where another server was first. */
  async #first(desktop: string, person: string): Promise<string | undefined> {
    return (await this.#connections.rows<{ person: string }>('own a desktop', 'INSERT INTO desktops (desktop, person) VALUES ($1, $2) ON CONFLICT (desktop) DO NOTHING RETURNING person', [desktop, person]))[0]?.person;
  }
}
