import { join } from 'node:path';
import Database from 'better-sqlite3';
import { PostgresEnrolmentStore } from '../administration/postgres-enrolment-store.ts';
import { SqliteEnrolmentStore } from '../administration/sqlite-enrolment-store.ts';
import { PostgresDesktopOwners, SqliteDesktopOwners } from '../gateway/desktop-owners.ts';
import { ReadConnections } from '../log/postgres/connections.ts';
import type { DataKeys } from '../log/sealing/data-keys.ts';
import { SecretSealer } from '../log/sealing/secret-sealer.ts';
import { PostgresCredentialStore } from '../people/postgres-credential-store.ts';
import { PostgresSessionEndStore, SqliteSessionEndStore } from '../people/session-end-store.ts';
import { PostgresSessionListStore, SqliteSessionListStore } from '../people/session-list-store.ts';
import { SqliteCredentialStore } from '../people/sqlite-credential-store.ts';
import { PostgresRecoveryBook, SqliteRecoveryBook } from '../recovery/recovery-book.ts';
import { FileSecret } from './file-secret.ts';
import type { Kept } from './kept.ts';
import { PostgresSecret } from './postgres-secret.ts';

export const PEOPLE_FILE = 'people.sqlite';
export const SECRET_FILES = { tokens: 'tokens.key', spool: 'spool.keys', audit: 'audit.key' } as const;

/** What lies in `people.sqlite`. @param path of the file, made where missing; `:memory:` for none */
export function openPeopleFile(path: string): Omit<Kept, 'secrets'> & { db: Database.Database } {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('secure_delete = ON');
  return {
    db, credentials: new SqliteCredentialStore(db), enrolments: new SqliteEnrolmentStore(db), desktops: new SqliteDesktopOwners(db), recoveries: new SqliteRecoveryBook(db),
    sessionEnds: new SqliteSessionEndStore(db), sessions: new SqliteSessionListStore(db),
    close: async () => void db.close(),
  };
}

/**
 * Opened after the log, which has looked whether the database is fit and its tables are there.
 *
 * @param folder the data folder, which exists
 * @param database `postgres://…`, or null for files in the folder
 * @param keys of the sealed log: the secrets of a database are sealed under one of them
 */
export function openKept(folder: string, database: string | null, keys: DataKeys): Kept {
  if (database === null) {
    const { db: _db, ...people } = openPeopleFile(join(folder, PEOPLE_FILE));
    const file = (name: keyof typeof SECRET_FILES, strict = false): FileSecret => new FileSecret(join(folder, SECRET_FILES[name]), { strict });
    return { ...people, secrets: { tokens: file('tokens'), spool: file('spool', true), audit: file('audit') } };
  }
  const connections = new ReadConnections(database);
  const sealer = new SecretSealer(keys);
  return {
    credentials: new PostgresCredentialStore(connections), enrolments: new PostgresEnrolmentStore(connections, sealer),
    desktops: new PostgresDesktopOwners(connections), recoveries: new PostgresRecoveryBook(connections), sessionEnds: new PostgresSessionEndStore(connections), sessions: new PostgresSessionListStore(connections),
    secrets: { tokens: new PostgresSecret(connections, sealer, 'tokens'), spool: new PostgresSecret(connections, sealer, 'spool'), audit: new PostgresSecret(connections, sealer, 'audit') },
    close: () => connections.close(),
  };
}
