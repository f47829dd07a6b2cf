/** A centre of two node processes with PostgreSQL and Redis, a bank of its own and one door in front of both; and what may happen to it. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { makeDemoBankControl, type DemoBankControl } from '../../../server/bank/demo/control.ts';
import { launchDemoBank, type DemoBankProcess } from '../../../server/bank/demo/launch.ts';
import type { LedgerRow } from '../../control/judge/evidence.ts';
import { Cluster } from '../../integration/postgres/cluster.ts';
import { MORNING } from '../../integration/server/story.ts';
import { Front } from '../../nodes/front.ts';
import { NodeProcess } from '../../nodes/node-process.ts';
import type { RedisServer } from '../../nodes/redis.ts';

/** `compiled`: a folder in which nodes that start keep what they compiled for the next. */
export type Engines = { cluster: Cluster; redis: RedisServer; compiled: string };

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

export class RealCentre {
  readonly engines: Engines;
  readonly nodes: readonly NodeProcess[];
  readonly front: Front;
  readonly bank: DemoBankControl;
  readonly database: string;
  readonly ringFile: string;
  readonly #bankProcess: DemoBankProcess;
  readonly #aheadMs: number;
  restores = 0;
  #isSmallDisk = false;

  private constructor(folder: string, engines: Engines, database: string, bankProcess: DemoBankProcess, seed: number, aheadMs: number) {
    this.engines = engines;
    this.database = database;
    this.ringFile = join(folder, 'ring.key');
    this.#bankProcess = bankProcess;
    this.#aheadMs = aheadMs;
    this.bank = makeDemoBankControl(bankProcess);
    const args = (node: string): string[] => [
      '--demo', '--database', database, '--redis', engines.redis.url, '--ring', this.ringFile, '--checkpoints', join(folder, 'checkpoints'), '--data', join(folder, node),
      '--port', '0', '--calls', 'off', '--crowd', '0', '--seed', String(seed),
    ];
    this.nodes = ['node-1', 'node-2'].map((name) => new NodeProcess(args(name), { DRILL_BANK: bankProcess.url, DRILL_BANK_SECRET: bankProcess.secret, DRILL_AHEAD_MS: String(aheadMs), NODE_COMPILE_CACHE: engines.compiled }));
    this.front = new Front(() => this.nodes.flatMap(({ url }) => (url === null ? [] : [url])));
  }

  /** @param world `aheadMs`: of the clock that all of them share, before the machine's; `together`: both nodes start at once, where there is nothing yet; `isSmallDisk`: the database's disk may be full, and its power never fails */
  static async start(folder: string, shared: Engines, world: { seed: number; aheadMs: number; together: boolean; isSmallDisk: boolean }): Promise<RealCentre> {
    const { seed, aheadMs, together, isSmallDisk } = world;
    const { engines, name } = isSmallDisk ? await onSmallDisk(shared) : { engines: shared, name: await shared.cluster.database() };
    const bank = await launchDemoBank({ dataDir: join(folder, 'bank'), seed, crowd: CROWD, now: MORNING });
    const centre = new RealCentre(folder, engines, engines.cluster.url(name), bank, seed, aheadMs);
    centre.#isSmallDisk = isSmallDisk;
    try {
      if (together) await Promise.all(centre.nodes.map((node) => node.up()));
      else for (const node of centre.nodes) await node.up();
      await centre.front.up();
    } catch (error) {
      await centre.end();
      throw error;
    }
    return centre;
  }

  get onDuty(): NodeProcess | null {
    return this.nodes.find((node) => node.onDuty && node.url !== null) ?? null;
  }

  /** Over the demonstration's own doors; false where nobody answers. */
  async #post(node: NodeProcess, path: string, body: object): Promise<boolean> {
    try {
      const answer = await fetch(`${node.url ?? ''}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal: AbortSignal.timeout(5_000) });
      return answer.ok;
    } catch {
      return false;
    }
  }

  async ring(customerId: string): Promise<boolean> {
    const node = this.onDuty;
    return node === null ? false : this.#post(node, '/demo/call', { customerId, intent: 'early-settlement', persona: 'holder' });
  }

  /** What a centre looks at every quarter of a minute it looks at now: the clock is set to what it says. */
  async lookAgain(): Promise<void> {
    await Promise.all(this.nodes.filter(({ url }) => url !== null).map((node) => this.#post(node, '/demo/clock', { to: new Date(Date.now() + this.#aheadMs).toISOString() })));
  }

  async ledger(): Promise<LedgerRow[]> {
    return (await this.bank.ledger()).map(({ key, state, kind, customerId, subject, amountFen }) => ({ key, state, kind, customer: customerId, subject, amountFen }));
  }

  /** Killed as by a power cut, and started again. @param told how that goes */
  async crash(node: NodeProcess, forMs: number, told: (line: string) => void): Promise<void> {
    await node.kill();
    await wait(forMs);
    await this.#startAgain(node, told);
    told('a node is up again');
  }

  /** Where the database is away at that moment it is tried again, as a service manager does. */
  async #startAgain(node: NodeProcess, told: (line: string) => void): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await node.up();
      } catch (error) {
        if (tries === 20) throw error;
        told(`a node did not start: ${node.said.slice(-300)}`);
        await wait(250);
      }
    }
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

  get isSmallDisk(): boolean {
    return this.#isSmallDisk;
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
    for (const node of this.nodes) await this.#startAgain(node, told);
    told('the centre is up again');
  }

  /** Nothing is written any more. */
  async endNodes(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
  }

  async end(): Promise<void> {
    await this.endNodes();
    rmSync(this.#dump, { force: true });
    await this.front.down();
    await this.#bankProcess.kill();
    if (this.#isSmallDisk) await this.engines.cluster.dispose();
  }
}
