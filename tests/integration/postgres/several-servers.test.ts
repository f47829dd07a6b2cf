import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Appended, EventLog } from '../../../server/log/log.ts';
import { appended, ANN, CASE_A, CASE_B, granted, id, note, one, write } from '../log/log-fixture.ts';
import { Cluster } from './cluster.ts';
import { Appender, judge, openLog } from './postgres-fixture.ts';

let cluster: Cluster;
let url: string;
const logs: EventLog[] = [];
const open = async (...args: Parameters<typeof openLog>): Promise<EventLog> => {
  const log = await openLog(...args);
  logs.push(log);
  return log;
};
beforeAll(async () => void (cluster = await Cluster.start()));
beforeEach(async () => void (url = cluster.url(await cluster.database())));
afterEach(async () => {
  for (const log of logs.splice(0)) await log.close();
});
afterAll(() => cluster.dispose());

/** Everything told so far fits together: each begins where the one before ended. */
function fits(heard: readonly Appended[], from: number): void {
  let at = from;
  for (const one of heard) {
    expect(one.from).toBe(at);
    at = one.to;
  }
}

describe('several servers on one log', () => {
  it('[SY5] [PR5] three processes append at once to the same and to different cases: no gap, one chain, everybody hears all of it in order', async () => {
    const listening = await open(url);
    const heard: Appended[] = [];
    const { position } = await listening.head();
    listening.onAppended((each) => heard.push(each));
    const appenders = [0, 1, 2].map((round) => new Appender(url, round, 60));
    for (const appender of appenders) expect(await appender.ended).toMatchObject({ code: 0 });
    const acknowledged = appenders.flatMap((appender) => appender.acknowledged);
    expect(acknowledged).toHaveLength(180);
    await judge(listening, url, acknowledged);
    const own = await appended(listening, write(CASE_B, 0, [note('the last')]));
    expect(heard.at(-1)?.to).toBe(own.position);
    fits(heard, position);
    const told = heard.flatMap(({ events }) => events.map(({ envelope }) => envelope.id));
    expect(told).toEqual((await listening.eventsAfter(position, 1_000)).map(({ envelope }) => envelope.id));
  }, 120_000);

  it('[SY5] what another server appended is told before an own commit that came after it, with its readers', async () => {
    const [here, there] = [await open(url), await open(url)];
    const heard: Appended[] = [];
    const { position } = await here.head();
    here.onAppended((each) => heard.push(each));
    for (let n = 0; n < 5; n += 1) await appended(there, write(id(0x900 + n), 0, [granted(ANN), note('there')]));
    const own = await appended(here, write(CASE_A, 0, [note('here')]));
    // No waiting: everything up to the own commit was told before it was answered.
    expect(heard.at(-1)?.to).toBe(own.position);
    fits(heard, position);
    expect(heard).toHaveLength(6);
    expect(heard[0]).toMatchObject({ readers: [ANN] });
    expect(heard[0]?.events[1]).toEqual((await here.readStream(id(0x900), 2))[0]);
  });

  it('[SY5] what another server appended is told without an own commit', async () => {
    const [here, there] = [await open(url), await open(url)];
    const heard = new Promise<Appended>((resolve) => here.onAppended(resolve));
    const result = await appended(there, write(CASE_A, 0, [note('there')]));
    expect((await heard).to).toBe(result.position);
  });

  it('[SY2] [TP4] one command sent to two servers at once is applied by one, and both give its answer', async () => {
    const servers = [await open(url), await open(url)];
    const { command, withCommand } = await import('../log/log-fixture.ts');
    const stored = command({ number: 1 });
    const results = await Promise.all(servers.map((log) => one(log, withCommand(write(CASE_A, 0, [note('once')]), stored))));
    expect(results.map(({ status }) => status).toSorted()).toEqual(['appended', 'duplicate']);
    expect(await servers[0]!.lastVersion(CASE_A)).toBe(1);
  });

  it('[SY5] two servers on one version: one is through, the other decides again on what is there', async () => {
    const [here, there] = [await open(url), await open(url)];
    const results = await Promise.all([one(here, write(CASE_A, 0, [note('here')])), one(there, write(CASE_A, 0, [note('there')]))]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['appended', 'conflict']);
    expect(results.find(({ status }) => status === 'conflict')).toEqual({ status: 'conflict', stream: CASE_A, actualVersion: 1 });
  });

  it('[RB3] two servers that start at once on an empty database make one log', async () => {
    const both = await Promise.all([open(url), open(url)]);
    const heads = await Promise.all(both.map((log) => log.head()));
    expect(heads[0]).toEqual(heads[1]);
    expect(heads[0]?.position).toBe(1);
  });
});

describe('killed', () => {
  it('[SY1] [SY5] [PR5] a server killed at any moment loses nothing that it acknowledged, doubles nothing, and holds up nobody', async () => {
    const other = new Appender(url, 9);
    const all: string[] = [];
    for (const [round, count] of [1, 30, 90].entries()) {
      const appender = new Appender(url, round);
      await appender.until(count);
      appender.child.kill('SIGKILL');
      await appender.ended;
      all.push(...appender.acknowledged);
      await other.until(other.acknowledged.length + 5);
    }
    other.child.kill('SIGKILL');
    await other.ended;
    const log = await open(url);
    await judge(log, url, [...all, ...other.acknowledged]);
  }, 120_000);

  it('[SY1] [SY5] [PR5] PostgreSQL stopped as by a power cut in the midst of appends, twice: nothing acknowledged is lost or doubled, and servers go on by themselves', async () => {
    const appenders = [new Appender(url, 0), new Appender(url, 1)];
    for (let cut = 0; cut < 2; cut += 1) {
      for (const appender of appenders) await appender.until(appender.acknowledged.length + 20);
      await cluster.down('immediate');
      await cluster.up();
    }
    for (const appender of appenders) await appender.until(appender.acknowledged.length + 20);
    for (const { child } of appenders) child.kill('SIGKILL');
    await Promise.all(appenders.map(({ ended }) => ended));
    const log = await open(url);
    await judge(log, url, appenders.flatMap(({ acknowledged }) => acknowledged));
    expect((await log.auditAfter(0, 10)).filter(({ kind }) => kind === 'epoch started')).toHaveLength(1);
  }, 120_000);
});
