import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import argon2 from 'argon2';
import type { KdfCost, WrappedKey } from '#shared/protocol/wrapped-key.ts';

/** RFC 9106's second recommendation: 64 MiB, three passes. */
export const USUAL_COST: KdfCost = { memoryKib: 65_536, passes: 3, lanes: 4 };

export const KEY_BYTES = 32;

/** Both are needed where there is a share: the passphrase without the machine opens nothing, nor the machine without it. */
async function derive(stretching: Promise<Buffer>, share: Buffer | null): Promise<Buffer> {
  const stretched = await stretching;
  if (share === null) return stretched;
  const under = Buffer.from(hkdfSync('sha256', stretched, share, 'aidline/desk-key/2', KEY_BYTES));
  stretched.fill(0);
  return under;
}

const stretch = (passphrase: string, salt: Buffer, cost: KdfCost): Promise<Buffer> =>
  argon2.hash(passphrase.normalize('NFC'), {
    raw: true,
    type: argon2.argon2id,
    hashLength: KEY_BYTES,
    salt,
    memoryCost: cost.memoryKib,
    timeCost: cost.passes,
    parallelism: cost.lanes,
  });

/**
 * A passphrase that is being stretched for one wrapping before it may be asked whether it is right: the part that takes long,
 * and tells nobody anything. Good for one opening.
 */
export class HeadStart {
  readonly #salt: string;
  #stretching: Promise<Buffer> | null;

  constructor(wrapped: WrappedKey, passphrase: string) {
    this.#salt = wrapped.salt;
    this.#stretching = stretch(passphrase, Buffer.from(wrapped.salt, 'base64'), wrapped.cost);
    // Whoever takes it hears of it.
    this.#stretching.catch(() => {});
  }

  /** @returns null where it is another wrapping's, or was taken */
  take(wrapped: WrappedKey): Promise<Buffer> | null {
    if (wrapped.salt !== this.#salt) return null;
    const stretching = this.#stretching;
    this.#stretching = null;
    return stretching;
  }

  /** Where nobody took it, it leaves memory as soon as it is there. */
  drop(): void {
    void this.#stretching?.then((stretched) => stretched.fill(0), () => {});
    this.#stretching = null;
  }
}

/**
 * PR1: the database key leaves memory only wrapped under the passphrase (argon2id, then AES-256-GCM).
 * @param key 32 random bytes
 * @param belongsTo bound in, so that a wrapped key cannot be moved to another profile
 * @param share what the operating system's key store keeps, where there is a real one
 */
export async function wrapKey(key: Buffer, passphrase: string, belongsTo: string, cost: KdfCost, share: Buffer | null = null): Promise<WrappedKey> {
  const salt = randomBytes(16);
  const iv = randomBytes(12);
  const under = await derive(stretch(passphrase, salt, cost), share);
  const cipher = createCipheriv('aes-256-gcm', under, iv);
  cipher.setAAD(Buffer.from(belongsTo));
  const sealed = Buffer.concat([cipher.update(key), cipher.final()]);
  under.fill(0);
  const text = (bytes: Buffer): string => bytes.toString('base64');
  return { kdf: 'argon2id', cost, salt: text(salt), iv: text(iv), sealed: text(sealed), tag: text(cipher.getAuthTag()) };
}

/**
 * @param ahead of this passphrase, begun earlier
 * @returns the key, or null where passphrase or share is wrong (the seal does not tell that from tampering).
 */
export async function unwrapKey(wrapped: WrappedKey, passphrase: string, belongsTo: string, share: Buffer | null = null, ahead?: HeadStart): Promise<Buffer | null> {
  const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
  const under = await derive(ahead?.take(wrapped) ?? stretch(passphrase, bytes(wrapped.salt), wrapped.cost), share);
  try {
    const decipher = createDecipheriv('aes-256-gcm', under, bytes(wrapped.iv), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(belongsTo));
    decipher.setAuthTag(bytes(wrapped.tag));
    return Buffer.concat([decipher.update(bytes(wrapped.sealed)), decipher.final()]);
  } catch {
    return null;
  } finally {
    under.fill(0);
  }
}
