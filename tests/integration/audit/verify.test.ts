import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileSecret } from '../../../server/kept/file-secret.ts';
import { parseAuditKey, publicKeyText } from '../../../server/audit/audit-key.ts';
import { parseCheckpoint, sealCheckpoint } from '../../../server/audit/checkpoint.ts';
import { keepCheckpoint, listCheckpoints, readCheckpoint } from '../../../server/audit/checkpoint-folder.ts';
import { startCheckpoints } from '../../../server/audit/keep-checkpoints.ts';
import { batchLink, GENESIS_LINK, sha256 } from '../../../server/log/chain.ts';
import { migrations } from '../../../server/log/sqlite/migrations.ts';
import { openDatabase } from '../../../server/log/sqlite/open-database.ts';
import { ANN, appended, CASE_A, command, id, note, T0, temporaryFolder, withCommand, write } from '../log/log-fixture.ts';
import { first, HandTimer, keep, keptLog, openLog, silent, verify, type Kept } from './audit-fixture.ts';

let kept: Kept;
beforeEach(async () => {
  kept = await keptLog();
});
afterEach(() => kept.dispose());

/** As somebody with the file and a tool could. */
function tamper(change: (db: Database.Database) => void): void {
  const db = new Database(kept.database);
  db.pragma('foreign_keys = OFF');
  db.pragma('ignore_check_constraints = ON');
  change(db);
  db.close();
}
const files = () => listCheckpoints(kept.checkpoints);
const put = (sequence: number, text: string): void => writeFileSync(files().find((one) => one.sequence === sequence)!.path, `${text}\n`);
const textOf = (sequence: number): string => readCheckpoint(files().find((one) => one.sequence === sequence)!).text;

describe('[PR5] what was done to the database', () => {
  it('finds the whole log intact, and says how much of it no checkpoint covers yet', async () => {
    expect(await verify(kept)).toMatchObject({ ok: true, entries: 12, uncovered: 0, checkpoints: { count: 4 }, faults: [] });
    const log = await openLog(kept.folder);
    await appended(log, write(CASE_A, 2, [note('later')]));
    await log.close();
    expect(await verify(kept)).toMatchObject({ ok: true, entries: 13, uncovered: 1 });
  });

  it('names the batch whose stored answer was changed, whose command or number vanished, or got one more', async () => {
    const its = `id = (SELECT command FROM numbers WHERE stream = '${CASE_A}' AND number = 1)`;
    for (const change of [
      `UPDATE commands SET answer = replace(answer, '"version":2', '"version":3') WHERE ${its}`,
      `DELETE FROM commands WHERE ${its}`,
      `DELETE FROM numbers WHERE stream = '${CASE_A}' AND number = 1`,
      `INSERT INTO numbers (desktop, incarnation, stream, number, command, batch) SELECT desktop, 9, stream, number, command, batch FROM numbers WHERE stream = '${CASE_A}' AND number = 1`,
    ]) {
      const copy = readFileSync(kept.database);
      tamper((db) => expect(db.prepare(change).run().changes).toBe(1));
      expect(await first(kept)).toBe('link-differs 3');
      writeFileSync(kept.database, copy);
    }
    tamper((db) => db.prepare('UPDATE commands SET batch = NULL').run());
    expect(await first(kept)).toBe('link-differs 3');
  });

  it('names a command that somebody put in so that it would not be taken', async () => {
    tamper((db) => db.exec(`INSERT INTO commands (id, hash, kind, schema, stream, person, answer) SELECT '${id(0xbad)}', hash, kind, schema, stream, person, answer FROM commands LIMIT 1`));
    expect(await first(kept)).toBe('commands-changed 12');
    tamper((db) => db.exec(`UPDATE commands SET batch = 99 WHERE batch IS NULL`));
    expect(await first(kept)).toBe('commands-changed 13');
  });

  it('names somebody who gave themselves a case, and a feed that hides an event', async () => {
    tamper((db) => db.exec('UPDATE access SET to_position = NULL WHERE to_position IS NOT NULL'));
    expect(await first(kept)).toMatch(/^access-differs/);
    tamper((db) => db.exec("DELETE FROM feed WHERE what = 'event' AND position = (SELECT min(position) FROM feed WHERE what = 'event')"));
    expect(await first(kept)).toBe('feed-differs 4');
  });

  it('names a trigger that waits in the file', async () => {
    tamper((db) => db.exec('CREATE TRIGGER quiet AFTER INSERT ON entries BEGIN DELETE FROM bodies; END'));
    expect(await first(kept)).toBe('tables-differ');
  });

  it('names the first entry that was cut off behind a checkpoint, and cannot see what no checkpoint saw', async () => {
    const whole = readFileSync(kept.database);
    const cut = (from: number): void => tamper((db) => db.exec(`
      CREATE TEMP TABLE gone AS SELECT event_id FROM entries WHERE batch >= ${from} AND event_id IS NOT NULL;
      DELETE FROM commands WHERE batch >= ${from}; DELETE FROM numbers WHERE batch >= ${from}; DELETE FROM batches WHERE batch >= ${from};
      DELETE FROM bodies WHERE event_id IN (SELECT event_id FROM gone);
      DELETE FROM feed WHERE position IN (SELECT position FROM entries WHERE batch >= ${from});
      DELETE FROM entries WHERE batch >= ${from};
      UPDATE access SET to_position = NULL WHERE to_position > (SELECT max(position) FROM entries);
      UPDATE streams SET version = (SELECT max(version) FROM entries WHERE stream = streams.id)`));
    cut(5);
    expect(await first(kept)).toBe('cut-off 8');
    // The same cut by somebody who can take the checkpoints too, down to the last start of the server.
    for (const { sequence, path } of files()) if (sequence > 2) rmSync(path);
    expect(await first(kept)).toBe('intact');
    writeFileSync(kept.database, whole);
    const log = await openLog(kept.folder);
    await appended(log, write(CASE_A, 2, [note('later')]));
    await log.close();
    expect((await verify(kept)).ok).toBe(true);
  });

  it('sees history written anew, link by link, by the checkpoint', async () => {
    tamper((db) => {
      const forged = String(db.prepare('SELECT content FROM entries WHERE position = 7').pluck().get()).replace('C-1', 'C-2');
      db.prepare('UPDATE entries SET content = ?, hash = ? WHERE position = 7').run(forged, sha256(forged));
      let link = GENESIS_LINK;
      for (const { batch } of db.prepare<[], { batch: number }>('SELECT batch FROM batches ORDER BY batch').all()) {
        const entries = db.prepare<[number], { class: 'event' | 'audit'; content: string }>('SELECT class, content FROM entries WHERE batch = ? ORDER BY position').all(batch);
        const rows = db.prepare<[number, number], string>(`SELECT json_array('command', id, hash, kind, schema, stream, person, answer) FROM commands WHERE batch = ?
          UNION ALL SELECT json_array('number', desktop, incarnation, stream, number, command) FROM numbers WHERE batch = ?`).pluck().all(batch, batch);
        link = batchLink(link, entries, rows);
        db.prepare('UPDATE batches SET link = ? WHERE batch = ?').run(Buffer.from(link, 'hex'), batch);
      }
    });
    expect(await first({ ...kept, checkpoints: join(kept.folder, 'no such folder') })).toMatch(/^checkpoint-/);
    expect(await first(kept)).toBe('changed 5');
  });
});

describe('[PR5] what was done to the checkpoints', () => {
  it('names one that is gone: the first, one between, and the last that the log names', async () => {
    const [one, two, , four] = files();
    const away = async (path: string): Promise<string> => {
      renameSync(path, join(kept.folder, 'away'));
      const found = await first(kept);
      renameSync(join(kept.folder, 'away'), path);
      return found;
    };
    expect(await away(one!.path)).toBe('checkpoint-missing #1');
    expect(await away(two!.path)).toBe('checkpoint-missing #2');
    // The newest is held by nothing yet; the next start of the server names it in the log.
    expect(await away(four!.path)).toBe('intact');
    const log = await openLog(kept.folder);
    await (await keep(log, kept.folder)).stop();
    await log.close();
    for (const { sequence, path } of files()) if (sequence > 3) rmSync(path);
    expect(await first(kept)).toBe('checkpoint-missing #4');
  });

  it('names one that was signed by another key, or put under another number', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const own = textOf(2);
    const { signature: _signature, ...content } = parseCheckpoint(own)!;
    put(2, sealCheckpoint(content, privateKey));
    expect(await first(kept)).toBe('checkpoint-forged #2');
    put(2, textOf(3));
    expect(await first(kept)).toBe('checkpoint-damaged #2');
    put(2, own);
    expect(await first(kept)).toBe('intact');
  });

  it('finds a key that was swapped, also with every checkpoint signed anew', async () => {
    const other = parseAuditKey(readFileSync(join(kept.folder, 'audit.key')));
    rmSync(join(kept.folder, 'audit.key'));
    const log = await openLog(kept.folder);
    await (await keep(log, kept.folder)).stop();
    await log.close();
    // The server made a new key and said so: found by whoever has the old one from elsewhere.
    expect(await verify(kept)).toMatchObject({ ok: true, keys: [{ made: true }, { made: true }], notes: [expect.stringContaining('--key')] });
    expect(await first(kept, { keys: [other.publicKey] })).toBe('checkpoint-key 13');
    rmSync(join(kept.checkpoints, 'audit.pub'));
    const { publicKey } = generateKeyPairSync('ed25519');
    writeFileSync(join(kept.checkpoints, 'audit.pub'), publicKeyText(publicKey));
    expect(await first(kept)).toBe('checkpoint-key');
  });

  it('finds a key put into the data folder by hand', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(join(kept.folder, 'audit.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const log = await openLog(kept.folder);
    await (await keep(log, kept.folder)).stop();
    await log.close();
    expect(await first(kept)).toBe('checkpoint-key 13');
  });
});

describe('[PR5] the server keeps checkpoints', () => {
  it('one a minute where something was appended, none where nothing was, and never over another', async () => {
    const { folder, dispose } = await temporaryFolder();
    const log = await openLog(folder);
    const timer = new HandTimer();
    const at = join(folder, 'kept');
    const checkpoints = await startCheckpoints({ log, key: new FileSecret(join(folder, 'audit.key')), folder: at, now: () => T0, scheduler: timer.scheduler, logger: silent });
    const minute = async (): Promise<number> => {
      timer.fire();
      await checkpoints.keep();
      return listCheckpoints(at).length;
    };
    expect(await minute()).toBe(1);
    expect(await minute()).toBe(1);
    await appended(log, write(CASE_A, 0, [note('one')]));
    expect(await minute()).toBe(2);
    expect(await minute()).toBe(2);
    await expect(keepCheckpoint(at, { sequence: 2, at: T0 }, 'another')).rejects.toThrow('EEXIST');
    expect(statSync(join(folder, 'audit.key')).mode & 0o777).toBe(0o600);
    await checkpoints.stop();
    await log.close();
    await dispose();
  });

  it('stops nobody where the folder cannot be written, tells it, and goes on once it can', async () => {
    const { folder, dispose } = await temporaryFolder();
    const log = await openLog(folder);
    const at = join(folder, 'kept');
    writeFileSync(at, 'a file where the folder should be');
    const warned: unknown[] = [];
    const checkpoints = await startCheckpoints({ log, key: new FileSecret(join(folder, 'audit.key')), folder: at, now: () => T0, scheduler: new HandTimer().scheduler, logger: { info: () => undefined, warn: (what: unknown) => void warned.push(what) } });
    expect(checkpoints.trouble()).toContain('ENOTDIR');
    await appended(log, write(CASE_A, 0, [note('goes on')]));
    await checkpoints.keep();
    expect(warned).toHaveLength(2);
    rmSync(at);
    await checkpoints.stop();
    expect(checkpoints.trouble()).toBeNull();
    await log.close();
    expect(await verify({ database: join(folder, 'log.db'), checkpoints: at })).toMatchObject({ ok: true, uncovered: 0 });
    await dispose();
  });

  it('[SY9] after a restore the lost end is named until somebody answers for that restore', async () => {
    const backUp = join(kept.folder, 'back-up.db');
    let log = await openLog(kept.folder);
    await log.backUp(backUp);
    await appended(log, write(CASE_A, 2, [note('lost')]));
    await (await keep(log, kept.folder)).stop();
    await log.close();
    copyFileSync(backUp, kept.database);
    log = await openLog(kept.folder);
    const { epoch } = await log.head();
    const checkpoints = await keep(log, kept.folder);
    await appended(log, write(CASE_A, 2, [note('after'), note('the'), note('restore')]));
    await checkpoints.stop();
    await log.close();
    expect(await first(kept)).toBe('changed 14');
    expect(await verify(kept, { restored: new Set([epoch]) })).toMatchObject({ ok: true, notes: [expect.stringContaining('checkpoint 5')] });
    expect(await first(kept, { restored: new Set([id(5)]) })).toBe('changed 14');
  });

  it('[RB3] takes commands from before they were linked into the chain, once, and sees them changed after it', async () => {
    const { folder, dispose } = await temporaryFolder();
    const old = openDatabase(folder, migrations.slice(0, 1));
    if (!old.ok) throw new Error(old.error.cause);
    const taken = command({ number: 1 }).outer;
    old.value.db.prepare("INSERT INTO facts (name, value) VALUES ('epoch', ?)").run(id(9));
    const begun = `{"about":null,"detail":{"epoch":"${id(9)}","reason":"log made"},"kind":"epoch started","person":null,"position":1,"recordedAt":"${T0}","workstation":null}`;
    old.value.db.prepare("INSERT INTO entries (position, batch, class, content, hash) VALUES (1, 1, 'audit', ?, ?)").run(begun, sha256(begun));
    old.value.db.prepare('INSERT INTO batches (batch, first_position, last_position, recorded_at, link) VALUES (1, 1, 1, ?, ?)').run(T0, Buffer.from(batchLink(GENESIS_LINK, [{ class: 'audit', content: begun }]), 'hex'));
    old.value.db.prepare("INSERT INTO commands (id, hash, kind, schema, stream, person, answer) VALUES (?, ?, 'write note', 1, ?, ?, '{}')").run(taken.id, taken.hash, CASE_A, ANN);
    old.value.db.prepare('INSERT INTO numbers (desktop, incarnation, stream, number, command) VALUES (?, 1, ?, 1, ?)').run(taken.desktop, CASE_A, taken.id);
    old.value.close();
    for (const entries of [2, 2]) {
      const log = await openLog(folder);
      await log.close();
      expect(await verify({ database: join(folder, 'log.db'), checkpoints: folder })).toMatchObject({ ok: true, entries });
    }
    const log = await openLog(folder);
    await log.append([withCommand(write(CASE_A, 0, [note('next')]), command({ number: 2 }))]);
    await log.close();
    expect((await verify({ database: join(folder, 'log.db'), checkpoints: folder })).ok).toBe(true);
    const db = new Database(join(folder, 'log.db'));
    db.prepare("UPDATE commands SET answer = '{ }' WHERE batch IS NULL").run();
    db.close();
    expect(await first({ database: join(folder, 'log.db'), checkpoints: folder })).toBe('commands-changed 3');
    await dispose();
  });
});

describe('[PR5] npm run audit -- verify', () => {
  const program = fileURLToPath(new URL('../../../server/audit/main.ts', import.meta.url));
  const run = (...args: string[]): Promise<{ code: number; out: string }> =>
    new Promise((resolve) => execFile(process.execPath, [program, 'verify', ...args], (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), out: stdout + stderr })));

  it('says how many entries are intact, beside a running server, and leaves nothing beside the file', async () => {
    const whole = await run('--database', kept.database, '--checkpoints', kept.checkpoints);
    expect(whole).toMatchObject({ code: 0, out: expect.stringContaining('12 entries, intact') });
    expect(existsSync(`${kept.database}-wal`) || existsSync(`${kept.database}-shm`)).toBe(false);
    const log = await openLog(kept.folder);
    await appended(log, write(CASE_A, 2, [note('running')]));
    expect(await run('--database', kept.database, '--checkpoints', kept.checkpoints)).toMatchObject({ code: 0, out: expect.stringContaining('13 entries, intact') });
    await log.close();
  });

  it('names the first fault and exits 1; a wrong command line exits 2', async () => {
    tamper((db) => db.exec('DELETE FROM entries WHERE position = 4'));
    const broken = await run('--database', kept.database, '--checkpoints', kept.checkpoints);
    expect(broken).toMatchObject({ code: 1, out: expect.stringContaining('条目缺失 / entry missing (第 4 条 / position 4') });
    const json = await run('--database', kept.database, '--checkpoints', kept.checkpoints, '--json');
    expect(JSON.parse(json.out)).toMatchObject({ ok: false, faults: [{ kind: 'missing', position: 4, batch: 3 }] });
    for (const args of [[], ['--database', join(kept.folder, 'none')], ['--database', kept.database, '--checkpoints', join(kept.folder, 'none')], ['--what'], ['--database', kept.database, '--key', kept.database]]) {
      expect(await run(...args)).toMatchObject({ code: 2 });
    }
    mkdirSync(join(kept.folder, 'empty'));
    writeFileSync(join(kept.folder, 'text.db'), 'this is no database, only some text'.repeat(100));
    expect(await run('--database', join(kept.folder, 'text.db'))).toMatchObject({ code: 1, out: expect.stringContaining('数据库文件损坏 / database file damaged') });
  });
});
