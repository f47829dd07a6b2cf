import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { AdministrationState } from '#shared/administration/administration-schema.ts';
import type { SignatureFinding } from '#shared/case/context.ts';
import { signedBytes, type Signed } from '#shared/protocol/signature.ts';

/** An Ed25519 public key before its 32 bytes, as SubjectPublicKeyInfo has it (RFC 8410). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const keys = new Map<string, KeyObject>();
const KEEP = 10_000;

/** @param publicKey 32 bytes, base64 */
export function ed25519Key(publicKey: string): KeyObject {
  const known = keys.get(publicKey);
  if (known !== undefined) return known;
  const key = createPublicKey({ key: Buffer.concat([SPKI, Buffer.from(publicKey, 'base64')]), format: 'der', type: 'spki' });
  if (keys.size >= KEEP) keys.clear();
  keys.set(publicKey, key);
  return key;
}

/** RFC 8032; false for whatever is no signature, and for one in a base64 that another implementation would not read (RFC 4648, 3.5). */
export function isSignedBy(publicKey: string, bytes: Uint8Array, signature: string): boolean {
  const raw = Buffer.from(signature, 'base64');
  return raw.toString('base64') === signature && verify(null, bytes, ed25519Key(publicKey), raw);
}

/**
 * TP8: both signatures, by keys that are valid at receipt, whatever time the command claims: the person's own, and that of
 * the workstation whose session brought it.
 */
export function judgeSigned(state: AdministrationState, signed: Signed, person: string, workstationId: string): SignatureFinding {
  const key = state.people[person]?.keys.find((one) => one.keyId === signed.personKey);
  if (key === undefined) return { ok: false, code: 'tp8-key-unknown' };
  if (key.revokedAt !== null) return { ok: false, code: 'tp8-key-revoked' };
  const workstation = state.workstations[workstationId];
  if (workstation === undefined || workstation.revokedAt !== null || workstation.keyId !== signed.workstationKey) return { ok: false, code: 'tp8-workstation' };
  const bytes = signedBytes(signed.purpose, signed.digest);
  const right = isSignedBy(key.publicKey, bytes, signed.personSignature) && isSignedBy(workstation.publicKey, bytes, signed.workstationSignature);
  return right ? { ok: true, purpose: signed.purpose, digest: signed.digest } : { ok: false, code: 'tp8-unsigned' };
}
