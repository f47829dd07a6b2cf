/**
 * The hash chain of a partition (PR5): one link per batch, over the link before it and everything in the batch.
 *
 *   link = SHA-256( previous link (32 bytes)
 *                 ‖ RFC 8785 JSON of the array of the batch's envelopes without `link`, in order of position
 *                 ‖ for each audit entry of the batch, in order: SHA-256 of its RFC 8785 JSON (32 bytes)
 *                 ‖ where the batch stored commands or sealed bodies: the JSON array of the texts of those rows, sorted )
 *
 * The array ends where its bracket closes, so the parts cannot be shifted into each other. An audit entry names
 * its own position, and positions are gapless, so an event cannot change places with an audit entry either. The rows of
 * commands are in it because a stored answer or number that vanished would let its command act a second time (TP4, SY2),
 * those of sealed bodies because the envelope's hash is of the bytes alone, and not of the key they name.
 */
import { createHash, hash as hashOnce } from 'node:crypto';

/** What the first batch is linked to. */
export const GENESIS_LINK = '0'.repeat(64);

export type ChainEntry = { class: 'event' | 'audit'; /** RFC 8785 JSON. */ content: string };

export const sha256 = (bytes: Uint8Array | string): Buffer => hashOnce('sha256', bytes, 'buffer');
export const sha256Hex = (bytes: Uint8Array | string): string => hashOnce('sha256', bytes, 'hex');

/** What is stored of a command that was taken. */
export type CommandRow = { id: string; hash: string; kind: string; schema: number; stream: string; person: string; answer: string };
/** Which number a command took; after a desktop renumbered, a command has several (SY2). */
export type NumberRow = { desktop: string; incarnation: number; stream: string; number: number; command: string };

/** JSON of an array of texts and whole numbers has one form only: it is its own canonical text. */
export const commandText = (row: CommandRow): string =>
  JSON.stringify(['command', row.id, row.hash, row.kind, row.schema, row.stream, row.person, row.answer]);
export const sealedText = (eventId: string, keyId: string): string => JSON.stringify(['body', eventId, keyId]);
export const numberText = (row: NumberRow): string =>
  JSON.stringify(['number', row.desktop, row.incarnation, row.stream, row.number, row.command]);

/**
 * What stands in the chain for commands that were taken before the chain held them.
 * @param rows texts of all of them, commands by id, then numbers by their key
 */
export const EARLIER_COMMANDS = 'earlier commands linked';
export function earlierDigest(rows: Iterable<string>): { rows: number; digest: string } {
  const hash = createHash('sha256');
  let count = 0;
  for (const row of rows) {
    hash.update(`${row}\n`);
    count += 1;
  }
  return { rows: count, digest: hash.digest('hex') };
}

/**
 * @param entries the whole batch, in order of position
 * @param rows `commandText`, `numberText` and `sealedText` of what the batch stored, in any order
 * @returns lower-case hex
 */
export function batchLink(previous: string, entries: readonly ChainEntry[], rows: readonly string[] = []): string {
  const hash = createHash('sha256').update(Buffer.from(previous, 'hex'));
  const events = entries.filter((entry) => entry.class === 'event').map((entry) => entry.content);
  hash.update(`[${events.join(',')}]`);
  for (const entry of entries) if (entry.class === 'audit') hash.update(sha256(entry.content));
  if (rows.length > 0) hash.update(JSON.stringify([...rows].sort()));
  return hash.digest('hex');
}
