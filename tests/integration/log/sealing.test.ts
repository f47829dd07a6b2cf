import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFailure } from '../../../server/log/log-errors.ts';
import { openSqliteLog } from '../../../server/log/sqlite/open-sqlite-log.ts';
import { verifyChain } from '../../../server/log/verify-chain.ts';
import { ANN, appended, CASE_A, CASE_B, clock, draft, note, one, temporaryFolder, write } from './log-fixture.ts';
import { CUSTOMER, filesWith, ofCustomer, openSealed, OTHER } from './sealing-fixture.ts';
import type { SealedLog } from '../../../server/log/sealing/open-sealed-log.ts';

let folder: string;
let dispose: () => Promise<void>;
let at: SealedLog;
beforeEach(async () => {
  ({ folder, dispose } = await temporaryFolder());
  at = await openSealed(folder);
});
afterEach(async () => {
  await at.log.close();
  await dispose();
});
const reopen = async (): Promise<void> => {
  await at.log.close();
  at = await openSealed(folder);
};
const keyIds = (stream: string): string[] => {
  const db = new Database(join(folder, 'log.db'), { readonly: true });
  try {
    return db.prepare<[string], string>('SELECT b.key_id FROM bodies b JOIN entries e ON e.event_id = b.event_id JOIN streams s ON s.id = e.stream WHERE s.name = ? ORDER BY e.version').pluck().all(stream);
  } finally {
    db.close();
  }
};
const bodies = async (stream: typeof CASE_A): Promise<unknown[]> => (await at.log.readCase(stream)).map((event) => event.body);

describe('[PR7] bodies on the server\'s disk', () => {
  it('[PR7] are readable to nobody without the keys: no file of the folder holds a name or an amount', async () => {
    const name = Buffer.from('王测试甲乙丙', 'utf8');
    const amount = Buffer.from('987654321');
    await appended(at.log, ofCustomer(null, CASE_A, 0, [draft('note written', { text: `${name} ${amount}` })]));
    await appended(at.log, ofCustomer(CUSTOMER, CASE_A, 1, [draft('facts read', { name: name.toString(), totalFen: 987654321 })]));
    await appended(at.log, ofCustomer(CUSTOMER, `customer:${CUSTOMER}`, 0, [draft('operation opened', { totalFen: 987654321 })]));
    await appended(at.log, write(`person:${ANN}`, 0, [draft('agent state', { name: name.toString(), totalFen: 987654321 })]));
    for (const open of [true, false]) {
      if (!open) await at.log.close();
      for (const secret of [name, amount]) expect(filesWith(folder, secret)).toEqual([]);
    }
    // The search finds what is there: an envelope's kind is for everybody.
    expect(filesWith(folder, Buffer.from('operation opened'))).not.toEqual([]);
    at = await openSealed(folder);
    expect(await bodies(CASE_A)).toEqual([{ text: `${name} ${amount}` }, { name: name.toString(), totalFen: 987654321 }]);
  });

  it('[PR7] are sealed with a key per customer, of the stream before the customer is known, and of nobody else\'s', async () => {
    await appended(at.log, ofCustomer(null, CASE_A, 0, [note('one'), note('two')]));
    await appended(at.log, ofCustomer(CUSTOMER, CASE_A, 2, [note('three')]));
    await appended(at.log, ofCustomer(CUSTOMER, CASE_B, 0, [note('four')]));
    // The ledger is the customer's by its name, whatever the write says; a person's stream never is.
    await appended(at.log, write(`customer:${CUSTOMER}`, 0, [note('five')]));
    await appended(at.log, ofCustomer(OTHER, `customer:${OTHER}`, 0, [note('six')]));
    await appended(at.log, ofCustomer(CUSTOMER, `person:${ANN}`, 0, [note('seven')]));
    const [early, early2, known] = keyIds(CASE_A);
    expect(early).toBe(early2);
    expect(keyIds(CASE_B)).toEqual([known]);
    expect(keyIds(`customer:${CUSTOMER}`)).toEqual([known]);
    expect(new Set([early, known, ...keyIds(`customer:${OTHER}`), ...keyIds(`person:${ANN}`)]).size).toBe(4);
  });

  it('[PR7] open after a restart, and new ones get the same key', async () => {
    await appended(at.log, ofCustomer(CUSTOMER, CASE_A, 0, [note('one')]));
    await reopen();
    await appended(at.log, ofCustomer(CUSTOMER, CASE_A, 1, [note('two')]));
    expect(await bodies(CASE_A)).toEqual([{ text: 'one' }, { text: 'two' }]);
    expect(new Set(keyIds(CASE_A)).size).toBe(1);
  });

  it('[PR7] never seal twice to the same bytes, nor tell of equal contents', async () => {
    await appended(at.log, ofCustomer(CUSTOMER, CASE_A, 0, [note('same'), note('same')]));
    const db = new Database(join(folder, 'log.db'), { readonly: true });
    const [first, second] = db.prepare<[], Buffer>('SELECT bytes FROM bodies').pluck().all();
    db.close();
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(false);
  });

  it('[PR7] throw where their bytes or their key are others\', and are never taken for erased', async () => {
    await appended(at.log, ofCustomer(CUSTOMER, CASE_A, 0, [note('one')]));
    await appended(at.log, ofCustomer(OTHER, CASE_B, 0, [note('two')]));
    await at.log.close();
    const tamper = (sql: string, ...values: unknown[]): void => {
      const db = new Database(join(folder, 'log.db'));
      db.prepare(sql).run(...values);
      db.close();
    };
    const [ofA, ofB] = [keyIds(CASE_A)[0], keyIds(CASE_B)[0]];
    tamper('UPDATE bodies SET key_id = ? WHERE key_id = ?', ofB, ofA);
    at = await openSealed(folder);
    await expect(bodies(CASE_A)).rejects.toThrow('does not open');
    await at.log.close();
    tamper('UPDATE bodies SET key_id = ?', '01950000-0000-7000-8000-00000000dead');
    at = await openSealed(folder);
    await expect(bodies(CASE_A)).rejects.toThrow('keys-lost');
  });

  it('[PR7] name the customer nowhere in the key file', async () => {
    await appended(at.log, ofCustomer(CUSTOMER, CASE_A, 0, [note('one')]));
    await appended(at.log, ofCustomer(CUSTOMER, `customer:${CUSTOMER}`, 0, [note('two')]));
    expect(filesWith(folder, Buffer.from(CUSTOMER)).filter((name) => name.startsWith('keys') || name.startsWith('ring'))).toEqual([]);
  });

  it('[PR7][SY1] have their key on the disk before they are stored', async () => {
    const order: string[] = [];
    const add = at.sealing.store.add.bind(at.sealing.store);
    at.sealing.store.add = async (...args) => {
      await new Promise((resolve) => setImmediate(resolve));
      await add(...args);
      order.push('key durable');
    };
    at.log.onAppended(() => order.push('appended'));
    await Promise.all([0, 1].map((n) => appended(at.log, ofCustomer(n === 0 ? null : CUSTOMER, n === 0 ? CASE_A : CASE_B, 0, [note('x')]))));
    expect(order).toEqual(['key durable', 'appended']);
  });

  it('[PR7][RB2] are not stored where no key can be had, and it heals by itself', async () => {
    const add = at.sealing.store.add.bind(at.sealing.store);
    const full = { code: 'log-disk-full' as const, path: '', cause: 'test', text: { zh: '', en: '' } };
    at.sealing.store.add = () => Promise.reject(new LogFailure(full));
    expect(await one(at.log, ofCustomer(CUSTOMER, CASE_A, 0, [note('one')]))).toEqual({ status: 'failed', error: full });
    expect(await at.log.lastVersion(CASE_A)).toBe(0);
    at.sealing.store.add = add;
    expect((await one(at.log, ofCustomer(CUSTOMER, CASE_A, 0, [note('one')]))).status).toBe('appended');
  });

  it('[PR7] make one key for a customer, however many writes ask at once', async () => {
    await Promise.all(Array.from({ length: 60 }, (_, n) => at.log.append([ofCustomer(CUSTOMER, `01950000-0000-7000-8000-${(0xb000 + n).toString(16).padStart(12, '0')}`, 0, [note(`${n}`)])])));
    const db = new Database(join(folder, 'log.db'), { readonly: true });
    expect(db.prepare('SELECT count(*) FROM bodies').pluck().get()).toBe(60);
    expect(db.prepare('SELECT count(DISTINCT key_id) FROM bodies').pluck().get()).toBe(1);
    db.close();
  });

  it('[PR7][PR5] keep few keys in memory and open all the same; the chain verifies', async () => {
    await at.log.close();
    at = await openSealed(folder, { held: 2 });
    const streams = Array.from({ length: 12 }, (_, n): typeof CASE_A => `01950000-0000-7000-8000-${(0xc000 + n).toString(16).padStart(12, '0')}`);
    await at.log.append(streams.map((stream, n) => ofCustomer(`C-${n}`, stream, 0, [note(`of ${n}`)])));
    for (const [n, stream] of streams.entries()) expect(await bodies(stream)).toEqual([{ text: `of ${n}` }]);
    expect((await at.log.eventsAfter(0, 100)).length).toBe(12);
    await at.log.close();
    expect(verifyChain(join(folder, 'log.db'))).toMatchObject({ ok: true });
    at = await openSealed(folder);
  });
});

describe('[PR7] what is there already', () => {
  it('[PR7] an unsealed log opens, and what is new in it is sealed', async () => {
    const older = await temporaryFolder();
    const plain = await openSqliteLog(older.folder, { now: clock });
    if (!plain.ok) throw new Error(plain.error.cause);
    await appended(plain.log, write(CASE_A, 0, [note('in clear')]));
    await plain.log.close();
    const { log } = await openSealed(older.folder);
    await appended(log, ofCustomer(CUSTOMER, CASE_A, 1, [note('a new secret')]));
    expect((await log.readCase(CASE_A)).map((event) => event.body)).toEqual([{ text: 'in clear' }, { text: 'a new secret' }]);
    expect(filesWith(older.folder, Buffer.from('a new secret'))).toEqual([]);
    await log.close();
    expect(verifyChain(join(older.folder, 'log.db'))).toMatchObject({ ok: true });
    await older.dispose();
  });

  it('[PR7][RB2] a lost key file is told at the start, and its back-up makes it good', async () => {
    await appended(at.log, ofCustomer(CUSTOMER, CASE_A, 0, [note('one')]));
    await at.sealing.backUp(join(folder, 'kept.sqlite'));
    await at.log.close();
    const db = new Database(join(folder, 'keys.sqlite'));
    db.exec('PRAGMA wal_checkpoint(TRUNCATE); DROP TABLE keys; DROP TABLE facts; DROP TABLE ties; DROP TABLE holds; PRAGMA user_version = 0; PRAGMA application_id = 0');
    db.close();
    await expect(openSealed(folder)).rejects.toThrow('keys-lost');
    copyFileSync(join(folder, 'kept.sqlite'), join(folder, 'keys.sqlite'));
    at = await openSealed(folder);
    expect(await bodies(CASE_A)).toEqual([{ text: 'one' }]);
  });

  it('[PR7][RB2] another ring key than the one that wrapped is told at the start', async () => {
    const other = await temporaryFolder();
    await (await openSealed(other.folder)).log.close();
    await at.log.close();
    const mine = readFileSync(join(folder, 'ring.key'));
    copyFileSync(join(other.folder, 'ring.key'), join(folder, 'ring.key'));
    await expect(openSealed(folder)).rejects.toThrow('ring-refused');
    await other.dispose();
    expect(mine.length).toBeGreaterThan(0);
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(folder, 'ring.key'), mine);
    at = await openSealed(folder);
  });
});
