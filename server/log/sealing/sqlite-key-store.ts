import Database from 'better-sqlite3';
import { v7 } from 'uuid';
import { z } from 'zod';
import { LogFailure, logError, type LogError } from '../log-errors.ts';
import { sqliteTrouble } from '../sqlite/sqlite-errors.ts';
import type { KeptKey, KeyStore, ReadMark, Slot } from './key-store.ts';

/** "AIDK": tells this file from every other SQLite database. */
const APPLICATION_ID = 0x4149444b;

/** Numbered, contiguous from 1, never edited after a release (RB3). */
const migrations = [
  `
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('index', 'customer', 'stream')),
    slot TEXT NOT NULL,
    ring_version INTEGER,
    wrapped BLOB,
    retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1)),
    made_at TEXT NOT NULL,
    destroyed_at TEXT,
    -- The chain names it as destroyed.
    recorded INTEGER NOT NULL DEFAULT 0 CHECK (recorded IN (0, 1)),
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL)),
    CHECK ((wrapped IS NULL) = (ring_version IS NULL))
  ) STRICT;
  CREATE UNIQUE INDEX keys_active ON keys (slot) WHERE retired = 0 AND destroyed_at IS NULL;
  CREATE INDEX keys_by_slot ON keys (slot);
  CREATE INDEX keys_by_ring ON keys (ring_version) WHERE ring_version IS NOT NULL;
  CREATE INDEX keys_unrecorded ON keys (id) WHERE destroyed_at IS NOT NULL AND recorded = 0;
  CREATE TABLE ties (tag TEXT NOT NULL, stream TEXT NOT NULL, PRIMARY KEY (tag, stream)) STRICT, WITHOUT ROWID;
  CREATE INDEX ties_by_stream ON ties (stream);
  CREATE TABLE holds (tag TEXT NOT NULL, matter TEXT NOT NULL, PRIMARY KEY (tag, matter)) STRICT, WITHOUT ROWID;
  `,
];

type Row = { id: string; purpose: 'index' | 'customer' | 'stream'; slot: string; version: number | null; wrapped: Buffer | null };
const kept = ({ id, purpose, slot, version, wrapped }: Row): KeptKey =>
  ({ id, purpose, slot: slot as Slot, wrapped: version === null || wrapped === null ? null : { version, bytes: wrapped } });
const Mark = z.object({ epoch: z.string(), position: z.int().min(0), began: z.int().min(1).nullable() });

/**
 * @param path of `keys.sqlite`; made when absent
 * @returns the store, or what is wrong with the file (RB2, RB3); then nothing is held open
 */
export function openSqliteKeyStore(path: string): { ok: true; store: KeyStore } | { ok: false; error: LogError } {
  let db: Database.Database | null = null;
  try {
    db = new Database(path, { timeout: 5000 });
    const tables = Number(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get());
    const application = Number(db.pragma('application_id', { simple: true }));
    const version = Number(db.pragma('user_version', { simple: true }));
    const refused = application !== APPLICATION_ID && tables > 0 ? logError('log-foreign', path, `application id ${application}`)
      : version > migrations.length ? logError('log-newer', path, `database version ${version}, this server knows ${migrations.length}`)
      : null;
    if (refused !== null) {
      db.close();
      return { ok: false, error: refused };
    }
    const verdict = String(db.pragma('quick_check(1)', { simple: true }));
    if (verdict !== 'ok') {
      db.close();
      return { ok: false, error: logError('log-corrupt', path, verdict) };
    }
    db.pragma('journal_mode = WAL');
    // A key must outlive the power as surely as the bodies that it seals.
    db.pragma('synchronous = FULL');
    // What is deleted is written over with zeros, in place.
    db.pragma('secure_delete = ON');
    migrate(db, version);
    // Frames of a server that died between destroying keys and emptying its WAL.
    db.pragma('wal_checkpoint(TRUNCATE)');
    return { ok: true, store: new SqliteKeyStore(db, path) };
  } catch (thrown) {
    db?.close();
    const trouble = sqliteTrouble(thrown, path);
    if (trouble === null) throw thrown;
    return { ok: false, error: trouble };
  }
}

function migrate(db: Database.Database, version: number): void {
  if (version === migrations.length) return;
  db.transaction(() => {
    for (const sql of migrations.slice(version)) db.exec(sql);
    if (version === 0) db.prepare("INSERT INTO facts (name, value) VALUES ('id', ?)").run(v7());
    db.pragma(`user_version = ${migrations.length}`);
    db.pragma(`application_id = ${APPLICATION_ID}`);
  }).immediate();
}

class SqliteKeyStore implements KeyStore {
  readonly id: string;
  readonly #db: Database.Database;
  readonly #path: string;
  readonly #statements: ReturnType<typeof prepareStatements>;

  constructor(db: Database.Database, path: string) {
    this.#db = db;
    this.#path = path;
    this.#statements = prepareStatements(db);
    this.id = this.#fact('id') ?? '';
  }

  #fact(name: string): string | undefined {
    return this.#statements.fact.get(name);
  }

  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (thrown) {
      if (!this.#db.open) throw new LogFailure(logError('log-closed', this.#path, 'closed'));
      const error = sqliteTrouble(thrown, this.#path);
      throw error === null ? thrown : new LogFailure(error);
    }
  }

  #write(write: () => void): void {
    this.#read(() => this.#db.transaction(write).immediate());
  }

  async isEmpty(): Promise<boolean> {
    return this.#read(() => this.#statements.any.get() === undefined);
  }

  async find(ids: readonly string[]): Promise<KeptKey[]> {
    return this.#read(() => ids.flatMap((id) => this.#statements.find.all(id)).map(kept));
  }

  async active(slots: readonly Slot[]): Promise<KeptKey[]> {
    return this.#read(() => slots.flatMap((slot) => this.#statements.active.all(slot)).map(kept));
  }

  async add(keys: Parameters<KeyStore['add']>[0], ties: Parameters<KeyStore['add']>[1], madeAt: string): Promise<void> {
    this.#write(() => {
      for (const { id, purpose, slot, wrapped } of keys) this.#statements.add.run(id, purpose, slot, wrapped.version, wrapped.bytes, madeAt);
      for (const { tag, stream } of ties) this.#statements.tie.run(tag, stream);
    });
  }

  async ofCustomer(tag: string): Promise<{ id: string; slot: Slot }[]> {
    return this.#read(() => this.#statements.ofCustomer.all({ slot: `customer:${tag}`, tag })) as { id: string; slot: Slot }[];
  }

  async streamsOf(tag: string): Promise<string[]> {
    return this.#read(() => this.#statements.streamsOf.all(tag));
  }

  /** One server to a file: what it retires it knows. */
  async retirements(): Promise<number> {
    return 0;
  }

  async retire(ids: readonly string[]): Promise<void> {
    this.#write(() => ids.forEach((id) => this.#statements.retire.run(id)));
  }

  async restore(ids: readonly string[]): Promise<void> {
    this.#write(() => ids.forEach((id) => this.#statements.restore.run(id)));
  }

  async destroy(ids: readonly string[], at: string): Promise<void> {
    this.#write(() => ids.forEach((id) => this.#statements.destroy.run(at, id)));
    this.#emptyWal();
  }

  async destroyedSince(at: string): Promise<{ id: string; slot: Slot }[]> {
    return this.#read(() => this.#statements.destroyedSince.all(at)).map(({ id, slot }) => ({ id, slot: slot as Slot }));
  }

  /** The WAL still holds the pages as they were; only a truncated one does not. */
  #emptyWal(): void {
    const outcome = this.#read(() => this.#db.pragma('wal_checkpoint(TRUNCATE)')) as { busy: number }[];
    if (outcome[0]?.busy !== 0) throw new LogFailure(logError('log-locked', this.#path, 'another program reads keys.sqlite: the destroyed keys are still in its WAL'));
  }

  async wrappedBefore(version: number, limit: number): ReturnType<KeyStore['wrappedBefore']> {
    return this.#read(() => this.#statements.wrappedBefore.all(version, limit)).map(kept).flatMap((key) => (key.wrapped === null ? [] : [{ ...key, wrapped: key.wrapped }]));
  }

  async rewrap(id: string, from: number, to: { version: number; bytes: Uint8Array }): Promise<void> {
    this.#write(() => void this.#statements.rewrap.run(to.version, to.bytes, id, from));
  }

  async readMark(): Promise<ReadMark | null> {
    const text = this.#read(() => this.#fact('read'));
    return text === undefined ? null : Mark.parse(JSON.parse(text));
  }

  async takeIn({ erased, held }: Parameters<KeyStore['takeIn']>[0], mark: ReadMark): Promise<void> {
    this.#write(() => {
      for (const id of erased) this.#statements.recorded.run(id);
      for (const { tag, matter, on } of held) (on ? this.#statements.hold : this.#statements.lift).run(tag, matter);
      this.#statements.setFact.run('read', JSON.stringify(mark));
    });
  }

  async forgetChain(): Promise<void> {
    this.#write(() => {
      this.#statements.unrecord.run();
      this.#statements.dropFact.run('read');
    });
  }

  async unrecorded(): Promise<string[]> {
    return this.#read(() => this.#statements.unrecorded.all());
  }

  async holds(tag: string): Promise<string[]> {
    return this.#read(() => this.#statements.holds.all(tag));
  }

  async holdsInTheWay(tag: string): Promise<number> {
    return this.#read(() => this.#statements.holdsInTheWay.get({ tag }) ?? 0);
  }

  async backUp(path: string): Promise<void> {
    try {
      await this.#db.backup(path);
    } catch (thrown) {
      const error = sqliteTrouble(thrown, path);
      throw error === null ? thrown : new LogFailure(error);
    }
  }

  close(): void {
    this.#db.close();
  }
}

function prepareStatements(db: Database.Database) {
  const ROW = 'SELECT id, purpose, slot, ring_version AS version, wrapped FROM keys';
  return {
    fact: db.prepare<[string], string>('SELECT value FROM facts WHERE name = ?').pluck(),
    setFact: db.prepare('INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value'),
    dropFact: db.prepare('DELETE FROM facts WHERE name = ?'),
    any: db.prepare<[], number>('SELECT 1 FROM keys LIMIT 1').pluck(),
    find: db.prepare<[string], Row>(`${ROW} WHERE id = ?`),
    active: db.prepare<[string], Row>(`${ROW} WHERE slot = ? AND retired = 0 AND destroyed_at IS NULL`),
    add: db.prepare('INSERT INTO keys (id, purpose, slot, ring_version, wrapped, made_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING'),
    tie: db.prepare('INSERT INTO ties (tag, stream) VALUES (?, ?) ON CONFLICT DO NOTHING'),
    ofCustomer: db.prepare<[{ slot: string; tag: string }], { id: string; slot: string }>(
      `SELECT id, slot FROM keys WHERE destroyed_at IS NULL AND slot = @slot
       UNION SELECT k.id, k.slot FROM ties t JOIN keys k ON k.slot = 'stream:' || t.stream WHERE t.tag = @tag AND k.destroyed_at IS NULL ORDER BY id`,
    ),
    streamsOf: db.prepare<[string], string>('SELECT stream FROM ties WHERE tag = ? ORDER BY stream').pluck(),
    retire: db.prepare('UPDATE keys SET retired = 1 WHERE id = ?'),
    restore: db.prepare(
      `UPDATE keys SET retired = 0 WHERE id = ? AND destroyed_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM keys other WHERE other.slot = keys.slot AND other.retired = 0 AND other.destroyed_at IS NULL)`,
    ),
    destroy: db.prepare(`UPDATE keys SET wrapped = NULL, ring_version = NULL, retired = 1, destroyed_at = ? WHERE id = ? AND destroyed_at IS NULL AND purpose <> 'index'`),
    destroyedSince: db.prepare<[string], { id: string; slot: string }>('SELECT id, slot FROM keys WHERE destroyed_at >= ? ORDER BY id'),
    wrappedBefore: db.prepare<[number, number], Row>(`${ROW} WHERE ring_version < ? ORDER BY ring_version, id LIMIT ?`),
    rewrap: db.prepare('UPDATE keys SET ring_version = ?, wrapped = ? WHERE id = ? AND ring_version = ?'),
    recorded: db.prepare('UPDATE keys SET recorded = 1 WHERE id = ?'),
    unrecord: db.prepare('UPDATE keys SET recorded = 0 WHERE recorded = 1'),
    unrecorded: db.prepare<[], string>('SELECT id FROM keys WHERE destroyed_at IS NOT NULL AND recorded = 0 ORDER BY id').pluck(),
    hold: db.prepare('INSERT INTO holds (tag, matter) VALUES (?, ?) ON CONFLICT DO NOTHING'),
    lift: db.prepare('DELETE FROM holds WHERE tag = ? AND matter = ?'),
    holdsInTheWay: db
      .prepare<[{ tag: string }], number>(
        `SELECT count(*) FROM holds WHERE tag = @tag
         OR tag IN (SELECT other.tag FROM ties mine JOIN ties other ON other.stream = mine.stream WHERE mine.tag = @tag)`,
      )
      .pluck(),
    holds: db.prepare<[string], string>('SELECT matter FROM holds WHERE tag = ? ORDER BY matter').pluck(),
  };
}
