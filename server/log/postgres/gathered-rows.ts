/**
 * The rows of one group, in memory: everything that its items can ask about is read at once before, and everything that
 * they put is written at once after, because each question to a database across a network costs a way there and back.
 */
import type pg from 'pg';
import { v7 } from 'uuid';
import type { CommandRow, NumberRow } from '../chain.ts';
import type { AuditRecord, BatchRecord, EventRecord, GroupRows, OpenReader } from '../group-rules.ts';
import type { PreparedItem } from '../prepare.ts';

/** What is asked of one command's number: itself, the one before it, and the last. */
type NumberKey = { desktop: string; incarnation: number; stream: string; number: number };
type Asked = { streams: string[]; commands: string[]; numbers: NumberKey[]; events: string[]; persons: string[] };

type Found = {
  streams: [name: string, id: number, version: number][] | null;
  commands: [id: string, hash: string, answer: string][] | null;
  slots: [desktop: string, incarnation: number, stream: string, number: number, command: string, hash: string][] | null;
  last: [desktop: string, incarnation: number, stream: string, number: number][] | null;
  events: string[] | null;
  open: [stream: number, reader: number, person: string][] | null;
  readers: [id: number, person: string][] | null;
  last_stream: number;
  last_reader: number;
};

// OFFSET 0: one look into the index for each stream, and never a join with everybody's access, whatever the database believes of its size.
const ASK = `SELECT
  (SELECT json_agg(json_build_array(name, id, version)) FROM streams WHERE name = ANY($1)) AS streams,
  (SELECT json_agg(json_build_array(id, hash, answer)) FROM commands WHERE id = ANY($2)) AS commands,
  (SELECT json_agg(json_build_array(n.desktop, n.incarnation, n.stream, n.number, n.command, c.hash))
     FROM unnest($3::text[], $4::bigint[], $5::text[], $6::bigint[]) AS q (desktop, incarnation, stream, number)
     JOIN numbers n ON n.desktop = q.desktop AND n.incarnation = q.incarnation AND n.stream = q.stream AND n.number BETWEEN q.number - 1 AND q.number
     JOIN commands c ON c.id = n.command) AS slots,
  (SELECT json_agg(json_build_array(q.desktop, q.incarnation, q.stream,
       (SELECT n.number FROM numbers n WHERE n.desktop = q.desktop AND n.incarnation = q.incarnation AND n.stream = q.stream ORDER BY n.number DESC LIMIT 1)))
     FROM unnest($3::text[], $4::bigint[], $5::text[], $6::bigint[]) AS q (desktop, incarnation, stream, number)) AS last,
  (SELECT json_agg(event_id) FROM entries WHERE event_id = ANY($7)) AS events,
  (SELECT json_agg(json_build_array(a.stream, r.id, r.person)) FROM streams s
     CROSS JOIN LATERAL (SELECT stream, reader FROM access WHERE stream = s.id AND to_position IS NULL OFFSET 0) a JOIN readers r ON r.id = a.reader WHERE s.name = ANY($1)) AS open,
  (SELECT json_agg(json_build_array(id, person)) FROM readers WHERE person = ANY($8)) AS readers,
  (SELECT coalesce(max(id), 0) FROM streams) AS last_stream, (SELECT coalesce(max(id), 0) FROM readers) AS last_reader`;

// Access that ends goes first: a grant of the same group may open it again, and at most one is open at a time.
const END_ACCESS = `UPDATE access a SET to_position = q.position FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS q (reader, stream, position)
  WHERE a.reader = q.reader AND a.stream = q.stream AND a.to_position IS NULL`;

const STORE = `WITH
  s AS (INSERT INTO streams (id, name, version) SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[]) ON CONFLICT (id) DO UPDATE SET version = excluded.version),
  e AS (INSERT INTO entries (position, batch, class, stream, version, event_id, content, hash)
        SELECT q.position, $4::bigint, CASE WHEN q.stream IS NULL THEN 'audit' ELSE 'event' END, q.stream, q.version, q.event_id, q.content, q.hash
        FROM unnest($5::bigint[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::bytea[]) AS q (position, stream, version, event_id, content, hash)),
  o AS (INSERT INTO bodies (event_id, bytes, key_id) SELECT * FROM unnest($11::text[], $12::bytea[], $13::text[])),
  c AS (INSERT INTO commands (id, hash, kind, schema, stream, person, answer, batch)
        SELECT q.*, $4::bigint FROM unnest($14::text[], $15::text[], $16::text[], $17::bigint[], $18::text[], $19::text[], $20::text[]) AS q),
  n AS (INSERT INTO numbers (desktop, incarnation, stream, number, command, batch)
        SELECT q.*, $4::bigint FROM unnest($21::text[], $22::bigint[], $23::text[], $24::bigint[], $25::text[]) AS q),
  r AS (INSERT INTO readers (id, person) SELECT * FROM unnest($26::bigint[], $27::text[])),
  a AS (INSERT INTO access (reader, stream, from_position, to_position) SELECT * FROM unnest($28::bigint[], $29::bigint[], $30::bigint[], $31::bigint[])),
  f AS (INSERT INTO feed (reader, position, what) SELECT * FROM unnest($32::bigint[], $33::bigint[], $34::text[]))
  INSERT INTO batches (batch, first_position, last_position, recorded_at, link, attempt) VALUES ($4, $35, $36, $37, $38, $39)`;

type Access = { reader: number; stream: number; from: number; to: number | null };

export class GatheredRows implements GroupRows {
  /** By which this try of the group is known for ever. */
  readonly attempt = v7();
  readonly #streams = new Map<string, { id: number; version: number }>();
  readonly #commands = new Map<string, { hash: string; answer: string }>();
  readonly #slots = new Map<string, { command: string; hash: string }>();
  readonly #last = new Map<string, number>();
  readonly #events = new Set<string>();
  readonly #open = new Map<number, OpenReader[]>();
  readonly #readers = new Map<string, number>();
  readonly #persons = new Map<number, string>();
  #lastStream: number;
  #lastReader: number;

  readonly #touched = new Set<string>();
  readonly #newEntries: (EventRecord | AuditRecord)[] = [];
  readonly #newCommands: CommandRow[] = [];
  readonly #newNumbers: NumberRow[] = [];
  readonly #newReaders: [id: number, person: string][] = [];
  readonly #newAccess: Access[] = [];
  readonly #ended: [reader: number, stream: number, position: number][] = [];
  readonly #feed: [reader: number, position: number, what: string][] = [];
  #batch: BatchRecord | null = null;

  private constructor(found: Found | null) {
    for (const [name, id, version] of found?.streams ?? []) this.#streams.set(name, { id, version });
    for (const [id, hash, answer] of found?.commands ?? []) this.#commands.set(id, { hash, answer });
    for (const [desktop, incarnation, stream, number, command, hash] of found?.slots ?? []) this.#slots.set(slotKey(desktop, incarnation, stream, number), { command, hash });
    for (const [desktop, incarnation, stream, number] of found?.last ?? []) this.#last.set(rowKey(desktop, incarnation, stream), number);
    for (const id of found?.events ?? []) this.#events.add(id);
    for (const [stream, id, person] of found?.open ?? []) this.#open.set(stream, [...(this.#open.get(stream) ?? []), { id, person }]);
    for (const [id, person] of found?.readers ?? []) this.#nameReader(id, person);
    this.#lastStream = found?.last_stream ?? 0;
    this.#lastReader = found?.last_reader ?? 0;
  }

  /** Inside the transaction, with the partition's lock held. */
  static async read(client: pg.Client, items: readonly PreparedItem[]): Promise<GatheredRows> {
    const { streams, commands, numbers, events, persons } = askedBy(items);
    if (streams.length === 0 && commands.length === 0) return new GatheredRows(null);
    const values = [streams, commands, numbers.map((one) => one.desktop), numbers.map((one) => one.incarnation), numbers.map((one) => one.stream), numbers.map((one) => one.number), events, persons];
    const { rows } = await client.query<Found>({ name: 'ask', text: ASK, values });
    return new GatheredRows(rows[0] ?? null);
  }

  /** Inside the same transaction, before the rest is written. */
  async endAccess(client: pg.Client): Promise<void> {
    if (this.#ended.length > 0) await client.query({ name: 'end access', text: END_ACCESS, values: columns(this.#ended, 3) });
  }

  /** Inside the same transaction, in one statement; a group that put no entry has nothing to write. */
  async write(client: pg.Client): Promise<void> {
    const batch = this.#batch;
    if (batch === null) return;
    const touched = [...this.#touched].map((name): [number, string, number] => {
      const { id, version } = this.#streams.get(name)!;
      return [id, name, version];
    });
    const entries = this.#newEntries.map((one) => ('stream' in one ? [one.position, one.stream, one.version, one.id, one.content, one.hash] : [one.position, null, null, null, one.content, one.hash]));
    const bodies = this.#newEntries.flatMap((one) => ('stream' in one ? [[one.id, Buffer.from(one.body.bytes), one.body.keyId]] : []));
    const values = [
      ...columns(touched, 3), batch.batch, ...columns(entries, 6), ...columns(bodies, 3),
      ...columns(this.#newCommands.map(({ id, hash, kind, schema, stream, person, answer }) => [id, hash, kind, schema, stream, person, answer]), 7),
      ...columns(this.#newNumbers.map(({ desktop, incarnation, stream, number, command }) => [desktop, incarnation, stream, number, command]), 5),
      ...columns(this.#newReaders, 2), ...columns(this.#newAccess.map(({ reader, stream, from, to }) => [reader, stream, from, to]), 4), ...columns(this.#feed, 3),
      batch.first, batch.last, batch.recordedAt, Buffer.from(batch.link, 'hex'), this.attempt,
    ];
    await client.query({ name: 'store', text: STORE, values });
  }

  /** The events that were put, in order. */
  get events(): EventRecord[] {
    return this.#newEntries.filter((one) => 'stream' in one);
  }

  slot(desktop: string, incarnation: number, stream: string, number: number): { command: string; hash: string } | undefined {
    return this.#slots.get(slotKey(desktop, incarnation, stream, number));
  }

  command(id: string): { hash: string; answer: string } | undefined {
    return this.#commands.get(id);
  }

  lastNumber(desktop: string, incarnation: number, stream: string): number {
    return this.#last.get(rowKey(desktop, incarnation, stream)) ?? 0;
  }

  version(stream: string): number {
    return this.#streams.get(stream)?.version ?? 0;
  }

  hasEvent(id: string): boolean {
    return this.#events.has(id);
  }

  openReaders(stream: number): readonly OpenReader[] {
    return this.#open.get(stream) ?? [];
  }

  readerId(person: string): number {
    const known = this.#readers.get(person);
    if (known !== undefined) return known;
    const id = (this.#lastReader += 1);
    this.#nameReader(id, person);
    this.#newReaders.push([id, person]);
    return id;
  }

  #nameReader(id: number, person: string): void {
    this.#readers.set(person, id);
    this.#persons.set(id, person);
  }

  putVersion(stream: string, from: number, to: number): number {
    const known = this.#streams.get(stream);
    if (known === undefined && from > 0) throw new Error(`stream ${stream} has a version and no row`);
    const id = known?.id ?? (this.#lastStream += 1);
    this.#streams.set(stream, { id, version: to });
    this.#touched.add(stream);
    return id;
  }

  putEvent(record: EventRecord): void {
    this.#newEntries.push(record);
    this.#events.add(record.id);
  }

  putAudit(record: AuditRecord): void {
    this.#newEntries.push(record);
  }

  putCommand(row: CommandRow): void {
    this.#commands.set(row.id, { hash: row.hash, answer: row.answer });
    this.#newCommands.push(row);
  }

  putNumber(row: NumberRow): void {
    this.#slots.set(slotKey(row.desktop, row.incarnation, row.stream, row.number), { command: row.command, hash: this.#commands.get(row.command)?.hash ?? '' });
    this.#last.set(rowKey(row.desktop, row.incarnation, row.stream), row.number);
    this.#newNumbers.push(row);
  }

  putBatch(record: BatchRecord): void {
    this.#batch = record;
  }

  openAccess(reader: number, stream: number, position: number): void {
    this.#newAccess.push({ reader, stream, from: position, to: null });
    this.#open.set(stream, [...(this.#open.get(stream) ?? []), { id: reader, person: this.#persons.get(reader) ?? '' }]);
  }

  closeAccess(reader: number, stream: number, position: number): void {
    const own = this.#newAccess.find((one) => one.reader === reader && one.stream === stream && one.to === null);
    if (own === undefined) this.#ended.push([reader, stream, position]);
    else own.to = position;
    this.#open.set(stream, (this.#open.get(stream) ?? []).filter(({ id }) => id !== reader));
  }

  putFeed(reader: number, position: number, what: 'event' | 'granted' | 'revoked'): void {
    this.#feed.push([reader, position, what]);
  }
}

// A space cannot stand in an id.
const rowKey = (desktop: string, incarnation: number, stream: string): string => `${desktop} ${incarnation} ${stream}`;
const slotKey = (desktop: string, incarnation: number, stream: string, number: number): string => `${rowKey(desktop, incarnation, stream)} ${number}`;

/** Rows as `unnest` takes them: an array for each column. */
const columns = (rows: readonly (readonly unknown[])[], count: number): unknown[][] => Array.from({ length: count }, (_, column) => rows.map((row) => row[column]));

function askedBy(items: readonly PreparedItem[]): Asked {
  const [streams, commands, events, persons] = [new Set<string>(), new Set<string>(), new Set<string>(), new Set<string>()];
  const numbers = new Map<string, NumberKey>();
  for (const item of items) {
    if (!item.ok) continue;
    for (const write of item.writes) {
      streams.add(write.stream);
      for (const { envelope, access } of write.events) {
        events.add(envelope.id);
        if (access !== null) persons.add(access.person);
      }
    }
    if (item.command === null) continue;
    const { id, desktop, incarnation, case: stream, number } = item.command.outer;
    streams.add(stream);
    commands.add(id);
    numbers.set(slotKey(desktop, incarnation, stream, number), { desktop, incarnation, stream, number });
  }
  return { streams: [...streams], commands: [...commands], numbers: [...numbers.values()], events: [...events], persons: [...persons] };
}
