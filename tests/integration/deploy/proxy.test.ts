import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchDemoBank, type DemoBankProcess } from '../../../server/bank/demo/launch.ts';
import { Haproxy } from '../../nodes/haproxy.ts';
import { NodeProcess } from '../../nodes/node-process.ts';
import { PersistentDesktop } from '../../nodes/persistent.ts';
import { freePort } from '../../nodes/free-port.ts';
import { RedisServer } from '../../nodes/redis.ts';
import { BANK_NAME, makeCertificates } from '../../proof/certificates.ts';
import { Cluster } from '../postgres/cluster.ts';
import { RawDesktop } from '../server/raw-desktop.ts';
import { MORNING } from '../server/story.ts';

const data = mkdtempSync(join(tmpdir(), 'aidline-proxy-'));
const usual = getCACertificates('default');
let cluster: Cluster;
let redis: RedisServer;
let bank: DemoBankProcess;
let nodes: NodeProcess[];
let proxy: Haproxy;

beforeAll(async () => {
  const { ca, bank: server } = makeCertificates(data);
  setDefaultCACertificates([...usual, readFileSync(ca.cert, 'utf8')]);
  cluster = await Cluster.start();
  redis = await RedisServer.start();
  bank = await launchDemoBank({ dataDir: join(data, 'bank'), seed: 1, crowd: 0, now: MORNING });
  const args = [
    '--demo', '--database', cluster.url(await cluster.database()), '--redis', redis.url, '--ring', join(data, 'ring.key'), '--checkpoints', join(data, 'checkpoints'),
    '--host', '127.0.0.1', '--tls-cert', server.cert, '--tls-key', server.key, '--calls', 'off', '--crowd', '0', '--now', MORNING,
  ];
  const ports = [await freePort(), await freePort()] as const;
  nodes = ports.map((port) => new NodeProcess([...args, '--port', String(port), '--data', join(data, `node-${port}`)], { DRILL_BANK: bank.url, DRILL_BANK_SECRET: bank.secret }));
  for (const node of nodes) await node.up();
  proxy = await Haproxy.start([`127.0.0.1:${ports[0]}`, `127.0.0.1:${ports[1]}`], { ca: ca.cert, name: BANK_NAME });
}, 120_000);

afterAll(async () => {
  await proxy?.stop();
  for (const node of nodes ?? []) await node.kill();
  await bank?.stop();
  await redis?.dispose();
  await cluster?.dispose();
  setDefaultCACertificates(usual);
  rmSync(data, { recursive: true, force: true });
});

const isReady = async (): Promise<boolean> => fetch(`${proxy.url}/health/ready`).then(({ ok }) => ok, () => false);
const connectedAt = (node: NodeProcess, desktop: string): boolean => node.said.split('\n').some((line) => line.includes(desktop) && line.includes('desktop connected'));
/** Which of the nodes that live this desktop's line went to, by what they say. */
const nodeOf = (desktop: string): NodeProcess | undefined => nodes.find((node) => node.url !== null && connectedAt(node, desktop));

describe('the proxy of the reference set-up', () => {
  it('[PR9] [SY2] takes desktops to either node over the node’s own TLS; the end of one costs nothing and nobody', async () => {
    await expect.poll(isReady, { timeout: 20_000 }).toBe(true);
    const desktops = [await PersistentDesktop.signIn(proxy.url, 'agent'), await PersistentDesktop.signIn(proxy.url, 'agent2')];
    try {
      const at = desktops.map(({ raw }) => nodeOf(raw.desktop));
      // By the number of lines: nobody is sent where somebody is already while the other node is free.
      expect(new Set(at).size).toBe(2);
      const cases = desktops.map(() => uuidv7());
      const notes: string[][] = [[], []];
      const write = async (who: number): Promise<void> => {
        const noteId = uuidv7();
        const result = await desktops[who]!.command('write note', cases[who]!, { noteId, text: '一条' });
        expect(result.status).toBe('accepted');
        notes[who]!.push(noteId);
      };
      for (const who of [0, 1]) {
        await desktops[who]!.command('open case', cases[who]!, { reason: 'by-hand', callId: null, fromCase: null, number: null });
        await write(who);
      }
      const lost = at[0]!;
      await lost.kill();
      await Promise.all([write(0), write(1)]);
      await write(0);
      expect(nodeOf(desktops[0]!.raw.desktop)).toBe(at[1]);
      for (const who of [0, 1]) {
        const { raw } = desktops[who]!;
        await raw.pull();
        expect(raw.state(cases[who]!).notes.map(({ noteId }) => noteId)).toEqual(notes[who]);
      }
      // The node that comes back is given lines again.
      await lost.up();
      const third = await RawDesktop.signIn(proxy.url, 'mentor');
      await expect.poll(async () => {
        third.close();
        await third.connect();
        return connectedAt(lost, third.desktop);
      }, { timeout: 20_000, interval: 500 }).toBe(true);
      third.close();
    } finally {
      for (const desktop of desktops) desktop.close();
    }
    expect(await isReady()).toBe(true);
  }, 90_000);
});
