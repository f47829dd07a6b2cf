/**
 * What the file holds beside the chain: the tables themselves, the facts, versions of streams, access and feeds. None
 * of it is linked, since all of it follows from the entries: here it is drawn again from them and compared (PR5).
 */
import Database from 'better-sqlite3';
import { APPLICATION_ID } from '../log/sqlite/open-database.ts';
import { migrations } from '../log/sqlite/migrations.ts';
import { GRANTED, REVOKED } from '../log/access-events.ts';
import { ofFile, type AuditFault } from './fault.ts';

type SchemaRow = { type: string; name: string; tbl_name: string; sql: string | null };
const schemaOf = (db: Database.Database): string[] =>
  db.prepare<[], SchemaRow>('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name').all().map((row) => JSON.stringify([row.type, row.name, row.tbl_name, row.sql]));

const schemas = new Map<number, string[]>();
function ownSchema(version: number): string[] {
  const known = schemas.get(version);
  if (known !== undefined) return known;
  const own = new Database(':memory:');
  try {
    for (const { number, sql } of migrations) if (number <= version) own.exec(sql);
    const schema = schemaOf(own);
    schemas.set(version, schema);
    return schema;
  } finally {
    own.close();
  }
}

/**
 * That the file is a log of a version this program knows, with the tables, indexes and rules it made and no others
 * (a trigger would be code of somebody else's), and that SQLite finds its pages and indexes whole.
 */
export function fileFault(db: Database.Database): AuditFault | null {
  const id = Number(db.pragma('application_id', { simple: true }));
  const version = Number(db.pragma('user_version', { simple: true }));
  if (id !== APPLICATION_ID) return ofFile('tables-differ', `application id ${id}`);
  if (!migrations.some(({ number }) => number === version)) return ofFile('tables-differ', `version ${version} of the tables; this program knows ${migrations.length}`);
  const [expected, found] = [ownSchema(version), schemaOf(db)];
  const differs = found.find((row) => !expected.includes(row)) ?? expected.find((row) => !found.includes(row));
  if (differs !== undefined) return ofFile('tables-differ', differs);
  const verdict = String(db.pragma('integrity_check(1)', { simple: true }));
  return verdict === 'ok' ? null : ofFile('file-damaged', verdict);
}

export function factsFault(db: Database.Database, epoch: string | undefined): AuditFault | null {
  const facts = new Map(db.prepare<[], [string, string]>('SELECT name, value FROM facts').raw().all() as unknown as [string, string][]);
  if (facts.get('epoch') !== epoch) return ofFile('facts-differ', `the file says epoch ${String(facts.get('epoch'))}, the chain ${String(epoch)}`);
  for (const [name, value] of facts) {
    if (name !== 'epoch' && !((name === 'copied' || name === 'unlinked') && value === '1')) return ofFile('facts-differ', `${name} is ${value}`);
  }
  return null;
}

export function streamsFault(db: Database.Database): AuditFault | null {
  const row = db.prepare<[], { name: string; version: number; last: number | null; position: number | null }>(
    `SELECT s.name, s.version, max(e.version) AS last, max(e.position) AS position FROM streams s LEFT JOIN entries e ON e.stream = s.id AND e.class = 'event'
     GROUP BY s.id HAVING s.version IS NOT max(e.version) ORDER BY s.id LIMIT 1`,
  ).get();
  return row === undefined ? null : ofFile('stream-differs', `${row.name} says version ${row.version}; its last event is ${row.last ?? 0}`, row.position);
}

type Change = { what: 'granted' | 'revoked'; person: string };
type Step = { position: number; stream: number; kind: string };
type FeedRow = [position: number, person: string, what: string];

/** Reads the rows of all feeds, in order, one position at a time. */
class Feeds {
  readonly #rows: IterableIterator<FeedRow>;
  #next: IteratorResult<FeedRow>;

  constructor(db: Database.Database) {
    this.#rows = db.prepare('SELECT f.position, r.person, f.what FROM feed f LEFT JOIN readers r ON r.id = f.reader ORDER BY f.position').raw().iterate() as IterableIterator<FeedRow>;
    this.#next = this.#rows.next();
  }

  /** Everything up to and including a position: all of it should be at that one. */
  upTo(position: number): FeedRow[] {
    const rows: FeedRow[] = [];
    while (!this.#next.done && this.#next.value[0] <= position) {
      rows.push(this.#next.value);
      this.#next = this.#rows.next();
    }
    return rows;
  }

  close(): void {
    this.#rows.return?.();
  }
}

/** Position → whom a grant or revocation names, where its body could be read. */
export type AccessBodies = ReadonlyMap<number, string>;

/**
 * Draws access and feeds again from the events. Where a body is sealed and was not opened, the person of a grant is
 * taken from the feed's own row: then that one person rests on the row alone.
 */
export function accessFault(db: Database.Database, bodies: AccessBodies): AuditFault | null {
  const open = new Map<number, Map<string, number>>();
  const intervals = new Set<string>();
  const persons = new Set<string>();
  const interval = (stream: number, person: string, from: number, to: number | null): string => JSON.stringify([stream, person, from, to]);
  const feeds = new Feeds(db);
  try {
    const steps = db.prepare<[], Step>(`SELECT position, stream, content ->> '$.kind' AS kind FROM entries WHERE class = 'event' ORDER BY position`).iterate();
    for (const { position, stream, kind } of steps) {
      const readers = open.get(stream) ?? new Map<string, number>();
      const found = feeds.upTo(position);
      const change = changeAt(kind, bodies.get(position) ?? found.find(([, , what]) => what === 'granted' || what === 'revoked')?.[1] ?? null);
      if (kind === GRANTED && change === null) return ofFile('feed-differs', 'no row says to whom this grant is', position);
      const expected = new Set<string>();
      for (const person of readers.keys()) if (person !== change?.person) expected.add(`${position} ${person} event`);
      if (change !== null) {
        const since = readers.get(change.person);
        if (change.what === 'granted') {
          if (since === undefined) readers.set(change.person, position);
          persons.add(change.person);
          expected.add(`${position} ${change.person} granted`);
        } else if (since !== undefined) {
          readers.delete(change.person);
          intervals.add(interval(stream, change.person, since, position));
          expected.add(`${position} ${change.person} revoked`);
        }
        open.set(stream, readers);
      }
      const stray = found.find((row) => !expected.delete(`${row[0]} ${row[1]} ${row[2]}`));
      if (stray !== undefined) return ofFile('feed-differs', `a row for ${stray[1]} at ${stray[0]} says ${stray[2]}, which no event does`, stray[0]);
      const [lacking] = expected;
      if (lacking !== undefined) return ofFile('feed-differs', `no row says: ${lacking}`, position);
    }
    const [beyond] = feeds.upTo(Number.MAX_SAFE_INTEGER);
    if (beyond !== undefined) return ofFile('feed-differs', `a row for ${beyond[1]} at ${beyond[0]}, where no event is`, beyond[0]);
  } finally {
    feeds.close();
  }
  for (const [stream, readers] of open) for (const [person, since] of readers) intervals.add(interval(stream, person, since, null));
  return tablesFault(db, intervals, persons);
}

function tablesFault(db: Database.Database, intervals: Set<string>, persons: Set<string>): AuditFault | null {
  const rows = db.prepare('SELECT a.stream, r.person, a.from_position, a.to_position FROM access a LEFT JOIN readers r ON r.id = a.reader').raw().iterate() as IterableIterator<[number, string, number, number | null]>;
  for (const row of rows) if (!intervals.delete(JSON.stringify(row))) return ofFile('access-differs', `${row[1]} from ${row[2]} to ${row[3] ?? 'now'}, which no event says`, row[2]);
  const [lacking] = intervals;
  if (lacking !== undefined) return ofFile('access-differs', `no row says: ${lacking}`);
  for (const person of db.prepare<[], string>('SELECT person FROM readers').pluck().iterate()) if (!persons.delete(person)) return ofFile('access-differs', `reader ${person} was never granted anything`);
  return null;
}

function changeAt(kind: string, person: string | null): Change | null {
  if (person === null || (kind !== GRANTED && kind !== REVOKED)) return null;
  return { what: kind === GRANTED ? 'granted' : 'revoked', person };
}

export type AccessBody = { position: number; bytes: Buffer; keyId: string };

/** Bodies of all grants and revocations, as stored. */
export const accessBodies = (db: Database.Database): AccessBody[] =>
  db.prepare<[string, string], AccessBody>(
    `SELECT e.position, o.bytes, o.key_id AS keyId FROM entries e JOIN bodies o ON o.event_id = e.event_id WHERE e.class = 'event' AND e.content ->> '$.kind' IN (?, ?)`,
  ).all(GRANTED, REVOKED);
