import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listCheckpoints, readCheckpoint } from '../../../server/audit/checkpoint-folder.ts';
import { logFindings } from '../../../server/audit/verify.ts';
import { keptLog, turning, verify, type Kept } from './audit-fixture.ts';

let kept: Kept;
const SEED = 20261123;
const RAW_FLIPS = 600;
beforeEach(async () => {
  kept = await keptLog(turning);
});
afterEach(() => kept.dispose());

const tablesOf = (db: Database.Database): string[] => db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name").pluck().all();
const keyOf = (db: Database.Database, table: string): string[] => {
  const columns = db.prepare<[], { name: string; pk: number }>(`SELECT name, pk FROM pragma_table_info('${table}')`).all();
  return columns.filter(({ pk }) => pk > 0).map(({ name }) => name);
};

/** Every cell with one byte changed, or one bit of a number. */
function* changesOf(value: unknown): Generator<{ to: unknown; sql: string }> {
  if (value === null) yield { to: 1, sql: '?' };
  else if (typeof value === 'number') for (const bit of [0, 1, 2, 5, 7, 20]) yield { to: BigInt(value) ^ (1n << BigInt(bit)), sql: '?' };
  else {
    const bytes = typeof value === 'string' ? Buffer.from(value) : (value as Buffer);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1 << (at % 7);
      yield { to: changed, sql: typeof value === 'string' ? 'CAST(? AS TEXT)' : '?' };
    }
  }
}

it('[PR5] finds one byte changed in any cell of any row of any table', async () => {
  const db = new Database(kept.database);
  try {
    db.pragma('foreign_keys = OFF');
    db.pragma('ignore_check_constraints = ON');
    const checkpoints = listCheckpoints(kept.checkpoints).map(readCheckpoint);
    expect(checkpoints.length).toBeGreaterThan(2);
    const found = async (): Promise<boolean> => (await logFindings(db, checkpoints, { restored: new Set(), sealer: turning })).faults.length > 0;
    expect(await found()).toBe(false);
    const [unseen, perTable] = [[] as string[], new Map<string, number>()];
    for (const table of tablesOf(db)) {
      const key = keyOf(db, table);
      for (const row of db.prepare<[], Record<string, unknown>>(`SELECT * FROM ${table}`).all()) {
        for (const [column, value] of Object.entries(row)) {
          for (const { to, sql } of changesOf(value)) {
            db.exec('SAVEPOINT flip');
            let changed = true;
            try {
              db.prepare(`UPDATE ${table} SET ${column} = ${sql} WHERE ${key.map((name) => `${name} = ?`).join(' AND ')}`).run(to, ...key.map((name) => row[name]));
            } catch (error) {
              // A value that another row has, or text in a column of numbers: no tool could put it there.
              if (!(error instanceof Database.SqliteError) || !error.code.startsWith('SQLITE_CONSTRAINT')) throw error;
              changed = false;
            }
            if (changed) {
              perTable.set(table, (perTable.get(table) ?? 0) + 1);
              if (!(await found())) unseen.push(`${table}.${column} of ${key.map((name) => String(row[name])).join(',')}: ${String(value).slice(0, 40)}`);
            }
            db.exec('ROLLBACK TO flip; RELEASE flip');
          }
        }
      }
    }
    expect([...new Set(unseen)]).toEqual([]);
    // Nothing was passed over: each table was there, and was changed.
    expect([...perTable.keys()]).toEqual(['access', 'batches', 'bodies', 'commands', 'entries', 'facts', 'feed', 'numbers', 'readers', 'streams']);
    expect(perTable.get('entries')).toBeGreaterThan(3_000);
    expect(await found()).toBe(false);
  } finally {
    db.close();
  }
}, 120_000);

it('[PR5] finds one byte changed in any checkpoint, signature or key', async () => {
  const files = readdirSync(kept.checkpoints, { recursive: true, encoding: 'utf8' }).map((name) => join(kept.checkpoints, name)).filter((path) => statSync(path).isFile());
  expect(files).toHaveLength(5);
  const unseen: string[] = [];
  for (const path of files) {
    const bytes = readFileSync(path);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1 << (at % 8);
      writeFileSync(path, changed);
      if ((await verify(kept)).ok) unseen.push(`${path} at ${at}`);
    }
    writeFileSync(path, bytes);
  }
  expect(unseen).toEqual([]);
  expect((await verify(kept)).ok).toBe(true);
}, 120_000);

/** Everything that is stored, as SQL sees it; null where the file no longer opens. */
function stored(path: string): string | null {
  let db: Database.Database | null = null;
  try {
    db = new Database(path, { readonly: true });
    const open = db;
    const facts = [open.pragma('application_id'), open.pragma('user_version'), open.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name').all()];
    return JSON.stringify([facts, tablesOf(open).map((table) => open.prepare(`SELECT * FROM ${table} ORDER BY ${keyOf(open, table).join(', ')}`).all())], (_key, value: unknown) => value);
  } catch {
    return null;
  } finally {
    db?.close();
  }
}

it(`[PR5] finds a changed byte of the file itself, or it changed nothing that is stored (seed ${SEED})`, async () => {
  const whole = readFileSync(kept.database);
  const before = stored(kept.database);
  const copy = { ...kept, database: join(kept.folder, 'copy.db') };
  copyFileSync(kept.database, copy.database);
  const random = xoroshiro128plus(SEED);
  const unseen: number[] = [];
  let found = 0;
  for (let n = 0; n < RAW_FLIPS; n += 1) {
    const at = uniformInt(random, 0, whole.length - 1);
    const changed = Buffer.from(whole);
    changed[at]! ^= 1 << uniformInt(random, 0, 7);
    writeFileSync(copy.database, changed);
    if (!(await verify(copy)).ok) found += 1;
    else if (stored(copy.database) !== before) unseen.push(at);
  }
  expect(unseen).toEqual([]);
  expect(found).toBeGreaterThan(RAW_FLIPS / 10);
}, 120_000);
