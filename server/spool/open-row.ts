import { createDecipheriv, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { Uuid7 } from '#shared/protocol/ids.ts';
import { certificateBytes, rowHead, rowText, spoolSessionId, type SealedRow, type SpoolCertificate, type SpoolSession } from '#shared/protocol/spool.ts';
import { OuterCommand } from '#shared/protocol/command.ts';
import type { AdministrationState } from '#shared/administration/administration-schema.ts';
import { isSignedBy } from '../administration/signatures.ts';
import type { SpoolKeys } from './spool-keys.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Who stands behind a session, by keys as they are now: `revoked` was once valid, `no` never proved anything. */
export type Proof = 'valid' | 'revoked' | 'no';
export type OpenedSession = { id: string; certificate: SpoolCertificate; person: Proof; workstation: Proof; key: KeyObject | 'unknown' };

/** A base64 text that another implementation would not read stands for nothing (RFC 4648, 3.5). */
const isCanonical = (text: string): boolean => Buffer.from(text, 'base64').toString('base64') === text;

/**
 * Checks whose session it is and finds the key to its rows. Signatures first: whoever has none costs no more than that (RB1).
 *
 * @returns null where nobody that this centre knows signed for it
 */
export function openSession(state: AdministrationState, keys: SpoolKeys, session: SpoolSession): OpenedSession | null {
  const { certificate } = session;
  const id = spoolSessionId(certificate);
  const bytes = certificateBytes(id);
  const personKey = state.people[certificate.person]?.keys.find((one) => one.keyId === session.person?.key);
  const machine = certificate.workstation === null ? undefined : state.workstations[certificate.workstation];
  const proofOf = (key: { publicKey: string; revokedAt: string | null } | undefined, signature: string | undefined): Proof =>
    key === undefined || signature === undefined || !isSignedBy(key.publicKey, bytes, signature) ? 'no' : key.revokedAt === null ? 'valid' : 'revoked';
  const person = proofOf(personKey, session.person?.signature);
  const workstation = proofOf(machine?.keyId === session.workstation?.key ? machine : undefined, session.workstation?.signature);
  if (state.people[certificate.person] === undefined || (person === 'no' && workstation === 'no')) return null;
  if (!isCanonical(certificate.ephemeral) || !isCanonical(certificate.sessionKey)) return null;
  if (!keys.knows(certificate.spoolKey)) return { id, certificate, person, workstation, key: 'unknown' };
  const key = keys.sharedKey(certificate.spoolKey, certificate.ephemeral);
  return key === null ? null : { id, certificate, person, workstation, key };
}

export type OpenedRow = { outer: OuterCommand; /** The command before it in its desktop's row for the case; null where the desktop had none any more. */ after: string | null };
const After = z.object({ after: Uuid7.nullable() });

/** @returns the command as its desktop would have pushed it, or null for a row that was changed, or is not of this session */
export function openRow(session: OpenedSession, row: SealedRow): OpenedRow | null {
  const { certificate, key } = session;
  if (key === 'unknown' || row.session !== session.id) return null;
  // Without one the seal alone vouches: its key follows from the half that the certificate names, which that session alone has.
  if (row.signature !== null && !isSignedBy(certificate.sessionKey, Buffer.from(rowText(row)), row.signature)) return null;
  const plain = decrypt(key, row);
  const cut = plain?.indexOf('\n') ?? -1;
  if (plain === null || cut < 0) return null;
  let head: unknown;
  try {
    head = JSON.parse(plain.toString('utf8', 0, cut));
  } catch {
    return null;
  }
  const before = After.safeParse(head);
  if (!before.success || typeof head !== 'object') return null;
  const { after: _after, ...rest } = head as Record<string, unknown>;
  const outer = OuterCommand.safeParse({ ...rest, inner: plain.toString('utf8', cut + 1) });
  if (!outer.success) return null;
  const { id, desktop, incarnation, number } = outer.data;
  return id === row.id && desktop === certificate.desktop && incarnation === row.incarnation && number === row.number ? { outer: outer.data, after: before.data.after } : null;
}

function decrypt(key: KeyObject, row: SealedRow): Buffer | null {
  const bytes = Buffer.from(row.sealed, 'base64');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(rowHead(row)));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}
