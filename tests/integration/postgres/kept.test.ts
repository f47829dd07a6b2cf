/** What a centre keeps beside its log, where all of its servers share one database. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Kept } from '../../../server/kept/kept.ts';
import { openKept } from '../../../server/kept/open-kept.ts';
import { openSealing, type Sealing } from '../../../server/log/sealing/sealing.ts';
import type { StoredCode } from '../../../server/people/credential-store.ts';
import { SpoolKeys } from '../../../server/spool/spool-keys.ts';
import { keptContract } from '../kept/kept-contract.ts';
import { clock, id, temporaryFolder } from '../log/log-fixture.ts';
import { Cluster } from './cluster.ts';

let cluster: Cluster;
beforeAll(async () => void (cluster = await Cluster.start()));
afterAll(() => cluster.dispose());

type Server = Kept & { sealing: Sealing };

/** A server's own ring file would be another ring: they name one for all, as the manual says. */
async function server(folder: string, database: string): Promise<Server> {
  const opened = await openSealing(folder, { now: clock, database });
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.cause}`);
  const { sealing } = opened;
  const kept = openKept(folder, database, sealing.keys);
  return { ...kept, sealing, close: async () => {
    await kept.close();
    sealing.close();
  } };
}

keptContract('PostgreSQL', async () => {
  const { folder, dispose } = await temporaryFolder();
  const url = cluster.url(await cluster.database());
  return { servers: 2, dispose, open: () => server(folder, url) };
});

const SECRET = Buffer.from('-----a secret that no dump may tell-----');
const machine = { keyId: 'a'.repeat(64), id: id(1), name: 'A-1', site: '上海', publicKey: Buffer.alloc(32, 1).toString('base64'), secret: SECRET.toString('base64'), askedAt: clock() };

function dumped(database: string): string {
  const dump = join(cluster.folder, `${database}.sql`);
  cluster.run('pg_dump', ['-f', dump, database]);
  return readFileSync(dump, 'utf8');
}

/**
 * Lets two servers do the same at the same moment: both have begun, and wait for a row that somebody else holds. What reads
 * before it locks has read by then.
 */
async function atOnce<T>(database: string, row: string, works: readonly (() => Promise<T>)[]): Promise<T[]> {
  const holder = new pg.Client({ connectionString: cluster.url(database) });
  await holder.connect();
  await holder.query(`BEGIN; SELECT 1 FROM ${row} FOR UPDATE`);
  const done = Promise.all(works.map((work) => work()));
  const waiting = async (): Promise<number> => Number((await cluster.sql<{ n: string }>('postgres', `SELECT count(*) AS n FROM pg_stat_activity WHERE datname = '${database}' AND wait_event_type = 'Lock'`))[0]?.n);
  while ((await waiting()) < works.length) await new Promise((resolve) => setImmediate(resolve));
  await holder.query('COMMIT');
  await holder.end();
  return done;
}

describe('two servers at the same moment', () => {
  const person = id(7);
  const code: StoredCode = { changeId: id(1), person, proposer: id(8), approver: id(9), secret: Buffer.alloc(32, 1), until: '2027-01-01T00:00:00.000Z' };
  let database: string;
  let one: Server;
  let two: Server;
  let end: () => Promise<void>;
  beforeEach(async () => {
    const { folder, dispose } = await temporaryFolder();
    database = await cluster.database();
    [one, two] = [await server(folder, cluster.url(database)), await server(folder, cluster.url(database))];
    end = async () => {
      await Promise.all([one.close(), two.close()]);
      await dispose();
    };
  });
  afterEach(() => end());

  it('[RB1] five guesses of which none knows of another lock the account', async () => {
    await one.credentials.put(person, 'hash', false);
    const guess = { now: '2026-11-30T01:00:00.000Z', most: 5, until: '2026-11-30T01:15:00.000Z' };
    const told = await atOnce(database, 'aidline.credentials', [one, two, one, two, one].map((at) => () => at.credentials.failed(person, guess)));
    expect(told.filter((until) => until !== null)).toEqual([guess.until]);
    expect((await two.credentials.find(person))?.lockedUntil).toBe(guess.until);
  });

  it('[TP12] one is told the half', async () => {
    await one.credentials.putByCode(code, 'hash', '2026-11-30T01:00:00.000Z');
    const told = await atOnce(database, 'aidline.codes', [one, two].map((at) => () => at.credentials.takeHalf(code.changeId, code.proposer, '2026-11-30T01:00:00.000Z')));
    expect(told.filter((half) => half !== null)).toHaveLength(1);
  });

  it('[TP12] a passphrase made one’s own and a reset do not pass each other: the reset counts', async () => {
    await one.credentials.put(person, 'old', false);
    await atOnce<unknown>(database, 'aidline.credentials', [() => one.credentials.putByCode(code, 'by code', '2026-11-30T01:00:00.000Z'), () => two.credentials.replace(person, 'old', 'own')]);
    expect(await two.credentials.find(person)).toMatchObject({ hash: 'by code', mustChange: true });
  });

  it('[SY10] both find the spools’ key old, and one new one is made', async () => {
    const first = await SpoolKeys.open(one.secrets.spool, () => '2026-01-01T00:00:00.000Z');
    const anew = await atOnce(database, 'aidline.secrets', [one, two].map((at) => () => SpoolKeys.open(at.secrets.spool, () => '2026-11-30T00:00:00.000Z')));
    expect(anew[0]?.current).toEqual(anew[1]?.current);
    expect(anew[0]?.current).not.toEqual(first.current);
    expect(JSON.parse((await one.secrets.spool.read())?.toString() ?? '')).toMatchObject({ keys: [{}, {}] });
  });
});

describe('secrets in the database', () => {
  it('[RB1] [SY10] [PR5] [PR9] are in no dump in clear, and open under no other ring, and in no other’s place', async () => {
    const { folder, dispose } = await temporaryFolder();
    const database = await cluster.database();
    const at = await server(folder, cluster.url(database));
    for (const name of ['tokens', 'spool', 'audit'] as const) await at.secrets[name].change(() => SECRET);
    await at.enrolments.add(machine);
    const all = dumped(database);
    expect(all).toContain('A-1');
    for (const clear of [SECRET.toString('hex'), SECRET.toString('base64'), SECRET.toString()]) expect(all).not.toContain(clear);
    await cluster.sql(database, `UPDATE aidline.secrets s SET sealed = o.sealed FROM aidline.secrets o WHERE s.name = 'tokens' AND o.name = 'audit'`);
    await expect(at.secrets.tokens.read()).rejects.toMatchObject({ error: { code: 'ring-refused' } });
    await expect(at.secrets.tokens.change((before) => before ?? SECRET)).rejects.toMatchObject({ error: { code: 'ring-refused' } });
    expect(await at.secrets.audit.read()).toEqual(SECRET);
    await at.close();
    rmSync(join(folder, 'ring.key'));
    await expect(server(folder, cluster.url(database))).rejects.toThrow('ring-missing');
    await dispose();
  });

  it('[RB2] a connection that is lost while one is made costs another try, and one is kept', async () => {
    const { folder, dispose } = await temporaryFolder();
    const database = await cluster.database();
    const at = await server(folder, cluster.url(database));
    let asked = 0;
    const made = await at.secrets.tokens.change(async () => {
      asked += 1;
      if (asked === 1) await cluster.sql('postgres', `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`);
      return Buffer.from(`made ${asked}`);
    });
    expect([made.toString(), asked]).toEqual(['made 2', 2]);
    expect((await at.secrets.tokens.read())?.toString()).toBe('made 2');
    await at.close();
    await dispose();
  });

  it('[SY10] go on opening after a rotation of the ring that drops the old one', async () => {
    const { folder, dispose } = await temporaryFolder();
    const database = cluster.url(await cluster.database());
    const before = await server(folder, database);
    await before.secrets.spool.change(() => SECRET);
    await before.enrolments.add(machine);
    await before.sealing.rotate();
    await before.sealing.dropOldRings();
    await before.close();
    const after = await server(folder, database);
    expect(await after.secrets.spool.read()).toEqual(SECRET);
    expect(await after.enrolments.byKey(machine.keyId)).toEqual(machine);
    await after.close();
    await dispose();
  });
});
