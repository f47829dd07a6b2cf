/** A centre of nodes, and what may happen to what it stands on. */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { launchDemoBank, type DemoBankProcess } from '../../../server/bank/demo/launch.ts';
import type { Cluster } from '../../integration/postgres/cluster.ts';
import { MORNING } from '../../integration/server/story.ts';
import { CentreOfNodes } from '../../nodes/centre-of-nodes.ts';
import type { RedisServer } from '../../nodes/redis.ts';

/** `compiled`: a folder in which nodes that start keep what they compiled for the next. */
export type Engines = { cluster: Cluster; redis: RedisServer; compiled: string };

/** Customers of the bank beside those of the stories. */
const CROWD = 24;

export class RealCentre extends CentreOfNodes {
  readonly engines: Engines;

  private constructor(folder: string, engines: Engines, database: string, bankProcess: DemoBankProcess, world: { seed: number; aheadMs: number }) {
    super(folder, { database, redis: engines.redis.url, compiled: engines.compiled }, bankProcess, world);
    this.engines = engines;
  }

  /** @param world `aheadMs`: of the clock that all of them share, before the machine's; `together`: both nodes start at once, where there is nothing yet */
  static async start(folder: string, engines: Engines, world: { seed: number; aheadMs: number; together: boolean }): Promise<RealCentre> {
    const [name, bank] = await Promise.all([engines.cluster.database(), launchDemoBank({ dataDir: join(folder, 'bank'), seed: world.seed, crowd: CROWD, now: MORNING })]);
    const centre = new RealCentre(folder, engines, engines.cluster.url(name), bank, world);
    await centre.up(world.together);
    return centre;
  }

  async redisAway(forMs: number): Promise<void> {
    await this.engines.redis.down();
    await wait(forMs);
    await this.engines.redis.up();
  }

  async databaseCrash(): Promise<void> {
    await this.engines.cluster.down('immediate');
    await this.engines.cluster.up();
  }

  async frontAway(forMs: number): Promise<void> {
    await this.front.down();
    await wait(forMs);
    await this.front.up();
  }
}
