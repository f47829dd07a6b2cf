import { join } from 'node:path';
import { readOptions } from '../../../server/options.ts';
import { startCentre, type RunningCentre } from '../../../server/start-centre.ts';
import { MORNING } from '../server/story.ts';

/**
 * Nodes of one demonstration, one after another: clock, bank and phones are the first one's.
 * @param data an empty folder, for what each keeps
 * @param redisUrls of each node; null: none
 */
export async function startNodes(database: string, data: string, redisUrls: readonly (string | null)[], more: readonly string[] = []): Promise<RunningCentre[]> {
  const nodes: RunningCentre[] = [];
  for (const [index, redisUrl] of redisUrls.entries()) {
    const args = [
      '--demo', '--data', join(data, String(index)), '--database', database, '--ring', join(data, 'ring.key'), '--checkpoints', join(data, 'checkpoints'), '--port', '0', '--crowd', '0', '--calls', 'off',
      '--now', MORNING, '--log-level', 'fatal', ...(redisUrl === null ? [] : ['--redis', redisUrl]), ...more,
    ];
    const [first] = nodes;
    nodes.push(await startCentre(readOptions(args), first === undefined ? {} : { demo: { parts: first.demo!, clock: first.centre.clock } }));
  }
  return nodes;
}
