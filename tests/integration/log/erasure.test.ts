import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { foldCase, evolve } from '#shared/case/evolve.ts';
import { CaseState } from '#shared/case/state.ts';
import { mayReadBody, releasesTo } from '#shared/review/withholding.ts';
import type { StreamId } from '#shared/protocol/ids.ts';
import { CaseStore } from '../../../server/cases/case-store.ts';
import { OpenCases } from '../../../server/cases/open-cases.ts';
import { createFeed } from '../../../server/log/feed.ts';
import { eraseCustomer, legalHoldsOf, liftLegalHold, mayErase, setLegalHold, type ErasureAnswer } from '../../../server/log/sealing/erasure.ts';
import type { SealedLog } from '../../../server/log/sealing/open-sealed-log.ts';
import { openSqliteLog } from '../../../server/log/sqlite/open-sqlite-log.ts';
import { verifyChain } from '../../../server/log/verify-chain.ts';
import { ANN, appended, BEN, CASE_A, CASE_B, clock, draft, id, nextId, note, T0, temporaryFolder, write } from './log-fixture.ts';
import { CUSTOMER, filesWith, LATER, ofCustomer, openSealed, OTHER, parts, TWO } from './sealing-fixture.ts';

let folder: string;
let dispose: () => Promise<void>;
let at: SealedLog;
const LEDGER: StreamId = `customer:${CUSTOMER}`;
const opening = (text: string) => [
  draft('case opened', { reason: 'by-hand', callId: null, fromCase: null, number: null, queue: null }),
  draft('access granted', { person: ANN, as: 'owner' }),
  draft('note written', { noteId: nextId(), text }),
];

beforeEach(async () => {
  ({ folder, dispose } = await temporaryFolder());
  at = await openSealed(folder);
  // A case that began before its customer was known, a ledger; and a case and a person that are not theirs.
  await appended(at.log, ofCustomer(null, CASE_A, 0, opening('said before the name')));
  await appended(at.log, ofCustomer(CUSTOMER, CASE_A, 3, [draft('customer identified', { customerId: CUSTOMER, how: 'search' }), draft('note written', { noteId: nextId(), text: 'said by the customer' })]));
  await appended(at.log, ofCustomer(CUSTOMER, LEDGER, 0, [draft('operation opened', { total: 1 })]));
  await appended(at.log, ofCustomer(null, CASE_B, 0, opening('another matter')));
  await appended(at.log, ofCustomer(OTHER, CASE_B, 3, [draft('note written', { noteId: nextId(), text: 'of another customer' })]));
  await appended(at.log, ofCustomer(CUSTOMER, `person:${ANN}`, 0, [note('of the person')]));
});
afterEach(async () => {
  await at.log.close();
  await dispose();
});

const reopen = async (): Promise<void> => {
  await at.log.close();
  at = await openSealed(folder);
};
const bodies = async (stream: StreamId): Promise<unknown[]> => (await at.log.readCase(stream)).map((event) => event.body);
const erase = (customer = CUSTOMER): Promise<ErasureAnswer> => eraseCustomer(parts(at), customer, TWO);
const code = (answer: { ok: true } | { ok: false; refusal: { code: string } }): string => (answer.ok ? 'ok' : answer.refusal.code);
const audits = async (kind: string) => (await at.log.auditAfter(0, 1000)).filter((entry) => entry.kind === kind);
/** The wrapped keys as they are in the file. */
const wrapped = (slots = '%'): Buffer[] => {
  const db = new Database(join(folder, 'keys.sqlite'), { readonly: true });
  try {
    return db.prepare<[string], Buffer>(`SELECT wrapped FROM keys WHERE wrapped IS NOT NULL AND purpose <> 'index' AND slot LIKE ?`).pluck().all(slots);
  } finally {
    db.close();
  }
};
const erasedEverywhere = async (): Promise<void> => {
  expect(await bodies(CASE_A)).toEqual([null, null, null, null, null]);
  expect(await bodies(LEDGER)).toEqual([null]);
  expect((await bodies(CASE_B)).every((body) => body !== null)).toBe(true);
  expect(await bodies(`person:${ANN}`)).toEqual([{ text: 'of the person' }]);
};

describe('[PR7] erasing a customer', () => {
  it('[PR7][PR5] makes every body of theirs null for ever, what came before the name too, and nobody else\'s; chain and envelopes verify', async () => {
    const before = (await at.log.eventsAfter(0, 100)).map((event) => event.envelope);
    const answer = await erase();
    expect(answer).toMatchObject({ ok: true, erased: { customer: CUSTOMER, keys: 2, at: T0 } });
    expect(answer.ok && [...answer.erased.streams].sort()).toEqual([CASE_A, LEDGER].sort());
    await erasedEverywhere();
    expect((await at.log.eventsAfter(0, 100)).map((event) => event.envelope)).toEqual(before);
    await reopen();
    await erasedEverywhere();
    expect(verifyChain(join(folder, 'log.db'))).toMatchObject({ ok: true });
  });

  it('[PR7] leaves `evolve` a whole case to fold, with the place of each body kept', async () => {
    await erase();
    const state = foldCase(await at.log.readCase(CASE_A));
    expect(CaseState.parse(state)).toMatchObject({ version: 5, customerId: null });
    expect(state?.withheld.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
    expect(JSON.stringify(state)).not.toContain('said');
  });

  it('[PR7] leaves no byte of the wrapped keys in the key file, with or without its WAL, also among many', async () => {
    const streams = Array.from({ length: 400 }, (_, n): StreamId => id(0x5_0000 + n));
    await at.log.append(streams.map((stream) => ofCustomer(null, stream, 0, [note('x')])));
    await at.log.append(streams.map((stream, n) => ofCustomer(n % 3 === 0 ? CUSTOMER : `C-${n}`, stream, 1, [note('y')])));
    await at.sealing.rotate();
    const all = wrapped();
    expect(all.length).toBeGreaterThan(600);
    const mine = new Set((await at.sealing.store.ofCustomer(at.sealing.keys.tagOf(CUSTOMER))).map((key) => key.id));
    expect(mine.size).toBe(134 + 2);
    expect(await erase()).toMatchObject({ ok: true, erased: { keys: mine.size } });
    const left = new Set(wrapped().map((bytes) => bytes.toString('hex')));
    const gone = all.filter((bytes) => !left.has(bytes.toString('hex')));
    expect(gone.length).toBe(mine.size);
    for (const when of ['running', 'stopped']) {
      if (when === 'stopped') await at.log.close();
      // Not even a part of one.
      for (const bytes of gone) expect(filesWith(folder, bytes.subarray(20, 40))).toEqual([]);
    }
    expect(filesWith(folder, Buffer.from([...left][0] ?? '', 'hex'))).not.toEqual([]);
    at = await openSealed(folder);
  }, 60_000);

  it('[PR7] is forgotten by whatever had folded the bodies: cases, open cases, the feed', async () => {
    const cases = new CaseStore(at.log);
    const open = new OpenCases(cases, (error) => expect.unreachable(String(error)));
    await open.start(at.log, '');
    const feed = createFeed(at.log, { evolve, mayReadBody, releasesTo: (_full, event) => releasesTo(event) });
    const pulled = async (): Promise<string> => JSON.stringify(await feed.pull(ANN, null, 50));
    const forgetting: Promise<void>[] = [];
    at.sealing.onErased((streams) => streams.forEach((stream) => {
      feed.forget(stream);
      forgetting.push(open.forget(stream));
    }));
    expect(await pulled()).toContain('said by the customer');
    const slow = cases.load(CASE_A);
    await erase();
    await Promise.all([slow, ...forgetting]);
    for (const seen of [JSON.stringify(await cases.load(CASE_A)), JSON.stringify(open.all()), await pulled()]) {
      expect(seen).not.toContain('said by the customer');
      expect(seen).not.toContain('said before the name');
    }
    expect(JSON.stringify(open.get(CASE_B))).toContain('another matter');
  });

  it('[PR7] does not open a closed case again, now or after a restart', async () => {
    await appended(at.log, ofCustomer(CUSTOMER, CASE_A, 5, [draft('case closed', { outcome: 'done' })]));
    await erase();
    await reopen();
    const open = new OpenCases(new CaseStore(at.log), (error) => expect.unreachable(String(error)));
    await open.start(at.log, '');
    expect(open.all().map((state) => state.id)).toEqual([CASE_B]);
  });

  it('[PR7] keeps no erased body that was read before and folded after', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = { ...at.log, readStream: async (stream: StreamId, from: number) => {
      const events = await at.log.readStream(stream, from);
      await held;
      return events;
    } };
    const cases = new CaseStore(slow as typeof at.log);
    const loading = cases.load(CASE_A);
    await new Promise((resolve) => setImmediate(resolve));
    await erase();
    cases.forget(CASE_A);
    release();
    await loading;
    expect(JSON.stringify(await cases.load(CASE_A))).not.toContain('said');
  });

  it('[PR7] gives a desktop that pulls the case with its bodies withheld, and one that goes on the events as null', async () => {
    const feed = createFeed(at.log, { evolve, mayReadBody, releasesTo: (_full, event) => releasesTo(event) });
    const first = await feed.pull(ANN, null, 50);
    if ('refusal' in first || first.status !== 'ok') throw new Error('no page');
    await appended(at.log, ofCustomer(CUSTOMER, CASE_A, 5, [draft('note written', { noteId: nextId(), text: 'late' })]));
    await erase();
    feed.forget(CASE_A);
    const next = await feed.pull(ANN, first.feed.to, 50);
    if ('refusal' in next || next.status !== 'ok') throw new Error('no page');
    expect(next.feed.items).toMatchObject([{ type: 'event', body: null, envelope: { case: CASE_A, version: 6 } }]);
    // Who had access is in the log's own tables: the case does not vanish, its contents do.
    const anew = await feed.pull(ANN, null, 50);
    if ('refusal' in anew || anew.status !== 'ok') throw new Error('no page');
    const item = anew.feed.items.find((one) => one.type === 'snapshot' && one.case === CASE_A);
    expect(CaseState.parse(item?.type === 'snapshot' ? item.state : null).withheld.length).toBe(6);
  });

  it('[PR7] stands in the chain with both people and the reason, before any key is gone', async () => {
    const order: string[] = [];
    const destroy = at.sealing.store.destroy.bind(at.sealing.store);
    at.sealing.store.destroy = async (...args) => {
      order.push(`destroyed, in the chain: ${(await audits('customer erased')).length}`);
      await destroy(...args);
    };
    await eraseCustomer(parts(at), CUSTOMER, { by: TWO.by, reason: ' file 6222 0212 3456 7890 ' });
    expect(order).toEqual(['destroyed, in the chain: 1']);
    const [entry] = await audits('customer erased');
    expect(entry).toMatchObject({ person: ANN, about: CUSTOMER, detail: { second: TWO.by[1], reason: 'file ****7890', part: 1, of: 1 } });
    expect(String(entry?.detail['keys']).split(' ').length).toBe(2);
  });

  it('[PR7] begins anew with a customer who comes back', async () => {
    await erase();
    await appended(at.log, ofCustomer(CUSTOMER, CASE_A, 5, [note('back again')]));
    await appended(at.log, ofCustomer(null, LEDGER, 1, [note('a new operation')]));
    await reopen();
    expect((await bodies(CASE_A)).slice(4)).toEqual([null, { text: 'back again' }]);
    expect(await bodies(LEDGER)).toEqual([null, { text: 'a new operation' }]);
    expect(await erase()).toMatchObject({ ok: true, erased: { keys: 1 } });
    expect((await bodies(CASE_A)).at(-1)).toBeNull();
  });
});

describe('[PR7] an erasure is refused', () => {
  it('[PR7] while the customer\'s contents must be kept, to the millisecond', async () => {
    const until = '2036-03-02T01:00:00.000Z';
    for (const now of [T0, '2036-03-02T00:59:59.999Z']) {
      expect(await eraseCustomer(parts(at, now), CUSTOMER, TWO)).toMatchObject({ ok: false, refusal: { code: 'erasure-retention', detail: { until } } });
    }
    expect(code(await eraseCustomer({ ...parts(at, until), retention: { yearsAfterLastEvent: 15 } }, CUSTOMER, TWO))).toBe('erasure-retention');
    expect(await audits('customer erased')).toEqual([]);
    expect((await bodies(CASE_A)).every((body) => body !== null)).toBe(true);
    expect(await mayErase(parts(at, until), CUSTOMER)).toEqual({ ok: true });
    expect(code(await eraseCustomer(parts(at, until), CUSTOMER, TWO))).toBe('ok');
  });

  it('[PR7] counting from the last event of any of their streams', async () => {
    await at.log.close();
    at = await openSealed(folder, { now: () => '2035-01-01T00:00:00.000Z' });
    const opened = await openSqliteLogAt('2035-01-01T00:00:00.000Z');
    await appended(opened, ofCustomer(CUSTOMER, LEDGER, 1, [note('late')]));
    expect(code(await eraseCustomer({ log: opened, sealing: at.sealing, now: () => LATER }, CUSTOMER, TWO))).toBe('erasure-retention');
  });
  /** The log with another clock: the fixture's own is closed for it. */
  async function openSqliteLogAt(now: string): Promise<SealedLog['log']> {
    await at.log.close();
    at = await openSealed(folder, { now: () => now });
    return at.log;
  }

  it('[PR7] under a legal hold, until every matter is lifted, over a restart', async () => {
    const hold = (matter: string) => ({ ...TWO, customer: CUSTOMER, matter });
    expect(code(await setLegalHold(parts(at), hold('court 1')))).toBe('ok');
    expect(code(await setLegalHold(parts(at), hold('court 2')))).toBe('ok');
    expect(code(await setLegalHold(parts(at), hold('court 2')))).toBe('erasure-hold-exists');
    expect(code(await liftLegalHold(parts(at), hold('court 3')))).toBe('erasure-hold-unknown');
    expect(code(await erase())).toBe('erasure-legal-hold');
    expect(code(await mayErase(parts(at), CUSTOMER))).toBe('erasure-legal-hold');
    await reopen();
    expect(await legalHoldsOf(parts(at), CUSTOMER)).toEqual(['court 1', 'court 2']);
    expect(code(await liftLegalHold(parts(at), hold('court 1')))).toBe('ok');
    expect(code(await erase())).toBe('erasure-legal-hold');
    expect(code(await liftLegalHold(parts(at), hold('court 2')))).toBe('ok');
    expect((await audits('legal hold set')).map(({ about, detail }) => [about, detail['matter'], detail['second']])).toEqual([[CUSTOMER, 'court 1', TWO.by[1]], [CUSTOMER, 'court 2', TWO.by[1]]]);
    expect((await audits('legal hold lifted')).length).toBe(2);
    expect(code(await erase())).toBe('ok');
  });

  it('[PR7] while another customer is held whose matter shares a key with theirs', async () => {
    // The case turned out to be somebody else's: what was said before either was known is under one key.
    await appended(at.log, ofCustomer(OTHER, CASE_A, 5, [draft('customer identified', { customerId: OTHER, how: 'search' })]));
    await setLegalHold(parts(at), { ...TWO, customer: OTHER, matter: 'court 1' });
    expect(code(await erase())).toBe('erasure-legal-hold');
    await liftLegalHold(parts(at), { ...TWO, customer: OTHER, matter: 'court 1' });
    expect(code(await erase())).toBe('ok');
    expect((await bodies(CASE_A)).at(-1)).toEqual({ customerId: OTHER, how: 'search' });
  });

  it('[PR7] where a hold and the erasure are asked for at once: whichever came first counts', async () => {
    const held = { ...TWO, customer: CUSTOMER, matter: 'court 1' };
    expect((await Promise.all([setLegalHold(parts(at), held), erase()])).map(code)).toEqual(['ok', 'erasure-legal-hold']);
    await liftLegalHold(parts(at), held);
    expect((await Promise.all([erase(), setLegalHold(parts(at), held)])).map(code)).toEqual(['ok', 'ok']);
    await erasedEverywhere();
  });

  it('[PR7] without two different people, a reason, or a customer of whom anything is sealed', async () => {
    const ask = (by: readonly [string, string], reason: string, customer = CUSTOMER) => eraseCustomer(parts(at), customer, { by, reason });
    expect(code(await ask([ANN, ANN], 'r'))).toBe('erasure-two-people');
    expect(code(await ask([ANN, 'somebody'], 'r'))).toBe('erasure-two-people');
    expect(code(await ask([ANN, BEN], '  '))).toBe('erasure-malformed');
    expect(code(await ask([ANN, BEN], 'r', ''))).toBe('erasure-malformed');
    expect(code(await ask([ANN, BEN], 'r', 'C-nobody'))).toBe('erasure-unknown-customer');
    expect(code(await setLegalHold(parts(at), { by: [ANN, ANN], reason: 'r', customer: CUSTOMER, matter: 'm' }))).toBe('erasure-two-people');
    expect(code(await setLegalHold(parts(at), { by: [ANN, BEN], reason: 'r', customer: CUSTOMER, matter: '' }))).toBe('erasure-malformed');
    await erase();
    expect(code(await erase())).toBe('erasure-unknown-customer');
  });

  it('[PR7] where a part of their contents was never sealed', async () => {
    const older = await temporaryFolder();
    const plain = await openSqliteLog(older.folder, { now: clock });
    if (!plain.ok) throw new Error(plain.error.cause);
    await appended(plain.log, write(CASE_A, 0, [note('in clear')]));
    await plain.log.close();
    const sealed = await openSealed(older.folder);
    await appended(sealed.log, ofCustomer(CUSTOMER, CASE_A, 1, [note('sealed')]));
    expect(code(await eraseCustomer(parts(sealed), CUSTOMER, TWO))).toBe('erasure-unsealed');
    await sealed.log.close();
    await older.dispose();
  });

  it('[PR7] where something new comes in meanwhile, and then nothing of it is lost', async () => {
    const append = at.log.append.bind(at.log);
    let calls = 0;
    // As somebody else's write would: after the last look, before the erasure is in the log.
    at.log.append = async (items) => {
      calls += 1;
      if (calls === 2) await append([ofCustomer(CUSTOMER, CASE_A, 5, [note('just now')])]);
      return append(items);
    };
    expect(code(await erase())).toBe('erasure-moved');
    expect(await audits('customer erased')).toEqual([]);
    expect((await bodies(CASE_A)).at(-1)).toEqual({ text: 'just now' });
    expect((await bodies(CASE_A)).every((body) => body !== null)).toBe(true);
  });

  it('[PR7] and what is written while an erasure is under way is under another key, or erased with it: never lost', async () => {
    const writes = Array.from({ length: 40 }, (_, n) => at.log.append([ofCustomer(CUSTOMER, id(0x6_0000 + n), 0, [note(`call ${n}`)])]));
    const [answer] = await Promise.all([erase(), ...writes]);
    const more = Array.from({ length: 40 }, (_, n) => id(0x6_0000 + n));
    for (const [n, stream] of more.entries()) {
      const [body] = await bodies(stream);
      if (answer.ok && answer.erased.streams.includes(stream)) expect(body).toBeNull();
      else expect(body).toEqual({ text: `call ${n}` });
    }
    expect(answer.ok).toBe(true);
  });
});

describe('[PR7][SY9] after a restore', () => {
  const backUps = () => ({ log: join(folder, 'log.copy'), keys: join(folder, 'keys.copy') });
  const backUp = async (): Promise<void> => {
    await at.log.backUp(backUps().log);
    await at.sealing.backUp(backUps().keys);
  };
  const restore = async (what: ('log' | 'keys')[]): Promise<void> => {
    await at.log.close();
    const files = { log: 'log.db', keys: 'keys.sqlite' };
    for (const one of what) {
      for (const end of ['-wal', '-shm']) rmSync(join(folder, `${files[one]}${end}`), { force: true });
      copyFileSync(backUps()[one], join(folder, files[one]));
    }
    at = await openSealed(folder);
  };

  it('[PR7][SY9] keys that came back with an older copy are destroyed again before anything is read', async () => {
    const old = wrapped();
    await backUp();
    const before = await at.sealing.store.ofCustomer(at.sealing.keys.tagOf(CUSTOMER));
    await erase();
    // Without the list, so that it is the chain that tells.
    rmSync(join(folder, 'ring.key.erased'));
    await restore(['keys']);
    await erasedEverywhere();
    rmSync(backUps().keys);
    const left = new Set(wrapped().map((bytes) => bytes.toString('hex')));
    const gone = old.filter((bytes) => !left.has(bytes.toString('hex')));
    expect(gone.length).toBe(before.length);
    for (const bytes of gone) expect(filesWith(folder, bytes)).toEqual([]);
  });

  it('[PR7][PR5] an older log learns again what was erased, and the chain verifies', async () => {
    await backUp();
    await erase();
    await restore(['log']);
    await erasedEverywhere();
    const again = await audits('erased keys recorded again');
    expect(again.map(({ detail }) => String(detail['keys']).split(' ').length)).toEqual([2]);
    await reopen();
    expect((await audits('erased keys recorded again')).length).toBe(1);
    expect(verifyChain(join(folder, 'log.db'))).toMatchObject({ ok: true });
  });

  it('[PR7][SY9] where both are older than the erasure, the list beside the ring key still knows of it', async () => {
    await backUp();
    await erase();
    await restore(['log', 'keys']);
    await erasedEverywhere();
    expect((await audits('erased keys recorded again')).length).toBe(1);
  });

  it('[PR7] a legal hold that the restored log has lost still holds', async () => {
    await backUp();
    await setLegalHold(parts(at), { ...TWO, customer: CUSTOMER, matter: 'court 1' });
    await restore(['log']);
    expect(code(await erase())).toBe('erasure-legal-hold');
    expect(code(await liftLegalHold(parts(at), { ...TWO, customer: CUSTOMER, matter: 'court 1' }))).toBe('ok');
    expect(code(await erase())).toBe('ok');
  });

  it('[PR7] an erasure that was cut off after the chain had it is completed by the next start', async () => {
    at.sealing.store.destroy = () => Promise.reject(new Error('the power went'));
    await expect(erase()).rejects.toThrow('the power went');
    await reopen();
    await erasedEverywhere();
  });
});
