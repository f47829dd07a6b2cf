/** Finds and checks every signature that a body carries (TP8), with the public keys that the log itself holds. */
import { verify } from 'node:crypto';
import { signedBytes, Signed } from '#shared/protocol/signature.ts';
import { publicKeyOf } from './audit-key.ts';

export type KnownKey = {
  keyId: string;
  publicKey: string;
  /** The person or the workstation that it was registered or enrolled for. */
  owner: string;
  /** Where in the log it came into force, and was revoked. */
  from: number;
  revoked: number | null;
};
export type SignatureVerdict = 'valid' | 'INVALID' | 'key unknown' | 'key revoked before' | 'key not yet registered' | 'key of another';
export type CheckedSignature = { purpose: Signed['purpose']; digest: string; /** Whether the body names the same digest. */ digestOfBody: boolean; person: SignatureVerdict; personKey: string; workstation: SignatureVerdict; workstationKey: string };

function* within(value: unknown, field = ''): Generator<{ field: string; value: unknown }> {
  yield { field, value };
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) yield* within(inner, name);
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Whose signature a field is to hold: that of whoever did it, but where two people sign at one screen (OF1, OF2). */
function signerOf(field: string, body: unknown, actor: string | null): string | null {
  const named = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  if (field === 'approval') return text(named['reviewer']) ?? text(named['by']) ?? actor;
  return field === 'successor' ? (text(named['to']) ?? actor) : actor;
}

/**
 * @param position of the event in the log
 * @param actor who the envelope says did it: nobody signs for another, and no machine for a person. What the server did on an
 * order that it had kept (OF2) has neither; there the key is one that somebody has
 */
export function checkSignatures(body: unknown, position: number, keys: ReadonlyMap<string, KnownKey>, actor: { person: string | null; workstation: string | null }): CheckedSignature[] {
  const named = typeof body === 'object' && body !== null && 'digest' in body ? body.digest : undefined;
  return [...within(body)].flatMap(({ field, value }) => {
    const parsed = Signed.safeParse(value);
    if (!parsed.success) return [];
    const { purpose, digest, personKey, personSignature, workstationKey, workstationSignature } = parsed.data;
    const judge = (keyId: string, owner: string | null, signature: string): SignatureVerdict => verdictOf(keys.get(keyId), owner, signedBytes(purpose, digest), signature, position);
    return [{ purpose, digest, digestOfBody: named === undefined || named === digest, person: judge(personKey, signerOf(field, body, actor.person), personSignature), personKey, workstation: judge(workstationKey, actor.workstation, workstationSignature), workstationKey }];
  });
}

function verdictOf(known: KnownKey | undefined, owner: string | null, bytes: Uint8Array, signature: string, position: number): SignatureVerdict {
  const key = known === undefined ? null : publicKeyOf(Buffer.from(known.publicKey, 'base64'));
  if (known === undefined || key === null) return 'key unknown';
  if (!verify(null, bytes, key, Buffer.from(signature, 'base64'))) return 'INVALID';
  if (owner !== null && known.owner !== owner) return 'key of another';
  if (known.from > position) return 'key not yet registered';
  return known.revoked !== null && known.revoked < position ? 'key revoked before' : 'valid';
}
