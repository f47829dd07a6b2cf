import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { CaseBook } from '../../../electron/desk/case-book.ts';
import { giveCommand } from '../../../electron/desk/give-command.ts';
import { openDatabase, type Db } from '../../../electron/desk/store/database.ts';
import { migrate, migrations, NEWEST_SCHEMA } from '../../../electron/desk/store/migrations/migrate.ts';
import type { NewCommand } from '../../../electron/desk/store/outbox.ts';
import { HeadStart, unwrapKey, wrapKey } from '../../../electron/desk/store/passphrase-key.ts';
import { profileFolder, readKeyFile } from '../../../electron/desk/store/profile-folder.ts';
import { createStore, openStore, storeOf } from '../../../electron/desk/store/store.ts';
import { StoreError } from '../../../electron/desk/store/store-refusal.ts';
import { CorrectedClock } from '../../../electron/desk/sync/corrected-clock.ts';
import { smallLogic } from './small-logic.ts';
import { CHEAP, tempFolder } from './test-desk.ts';

let folder: ReturnType<typeof tempFolder>;
beforeEach(() => {
  folder = tempFolder();
});
afterEach(() => folder.remove());

const key = randomBytes(32);
const open = (): Db => openDatabase(join(folder.path, 'desk.db'), key, null);
const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreError) return error.refusal.code;
    throw error;
  }
  return 'none';
};

const inner = JSON.stringify({ madeAt: '2026-03-02T01:00:00.000Z', saidAt: null, dependsOn: [], notAfter: null, body: {} });
const command = (stream: string, more: Partial<NewCommand> = {}): NewCommand => ({
  id: v7(), stream, kind: 'write note', schema: 1, class: 'local', urgent: false, hash: 'a'.repeat(64), inner_text: inner, made_at: '2026-03-02T01:00:00.000Z', ...more,
});

describe('the encrypted file', () => {
  it('[SY1] syncs every commit, keeps temporary data in memory, checks keys between tables', () => {
    const db = open();
    const pragma = (name: string): unknown => db.pragma(name, { simple: true });
    expect([pragma('journal_mode'), pragma('synchronous'), pragma('foreign_keys'), pragma('temp_store'), pragma('locking_mode')]).toEqual(['wal', 2, 1, 2, 'exclusive']);
    const loose = db.prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and sql not like '%strict%'").all();
    expect(loose).toEqual([]);
    db.close();
  });

  it('[PR1] opens under its own key only', () => {
    open().close();
    expect(codeOf(() => openDatabase(join(folder.path, 'desk.db'), randomBytes(32), null))).toBe('store-corrupt');
    const plain = new Database(join(folder.path, 'desk.db'));
    expect(() => plain.prepare('select * from outbox').all()).toThrow();
    plain.close();
  });

  it('[RB2] tells an unwritable place', () => {
    const file = join(folder.path, 'a-file');
    writeFileSync(file, '');
    expect(codeOf(() => openDatabase(join(file, 'desk.db'), key, null))).toBe('store-unwritable');
    mkdirSync(join(folder.path, 'a-folder.db'));
    expect(codeOf(() => openDatabase(join(folder.path, 'a-folder.db'), key, null))).toBe('store-unwritable');
  });

  it('[RB2] tells a full disk, and keeps what was there', () => {
    const db = open();
    const store = storeOf(db, v7());
    const stream = v7();
    store.transaction(() => store.outbox.append(command(stream)));
    db.pragma(`max_page_count = ${String(db.pragma('page_count', { simple: true }))}`);
    let kept = 1;
    const big = JSON.stringify({ ...JSON.parse(inner), body: 'x'.repeat(8000) });
    const full = codeOf(() => {
      for (let n = 0; n < 50; n += 1) {
        store.transaction(() => store.outbox.append(command(stream, { inner_text: big })));
        kept += 1;
      }
    });
    expect(full).toBe('store-full');
    expect(store.outbox.ofStream(stream)).toHaveLength(kept);
    db.close();
    const again = storeOf(open(), v7());
    expect(again.outbox.unsentCount()).toBe(kept);
    again.close();
  });
});

it('[SY4] a case that was put and undone, or left, is as the file has it', () => {
  const store = storeOf(open(), v7());
  const held = (text: string) => ({ id: stream, version: text.length, state: { text }, heardAt: '2026-01-01T00:00:00.000Z', sweep: 0 });
  const stream = v7();
  store.transaction(() => store.cases.put(held('1')));
  const undone = (): void => store.transaction(() => {
    store.cases.put(held('12'));
    throw new Error('undone');
  });
  expect(undone).toThrow('undone');
  expect(store.cases.get(stream)).toEqual(held('1'));
  // A part of a transaction that stands.
  store.transaction(() => {
    expect(undone).toThrow('undone');
    store.cases.put(held('123'));
  });
  expect([store.cases.get(stream), store.cases.get(stream)]).toEqual([held('123'), held('123')]);
  store.transaction(() => store.cases.put(held('1234')));
  store.cases.remove(stream);
  expect(store.cases.get(stream)).toBeNull();
  store.transaction(() => store.cases.put(held('12345')));
  store.forgetCustomers();
  expect(store.cases.get(stream)).toBeNull();
  store.close();
});

describe('[RB3] migrations', () => {
  const columnsOf = (db: Db): unknown[] =>
    db.prepare("select m.name as t, c.name as c, c.type, c.\"notnull\" from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' order by 1, 2").all();

  it('are numbered from 1 without a hole', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1));
  });

  it('reach the newest schema from every earlier one', () => {
    const straight = new Database(':memory:');
    migrate(straight);
    for (let from = 0; from <= NEWEST_SCHEMA; from += 1) {
      const db = new Database(':memory:');
      migrate(db, migrations.slice(0, from));
      migrate(db);
      expect(db.pragma('user_version', { simple: true })).toBe(NEWEST_SCHEMA);
      expect(columnsOf(db)).toEqual(columnsOf(straight));
      db.close();
    }
    straight.close();
  });

  it('refuse a newer file with its own code and leave it as it is', () => {
    const db = open();
    const store = storeOf(db, v7());
    store.transaction(() => store.outbox.append(command(v7())));
    db.pragma(`user_version = ${NEWEST_SCHEMA + 1}`);
    db.close();
    expect(codeOf(open)).toBe('store-newer');
    expect(codeOf(open)).toBe('store-newer');
  });

  it('leave the file as it was when one fails', () => {
    const db = new Database(':memory:');
    const broken = { version: NEWEST_SCHEMA + 1, up: (into: Db) => into.exec('create table half (a text) strict; this is no SQL') };
    expect(() => migrate(db, [...migrations, broken])).toThrow();
    expect(db.pragma('user_version', { simple: true })).toBe(0);
    expect(columnsOf(db)).toEqual([]);
    db.close();
  });
});

describe('the wrapped key', () => {
  it('[PR1] opens under its passphrase and profile only, and says nothing of either', async () => {
    const wrapped = await wrapKey(key, '密码 correct', 'profile-1', CHEAP);
    expect(await unwrapKey(wrapped, '密码 correct', 'profile-1')).toEqual(key);
    expect(await unwrapKey(wrapped, '密码 wrong', 'profile-1')).toBeNull();
    expect(await unwrapKey(wrapped, '密码 correct', 'profile-2')).toBeNull();
    expect(await unwrapKey({ ...wrapped, tag: Buffer.alloc(16).toString('base64') }, '密码 correct', 'profile-1')).toBeNull();
    expect(JSON.stringify(wrapped)).not.toContain(key.toString('base64'));
    expect((await wrapKey(key, '密码 correct', 'profile-1', CHEAP)).sealed).not.toBe(wrapped.sealed);
  });

  it('[CT3] [PR1] opens by a passphrase stretched ahead: once, under its own wrapping only', async () => {
    const [mine, other] = [await wrapKey(key, 'correct', 'p', CHEAP), await wrapKey(key, 'correct', 'p', CHEAP)];
    const ahead = new HeadStart(mine, 'correct');
    expect(ahead.take(other)).toBeNull();
    expect(await unwrapKey(other, 'correct', 'p', null, ahead)).toEqual(key);
    expect(await unwrapKey(mine, 'correct', 'p', null, ahead)).toEqual(key);
    expect(ahead.take(mine)).toBeNull();
    expect(await unwrapKey(mine, 'correct', 'p', null, ahead)).toEqual(key);
    expect(await unwrapKey(mine, 'correct', 'p', null, new HeadStart(mine, 'wrong'))).toBeNull();
    const dropped = new HeadStart(mine, 'correct');
    dropped.drop();
    expect(dropped.take(mine)).toBeNull();
  });

  it('[RB2] tells a key file that is gone or no key file from a person never seen here', async () => {
    const profile = profileFolder(folder.path, 'http://127.0.0.1:1', 'lin');
    expect(readKeyFile(profile)).toBeNull();
    const store = await createStore(profile, { account: 'lin', server: 'http://127.0.0.1:1', desktop: v7() }, 'p', { nativeBinding: null, cost: CHEAP });
    store.close();
    const held = readKeyFile(profile);
    if (held === null) throw new Error('no key file');
    expect(await openStore(profile, held, 'other', { nativeBinding: null })).toBeNull();
    for (const content of ['', '{"format":1}', '{"format":2}']) {
      writeFileSync(profile.keyFile, content);
      expect(codeOf(() => readKeyFile(profile))).toBe('store-key-lost');
    }
  });

  it('keeps persons and servers apart, whatever case or closing slash they are typed in', () => {
    const at = (server: string, account: string): string => profileFolder('/r', server, account).path;
    expect(at('http://a:1/', 'Lin ')).toBe(at('http://a:1', 'lin'));
    expect(new Set([at('http://a:1', 'lin'), at('http://a:2', 'lin'), at('http://a:1', 'wu')]).size).toBe(3);
  });
});

describe('[SY1] the outbox and what is shown', () => {
  it('change together or not at all', () => {
    const db = open();
    const store = storeOf(db, v7());
    const who = { person: v7(), workstation: 'ws-1' };
    const logic = smallLogic();
    const book = new CaseBook(store, logic, who);
    const clock = new CorrectedClock({ now: () => Date.parse('2026-03-02T01:00:00.000Z') }, 0);
    const parts = { store, logic, book, clock, who, newId: () => v7() };
    const caseId = v7();
    expect(giveCommand(parts, { kind: 'open case', case: caseId, body: {} })).toMatchObject({ ok: true });
    // The write fails at its very end: neither row nor view may have changed.
    db.exec("create trigger no_row after insert on outbox begin select raise(abort, 'lost power'); end");
    expect(() => giveCommand(parts, { kind: 'write note', case: caseId, body: { text: 'a' } })).toThrow('lost power');
    expect(store.outbox.ofStream(caseId)).toHaveLength(1);
    expect(book.view(caseId)?.state).toMatchObject({ notes: [] });
    db.exec('drop trigger no_row');
    expect(giveCommand(parts, { kind: 'write note', case: caseId, body: { text: 'b' } })).toMatchObject({ ok: true });
    expect(store.outbox.ofStream(caseId).map(({ number }) => number)).toEqual([1, 2]);
    expect(book.view(caseId)?.state).toMatchObject({ notes: ['b'] });
    // The view is derived: made from the file alone it is the same.
    expect(new CaseBook(store, logic, who).view(caseId)).toEqual(book.view(caseId));
    store.close();
  });

  it('[SY8] a case folded again after its answers came is the same as one folded from the file alone', () => {
    const store = storeOf(open(), v7());
    const who = { person: v7(), workstation: 'ws-1' };
    const logic = smallLogic();
    const book = new CaseBook(store, logic, who);
    const parts = { store, logic, book, clock: new CorrectedClock({ now: () => 0 }, 0), who, newId: () => v7() };
    const caseId = v7();
    for (const kind of ['open case', 'write note', 'write note', 'write note']) expect(giveCommand(parts, { kind, case: caseId, body: kind === 'open case' ? {} : { text: 'n' } })).toMatchObject({ ok: true });
    const [first, second, third, last] = store.outbox.ofStream(caseId).map(({ id }) => id);
    const agrees = (): void => {
      book.refresh(caseId);
      expect(book.view(caseId)?.marks).toEqual(new CaseBook(store, logic, who).view(caseId)?.marks);
    };
    const at = '2026-03-02T01:00:00.000Z';
    store.outbox.accept(first!, 1, at);
    agrees();
    for (const id of [first!, second!, third!]) store.outbox.confirm(id, at);
    agrees();
    store.outbox.refuse(last!, { code: 'not-your-case' }, at);
    agrees();
    store.outbox.markSeen(last!, at);
    agrees();
    // Sent again after a restore: they are pending once more (SY9).
    store.outbox.reopenSince(at);
    agrees();
    store.close();
  });

  it('answers the same command id as the first time, and refuses it for another command', () => {
    const store = storeOf(open(), v7());
    const who = { person: v7(), workstation: 'ws-1' };
    const logic = smallLogic();
    const parts = { store, logic, book: new CaseBook(store, logic, who), clock: new CorrectedClock({ now: () => 0 }, 0), who, newId: () => v7() };
    const [id, caseId] = [v7(), v7()];
    const params = { id, kind: 'open case', case: caseId, body: {} };
    expect(giveCommand(parts, params)).toMatchObject({ ok: true, value: { commandId: id, decided: 'pending' } });
    expect(giveCommand(parts, params)).toEqual({ ok: true, value: { commandId: id, decided: 'pending' } });
    expect(store.outbox.unsentCount()).toBe(1);
    expect(giveCommand(parts, { ...params, case: v7() })).toEqual({ ok: false, refusal: { code: 'command-id-used' } });
    store.close();
  });

  it('[SY2] numbers each stream from 1 and puts urgent streams first', () => {
    const store = storeOf(open(), v7());
    const [a, b, c] = [v7(), v7(), v7()];
    for (const [stream, urgent] of [[a, false], [b, false], [a, false], [c, true], [b, true]] as const) store.outbox.append(command(stream, { urgent }));
    expect(store.outbox.openStreams()).toEqual([c, b, a]);
    expect([a, b, c].map((stream) => store.outbox.unsentOf(stream, 10).map(({ number }) => number))).toEqual([[1, 2], [1, 2], [1]]);
    expect(store.outbox.unsentOf(a, 1).map(({ number }) => number)).toEqual([1]);
    store.close();
  });

  it('[SY2] goes on counting after answered rows were cleared away, and from where the server expects', () => {
    const store = storeOf(open(), v7());
    const a = v7();
    const early = '2026-03-02T01:00:00.000Z';
    for (let n = 0; n < 3; n += 1) store.outbox.accept(store.outbox.append(command(a)).id, n + 1, early);
    store.outbox.prune('2026-03-06T00:00:00.000Z');
    expect(store.outbox.ofStream(a)).toEqual([]);
    expect(store.outbox.append(command(a)).number).toBe(4);
    store.outbox.accept(store.outbox.ofStream(a)[0]?.id ?? '', 4, early);
    expect([store.outbox.append(command(a)).number, store.outbox.append(command(a)).number]).toEqual([5, 6]);
    store.outbox.renumberStream(a, 2);
    expect(store.outbox.unsentOf(a, 9).map(({ number }) => number)).toEqual([2, 3]);
    expect(store.outbox.append(command(a)).number).toBe(4);
    store.close();
  });
});

describe('an unused folder', () => {
  it('is no profile', () => {
    const profile = profileFolder(folder.path, 'http://127.0.0.1:1', 'lin');
    mkdirSync(profile.path);
    expect(readKeyFile(profile)).toBeNull();
  });
});
