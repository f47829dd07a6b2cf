/** A centre of nodes, and what may happen to what it stands on. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { launchDemoBank, type DemoBankProcess } from '../../../server/bank/demo/launch.ts';
import { Cluster } from '../../integration/postgres/cluster.ts';
import { MORNING } from '../../integration/server/story.ts';
import { CentreOfNodes } from '../../nodes/centre-of-nodes.ts';
import type { RedisServer } from '../../nodes/redis.ts';

/** `compiled`: a folder in which nodes that start keep what they compiled for the next. */
export type Engines = { cluster: Cluster; redis: RedisServer; compiled: string };

/** `aheadMs`: of the clock that all of them share, before the machine's; `isSmallDisk`: the database's disk may be full, and its power never fails. */
type World = { seed: number; aheadMs: number; isSmallDisk: boolean };

/** Customers of the bank beside those of the stories. */
const CROWD = 24;
/** More than a world ever fills by itself. */
const ROOM = '500m';

/** A PostgreSQL for one world, whose database lies on a disk that can be full; it is gone when that PostgreSQL ends. */
async function onSmallDisk(engines: Engines): Promise<{ engines: Engines; name: string }> {
  const cluster = await Cluster.start({ max_connections: '100' }, ROOM);
  try {
    await cluster.sql('postgres', `CREATE TABLESPACE small LOCATION '${cluster.small}'`);
    return { engines: { ...engines, cluster }, name: await cluster.database('TABLESPACE small') };
  } catch (error) {
    await cluster.dispose();
    throw error;
  }
}

export class RealCentre extends CentreOfNodes {
  readonly engines: Engines;
  readonly isSmallDisk: boolean;
  restores = 0;

  private constructor(folder: string, engines: Engines, database: string, bankProcess: DemoBankProcess, world: World) {
    super(folder, { database, redis: engines.redis.url, compiled: engines.compiled }, bankProcess, world);
    this.engines = engines;
    this.isSmallDisk = world.isSmallDisk;
  }

  /** @param world `together`: both nodes start at once, where there is nothing yet */
  static async start(folder: string, shared: Engines, world: World & { together: boolean }): Promise<RealCentre> {
    const { engines, name } = world.isSmallDisk ? await onSmallDisk(shared) : { engines: shared, name: await shared.cluster.database() };
    const bank = await launchDemoBank({ dataDir: join(folder, 'bank'), seed: world.seed, crowd: CROWD, now: MORNING });
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

  async diskFull(forMs: number): Promise<void> {
    this.engines.cluster.fill();
    await wait(forMs);
    this.engines.cluster.grow(ROOM);
  }

  async frontAway(forMs: number): Promise<void> {
    await this.front.down();
    await wait(forMs);
    await this.front.up();
  }

  get #name(): string {
    return new URL(this.database).pathname.slice(1);
  }

  get #dump(): string {
    return join(this.engines.cluster.folder, `${this.#name}.dump`);
  }

  /** While they all work on. */
  backUp(): void {
    this.engines.cluster.run('pg_dump', ['-Fc', '-f', this.#dump, this.#name]);
  }

  /** SY9: what was written since the back-up is gone, and the bank has its books. As docs/operations.md has it, but under the same name. */
  async restore(told: (line: string) => void): Promise<void> {
    const { cluster } = this.engines;
    await this.endNodes();
    cluster.run('dropdb', ['--force', this.#name]);
    cluster.run('createdb', ['--template', 'template0', this.#name]);
    cluster.run('pg_restore', ['-d', this.#name, '--exit-on-error', this.#dump]);
    this.restores += 1;
    for (const node of this.nodes) await this.startAgain(node, told);
    told('the centre is up again');
  }

  override async end(): Promise<void> {
    await super.end();
    rmSync(this.#dump, { force: true });
    if (this.isSmallDisk) await this.engines.cluster.dispose();
  }
}
