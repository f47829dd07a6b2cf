import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { OperationKind } from '#shared/operation/payload.ts';
import type { Person } from '#shared/people/person.ts';
import type { Role } from '#shared/people/roles.ts';
import { keyIdOf } from '#shared/protocol/signature.ts';
import type { Signer } from '../../../electron/desk/signing/signer.ts';

/** Ids of what is there from the beginning. */
export const fixedId = (n: number): string => `01950000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

export type Key = { privateKey: KeyObject; raw: Buffer; publicKey: string; keyId: string };

/** Seeds, so that the same seed signs the same: PKCS#8 of RFC 8410 before the 32 bytes. */
function keyFrom(name: string): Key {
  const seed = createHash('sha256').update(`chaos ${name}`).digest();
  const privateKey = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' });
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  return { privateKey, raw, publicKey: raw.toString('base64'), keyId: keyIdOf(raw) };
}

/** Signs at once: a key store that asks a thread would answer in an order that is not the seed's. */
export const signerOf = (key: Key): Signer => ({
  publicKey: async () => key.raw,
  sign: async (bytes) => ({ ok: true, signature: sign(null, bytes, key.privateKey) }),
});

const upTo = (fen: number): Person['entitlements'] => ({ reviewLimitFen: Object.fromEntries(OperationKind.options.map((kind) => [kind, fen])) });
const someone = (n: number, account: string, role: Role, more: Partial<Person> = {}): Person => ({
  id: fixedId(n), human: fixedId(n), account, name: account, no: String(n), role, team: 'A', skills: [], entitlements: { reviewLimitFen: {} }, relatedCustomers: [], active: true, since: '2026-01-01T00:00:00.000Z', ...more,
});

export const AGENT = someone(1, 'agent', 'agent');
export const COLLEAGUE = someone(2, 'colleague', 'agent');
export const MENTOR = someone(3, 'mentor', 'mentor', { entitlements: upTo(100_000_000) });
export const LEAD = someone(4, 'lead', 'lead', { entitlements: upTo(200_000_000) });
export const CAST: readonly Person[] = [AGENT, COLLEAGUE, MENTOR, LEAD, someone(11, 'admin', 'admin'), someone(12, 'other-admin', 'admin')];
const KEYS = new Map(CAST.map((person) => [person.id, keyFrom(person.account)]));

export const keyOf = (person: string): Key => {
  const key = KEYS.get(person);
  if (key === undefined) throw new Error('a person without a key');
  return key;
};

export const SERVER = 'https://centre.example';

export type Machine = { id: string; name: string; key: Key };
/** Enrolled workstations. */
export const MACHINES: readonly Machine[] = Array.from({ length: 6 }, (_none, index) => ({ id: fixedId(100 + index), name: `machine ${index + 1}`, key: keyFrom(`machine ${index + 1}`) }));

export const CUSTOMERS = ['c-1', 'c-2', 'c-3', 'c-4'] as const;
