import { z } from 'zod';

/** Cost of one guess at the passphrase; kept beside the key, so that it can be raised later. */
export const KdfCost = z.strictObject({
  memoryKib: z.int().min(8).max(1_048_576),
  passes: z.int().min(1).max(20),
  lanes: z.int().min(1).max(16),
});
export type KdfCost = z.infer<typeof KdfCost>;

const Base64 = z.base64().max(400);
/** A key under a passphrase: argon2id, then AES-256-GCM. */
export const WrappedKey = z.strictObject({ kdf: z.literal('argon2id'), cost: KdfCost, salt: Base64, iv: Base64, sealed: Base64, tag: Base64 });
export type WrappedKey = z.infer<typeof WrappedKey>;
