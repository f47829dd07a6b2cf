/** The centre's own Ed25519 key, for checkpoints alone, kept as PKCS #8: all of its servers sign with the same. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { keyIdOf } from '#shared/protocol/signature.ts';

/** Raw 32 bytes of an Ed25519 public key stand at the end of its DER form. */
const RAW_BYTES = 32;

export const rawPublicKey = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' }).subarray(-RAW_BYTES);
export const publicKeyId = (key: KeyObject): string => keyIdOf(rawPublicKey(key));
const spkiHead = Buffer.from('302a300506032b6570032100', 'hex');

/** @param raw 32 bytes @returns null where they are no key */
export function publicKeyOf(raw: Uint8Array): KeyObject | null {
  if (raw.length !== RAW_BYTES) return null;
  try {
    return createPublicKey({ key: Buffer.concat([spkiHead, raw]), format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}

export const publicKeyText = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

/** @returns null where the text is not exactly the PEM form of an Ed25519 public key */
export function parsePublicKeyText(text: string): KeyObject | null {
  try {
    const key = createPublicKey(text);
    return key.asymmetricKeyType === 'ed25519' && publicKeyText(key) === text ? key : null;
  } catch {
    return null;
  }
}

export type AuditKey = { privateKey: KeyObject; publicKey: KeyObject; id: string };

function withId(privateKey: KeyObject): AuditKey {
  const publicKey = createPublicKey(privateKey);
  return { privateKey, publicKey, id: publicKeyId(publicKey) };
}

export const makeAuditKey = (): AuditKey => withId(generateKeyPairSync('ed25519').privateKey);

/** @throws Error where the bytes are no such key: they are never written over */
export function parseAuditKey(pem: Uint8Array): AuditKey {
  const privateKey = createPrivateKey(Buffer.from(pem));
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('what is kept as the key of checkpoints is no Ed25519 key');
  return withId(privateKey);
}

export const auditKeyText = ({ privateKey }: AuditKey): Buffer => Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
