/**
 * The stories of this folder on several nodes of one centre, where `AIDLINE_TEST_NODES` says how many (with
 * `AIDLINE_TEST_POSTGRES`, and `AIDLINE_TEST_REDIS` where Redis hurries them): behind one address, each connection goes to the next
 * node, as behind a proxy that keeps nobody at one.
 */
import { join } from 'node:path';
import { Front } from '../../nodes/front.ts';
import type { Centre } from '../../../server/centre.ts';
import { readOptions } from '../../../server/options.ts';
import { startCentre, type RunningCentre } from '../../../server/start-centre.ts';
import { RawDesktop } from './raw-desktop.ts';

const NODES = Number(process.env['AIDLINE_TEST_NODES'] ?? '1');

/** Own addresses of the nodes, by the one that they share. */
const doors = new Map<string, string[]>();
const centres = new Map<string, Centre[]>();
/** The centre as each of the nodes behind this address holds it. */
export const centresOf = ({ url, centre }: Pick<RunningCentre, 'url' | 'centre'>): readonly Centre[] => centres.get(url) ?? [centre];
/**
 * A barrier: every node has heard what is in the log by now, of whichever node, and has followed it up. Each puts an entry of its
 * own at the end, and tells nobody of that before it has told what was there before.
 */
export async function settled({ url, centre }: Pick<RunningCentre, 'url' | 'centre'>): Promise<void> {
  const all = centres.get(url);
  if (all === undefined) return centre.open.settled();
  await Promise.all(all.map(async ({ log, administration, open }) => {
    await log.append([{ writes: [], command: null, audit: [{ kind: 'a barrier of a test', person: null, workstation: null, about: null, detail: {} }] }]);
    await administration.fresh();
    await open.settled();
  }));
}
/** The same of the centre itself: what was changed at one node is in force at all of them. */
async function inForce(url: string): Promise<void> {
  await Promise.all((centres.get(url) ?? []).map(({ administration }) => administration.fresh()));
}
RawDesktop.changed = inForce;

export const ownDoors = (url: string): readonly string[] => doors.get(url) ?? [url];

/**
 * @param first a running centre, of which clock, bank and phones are everybody's
 * @param args what it was started with
 * @returns the first node as all of them, and each of them
 */
export async function joined(first: RunningCentre, args: readonly string[]): Promise<{ running: RunningCentre; nodes: RunningCentre[] }> {
  const nodes = [first];
  if (NODES === 1 || !args.includes('--database') || first.demo === null) return { running: first, nodes };
  const data = args[args.indexOf('--data') + 1]!;
  // A folder of its own, as on another machine; the ring key and the checkpoints are where all of them have them.
  const shared = args.includes('--ring') ? [] : ['--ring', join(data, 'ring.key')];
  const more = args.includes('--checkpoints') ? [] : ['--checkpoints', join(data, 'checkpoints')];
  while (nodes.length < NODES) {
    const own = [...args, '--data', join(data, `node-${nodes.length + 1}`), ...shared, ...more];
    nodes.push(await startCentre(readOptions(own), { demo: { parts: first.demo, clock: first.centre.clock } }));
  }
  const urls = nodes.map(({ url }) => url);
  const front = new Front(() => urls);
  await front.up();
  doors.set(front.url, urls);
  for (const url of [front.url, ...urls]) centres.set(url, nodes.map(({ centre }) => centre));
  return {
    nodes,
    running: {
      ...first, url: front.url,
      stop: async () => {
        // The first has the bank and the phones: it is the last to go.
        for (const node of [...nodes].reverse()) await node.stop();
        await front.down();
      },
    },
  };
}
