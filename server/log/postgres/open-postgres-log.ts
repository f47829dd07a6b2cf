/**
 * The event log on PostgreSQL: any number of servers on one database, one partition. They append one after another under
 * the partition's lock, and each hears what the others appended.
 */
import { v7 } from 'uuid';
import { CommandResult } from '#shared/protocol/command.ts';
import type { FoldedEvent } from '#shared/case/decision.ts';
import type { Instant, PersonId, StreamId } from '#shared/protocol/ids.ts';
import { unsealed, type BodySealer } from '../body-sealer.ts';
import type { FeedBounds, FeedStretch, StartStretch } from '../feed-source.ts';
import { GroupCommit } from '../group-commit.ts';
import type { BatchHead } from '../group-rules.ts';
import { LogFailure, logError, type LogError } from '../log-errors.ts';
import type { LogOptions } from '../log-options.ts';
import type { AppendItem, AppendResult, Appended, EventLog, LogHead, StoredAnswer, StoredAudit, StoredEvent } from '../log.ts';
import { prepareItem, sealedAnew, type PreparedItem } from '../prepare.ts';
import { auditOf, openCases, openEvents } from '../stored-rows.ts';
import { tellOver, wordOf, type CommitLine } from './carried-commit.ts';
import { connect, dropClient, failureOf, PATIENCE_MS, placeOf, ReadConnections } from './connections.ts';
import { mayPass } from './database-errors.ts';
import { epochItem, setEpoch, settleEpoch, type Standing } from './epoch.ts';
import { exportLog } from './export-log.ts';
import { readSeen, writeSeen } from './last-seen.ts';
import { Notices } from './notices.ts';
import { originDiffers, presentOrigin } from './origin.ts';
import { PostgresReader } from './reader.ts';
import { makeReady, unfitness } from './schema.ts';
import { Teller, type ToTell } from './teller.ts';
import { deadline, every, wait } from './timers.ts';
import { Writer, type Locked } from './writer.ts';

export type PostgresLogOptions = LogOptions & {
  /** Where this server notes what it has last seen of the database; null: nowhere, and a disk that was put back is not noticed. */
  seenFile?: string | null;
  /** The database was restored or failed over under the running server: it has to start anew (SY9). Called once. */
  onReplaced?: (error: LogError) => void;
  /** What carries commits between servers faster than they read them; absent: all of them are read. */
  line?: CommitLine;
};
type Opening = { ok: true; log: EventLog } | { ok: false; error: LogError };

/** A notice may be lost with its connection: what others appended is found by looking, so often. */
const LOOK_MS = 2_000;
const SEEN_MS = 5_000;
const START_AGAIN_MS = 250;

/**
 * @param url of the database, `postgres://…`
 * @returns the log, or what is wrong (RB2, RB3); then nothing is held open
 */
export async function openPostgresLog(url: string, options: PostgresLogOptions): Promise<Opening> {
  const over = deadline(PATIENCE_MS);
  for (;;) {
    try {
      return { ok: true, log: new PostgresLog(url, await prepare(url, options), options) };
    } catch (thrown) {
      if (!(thrown instanceof LogFailure)) throw thrown;
      if (!mayPass(thrown.error) || over()) return { ok: false, error: thrown.error };
      await wait(START_AGAIN_MS);
    }
  }
}

/** @throws LogFailure */
async function prepare(url: string, options: PostgresLogOptions): Promise<Standing> {
  const place = placeOf(url);
  const client = await connect(url);
  try {
    const unfit = (await unfitness(client, place)) ?? (await makeReady(client, place));
    if (unfit !== null) throw new LogFailure(unfit);
    const seenFile = options.seenFile ?? null;
    return await settleEpoch(client, seenFile === null ? null : readSeen(seenFile), { now: options.now, newId: options.newId ?? v7 });
  } catch (thrown) {
    throw failureOf(thrown, place);
  } finally {
    dropClient(client);
  }
}

class PostgresLog implements EventLog {
  readonly #place: string;
  readonly #connections: ReadConnections;
  readonly #reader: PostgresReader;
  readonly #writer: Writer;
  readonly #teller: Teller;
  readonly #notices: Notices;
  readonly #queue: GroupCommit;
  readonly #sealer: BodySealer;
  readonly #options: PostgresLogOptions;
  readonly #stop: (() => void)[];
  /** Of the last commit that this server knows of: the log may never stand before it. */
  #known: BatchHead;
  #standing: Standing;
  #noted = -1;
  #broken: LogError | null = null;
  /** An epoch of our own is on its way. */
  #changing = false;

  constructor(url: string, standing: Standing, options: PostgresLogOptions) {
    const onListenerError = options.onListenerError ?? ((thrown: unknown) => process.emitWarning(`a listener of the log threw: ${String(thrown)}`));
    this.#place = placeOf(url);
    this.#options = options;
    this.#standing = standing;
    this.#known = standing.head;
    this.#sealer = options.sealer ?? unsealed;
    this.#connections = new ReadConnections(url);
    this.#reader = new PostgresReader(this.#connections);
    this.#teller = new Teller((batch, limit) => this.#commitsAfter(batch, limit), standing.head, onListenerError);
    this.#writer = new Writer({
      url, place: this.#place, now: options.now,
      check: async (client) => {
        const unfit = await unfitness(client, this.#place);
        if (unfit !== null) throw new LogFailure(unfit);
        const differs = originDiffers(this.#standing.origin, await presentOrigin(client));
        if (differs !== null) throw this.#replaced(differs);
      },
      stands: (locked) => this.#stands(locked),
      sealAnew: async (items) => {
        await this.#sealer.catchUp?.();
        return Promise.all(items.map((item) => sealedAnew(item, this.#sealer)));
      },
      expect: (position) => this.#teller.expect(position),
      stored: (...told) => tellOver(options.line, ...told),
    });
    this.#queue = new GroupCommit((items) => this.#commit(items), options.soon);
    // SY9: a word of another epoch is of a history that this server does not serve.
    options.line?.onHeard((commit) => void (commit.epoch === this.#standing.epoch && this.#broken === null && this.#teller.heard(wordOf(commit, this.#sealer))));
    this.#notices = new Notices(url, (position) => (position === null ? void this.#teller.look() : this.#teller.noticed(position)));
    this.#notices.start();
    this.#stop = [every(LOOK_MS, () => void this.#look()), every(SEEN_MS, () => void this.#note())];
    void this.#note();
  }

  append(items: AppendItem[]): Promise<AppendResult[]> {
    return this.#queue.submit(items.length, () => Promise.all(items.map((item) => prepareItem(item, this.#sealer, this.#options.schemaOf ?? (() => 1)))));
  }

  async #commit(items: PreparedItem[]): Promise<{ ok: true; results: AppendResult[] } | { ok: false; error: LogError }> {
    if (items.length === 0) return { ok: true, results: [] };
    if (this.#broken !== null) return { ok: false, error: this.#broken };
    const outcome = await this.#writer.commit(items, { after: ({ head }) => void (this.#known = head) });
    if (!outcome.ok) return outcome;
    await this.#teller.own(outcome);
    return { ok: true, results: outcome.results };
  }

  async #commitsAfter(after: number, limit: number): Promise<ToTell[]> {
    const commits = await this.#reader.commitsAfter(after, limit);
    const events = await openEvents(this.#sealer, commits.flatMap(({ rows }) => rows));
    let at = 0;
    return commits.map(({ batch, link, rows, ...told }) => ({ batch, link, appended: { ...told, readers: [...told.feeds.keys()], events: events.slice(at, (at += rows.length)) } }));
  }

  #stands({ head, epoch }: Locked): void {
    if (epoch !== this.#standing.epoch) throw this.#replaced(`epoch ${this.#standing.epoch}, now ${String(epoch)}`);
    if (head.batch < this.#known.batch || (head.batch === this.#known.batch && head.link !== this.#known.link)) throw this.#replaced(`batch ${this.#known.batch} was there, now the log ends at ${head.batch}`);
  }

  /** From here on nothing is written: what this process has folded may be of a history that is no more. */
  #replaced(cause: string): LogFailure {
    const error = logError('database-replaced', this.#place, cause);
    if (this.#broken === null) {
      this.#broken = error;
      this.#options.onReplaced?.(error);
    }
    return new LogFailure(error);
  }

  async #look(): Promise<void> {
    try {
      const { epoch } = await this.#reader.head();
      if (epoch !== this.#standing.epoch && this.#broken === null && !this.#changing) this.#replaced(`epoch ${this.#standing.epoch}, now ${epoch}`);
      await this.#teller.look();
    } catch {
      // While the database is away there is nothing to see; whoever asks is told.
    }
  }

  /** Of the whole log, whoever appended: a server that does nothing itself is a witness as well. */
  async #note(): Promise<void> {
    const { seenFile = null } = this.#options;
    if (seenFile === null || this.#broken !== null) return;
    try {
      const { epoch, batch, link } = await this.#reader.head();
      if (batch === this.#noted || epoch !== this.#standing.epoch) return;
      const [row] = await this.#connections.rows<{ lsn: string }>('lsn', 'SELECT pg_current_wal_lsn()::text AS lsn', []);
      const { system, timeline } = this.#standing.origin;
      await writeSeen(seenFile, { system, timeline, lsn: row?.lsn ?? '0/0', epoch, batch, link });
      this.#noted = batch;
    } catch {
      // Noted again in a moment.
    }
  }

  async readStream(stream: StreamId, fromVersion: number): Promise<StoredEvent[]> {
    return openEvents(this.#sealer, await this.#reader.stream(stream, fromVersion));
  }

  async readCase(stream: StreamId): Promise<FoldedEvent[]> {
    const events = await this.readStream(stream, 1);
    return events.map(({ envelope, body }) => ({
      id: envelope.id, case: envelope.case, version: envelope.version, kind: envelope.kind, schema: envelope.schema, actor: envelope.actor, times: envelope.times, body,
    }));
  }

  lastVersion(stream: StreamId): Promise<number> {
    return this.#reader.lastVersion(stream);
  }

  async eventsAfter(position: number, limit: number): Promise<StoredEvent[]> {
    return openEvents(this.#sealer, await this.#reader.after(position, limit));
  }

  async auditAfter(position: number, limit: number): Promise<StoredAudit[]> {
    return (await this.#reader.auditAfter(position, limit)).map(auditOf);
  }

  async commandAnswer(id: string): Promise<StoredAnswer | null> {
    const row = await this.#reader.command(id);
    return row === undefined ? null : { ...row, stream: row.stream as StreamId, answer: CommandResult.parse(JSON.parse(row.answer)) };
  }

  lastNumber(desktop: string, incarnation: number, stream: StreamId): Promise<number> {
    return this.#reader.lastNumber(desktop, incarnation, stream);
  }

  casesOpenSince(since: Instant): Promise<StreamId[]> {
    return this.#reader.casesOpenSince(since);
  }

  streams(prefix: string): Promise<{ stream: StreamId; version: number }[]> {
    return this.#reader.streams(prefix);
  }

  hasAccess(person: PersonId, stream: StreamId): Promise<boolean> {
    return this.#reader.hasAccess(person, stream);
  }

  casesOf(person: PersonId): Promise<StreamId[]> {
    return this.#reader.casesOf(person);
  }

  readersOf(stream: StreamId): Promise<PersonId[]> {
    return this.#reader.readersOf(stream);
  }

  async feedStretch(person: PersonId, from: number, to: number | null, bounds: FeedBounds): Promise<FeedStretch> {
    const stretch = await this.#reader.feedStretch(person, from, to, bounds);
    return { ...stretch, cases: await openCases(this.#sealer, stretch.cases) };
  }

  async startStretch(person: PersonId, after: number, upTo: number | null, bounds: FeedBounds): Promise<StartStretch> {
    const stretch = await this.#reader.startStretch(person, after, upTo, bounds);
    return { ...stretch, cases: await openCases(this.#sealer, stretch.cases) };
  }

  head(): Promise<LogHead> {
    return this.#reader.head();
  }

  async newEpoch(reason: string): Promise<string> {
    const epoch = (this.#options.newId ?? v7)();
    this.#changing = true;
    try {
      const outcome = await this.#writer.commit([epochItem(epoch, reason)], {
        inside: (client) => setEpoch(client, epoch),
        after: ({ head }) => {
          this.#standing = { ...this.#standing, epoch };
          this.#known = head;
        },
      });
      if (!outcome.ok) throw new LogFailure(outcome.error);
      await this.#teller.own(outcome);
      return epoch;
    } finally {
      this.#changing = false;
    }
  }

  onAppended(listener: (appended: Appended) => void): () => void {
    return this.#teller.onAppended(listener);
  }

  /** A file of SQLite, which a server starts on or which `copy` brings back into a database. */
  async backUp(path: string): Promise<void> {
    await this.#connections.snapshot((client) => exportLog(client, path, { copied: true }));
  }

  async close(): Promise<void> {
    await this.#queue.close();
    for (const stop of this.#stop.splice(0)) stop();
    await this.#note();
    await this.#notices.stop();
    await this.#writer.close();
    await this.#connections.close();
  }
}
