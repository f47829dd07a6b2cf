/** One transaction of the log on SQLite. Synchronous from BEGIN to COMMIT: nothing else can get in between. */
import type Database from 'better-sqlite3';
import type { CommandRow, NumberRow } from '../chain.ts';
import { writeGroup, type AuditRecord, type BatchRecord, type Committed, type EventRecord, type GroupRows, type OpenReader } from '../group-rules.ts';
import type { PreparedItem } from '../prepare.ts';
import { readHead } from './head.ts';

export class GroupWriter {
  readonly #db: Database.Database;
  readonly #now: () => string;
  readonly #rows: SqliteRows;

  /** @param now the server's clock; a time before the last recorded one is replaced by that one */
  constructor(db: Database.Database, now: () => string) {
    this.#db = db;
    this.#now = now;
    this.#rows = new SqliteRows(db);
  }

  /**
   * Throws what SQLite throws, and then nothing was stored.
   * @param inside runs in the same transaction
   */
  commit(items: PreparedItem[], inside?: () => void): Committed {
    return this.#db.transaction(() => {
      this.#rows.begin();
      const committed = writeGroup(this.#rows, readHead(this.#db), this.#now(), items);
      this.#rows.finish();
      inside?.();
      return committed;
    }).immediate();
  }
}

const rowKey = (desktop: string, incarnation: number, stream: string): string => `${desktop} ${incarnation} ${stream}`;

/**
 * Each row as a statement of its own: inside a transaction of an embedded database that costs no way over a network. What one
 * transaction has read or written already is not asked for again: nobody else writes meanwhile, and a night's work of one
 * desktop is many commands on few cases.
 */
class SqliteRows implements GroupRows {
  readonly #statements: ReturnType<typeof prepareStatements>;
  /** As they stand; key null where there is no such stream. */
  readonly #streams = new Map<string, { key: number | null; version: number; touched: boolean }>();
  /** The last number that this transaction has put, by desktop, incarnation and stream. */
  readonly #numbers = new Map<string, { number: number; command: string; hash: string }>();
  /** The last number that stands, likewise; 0 for none. */
  readonly #lasts = new Map<string, number>();
  readonly #open = new Map<number, OpenReader[]>();
  #put: { id: string; hash: string } | null = null;

  constructor(db: Database.Database) {
    this.#statements = prepareStatements(db);
  }

  begin(): void {
    this.#streams.clear();
    this.#numbers.clear();
    this.#lasts.clear();
    this.#open.clear();
    this.#put = null;
  }

  /** The versions of streams, once for the whole group. */
  finish(): void {
    for (const [name, { version, touched }] of this.#streams) if (touched) this.#statements.touch.run(version, name);
  }

  slot(desktop: string, incarnation: number, stream: string, number: number): { command: string; hash: string } | undefined {
    if (number > this.lastNumber(desktop, incarnation, stream)) return undefined;
    const put = this.#numbers.get(rowKey(desktop, incarnation, stream));
    return put?.number === number ? put : this.#statements.slot.get(desktop, incarnation, stream, number);
  }

  command(id: string): { hash: string; answer: string } | undefined {
    return this.#statements.command.get(id);
  }

  lastNumber(desktop: string, incarnation: number, stream: string): number {
    const key = rowKey(desktop, incarnation, stream);
    const last = this.#lasts.get(key) ?? this.#statements.lastNumber.get(desktop, incarnation, stream) ?? 0;
    this.#lasts.set(key, last);
    return last;
  }

  version(stream: string): number {
    return this.#stream(stream).version;
  }

  #stream(name: string): { key: number | null; version: number; touched: boolean } {
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    const found = { ...(this.#statements.stream.get(name) ?? { key: null, version: 0 }), touched: false };
    this.#streams.set(name, found);
    return found;
  }

  hasEvent(id: string): boolean {
    return this.#statements.eventId.get(id) !== undefined;
  }

  openReaders(stream: number): OpenReader[] {
    const open = this.#open.get(stream) ?? this.#statements.openReaders.all(stream);
    this.#open.set(stream, open);
    return open;
  }

  readerId(person: string): number {
    const { reader, addReader } = this.#statements;
    return reader.get(person) ?? Number(addReader.run(person).lastInsertRowid);
  }

  putVersion(stream: string, from: number, to: number): number {
    const held = this.#stream(stream);
    if (held.key === null && from !== 0) throw new Error(`stream ${stream} has a version and no row`);
    held.touched ||= held.key !== null;
    held.key ??= Number(this.#statements.addStream.run(stream, to).lastInsertRowid);
    held.version = to;
    return held.key;
  }

  putEvent({ position, batch, stream, version, id, content, hash, body }: EventRecord): void {
    this.#statements.event.run(position, batch, stream, version, id, content, hash);
    this.#statements.body.run(id, body.bytes, body.keyId);
  }

  putAudit({ position, batch, content, hash }: AuditRecord): void {
    this.#statements.audit.run(position, batch, content, hash);
  }

  putCommand(row: CommandRow, batch: number): void {
    this.#statements.storeCommand.run(row.id, row.hash, row.kind, row.schema, row.stream, row.person, row.answer, batch);
    this.#put = row;
  }

  putNumber(row: NumberRow, batch: number): void {
    // Of a command that is renumbered the hash is in its own row.
    const hash = this.#put?.id === row.command ? this.#put.hash : (this.#statements.command.get(row.command)?.hash ?? '');
    const key = rowKey(row.desktop, row.incarnation, row.stream);
    this.#numbers.set(key, { number: row.number, command: row.command, hash });
    this.#lasts.set(key, row.number);
    this.#statements.number.run(row.desktop, row.incarnation, row.stream, row.number, row.command, batch);
  }

  putBatch({ batch, first, last, recordedAt, link }: BatchRecord): void {
    this.#statements.batch.run(batch, first, last, recordedAt, Buffer.from(link, 'hex'));
  }

  openAccess(reader: number, stream: number, position: number): void {
    this.#statements.grant.run(reader, stream, position);
    this.#open.delete(stream);
  }

  closeAccess(reader: number, stream: number, position: number): void {
    this.#statements.revoke.run(position, reader, stream);
    this.#open.delete(stream);
  }

  putFeed(reader: number, position: number, what: 'event' | 'granted' | 'revoked'): void {
    this.#statements.feed.run(reader, position, what);
  }
}

function prepareStatements(db: Database.Database) {
  return {
    slot: db.prepare<[string, number, string, number], { command: string; hash: string }>(
      `SELECT n.command, c.hash FROM numbers n JOIN commands c ON c.id = n.command
       WHERE n.desktop = ? AND n.incarnation = ? AND n.stream = ? AND n.number = ?`,
    ),
    command: db.prepare<[string], { hash: string; answer: string }>('SELECT hash, answer FROM commands WHERE id = ?'),
    lastNumber: db
      .prepare<[string, number, string], number>(
        `SELECT number FROM numbers WHERE desktop = ? AND incarnation = ? AND stream = ? ORDER BY number DESC LIMIT 1`,
      )
      .pluck(),
    number: db.prepare('INSERT INTO numbers (desktop, incarnation, stream, number, command, batch) VALUES (?, ?, ?, ?, ?, ?)'),
    storeCommand: db.prepare('INSERT INTO commands (id, hash, kind, schema, stream, person, answer, batch) VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    stream: db.prepare<[string], { key: number; version: number }>('SELECT id AS key, version FROM streams WHERE name = ?'),
    eventId: db.prepare<[string], number>('SELECT 1 FROM entries WHERE event_id = ?').pluck(),
    addStream: db.prepare('INSERT INTO streams (name, version) VALUES (?, ?)'),
    touch: db.prepare('UPDATE streams SET version = ? WHERE name = ?'),
    event: db.prepare(
      `INSERT INTO entries (position, batch, class, stream, version, event_id, content, hash) VALUES (?, ?, 'event', ?, ?, ?, ?, ?)`,
    ),
    body: db.prepare('INSERT INTO bodies (event_id, bytes, key_id) VALUES (?, ?, ?)'),
    audit: db.prepare(`INSERT INTO entries (position, batch, class, content, hash) VALUES (?, ?, 'audit', ?, ?)`),
    batch: db.prepare('INSERT INTO batches (batch, first_position, last_position, recorded_at, link) VALUES (?, ?, ?, ?, ?)'),
    openReaders: db.prepare<[number], { id: number; person: string }>(
      'SELECT r.id, r.person FROM access a JOIN readers r ON r.id = a.reader WHERE a.stream = ? AND a.to_position IS NULL',
    ),
    reader: db.prepare<[string], number>('SELECT id FROM readers WHERE person = ?').pluck(),
    addReader: db.prepare('INSERT INTO readers (person) VALUES (?)'),
    grant: db.prepare('INSERT INTO access (reader, stream, from_position) VALUES (?, ?, ?)'),
    revoke: db.prepare('UPDATE access SET to_position = ? WHERE reader = ? AND stream = ? AND to_position IS NULL'),
    feed: db.prepare('INSERT INTO feed (reader, position, what) VALUES (?, ?, ?)'),
  };
}
