import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync, closeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventLog } from '../../../server/log/log.ts';
import { migrations } from '../../../server/log/sqlite/migrations.ts';
import { openDatabase } from '../../../server/log/sqlite/open-database.ts';
import { openSqliteLog, startSqliteLog } from '../../../server/log/sqlite/open-sqlite-log.ts';
import { appended, CASE_A, clock, command, note, one, temporaryFolder, withCommand, write } from './log-fixture.ts';

let folder: string;
let dispose: () => Promise<void>;
beforeEach(async () => ({ folder, dispose } = await temporaryFolder()));
afterEach(() => dispose());

async function open(at = folder): Promise<EventLog> {
  const opened = await openSqliteLog(at, { now: clock });
  if (!opened.ok) throw new Error(`${opened.error.code} ${opened.error.cause}`);
  return opened.log;
}
async function trouble(at = folder): Promise<string> {
  const opened = await openSqliteLog(at, { now: clock });
  if (opened.ok) {
    await opened.log.close();
    return 'opened';
  }
  expect(opened.error.text.zh).not.toBe('');
  expect(opened.error.text.en).not.toBe('');
  return opened.error.code;
}
const file = () => join(folder, 'log.db');

describe('opening', () => {
  it('[RB2] makes the folder, and says so when it cannot', async () => {
    expect(await trouble(join(folder, 'a', 'b'))).toBe('opened');
    writeFileSync(join(folder, 'file'), '');
    expect(await trouble(join(folder, 'file', 'data'))).toBe('log-folder');
  });

  it('[RB2] says when folder or file cannot be written', async () => {
    mkdirSync(join(folder, 'log.lock'));
    expect(await trouble()).toBe('log-not-writable');
  });

  it('[RB2] says when the folder is read-only', async () => {
    const root = process.geteuid?.() === 0;
    chmodSync(folder, 0o555);
    // Rights do not bind root: it looks with the eyes of nobody.
    if (root) process.seteuid?.(65534);
    try {
      expect(await trouble()).toBe('log-not-writable');
    } finally {
      if (root) process.seteuid?.(0);
      chmodSync(folder, 0o700);
    }
  });

  it('[RB2] refuses a folder that another log of this process has open, and takes it once that is closed', async () => {
    const log = await open();
    expect(await trouble()).toBe('log-locked');
    await log.close();
    expect(await trouble()).toBe('opened');
  });

  it('[RB2] refuses a folder that another process holds, and takes it after that was killed', async () => {
    const child: ChildProcess = spawn(process.execPath, [fileURLToPath(new URL('./append-until-killed.ts', import.meta.url)), folder, '9'], { stdio: ['ignore', 'pipe', 'ignore'] });
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    expect(await trouble()).toBe('log-locked');
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
    expect(await trouble()).toBe('opened');
  });

  it('[RB2] refuses a damaged file and changes nothing in it', async () => {
    let log = await open();
    await appended(log, write(CASE_A, 0, Array.from({ length: 400 }, (_, n) => note(`${n}`.repeat(20)))));
    await log.close();
    const size = readFileSync(file()).length;
    const handle = openSync(file(), 'r+');
    for (let at = 4096 * 3; at < size; at += 4096 * 2) writeSync(handle, Buffer.alloc(600, 0xff), 0, 600, at);
    closeSync(handle);
    const damaged = readFileSync(file());
    expect(await trouble()).toBe('log-corrupt');
    expect(readFileSync(file()).equals(damaged)).toBe(true);
    writeFileSync(file(), 'this is no database, only some text that is long enough to look at'.repeat(100));
    expect(await trouble()).toBe('log-corrupt');
    truncateSync(file(), 0);
    log = await open();
    await log.close();
  });

  it('[RB3] refuses a database of a newer server, and one that is not a log', async () => {
    await (await open()).close();
    const db = new Database(file());
    db.pragma(`user_version = ${migrations.length + 1}`);
    db.close();
    expect(await trouble()).toBe('log-newer');
    const foreign = join(folder, 'foreign');
    mkdirSync(foreign);
    const other = new Database(join(foreign, 'log.db'));
    other.exec('CREATE TABLE recipes (name TEXT)');
    other.close();
    expect(await trouble(foreign)).toBe('log-foreign');
  });

  it('[RB3] migrates from every earlier version, all pending ones or none', () => {
    const added = { number: migrations.length + 1, name: 'a later one', sql: 'CREATE TABLE later (x INTEGER) STRICT' };
    const broken = { number: added.number + 1, name: 'a broken one', sql: 'CREATE TABLE later (x INTEGER) STRICT' };
    for (let from = 0; from <= migrations.length; from += 1) {
      const at = join(folder, `${from}`);
      const old = openDatabase(at, migrations.slice(0, from));
      if (!old.ok) throw new Error(old.error.cause);
      old.value.close();
      expect(() => openDatabase(at, [...migrations, added, broken])).toThrow('already exists');
      const next = openDatabase(at, [...migrations, added]);
      if (!next.ok) throw new Error(next.error.cause);
      expect(next.value.db.pragma('user_version', { simple: true })).toBe(added.number);
      expect(next.value.db.prepare('SELECT count(*) FROM later').pluck().get()).toBe(0);
      next.value.close();
    }
    expect(migrations.map((migration) => migration.number)).toEqual(migrations.map((_, index) => index + 1));
  });

  it('[SY1] syncs at every commit and keeps foreign keys', () => {
    const opened = openDatabase(folder);
    if (!opened.ok) throw new Error(opened.error.cause);
    const { db, close } = opened.value;
    expect([db.pragma('journal_mode', { simple: true }), db.pragma('synchronous', { simple: true }), db.pragma('foreign_keys', { simple: true })]).toEqual(['wal', 2, 1]);
    close();
  });
});

describe('appending', () => {
  it('[RB2] answers a full disk with an error, stores nothing, and goes on when there is room again', async () => {
    const database = openDatabase(folder);
    if (!database.ok) throw new Error(database.error.cause);
    const { db } = database.value;
    const started = startSqliteLog(database.value, { now: clock });
    if (!started.ok) throw new Error(started.error.cause);
    const { log } = started;
    const pages = Number(db.pragma('page_count', { simple: true }));
    db.pragma(`max_page_count = ${pages + 5}`);
    const stored = command({ number: 1 });
    const big = withCommand(write(CASE_A, 0, [note('x'.repeat(40_000))]), stored);
    const full = await one(log, big);
    expect(full.status === 'failed' && full.error.code).toBe('log-disk-full');
    expect(await log.commandAnswer(stored.outer.id)).toBeNull();
    expect(await log.lastVersion(CASE_A)).toBe(0);
    db.pragma('max_page_count = 100000');
    expect((await one(log, big)).status).toBe('appended');
    await log.close();
  });

  it('[RB2] answers a database that became read-only with an error', async () => {
    const database = openDatabase(folder);
    if (!database.ok) throw new Error(database.error.cause);
    const started = startSqliteLog(database.value, { now: clock });
    if (!started.ok) throw new Error(started.error.cause);
    database.value.db.pragma('query_only = ON');
    const result = await one(started.log, write(CASE_A, 0, [note('x')]));
    expect(result.status === 'failed' && result.error.code).toBe('log-not-writable');
    await started.log.close();
  });

  it('[OP1] [SY9] begins a new epoch when it is started on a back-up, once', async () => {
    const log = await open();
    await appended(log, write(CASE_A, 0, [note('kept')]));
    const { epoch } = await log.head();
    const restored = join(folder, 'restored');
    mkdirSync(restored);
    await log.backUp(join(restored, 'log.db'));
    await appended(log, write(CASE_A, 1, [note('lost')]));
    await log.close();
    let again = await open(restored);
    const next = await again.head();
    expect(next.epoch).not.toBe(epoch);
    expect(await again.lastVersion(CASE_A)).toBe(1);
    await again.close();
    again = await open(restored);
    expect((await again.head()).epoch).toBe(next.epoch);
    await again.close();
    copyFileSync(file(), join(folder, 'copy.db'));
    const original = await open();
    expect((await original.head()).epoch).toBe(epoch);
    await original.close();
  });
});
