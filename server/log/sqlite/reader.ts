/**
 * Reads of the log's tables, each synchronous and therefore one consistent view; bodies come out sealed.
 */
import type Database from 'better-sqlite3';
import type { StreamId } from '#shared/protocol/ids.ts';
import { earlierOf } from './earlier-commands.ts';
import { MAX_BEHIND } from '#shared/protocol/wire.ts';
import { caseCost, type FeedBounds, type FeedRow } from '../feed-source.ts';
import type { EventRow } from '../stored-rows.ts';

export type SealedStretch = {
  head: number;
  rows: FeedRow[];
  covered: number;
  left: number;
  openSince: Map<StreamId, number>;
  cases: Map<StreamId, EventRow[]>;
};
export type SealedStart = { head: number; grants: { stream: StreamId; since: number }[]; complete: boolean; left: number; cases: Map<StreamId, EventRow[]> };

const EVENT = `SELECT e.position, e.content, b.link, o.bytes, o.key_id AS keyId
  FROM entries e JOIN batches b ON b.batch = e.batch JOIN bodies o ON o.event_id = e.event_id`;

export class Reader {
  readonly #db: Database.Database;
  readonly #statements: ReturnType<typeof prepareStatements>;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#statements = prepareStatements(db);
  }

  stream(stream: string, fromVersion: number): EventRow[] {
    return this.#statements.stream.all(stream, fromVersion);
  }

  after(position: number, limit: number): EventRow[] {
    return this.#statements.after.all(position, limit);
  }

  auditAfter(position: number, limit: number): { content: string }[] {
    return this.#statements.auditAfter.all(position, limit);
  }

  lastVersion(stream: string): number {
    return this.#statements.version.get(stream) ?? 0;
  }

  command(id: string): { answer: string; hash: string; person: string; kind: string; stream: string } | undefined {
    return this.#statements.command.get(id);
  }

  lastNumber(desktop: string, incarnation: number, stream: string): number {
    return this.#statements.lastNumber.get(desktop, incarnation, stream) ?? 0;
  }

  streams(prefix: string): { stream: string; version: number }[] {
    // The last code point there is: everything that starts with the prefix sorts before it.
    return this.#statements.streams.all(prefix, `${prefix}\u{10FFFF}`);
  }

  /** See EventLog.casesOpenSince. */
  casesOpenSince(since: string): string[] {
    return this.#statements.openSinceWhen.all('', '\u{10FFFF}', this.#positionAt(since));
  }

  /** The log's last position before a time. Times of batches never go back, so that halving finds it. */
  #positionAt(time: string): number {
    let [low, high] = [0, this.#statements.lastBatch.get() ?? 0];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#statements.batchAt.get(middle)?.recordedAt ?? '') < time) low = middle;
      else high = middle - 1;
    }
    return this.#statements.batchAt.get(low)?.position ?? 0;
  }

  hasAccess(person: string, stream: string): boolean {
    return this.#statements.openSince.get(person, stream) !== undefined;
  }

  casesOf(person: string): string[] {
    return this.#statements.casesOf.all(person);
  }

  readersOf(stream: string): string[] {
    return this.#statements.readersOf.all(stream);
  }

  /** Of the commands that no batch's link covers. */
  earlierCommands(): { rows: number; digest: string } {
    return earlierOf(this.#db);
  }

  fact(name: string): string | undefined {
    return this.#statements.fact.get(name);
  }

  setFact(name: string, value: string): void {
    this.#statements.setFact.run(name, value);
  }

  dropFact(name: string): void {
    this.#statements.dropFact.run(name);
  }

  /** See FeedSource.feedStretch. In one transaction, because another connection could write in between. */
  feedStretch(person: string, from: number, to: number | null, bounds: FeedBounds): SealedStretch {
    return this.#db.transaction((): SealedStretch => {
      const head = this.#statements.head.get() ?? 0;
      const upTo = to === null ? head : Math.min(to, head);
      const found = this.#statements.feed.all(person, from, upTo, bounds.maxRows + 1);
      const openSince = new Map<StreamId, number>();
      const cases = new Map<StreamId, EventRow[]>();
      const rows: FeedRow[] = [];
      let covered = upTo;
      let cost = 0;
      for (const row of found) {
        const since = openSince.get(row.stream) ?? this.#statements.openSince.get(person, row.stream);
        const needed = since !== undefined && row.position >= since && !cases.has(row.stream);
        if (needed) cost += this.#cost(row.stream, bounds);
        if (rows.length >= bounds.maxRows || (needed && cases.size > 0 && cost > bounds.maxCost)) {
          covered = row.position - 1;
          break;
        }
        rows.push(row);
        if (since !== undefined) openSince.set(row.stream, since);
        if (needed) cases.set(row.stream, this.stream(row.stream, bounds.held(row.stream) + 1));
      }
      const left = to === null && covered < head ? (this.#statements.feedLeft.get(person, covered, head, MAX_BEHIND) ?? 0) : 0;
      return { head, rows, covered, left, openSince, cases };
    })();
  }

  /** See FeedSource.startStretch. */
  startStretch(person: string, after: number, upTo: number | null, bounds: FeedBounds): SealedStart {
    return this.#db.transaction((): SealedStart => {
      const head = this.#statements.head.get() ?? 0;
      const ground = upTo ?? head;
      const cases = new Map<StreamId, EventRow[]>();
      const grants: SealedStart['grants'] = [];
      let cost = 0;
      for (const { stream, since, version, changed } of this.#statements.grants.iterate(person, after, ground)) {
        const ready = changed <= ground ? bounds.ready(stream, version) : null;
        cost += ready ?? caseCost(version, bounds.held(stream));
        if (grants.length >= bounds.maxRows || (grants.length > 0 && cost > bounds.maxCost)) {
          const left = this.#statements.grantsLeft.get(person, grants.at(-1)?.since ?? after, ground, MAX_BEHIND) ?? 0;
          return { head, grants, complete: false, left, cases };
        }
        grants.push({ stream, since });
        if (ready === null) cases.set(stream, this.stream(stream, bounds.held(stream) + 1));
      }
      return { head, grants, complete: true, left: 0, cases };
    })();
  }

  #cost(stream: StreamId, bounds: FeedBounds): number {
    return caseCost(this.lastVersion(stream), bounds.held(stream));
  }
}

function prepareStatements(db: Database.Database) {
  return {
    stream: db.prepare<[string, number], EventRow>(
      `${EVENT} WHERE e.class = 'event' AND e.stream = (SELECT id FROM streams WHERE name = ?) AND e.version >= ? ORDER BY e.version`,
    ),
    after: db.prepare<[number, number], EventRow>(`${EVENT} WHERE e.class = 'event' AND e.position > ? ORDER BY e.position LIMIT ?`),
    auditAfter: db.prepare<[number, number], { content: string }>(
      `SELECT content FROM entries WHERE class = 'audit' AND position > ? ORDER BY position LIMIT ?`,
    ),
    version: db.prepare<[string], number>('SELECT version FROM streams WHERE name = ?').pluck(),
    command: db.prepare<[string], { answer: string; hash: string; person: string; kind: string; stream: string }>(
      'SELECT answer, hash, person, kind, stream FROM commands WHERE id = ?',
    ),
    lastNumber: db
      .prepare<[string, number, string], number>(
        'SELECT number FROM numbers WHERE desktop = ? AND incarnation = ? AND stream = ? ORDER BY number DESC LIMIT 1',
      )
      .pluck(),
    streams: db.prepare<[string, string], { stream: string; version: number }>(
      'SELECT name AS stream, version FROM streams WHERE name >= ? AND name < ? ORDER BY name',
    ),
    openSinceWhen: db.prepare<[string, string, number], string>(
      `SELECT s.name FROM streams s
       LEFT JOIN entries e ON e.stream = s.id AND e.class = 'event' AND instr(e.content, '"kind":"case closed"') > 0
       WHERE s.name >= ? AND s.name < ? AND instr(s.name, ':') = 0 AND (e.position IS NULL OR e.position > ?) ORDER BY s.name`,
    ).pluck(),
    lastBatch: db.prepare<[], number>('SELECT batch FROM batches ORDER BY batch DESC LIMIT 1').pluck(),
    batchAt: db.prepare<[number], { position: number; recordedAt: string }>('SELECT last_position AS position, recorded_at AS recordedAt FROM batches WHERE batch = ?'),
    head: db.prepare<[], number>('SELECT last_position FROM batches ORDER BY batch DESC LIMIT 1').pluck(),
    openSince: db
      .prepare<[string, string], number>(
        `SELECT a.from_position FROM access a
         WHERE a.reader = (SELECT id FROM readers WHERE person = ?)
           AND a.stream = (SELECT id FROM streams WHERE name = ?) AND a.to_position IS NULL`,
      )
      .pluck(),
    casesOf: db
      .prepare<[string], string>(
        `SELECT s.name FROM access a JOIN streams s ON s.id = a.stream
         WHERE a.reader = (SELECT id FROM readers WHERE person = ?) AND a.to_position IS NULL ORDER BY a.from_position`,
      )
      .pluck(),
    readersOf: db
      .prepare<[string], string>(
        `SELECT r.person FROM access a JOIN readers r ON r.id = a.reader
         WHERE a.stream = (SELECT id FROM streams WHERE name = ?) AND a.to_position IS NULL ORDER BY a.from_position`,
      )
      .pluck(),
    feed: db.prepare<[string, number, number, number], FeedRow>(
      `SELECT f.position, f.what, s.name AS stream, e.version
       FROM feed f JOIN entries e ON e.position = f.position JOIN streams s ON s.id = e.stream
       WHERE f.reader = (SELECT id FROM readers WHERE person = ?) AND f.position > ? AND f.position <= ?
       ORDER BY f.position LIMIT ?`,
    ),
    feedLeft: db
      .prepare<[string, number, number, number], number>(
        `SELECT count(*) FROM (SELECT 1 FROM feed f WHERE f.reader = (SELECT id FROM readers WHERE person = ?)
           AND f.position > ? AND f.position <= ? LIMIT ?)`,
      )
      .pluck(),
    grantsLeft: db
      .prepare<[string, number, number, number], number>(
        `SELECT count(*) FROM (SELECT 1 FROM access a WHERE a.reader = (SELECT id FROM readers WHERE person = ?)
           AND a.to_position IS NULL AND a.from_position > ? AND a.from_position <= ? LIMIT ?)`,
      )
      .pluck(),
    grants: db.prepare<[string, number, number], { stream: StreamId; since: number; version: number; changed: number }>(
      `SELECT s.name AS stream, a.from_position AS since, s.version,
         (SELECT e.position FROM entries e WHERE e.class = 'event' AND e.stream = s.id AND e.version = s.version) AS changed
       FROM access a JOIN streams s ON s.id = a.stream
       WHERE a.reader = (SELECT id FROM readers WHERE person = ?) AND a.to_position IS NULL
         AND a.from_position > ? AND a.from_position <= ?
       ORDER BY a.from_position`,
    ),
    fact: db.prepare<[string], string>('SELECT value FROM facts WHERE name = ?').pluck(),
    setFact: db.prepare('INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value'),
    dropFact: db.prepare('DELETE FROM facts WHERE name = ?'),
  };
}
