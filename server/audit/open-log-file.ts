import { existsSync, readFileSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';

/** Above this a file is read in its place. */
const IN_MEMORY_BELOW_BYTES = 256 * 1024 * 1024;
/** Bytes of SQLite's header that say how the file is read and written; 2 is with a write-ahead log. */
const VERSIONS_AT = [18, 19];

/**
 * A log's file, for reading alone. Beside a running server it is read in its place. A file that nobody has open is read
 * into memory where it fits: SQLite would leave two files beside it, and could not open it in a folder without write access.
 *
 * @throws what SQLite throws
 */
export function openLogFile(path: string): Database.Database {
  const unused = (): boolean => !existsSync(`${path}-wal`);
  if (unused() && statSync(path).size <= IN_MEMORY_BELOW_BYTES) {
    const bytes = readFileSync(path);
    // A server that began meanwhile may have written while this was read.
    if (unused() && bytes.length > 0) {
      if (VERSIONS_AT.every((at) => bytes[at] === 2)) for (const at of VERSIONS_AT) bytes[at] = 1;
      const db = new Database(bytes);
      db.pragma('query_only = ON');
      return db;
    }
  }
  return new Database(path, { readonly: true, fileMustExist: true });
}
