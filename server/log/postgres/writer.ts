/**
 * The transactions of a log on PostgreSQL, one at a time over a connection of its own.
 *
 * A commit that got no answer is in doubt: before anything else is done it is found out, over a new connection, whether it
 * was stored. Whoever asks takes the partition's lock first, which the transaction in question holds to its end, so that
 * "not there" is never "not there yet". Nothing is answered as appended before that is known (SY1, TP4).
 */
import type pg from 'pg';
import { LogFailure, logError, type LogError } from '../log-errors.ts';
import { writeGroup, type BatchHead, type Committed, type EventRecord } from '../group-rules.ts';
import { GENESIS_LINK } from '../chain.ts';
import type { PreparedItem } from '../prepare.ts';
import { APPENDING, connect, dropClient, PATIENCE_MS } from './connections.ts';
import { databaseTrouble, isLost, mayPass } from './database-errors.ts';
import { GatheredRows } from './gathered-rows.ts';
import { deadline, wait } from './timers.ts';

/** Told of each commit: the payload is the log's last position, and nothing else (PR4). */
export const CHANNEL = 'aidline_log';
const AGAIN_MS = 100;
/** Simple statements in one message: one way there and back for the lock and what is known under it. */
export const LOCK_AND_HEAD = `BEGIN; SELECT 1 FROM partitions WHERE partition = 0 FOR UPDATE;
  SELECT batch, last_position AS position, link, recorded_at AS "recordedAt" FROM batches ORDER BY batch DESC LIMIT 1;
  SELECT (SELECT value FROM facts WHERE name = 'epoch') AS epoch, (SELECT value FROM key_facts WHERE name = 'retirements') AS retirements`;

type HeadRow = { batch: number; position: number; link: Buffer; recordedAt: string };
export type Locked = { head: BatchHead; epoch: string | null; /** How often keys of bodies were retired. */ retirements: number };
type Attempt = { id: string; committed: Committed };
export type Outcome = ({ ok: true } & Committed) | { ok: false; error: LogError };

/** The connection was lost between COMMIT and its answer. */
class InDoubt extends Error {
  readonly attempt: Attempt;
  constructor(attempt: Attempt, cause: unknown) {
    super('a commit got no answer', { cause });
    this.attempt = attempt;
  }
}

/** Begins a transaction that holds the partition, and tells where the log is. */
export async function lockPartition(client: pg.Client): Promise<Locked> {
  const results = (await client.query(LOCK_AND_HEAD)) as unknown as pg.QueryResult[];
  const row = results[2]?.rows[0] as HeadRow | undefined;
  const fact = results[3]?.rows[0] as { epoch: string | null; retirements: string | null } | undefined;
  const head = row === undefined ? { batch: 0, position: 0, link: GENESIS_LINK, recordedAt: null } : { ...row, link: row.link.toString('hex') };
  return { head, epoch: fact?.epoch ?? null, retirements: Number(fact?.retirements ?? 0) };
}

/** PR7: keys were retired that may have sealed some of it: nothing was stored, and it has to be sealed anew. */
class KeysRetired extends Error {}

export type WriterParts = {
  url: string;
  place: string;
  now: () => string;
  /** Whether a new connection leads to a database that may be written to; throws LogFailure where it does not. */
  check: (client: pg.Client) => Promise<void>;
  /** Whether the log stands where this server knows it to stand; throws LogFailure where it was put back. */
  stands: (locked: Locked) => void;
  /** Seals anew what was sealed before keys were retired. */
  sealAnew: (items: readonly PreparedItem[]) => Promise<readonly PreparedItem[]>;
  /** A commit up to this position is about to be made. */
  expect: (position: number) => void;
  /** A commit was stored, on top of what was locked: told before anything else is done with it. */
  stored: (on: Locked, committed: Committed, events: readonly EventRecord[]) => void;
};

type More = { inside?: (client: pg.Client) => Promise<void>; after?: (committed: Committed) => void };

export class Writer {
  readonly #parts: WriterParts;
  #client: pg.Client | null = null;
  /** The last group had to be given up: until one succeeds, each gets one try, or a queue would wait for hours. */
  #away = false;
  /** What the last unanswered commit was, while it is not known what became of it. */
  #doubt: Attempt | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /**
   * The whole group in one transaction.
   * @param more `inside` runs in it, before the commit; `after` once it is known to be stored, before any other begins
   * @returns results, or why nothing was stored; throws only for a bug
   */
  commit(items: readonly PreparedItem[], more: More = {}): Promise<Outcome> {
    const done = this.#last.then(() => this.#commit(items, more));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #commit(given: readonly PreparedItem[], { inside, after }: More): Promise<Outcome> {
    let items = given;
    let isStale = false;
    let over = deadline(this.#away ? 0 : PATIENCE_MS);
    // Of a group before this one, whose callers were told that it is not known: theirs to send again.
    this.#doubt = null;
    for (;;) {
      try {
        if (isStale) items = await this.#parts.sealAnew(items);
        isStale = false;
        const client = await this.#connected();
        const committed = (await this.#settled(client)) ?? (await this.#try(client, items, inside));
        this.#doubt = null;
        this.#away = false;
        after?.(committed);
        return { ok: true, ...committed };
      } catch (thrown) {
        if (thrown instanceof KeysRetired) {
          isStale = true;
          continue;
        }
        this.drop();
        const reason = thrown instanceof InDoubt ? thrown.cause : thrown;
        if (thrown instanceof InDoubt) {
          // However long the answer was waited for: once more there is time to find out.
          if (this.#doubt === null) over = deadline(PATIENCE_MS);
          this.#doubt = thrown.attempt;
        }
        const trouble = reason instanceof LogFailure ? reason.error : databaseTrouble(reason, this.#parts.place);
        if (trouble === null) throw reason;
        if (mayPass(trouble) && !over()) {
          await wait(AGAIN_MS);
          continue;
        }
        this.#away = mayPass(trouble);
        return { ok: false, error: this.#doubt === null ? trouble : logError('database-in-doubt', this.#parts.place, trouble.cause) };
      }
    }
  }

  /** What became of a commit without an answer: it, where it was stored; null where there is none, or it was not. */
  async #settled(client: pg.Client): Promise<Committed | null> {
    const doubt = this.#doubt;
    if (doubt === null) return null;
    if (await isStored(client, doubt)) return doubt.committed;
    this.#doubt = null;
    return null;
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client !== null) return this.#client;
    const client = await connect(this.#parts.url, APPENDING);
    try {
      await this.#parts.check(client);
    } catch (thrown) {
      dropClient(client);
      throw thrown;
    }
    client.once('end', () => {
      if (this.#client === client) this.#client = null;
    });
    this.#client = client;
    return client;
  }

  async #try(client: pg.Client, items: readonly PreparedItem[], inside: More['inside']): Promise<Committed> {
    // One way there and back: what is asked is asked once the partition is held.
    const [locked, rows] = await inOrder(lockPartition(client), GatheredRows.read(client, items));
    this.#parts.stands(locked);
    // Whoever erases has retired the keys before it takes the lock, and destroys them after: what is stored under the lock is sealed
    // under keys that are in force, or was there for the erasure to see.
    if (items.some((item) => item.ok && item.retirements !== null && item.retirements !== locked.retirements)) {
      await client.query('ROLLBACK');
      throw new KeysRetired();
    }
    const committed = writeGroup(rows, locked.head, this.#parts.now(), items);
    if (committed.appended === null && inside === undefined) {
      await client.query('ROLLBACK');
      return committed;
    }
    await rows.endAccess(client);
    await inside?.(client);
    this.#parts.expect(committed.head.position);
    try {
      // In one message: where the rows are refused, so is all that follows in the transaction. And where they never left, nothing is committed without them.
      const written = committed.appended === null ? '' : `SELECT 1 / count(*) FROM batches WHERE batch = ${committed.head.batch}; `;
      await inOrder(rows.write(client), client.query(`${written}NOTIFY ${CHANNEL}, '${committed.head.position}'; COMMIT`));
    } catch (thrown) {
      const trouble = databaseTrouble(thrown, this.#parts.place);
      // What the database refuses by an answer was rolled back. No answer says nothing.
      if (trouble === null || !isLost(trouble)) throw thrown;
      throw new InDoubt({ id: rows.attempt, committed }, thrown);
    }
    if (inside === undefined) this.#parts.stored(locked, committed, rows.events);
    return committed;
  }

  /** Leaves the connection; the next group gets another one. */
  drop(): void {
    const client = this.#client;
    this.#client = null;
    if (client !== null) dropClient(client);
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => undefined);
  }
}

/** What was sent together. @throws what the first that failed failed of: what follows it in the transaction fails of that, and may tell sooner */
async function inOrder<First, Second>(first: Promise<First>, second: Promise<Second>): Promise<[First, Second]> {
  const [one, other] = await Promise.allSettled([first, second]);
  if (one.status === 'rejected') throw one.reason;
  if (other.status === 'rejected') throw other.reason;
  return [one.value, other.value];
}

async function isStored(client: pg.Client, { id, committed }: Attempt): Promise<boolean> {
  await lockPartition(client);
  const { rows } = await client.query('SELECT 1 FROM batches WHERE batch = $1 AND attempt = $2', [committed.head.batch, id]);
  await client.query('ROLLBACK');
  return rows.length > 0;
}
