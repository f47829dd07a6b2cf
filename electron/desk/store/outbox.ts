import { z } from 'zod';
import { InnerCommand } from '#shared/protocol/command.ts';
import { Hash, Instant, StreamId, Uuid7 } from '#shared/protocol/ids.ts';
import { Refusal } from '#shared/protocol/refusal.ts';
import type { Db } from './database.ts';

const json = <T extends z.ZodType>(schema: T) => z.string().transform((text, context) => {
  const parsed = schema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data as z.output<T>;
  context.addIssue({ code: 'custom', message: parsed.error.message });
  return z.NEVER;
});

/** One command as this desktop keeps it. Desktop and incarnation are put on when it is sent. */
export const OutboxRow = z.object({
  seq: z.int(),
  id: Uuid7,
  stream: StreamId,
  number: z.int().min(1),
  kind: z.string(),
  schema: z.int(),
  class: z.enum(['local', 'central']),
  urgent: z.int().transform((n) => n === 1),
  hash: Hash,
  inner_text: z.string(),
  inner: json(InnerCommand),
  made_at: Instant,
  status: z.enum(['unsent', 'accepted', 'confirmed', 'refused']),
  version: z.int().nullable(),
  refusal: json(Refusal).nullable(),
  answered_at: Instant.nullable(),
  seen_at: Instant.nullable(),
});
export type OutboxRow = z.infer<typeof OutboxRow>;

/** As much of a command as is sent; what is inside it the server reads. */
export type RowToSend = Pick<OutboxRow, 'id' | 'stream' | 'number' | 'kind' | 'schema' | 'urgent' | 'hash' | 'inner_text'>;
const RowToSend = OutboxRow.pick({ id: true, stream: true, number: true, kind: true, schema: true, urgent: true, hash: true, inner_text: true });

/** How a command stands, without what is in it. */
const Standing = OutboxRow.pick({ id: true, number: true, status: true, refusal: true, seen_at: true });
export type Standing = z.infer<typeof Standing>;

const Waiting = z.object({ waiting: z.int(), oldest: Instant.nullable() });
export type Waiting = z.infer<typeof Waiting>;

const Appended = z.object({ seq: z.int(), number: z.int().min(1) });

export type NewCommand = Pick<OutboxRow, 'id' | 'stream' | 'kind' | 'schema' | 'class' | 'urgent' | 'hash' | 'inner_text' | 'made_at'>;

const columns = `seq, id, stream, number, kind, schema, class, urgent, hash, inner_text, inner_text as inner, made_at, status,
  version, refusal, answered_at, seen_at`;

export type Outbox = ReturnType<typeof outboxOf>;

/**
 * The person's commands. Callers put what belongs together into one transaction; nothing here opens its own except
 * `append`, which is the whole of SY1.
 */
export function outboxOf(db: Db) {
  const rows = (found: unknown[]): OutboxRow[] => found.map((row) => OutboxRow.parse(row));
  const presentIncarnation = db.prepare(`select coalesce((select cast(value as integer) from meta where name = 'incarnation'), 1)`).pluck();
  // One statement, so that the number is chosen and used in one step: a transaction around it would cost as much again.
  const insert = db.prepare(`with here (incarnation) as (select coalesce((select cast(value as integer) from meta where name = 'incarnation'), 1))
    insert into outbox (id, stream, incarnation, number, kind, schema, class, urgent, hash, inner_text, made_at, status)
    select @id, @stream, here.incarnation, max(
        coalesce((select number from next_number where stream = @stream), 1),
        coalesce((select max(number) + 1 from outbox where stream = @stream and incarnation = here.incarnation), 1)),
      @kind, @schema, @class, @urgent, @hash, @inner_text, @made_at, 'unsent' from here
    returning seq, number`);
  const byId = db.prepare(`select ${columns} from outbox where id = ?`);
  // What is done to a case that was taken over at one screen waits until the server has the hand-over (OF1).
  const statusOf = db.prepare<[string], OutboxRow['status']>('select status from outbox where id = ?').pluck();
  const openStreams = db.prepare(`select stream from outbox where status = 'unsent'
    and stream not in (select id from taken_over where refusal is null) group by stream
    order by max(urgent) desc, min(case when urgent = 1 then seq end), min(seq)`).pluck();
  const unsentStreams = db.prepare(`select distinct stream from outbox where status = 'unsent' order by stream`).pluck();
  const unsentOfStream = db.prepare(`select ${columns} from outbox where stream = ? and status = 'unsent' order by number limit ?`);
  const beforeInCount = db.prepare<[string], string>(`select b.id from outbox a
    join outbox b on b.stream = a.stream and b.incarnation = a.incarnation and b.number = a.number - 1 where a.id = ?`).pluck();
  const beforeInOrder = db.prepare<[string], string>(`select b.id from outbox a
    join outbox b on b.stream = a.stream and b.seq < a.seq where a.id = ? order by b.seq desc limit 1`).pluck();
  const toSend = db.prepare(`select id, stream, number, kind, schema, urgent, hash, inner_text from outbox
    where stream = ? and status = 'unsent' order by number limit ?`);
  const urgentUnsent = db.prepare(`select exists (select 1 from outbox where status = 'unsent' and urgent = 1)`).pluck();
  const pendingOfKind = db.prepare(`select ${columns} from outbox where kind = ? and status in ('unsent', 'accepted') order by seq`);
  const streams = db.prepare('select distinct stream from outbox').pluck();
  const ofStream = db.prepare(`select ${columns} from outbox where stream = ? order by seq`);
  const standingOf = db.prepare('select id, number, status, refusal, seen_at from outbox where stream = ? order by seq');
  const allRows = db.prepare(`select ${columns} from outbox order by seq`);
  const refusedUnseen = db.prepare(`select ${columns} from outbox where status = 'refused' and seen_at is null order by seq limit 500`);
  const countUnsent = db.prepare(`select count(*) from outbox where status = 'unsent'`).pluck();
  const accept = db.prepare(`update outbox set status = 'accepted', version = ?, answered_at = ? where id = ? and status = 'unsent'`);
  const refuse = db.prepare(`update outbox set status = 'refused', refusal = ?, answered_at = ? where id = ? and status = 'unsent'`);
  const confirm = db.prepare(`update outbox set status = 'confirmed', answered_at = coalesce(answered_at, ?) where id = ? and status in ('unsent', 'accepted')`);
  const confirmUpTo = db.prepare(`update outbox set status = 'confirmed' where stream = ? and status = 'accepted' and version <= ?`);
  const confirmStream = db.prepare(`update outbox set status = 'confirmed' where stream = ? and status = 'accepted'`);
  const waiting = db.prepare(`select count(*) as waiting, min(made_at) as oldest from outbox where status = 'unsent'`);
  const markSeen = db.prepare(`update outbox set seen_at = ? where id = ? and status = 'refused'`);
  const reopen = db.prepare(`update outbox set status = 'unsent', version = null, answered_at = null where status in ('accepted', 'confirmed') and answered_at >= ?`);
  const lowestUnsent = db.prepare(`select min(number) from outbox where stream = ? and status = 'unsent'`).pluck();
  // In the order they were given: numbers of different incarnations say nothing of one another (SY2, SY9).
  const unsentInOrder = db.prepare(`select seq, stream from outbox where status = 'unsent' order by stream, seq`);
  const unsentSeqs = db.prepare(`select seq from outbox where status = 'unsent' and stream = ? order by seq`).pluck();
  const renumber = db.prepare('update outbox set incarnation = ?, number = ? where seq = ?');
  const forgetNumbers = db.prepare('delete from next_number');
  const forgetNumbersOf = db.prepare('delete from next_number where stream = ?');
  const closeCountOf = db.prepare(`update outbox set incarnation = 0 where stream = ? and status <> 'unsent'`);
  const keepNumbers = db.prepare(`insert into next_number (stream, number)
    select stream, max(number) + 1 from outbox where incarnation = ? and status in ('accepted', 'confirmed') and answered_at < ? group by stream
    on conflict (stream) do update set number = max(number, excluded.number)`);
  const prune = db.prepare(`delete from outbox where status in ('accepted', 'confirmed') and answered_at < ?`);

  return {
    /** Stores a command under the next number of its stream. */
    append: (command: NewCommand): OutboxRow => {
      const inner = InnerCommand.parse(JSON.parse(command.inner_text));
      const { seq, number } = Appended.parse(insert.get({ ...command, urgent: command.urgent ? 1 : 0 }));
      return { ...command, seq, number, inner, status: 'unsent', version: null, refusal: null, answered_at: null, seen_at: null };
    },
    get: (id: string): OutboxRow | null => {
      const row = byId.get(id);
      return row === undefined ? null : OutboxRow.parse(row);
    },
    /** Those of a kind that are not settled yet. */
    pendingOfKind: (kind: string): OutboxRow[] => rows(pendingOfKind.all(kind)),
    /** Null for a command that this file does not have. */
    statusOf: (id: string): OutboxRow['status'] | null => statusOf.get(id) ?? null,
    /** The command that this desktop issued before it in its stream; null where it has none, or none any more. */
    before: ({ id }: Pick<OutboxRow, 'id'>): string | null => beforeInCount.get(id) ?? beforeInOrder.get(id) ?? null,
    ofStream: (stream: string): OutboxRow[] => rows(ofStream.all(stream)),
    /** As `ofStream`, for who has read what is in them. */
    standingOf: (stream: string): Standing[] => standingOf.all(stream).map((row) => Standing.parse(row)),
    /** Whatever this desktop has said something of. */
    streams: (): string[] => streams.all().map(String),
    all: (): OutboxRow[] => rows(allRows.all()),
    refusedUnseen: (): OutboxRow[] => rows(refusedUnseen.all()),
    unsentCount: (): number => Number(countUnsent.get()),
    /** How many are unsent, and when the oldest of them was made. */
    waiting: (): Waiting => Waiting.parse(waiting.get()),
    /** Streams with something unsent: those with urgent commands first, then the oldest first (SY2). */
    openStreams: (): string[] => openStreams.all().map(String),
    /** Those that wait for a hand-over too. */
    unsentStreams: (): string[] => unsentStreams.all().map(String),
    unsentOf: (stream: string, limit: number): OutboxRow[] => rows(unsentOfStream.all(stream, limit)),
    /** The next of a stream to send, by number. */
    toSend: (stream: string, limit: number): RowToSend[] => toSend.all(stream, limit).map((row) => RowToSend.parse(row)),
    urgentUnsent: (): boolean => urgentUnsent.get() === 1,

    accept: (id: string, version: number, at: string): boolean => accept.run(version, at, id).changes > 0,
    refuse: (id: string, refusal: Refusal, at: string): boolean => refuse.run(JSON.stringify(refusal), at, id).changes > 0,
    /** Its events came in the feed, before or after the answer. */
    confirm: (id: string, at: string): boolean => confirm.run(at, id).changes > 0,
    /** Accepted commands whose events are all in the confirmed state. */
    confirmUpTo: (stream: string, version: number): boolean => confirmUpTo.run(stream, version).changes > 0,
    /** The feed of this stream does not come here (any more): acceptance is all that will be heard. */
    confirmStream: (stream: string): boolean => confirmStream.run(stream).changes > 0,
    markSeen: (id: string, at: string): boolean => markSeen.run(at, id).changes > 0,
    /** Clears away what was answered before `before`; the numbers go on where they were. */
    prune: db.transaction((before: string): void => {
      keepNumbers.run(presentIncarnation.get(), before);
      prune.run(before);
    }),

    /** SY9: what was answered since `since` is sent again; ids make that safe. */
    reopenSince: (since: string): void => void reopen.run(since),
    lowestUnsent: (stream: string): number | null => {
      const found = lowestUnsent.get(stream);
      return found === null || found === undefined ? null : Number(found);
    },
    /** The server expects `first`: the unsent ones of the stream are numbered from there, the answered ones no longer count. */
    renumberStream: (stream: string, first: number): void => {
      const incarnation = presentIncarnation.get();
      forgetNumbersOf.run(stream);
      closeCountOf.run(stream);
      unsentSeqs.all(stream).forEach((seq, index) => renumber.run(incarnation, first + index, seq));
    },
    /** A new incarnation: every stream counts from 1 again, in the order the commands had (SY2). */
    renumberAll: (): void => {
      const incarnation = presentIncarnation.get();
      forgetNumbers.run();
      const numbers = new Map<string, number>();
      for (const row of unsentInOrder.all()) {
        const { seq, stream } = z.object({ seq: z.int(), stream: z.string() }).parse(row);
        const number = numbers.get(stream) ?? 1;
        renumber.run(incarnation, number, seq);
        numbers.set(stream, number + 1);
      }
    },
  };
}
