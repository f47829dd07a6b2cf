import Database from 'better-sqlite3';
import argon2 from 'argon2';
import { z } from 'zod';
import { KeptKey } from '#shared/protocol/wire.ts';

/** OWASP's minimum for argon2id and a little more: 19 MiB, two passes. */
const HASHING = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const MAX_FAILURES = 5;
const LOCK_MINUTES = 15;
export const MIN_PASSPHRASE = 8;

export type CredentialCheck = { ok: true; mustChange: boolean; /** What was checked against: only that may be replaced by its owner. */ hash: string } | { ok: false; code: 'wrong-password' | 'locked-out' | 'passphrase-code-over'; until?: string };

/** A passphrase's code in two halves, as long as a half of it may be told: neither is kept, both follow from `secret` and the server's own key. */
export type StoredCode = { changeId: string; person: string; proposer: string; approver: string; secret: Uint8Array; until: string };
const CodeRow = z.object({ change_id: z.string(), person: z.string(), proposer: z.string(), approver: z.string(), secret: z.instanceof(Uint8Array), until: z.string() });

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
    create table if not exists carried_out (change_id text primary key, outcome text not null, at text not null) strict;
    create table if not exists codes (
      change_id text primary key, person text not null, proposer text not null, approver text not null, secret blob, until text not null, proposer_took integer not null default 0, approver_took integer not null default 0
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
    this.#put(person, hash, mustChange);
  }

  /**
   * Sets the code of two halves that an approved change gave, once for each change, in one transaction with what is kept of
   * it: a server that died in between does it again, one that died after does not. The key of before is of no use any more.
   *
   * @returns false where it was done before
   */
  async setByCode(code: StoredCode, password: string, at: string): Promise<boolean> {
    const hash = await argon2.hash(password, HASHING);
    return this.#db.transaction(() => {
      if (!this.carryOut(code.changeId, 'done', at)) return false;
      this.#db.prepare('update codes set secret = null where person = ?').run(code.person);
      this.#db.prepare('insert into codes (change_id, person, proposer, approver, secret, until) values (?, ?, ?, ?, ?, ?)').run(code.changeId, code.person, code.proposer, code.approver, code.secret, code.until);
      this.#put(code.person, hash, true);
      this.forgetKey(code.person);
      return true;
    }).immediate();
  }

  /** A person's own choice in place of what they have just proved; false where that was replaced meanwhile. */
  async replace(person: string, expectedHash: string, password: string): Promise<boolean> {
    const hash = await argon2.hash(password, HASHING);
    return this.#db.transaction(() => {
      if (this.#row(person)?.password_hash !== expectedHash) return false;
      this.#put(person, hash, false);
      this.#db.prepare('update codes set secret = null where person = ?').run(person);
      return true;
    }).immediate();
  }

  #put(person: string, hash: string, mustChange: boolean): void {
    this.#db.prepare(`insert into credentials (person, password_hash, must_change) values (?, ?, ?)
      on conflict (person) do update set password_hash = excluded.password_hash, must_change = excluded.must_change, failures = 0, locked_until = null`).run(person, hash, mustChange ? 1 : 0);
  }

  /** Notes that an approved change was carried out here, or that it could not be; false where that is noted already. */
  carryOut(changeId: string, outcome: string, at: string): boolean {
    return this.#db.prepare('insert or ignore into carried_out (change_id, outcome, at) values (?, ?, ?)').run(changeId, outcome, at).changes === 1;
  }

  isCarriedOut(changeId: string): boolean {
    return this.#db.prepare('select 1 from carried_out where change_id = ?').get(changeId) !== undefined;
  }

  /** Codes of which a half may still be told to this person. What is over is destroyed by looking. */
  codesFor(person: string, now: string): StoredCode[] {
    this.#db.prepare('update codes set secret = null where until <= ? and secret is not null').run(now);
    return this.#db.prepare(`select change_id, person, proposer, approver, secret, until from codes where secret is not null
      and ((proposer = ? and proposer_took = 0) or (approver = ? and approver_took = 0)) order by change_id`).all(person, person).map((row) => {
      const { change_id, secret, ...rest } = CodeRow.parse(row);
      return { changeId: change_id, secret, ...rest };
    });
  }

  /** A half was told; with the second one what it is made of goes as well. */
  took(changeId: string, side: 'proposer' | 'approver'): void {
    this.#db.transaction(() => {
      this.#db.prepare(`update codes set ${side}_took = 1 where change_id = ?`).run(changeId);
      this.#db.prepare('update codes set secret = null where change_id = ? and proposer_took = 1 and approver_took = 1').run(changeId);
    })();
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
    // A code of others that nobody made their own in time is none (ASVS 6.4.1).
    if (then.must_change === 1) {
      const until = this.#db.prepare<[string], string | null>('select max(until) from codes where person = ?').pluck().get(person) ?? null;
      if (until !== null && until <= now) return { ok: false, code: 'passphrase-code-over' };
    }
    return { ok: true, mustChange: then.must_change === 1, hash: then.password_hash };
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
