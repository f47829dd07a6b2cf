/** A centre of two node processes on one PostgreSQL and one Redis, with a bank of its own and one door in front of both. */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { makeDemoBankControl, type DemoBankControl } from '../../server/bank/demo/control.ts';
import type { DemoBankProcess } from '../../server/bank/demo/launch.ts';
import type { LedgerRow } from '../control/judge/evidence.ts';
import { Front } from './front.ts';
import { NodeProcess } from './node-process.ts';

/** Addresses of both, and a folder in which nodes that start keep what they compiled for the next. */
export type Stands = { database: string; redis: string; compiled: string };

export class CentreOfNodes {
  readonly nodes: readonly NodeProcess[];
  readonly front: Front;
  readonly bank: DemoBankControl;
  readonly database: string;
  readonly ringFile: string;
  readonly #bankProcess: DemoBankProcess;
  readonly #aheadMs: number;

  /** @param world `aheadMs`: of the clock that all of them share, before the machine's */
  constructor(folder: string, stands: Stands, bankProcess: DemoBankProcess, world: { seed: number; aheadMs: number }) {
    const { seed, aheadMs } = world;
    this.database = stands.database;
    this.ringFile = join(folder, 'ring.key');
    this.#bankProcess = bankProcess;
    this.#aheadMs = aheadMs;
    this.bank = makeDemoBankControl(bankProcess);
    const args = (node: string): string[] => [
      '--demo', '--database', stands.database, '--redis', stands.redis, '--ring', this.ringFile, '--checkpoints', join(folder, 'checkpoints'), '--data', join(folder, node),
      '--port', '0', '--calls', 'off', '--crowd', '0', '--seed', String(seed),
    ];
    this.nodes = ['node-1', 'node-2'].map((name) => new NodeProcess(args(name), { DRILL_BANK: bankProcess.url, DRILL_BANK_SECRET: bankProcess.secret, DRILL_AHEAD_MS: String(aheadMs), NODE_COMPILE_CACHE: stands.compiled }));
    this.front = new Front(() => this.nodes.flatMap(({ url }) => (url === null ? [] : [url])));
  }

  /** @param together both nodes start at once, where there is nothing yet */
  async up(together: boolean): Promise<void> {
    try {
      if (together) await Promise.all(this.nodes.map((node) => node.up()));
      else for (const node of this.nodes) await node.up();
      await this.front.up();
    } catch (error) {
      await this.end();
      throw error;
    }
  }

  now = (): string => new Date(Date.now() + this.#aheadMs).toISOString();

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
    await Promise.all(this.nodes.filter(({ url }) => url !== null).map((node) => this.#post(node, '/demo/clock', { to: this.now() })));
  }

  async ledger(): Promise<LedgerRow[]> {
    return (await this.bank.ledger()).map(({ key, state, kind, customerId, subject, amountFen }) => ({ key, state, kind, customer: customerId, subject, amountFen }));
  }

  /** Killed as by a power cut, and started again. @param told how that goes */
  async crash(node: NodeProcess, forMs: number, told: (line: string) => void): Promise<void> {
    await node.kill();
    await wait(forMs);
    await this.startAgain(node, told);
    told('a node is up again');
  }

  /** Where the database is away at that moment it is tried again, as a service manager does. */
  async startAgain(node: NodeProcess, told: (line: string) => void): Promise<void> {
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

  /** Nothing is written any more. */
  async endNodes(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
  }

  async end(): Promise<void> {
    await this.endNodes();
    await this.front.down();
    await this.#bankProcess.kill();
  }
}
