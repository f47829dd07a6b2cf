/**
 * Unsent work that outlives its author's session (SY10). Each outbox row is also kept in a spool of the workstation: sealed
 * to the server's public key, signed by a key of the session, with a certificate of that session signed by the person's key
 * and the workstation's. Whoever signs in next hands it over with `POST /spool`, which needs no session of the author.
 *
 * Nothing but ids, numbers and times can be read in a row; the bytes that are signed and bound are told here, so that a
 * second implementation can make and check them.
 */
import { z } from 'zod';
import { concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { Hash, Instant, PersonId, Uuid7 } from './ids.ts';
import { digestOfJson, KeyId, PublicKey } from './signature.ts';

export const MAX_SPOOL_ROWS = 100;
/** Of one request's rows; a single row always fits. */
export const MAX_SPOOL_BYTES = 700_000;

/** The server's X25519 key that rows are sealed to; told at sign-in. */
export const SpoolKey = z.strictObject({ keyId: KeyId, publicKey: PublicKey });
export type SpoolKey = z.infer<typeof SpoolKey>;

/** What a session says of itself before it seals anything. Ids and times only: it lies on the disk as it is. */
export const SpoolCertificate = z.strictObject({
  person: PersonId,
  /** As it is enrolled; null where its key is gone. */
  workstation: Uuid7.nullable(),
  desktop: Uuid7,
  /** The server's key that the rows of this session are sealed to. */
  spoolKey: KeyId,
  /** The session's half of the sealing: X25519. */
  ephemeral: PublicKey,
  /** What signs its rows: Ed25519. */
  sessionKey: PublicKey,
  from: Instant,
});
export type SpoolCertificate = z.infer<typeof SpoolCertificate>;

const OneSignature = z.strictObject({ key: KeyId, signature: z.base64().length(88) });
/** A certificate with whichever of the two signatures could be made: a person's key may be lost, a machine's too. */
export const SpoolSession = z.strictObject({ certificate: SpoolCertificate, person: OneSignature.nullable(), workstation: OneSignature.nullable() });
export type SpoolSession = z.infer<typeof SpoolSession>;

/** A session is named by the digest of its certificate. */
export const spoolSessionId = (certificate: SpoolCertificate): string => digestOfJson(certificate);

/** What the person's key and the workstation's sign: `aidline/1/spool-session\n`, then the 32 bytes of the digest. */
export const certificateBytes = (sessionId: string): Uint8Array => concatBytes(utf8ToBytes('aidline/1/spool-session\n'), hexToBytes(sessionId));

/**
 * One unsent command. What it is about is inside `sealed`: the outer part without `inner` and, as `after`, the id of its desktop's
 * command before it in that case (null where the desktop has none any more), as JSON; a line feed; `inner`. Its number may be
 * written again when commands are renumbered; what `after` says stays true.
 */
export const SealedRow = z.strictObject({
  /** The command's. */
  id: Uuid7,
  session: Hash,
  at: Instant,
  incarnation: z.int().min(1),
  number: z.int().min(1),
  /** Nonce (12 bytes) ‖ ciphertext ‖ tag (16 bytes). */
  sealed: z.base64().max(200_000),
  /**
   * By the session's key, a moment after the row is on the disk; null where the power went in between. Such a row proves itself
   * all the same: nobody but the certified session and the server has the key that it is sealed under.
   */
  signature: z.base64().length(88).nullable(),
  /**
   * SY9: its author has read that it was refused. Where a restored log has lost that, it is refused again, never decided anew.
   * Signed by nobody: a workstation that says so wrongly could as well have kept the row back.
   */
  refused: z.literal(true).optional(),
});
export type SealedRow = z.infer<typeof SealedRow>;

/** Bound into the sealing of a row: a row under another id, session or number does not open. */
export const rowHead = ({ id, session, at, incarnation, number }: Omit<SealedRow, 'sealed' | 'signature' | 'refused'>): string =>
  `aidline/1/spool-row\n${id}\n${session}\n${at}\n${incarnation}\n${number}\n`;

/** What the session's key signs of a row: its head, then `sealed` as it is written. */
export const rowText = (row: Omit<SealedRow, 'signature' | 'refused'>): string => `${rowHead(row)}${row.sealed}`;

/** `info` of HKDF-SHA-256 over the shared secret; the salt is the ephemeral key, then the server's. */
export const SPOOL_INFO = 'aidline/1/spool';

/** `POST /spool`. Rows of one desktop and case in the order in which their desktop issued them. */
export const SpoolRequest = z.strictObject({
  protocol: z.int(),
  sessions: z.array(SpoolSession).max(MAX_SPOOL_ROWS),
  rows: z.array(SealedRow).min(1).max(MAX_SPOOL_ROWS),
});
export type SpoolRequest = z.infer<typeof SpoolRequest>;

/**
 * What became of a row: `taken` and `refused` as their author's own push would be answered; `in-tray` with a lead, because
 * the author may no longer act; `unreadable` never opens here; `stays` waits for what comes before it, or for a key.
 */
export const SpoolStatus = z.enum(['taken', 'refused', 'in-tray', 'unreadable', 'stays']);
export type SpoolStatus = z.infer<typeof SpoolStatus>;
export const SpoolAnswer = z.object({ results: z.array(z.object({ id: Uuid7, status: SpoolStatus })) });
export type SpoolAnswer = z.infer<typeof SpoolAnswer>;

/** A file that a person carries to another machine, or to a lead: rows as they lie in the spool. */
export const SALVAGE_FORMAT = 'aidline salvage 1';
export const SalvageFile = z.strictObject({
  format: z.literal(SALVAGE_FORMAT),
  server: z.string().max(300),
  madeAt: Instant,
  sessions: z.array(SpoolSession),
  /** Each looked at by itself: a damaged one does not keep the others back. */
  rows: z.array(z.unknown()),
});
export type SalvageFile = z.infer<typeof SalvageFile>;

/** A row with what the server needs to open it. */
export type SpooledRow = { row: SealedRow; session: SpoolSession };

/** @param text a salvage file's content @returns its rows and how many of them are not even of the form of one; null for another file */
export function readSalvage(text: string): { server: string; rows: SpooledRow[]; damaged: number } | null {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return null;
  }
  const file = SalvageFile.safeParse(read);
  if (!file.success) return null;
  const sessions = new Map(file.data.sessions.map((session) => [spoolSessionId(session.certificate), session]));
  const rows = file.data.rows.flatMap((one): SpooledRow[] => {
    const row = SealedRow.safeParse(one);
    const session = row.success ? sessions.get(row.data.session) : undefined;
    return row.success && session !== undefined ? [{ row: row.data, session }] : [];
  });
  return { server: file.data.server, rows, damaged: file.data.rows.length - rows.length };
}

/** @returns what one request takes of the rows from `from` on, and how many those are; at least one */
export function spoolRequest(rows: readonly SpooledRow[], from: number, protocol: number): { request: SpoolRequest; taken: number } {
  const batch: SpooledRow[] = [];
  let bytes = 0;
  for (const one of rows.slice(from, from + MAX_SPOOL_ROWS)) {
    bytes += one.row.sealed.length + JSON.stringify(one.session).length;
    if (batch.length > 0 && bytes > MAX_SPOOL_BYTES) break;
    batch.push(one);
  }
  const sessions = new Map(batch.map(({ row, session }) => [row.session, session]));
  return { request: { protocol, sessions: [...sessions.values()], rows: batch.map(({ row }) => row) }, taken: batch.length };
}

/** Why a command did not simply go in as its author's. */
export const LateBecause = z.enum(['refused', 'person-disabled', 'role-may-not', 'key-revoked', 'key-unproven', 'workstation-revoked', 'workstation-unproven']);
export type LateBecause = z.infer<typeof LateBecause>;

/** One line of the lead's tray: who, when, what kind, which case, and what became of it. */
export const LateWork = z.strictObject({
  command: Uuid7, author: PersonId, authorName: z.string(), workstationName: z.string().nullable(), kind: z.string(), caseId: z.string(),
  madeAt: Instant, arrivedAt: Instant, because: LateBecause, became: z.enum(['recorded', 'refused']), code: z.string().nullable(),
});
export type LateWork = z.infer<typeof LateWork>;

/** What a delivery came to, in rows. */
export const SpoolOutcome = z.strictObject({
  taken: z.int(), refused: z.int(), inTray: z.int(), unreadable: z.int(), stays: z.int(),
});
export type SpoolOutcome = z.infer<typeof SpoolOutcome>;

const FIELDS = { taken: 'taken', refused: 'refused', 'in-tray': 'inTray', unreadable: 'unreadable', stays: 'stays' } as const satisfies Record<SpoolStatus, keyof SpoolOutcome>;
export const noOutcome: SpoolOutcome = { taken: 0, refused: 0, inTray: 0, unreadable: 0, stays: 0 };
/** The outcome so far with one more answer. */
export const withAnswer = (outcome: SpoolOutcome, { results }: SpoolAnswer): SpoolOutcome =>
  results.reduce((sum, { status }) => ({ ...sum, [FIELDS[status]]: sum[FIELDS[status]] + 1 }), outcome);
