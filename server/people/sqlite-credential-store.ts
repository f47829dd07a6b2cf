import type { Database } from 'better-sqlite3';
import { z } from 'zod';
import type { CredentialStore, OpenCode, Side, StoredCode, StoredCredential } from './credential-store.ts';

const Row = z.object({ password_hash: z.string(), locked_until: z.string().nullable(), must_change: z.int(), code_until: z.string().nullable() });
const CodeRow = z.object({
  change_id: z.string(), person: z.string(), proposer: z.string(), approver: z.string(), secret: z.instanceof(Uint8Array), until: z.string(), proposer_took: z.int(), approver_took: z.int(),
});

/** Each method does all of its work before it first waits, so none comes between another's. */
export class SqliteCredentialStore implements CredentialStore {
  readonly #db: Database;

  /** @param db the file of what is not in the log */
  constructor(db: Database) {
    this.#db = db;
    db.exec(`create table if not exists credentials (
      person text primary key, password_hash text not null, failures integer not null default 0, locked_until text, must_change integer not null default 0
    ) strict;
    create table if not exists carried_out (change_id text primary key, outcome text not null, at text not null) strict;
    create table if not exists codes (
      change_id text primary key, person text not null, proposer text not null, approver text not null, secret blob, until text not null, proposer_took integer not null default 0, approver_took integer not null default 0
    ) strict;
    create table if not exists kept_keys (person text primary key, content text not null) strict`);
  }

  async find(person: string): Promise<StoredCredential | null> {
    const found = this.#db.prepare('select password_hash, locked_until, must_change, (select max(until) from codes where codes.person = credentials.person) as code_until from credentials where person = ?').get(person);
    if (found === undefined) return null;
    const { password_hash: hash, locked_until: lockedUntil, must_change, code_until: codeUntil } = Row.parse(found);
    return { hash, lockedUntil, mustChange: must_change === 1, codeUntil };
  }

  async put(person: string, hash: string, mustChange: boolean): Promise<void> {
    this.#put(person, hash, mustChange);
  }

  #put(person: string, hash: string, mustChange: boolean): void {
    this.#db.prepare(`insert into credentials (person, password_hash, must_change) values (?, ?, ?)
      on conflict (person) do update set password_hash = excluded.password_hash, must_change = excluded.must_change, failures = 0, locked_until = null`).run(person, hash, mustChange ? 1 : 0);
  }

  async replace(person: string, expected: string, hash: string): Promise<boolean> {
    return this.#db.transaction(() => {
      const { changes } = this.#db.prepare('update credentials set password_hash = ?, must_change = 0, failures = 0, locked_until = null where person = ? and password_hash = ?').run(hash, person, expected);
      if (changes === 1) this.#db.prepare('update codes set secret = null where person = ?').run(person);
      return changes === 1;
    }).immediate();
  }

  async failed(person: string, { now, most, until }: Parameters<CredentialStore['failed']>[1]): Promise<string | null> {
    return this.#db.prepare<unknown[], string | null>(`update credentials set
        failures = case when locked_until > @now then failures when failures + 1 >= @most then 0 else failures + 1 end,
        locked_until = case when locked_until > @now then locked_until when failures + 1 >= @most then @until end
      where person = @person returning locked_until`).pluck().get({ person, now, most, until }) ?? null;
  }

  async succeeded(person: string, hash: string, now: string): Promise<boolean> {
    return this.#db.prepare('update credentials set failures = 0, locked_until = null where person = ? and password_hash = ? and (locked_until is null or locked_until <= ?)').run(person, hash, now).changes === 1;
  }

  async putByCode({ changeId, person, proposer, approver, secret, until }: StoredCode, hash: string, at: string): Promise<boolean> {
    return this.#db.transaction(() => {
      if (!this.#carryOut(changeId, 'done', at)) return false;
      this.#db.prepare('update codes set secret = null where person = ?').run(person);
      this.#db.prepare('insert into codes (change_id, person, proposer, approver, secret, until) values (?, ?, ?, ?, ?, ?)').run(changeId, person, proposer, approver, secret, until);
      this.#put(person, hash, true);
      this.#db.prepare('delete from kept_keys where person = ?').run(person);
      return true;
    }).immediate();
  }

  async forgetKeyBy(changeId: string, person: string, at: string): Promise<boolean> {
    return this.#db.transaction(() => {
      if (!this.#carryOut(changeId, 'done', at)) return false;
      this.#db.prepare('delete from kept_keys where person = ?').run(person);
      return true;
    }).immediate();
  }

  async openCodes(now: string): Promise<OpenCode[]> {
    this.#db.prepare('update codes set secret = null where until <= ? and secret is not null').run(now);
    return this.#db.prepare('select * from codes where secret is not null order by change_id').all().map((row) => {
      const { change_id: changeId, proposer, approver, proposer_took, approver_took } = CodeRow.parse(row);
      return { changeId, proposer, approver, untold: [...(proposer_took === 0 ? ['proposer' as const] : []), ...(approver_took === 0 ? ['approver' as const] : [])] };
    });
  }

  async takeHalf(changeId: string, person: string, now: string): Promise<{ code: StoredCode; side: Side } | null> {
    return this.#db.transaction(() => {
      const found = this.#db.prepare('select * from codes where change_id = ? and secret is not null and until > ?').get(changeId, now);
      if (found === undefined) return null;
      const { change_id: _id, proposer_took, approver_took, ...code } = CodeRow.parse(found);
      const side = code.proposer === person && proposer_took === 0 ? 'proposer' : code.approver === person && approver_took === 0 ? 'approver' : null;
      if (side === null) return null;
      this.#db.prepare(`update codes set ${side}_took = 1 where change_id = ?`).run(changeId);
      this.#db.prepare('update codes set secret = null where change_id = ? and proposer_took = 1 and approver_took = 1').run(changeId);
      return { code: { changeId, ...code }, side } as const;
    }).immediate();
  }

  async carryOut(changeId: string, outcome: string, at: string): Promise<boolean> {
    return this.#carryOut(changeId, outcome, at);
  }

  #carryOut(changeId: string, outcome: string, at: string): boolean {
    return this.#db.prepare('insert or ignore into carried_out (change_id, outcome, at) values (?, ?, ?)').run(changeId, outcome, at).changes === 1;
  }

  async isCarriedOut(changeId: string): Promise<boolean> {
    return this.#db.prepare('select 1 from carried_out where change_id = ?').get(changeId) !== undefined;
  }

  async keptKey(person: string): Promise<string | null> {
    return this.#db.prepare<[string], string>('select content from kept_keys where person = ?').pluck().get(person) ?? null;
  }

  async keepKey(person: string, content: string): Promise<void> {
    this.#db.prepare('insert into kept_keys (person, content) values (?, ?) on conflict (person) do update set content = excluded.content').run(person, content);
  }
}
