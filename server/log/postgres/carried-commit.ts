/**
 * A commit as its server tells the others of it, so that they need not read what they were just told of. It only hurries: whoever
 * was not told, or was told of what does not follow from what they know, reads it from the database, which decides.
 */
import { z } from 'zod';
import type { StreamId } from '#shared/protocol/ids.ts';
import type { BodySealer } from '../body-sealer.ts';
import type { FeedRow } from '../feed-source.ts';
import type { Committed, EventRecord } from '../group-rules.ts';
import { openEvents, type EventRow } from '../stored-rows.ts';
import type { Word } from './teller.ts';
import type { Locked } from './writer.ts';

/** What is longer is read: nobody's other words wait behind it. */
const MAX_BYTES = 256 * 1024;

const Link = z.string().length(64);
/** `bytes`: of the body as it is stored, sealed for its customer, so that an erasure holds for what was told as for what is stored (PR7). */
const Event = z.strictObject({ position: z.int(), content: z.string(), bytes: z.string(), keyId: z.string() });
const Feed = z.strictObject({ position: z.int(), what: z.enum(['event', 'granted', 'revoked']), stream: z.string(), version: z.int() });
export const CarriedCommit = z.strictObject({
  epoch: z.string(), batch: z.int(), link: Link,
  /** The link of the batch before it: of another history, or told again, it follows from nothing that is known (SY9). */
  after: Link,
  from: z.int(), to: z.int(), events: z.array(Event), feeds: z.array(z.tuple([z.string(), z.array(Feed)])),
});
export type CarriedCommit = z.infer<typeof CarriedCommit>;

/** What carries commits to the other servers of a log, and brings theirs; sometimes not at all, and in any order. */
export type CommitLine = {
  /** Whether anybody may hear. */
  readonly up: boolean;
  tell(commit: CarriedCommit): void;
  onHeard(listener: (commit: CarriedCommit) => void): void;
};

/** Tells the others of a commit that was just stored, where anybody may hear. */
export function tellOver(line: CommitLine | undefined, { epoch, head: before }: Locked, { appended, head }: Committed, records: readonly EventRecord[]): void {
  if (line?.up !== true || epoch === null || appended === null) return;
  if (records.reduce((sum, { content, body }) => sum + content.length + body.bytes.length, 0) > MAX_BYTES) return;
  const events = records.map(({ position, content, body }) => ({ position, content, bytes: Buffer.from(body.bytes).toString('base64'), keyId: body.keyId }));
  const feeds = [...appended.feeds].map(([person, rows]): CarriedCommit['feeds'][number] => [person, [...rows]]);
  line.tell({ epoch, batch: head.batch, link: head.link, after: before.link, from: appended.from, to: appended.to, events, feeds });
}

/** The commit as a read of it would bring it. */
export function wordOf({ batch, link, after, from, to, events, feeds: told }: CarriedCommit, sealer: BodySealer): Word {
  return { batch, link, after, from, open: async () => {
    const bytes = Buffer.from(link, 'hex');
    const rows = events.map((event): EventRow => ({ ...event, link: bytes, bytes: Buffer.from(event.bytes, 'base64') }));
    const feeds = new Map(told.map(([person, own]) => [person, own.map((row): FeedRow => ({ ...row, stream: row.stream as StreamId }))]));
    return { from, to, feeds, readers: [...feeds.keys()], events: await openEvents(sealer, rows) };
  } };
}
