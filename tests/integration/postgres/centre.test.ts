import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readingSealer } from '../../../server/audit/reading-sealer.ts';
import { verifyAudit } from '../../../server/audit/verify.ts';
import { booked, clearStage, LARGE, ready, refusalsInAudit, setStage, startDemoCentre, statusOf, type Stage } from '../server/story.ts';
import { cleanUp, end, folder, run, serve } from '../server/child-server.ts';
import { Cluster } from './cluster.ts';
import { openLog } from './postgres-fixture.ts';

let cluster: Cluster;
let stage: Stage;
let database: string;
beforeAll(async () => {
  cluster = await Cluster.start();
  database = await cluster.database();
  stage = await setStage(['--database', cluster.url(database)]);
}, 120_000);
afterAll(async () => {
  await clearStage(stage);
  await cleanUp();
  await cluster.dispose();
});

describe('a whole centre on PostgreSQL', () => {
  it('[TP1] [TP4] [TP6] two people release a large settlement, and it is booked once', async () => {
    const { drafted, order } = await ready(stage, LARGE);
    expect(await stage.mentor.refusal('order execution', drafted.caseId, order)).toBe('not-the-maker');
    await stage.agent.must('order execution', drafted.caseId, order);
    await stage.agent.until(() => statusOf(stage.agent, drafted) === 'done', 'the booking');
    expect((await booked(stage)).length).toBe(LARGE.planIds.length);
    expect(await refusalsInAudit(stage, stage.mentor.person)).toContain('not-the-maker');
  });

  it('[PR7] keeps log and keys in the database, sealed, and neither in the data folder', async () => {
    const [log] = await cluster.sql<{ sealed: string; all: string; keys: string }>(database, `SELECT count(*) FILTER (WHERE key_id <> 'unsealed') AS sealed, count(*) AS all, (SELECT count(*) FROM aidline.keys) AS keys FROM aidline.bodies`);
    expect(Number(log!.all)).toBeGreaterThan(50);
    expect(log!.sealed).toBe(log!.all);
    expect(Number(log!.keys)).toBeGreaterThan(3);
    expect(readdirSync(stage.data).filter((name) => name.startsWith('log.') || name.startsWith('keys.'))).toEqual([]);
  });

  it('[PR5] [PR7] is verified beside the running server: chain, feeds, sealed grants and checkpoints', async () => {
    const url = cluster.url(database);
    const sealer = await readingSealer(join(stage.data, 'ring.key'), url);
    const report = await verifyAudit({ database: url, checkpoints: join(stage.data, 'checkpoints'), keys: [], restored: new Set(), sealer });
    expect(report.faults).toEqual([]);
    expect(report.checkpoints.count).toBeGreaterThan(0);
    expect(report.entries).toBeGreaterThan(50);
  });

  it('[SY9] [TP4] stands after a restart where it stood, in the same epoch', async () => {
    const before = await stage.running.centre.log.head();
    const executed = await booked(stage);
    await stage.running.stop();
    stage.running = (await startDemoCentre(stage.data, ['--database', cluster.url(database)])).running;
    const after = await stage.running.centre.log.head();
    expect(after.epoch).toBe(before.epoch);
    expect(after.position).toBeGreaterThanOrEqual(before.position);
    expect(await booked(stage)).toEqual(executed);
  });

  it('[SY9] ends with code 3 where an epoch begins elsewhere, for its keeper to start it anew; it then stands on that epoch', async () => {
    const args = ['--demo', '--data', folder(), '--crowd', '0', '--calls', 'off', '--database', cluster.url(await cluster.database())];
    const { child } = await serve(args);
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const begun = await run(['new-epoch', ...args.slice(-2), '--reason', 'restored']);
    expect(await ended).toBe(3);
    const again = await serve(args);
    const log = await openLog(args.at(-1) ?? '');
    expect(begun.out).toContain((await log.head()).epoch);
    await log.close();
    expect(await end(again.child)).toBe(0);
  });
});
