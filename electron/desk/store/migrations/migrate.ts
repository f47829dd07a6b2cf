import type Database from 'better-sqlite3';
import { StoreError } from '../store-refusal.ts';
import { migration0001 } from './0001-first-tables.ts';
import { migration0002 } from './0002-taken-over.ts';
import { migration0003 } from './0003-left-cases.ts';

export type Migration = { readonly version: number; up(db: Database.Database): void };

/** In order, never changed once released. */
export const migrations: readonly Migration[] = [migration0001, migration0002, migration0003];
export const NEWEST_SCHEMA = migrations.at(-1)?.version ?? 0;

/**
 * Brings the file to the newest schema in one transaction, or leaves it as it was (RB3).
 * @throws StoreError `store-newer` for a file that a later program wrote
 */
export function migrate(db: Database.Database, list: readonly Migration[] = migrations): void {
  const newest = list.at(-1)?.version ?? 0;
  const held = Number(db.pragma('user_version', { simple: true }));
  if (held > newest) throw new StoreError('store-newer', { held, known: newest });
  if (held === newest) return;
  db.transaction(() => {
    for (const migration of list) {
      if (migration.version <= held) continue;
      migration.up(db);
      db.pragma(`user_version = ${migration.version}`);
    }
  })();
}
