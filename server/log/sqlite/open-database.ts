/**
 * Opens the log's file: makes the folder, takes the lock, refuses what is not ours, damaged or newer, migrates.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { logError, type LogError } from '../log-errors.ts';
import { migrations, type Migration } from './migrations.ts';
import { sqliteTrouble } from './sqlite-errors.ts';

/** "AIDL": tells this file from every other SQLite database. */
export const APPLICATION_ID = 0x4149444c;
/** Above this size the start does not walk every page; the verifier does. */
const CHECK_WHOLE_BELOW_BYTES = 64 * 1024 * 1024;

export type OpenedDatabase = {
  path: string;
  db: Database.Database;
  /** Closes the file, then lets go of the lock. */
  close: () => void;
};
type Opening<T> = { ok: true; value: T } | { ok: false; error: LogError };

/**
 * One server per folder. The lock is a transaction held open on a file of its own: the system lets go of it when the
 * process dies, however it dies, and back-up and verifier may still read the log beside a running server.
 */
function takeLock(folder: string): Opening<() => void> {
  const path = join(folder, 'log.lock');
  let lock: Database.Database | null = null;
  try {
    lock = new Database(path, { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
  } catch (thrown) {
    lock?.close();
    return { ok: false, error: sqliteTrouble(thrown, path) ?? logError('log-not-writable', path, String(thrown)) };
  }
  const held = lock;
  return { ok: true, value: () => void held.close() };
}

function migrate(db: Database.Database, path: string, list: Migration[]): LogError | null {
  const version = Number(db.pragma('user_version', { simple: true }));
  const newest = list.at(-1)?.number ?? 0;
  if (version > newest) return logError('log-newer', path, `database version ${version}, this server knows ${newest}`);
  const pending = list.filter((migration) => migration.number > version);
  if (pending.length === 0) return null;
  db.transaction(() => {
    for (const migration of pending) {
      db.exec(migration.sql);
      db.pragma(`user_version = ${migration.number}`);
    }
    db.pragma(`application_id = ${APPLICATION_ID}`);
  }).immediate();
  return null;
}

function refuseUnlessOurs(db: Database.Database, path: string, bytes: number): LogError | null {
  const id = Number(db.pragma('application_id', { simple: true }));
  const tables = Number(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get());
  if (id !== APPLICATION_ID && tables > 0) return logError('log-foreign', path, `application id ${id}, ${tables} tables`);
  if (bytes >= CHECK_WHOLE_BELOW_BYTES) return null;
  const verdict = String(db.pragma('quick_check(1)', { simple: true }));
  return verdict === 'ok' ? null : logError('log-corrupt', path, verdict);
}

/**
 * @param folder the data folder; made when absent
 * @param list for tests of migrations only
 * @returns the open file at the newest version, or why not (RB2, RB3); then nothing was changed and no lock is held
 */
export function openDatabase(folder: string, list: Migration[] = migrations): Opening<OpenedDatabase> {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (thrown) {
    return { ok: false, error: logError('log-folder', folder, String(thrown)) };
  }
  const lock = takeLock(folder);
  if (!lock.ok) return lock;
  const path = join(folder, 'log.db');
  let db: Database.Database | null = null;
  const fail = (error: LogError): Opening<OpenedDatabase> => {
    db?.close();
    lock.value();
    return { ok: false, error };
  };
  try {
    db = new Database(path, { timeout: 5000 });
    const pages = Number(db.pragma('page_count', { simple: true }));
    const strange = refuseUnlessOurs(db, path, pages * Number(db.pragma('page_size', { simple: true })));
    if (strange !== null) return fail(strange);
    db.pragma('journal_mode = WAL');
    // SY1: what was answered survives power loss; NORMAL would not sync at commit.
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    db.pragma('cache_size = -65536');
    const failed = migrate(db, path, list);
    if (failed !== null) return fail(failed);
  } catch (thrown) {
    const trouble = sqliteTrouble(thrown, path);
    const failed = fail(trouble ?? logError('log-corrupt', path, String(thrown)));
    if (trouble === null) throw thrown;
    return failed;
  }
  const opened = db;
  return {
    ok: true,
    value: {
      path,
      db: opened,
      close: () => {
        opened.close();
        lock.value();
      },
    },
  };
}

/** SY9: a copy knows that it is one, so that no operator has to remember the new epoch when it is restored. */
export function markAsCopy(path: string): void {
  const db = new Database(path);
  try {
    db.pragma('synchronous = FULL');
    db.prepare("INSERT INTO facts (name, value) VALUES ('copied', '1') ON CONFLICT (name) DO NOTHING").run();
  } finally {
    db.close();
  }
}
