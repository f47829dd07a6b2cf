/** The day a centre outgrows its first machine. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { canonicalText } from '../../../server/log/canonical.ts';
import { sha256Hex } from '../../../server/log/chain.ts';
import { createFeed } from '../../../server/log/feed.ts';
import type { EventLog } from '../../../server/log/log.ts';
import { connect, dropClient } from '../../../server/log/postgres/connections.ts';
import { copyLog } from '../../../server/log/postgres/copy-log.ts';
import { migrate } from '../../../server/log/postgres/schema.ts';
import { eraseCustomer } from '../../../server/log/sealing/erasure.ts';
import { openSealedLog, type SealedLog } from '../../../server/log/sealing/open-sealed-log.ts';
import { verifyChain } from '../../../server/log/verify-chain.ts';
import { ANN, appended, BEN, CASE_A, CASE_B, clock, command, DESKTOP, fakeRules, granted, id, note, one, revoked, temporaryFolder, withCommand, write } from '../log/log-fixture.ts';
import { CUSTOMER, ofCustomer, OTHER, parts, TWO } from '../log/sealing-fixture.ts';
import { cleanUp, run } from '../server/child-server.ts';
import { Cluster } from './cluster.ts';
import { openLog, verified } from './postgres-fixture.ts';

let cluster: Cluster;
let url: string;
let folder: string;
let dispose: () => Promise<void>;
beforeAll(async () => void (cluster = await Cluster.start()));
beforeEach(async () => {
  url = cluster.url(await cluster.database());
  ({ folder, dispose } = await temporaryFolder());
});
afterEach(() => dispose());
afterAll(async () => {
  await cleanUp();
  await cluster.dispose();
});

async function open(database: string | null): Promise<SealedLog> {
  const opened = await openSealedLog(folder, { now: clock, database });
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.cause}`);
  return opened;
}

const STORED = command({ number: 1 });
const REFUSED = command({ number: 2, answer: { status: 'refused', refusal: { code: 'not-entitled' } } });
/** Something of everything: grants and their ends, commands, a refusal, views, a legal hold's keys, an erased customer. */
async function lived(at: SealedLog): Promise<void> {
  await appended(at.log, withCommand(write(CASE_A, 0, [granted(ANN), note('一\u0000"\\')]), STORED));
  await appended(at.log, { writes: [], command: REFUSED, audit: [{ kind: 'customer viewed', person: ANN, workstation: 'W-1', about: CUSTOMER, detail: { offline: false, none: null } }] });
  await appended(at.log, write(CASE_A, 2, [granted(BEN), revoked(BEN), granted(BEN)]));
  for (let n = 0; n < 60; n += 1) await at.log.append(Array.from({ length: 20 }, (_, m) => ofCustomer(n % 2 === 0 ? OTHER : null, id(0x9000 + n * 20 + m), 0, [granted(ANN), note('x'.repeat(n))])));
  await appended(at.log, ofCustomer(CUSTOMER, CASE_B, 0, [note('to be erased')]));
  expect(await eraseCustomer(parts(at), CUSTOMER, TWO)).toMatchObject({ ok: true });
}

/** Everything that a log can be asked; what is long, by its digest. */
async function all(log: EventLog): Promise<unknown[]> {
  const long = [await log.eventsAfter(0, 10_000), await log.auditAfter(0, 10_000), await log.streams(''), await log.casesOf(ANN)];
  return [
    await log.head(), ...long.map((one) => [one.length, sha256Hex(canonicalText(one))]), await log.commandAnswer(STORED.outer.id), await log.commandAnswer(REFUSED.outer.id),
    await log.lastNumber(DESKTOP, 1, CASE_A), await log.casesOf(BEN), await log.readersOf(CASE_A),
  ];
}

describe('copied from SQLite into PostgreSQL', () => {
  it('[SY2] [SY5] [SY9] [PR5] [PR7] a log is the same to everybody: cursors, answers, numbers, links, keys and epoch stay', async () => {
    const before = await open(null);
    await lived(before);
    const first = await createFeed(before.log, fakeRules).pull(ANN, null, 200);
    const cursor = 'feed' in first ? first.feed.to : '';
    const rest = await createFeed(before.log, fakeRules).pull(ANN, cursor, 200);
    const was = await all(before.log);
    await before.log.close();
    const answer = await copyLog(folder, url);
    expect(answer).toMatchObject({ ok: true });
    const after = await open(url);
    expect(await all(after.log)).toEqual(was);
    expect(await createFeed(after.log, fakeRules).pull(ANN, cursor, 200)).toEqual(rest);
    expect(await one(after.log, withCommand(write(CASE_A, 5, [note('again')]), STORED))).toMatchObject({ status: 'duplicate' });
    await appended(after.log, withCommand(ofCustomer(OTHER, CASE_A, 5, [note('on the new ground')]), command({ number: 3 })));
    expect((await after.log.readCase(CASE_B)).map(({ body }) => body)).toEqual([null]);
    const { epoch, position } = await after.log.head();
    await after.log.close();
    expect((await verified(url)).faults).toEqual([]);
    // Whoever starts on the old files by mistake is on another epoch: no desktop takes them for the log that it knows.
    const mistaken = await open(null);
    expect((await mistaken.log.head()).epoch).not.toBe(epoch);
    await mistaken.log.close();
    const still = await open(url);
    expect(await still.log.head()).toMatchObject({ epoch, position });
    await still.log.close();
  });

  it('[RB2] at the shell, once: a second time the target is not empty', async () => {
    const at = await open(null);
    await lived(at);
    const { link, position } = await at.log.head();
    await at.log.close();
    const args = ['copy', '--from', `sqlite:${folder}`, '--to', url];
    const done = await run(args);
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining(link) });
    expect(done.out).toContain(`copied ${position} entries`);
    const again = await run(args);
    expect(again).toMatchObject({ code: 2, err: expect.stringMatching(/copy-target-not-empty[\s\S]*空数据库[\s\S]*empty database/) });
  });

  it('[RB2] nothing is copied from nowhere, from under a running server, or into a log', async () => {
    expect(await copyLog(join(folder, 'nowhere'), url)).toMatchObject({ ok: false, refusal: { code: 'copy-no-source' } });
    const running = await open(null);
    await expect(copyLog(folder, url)).rejects.toMatchObject({ error: { code: 'log-locked' } });
    await running.log.close();
    const log = await openLog(url);
    await log.close();
    expect(await copyLog(folder, url)).toMatchObject({ ok: false, refusal: { code: 'copy-target-not-empty' } });
  });

  it('[PR5] a source whose chain is broken is not carried on', async () => {
    const at = await open(null);
    await lived(at);
    await at.log.close();
    const db = new Database(join(folder, 'log.db'));
    db.prepare(`UPDATE commands SET answer = replace(answer, 'accepted', 'refused') WHERE id = ?`).run(STORED.outer.id);
    db.close();
    expect(await copyLog(folder, url)).toMatchObject({ ok: false, refusal: { code: 'copy-source-broken' } });
  });

  it.each([
    ['an entry', 'entries', `NEW.content := replace(NEW.content, 'W-1', 'W-2')`],
    ['a feed, which no link covers', 'feed', `IF NEW.position = 4 THEN RETURN NULL; END IF`],
    ['a key', 'keys', 'IF NEW.purpose = \'stream\' THEN RETURN NULL; END IF'],
  ])('[PR5] stops at the first difference, and leaves the target empty: %s', async (_what, table, change) => {
    const at = await open(null);
    await lived(at);
    await at.log.close();
    const client = await connect(url);
    await migrate(client, '');
    await client.query(`CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${change}; RETURN NEW; END $$; CREATE TRIGGER spoil BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION spoil()`);
    expect(await copyLog(folder, url)).toMatchObject({ ok: false, refusal: { code: 'copy-differs' } });
    const { rows } = await client.query('SELECT (SELECT count(*) FROM entries) + (SELECT count(*) FROM facts) + (SELECT count(*) FROM keys) AS n');
    expect(rows).toEqual([{ n: 0 }]);
    dropClient(client);
    // The source is as it was, and serves.
    const still = await open(null);
    expect((await still.log.auditAfter(0, 10_000)).filter(({ kind }) => kind === 'epoch started')).toHaveLength(1);
    await still.log.close();
  });
});

describe('a back-up of a log in PostgreSQL', () => {
  it('[OP1] [SY9] [PR7] is a file that verifies, that a server starts on with a new epoch, and that goes back into a database', async () => {
    const at = await open(url);
    await appended(at.log, ofCustomer(OTHER, CASE_A, 0, [note('kept')]));
    const back = join(folder, 'back');
    mkdirSync(back);
    await at.log.backUp(join(back, 'log.db'));
    await at.sealing.backUp(join(back, 'keys.sqlite'));
    const { epoch } = await at.log.head();
    await appended(at.log, ofCustomer(OTHER, CASE_A, 1, [note('lost')]));
    await at.log.close();
    expect(verifyChain(join(back, 'log.db'))).toMatchObject({ ok: true });
    copyFileSync(join(folder, 'ring.key'), join(back, 'ring.key'));
    const anew = cluster.url(await cluster.database());
    expect(await copyLog(back, anew)).toMatchObject({ ok: true });
    const restored = await openSealedLog(back, { now: clock, database: anew });
    if (!restored.ok) throw new Error(restored.error.cause);
    expect((await restored.log.head()).epoch).not.toBe(epoch);
    expect((await restored.log.readCase(CASE_A)).map(({ body }) => body)).toEqual([{ text: 'kept' }]);
    await restored.log.close();
    expect((await verified(anew)).faults).toEqual([]);
  });
});
