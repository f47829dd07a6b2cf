/** What a centre keeps beside its log, where all of its servers share one database. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kept } from '../../../server/kept/kept.ts';
import { openKept } from '../../../server/kept/open-kept.ts';
import { openSealing, type Sealing } from '../../../server/log/sealing/sealing.ts';
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

/** Everything in the tables that a dump would hold, as text and as bytes. */
async function dumped(database: string): Promise<string> {
  const tables = await cluster.sql<{ name: string }>(database, `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'aidline'`);
  const rows: unknown[] = [];
  for (const { name } of tables) rows.push(...(await cluster.sql(database, `SELECT t::text FROM aidline.${name} t`)));
  return JSON.stringify(rows);
}

describe('secrets in the database', () => {
  it('[RB1] [SY10] [PR5] [PR9] are in no dump in clear, and open under no other ring, and in no other’s place', async () => {
    const { folder, dispose } = await temporaryFolder();
    const database = await cluster.database();
    const at = await server(folder, cluster.url(database));
    for (const name of ['tokens', 'spool', 'audit'] as const) await at.secrets[name].change(() => SECRET);
    await at.enrolments.add(machine);
    const all = await dumped(database);
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
