/** SY9 on PostgreSQL: whatever may have lost something begins a new epoch; an ordinary restart does not. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LogError } from '../../../server/log/log-errors.ts';
import type { EventLog } from '../../../server/log/log.ts';
import { appended, CASE_A, note, one, temporaryFolder, write } from '../log/log-fixture.ts';
import { Proxy } from '../../proof/proxy.ts';
import { cleanUp, run } from '../server/child-server.ts';
import { Cluster } from './cluster.ts';
import { openLog } from './postgres-fixture.ts';

let cluster: Cluster;
let name: string;
let url: string;
let seenFile: string;
let dispose: () => Promise<void>;
beforeAll(async () => void (cluster = await Cluster.start({ wal_level: 'replica', max_wal_senders: '4' })));
beforeEach(async () => {
  name = await cluster.database();
  url = cluster.url(name);
  const temporary = await temporaryFolder();
  seenFile = join(temporary.folder, 'database.seen');
  dispose = temporary.dispose;
});
afterEach(() => dispose());
afterAll(async () => {
  await cleanUp();
  await cluster.dispose();
});

const reasons = async (log: EventLog): Promise<unknown[]> => (await log.auditAfter(0, 500)).filter(({ kind }) => kind === 'epoch started').map(({ detail }) => detail['reason']);
async function made(events: number): Promise<string> {
  const log = await openLog(url, { seenFile });
  for (let n = 0; n < events; n += 1) await appended(log, write(CASE_A, n, [note(`${n}`)]));
  const { epoch } = await log.head();
  await log.close();
  return epoch;
}

/** The epoch that the log was made with. */
async function firstEpoch(): Promise<string> {
  const log = await openLog(url);
  const [entry] = await log.auditAfter(0, 1);
  await log.close();
  return String(entry?.detail['epoch']);
}

describe('an epoch', () => {
  it('[SY9] outlives restarts of the server and of PostgreSQL, and a power cut', async () => {
    const epoch = await made(3);
    for (const how of ['fast', 'immediate'] as const) {
      await cluster.down(how);
      await cluster.up();
      const log = await openLog(url, { seenFile });
      expect((await log.head()).epoch).toBe(epoch);
      await log.close();
    }
  });

  it('[SY9] ends where a dump was restored, even into the same database', async () => {
    const epoch = await made(2);
    const dump = join(cluster.folder, `${name}.sql`);
    cluster.run('pg_dump', ['-f', dump, name]);
    const log = await openLog(url, { seenFile });
    await appended(log, write(CASE_A, 2, [note('lost')]));
    await log.close();
    await cluster.sql(name, 'DROP SCHEMA aidline CASCADE');
    cluster.run('psql', ['-q', '-v', 'ON_ERROR_STOP=1', '-f', dump, name]);
    const restored = await openLog(url, { seenFile });
    expect((await restored.head()).epoch).not.toBe(epoch);
    expect(await reasons(restored)).toEqual(['log made', 'database restored from a dump']);
    expect(await restored.lastVersion(CASE_A)).toBe(2);
    await restored.close();
    // Once: the next start finds the database as it was.
    const again = await openLog(url, { seenFile });
    expect(await reasons(again)).toHaveLength(2);
    await again.close();
  });

  it('[SY9] ends on another cluster', async () => {
    const epoch = await made(1);
    const dump = join(cluster.folder, `${name}.sql`);
    cluster.run('pg_dump', ['-f', dump, name]);
    const other = await Cluster.start();
    const there = await other.database();
    other.run('psql', ['-q', '-v', 'ON_ERROR_STOP=1', '-f', dump, there]);
    const log = await openLog(other.url(there));
    expect((await log.head()).epoch).not.toBe(epoch);
    expect((await reasons(log))[1]).toMatch(/another database cluster/);
    await log.close();
    await other.dispose();
  });

  it('[SY9] ends where the disk was put back to an earlier state, which only the server\'s own note tells', async () => {
    const epoch = await made(2);
    await cluster.down();
    const kept = join(cluster.folder, 'kept');
    cpSync(cluster.data, kept, { recursive: true, preserveTimestamps: true });
    await cluster.up();
    const log = await openLog(url, { seenFile });
    await appended(log, write(CASE_A, 2, [note('lost')]));
    await log.close();
    await cluster.down();
    rmSync(cluster.data, { recursive: true });
    cluster.adopt(kept);
    await cluster.up();
    const back = await openLog(url, { seenFile });
    expect((await back.head()).epoch).not.toBe(epoch);
    expect((await reasons(back))[1]).toMatch(/put back to an earlier state/);
    expect(await back.lastVersion(CASE_A)).toBe(2);
    await back.close();
  });

  it('[SY9] ends where the disk was put back to before an epoch, too; where another server has begun one for it, it does not end again', async () => {
    await made(2);
    await cluster.down();
    const kept = join(cluster.folder, 'kept');
    cpSync(cluster.data, kept, { recursive: true, preserveTimestamps: true });
    await cluster.up();
    await run(['new-epoch', '--database', url, '--reason', 'soon forgotten']);
    await made(0);
    const later = readFileSync(seenFile, 'utf8');
    await cluster.down();
    rmSync(cluster.data, { recursive: true });
    cluster.adopt(kept);
    await cluster.up();
    const back = await openLog(url, { seenFile });
    expect((await reasons(back)).slice(1)).toEqual([expect.stringMatching(/put back to an earlier state/)]);
    await back.close();
    // A second server, whose note is of the lost time and of an epoch that the chain does know.
    writeFileSync(seenFile, later.replace(/"epoch":"[^"]+"/, `"epoch":"${await firstEpoch()}"`));
    const second = await openLog(url, { seenFile });
    expect(await reasons(second)).toHaveLength(2);
    await second.close();
  });

  it('[SY9] a damaged note is none', async () => {
    const epoch = await made(1);
    writeFileSync(seenFile, '{"batch":');
    const log = await openLog(url, { seenFile });
    expect((await log.head()).epoch).toBe(epoch);
    await log.close();
  });

  it('[SY9] ends by hand, at the shell, and the chain says why', async () => {
    const epoch = await made(1);
    const ended = await run(['new-epoch', '--database', url, '--reason', 'restored from tape 12']);
    expect(ended).toMatchObject({ code: 0 });
    const log = await openLog(url, { seenFile });
    expect((await log.head()).epoch).not.toBe(epoch);
    expect(ended.out).toContain((await log.head()).epoch);
    expect(await reasons(log)).toEqual(['log made', 'restored from tape 12']);
    await log.close();
  });

  it('[SY9] that begins elsewhere stops a running server: it stores nothing more, and says that it has to start anew', async () => {
    await made(1);
    const replaced: LogError[] = [];
    const log = await openLog(url, { onReplaced: (error) => replaced.push(error) });
    const { epoch } = await log.head();
    await run(['new-epoch', '--database', url, '--reason', 'restored']);
    const refused = await one(log, write(CASE_A, 1, [note('on old ground')]));
    expect(refused.status === 'failed' && refused.error.code).toBe('database-replaced');
    expect(await log.lastVersion(CASE_A)).toBe(1);
    expect(replaced).toHaveLength(1);
    expect(replaced[0]?.cause).toContain(epoch);
    await log.close();
  });
});

describe('a standby', () => {
  it('[RB2] [SY9] is refused while it is one; promoted under a running server it stops that one, and the next start begins a new epoch', async () => {
    // An address that moves from one to the other, as a fail-over moves it.
    const line = new Proxy();
    line.upstream = cluster.port;
    const port = Number(new URL(await line.listen()).port);
    const moving = cluster.url(name, { port });
    const replaced: LogError[] = [];
    const log = await openLog(moving, { seenFile, onReplaced: (error) => replaced.push(error) });
    await appended(log, write(CASE_A, 0, [note('one')]));
    const { epoch } = await log.head();
    const standby = await cluster.standby();
    await expect(openLog(standby.url(name))).rejects.toThrow('database-read-only');
    line.upstream = standby.port;
    line.become({ kind: 'cut' });
    await cluster.down('immediate');
    line.become({ kind: 'good' });
    const early = await one(log, write(CASE_A, 1, [note('too early')]));
    expect(early.status === 'failed' && early.error.code).toBe('database-read-only');
    await standby.promote();
    const refused = await one(log, write(CASE_A, 1, [note('on old ground')]));
    expect(refused.status === 'failed' && refused.error.code).toBe('database-replaced');
    expect(replaced).toHaveLength(1);
    await log.close();
    const after = await openLog(moving, { seenFile });
    expect((await after.head()).epoch).not.toBe(epoch);
    expect((await reasons(after))[1]).toMatch(/restored or failed over/);
    expect((await one(after, write(CASE_A, 1, [note('two')]))).status).toBe('appended');
    await after.close();
    await line.close();
    await standby.dispose();
    await cluster.up();
  });
});
