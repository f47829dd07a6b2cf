import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogError } from '../../../server/log/log-errors.ts';
import { connect, dropClient } from '../../../server/log/postgres/connections.ts';
import { GatheredRows } from '../../../server/log/postgres/gathered-rows.ts';
import { migrations } from '../../../server/log/postgres/migrations.ts';
import { openPostgresLog } from '../../../server/log/postgres/open-postgres-log.ts';
import { migrate } from '../../../server/log/postgres/schema.ts';
import { ANN, appended, CASE_A, clock, granted, note, one, revoked, write } from '../log/log-fixture.ts';
import { cleanUp, folder, run } from '../server/child-server.ts';
import { Cluster } from './cluster.ts';
import { openLog } from './postgres-fixture.ts';

let cluster: Cluster;
let name: string;
beforeAll(async () => void (cluster = await Cluster.start()));
beforeEach(async () => void (name = await cluster.database()));
afterAll(async () => {
  await cleanUp();
  await cluster.dispose();
});

/** What is told where the log cannot be opened; in both languages, and never with the password. */
async function told(url: string): Promise<LogError> {
  const opened = await openPostgresLog(url, { now: clock });
  if (opened.ok) {
    await opened.log.close();
    throw new Error('it opened');
  }
  expect(opened.error.text.zh.length).toBeGreaterThan(20);
  expect(opened.error.text.en.length).toBeGreaterThan(20);
  expect(JSON.stringify(opened.error)).not.toContain('topsecret');
  return opened.error;
}

describe('a database that cannot be used is told by name', () => {
  it('[RB2] database-unreachable, after a bounded time', async () => {
    expect(await told(cluster.url(name, { port: 1, password: 'topsecret' }))).toMatchObject({ code: 'database-unreachable', path: `postgres://aidline@127.0.0.1:1/${name}` });
  });

  it('[RB2] database-credentials: a wrong password, a missing one, and a user that nobody knows', async () => {
    await cluster.sql('postgres', `CREATE ROLE clerk LOGIN PASSWORD 'right'`);
    await cluster.admit(['host all aidline 127.0.0.1/32 trust', 'host all all 127.0.0.1/32 scram-sha-256']);
    for (const who of [{ user: 'clerk', password: 'topsecret' }, { user: 'clerk' }, { user: 'nobody', password: 'topsecret' }]) {
      expect((await told(cluster.url(name, who))).code).toBe('database-credentials');
    }
  });

  it('[RB2] database-rights: a user who may not make tables, and one who may not read them', async () => {
    await cluster.sql('postgres', 'CREATE ROLE guest LOGIN');
    await cluster.admit(['host all all 127.0.0.1/32 trust']);
    expect((await told(cluster.url(name, { user: 'guest' }))).code).toBe('database-rights');
    await (await openLog(cluster.url(name))).close();
    expect((await told(cluster.url(name, { user: 'guest' }))).code).toBe('database-rights');
  });

  it('[RB2] database-missing', async () => {
    expect((await told(cluster.url('no_such_database'))).code).toBe('database-missing');
  });

  it('[RB2] database-tls: encryption that the database does not have', async () => {
    expect((await told(`${cluster.url(name)}?sslmode=verify-full`)).code).toBe('database-tls');
  });

  it('[RB2] database-unfit: another encoding', async () => {
    await cluster.sql('postgres', `CREATE DATABASE ${name}_latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`);
    expect((await told(cluster.url(`${name}_latin`))).code).toBe('database-unfit');
  });

  it('[SY1] database-not-durable: synchronous_commit off, for the database or for the user alone', async () => {
    await cluster.sql('postgres', `ALTER DATABASE ${name} SET synchronous_commit = off`);
    expect(await told(cluster.url(name))).toMatchObject({ code: 'database-not-durable', cause: 'synchronous_commit off, fsync on' });
    await cluster.sql('postgres', `ALTER DATABASE ${name} RESET synchronous_commit; CREATE ROLE hasty SUPERUSER LOGIN; ALTER ROLE hasty SET synchronous_commit = off`);
    expect((await told(cluster.url(name, { user: 'hasty' }))).code).toBe('database-not-durable');
    // The weaker degrees sync the primary's own disk before they answer.
    await cluster.sql('postgres', `ALTER DATABASE ${name} SET synchronous_commit = local`);
    await (await openLog(cluster.url(name))).close();
  });

  it('[SY1] database-not-durable: fsync off', async () => {
    await cluster.down();
    await cluster.up({ fsync: 'off' });
    expect(await told(cluster.url(name))).toMatchObject({ code: 'database-not-durable', cause: 'synchronous_commit on, fsync off' });
    await cluster.down();
    await cluster.up({});
  });

  it('[RB2] database-read-only', async () => {
    await cluster.sql('postgres', `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    expect((await told(cluster.url(name))).code).toBe('database-read-only');
  });

  it('[RB2] database-foreign: a schema of somebody else\'s, which stays as it is', async () => {
    await cluster.sql(name, 'CREATE SCHEMA aidline; CREATE TABLE aidline.theirs (n int)');
    expect((await told(cluster.url(name))).code).toBe('database-foreign');
    expect(await cluster.sql(name, `SELECT count(*)::int AS n FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname = 'aidline'`)).toEqual([{ n: 1 }]);
  });

  it('[RB2] at the shell: code, cause and both languages, exit 2 and no stack', async () => {
    const ended = await run(['--data', folder(), '--port', '0', '--database', cluster.url('no_such_database')]);
    expect(ended.code).toBe(2);
    expect(ended.err).toMatch(/database-missing[\s\S]*没有这个数据库[\s\S]*no such database/);
    expect(ended.err).not.toMatch(/^\s+at /m);
    for (const [args, reason] of [
      [['--database', 'mysql://x'], /postgres:\/\/ 地址/], [['migrate'], /needs --database/], [['new-epoch'], /needs --reason/], [['copy', '--from', 'x', '--to', 'postgres://y'], /--from sqlite:DIR/],
    ] as const) {
      const refused = await run(args);
      expect(refused.code).toBe(2);
      expect(refused.err).toMatch(reason);
    }
  });
});

describe('while it runs', () => {
  it('[RB2] a database that turns read-only stores nothing, says so, and it heals by itself', async () => {
    const log = await openLog(cluster.url(name));
    await appended(log, write(CASE_A, 0, [note('one')]));
    await cluster.sql('postgres', `ALTER DATABASE ${name} SET default_transaction_read_only = on; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    const refused = await one(log, write(CASE_A, 1, [note('two')]));
    expect(refused.status === 'failed' && refused.error.code).toBe('database-read-only');
    expect(await log.lastVersion(CASE_A)).toBe(1);
    await cluster.sql('postgres', `ALTER DATABASE ${name} RESET default_transaction_read_only; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    expect((await one(log, write(CASE_A, 1, [note('two')]))).status).toBe('appended');
    await log.close();
  });

  it('[RB2] a full disk at the database stores nothing, says so, and it heals by itself', async () => {
    const own = await Cluster.start({}, '24m');
    try {
      await own.sql('postgres', `CREATE TABLESPACE small LOCATION '${own.small}'`);
      const database = await own.database('TABLESPACE small');
      const log = await openLog(own.url(database));
      const big = (): ReturnType<typeof note> => note(randomBytes(1_000_000).toString('base64'));
      let stored = 0;
      let last = await one(log, write(CASE_A, 0, [big()]));
      for (; last.status === 'appended' && stored < 100; last = await one(log, write(CASE_A, stored, [big()]))) stored += 1;
      expect(last.status === 'failed' && last.error).toMatchObject({ code: 'database-disk-full' });
      expect(await log.lastVersion(CASE_A)).toBe(stored);
      own.grow('100m');
      expect((await one(log, write(CASE_A, stored, [note('room again')]))).status).toBe('appended');
      await log.close();
    } finally {
      await own.dispose();
    }
  });

  it('[SY1] [SY6] rows that a bug of ours keeps from leaving are not committed without: nobody loses a case by a commit that tells of no revocation', async () => {
    const log = await openLog(cluster.url(name));
    await appended(log, write(CASE_A, 0, [granted(ANN)]));
    const unsendable = vi.spyOn(GatheredRows.prototype, 'write').mockRejectedValueOnce(new TypeError('not sent'));
    try {
      await expect(log.append([write(CASE_A, 1, [revoked(ANN)])])).rejects.toThrow('not sent');
    } finally {
      unsendable.mockRestore();
    }
    expect([await log.hasAccess(ANN, CASE_A), await log.lastVersion(CASE_A)]).toEqual([true, 1]);
    expect((await one(log, write(CASE_A, 1, [revoked(ANN)]))).status).toBe('appended');
    expect(await log.hasAccess(ANN, CASE_A)).toBe(false);
    await log.close();
  });

  it('[RB2] a lock that somebody keeps ends in a message, not in waiting for ever', async () => {
    const log = await openLog(cluster.url(name));
    const other = await connect(cluster.url(name));
    await other.query('BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; SELECT 1 FROM partitions FOR UPDATE');
    const refused = await one(log, write(CASE_A, 0, [note('one')]));
    expect(refused.status === 'failed' && refused.error.code).toBe('database-busy');
    await other.query('ROLLBACK');
    dropClient(other);
    expect((await one(log, write(CASE_A, 0, [note('one')]))).status).toBe('appended');
    await log.close();
  });

  it('[RB2] a server that hangs with the lock in hand is put out by the database itself', async () => {
    const log = await openLog(cluster.url(name));
    const hanging = await connect(cluster.url(name));
    await hanging.query('BEGIN; SELECT 1 FROM partitions FOR UPDATE');
    let result = await one(log, write(CASE_A, 0, [note('one')]));
    for (let tries = 0; result.status === 'failed' && tries < 20; tries += 1) result = await one(log, write(CASE_A, 0, [note('one')]));
    expect(result.status).toBe('appended');
    dropClient(hanging);
    await log.close();
  });
});

describe('migrations', () => {
  it('[RB3] are numbered from 1 without a gap', () => {
    expect(migrations.map(({ number }) => number)).toEqual(migrations.map((_, index) => index + 1));
  });

  it.each(migrations.map(({ number }) => number))('[RB3] from version %i everything is brought to the newest, and a second time changes nothing', async (from) => {
    const client = await connect(cluster.url(name));
    expect(await migrate(client, '', migrations.slice(0, from))).toEqual({ ok: true, from: 0, to: from });
    dropClient(client);
    // A server does not take it upon itself: others of the version before may be at work on these tables.
    if (from < migrations.length) expect((await told(cluster.url(name))).code).toBe('database-older');
    const done = await run(['migrate', '--database', cluster.url(name)]);
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining(from < migrations.length ? `to ${migrations.length}` : 'already') });
    expect((await run(['migrate', '--database', cluster.url(name)])).out).toContain('already');
    const log = await openLog(cluster.url(name));
    expect((await one(log, write(CASE_A, 0, [note('one')]))).status).toBe('appended');
    await log.close();
  });

  it('[RB3] refuse a newer schema and change nothing', async () => {
    await (await openLog(cluster.url(name))).close();
    await cluster.sql(name, 'UPDATE aidline.schema_version SET version = 99, minimum_code = 99');
    expect((await told(cluster.url(name))).code).toBe('log-newer');
    const ended = await run(['migrate', '--database', cluster.url(name)]);
    expect(ended).toMatchObject({ code: 2, err: expect.stringMatching(/log-newer/) });
  });

  it('[RB3] [SY7] let a program go on beside the next version, where that one only added', async () => {
    await (await openLog(cluster.url(name))).close();
    await cluster.sql(name, 'UPDATE aidline.schema_version SET version = 99');
    await (await openLog(cluster.url(name))).close();
    expect((await run(['migrate', '--database', cluster.url(name)])).code).toBe(0);
    expect(await cluster.sql(name, 'SELECT version FROM aidline.schema_version')).toEqual([{ version: 99 }]);
  });
});
