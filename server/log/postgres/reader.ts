/**
 * Reads of the log's tables; bodies come out sealed. Entries never change, so an answer of several statements is one
 * consistent view where the later ones are held to the head that the first has seen.
 */
import DataLoader from 'dataloader';
import { MAX_BEHIND } from '#shared/protocol/wire.ts';
import type { PersonId, StreamId } from '#shared/protocol/ids.ts';
import { GENESIS_LINK } from '../chain.ts';
import { caseCost, type FeedBounds, type FeedRow } from '../feed-source.ts';
import type { BatchHead } from '../group-rules.ts';
import type { EventRow } from '../stored-rows.ts';
import type { ReadConnections } from './connections.ts';

export type SealedStretch = {
  epoch: string;
  head: number;
  rows: FeedRow[];
  covered: number;
  left: number;
  openSince: Map<StreamId, number>;
  cases: Map<StreamId, EventRow[]>;
};
type CommandRow = { answer: string; hash: string; person: string; kind: string; stream: string };
export type SealedStart = { epoch: string; head: number; grants: { stream: StreamId; since: number }[]; complete: boolean; left: number; cases: Map<StreamId, EventRow[]> };

const EVENT = `SELECT e.position, e.content, b.link, o.bytes, o.key_id AS "keyId"
  FROM entries e JOIN batches b ON b.batch = e.batch JOIN bodies o ON o.event_id = e.event_id`;
const HEAD = `(SELECT coalesce(max(batch), 0) FROM batches)`;
const POSITION = `(SELECT coalesce(max(last_position), 0) FROM batches)`;
const EPOCH = `(SELECT value FROM facts WHERE name = 'epoch')`;
/** Asked of at once. */
const MAX_COMMANDS = 500;
const READER = '(SELECT id FROM readers WHERE person = $1)';

type Found = { epoch: string; head: number; found: FoundRow[] | null };
/** version: of the row's event; now: of the whole stream; changed: the position of that; since: since when the case is open to the person, null where it is not. */
type FoundRow = { position: number; what: FeedRow['what']; stream: StreamId; version: number; now: number; since: number | null };
type Grants = { epoch: string; head: number; total: number; found: { stream: StreamId; since: number; now: number; changed: number }[] | null };
type CommitRow = { batch: number; link: Buffer; first: number; last: number; feeds: (FeedRow & { person: PersonId })[] | null };
export type SealedCommit = { batch: number; link: string; from: number; to: number; rows: EventRow[]; feeds: Map<PersonId, FeedRow[]> };

function feedsOf({ feeds }: CommitRow): Map<PersonId, FeedRow[]> {
  const byPerson = new Map<PersonId, FeedRow[]>();
  for (const { person, ...row } of feeds ?? []) byPerson.set(person, [...(byPerson.get(person) ?? []), row]);
  return byPerson;
}

export class PostgresReader {
  readonly #connections: ReadConnections;
  /**
   * Every command that comes is looked for first: one question for all that came in a turn of the loop, since one each took a quarter of a
   * server's time. Nothing is kept: what was not there a moment ago may be now.
   */
  readonly #commands: DataLoader<string, CommandRow | undefined>;

  constructor(connections: ReadConnections) {
    this.#connections = connections;
    this.#commands = new DataLoader((ids) => this.#commandsOf(ids), { cache: false, maxBatchSize: MAX_COMMANDS, batchScheduleFn: (ask) => void setImmediate(ask) });
  }

  stream(stream: string, fromVersion: number): Promise<EventRow[]> {
    return this.#connections.rows('stream', `${EVENT} WHERE e.class = 'event' AND e.stream = (SELECT id FROM streams WHERE name = $1) AND e.version >= $2 ORDER BY e.version`, [stream, fromVersion]);
  }

  after(position: number, limit: number): Promise<EventRow[]> {
    return this.#connections.rows('after', `${EVENT} WHERE e.class = 'event' AND e.position > $1 ORDER BY e.position LIMIT $2`, [position, limit]);
  }

  async auditAfter(position: number, limit: number): Promise<string[]> {
    const rows = await this.#connections.rows<{ content: string }>('audit after', `SELECT content FROM entries WHERE class = 'audit' AND position > $1 ORDER BY position LIMIT $2`, [position, limit]);
    return rows.map(({ content }) => content);
  }

  async lastVersion(stream: string): Promise<number> {
    return (await this.#connections.rows<{ version: number }>('version', 'SELECT version FROM streams WHERE name = $1', [stream]))[0]?.version ?? 0;
  }

  command(id: string): Promise<CommandRow | undefined> {
    return this.#commands.load(id);
  }

  async #commandsOf(ids: readonly string[]): Promise<(CommandRow | undefined)[]> {
    const rows = await this.#connections.rows<CommandRow & { id: string }>('commands', 'SELECT id, answer, hash, person, kind, stream FROM commands WHERE id = ANY($1)', [ids]);
    const byId = new Map(rows.map(({ id, ...row }) => [id, row]));
    return ids.map((id) => byId.get(id));
  }

  async lastNumber(desktop: string, incarnation: number, stream: string): Promise<number> {
    const rows = await this.#connections.rows<{ number: number }>('last number', 'SELECT number FROM numbers WHERE desktop = $1 AND incarnation = $2 AND stream = $3 ORDER BY number DESC LIMIT 1', [desktop, incarnation, stream]);
    return rows[0]?.number ?? 0;
  }

  streams(prefix: string): Promise<{ stream: StreamId; version: number }[]> {
    // The last code point there is: everything that starts with the prefix sorts before it.
    return this.#connections.rows('streams', 'SELECT name AS stream, version FROM streams WHERE name >= $1 AND name < $2 ORDER BY name', [prefix, `${prefix}\u{10FFFF}`]);
  }

  /** See EventLog.casesOpenSince. */
  async casesOpenSince(since: string): Promise<StreamId[]> {
    const rows = await this.#connections.rows<{ name: StreamId }>(
      'cases open since', `SELECT s.name FROM streams s
        LEFT JOIN entries e ON e.stream = s.id AND e.class = 'event' AND strpos(e.content, '"kind":"case closed"') > 0
        WHERE strpos(s.name, ':') = 0 AND (e.position IS NULL OR e.position > $1) ORDER BY s.name`, [await this.#positionAt(since)],
    );
    return rows.map(({ name }) => name);
  }

  /** The log's last position before a time. Times of batches never go back, so that halving finds it. */
  async #positionAt(time: string): Promise<number> {
    const at = async (batch: number): Promise<{ position: number; recordedAt: string } | undefined> =>
      (await this.#connections.rows<{ position: number; recordedAt: string }>('batch at', 'SELECT last_position AS position, recorded_at AS "recordedAt" FROM batches WHERE batch = $1', [batch]))[0];
    let [low, high] = [0, (await this.head()).batch];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (((await at(middle))?.recordedAt ?? '') < time) low = middle;
      else high = middle - 1;
    }
    return (await at(low))?.position ?? 0;
  }

  async hasAccess(person: string, stream: string): Promise<boolean> {
    const rows = await this.#connections.rows('has access', `SELECT 1 FROM access WHERE reader = ${READER} AND stream = (SELECT id FROM streams WHERE name = $2) AND to_position IS NULL`, [person, stream]);
    return rows.length > 0;
  }

  async casesOf(person: string): Promise<StreamId[]> {
    const rows = await this.#connections.rows<{ name: StreamId }>(
      'cases of', `SELECT s.name FROM access a JOIN streams s ON s.id = a.stream WHERE a.reader = ${READER} AND a.to_position IS NULL ORDER BY a.from_position`, [person],
    );
    return rows.map(({ name }) => name);
  }

  async readersOf(stream: string): Promise<PersonId[]> {
    const rows = await this.#connections.rows<{ person: PersonId }>(
      'readers of', `SELECT r.person FROM access a JOIN readers r ON r.id = a.reader WHERE a.stream = (SELECT id FROM streams WHERE name = $1) AND a.to_position IS NULL ORDER BY a.from_position`, [stream],
    );
    return rows.map(({ person }) => person);
  }

  async head(): Promise<BatchHead & { epoch: string }> {
    const rows = await this.#connections.rows<{ epoch: string; batch: number | null; position: number | null; link: Buffer | null; recordedAt: string | null }>(
      'head', `SELECT f.value AS epoch, b.batch, b.last_position AS position, b.link, b.recorded_at AS "recordedAt" FROM facts f LEFT JOIN batches b ON b.batch = ${HEAD} WHERE f.name = 'epoch'`, [],
    );
    const row = rows[0];
    return { epoch: row?.epoch ?? '', batch: row?.batch ?? 0, position: row?.position ?? 0, link: row?.link?.toString('hex') ?? GENESIS_LINK, recordedAt: row?.recordedAt ?? null };
  }

  /** What others appended, one commit after another; bodies sealed. */
  async commitsAfter(batch: number, limit: number): Promise<SealedCommit[]> {
    const commits = await this.#connections.rows<CommitRow>(
      'commits after',
      `SELECT b.batch, b.link, b.first_position AS first, b.last_position AS last,
         (SELECT json_agg(json_build_object('person', r.person, 'position', f.position, 'what', f.what, 'stream', s.name, 'version', e.version) ORDER BY f.position)
          FROM feed f JOIN readers r ON r.id = f.reader JOIN entries e ON e.position = f.position JOIN streams s ON s.id = e.stream
          WHERE f.position BETWEEN b.first_position AND b.last_position) AS feeds
       FROM batches b WHERE b.batch > $1 ORDER BY b.batch LIMIT $2`,
      [batch, limit],
    );
    const [first, last] = [commits[0], commits.at(-1)];
    if (first === undefined || last === undefined) return [];
    const events = await this.#connections.rows<EventRow>('events between', `${EVENT} WHERE e.class = 'event' AND e.position BETWEEN $1 AND $2 ORDER BY e.position`, [first.first, last.last]);
    let at = 0;
    return commits.map((commit) => {
      const from = at;
      while (at < events.length && events[at]!.position <= commit.last) at += 1;
      return { batch: commit.batch, link: commit.link.toString('hex'), from: commit.first - 1, to: commit.last, rows: events.slice(from, at), feeds: feedsOf(commit) };
    });
  }

  /** See FeedSource.feedStretch. */
  async feedStretch(person: string, from: number, to: number | null, bounds: FeedBounds): Promise<SealedStretch> {
    const [answer] = await this.#connections.rows<Found>(
      'feed',
      `WITH h AS (SELECT ${POSITION} AS head), q AS (
         SELECT f.position, f.what, s.name AS stream, e.version, s.version AS now,
           (SELECT a.from_position FROM access a WHERE a.reader = f.reader AND a.stream = s.id AND a.to_position IS NULL) AS since
         FROM feed f JOIN entries e ON e.position = f.position JOIN streams s ON s.id = e.stream
         WHERE f.reader = ${READER} AND f.position > $2 AND f.position <= least($3::bigint, (SELECT head FROM h)) ORDER BY f.position LIMIT $4)
       SELECT h.head, ${EPOCH} AS epoch, (SELECT json_agg(q ORDER BY q.position) FROM q) AS found FROM h`,
      [person, from, to, bounds.maxRows + 1],
    );
    const { epoch, head, found } = answer ?? { epoch: '', head: 0, found: null };
    const upTo = to === null ? head : Math.min(to, head);
    const openSince = new Map<StreamId, number>();
    const wanted = new Map<StreamId, number>();
    const rows: FeedRow[] = [];
    let covered = upTo;
    let cost = 0;
    for (const { since, now, ...row } of found ?? []) {
      const needed = since !== null && row.position >= since && !wanted.has(row.stream);
      if (needed) cost += caseCost(now, bounds.held(row.stream));
      if (rows.length >= bounds.maxRows || (needed && wanted.size > 0 && cost > bounds.maxCost)) {
        covered = row.position - 1;
        break;
      }
      rows.push(row);
      if (since !== null) openSince.set(row.stream, since);
      if (needed) wanted.set(row.stream, bounds.held(row.stream));
    }
    const left = to === null && covered < head ? await this.#feedLeft(person, covered, head) : 0;
    return { epoch, head, rows, covered, left, openSince, cases: await this.#cases(wanted, head) };
  }

  async #feedLeft(person: string, after: number, upTo: number): Promise<number> {
    const rows = await this.#connections.rows<{ count: number }>(
      'feed left', `SELECT count(*) FROM (SELECT 1 FROM feed WHERE reader = ${READER} AND position > $2 AND position <= $3 LIMIT $4) AS q`, [person, after, upTo, MAX_BEHIND],
    );
    return rows[0]?.count ?? 0;
  }

  /** See FeedSource.startStretch. */
  async startStretch(person: string, after: number, upTo: number | null, bounds: FeedBounds): Promise<SealedStart> {
    const [answer] = await this.#connections.rows<Grants>(
      'start',
      `WITH h AS (SELECT ${POSITION} AS head), o AS (
         SELECT a.stream, a.from_position FROM access a WHERE a.reader = ${READER} AND a.to_position IS NULL
           AND a.from_position > $2 AND a.from_position <= coalesce($3::bigint, (SELECT head FROM h))),
       q AS (SELECT s.name AS stream, o.from_position AS since, s.version AS now,
           (SELECT e.position FROM entries e WHERE e.class = 'event' AND e.stream = s.id AND e.version = s.version) AS changed FROM o JOIN streams s ON s.id = o.stream ORDER BY o.from_position LIMIT $4)
       SELECT h.head, ${EPOCH} AS epoch, (SELECT count(*) FROM (SELECT 1 FROM o LIMIT $5) AS c) AS total, (SELECT json_agg(q ORDER BY q.since) FROM q) AS found FROM h`,
      [person, after, upTo, bounds.maxRows + 1, bounds.maxRows + MAX_BEHIND],
    );
    const { epoch, head, total, found } = answer ?? { epoch: '', head: 0, total: 0, found: null };
    const wanted = new Map<StreamId, number>();
    const grants: SealedStart['grants'] = [];
    let complete = true;
    let cost = 0;
    for (const { stream, since, now, changed } of found ?? []) {
      const ready = changed <= (upTo ?? head) ? bounds.ready(stream, now) : null;
      cost += ready ?? caseCost(now, bounds.held(stream));
      if (grants.length >= bounds.maxRows || (grants.length > 0 && cost > bounds.maxCost)) {
        complete = false;
        break;
      }
      grants.push({ stream, since });
      if (ready === null) wanted.set(stream, bounds.held(stream));
    }
    const left = complete ? 0 : Math.min(MAX_BEHIND, total - grants.length);
    return { epoch, head, grants, complete, left, cases: await this.#cases(wanted, head) };
  }

  /** Cases from after a version on, as they were at a position. */
  async #cases(wanted: ReadonlyMap<StreamId, number>, head: number): Promise<Map<StreamId, EventRow[]>> {
    const cases = new Map<StreamId, EventRow[]>([...wanted.keys()].map((stream) => [stream, []]));
    if (wanted.size === 0) return cases;
    const rows = await this.#connections.rows<EventRow & { name: StreamId }>(
      'cases',
      `SELECT s.name, e.position, e.content, b.link, o.bytes, o.key_id AS "keyId"
       FROM unnest($1::text[], $2::bigint[]) AS q (name, held) JOIN streams s ON s.name = q.name
       JOIN entries e ON e.stream = s.id AND e.class = 'event' AND e.version > q.held AND e.position <= $3
       JOIN batches b ON b.batch = e.batch JOIN bodies o ON o.event_id = e.event_id ORDER BY e.position`,
      [[...wanted.keys()], [...wanted.values()], head],
    );
    for (const { name, ...row } of rows) cases.get(name)?.push(row);
    return cases;
  }
}
