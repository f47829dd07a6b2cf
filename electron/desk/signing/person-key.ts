import { randomBytes, type KeyObject } from 'node:crypto';
import { refuse } from '#shared/protocol/refusal.ts';
import { keyIdOf } from '#shared/protocol/signature.ts';
import type { KeptKey } from '#shared/protocol/wire.ts';
import type { KdfCost } from '#shared/protocol/wrapped-key.ts';
import { KEY_BYTES, unwrapKey, wrapKey, type HeadStart } from '../store/passphrase-key.ts';
import { privateKeyOf, publicKeyOf, signWith } from './ed25519.ts';
import type { Signer } from './signer.ts';

/** Bound into the wrapped key: it opens as this person's and nobody else's. */
const belongsTo = (personId: string): string => `person-key:${personId}`;

const keptOf = (publicKey: Buffer, wrapped: KeptKey['wrapped']): KeptKey => ({ keyId: keyIdOf(publicKey), publicKey: publicKey.toString('base64'), wrapped });

/** Makes a person's key; outside this process it exists only under the passphrase (TP8). */
export async function makePersonKey(personId: string, passphrase: string, cost: KdfCost): Promise<{ kept: KeptKey; opened: KeyObject }> {
  const seed = randomBytes(KEY_BYTES);
  const opened = privateKeyOf(seed);
  const wrapped = await wrapKey(seed, passphrase, belongsTo(personId), cost);
  seed.fill(0);
  return { kept: keptOf(publicKeyOf(opened), wrapped), opened };
}

async function seedOf(kept: KeptKey, personId: string, passphrase: string, ahead?: HeadStart): Promise<Buffer | null> {
  const seed = await unwrapKey(kept.wrapped, passphrase, belongsTo(personId), null, ahead);
  if (seed === null || seed.length !== KEY_BYTES) return null;
  // What is inside must be the key that it is called: a server that mixed two up must not have this desk sign by the wrong one.
  const publicKey = publicKeyOf(privateKeyOf(seed));
  return publicKey.toString('base64') === kept.publicKey && keyIdOf(publicKey) === kept.keyId ? seed : null;
}

/**
 * @param ahead of this passphrase, begun earlier
 * @returns null where the passphrase is another, or what is kept is damaged
 */
export async function openPersonKey(kept: KeptKey, personId: string, passphrase: string, ahead?: HeadStart): Promise<KeyObject | null> {
  const seed = await seedOf(kept, personId, passphrase, ahead);
  if (seed === null) return null;
  const opened = privateKeyOf(seed);
  seed.fill(0);
  return opened;
}

/** @returns the same key under another passphrase, or null where `old` does not open it */
export async function rewrapPersonKey(kept: KeptKey, personId: string, old: string, next: string, cost: KdfCost): Promise<KeptKey | null> {
  const seed = await seedOf(kept, personId, old);
  if (seed === null) return null;
  const wrapped = await wrapKey(seed, next, belongsTo(personId), cost);
  seed.fill(0);
  return { ...kept, wrapped };
}

/** A person's key in this process's memory for the length of a session: the first kind of signer. */
export class SoftwareSigner implements Signer {
  readonly #personId: string;
  readonly #opened: KeyObject;
  #kept: KeptKey;

  constructor(kept: KeptKey, personId: string, opened: KeyObject) {
    this.#kept = kept;
    this.#personId = personId;
    this.#opened = opened;
  }

  /** The same key, under the passphrase that opens it from now on. */
  rewrapped(kept: KeptKey): void {
    if (kept.keyId === this.#kept.keyId) this.#kept = kept;
  }

  get kept(): KeptKey {
    return this.#kept;
  }

  publicKey(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(Buffer.from(this.#kept.publicKey, 'base64')));
  }

  async sign(bytes: Uint8Array, unlock?: { passphrase: string }): ReturnType<Signer['sign']> {
    const key = unlock === undefined ? this.#opened : await openPersonKey(this.#kept, this.#personId, unlock.passphrase);
    return key === null ? { ok: false, ...refuse('wrong-passphrase') } : { ok: true, signature: signWith(key, bytes) };
  }
}
