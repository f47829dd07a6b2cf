/** The keys of sealed bodies from one database to the other, row by row as they are: wrapped, and under the same ids. */
import Database from 'better-sqlite3';
import type pg from 'pg';
import { openSqliteKeyStore } from './sqlite-key-store.ts';
import { LogFailure } from '../log-errors.ts';

const KEY = ['id', 'purpose', 'slot', 'ring_version', 'wrapped', 'retired', 'made_at', 'destroyed_at', 'recorded'] as const;
type KeyRow = Record<(typeof KEY)[number], unknown>;
const TYPES: Record<(typeof KEY)[number], string> = { id: 'text', purpose: 'text', slot: 'text', ring_version: 'bigint', wrapped: 'bytea', retired: 'boolean', made_at: 'text', destroyed_at: 'text', recorded: 'boolean' };
/** Tables that both have, with their columns; all of them hold texts. */
const PLAIN = [{ name: 'ties', columns: ['tag', 'stream'] }, { name: 'holds', columns: ['tag', 'matter'] }] as const;
const LOT = 2_000;

/** How many keys, ties and holds there are: what must be the same on both sides. */
export type KeyCounts = { id: string; keys: number; ties: number; holds: number };

/** @param client inside a transaction with one view @param path of a file that does not exist yet @throws LogFailure */
export async function exportKeys(client: pg.ClientBase, path: string): Promise<void> {
  const made = openSqliteKeyStore(path);
  if (!made.ok) throw new LogFailure(made.error);
  made.store.close();
  const facts = await client.query<{ name: string; value: string }>('SELECT name, value FROM key_facts');
  const keys = await client.query<KeyRow>(`SELECT ${KEY.join(', ')} FROM keys ORDER BY id`);
  const plain: { name: string; columns: readonly string[]; rows: Record<string, string>[] }[] = [];
  for (const { name, columns } of PLAIN) plain.push({ name, columns, rows: (await client.query<Record<string, string>>(`SELECT ${columns.join(', ')} FROM ${name}`)).rows });
  const db = new Database(path);
  try {
    db.pragma('secure_delete = ON');
    db.transaction(() => {
      for (const { name, value } of facts.rows) db.prepare('INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value').run(name, value);
      const key = db.prepare(`INSERT INTO keys (${KEY.join(', ')}) VALUES (${KEY.map(() => '?').join(', ')})`);
      for (const row of keys.rows) key.run(...KEY.map((name) => (typeof row[name] === 'boolean' ? Number(row[name]) : row[name])));
      for (const { name, columns, rows } of plain) {
        const insert = db.prepare(`INSERT INTO ${name} (${columns.join(', ')}) VALUES (?, ?)`);
        for (const row of rows) insert.run(...columns.map((column) => row[column]));
      }
    })();
  } finally {
    db.close();
  }
}

/** @param client inside a transaction; the tables of keys are empty @param path of `keys.sqlite` */
export async function importKeys(client: pg.ClientBase, path: string): Promise<KeyCounts> {
  const db = new Database(path, { readonly: true, fileMustExist: true });
  try {
    for (const row of db.prepare<[], { name: string; value: string }>('SELECT name, value FROM facts').all()) {
      await client.query('INSERT INTO key_facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value', [row.name, row.value]);
    }
    const keys = db.prepare<[string, number], KeyRow>(`SELECT ${KEY.join(', ')} FROM keys WHERE id > ? ORDER BY id LIMIT ?`);
    for (let last = ''; ; ) {
      const rows = keys.all(last, LOT);
      if (rows.length === 0) break;
      const values = KEY.map((name) => rows.map((row) => (TYPES[name] === 'boolean' ? row[name] === 1 : row[name])));
      await client.query(`INSERT INTO keys (${KEY.join(', ')}) SELECT * FROM unnest(${KEY.map((name, n) => `$${n + 1}::${TYPES[name]}[]`).join(', ')})`, values);
      last = String(rows.at(-1)?.id);
    }
    for (const { name, columns } of PLAIN) {
      const rows = db.prepare<[], Record<string, string>>(`SELECT ${columns.join(', ')} FROM ${name}`).all();
      await client.query(`INSERT INTO ${name} (${columns.join(', ')}) SELECT * FROM unnest($1::text[], $2::text[])`, columns.map((column) => rows.map((row) => row[column])));
    }
    const count = (table: string): number => Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
    return { id: String(db.prepare(`SELECT value FROM facts WHERE name = 'id'`).pluck().get()), keys: count('keys'), ties: count('ties'), holds: count('holds') };
  } finally {
    db.close();
  }
}

export async function countKeys(client: pg.ClientBase): Promise<KeyCounts> {
  const { rows } = await client.query<KeyCounts>(
    `SELECT (SELECT value FROM key_facts WHERE name = 'id') AS id, (SELECT count(*) FROM keys) AS keys, (SELECT count(*) FROM ties) AS ties, (SELECT count(*) FROM holds) AS holds`,
  );
  return rows[0] ?? { id: '', keys: 0, ties: 0, holds: 0 };
}
