import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { migrate } from './migrations/migrate.ts';
import { onDisk, StoreError } from './store-refusal.ts';

export type Db = Database.Database;

/**
 * Opens the person's file: encrypted from its first byte (PR1), every commit on disk before it is answered (SY1),
 * for this process alone (a second start of the same desktop is told so), migrated to the newest schema (RB3).
 *
 * @param file path of the database; made where there is none
 * @param key 32 random bytes, used as they are
 * @param nativeBinding path of a SQLite addon in place of the package's own
 * @throws StoreError for whatever a disk or an older program can do to it
 */
export function openDatabase(file: string, key: Buffer, nativeBinding: string | null): Db {
  return onDisk(() => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const db = new Database(file, { timeout: 250, ...(nativeBinding === null ? {} : { nativeBinding }) });
    try {
      unlock(db, key);
      db.pragma('locking_mode = EXCLUSIVE');
      db.pragma('temp_store = MEMORY');
      db.pragma('secure_delete = ON');
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = FULL');
      db.pragma('foreign_keys = ON');
      db.pragma('trusted_schema = OFF');
      const health = db.pragma('quick_check(1)', { simple: true });
      if (health !== 'ok') throw new StoreError('store-corrupt');
      migrate(db);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** Opens a file that was moved aside, only to read what is left of it. */
export function openForSalvage(file: string, key: Buffer, nativeBinding: string | null): Db {
  return onDisk(() => {
    const db = new Database(file, { timeout: 250, fileMustExist: true, ...(nativeBinding === null ? {} : { nativeBinding }) });
    unlock(db, key);
    return db;
  });
}

function unlock(db: Db, key: Buffer): void {
  db.pragma("cipher = 'sqlcipher'");
  db.pragma(`key = "x'${key.toString('hex')}'"`);
}
