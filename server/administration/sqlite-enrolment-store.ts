import type { Database } from 'better-sqlite3';
import { z } from 'zod';
import { Instant, Uuid7 } from '#shared/protocol/ids.ts';
import { KeyId, PublicKey } from '#shared/protocol/signature.ts';
import type { AskedEnrolment, EnrolmentStore, FirstCode } from './enrolment-store.ts';

const Asked = z.object({ id: Uuid7, name: z.string(), site: z.string(), key_id: KeyId, public_key: PublicKey, secret: z.string(), asked_at: Instant })
  .transform(({ key_id: keyId, public_key: publicKey, asked_at: askedAt, ...rest }): AskedEnrolment => ({ ...rest, keyId, publicKey, askedAt }));

export class SqliteEnrolmentStore implements EnrolmentStore {
  readonly #db: Database;

  /** @param db the file of what is not in the log */
  constructor(db: Database) {
    this.#db = db;
    db.exec(`create table if not exists enrolments (
      key_id text primary key, id text not null unique, name text not null, site text not null, public_key text not null, secret text not null, asked_at text not null
    ) strict;
    create table if not exists first_code (only_one integer primary key check (only_one = 1), hash blob not null, until text not null, used_by text) strict`);
  }

  async byKey(keyId: string): Promise<AskedEnrolment | null> {
    const row = this.#db.prepare('select * from enrolments where key_id = ?').get(keyId);
    return row === undefined ? null : Asked.parse(row);
  }

  async add({ keyId, id, name, site, publicKey, secret, askedAt }: AskedEnrolment): Promise<void> {
    this.#db.prepare('insert into enrolments (key_id, id, name, site, public_key, secret, asked_at) values (?, ?, ?, ?, ?, ?, ?) on conflict (key_id) do nothing').run(keyId, id, name, site, publicKey, secret, askedAt);
  }

  async newest(limit: number): Promise<Omit<AskedEnrolment, 'secret'>[]> {
    return this.#db.prepare('select * from enrolments order by asked_at desc limit ?').all(limit).map((row) => Asked.parse(row)).map(({ secret: _secret, ...asked }) => asked);
  }

  async askedBefore(at: string): Promise<{ keyId: string; id: string }[]> {
    return this.#db.prepare<[string], { keyId: string; id: string }>('select key_id as keyId, id from enrolments where asked_at < ?').all(at);
  }

  async forget(keyIds: readonly string[]): Promise<void> {
    for (const keyId of keyIds) this.#db.prepare('delete from enrolments where key_id = ?').run(keyId);
  }

  async setFirstCode(hash: Uint8Array, until: string): Promise<void> {
    this.#db.prepare('insert or replace into first_code (only_one, hash, until, used_by) values (1, ?, ?, null)').run(hash, until);
  }

  async firstCode(): Promise<FirstCode | null> {
    return this.#db.prepare<[], FirstCode>('select hash, until, used_by as usedBy from first_code').get() ?? null;
  }

  async useFirstCode(hash: Uint8Array, keyId: string): Promise<boolean> {
    return this.#db.prepare('update first_code set used_by = @keyId where hash = @hash and (used_by is null or used_by = @keyId)').run({ hash, keyId }).changes === 1;
  }
}
