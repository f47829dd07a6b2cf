/**
 * A log of PostgreSQL as a file of SQLite, row by row as it is: what a back-up is, and what the verifier reads, so that
 * there is one verifier for both.
 */
import Database from 'better-sqlite3';
import type pg from 'pg';
import { migrations } from '../sqlite/migrations.ts';
import { APPLICATION_ID } from '../sqlite/open-database.ts';
import { logTables, namesOf, type Table } from './tables.ts';

const LOT = 2_000;

/**
 * @param client inside a transaction with one view of the database
 * @param path of a file that does not exist yet
 * @param options `copied`: whoever starts on it begins a new epoch (SY9)
 */
export async function exportLog(client: pg.ClientBase, path: string, { copied }: { copied: boolean }): Promise<void> {
  const db = new Database(path);
  try {
    db.pragma('journal_mode = WAL');
    // The whole of it is synced at the end.
    db.pragma('synchronous = OFF');
    // What was changed from outside may break any rule; it is for the verifier to say so.
    db.pragma('foreign_keys = OFF');
    db.pragma('ignore_check_constraints = ON');
    for (const { sql, number } of migrations) {
      db.exec(sql);
      db.pragma(`user_version = ${number}`);
    }
    db.pragma(`application_id = ${APPLICATION_ID}`);
    await client.query(`SET LOCAL statement_timeout = 0`);
    const { rows: facts } = await client.query<{ name: string; value: string }>('SELECT name, value FROM facts');
    const fact = db.prepare('INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING');
    for (const { name, value } of facts) fact.run(name, value);
    if (copied) fact.run('copied', '1');
    for (const table of logTables) await exportTable(client, db, table);
    db.pragma('synchronous = FULL');
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}

async function exportTable(client: pg.ClientBase, db: Database.Database, table: Table): Promise<void> {
  const insert = db.prepare(`INSERT INTO ${table.name} (${namesOf(table)}) VALUES (${table.columns.map(() => '?').join(', ')})`);
  const insertAll = db.transaction((rows: unknown[][]) => {
    for (const row of rows) insert.run(...row);
  });
  await client.query(`DECLARE rows NO SCROLL CURSOR FOR SELECT ${namesOf(table)} FROM ${table.name} ORDER BY ${table.by.join(', ')}`);
  for (;;) {
    const { rows } = await client.query<unknown[]>({ text: `FETCH ${LOT} FROM rows`, rowMode: 'array' });
    if (rows.length === 0) break;
    insertAll(rows);
  }
  await client.query('CLOSE rows');
}
