import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { openDatabase } from '../../../electron/desk/store/database.ts';
import { migrate, migrations, NEWEST_SCHEMA } from '../../../electron/desk/store/migrations/migrate.ts';
import { storeOf } from '../../../electron/desk/store/store.ts';
import { tempFolder } from './test-desk.ts';

const CASE = '01960000-0000-7000-8000-000000000001';
const OTHER = '01960000-0000-7000-8000-000000000002';
const COMMAND = '01960000-0000-7000-8000-00000000000a';
const AT = '2026-03-02T01:00:00.000Z';
const INNER = JSON.stringify({ madeAt: AT, saidAt: null, dependsOn: [], notAfter: null, body: { text: '夜里的话' } });
const HASH = 'a'.repeat(64);

/**
 * What a file of each version holds beside what the version before it does: one row at least in every table that the
 * migration made, with every column that may be null both ways. A migration without its sample fails below.
 */
const SAMPLES: Record<number, readonly [string, ...unknown[]][]> = {
  1: [
    ['insert into confirmed_case (id, version, state, heard_at, sweep) values (?, 7, ?, ?, 2)', CASE, JSON.stringify({ id: CASE, version: 7 }), AT],
    ['insert into outbox values (1, ?, ?, 1, 1, ?, 1, ?, 0, ?, ?, ?, ?, null, null, null, null)', COMMAND, CASE, 'write note', 'local', HASH, INNER, AT, 'unsent'],
    ['insert into outbox values (2, ?, ?, 1, 2, ?, 1, ?, 1, ?, ?, ?, ?, 7, ?, ?, ?)', '01960000-0000-7000-8000-00000000000b', CASE, 'write note', 'central', HASH, INNER, AT, 'refused', JSON.stringify({ code: 'depends-on' }), AT, AT],
    ['insert into next_number (stream, number) values (?, 12)', OTHER],
    ['insert into draft (of_case, field, text, at) values (?, ?, ?, ?)', CASE, 'note', '她说明天再打来。', AT],
    ['insert into draft (of_case, field, text, at) values (?, ?, ?, ?)', '', 'note', '没有案件的话', AT],
    ['insert into live (topic, version, value, heard_at) values (?, 3, ?, ?)', 'agent', JSON.stringify({ state: 'available' }), AT],
    ['insert into library (name, value, read_at) values (?, ?, ?)', 'rules', JSON.stringify({ version: 'r1' }), AT],
    ['insert into meta (name, value) values (?, ?)', 'incarnation', '4'],
  ],
  2: [
    ['insert into taken_over (id, hand_over_id, command, hash, from_person, from_name, note, at, state, version, heard_at, refusal) values (?, ?, ?, ?, ?, ?, ?, ?, ?, 5, ?, null)', CASE, OTHER, COMMAND, HASH, 'agent-1', '林小满', '请跟进', AT, '{}', AT],
    ['insert into taken_over (id, hand_over_id, command, hash, from_person, from_name, note, at, state, version, heard_at, refusal) values (?, ?, ?, ?, ?, ?, ?, ?, null, 0, null, ?)', OTHER, CASE, COMMAND, HASH, 'agent-1', '林小满', '', AT, '{"code":"x"}'],
  ],
  3: [['insert into left_case (id, version, wanted) values (?, 9, 1)', OTHER]],
};

type Db = Database.Database;
const tablesOf = (db: Db): string[] => (db.prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name").pluck().all()).map(String);
const columnsOf = (db: Db, table: string): string[] => (db.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);
/** Everything in these columns, in a fixed order. */
const rowsOf = (db: Db, table: string, columns: readonly string[]): unknown[] => db.prepare(`select ${columns.map((one) => `"${one}"`).join(', ')} from ${table} order by 1, 2`).all();

/** A file as a program of that version left it. */
function fileOf(version: number, file: string, key: Buffer): Map<string, { columns: string[]; rows: unknown[] }> {
  const db = new Database(file);
  db.pragma("cipher = 'sqlcipher'");
  db.pragma(`key = "x'${key.toString('hex')}'"`);
  db.pragma('journal_mode = WAL');
  for (let at = 1; at <= version; at += 1) {
    migrate(db, migrations.slice(0, at));
    for (const [sql, ...values] of SAMPLES[at] ?? []) db.prepare(sql).run(...values);
  }
  const held = new Map(tablesOf(db).map((table) => [table, { columns: columnsOf(db, table), rows: rowsOf(db, table, columnsOf(db, table)) }]));
  db.close();
  return held;
}

describe('[RB3] a file of an earlier program', () => {
  it('has a sample for every migration, with a row in each of its tables', () => {
    expect(Object.keys(SAMPLES).map(Number)).toEqual(migrations.map(({ version }) => version));
    const folder = tempFolder();
    const held = fileOf(NEWEST_SCHEMA, join(folder.path, 'desk.db'), randomBytes(32));
    expect([...held].filter(([, { rows }]) => rows.length === 0).map(([table]) => table)).toEqual([]);
    folder.remove();
  });

  it.each(migrations.map(({ version }) => version))('of version %i holds after the migration what it held before, and is worked on', (version) => {
    const folder = tempFolder();
    const file = join(folder.path, 'desk.db');
    const key = randomBytes(32);
    const before = fileOf(version, file, key);
    const db = openDatabase(file, key, null);
    expect(db.pragma('user_version', { simple: true })).toBe(NEWEST_SCHEMA);
    for (const [table, { columns, rows }] of before) expect([table, rowsOf(db, table, columns)]).toEqual([table, rows]);
    const store = storeOf(db, v7());
    // Unsent work, refusals, drafts and counts, as the present program reads them.
    expect(store.outbox.ofStream(CASE).map(({ id, status, refusal, inner }) => [id, status, refusal?.code ?? null, inner.body])).toEqual([
      [COMMAND, 'unsent', null, { text: '夜里的话' }], ['01960000-0000-7000-8000-00000000000b', 'refused', 'depends-on', { text: '夜里的话' }],
    ]);
    expect(store.drafts.list(undefined).map(({ case: of, text }) => [of, text])).toEqual([[null, '没有案件的话'], [CASE, '她说明天再打来。']]);
    expect([store.meta.get('incarnation'), store.cases.get(CASE), store.live.all()[0]?.topic, store.library.get('rules')]).toEqual([4, { id: CASE, version: 7, state: { id: CASE, version: 7 }, heardAt: AT, sweep: 2 }, 'agent', { version: 'r1' }]);
    const next = store.transaction(() => store.outbox.append({ id: v7(), stream: OTHER, kind: 'write note', schema: 1, class: 'local', urgent: false, hash: HASH, inner_text: INNER, made_at: AT }));
    expect(next.number).toBeGreaterThanOrEqual(1);
    expect(store.outbox.unsentCount()).toBe(2);
    store.close();
    folder.remove();
  });

  it('of a later version is refused, and not a byte of it is changed', () => {
    const folder = tempFolder();
    const file = join(folder.path, 'desk.db');
    const key = randomBytes(32);
    const before = fileOf(NEWEST_SCHEMA, file, key);
    const db = openDatabase(file, key, null);
    db.exec('create table of_tomorrow (a text) strict');
    db.pragma(`user_version = ${NEWEST_SCHEMA + 1}`);
    db.close();
    expect(() => openDatabase(file, key, null)).toThrow(expect.objectContaining({ refusal: { code: 'store-newer', detail: { held: NEWEST_SCHEMA + 1, known: NEWEST_SCHEMA } } }) as Error);
    const again = new Database(file);
    again.pragma("cipher = 'sqlcipher'");
    again.pragma(`key = "x'${key.toString('hex')}'"`);
    expect(tablesOf(again)).toEqual([...before.keys(), 'of_tomorrow'].sort());
    for (const [table, { columns, rows }] of before) expect(rowsOf(again, table, columns)).toEqual(rows);
    again.close();
    folder.remove();
  });
});
