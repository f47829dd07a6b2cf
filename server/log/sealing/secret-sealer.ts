/**
 * Seals the few secrets that a centre keeps in its database beside the log: under a data key of their own, which the ring key
 * wraps like every other. So a dump opens none of them, and a rotation of the ring takes them along. No customer is ever tied
 * to that key, so no erasure destroys it.
 */
import { LogFailure, logError } from '../log-errors.ts';
import { decrypt, encrypt } from './aes-gcm.ts';
import type { DataKeys } from './data-keys.ts';
import type { Slot } from './key-store.ts';

/** Of a stream that nobody writes. */
const SLOT: Slot = 'stream:centre:secrets';

export type SealedSecret = { /** Id of the data key. */ sealedWith: string; sealed: Buffer };
const bound = (name: string, key: string): string => `aidline secret\0${name}\0${key}`;

export class SecretSealer {
  readonly #keys: DataKeys;

  constructor(keys: DataKeys) {
    this.#keys = keys;
  }

  /** @param name authenticated with it: put in another's place it does not open @throws LogFailure */
  async seal(name: string, plain: Uint8Array): Promise<SealedSecret> {
    const key = (await this.#keys.sealing(new Set([SLOT]), [])).get(SLOT);
    if (key === undefined) throw new Error('a key was asked for and not made');
    return { sealedWith: key.id, sealed: encrypt(key.secret, plain, bound(name, key.id)) };
  }

  /** @throws LogFailure `ring-refused` for bytes that were changed, or are another's; `keys-lost` */
  async open(name: string, { sealedWith, sealed }: SealedSecret): Promise<Buffer> {
    const key = (await this.#keys.opening(new Set([sealedWith]))).get(sealedWith) ?? null;
    const plain = key === null ? null : decrypt(key.secret, sealed, bound(name, sealedWith));
    if (plain === null) throw new LogFailure(logError('ring-refused', '', `the secret ${name} under data key ${sealedWith}`));
    return plain;
  }
}
