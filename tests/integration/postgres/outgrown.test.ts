/** A centre that outgrew its first machine: what lay beside the log goes into the database with it, and serves two servers there. */
import { copyFileSync, cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { SpoolKey } from '#shared/protocol/spool.ts';
import { verifyAudit } from '../../../server/audit/verify.ts';
import { copyLog } from '../../../server/log/postgres/copy-log.ts';
import { connect, dropClient } from '../../../server/log/postgres/connections.ts';
import { migrations } from '../../../server/log/postgres/migrations.ts';
import { migrate } from '../../../server/log/postgres/schema.ts';
import { readOptions } from '../../../server/options.ts';
import { startCentre, type RunningCentre } from '../../../server/start-centre.ts';
import { signInCode } from '../administration/centre-acts.ts';
import { cleanUp, folder as aFolder, run } from '../server/child-server.ts';
import { RawDesktop } from '../server/raw-desktop.ts';
import { MORNING } from '../server/story.ts';
import { Cluster } from './cluster.ts';

const SECRETS = ['people.sqlite', 'tokens.key', 'spool.keys', 'audit.key'];
const RIGHT = 'aidline-demo';
const WRONG = 'not this one';

let cluster: Cluster;
/** Of a server on SQLite that was stopped: one person's desktop was there, another one guessed wrong three times. */
let lived: string;
let agent: RawDesktop;
let spoolKey: SpoolKey;
let data: string;
let name: string;
let url: string;

const start = (at: string, more: readonly string[] = []): Promise<RunningCentre> =>
  startCentre(readOptions(['--demo', '--data', at, '--port', '0', '--crowd', '0', '--calls', 'off', '--now', MORNING, '--log-level', 'error', ...more]));
const copy = (more: readonly string[] = []) => run(['copy', '--from', `sqlite:${data}`, '--to', url, ...more]);
const refusal = (error: Error): string => error.message;

beforeAll(async () => {
  cluster = await Cluster.start();
  lived = aFolder();
  const running = await start(lived);
  agent = await RawDesktop.signIn(running.url, 'agent');
  for (let n = 0; n < 3; n += 1) expect(await signInCode(running.url, 'mentor', WRONG, agent)).toBe('wrong-password');
  spoolKey = running.centre.spoolKeys.current;
  agent.close();
  await running.stop();
});
beforeEach(async () => {
  agent.cursor = null;
  data = aFolder();
  cpSync(lived, data, { recursive: true });
  name = await cluster.database();
  url = cluster.url(name);
});
afterAll(async () => {
  await cleanUp();
  await cluster.dispose();
});

it('[RB1] [SY2] [SY10] [PR5] [PR9] moved into a database, it goes on: passphrases, guesses, machines, desktops, tokens, spool keys and the key of checkpoints are those of before', async () => {
  const done = await copy();
  expect(done).toMatchObject({ code: 0, err: '' });
  const people = new Database(join(data, 'people.sqlite'), { readonly: true });
  const rows = ['credentials', 'carried_out', 'codes', 'kept_keys', 'enrolments', 'first_code', 'desktops', 'recoveries', 'lost_bookings', 'session_ends', 'sessions', 'used_once'].map((table) => Number(people.prepare(`select count(*) from ${table}`).pluck().get()));
  people.close();
  expect(done.out).toContain(`${rows.reduce((sum, count) => sum + count, 3)} rows of people and secrets`);
  for (const file of SECRETS) rmSync(join(data, file));
  const running = await start(data, ['--database', url]);
  try {
    agent.url = running.url;
    await agent.connect();
    await expect(RawDesktop.signIn(running.url, 'lead', RIGHT, agent.desktop)).rejects.toThrow('desktop-taken');
    expect(await signInCode(running.url, 'mentor', WRONG, agent)).toBe('wrong-password');
    expect(await signInCode(running.url, 'mentor', WRONG, agent)).toBe('locked-out');
    expect((await agent.session('agent', RIGHT)).key).toMatchObject({ register: false, kept: { keyId: agent.personKey.keyId } });
    expect(running.centre.spoolKeys.current).toEqual(spoolKey);
    expect(SECRETS.filter((file) => existsSync(join(data, file)))).toEqual([]);
  } finally {
    agent.close();
    await running.stop();
  }
  const report = await verifyAudit({ database: url, checkpoints: join(data, 'checkpoints'), keys: [], restored: new Set(), sealer: null });
  expect([report.faults, report.keys.length]).toEqual([[], 1]);
});

it('[RB1] [SY2] [TP12] two servers on it are one: a token of one is good at the other, and neither guesses nor a desktop count at one alone', async () => {
  expect((await copy()).code).toBe(0);
  const elsewhere = aFolder();
  const here = await start(data, ['--database', url]);
  const there = await start(elsewhere, ['--database', url, '--ring', join(data, 'ring.key')]);
  try {
    agent.url = here.url;
    await agent.session('agent', RIGHT);
    agent.url = there.url;
    await agent.connect();
    const guesses = await Promise.all([here, there, here, there, here].map((at) => signInCode(at.url, 'lead', WRONG, agent)));
    expect(guesses.filter((told) => told === 'locked-out')).toHaveLength(1);
    expect(await Promise.all([here, there].map((at) => signInCode(at.url, 'lead', RIGHT, agent)))).toEqual(['locked-out', 'locked-out']);
    // One id, two people, two servers, at once.
    const id = uuidv7();
    const came = await Promise.all(([['agent', here], ['agent2', there]] as const).map(async ([account, at]) => {
      const desktop = new RawDesktop(at.url, id);
      Object.assign(desktop, { machineKey: agent.machineKey, workstation: agent.workstation });
      await desktop.session(account, RIGHT);
      return desktop.connect().then(() => 'in', refusal).finally(() => desktop.close());
    }));
    expect(came.toSorted()).toEqual(['desktop-taken', 'in']);
    expect(SECRETS.filter((file) => existsSync(join(elsewhere, file)))).toEqual([]);
  } finally {
    agent.close();
    await Promise.all([here.stop(), there.stop()]);
  }
});

it('[OP1] [SY9] a dump and the ring key are all that an empty machine needs: everybody signs in there as before, on a new epoch', async () => {
  expect((await copy()).code).toBe(0);
  await (await start(data, ['--database', url])).stop();
  const dump = join(cluster.folder, `${name}.sql`);
  cluster.run('pg_dump', ['-f', dump, name]);
  const anew = await cluster.database();
  cluster.run('psql', ['-q', '-v', 'ON_ERROR_STOP=1', '-f', dump, anew]);
  const empty = aFolder();
  copyFileSync(join(data, 'ring.key'), join(empty, 'ring.key'));
  const running = await start(empty, ['--database', cluster.url(anew)]);
  try {
    agent.url = running.url;
    expect((await agent.session('agent', RIGHT)).key).toMatchObject({ kept: { keyId: agent.personKey.keyId } });
    await agent.connect();
    expect((await running.centre.log.auditAfter(0, 10_000)).filter(({ kind }) => kind === 'epoch started')).toHaveLength(2);
    expect(running.centre.spoolKeys.current).toEqual(spoolKey);
    expect(await signInCode(running.url, 'mentor', WRONG, agent)).toBe('wrong-password');
    expect(await signInCode(running.url, 'mentor', WRONG, agent)).toBe('locked-out');
  } finally {
    agent.close();
    await running.stop();
  }
});

it('[RB2] nothing is copied without the ring that seals the secrets; it may be named', async () => {
  renameSync(join(data, 'ring.key'), join(data, 'elsewhere.key'));
  expect(await copy()).toMatchObject({ code: 2, err: expect.stringContaining('ring-missing') });
  expect(await copy(['--ring', join(data, 'elsewhere.key')])).toMatchObject({ code: 0 });
});

it.each([
  ['a passphrase', 'credentials', 'NEW.failures := 4'],
  ['a machine', 'enrolments', 'RETURN NULL'],
  ['a secret', 'secrets', `NEW.sealed := NEW.sealed || '\\x00'`],
])('[RB2] a copy stops where what lies beside the log differs, and leaves nothing behind: %s', async (_what, table, change) => {
  const client = await connect(url);
  await migrate(client, '');
  await client.query(`CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${change}; RETURN NEW; END $$; CREATE TRIGGER spoil BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION spoil()`);
  expect(await copy()).toMatchObject({ code: 2, err: expect.stringMatching(new RegExp(`copy-differs \\(${table}: `)) });
  const { rows } = await client.query('SELECT (SELECT count(*) FROM entries) + (SELECT count(*) FROM credentials) + (SELECT count(*) FROM enrolments) + (SELECT count(*) FROM secrets) + (SELECT count(*) FROM keys) AS n');
  expect(rows).toEqual([{ n: 0 }]);
  dropClient(client);
});

it('[RB3] a centre of tables version 2, whose people and secrets still lie in its folder, takes them over when it is migrated', async () => {
  expect(await copyLog(data, url)).toMatchObject({ ok: true });
  const made = [...migrations.slice(2).map(({ sql }) => sql).join('').matchAll(/CREATE TABLE (\w+)/g)].map(([, table]) => `aidline.${table}`);
  await cluster.sql(name, `DROP TABLE ${made.join(', ')}`);
  await cluster.sql(name, 'DROP INDEX aidline.entries_closing');
  await cluster.sql(name, 'UPDATE aidline.schema_version SET version = 2, minimum_code = 2');
  await expect(start(data, ['--database', url])).rejects.toThrow('database-older');
  // Named a wrong folder, it says so; nothing is lost by it.
  expect(await run(['migrate', '--database', url, '--data', aFolder()])).toMatchObject({ code: 0, out: expect.stringContaining('nobody could sign in') });
  expect(await run(['migrate', '--database', url, '--data', data])).toMatchObject({ code: 0, out: expect.stringContaining(`taken over from ${data}`) });
  expect((await run(['migrate', '--database', url, '--data', data])).out).not.toContain('taken over');
  const folder = aFolder();
  copyFileSync(join(data, 'ring.key'), join(folder, 'ring.key'));
  const running = await start(folder, ['--database', url]);
  agent.url = running.url;
  await agent.connect();
  expect(running.centre.spoolKeys.current).toEqual(spoolKey);
  agent.close();
  await running.stop();
});
