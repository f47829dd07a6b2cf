import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '#shared/people/roles.ts';
import { ADMINISTRATION } from '#shared/protocol/ids.ts';
import { STORIES } from '../../../server/bank/demo/stories.ts';
import { CONNECTIONS } from '../../../server/protection/limits.ts';
import type { RunningCentre } from '../../../server/start-centre.ts';
import { RedisServer } from '../../nodes/redis.ts';
import { Cluster } from '../postgres/cluster.ts';
import { byTwo, newcomer } from '../administration/centre-acts.ts';
import { RawDesktop } from '../server/raw-desktop.ts';
import { startNodes } from './start-nodes.ts';

let cluster: Cluster;
let redis: RedisServer;
let data: string;
let nodes: RunningCentre[] = [];
const desktops: RawDesktop[] = [];

beforeAll(async () => {
  cluster = await Cluster.start({ max_connections: '120' });
  redis = await RedisServer.start();
});
afterEach(async () => {
  for (const desktop of desktops.splice(0)) desktop.close();
  for (const node of nodes.reverse()) await node.stop();
  nodes = [];
  rmSync(data, { recursive: true, force: true });
});
afterAll(async () => {
  await redis.dispose();
  await cluster.dispose();
});

/** @param redisUrl of each node; null: none */
async function start(...redisUrls: (string | null)[]): Promise<void> {
  data = mkdtempSync(join(tmpdir(), 'aidline-nodes-'));
  nodes = await startNodes(cluster.url(await cluster.database()), data, redisUrls);
}

async function signIn(node: number, account: string): Promise<RawDesktop> {
  const desktop = await RawDesktop.signIn(nodes[node]!.url, account);
  desktops.push(desktop);
  return desktop;
}

/** A call that rings at an agent of one node and is answered, wherever the duty is. */
async function answers(agent: RawDesktop): Promise<string> {
  const state = agent.liveValue('agent')!;
  if (state.state !== 'available') await agent.ask('set agent state', { to: 'available', basedOn: state.version });
  await nodes[0]!.demo!.simulator.call({ customerId: STORIES.small.customerId, intent: 'early-settlement' });
  await agent.until(() => agent.liveValue('offer') != null, 'a call that rings');
  const { callId } = agent.liveValue('offer')!;
  await agent.ask('answer call', { callId });
  await agent.until(() => agent.liveValue('agent')?.state === 'on-call' && agent.liveValue('offer') == null, 'on the call');
  return callId;
}

const heard = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
};

describe('[RB1] a person’s connections', () => {
  it('are counted at all nodes together: who has them all at one is let in at no other, until one of them ends', async () => {
    await start(redis.url, redis.url);
    for (let n = 0; n < CONNECTIONS.person; n += 1) await signIn(n % 2, 'agent');
    // Each node has heard of the other's: nothing of it is waited for by the clock.
    await expect.poll(async () => {
      const desktop = new RawDesktop(nodes[1]!.url);
      await desktop.enrol('one more');
      await desktop.session('agent', 'aidline-demo');
      const code = await desktop.connect().then(() => 'in', (refused: { data?: { code?: string } }) => refused.data?.code ?? String(refused));
      desktop.close();
      return code;
    }, { interval: 300 }).toBe('too-many-desktops');
    desktops[0]!.close();
    await expect.poll(() => signIn(1, 'agent').then(() => 'in', () => 'out'), { interval: 300 }).toBe('in');
    await signIn(1, 'agent2');
  });
});

describe('two nodes of one centre', () => {
  it('[CT2] [CT4] an agent at the node that is not on duty changes state, is rung, answers and ends; who is online is known at both', async () => {
    await start(redis.url, redis.url);
    expect(nodes.map(({ centre }) => centre.duty.holds)).toEqual([true, false]);
    const agent = await signIn(1, 'agent');
    await heard(() => nodes[0]!.centre.online(agent.person));
    const callId = await answers(agent);
    await agent.ask('end call', { callId });
    await agent.until(() => agent.liveValue('agent')?.state === 'after-call', 'after the call');
    agent.close();
    await heard(() => !nodes[0]!.centre.online(agent.person));
  });

  it('[CT2] without Redis, and with a Redis that nobody can reach, the database carries the nodes\' words', async () => {
    await start(null, 'redis://127.0.0.1:1');
    const agent = await signIn(1, 'agent');
    await answers(agent);
    expect(nodes[0]!.centre.online(agent.person)).toBe(true);
  });

  it('[CT2] [SY1] Redis lost in the middle costs nothing but time, and is used again when it is back', async () => {
    await start(redis.url, redis.url);
    const agent = await signIn(1, 'agent');
    const callId = await answers(agent);
    await redis.down();
    await agent.ask('end call', { callId });
    await agent.until(() => agent.liveValue('agent')?.state === 'after-call', 'after the call');
    await redis.up();
    await agent.ask('finish wrap-up', { basedOn: agent.liveValue('agent')!.version });
    await agent.until(() => agent.liveValue('agent')?.state === 'available', 'available');
  });

  it('[CT2] [CT3] the node on duty stops while a call is on: the other takes over, and the agent there ends it as if nothing had been', async () => {
    await start(redis.url, redis.url);
    const agent = await signIn(1, 'agent');
    const callId = await answers(agent);
    await nodes.shift()!.stop();
    await heard(() => nodes[0]!.centre.duty.holds);
    expect(agent.liveValue('agent')).toMatchObject({ state: 'on-call', callId });
    await agent.ask('end call', { callId });
    await agent.until(() => agent.liveValue('agent')?.state === 'after-call', 'after the call');
  });

  it('[TP12] [PR3] what was put in force at one node is refused by none, though its word has not come yet', async () => {
    await start(redis.url, redis.url);
    const [risk, agent, admin, admin2] = [await signIn(1, 'risk'), await signIn(1, 'agent2'), await signIn(0, 'admin'), await signIn(0, 'admin2')];
    const { administration, people } = nodes[1]!.centre;
    const becomes = async (person: string, role: Role): Promise<void> => {
      const fresh = administration.fresh.bind(administration);
      administration.fresh = async () => undefined;
      await byTwo(admin, admin2, { kind: 'change person', person: { ...nodes[0]!.centre.people.byId(person)!, role } });
      administration.fresh = fresh;
      expect(people.byId(person)?.role).not.toBe(role);
    };
    await becomes(agent.person, 'lead');
    await agent.ask('review pairs', {});
    await becomes(risk.person, 'agent');
    await risk.must('open case', uuidv7(), { reason: 'by-hand', callId: null, fromCase: null, number: null });
  });

  it('[TP12] a half that waits is shown to who proposed it, at another node than the one where it was approved, until it is taken', async () => {
    await start(redis.url, redis.url);
    const [admin, admin2] = [await signIn(0, 'admin'), await signIn(1, 'admin2')];
    // Nobody comes or goes: what is told is told of the half.
    for (const { centre } of nodes) centre.online = () => false;
    const shown = (changeId: string): boolean => admin.liveValue('administration')?.halves.includes(changeId) === true;
    const { changeId } = await byTwo(admin, admin2, { kind: 'add person', person: newcomer('half') });
    await admin.until(() => shown(changeId), 'the half that waits');
    const again = await signIn(1, 'admin');
    await again.ask('take half', { changeId });
    await admin.until(() => !shown(changeId), 'no half any more');
  });

  it('[TP12] [OF3] who is disabled at one node is out at the other at once', async () => {
    await start(redis.url, redis.url);
    const agent = await signIn(1, 'agent');
    const admin = await signIn(0, 'admin');
    await admin.ask('administer', { kind: 'disable person', body: { personId: agent.person, reason: '测试' } });
    expect(await agent.dismissed()).toBe('person-disabled');
  });

  it('[TP8] [OF3] a node that has not heard yet who is disabled takes nothing of theirs', async () => {
    await start(redis.url, redis.url);
    const [agent, lead, admin] = [await signIn(1, 'agent'), await signIn(1, 'lead'), await signIn(0, 'admin')];
    const { administration, log } = nodes[1]!.centre;
    const fresh = administration.fresh.bind(administration);
    const lateNews = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    // What the node is told of is read only later; what it decides on meanwhile it reads as ever.
    administration.fresh = () => {
      administration.fresh = fresh;
      asked.resolve();
      return lateNews.promise.then(fresh);
    };
    await admin.ask('administer', { kind: 'disable person', body: { personId: agent.person, reason: '测试' } });
    await asked.promise;
    const caseId = uuidv7();
    const made = agent.make('open case', caseId, { reason: 'by-hand', callId: null, fromCase: null, number: null });
    const sent = agent.send(made);
    expect(await Promise.race([sent.then(({ status }) => status), agent.dismissed()])).toBe('person-disabled');
    sent.catch(() => undefined);
    lateNews.resolve();
    // Whatever was on its way at that node is through.
    await lead.must('open case', uuidv7(), { reason: 'by-hand', callId: null, fromCase: null, number: null });
    // Not refused either: it is unsent work of somebody who is out, and goes the way of that (SY10).
    expect([await log.lastVersion(caseId), await log.commandAnswer(made.id)]).toEqual([0, null]);
  });

  it('[OF3] a node that could not read who was disabled reads it with whatever is written next', async () => {
    await start(redis.url, redis.url);
    const [agent, lead, admin] = [await signIn(1, 'agent'), await signIn(0, 'lead'), await signIn(0, 'admin')];
    const { log } = nodes[1]!.centre;
    const lastVersion = log.lastVersion.bind(log);
    const failed = Promise.withResolvers<void>();
    log.lastVersion = (stream) => {
      if (stream !== ADMINISTRATION) return lastVersion(stream);
      log.lastVersion = lastVersion;
      failed.resolve();
      return Promise.reject(new Error('the database is away'));
    };
    await admin.ask('administer', { kind: 'disable person', body: { personId: agent.person, reason: '测试' } });
    await failed.promise;
    await lead.must('open case', uuidv7(), { reason: 'by-hand', callId: null, fromCase: null, number: null });
    expect(await agent.dismissed()).toBe('person-disabled');
  });

  it('a node that stops has its desktops go to the other, which lets them in', async () => {
    await start(redis.url, redis.url);
    const agent = await signIn(1, 'agent');
    const [other, leaving] = nodes;
    await heard(() => other!.centre.online(agent.person));
    nodes = [other!];
    const stopped = leaving!.stop();
    expect(await agent.dismissed()).toBe('server-stopping');
    agent.url = other!.url;
    await agent.connect();
    await stopped;
    expect(other!.centre.online(agent.person)).toBe(true);
  });
});
