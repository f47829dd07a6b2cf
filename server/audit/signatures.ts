/** Finds and checks every signature that a body carries (TP8), with the public keys that the log itself holds. */
import { verify } from 'node:crypto';
import { z } from 'zod';
import { keyIdOf, PublicKey, signedBytes, Signed } from '#shared/protocol/signature.ts';
import { publicKeyOf } from './audit-key.ts';

export type KnownKey = {
  keyId: string;
  publicKey: string;
  /** Where in the log it was first met, and revoked. */
  from: number;
  revoked: number | null;
};
export type SignatureVerdict = 'valid' | 'INVALID' | 'key unknown' | 'key revoked before' | 'key not yet registered';
export type CheckedSignature = { purpose: Signed['purpose']; digest: string; /** Whether the body names the same digest. */ digestOfBody: boolean; person: SignatureVerdict; personKey: string; workstation: SignatureVerdict; workstationKey: string };

const WithKey = z.looseObject({ keyId: z.string(), publicKey: PublicKey });

function* within(value: unknown): Generator<unknown> {
  yield value;
  if (typeof value !== 'object' || value === null) return;
  for (const inner of Object.values(value)) yield* within(inner);
}

/** Every public key in a body whose id is its own: a key under another's id is none. */
export function keysIn(body: unknown): { keyId: string; publicKey: string }[] {
  return [...within(body)].flatMap((value) => {
    const found = WithKey.safeParse(value);
    return found.success && keyIdOf(Buffer.from(found.data.publicKey, 'base64')) === found.data.keyId ? [{ keyId: found.data.keyId, publicKey: found.data.publicKey }] : [];
  });
}

/** @param position of the event in the log */
export function checkSignatures(body: unknown, position: number, keys: ReadonlyMap<string, KnownKey>): CheckedSignature[] {
  const named = typeof body === 'object' && body !== null && 'digest' in body ? body.digest : undefined;
  return [...within(body)].flatMap((value) => {
    const parsed = Signed.safeParse(value);
    if (!parsed.success) return [];
    const { purpose, digest, personKey, personSignature, workstationKey, workstationSignature } = parsed.data;
    const judge = (keyId: string, signature: string): SignatureVerdict => verdictOf(keys.get(keyId), signedBytes(purpose, digest), signature, position);
    return [{ purpose, digest, digestOfBody: named === undefined || named === digest, person: judge(personKey, personSignature), personKey, workstation: judge(workstationKey, workstationSignature), workstationKey }];
  });
}

function verdictOf(known: KnownKey | undefined, bytes: Uint8Array, signature: string, position: number): SignatureVerdict {
  const key = known === undefined ? null : publicKeyOf(Buffer.from(known.publicKey, 'base64'));
  if (known === undefined || key === null) return 'key unknown';
  if (!verify(null, bytes, key, Buffer.from(signature, 'base64'))) return 'INVALID';
  if (known.from > position) return 'key not yet registered';
  return known.revoked !== null && known.revoked < position ? 'key revoked before' : 'valid';
}
