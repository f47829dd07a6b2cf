/** The event log on SQLite: one server, one file, one partition. The default of every installation. */
import { v7 } from 'uuid';
import { CommandResult } from '#shared/protocol/command.ts';
import type { FoldedEvent } from '#shared/case/decision.ts';
import type { Instant, PersonId, StreamId } from '#shared/protocol/ids.ts';
import { unsealed, type BodySealer } from '../body-sealer.ts';
import type { FeedBounds, FeedStretch, StartStretch } from '../feed-source.ts';
import { GroupCommit } from '../group-commit.ts';
import { LogFailure, logError, type LogError } from '../log-errors.ts';
import { EARLIER_COMMANDS } from '../chain.ts';
import type { AppendItem, AppendResult, Appended, AuditEntry, EventLog, LogHead, StoredAnswer, StoredAudit, StoredEvent } from '../log.ts';
import type { LogOptions } from '../log-options.ts';
import { prepareItem, type PreparedItem } from '../prepare.ts';
import { auditOf, openCases, openEvents } from '../stored-rows.ts';
import { readHead } from './head.ts';
import { markAsCopy, openDatabase, type OpenedDatabase } from './open-database.ts';
import { Reader } from './reader.ts';
import { isFatal, sqliteTrouble } from './sqlite-errors.ts';
import { GroupWriter } from './write-group.ts';

/**
 * @param folder the data folder; made when absent
 * @returns the log, or what is wrong with folder or file (RB2); then nothing is held open
 */
export async function openSqliteLog(folder: string, options: LogOptions): Promise<{ ok: true; log: EventLog } | { ok: false; error: LogError }> {
  const opened = openDatabase(folder);
  if (!opened.ok) return opened;
  return startSqliteLog(opened.value, options);
}

/** On a database that is open already; on failure it is closed. */
export function startSqliteLog(database: OpenedDatabase, options: LogOptions): { ok: true; log: EventLog } | { ok: false; error: LogError } {
  try {
    return { ok: true, log: new SqliteLog(database, options) };
  } catch (thrown) {
    database.close();
    const error = sqliteTrouble(thrown, database.path);
    if (error === null) throw thrown;
    return { ok: false, error };
  }
}

class SqliteLog implements EventLog {
  readonly #database: OpenedDatabase;
  readonly #reader: Reader;
  readonly #writer: GroupWriter;
  readonly #queue: GroupCommit;
  readonly #sealer: BodySealer;
  readonly #schemaOf: (kind: string) => number;
  readonly #newId: () => string;
  readonly #onListenerError: (thrown: unknown) => void;
  readonly #listeners = new Set<(appended: Appended) => void>();
  #epoch: string;
  #broken: LogError | null = null;

  constructor(database: OpenedDatabase, options: LogOptions) {
    this.#database = database;
    this.#sealer = options.sealer ?? unsealed;
    this.#schemaOf = options.schemaOf ?? (() => 1);
    this.#newId = options.newId ?? v7;
    this.#onListenerError = options.onListenerError ?? ((thrown) => process.emitWarning(`a listener of the log threw: ${String(thrown)}`));
    this.#reader = new Reader(database.db);
    this.#writer = new GroupWriter(database.db, options.now);
    this.#queue = new GroupCommit((items) => this.#commit(items), options.soon);
    const epoch = this.#reader.fact('epoch');
    if (epoch === undefined) this.#epoch = this.#startEpoch('log made');
    else if (this.#reader.fact('copied') !== undefined) this.#epoch = this.#startEpoch('started on a back-up');
    else this.#epoch = epoch;
    if (this.#reader.fact('unlinked') !== undefined) this.#linkEarlierCommands();
  }

  append(items: AppendItem[]): Promise<AppendResult[]> {
    return this.#queue.submit(items.length, () => Promise.all(items.map((item) => prepareItem(item, this.#sealer, this.#schemaOf))));
  }

  #commit(items: PreparedItem[]): { ok: true; results: AppendResult[] } | { ok: false; error: LogError } {
    if (this.#broken !== null) return { ok: false, error: this.#broken };
    try {
      const { results, appended } = this.#writer.commit(items);
      if (appended !== null) this.#tell(appended);
      return { ok: true, results };
    } catch (thrown) {
      const error = sqliteTrouble(thrown, this.#database.path);
      if (error === null) throw thrown;
      if (isFatal(error)) this.#broken = error;
      return { ok: false, error };
    }
  }

  #tell(appended: Appended): void {
    for (const listener of this.#listeners) {
      try {
        listener(appended);
      } catch (thrown) {
        this.#onListenerError(thrown);
      }
    }
  }

  async readStream(stream: StreamId, fromVersion: number): Promise<StoredEvent[]> {
    return openEvents(this.#sealer, this.#read(() => this.#reader.stream(stream, fromVersion)));
  }

  async readCase(stream: StreamId): Promise<FoldedEvent[]> {
    const events = await this.readStream(stream, 1);
    return events.map(({ envelope: { id, case: of, version, kind, schema, actor, times }, body }) => ({ id, case: of, version, kind, schema, actor, times, body }));
  }

  async lastVersion(stream: StreamId): Promise<number> {
    return this.#read(() => this.#reader.lastVersion(stream));
  }

  async eventsAfter(position: number, limit: number): Promise<StoredEvent[]> {
    return openEvents(this.#sealer, this.#read(() => this.#reader.after(position, limit)));
  }

  async auditAfter(position: number, limit: number): Promise<StoredAudit[]> {
    const rows = this.#read(() => this.#reader.auditAfter(position, limit));
    return rows.map((row) => auditOf(row.content));
  }

  async commandAnswer(id: string): Promise<StoredAnswer | null> {
    const row = this.#read(() => this.#reader.command(id));
    return row === undefined ? null : { ...row, stream: row.stream as StreamId, answer: CommandResult.parse(JSON.parse(row.answer)) };
  }

  async lastNumber(desktop: string, incarnation: number, stream: StreamId): Promise<number> {
    return this.#read(() => this.#reader.lastNumber(desktop, incarnation, stream));
  }

  async casesOpenSince(since: Instant): Promise<StreamId[]> {
    return this.#read(() => this.#reader.casesOpenSince(since)) as StreamId[];
  }

  async streams(prefix: string): Promise<{ stream: StreamId; version: number }[]> {
    return this.#read(() => this.#reader.streams(prefix)) as { stream: StreamId; version: number }[];
  }

  async hasAccess(person: PersonId, stream: StreamId): Promise<boolean> {
    return this.#read(() => this.#reader.hasAccess(person, stream));
  }

  async casesOf(person: PersonId): Promise<StreamId[]> {
    return this.#read(() => this.#reader.casesOf(person)) as StreamId[];
  }

  async readersOf(stream: StreamId): Promise<PersonId[]> {
    return this.#read(() => this.#reader.readersOf(stream));
  }

  async feedStretch(person: PersonId, from: number, to: number | null, bounds: FeedBounds): Promise<FeedStretch> {
    const epoch = this.#epoch;
    const stretch = this.#read(() => this.#reader.feedStretch(person, from, to, bounds));
    return { ...stretch, epoch, cases: await openCases(this.#sealer, stretch.cases) };
  }

  async startStretch(person: PersonId, after: number, upTo: number | null, bounds: FeedBounds): Promise<StartStretch> {
    const epoch = this.#epoch;
    const stretch = this.#read(() => this.#reader.startStretch(person, after, upTo, bounds));
    return { ...stretch, epoch, cases: await openCases(this.#sealer, stretch.cases) };
  }

  async head(): Promise<LogHead> {
    return { ...this.#read(() => readHead(this.#database.db)), epoch: this.#epoch };
  }

  async newEpoch(reason: string): Promise<string> {
    this.#epoch = this.#startEpoch(reason);
    return this.#epoch;
  }

  /** Once, after the migration that put commands into the chain: those from before are in it by one digest over all. */
  #linkEarlierCommands(): void {
    const entry: AuditEntry = { kind: EARLIER_COMMANDS, person: null, workstation: null, about: null, detail: this.#reader.earlierCommands() };
    this.#writer.commit([{ ok: true, writes: [], command: null, retirements: null, audit: [entry] }], () => this.#reader.dropFact('unlinked'));
  }

  /** The chain says when and why an epoch began, so that nobody can hide a restore. */
  #startEpoch(reason: string): string {
    const epoch = this.#newId();
    const entry: AuditEntry = { kind: 'epoch started', person: null, workstation: null, about: null, detail: { epoch, reason } };
    const { appended } = this.#writer.commit([{ ok: true, writes: [], command: null, retirements: null, audit: [entry] }], () => {
      this.#reader.setFact('epoch', epoch);
      this.#reader.dropFact('copied');
    });
    if (appended !== null) this.#tell(appended);
    return epoch;
  }

  onAppended(listener: (appended: Appended) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async backUp(path: string): Promise<void> {
    try {
      await this.#database.db.backup(path);
      markAsCopy(path);
    } catch (thrown) {
      const error = sqliteTrouble(thrown, path);
      throw error === null ? thrown : new LogFailure(error);
    }
  }

  async close(): Promise<void> {
    await this.#queue.close();
    this.#database.close();
  }

  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (thrown) {
      if (!this.#database.db.open) throw new LogFailure(logError('log-closed', this.#database.path, 'closed'));
      const error = sqliteTrouble(thrown, this.#database.path);
      throw error === null ? thrown : new LogFailure(error);
    }
  }
}
