import type { Refusal } from '#shared/protocol/refusal.ts';

/** What opens the key for one signature: typed by the person for that very act, kept nowhere. */
export type Unlock = { passphrase: string };

export type SignatureMade = { ok: true; signature: Uint8Array } | { ok: false; refusal: Refusal };

/**
 * Whatever holds an Ed25519 key: a seed in this process, or a token or card that never lets its key out. Both calls may
 * take as long as a device and a finger on it take.
 */
export type Signer = {
  /** 32 bytes. */
  publicKey(): Promise<Uint8Array>;
  /**
   * @param bytes what is signed, as it is (RFC 8032, no hash before)
   * @param unlock where the passphrase has to be typed for this signature; without it, as the session opened the key
   * @returns 64 bytes, or why not (`key-lost`, `wrong-passphrase`)
   */
  sign(bytes: Uint8Array, unlock?: Unlock): Promise<SignatureMade>;
};
