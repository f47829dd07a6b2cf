import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';

/** A private key is its 32-byte seed (RFC 8032); this is all that PKCS #8 (RFC 8410) puts before it. */
const BEFORE_SEED = Buffer.from('302e020100300506032b657004220420', 'hex');
const SEED_BYTES = 32;
/** The public key is the last 32 bytes of its SPKI form. */
const PUBLIC_BYTES = 32;

/** @param seed 32 bytes; the caller clears them @throws on another length */
export function privateKeyOf(seed: Buffer): KeyObject {
  if (seed.length !== SEED_BYTES) throw new Error('a seed has 32 bytes');
  const encoded = Buffer.concat([BEFORE_SEED, seed]);
  try {
    return createPrivateKey({ key: encoded, format: 'der', type: 'pkcs8' });
  } finally {
    encoded.fill(0);
  }
}

/** @returns 32 bytes */
export const publicKeyOf = (key: KeyObject): Buffer => createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-PUBLIC_BYTES);

/** @returns 64 bytes */
export const signWith = (key: KeyObject, bytes: Uint8Array): Buffer => sign(null, bytes, key);
