import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { launchDemoBank } from '../../server/bank/demo/launch.ts';
import { logInPostgres } from '../chaos/judge/read-postgres.ts';
import { databaseFor } from '../integration/server/database-for.ts';
import { MORNING } from '../integration/server/story.ts';
import { CentreOfNodes } from '../nodes/centre-of-nodes.ts';
import type { Ground } from './ground.ts';

const RING_MS = 20_000;

/**
 * Two nodes on PostgreSQL and Redis behind one door. One of them is killed at a time: whoever is left carries the story on, and
 * the next matter begins with both.
 */
export async function twoNodes(): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'aidline-live-nodes-'));
  const [, database, , redis] = await databaseFor(folder);
  if (database === undefined || redis === undefined) throw new Error('two nodes stand on PostgreSQL and Redis: AIDLINE_TEST_POSTGRES, AIDLINE_TEST_REDIS');
  const bank = await launchDemoBank({ dataDir: join(folder, 'bank'), crowd: 40, now: MORNING });
  const centre = new CentreOfNodes(folder, { database, redis, compiled: join(folder, 'compiled') }, bank, { seed: 1, aheadMs: Date.parse(MORNING) - Date.now() });
  await centre.up(false);
  let rising: Promise<void> | null = null;
  const allUp = async (): Promise<boolean> => {
    if (rising === null) return false;
    await rising;
    rising = null;
    return true;
  };
  return {
    url: centre.front.url,
    now: centre.now,
    // Where a node on duty was killed the other one takes over in its own time.
    ring: async (customerId) => {
      const until = performance.now() + RING_MS;
      while (!(await centre.ring(customerId))) {
        if (performance.now() > until) throw new Error(`nobody is on duty: ${centre.nodes.map(({ said }) => said.slice(-500)).join('\n')}`);
        await wait(20);
      }
    },
    fault: centre.bank.fault,
    touch: centre.bank.touch,
    answers: centre.bank.answers,
    kill: async (chance) => {
      await allUp();
      const victim = centre.nodes[chance(centre.nodes.length)]!;
      await victim.kill();
      rising = centre.startAgain(victim, () => undefined);
      // Waited for by whoever looks whether all are up.
      rising.catch(() => undefined);
    },
    whole: allUp,
    end: async () => {
      await allUp();
      const ledger = await centre.ledger();
      await centre.endNodes();
      const { events, answers } = await logInPostgres(database, centre.ringFile);
      return { events, answers, ledger };
    },
    dispose: async () => {
      await rising?.catch(() => undefined);
      await centre.end();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
