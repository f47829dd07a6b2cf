import { createHash, hash as digest, randomBytes, timingSafeEqual } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { AdministrationState, EnrolledWorkstation } from '#shared/administration/administration-schema.ts';
import type { Workstation } from '#shared/administration/change.ts';
import { keyIdOf } from '#shared/protocol/signature.ts';
import { helloBytes, type EnrolmentAnswer, type EnrolmentRequest } from '#shared/protocol/wire.ts';
import type { Administration } from './administration.ts';
import type { EnrolmentStore } from './enrolment-store.ts';
import { isSignedBy } from './signatures.ts';

const CODE_HOURS = 24;
const MOST_WAITING = 100;
const WAITING_DAYS = 7;
/** Proofs that were found right: some megabytes. */
const REMEMBERED = 20_000;
const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
export const fingerprintOf = (keyId: string): string => (keyId.slice(0, 16).match(/.{4}/g) ?? []).join('-');

/**
 * Machines that asked to be enrolled, and the secret that seals each machine's key on its own disk (PR9). Whether a machine is
 * enrolled is in the log alone.
 */
export class Workstations {
  readonly #store: EnrolmentStore;
  readonly #administration: Administration;
  readonly #now: () => string;
  readonly #atOnce: boolean;
  readonly #proven = new Set<string>();

  /** @param atOnce the demo enrols whoever asks */
  constructor(store: EnrolmentStore, administration: Administration, now: () => string, atOnce: boolean) {
    this.#store = store;
    this.#administration = administration;
    this.#now = now;
    this.#atOnce = atOnce;
  }

  /** One code for the first machine (TP12): whoever founds the centre types it there, within a day, once. */
  async firstCode(): Promise<string> {
    const code = randomBytes(15).toString('base64url');
    await this.#store.setFirstCode(hash(code), new Date(Date.parse(this.#now()) + CODE_HOURS * 3_600_000).toISOString());
    return code;
  }

  async ask(request: EnrolmentRequest): Promise<EnrolmentAnswer | { code: 'enrolment-code' | 'enrolment-full' }> {
    const keyId = keyIdOf(Buffer.from(request.publicKey, 'base64'));
    let known = await this.#store.byKey(keyId);
    if (known === null) {
      // RB1: whoever can reach the door may ask; they must not fill the disk, nor push others off the list.
      await this.#forgetOld();
      if (request.code === null && (await this.waiting()).length >= MOST_WAITING) return { code: 'enrolment-full' };
      const { name, site, publicKey, secret } = request;
      await this.#store.add({ keyId, id: uuidv7(), name, site, publicKey, secret, askedAt: this.#now() });
      // Another server may have been asked the same by the same machine.
      known = await this.#store.byKey(keyId);
    }
    if (known === null) return { code: 'enrolment-full' };
    const { id } = known;
    const workstation: Workstation = { id, name: request.name, site: request.site, keyId, publicKey: request.publicKey };
    if (this.#enrolled(id) === undefined) {
      const how = this.#atOnce ? 'demo' as const : request.code !== null ? 'first machine' as const : null;
      if (how === 'first machine' && !(await this.#useCode(request.code ?? '', keyId))) return { code: 'enrolment-code' };
      if (how !== null) await this.#administration.record((state) => (state.workstations[id] === undefined ? [{ kind: 'workstation enrolled', body: { workstation, how } }] : []));
    }
    const enrolled = this.#enrolled(id);
    return { status: enrolled === undefined ? 'waiting' : enrolled.revokedAt === null ? 'enrolled' : 'revoked', workstation: id, fingerprint: fingerprintOf(keyId) };
  }

  /** Requests that are not enrolled, newest first. */
  async waiting(): Promise<{ workstation: Workstation; fingerprint: string; askedAt: string }[]> {
    return (await this.#store.newest(MOST_WAITING)).filter((asked) => this.#enrolled(asked.id) === undefined)
      .map(({ id, name, site, keyId, publicKey, askedAt }) => ({ workstation: { id, name, site, keyId, publicKey }, fingerprint: fingerprintOf(keyId), askedAt }));
  }

  /** Why nobody may sign in there, or be there any more. */
  admit(id: string): { ok: true } | { ok: false; code: 'workstation-not-enrolled' | 'workstation-revoked' } {
    const enrolled = this.#enrolled(id);
    if (enrolled === undefined) return { ok: false, code: 'workstation-not-enrolled' };
    return enrolled.revokedAt === null ? { ok: true } : { ok: false, code: 'workstation-revoked' };
  }

  /** The enrolled machine's own; null where it never asked here, or a restore has lost it: it has to ask anew. */
  async secretOf(id: string): Promise<string | null> {
    const enrolled = this.#enrolled(id);
    return enrolled === undefined ? null : ((await this.#store.byKey(enrolled.keyId))?.secret ?? null);
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
    if (enrolled === undefined || enrolled.revokedAt !== null) return false;
    // A desktop that comes again brings the same: key, token and signature together are right once and for all.
    const seen = digest('sha256', `${enrolled.publicKey} ${proof} ${token}`, 'base64');
    if (this.#proven.has(seen)) return true;
    if (!isSignedBy(enrolled.publicKey, helloBytes(token), proof)) return false;
    if (this.#proven.size >= REMEMBERED) this.#proven.clear();
    this.#proven.add(seen);
    return true;
  }

  #enrolled(id: string): EnrolledWorkstation | undefined {
    const { workstations }: AdministrationState = this.#administration.state;
    return workstations[id];
  }

  /** Requests of a week ago that nobody agreed to are made anew by who still wants it. */
  async #forgetOld(): Promise<void> {
    const old = await this.#store.askedBefore(new Date(Date.parse(this.#now()) - WAITING_DAYS * 86_400_000).toISOString());
    await this.#store.forget(old.filter(({ id }) => this.#enrolled(id) === undefined).map(({ keyId }) => keyId));
  }

  /** Once: for one machine. The same one may ask again, so that a server that died before it was recorded makes it good. */
  async #useCode(code: string, keyId: string): Promise<boolean> {
    const first = await this.#store.firstCode();
    if (first === null || first.until < this.#now() || !timingSafeEqual(first.hash, hash(code))) return false;
    return this.#store.useFirstCode(first.hash, keyId);
  }
}
