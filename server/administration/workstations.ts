import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Statement } from 'better-sqlite3';
import { z } from 'zod';
import type { AdministrationState, EnrolledWorkstation } from '#shared/administration/administration-schema.ts';
import type { Workstation } from '#shared/administration/change.ts';
import { Instant, Uuid7 } from '#shared/protocol/ids.ts';
import { keyIdOf, KeyId, PublicKey } from '#shared/protocol/signature.ts';
import { helloBytes, type EnrolmentAnswer, type EnrolmentRequest } from '#shared/protocol/wire.ts';
import type { Credentials } from '../people/credentials.ts';
import type { Administration } from './administration.ts';
import { isSignedBy } from './signatures.ts';

const Asked = z.object({ id: Uuid7, name: z.string(), site: z.string(), key_id: KeyId, public_key: PublicKey, secret: z.string(), asked_at: Instant });
type Asked = z.infer<typeof Asked>;

const CODE_HOURS = 24;
const MOST_WAITING = 100;
const WAITING_DAYS = 7;
const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
export const fingerprintOf = (keyId: string): string => (keyId.slice(0, 16).match(/.{4}/g) ?? []).join('-');

/**
 * Machines that asked to be enrolled, and the secret that seals each machine's key on its own disk (PR9). Whether a machine is
 * enrolled is in the log alone.
 */
export class Workstations {
  readonly #credentials: Credentials;
  readonly #administration: Administration;
  readonly #now: () => string;
  readonly #atOnce: boolean;
  readonly #askedBy: Statement<[string]>;

  /** @param atOnce the demo enrols whoever asks */
  constructor(credentials: Credentials, administration: Administration, now: () => string, atOnce: boolean) {
    this.#credentials = credentials;
    this.#administration = administration;
    this.#now = now;
    this.#atOnce = atOnce;
    credentials.db.exec(`create table if not exists enrolments (
      key_id text primary key, id text not null unique, name text not null, site text not null, public_key text not null, secret text not null, asked_at text not null
    ) strict;
    create table if not exists first_code (only_one integer primary key check (only_one = 1), hash blob not null, until text not null, used_by text) strict`);
    this.#askedBy = credentials.db.prepare('select * from enrolments where key_id = ?');
  }

  /** One code for the first machine (TP12): whoever founds the centre types it there, within a day, once. */
  firstCode(): string {
    const code = randomBytes(15).toString('base64url');
    const until = new Date(Date.parse(this.#now()) + CODE_HOURS * 3_600_000).toISOString();
    this.#credentials.db.prepare('insert or replace into first_code (only_one, hash, until, used_by) values (1, ?, ?, null)').run(hash(code), until);
    return code;
  }

  async ask(request: EnrolmentRequest): Promise<EnrolmentAnswer | { code: 'enrolment-code' | 'enrolment-full' }> {
    const keyId = keyIdOf(Buffer.from(request.publicKey, 'base64'));
    const known = this.#byKey(keyId);
    const id = known?.id ?? uuidv7();
    if (known === null) {
      // RB1: whoever can reach the door may ask; they must not fill the disk, nor push others off the list.
      this.#forgetOld();
      if (request.code === null && this.waiting().length >= MOST_WAITING) return { code: 'enrolment-full' };
      this.#credentials.db.prepare('insert into enrolments (key_id, id, name, site, public_key, secret, asked_at) values (?, ?, ?, ?, ?, ?, ?)')
        .run(keyId, id, request.name, request.site, request.publicKey, request.secret, this.#now());
    }
    const workstation: Workstation = { id, name: request.name, site: request.site, keyId, publicKey: request.publicKey };
    if (this.#enrolled(id) === undefined) {
      const how = this.#atOnce ? 'demo' as const : request.code !== null ? 'first machine' as const : null;
      if (how === 'first machine' && !this.#useCode(request.code ?? '', keyId)) return { code: 'enrolment-code' };
      if (how !== null) await this.#administration.record((state) => (state.workstations[id] === undefined ? [{ kind: 'workstation enrolled', body: { workstation, how } }] : []));
    }
    const enrolled = this.#enrolled(id);
    return { status: enrolled === undefined ? 'waiting' : enrolled.revokedAt === null ? 'enrolled' : 'revoked', workstation: id, fingerprint: fingerprintOf(keyId) };
  }

  /** Requests that are not enrolled, newest first. */
  waiting(): { workstation: Workstation; fingerprint: string; askedAt: string }[] {
    return this.#credentials.db.prepare('select * from enrolments order by asked_at desc limit 100').all().map((row) => Asked.parse(row))
      .filter((asked) => this.#enrolled(asked.id) === undefined)
      .map((asked) => ({ workstation: { id: asked.id, name: asked.name, site: asked.site, keyId: asked.key_id, publicKey: asked.public_key }, fingerprint: fingerprintOf(asked.key_id), askedAt: asked.asked_at }));
  }

  /** Why nobody may sign in there, or the machine's secret. */
  admit(id: string): { ok: true; secret: string } | { ok: false; code: 'workstation-not-enrolled' | 'workstation-revoked' } {
    const enrolled = this.#enrolled(id);
    const asked = enrolled === undefined ? null : this.#byKey(enrolled.keyId);
    if (enrolled === undefined || asked === null) return { ok: false, code: 'workstation-not-enrolled' };
    return enrolled.revokedAt === null ? { ok: true, secret: asked.secret } : { ok: false, code: 'workstation-revoked' };
  }

  /** Why nobody may go on working there, or null; asked with every message of a desktop that was admitted. */
  refusal(id: string): 'workstation-not-enrolled' | 'workstation-revoked' | null {
    const enrolled = this.#enrolled(id);
    if (enrolled === undefined) return 'workstation-not-enrolled';
    return enrolled.revokedAt === null ? null : 'workstation-revoked';
  }

  /** Whether the proof is this machine's signature over this token. */
  proves(id: string, token: string, proof: string): boolean {
    const enrolled = this.#enrolled(id);
    return enrolled !== undefined && enrolled.revokedAt === null && isSignedBy(enrolled.publicKey, helloBytes(token), proof);
  }

  #enrolled(id: string): EnrolledWorkstation | undefined {
    const { workstations }: AdministrationState = this.#administration.state;
    return workstations[id];
  }

  #byKey(keyId: string): Asked | null {
    const row = this.#askedBy.get(keyId);
    return row === undefined ? null : Asked.parse(row);
  }

  /** Requests of a week ago that nobody agreed to are made anew by who still wants it. */
  #forgetOld(): void {
    const before = new Date(Date.parse(this.#now()) - WAITING_DAYS * 86_400_000).toISOString();
    const rows = this.#credentials.db.prepare<[string], { key_id: string; id: string }>('select key_id, id from enrolments where asked_at < ?').all(before);
    for (const row of rows) if (this.#enrolled(row.id) === undefined) this.#credentials.db.prepare('delete from enrolments where key_id = ?').run(row.key_id);
  }

  /** Once: for one machine. The same one may ask again, so that a server that died before it was recorded makes it good. */
  #useCode(code: string, keyId: string): boolean {
    const row = this.#credentials.db.prepare<[], { hash: Buffer; until: string; used_by: string | null }>('select hash, until, used_by from first_code').get();
    if (row === undefined || row.until < this.#now() || !timingSafeEqual(row.hash, hash(code))) return false;
    if (row.used_by !== null) return row.used_by === keyId;
    this.#credentials.db.prepare('update first_code set used_by = ?').run(keyId);
    return true;
  }
}
