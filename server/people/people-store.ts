import Database from 'better-sqlite3';
import argon2 from 'argon2';
import { Person } from '#shared/people/person.ts';

/** OWASP's minimum for argon2id and a little more: 19 MiB, two passes. */
const HASHING = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const MAX_FAILURES = 5;
const LOCK_MINUTES = 15;

export type PasswordCheck = { ok: true; person: Person } | { ok: false; code: 'wrong-password' | 'locked-out' | 'person-disabled'; until?: string };

type Row = { body: string; password_hash: string; failures: number; locked_until: string | null };

/** Persons and their password hashes, in a file beside the log. Nothing here is ever logged. */
export class PeopleStore {
  readonly #db: Database.Database;
  /** Everybody, read once: this process alone writes the file while it runs, and every message asks who somebody is. */
  #people: Map<string, Person> | null = null;

  /** @param file path, created where missing */
  constructor(file: string) {
    this.#db = new Database(file);
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = FULL');
    this.#db.exec(`create table if not exists persons (
      id text primary key, account text not null unique collate nocase, body text not null, password_hash text not null,
      failures integer not null default 0, locked_until text
    ) strict`);
  }

  /** Adds a person, or leaves the one of that account as they are. Passwords shorter than 8 are a bug of the caller. */
  async add(person: Person, password: string): Promise<void> {
    if (password.length < 8) throw new Error('a password has at least 8 characters');
    if (this.byAccount(person.account) !== null) return;
    const hash = await argon2.hash(password, HASHING);
    this.#db.prepare('insert into persons (id, account, body, password_hash) values (?, ?, ?, ?) on conflict do nothing').run(person.id, person.account, JSON.stringify(person), hash);
    this.#people = null;
  }

  byId(id: string): Person | null {
    return this.#everybody().get(id) ?? null;
  }

  byAccount(account: string): Person | null {
    return this.#read('select * from persons where account = ?', account)?.person ?? null;
  }

  all(): Person[] {
    return [...this.#everybody().values()];
  }

  #everybody(): Map<string, Person> {
    this.#people ??= new Map(this.#db.prepare<[], Row>('select * from persons order by id').all().map((row) => {
      const person = Person.parse(JSON.parse(row.body));
      return [person.id, person];
    }));
    return this.#people;
  }

  /** Replaces what is known of a person; the password stays. */
  update(person: Person): void {
    this.#db.prepare('update persons set body = ? where id = ?').run(JSON.stringify(person), person.id);
    this.#people = null;
  }

  /**
   * Checks a password; an unknown account takes as long as a wrong password. Five failures lock the account for a quarter
   * of an hour by the server's clock (ASVS 6.3.1).
   */
  async check(account: string, password: string, now: string): Promise<PasswordCheck> {
    const found = this.#read('select * from persons where account = ?', account);
    if (found === null) {
      await argon2.hash(password, HASHING);
      return { ok: false, code: 'wrong-password' };
    }
    const { row, person } = found;
    if (row.locked_until !== null && row.locked_until > now) return { ok: false, code: 'locked-out', until: row.locked_until };
    const right = await argon2.verify(row.password_hash, password);
    // Others may have guessed meanwhile: what counts is how the account stands now, or a hundred guesses at once were one.
    const then = this.#read('select * from persons where id = ?', person.id)?.row ?? row;
    if (then.locked_until !== null && then.locked_until > now) return { ok: false, code: 'locked-out', until: then.locked_until };
    if (!right) {
      const failures = then.failures + 1;
      const until = failures >= MAX_FAILURES ? new Date(Date.parse(now) + LOCK_MINUTES * 60_000).toISOString() : null;
      this.#db.prepare('update persons set failures = ?, locked_until = ? where id = ?').run(until === null ? failures : 0, until, person.id);
      return until === null ? { ok: false, code: 'wrong-password' } : { ok: false, code: 'locked-out', until };
    }
    this.#db.prepare('update persons set failures = 0, locked_until = null where id = ?').run(person.id);
    return person.active ? { ok: true, person } : { ok: false, code: 'person-disabled' };
  }

  close(): void {
    this.#db.close();
  }

  #read(sql: string, key: string): { row: Row; person: Person } | null {
    const row = this.#db.prepare<[string], Row>(sql).get(key);
    return row === undefined ? null : { row, person: Person.parse(JSON.parse(row.body)) };
  }
}
