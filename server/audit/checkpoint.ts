/**
 * A checkpoint (PR5): the heads of all partitions of the log at one moment, signed by the server's audit key and kept
 * outside the database. Each names the one before by its hash, so that none can be taken out between two others.
 */
import { hash, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { Hash, Instant, Uuid7 } from '#shared/protocol/ids.ts';
import { KeyId } from '#shared/protocol/signature.ts';
import { canonicalText } from '../log/canonical.ts';

/** What the first checkpoint names as the one before. */
export const NO_CHECKPOINT = '0'.repeat(64);
const PURPOSE = 'aidline/1/checkpoint\n';

/** A partition is named by its number; with SQLite there is number 0 alone. */
export const PartitionHead = z.strictObject({ partition: z.int().min(0), batch: z.int().min(0), position: z.int().min(0), link: Hash, epoch: Uuid7 });
const content = {
  /** From 1, without gaps. */
  sequence: z.int().min(1),
  at: Instant,
  heads: z.array(PartitionHead).min(1),
  /** SHA-256 of the text of the checkpoint before. */
  before: Hash,
  key: KeyId,
};
const Unsigned = z.strictObject(content);
export type UnsignedCheckpoint = z.infer<typeof Unsigned>;
export const SignedCheckpoint = z.strictObject({ ...content, signature: z.base64().length(88) });
export type SignedCheckpoint = z.infer<typeof SignedCheckpoint>;

const signedBytes = (checkpoint: UnsignedCheckpoint): Buffer => Buffer.concat([Buffer.from(PURPOSE), hash('sha256', canonicalText(checkpoint), 'buffer')]);

/** Ed25519 over `aidline/1/checkpoint\n` and the SHA-256 of the canonical content (RFC 8785, RFC 8032). @returns the text that is kept */
export function sealCheckpoint(checkpoint: UnsignedCheckpoint, key: KeyObject): string {
  return canonicalText({ ...checkpoint, signature: sign(null, signedBytes(checkpoint), key).toString('base64') });
}

/** What the checkpoint after it names. @param text as kept, without the line's end */
export const checkpointHash = (text: string): string => hash('sha256', text, 'hex');

/** @returns the checkpoint, or null where the text is not, byte for byte, one that this program wrote */
export function parseCheckpoint(text: string): SignedCheckpoint | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = SignedCheckpoint.safeParse(json);
  if (!parsed.success || canonicalText(parsed.data) !== text) return null;
  // Base64 has spare bits at its end: another text of the same signature is a changed text.
  const { signature } = parsed.data;
  return Buffer.from(signature, 'base64').toString('base64') === signature ? parsed.data : null;
}

export function isSignedBy(checkpoint: SignedCheckpoint, key: KeyObject): boolean {
  const { signature, ...unsigned } = checkpoint;
  return verify(null, signedBytes(unsigned), key, Buffer.from(signature, 'base64'));
}
