/** Worked examples of keys and signatures (TP8, PR9): made by Node's Ed25519, to be checked by any other. */
import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { bytesToHex } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';
import { Change, changeDigest } from '#shared/administration/change.ts';
import { keyIdOf, signedBytes, Signed, SignaturePurpose, SignedHandOver, SignedSessionEnd } from '#shared/protocol/signature.ts';
import { helloBytes, KeptKey } from '#shared/protocol/wire.ts';

const BEFORE_SEED = '302e020100300506032b657004220420';
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

function keyOf(seed: string): { opened: KeyObject; publicKey: Uint8Array } {
  const opened = createPrivateKey({ key: Buffer.from(BEFORE_SEED + seed, 'hex'), format: 'der', type: 'pkcs8' });
  return { opened, publicKey: new Uint8Array(createPublicKey(opened).export({ format: 'der', type: 'spki' }).subarray(-32)) };
}

/** RFC 8032, 7.1, tests 1 and 2: anybody can see that nothing is hidden in them. */
const seeds = {
  person: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
  workstation: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
};
const person = keyOf(seeds.person);
const workstation = keyOf(seeds.workstation);

const keyCase = (holder: string, seed: string, publicKey: Uint8Array) => ({ holder, seed, publicKey: base64(publicKey), keyId: keyIdOf(publicKey) });

function signedCase(purpose: SignaturePurpose, digest: string) {
  const bytes = signedBytes(purpose, digest);
  const signed = (purpose === 'hand-over' ? SignedHandOver : purpose === 'end-session' ? SignedSessionEnd : Signed).parse({
    purpose, digest, personKey: keyIdOf(person.publicKey), personSignature: base64(sign(null, bytes, person.opened)),
    workstationKey: keyIdOf(workstation.publicKey), workstationSignature: base64(sign(null, bytes, workstation.opened)),
  });
  return { bytes: bytesToHex(bytes), signed };
}

function helloCase(token: string) {
  const bytes = helloBytes(token);
  return { token, bytes: bytesToHex(bytes), workstationKey: keyIdOf(workstation.publicKey), proof: base64(sign(null, bytes, workstation.opened)) };
}

function changeCase(of: { changeId: string; proposer: string; change: Change }) {
  return { ...of, canonical: canonicalize(of) ?? '', digest: changeDigest(of) };
}

const PERSON = '01930000-0000-7000-8000-000000000003';
const change = {
  changeId: '01930000-0000-7000-8000-000000000031', proposer: PERSON,
  change: Change.parse({ kind: 'erase customer', customerId: 'customer-1', reason: '保留期已满 / retention is over' }),
};

/**
 * Made once, with salt and nonce fixed and a cost that is far too small for use; that the program opens it is a test of the
 * desk. The passphrase is written with a combining accent: it is normalised (NFC) before it is used.
 */
const wrapped = {
  passphrase: '骑马过cafe\u0301', belongsTo: `person-key:${PERSON}`, seed: seeds.person,
  kept: KeptKey.parse({
    keyId: keyIdOf(person.publicKey), publicKey: base64(person.publicKey),
    wrapped: {
      kdf: 'argon2id', cost: { memoryKib: 64, passes: 2, lanes: 1 }, salt: 'AAECAwQFBgcICQoLDA0ODw==', iv: 'EBESExQVFhcYGRob',
      sealed: '6C4KzwI42Zvf4ou70H0vT9QQxriYHStP3XNz3ybRPl8=', tag: 'gGSruDlyF/juXs5XCohuTA==',
    },
  }),
  derivedKey: '70541d000772b136c6fb96ed8cc109b01803d848a6a5d9742cfbf95a3aee53be',
};

/** @param digest of the payload that the examples are signed for */
export const signatureVectors = (digest: string) => ({
  keys: [keyCase('person', seeds.person, person.publicKey), keyCase('workstation', seeds.workstation, workstation.publicKey)],
  signatures: [...SignaturePurpose.options.map((purpose) => signedCase(purpose, digest)), signedCase('order', changeDigest(change))],
  hello: [helloCase('eyJhbGciOiJFZERTQSJ9.e30.no-real-token')],
  changeDigest: [changeCase(change)],
  wrappedKeys: [wrapped],
});
