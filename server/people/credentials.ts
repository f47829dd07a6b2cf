import Database from 'better-sqlite3';
import argon2 from 'argon2';
import { KeptKey } from '#shared/protocol/wire.ts';

/** OWASP's minimum for argon2id and a little more: 19 MiB, two passes. */
const HASHING = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const MAX_FAILURES = 5;
const LOCK_MINUTES = 15;
export const MIN_PASSPHRASE = 8;

export type CredentialCheck = { ok: true; mustChange: boolean } | { ok: false; code: 'wrong-password' | 'locked-out'; until?: string };

type Row = { password_hash: string; failures: number; locked_until: string | null; must_change: number };

/**
 * What proves who somebody is, in a file beside the log: password hashes, and the persons' own keys as their desks wrapped
 * them. Who there is and what they may do is in the log alone. Nothing here is ever logged.
 */
export class Credentials {
  readonly #db: Database.Database;

  /** @param file path, created where missing */
  constructor(file: string) {
    this.#db = new Database(file);
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = FULL');
    this.#db.pragma('secure_delete = ON');
    this.#db.exec(`create table if not exists credentials (
      person text primary key, password_hash text not null, failures integer not null default 0, locked_until text, must_change integer not null default 0
    ) strict;
    create table if not exists kept_keys (person text primary key, content text not null) strict`);
  }

  get db(): Database.Database {
    return this.#db;
  }

  /** Sets or replaces a password. Shorter than 8 is a bug of the caller. */
  async set(person: string, password: string, mustChange = false): Promise<void> {
    if (password.length < MIN_PASSPHRASE) throw new Error('a password has at least 8 characters');
    const hash = await argon2.hash(password, HASHING);
    this.#db.prepare(`insert into credentials (person, password_hash, must_change) values (?, ?, ?)
      on conflict (person) do update set password_hash = excluded.password_hash, must_change = excluded.must_change, failures = 0, locked_until = null`).run(person, hash, mustChange ? 1 : 0);
  }

  has(person: string): boolean {
    return this.#row(person) !== undefined;
  }

  /**
   * Checks a password; an unknown person takes as long as a wrong password. Five failures lock it for a quarter of an hour by
   * the server's clock (ASVS 6.3.1).
   */
  async check(person: string | null, password: string, now: string): Promise<CredentialCheck> {
    const row = person === null ? undefined : this.#row(person);
    if (row === undefined || person === null) {
      await argon2.hash(password, HASHING);
      return { ok: false, code: 'wrong-password' };
    }
    if (row.locked_until !== null && row.locked_until > now) return { ok: false, code: 'locked-out', until: row.locked_until };
    const right = await argon2.verify(row.password_hash, password);
    // Others may have guessed meanwhile: what counts is how the account stands now, or a hundred guesses at once were one.
    const then = this.#row(person) ?? row;
    if (then.locked_until !== null && then.locked_until > now) return { ok: false, code: 'locked-out', until: then.locked_until };
    if (!right) {
      const failures = then.failures + 1;
      const until = failures >= MAX_FAILURES ? new Date(Date.parse(now) + LOCK_MINUTES * 60_000).toISOString() : null;
      this.#db.prepare('update credentials set failures = ?, locked_until = ? where person = ?').run(until === null ? failures : 0, until, person);
      return until === null ? { ok: false, code: 'wrong-password' } : { ok: false, code: 'locked-out', until };
    }
    this.#db.prepare('update credentials set failures = 0, locked_until = null where person = ?').run(person);
    return { ok: true, mustChange: then.must_change === 1 };
  }

  /** The person's own key as their last desk wrapped it (TP8). */
  keptKey(person: string): KeptKey | null {
    const content = this.#db.prepare<[string], string>('select content from kept_keys where person = ?').pluck().get(person);
    return content === undefined ? null : KeptKey.parse(JSON.parse(content));
  }

  keepKey(person: string, key: KeptKey): void {
    this.#db.prepare('insert into kept_keys (person, content) values (?, ?) on conflict (person) do update set content = excluded.content').run(person, JSON.stringify(key));
  }

  forgetKey(person: string): void {
    this.#db.prepare('delete from kept_keys where person = ?').run(person);
  }

  close(): void {
    this.#db.close();
  }

  #row(person: string): Row | undefined {
    return this.#db.prepare<[string], Row>('select password_hash, failures, locked_until, must_change from credentials where person = ?').get(person);
  }
}
