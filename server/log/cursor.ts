/**
 * What a desktop keeps of the feed, opaque to it: the log's epoch and how far each partition has been read; while it
 * is being started, also how far through its cases it has come.
 */
import { z } from 'zod';
import { Uuid7 } from '#shared/protocol/ids.ts';
import { refuse, type Refusal } from '#shared/protocol/refusal.ts';

const Position = z.int().min(0);

const FeedCursor = z.strictObject({
  epoch: Uuid7,
  /** Per partition; with SQLite there is one. Everything up to here is with the desktop, or will be by its start. */
  positions: z.array(Position).length(1),
  /** Present while starting: cases whose access began after this position have not been sent yet. */
  start: Position.optional(),
});
export type FeedCursor = z.infer<typeof FeedCursor>;

export const encodeCursor = (cursor: FeedCursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');

/** A desktop can send anything here: what is no cursor is a refusal, never an exception (RB1). */
export function decodeCursor(text: string): { ok: true; cursor: FeedCursor } | { ok: false; refusal: Refusal } {
  const bad = { ok: false as const, ...refuse('bad-cursor') };
  if (text.length > 400 || !/^[A-Za-z0-9_-]+$/.test(text)) return bad;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return bad;
  }
  const parsed = FeedCursor.safeParse(value);
  return parsed.success ? { ok: true, cursor: parsed.data } : bad;
}
