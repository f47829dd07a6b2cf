import argon2 from 'argon2';
import { KeptKey } from '#shared/protocol/wire.ts';
import type { CredentialStore, OpenCode, Side, StoredCode } from './credential-store.ts';

/** OWASP's minimum for argon2id and a little more: 19 MiB, two passes. */
const HASHING = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const MAX_FAILURES = 5;
const LOCK_MINUTES = 15;
export const MIN_PASSPHRASE = 8;

export type CredentialCheck = { ok: true; mustChange: boolean; /** What was checked against: only that may be replaced by its owner. */ hash: string } | { ok: false; code: 'wrong-password' | 'locked-out' | 'passphrase-code-over'; until?: string };

/**
 * What proves who somebody is: passwords, and the persons' own keys as their desks wrapped them. Who there is and what they may
 * do is in the log alone. The store keeps hashes only, and sees no password.
 */
export class Credentials {
  readonly #store: CredentialStore;

  constructor(store: CredentialStore) {
    this.#store = store;
  }

  /** Sets or replaces a password. Shorter than 8 is a bug of the caller. */
  async set(person: string, password: string, mustChange = false): Promise<void> {
    if (password.length < MIN_PASSPHRASE) throw new Error('a password has at least 8 characters');
    await this.#store.put(person, await argon2.hash(password, HASHING), mustChange);
  }

  /** One password, hashed once, for all of these who have none: the demo's, which is nobody's secret. */
  async setFirst(people: readonly string[], password: string): Promise<void> {
    const hash = await argon2.hash(password, HASHING);
    for (const person of people) if (!(await this.has(person))) await this.#store.put(person, hash, false);
  }

  /**
   * Sets the code of two halves that an approved change gave, once for each change, in one transaction with what is kept of
   * it: a server that died in between does it again, one that died after does not. The key of before is of no use any more.
   *
   * @returns false where it was done before, here or at another server
   */
  async setByCode(code: StoredCode, password: string, at: string): Promise<boolean> {
    return this.#store.putByCode(code, await argon2.hash(password, HASHING), at);
  }

  /** A person's own choice in place of what they have just proved; false where that was replaced meanwhile. */
  async replace(person: string, expectedHash: string, password: string): Promise<boolean> {
    return this.#store.replace(person, expectedHash, await argon2.hash(password, HASHING));
  }

  /** Notes that an approved change was carried out here, or that it could not be; false where that is noted already. */
  carryOut(changeId: string, outcome: string, at: string): Promise<boolean> {
    return this.#store.carryOut(changeId, outcome, at);
  }

  isCarriedOut(changeId: string): Promise<boolean> {
    return this.#store.isCarriedOut(changeId);
  }

  /** Codes of which a half may still be told. */
  openCodes(now: string): Promise<OpenCode[]> {
    return this.#store.openCodes(now);
  }

  /** The half of this person, told once; null where it was told, is over, or is nobody's. */
  takeHalf(changeId: string, person: string, now: string): Promise<{ code: StoredCode; side: Side } | null> {
    return this.#store.takeHalf(changeId, person, now);
  }

  async has(person: string): Promise<boolean> {
    return (await this.#store.find(person)) !== null;
  }

  /**
   * Checks a password; an unknown person takes as long as a wrong password. Five failures, at whichever servers, lock it for a
   * quarter of an hour by the server's clock (ASVS 6.3.1).
   */
  async check(person: string | null, password: string, now: string): Promise<CredentialCheck> {
    const row = person === null ? null : await this.#store.find(person);
    if (row === null || person === null) {
      await argon2.hash(password, HASHING);
      return { ok: false, code: 'wrong-password' };
    }
    const isLocked = (until: string | null): until is string => until !== null && until > now;
    if (isLocked(row.lockedUntil)) return { ok: false, code: 'locked-out', until: row.lockedUntil };
    // Others may guess meanwhile: what counts is how the account stands afterwards, or a hundred guesses at once were one.
    if (!(await argon2.verify(row.hash, password))) {
      const until = await this.#store.failed(person, { now, most: MAX_FAILURES, until: new Date(Date.parse(now) + LOCK_MINUTES * 60_000).toISOString() });
      return until === null ? { ok: false, code: 'wrong-password' } : { ok: false, code: 'locked-out', until };
    }
    if (!(await this.#store.succeeded(person, row.hash, now))) {
      const then = (await this.#store.find(person))?.lockedUntil ?? null;
      // Not locked: it was replaced meanwhile, and what was right is the passphrase of before (TP12).
      return isLocked(then) ? { ok: false, code: 'locked-out', until: then } : { ok: false, code: 'wrong-password' };
    }
    // A code of others that nobody made their own in time is none (ASVS 6.4.1).
    if (row.mustChange && row.codeUntil !== null && row.codeUntil <= now) return { ok: false, code: 'passphrase-code-over' };
    return { ok: true, mustChange: row.mustChange, hash: row.hash };
  }

  /** As the store has it. */
  forgetKeyBy(changeId: string, person: string, at: string): Promise<boolean> {
    return this.#store.forgetKeyBy(changeId, person, at);
  }

  /** The person's own key as their last desk wrapped it (TP8). */
  async keptKey(person: string): Promise<KeptKey | null> {
    const content = await this.#store.keptKey(person);
    return content === null ? null : KeptKey.parse(JSON.parse(content));
  }

  keepKey(person: string, key: KeptKey): Promise<void> {
    return this.#store.keepKey(person, JSON.stringify(key));
  }
}
