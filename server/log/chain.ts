/**
 * The hash chain of a partition (PR5): one link per batch, over the link before it and everything in the batch.
 *
 *   link = SHA-256( previous link (32 bytes)
 *                 ‖ RFC 8785 JSON of the array of the batch's envelopes without `link`, in order of position
 *                 ‖ for each audit entry of the batch, in order: SHA-256 of its RFC 8785 JSON (32 bytes) )
 *
 * The array ends where its bracket closes, so the two parts cannot be shifted into each other. An audit entry names
 * its own position, and positions are gapless, so an event cannot change places with an audit entry either.
 */
import { createHash } from 'node:crypto';

/** What the first batch is linked to. */
export const GENESIS_LINK = '0'.repeat(64);

export type ChainEntry = { class: 'event' | 'audit'; /** RFC 8785 JSON. */ content: string };

export const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest();
export const sha256Hex = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** @param entries the whole batch, in order of position @returns lower-case hex */
export function batchLink(previous: string, entries: ChainEntry[]): string {
  const hash = createHash('sha256').update(Buffer.from(previous, 'hex'));
  const events = entries.filter((entry) => entry.class === 'event').map((entry) => entry.content);
  hash.update(`[${events.join(',')}]`);
  for (const entry of entries) if (entry.class === 'audit') hash.update(sha256(entry.content));
  return hash.digest('hex');
}
