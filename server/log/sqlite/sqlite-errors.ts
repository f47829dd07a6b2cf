import Database from 'better-sqlite3';
import { logError, type LogError } from '../log-errors.ts';

/**
 * What SQLite said, as an error that a person can act on; null for what is no matter of the disk (a constraint, a
 * bug of ours).
 */
export function sqliteTrouble(thrown: unknown, path: string): LogError | null {
  if (!(thrown instanceof Database.SqliteError)) return null;
  const { code, message } = thrown;
  const as = (name: Parameters<typeof logError>[0]): LogError => logError(name, path, `${code}: ${message}`);
  if (code === 'SQLITE_FULL') return as('log-disk-full');
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN') || code === 'SQLITE_PERM') return as('log-not-writable');
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return as('log-locked');
  if (code.startsWith('SQLITE_CORRUPT')) return as('log-corrupt');
  if (code === 'SQLITE_NOTADB') return as('log-corrupt');
  if (code.startsWith('SQLITE_IOERR')) return as('log-io');
  return null;
}

/**
 * After these the state of the file is not known: SQLite's cache and the disk may differ (a failed sync is not
 * repaired by trying again), so nothing more is written until the log is opened anew.
 */
export const isFatal = (error: LogError): boolean => error.code === 'log-io' || error.code === 'log-corrupt';
