import { createCipheriv, createPublicKey, createSecretKey, diffieHellman, generateKeyPairSync, hkdfSync, type KeyObject } from 'node:crypto';
import type { OuterCommand } from '#shared/protocol/command.ts';
import { certificateBytes, rowHead, rowText, SPOOL_INFO, spoolSessionId, type SealedRow, type SpoolCertificate, type SpoolKey, type SpoolSession } from '#shared/protocol/spool.ts';
import { publicKeyOf, signWith } from '../signing/ed25519.ts';

/** An X25519 public key before its 32 bytes, as SubjectPublicKeyInfo has it (RFC 8410). */
const BEFORE_PUBLIC = Buffer.from('302a300506032b656e032100', 'hex');
const PUBLIC_BYTES = 32;
const NONCE_BYTES = 12;

export type Sealer = {
  readonly id: string;
  /** What the server needs to open and to believe this session's rows. */
  readonly session: SpoolSession;
  /** Not signed yet. @param at when the command was made @param after the command before it in its case, if this desktop has it */
  seal(outer: OuterCommand, at: string, after: string | null): SealedRow;
  /** The session's signature of a row. */
  sign(row: SealedRow): string;
};

/** Signs the certificate with the person's key and the workstation's, whichever are there. */
export type Certify = (bytes: Uint8Array) => Promise<Pick<SpoolSession, 'person' | 'workstation'>>;

/**
 * Begins a session of sealing (SY10): one half of the exchange with the server's key is made here and kept nowhere, so that
 * this machine cannot open again what it sealed; a key of the session signs each row, and the person's and the
 * workstation's keys vouch for the session.
 *
 * @param from when the session began, by the corrected clock
 */
export async function makeSealer(spoolKey: SpoolKey, who: Pick<SpoolCertificate, 'person' | 'workstation' | 'desktop'>, from: string, certify: Certify): Promise<Sealer> {
  const own = generateKeyPairSync('x25519');
  const ephemeral = own.publicKey.export({ format: 'der', type: 'spki' }).subarray(-PUBLIC_BYTES);
  const signer = generateKeyPairSync('ed25519').privateKey;
  const certificate: SpoolCertificate = {
    ...who, spoolKey: spoolKey.keyId, ephemeral: ephemeral.toString('base64'), sessionKey: publicKeyOf(signer).toString('base64'), from,
  };
  const key = sharedKey(own.privateKey, ephemeral, Buffer.from(spoolKey.publicKey, 'base64'));
  const id = spoolSessionId(certificate);
  const session: SpoolSession = { certificate, ...(await certify(certificateBytes(id))) };
  let sealedRows = 0;
  return {
    id, session,
    seal: (outer, at, after) => {
      const { inner, ...head } = outer;
      const row = { id: outer.id, session: id, at, incarnation: outer.incarnation, number: outer.number };
      // Counted: the key is of this session alone, so no nonce comes twice under it.
      const nonce = Buffer.alloc(NONCE_BYTES);
      nonce.writeUIntBE((sealedRows += 1), NONCE_BYTES - 6, 6);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      cipher.setAAD(Buffer.from(rowHead(row)));
      const sealed = Buffer.concat([nonce, cipher.update(`${JSON.stringify({ ...head, after })}\n${inner}`, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
      return { ...row, sealed, signature: null };
    },
    sign: (row) => signWith(signer, Buffer.from(rowText(row))).toString('base64'),
  };
}

function sharedKey(own: KeyObject, ephemeral: Buffer, server: Buffer): KeyObject {
  const publicKey = createPublicKey({ key: Buffer.concat([BEFORE_PUBLIC, server]), format: 'der', type: 'spki' });
  const secret = diffieHellman({ privateKey: own, publicKey });
  const key = Buffer.from(hkdfSync('sha256', secret, Buffer.concat([ephemeral, server]), SPOOL_INFO, 32));
  secret.fill(0);
  try {
    return createSecretKey(key);
  } finally {
    key.fill(0);
  }
}
