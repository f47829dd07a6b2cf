import { z } from 'zod';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';
import { Hash } from './ids.ts';

/** What a signature stands for (TP8): a maker's self-check, an approval, an order, a hand-over at one screen (OF1), the end of a session of one's own; one never passes for another. */
export const SignaturePurpose = z.enum(['tick', 'approval', 'order', 'hand-over', 'end-session']);
export type SignaturePurpose = z.infer<typeof SignaturePurpose>;

/** An Ed25519 public key: its 32 bytes, base64. */
export const PublicKey = z.base64().length(44);
/** A key by the SHA-256 of its 32 bytes. */
export const KeyId = Hash;
const SignatureBytes = z.base64().length(88);

const signatures = {
  /** What was signed for: the digest of the payload, or of the change. */
  digest: Hash,
  personKey: KeyId,
  personSignature: SignatureBytes,
  workstationKey: KeyId,
  workstationSignature: SignatureBytes,
};
const signedOf = (purpose: z.ZodType<SignaturePurpose>) => z.strictObject({ purpose, ...signatures });
/** One act of one person at one workstation: two Ed25519 signatures over the same bytes (RFC 8032). */
export const Signed = signedOf(SignaturePurpose.exclude(['hand-over', 'end-session']));
/** … for a hand-over at one screen; apart, because what carries the others was released without it (SY7). */
export const SignedHandOver = signedOf(z.literal('hand-over'));
/** … and for the end of another session of the person's own. */
export const SignedSessionEnd = signedOf(z.literal('end-session'));
export type Signed = z.infer<typeof Signed>;

/**
 * The bytes that are signed (TP8): `aidline/1/<purpose>\n` in UTF-8, then the 32 bytes of the digest.
 *
 * @param digest SHA-256, 64 lower-case hex digits
 */
export const signedBytes = (purpose: SignaturePurpose, digest: string): Uint8Array => concatBytes(utf8ToBytes(`aidline/1/${purpose}\n`), hexToBytes(digest));

/** @param publicKey 32 bytes; @returns its id */
export const keyIdOf = (publicKey: Uint8Array): string => bytesToHex(sha256(publicKey));

/** SHA-256, lower-case hex, over the RFC 8785 canonical JSON of a value. */
export function digestOfJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('a value without JSON form has no digest');
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** What is signed to end another session of one's own. */
export const endOwnSessionDigest = ({ person, session }: { person: string; session: string }): string => digestOfJson({ person, session });
