import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { DUTY } from '#shared/protocol/ids.ts';
import type { EventLog } from '../../../server/log/log.ts';
import { postgresLock } from '../../../server/nodes/duty-lock.ts';
import { Duty, OffDuty } from '../../../server/nodes/duty.ts';
import { CASE_A, note, write } from '../log/log-fixture.ts';
import { Cluster } from './cluster.ts';
import { openLog } from './postgres-fixture.ts';

let cluster: Cluster;
let url: string;
const nodes: Node[] = [];
beforeAll(async () => void (cluster = await Cluster.start()));
beforeEach(async () => void (url = cluster.url(await cluster.database())));
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.end();
});
afterAll(() => cluster.dispose());

/** A node as far as its duty goes. */
class Node {
  readonly name = uuidv7();
  readonly log: EventLog;
  readonly duty: Duty;
  readonly told: ('taken' | 'lost')[] = [];
  #waiting: { holds: () => boolean; done: () => void }[] = [];

  private constructor(log: EventLog, lock: 'its own' | 'whenever asked') {
    this.log = log;
    this.duty = new Duty({
      node: this.name, log, now: () => new Date().toISOString(), newId: () => uuidv7(), onError: (error) => { throw error; },
      lock: lock === 'its own' ? postgresLock(url) : (got) => {
        this.takeLock = got;
        return { stop: async () => undefined };
      },
      taken: async () => this.#tell('taken'), lost: async () => this.#tell('lost'),
    });
  }

  takeLock = (): void => undefined;

  static async start(lock: 'its own' | 'whenever asked' = 'its own'): Promise<Node> {
    const node = new Node(await openLog(url), lock);
    nodes.push(node);
    await node.duty.start();
    return node;
  }

  #tell(what: 'taken' | 'lost'): void {
    this.told.push(what);
    for (const one of this.#waiting) if (one.holds()) one.done();
  }

  until(holds: () => boolean): Promise<void> {
    return holds() ? Promise.resolve() : new Promise((done) => void this.#waiting.push({ holds, done }));
  }

  async end(): Promise<void> {
    await this.duty.stop();
    await this.log.close();
  }
}

const guarded = async (node: Node, version: number) => node.log.append([{ ...(write(CASE_A, version, [note('by the duty')])), writes: [...write(CASE_A, version, [note('by the duty')]).writes, ...(await node.duty.guard())] }]);

describe('which node carries calls and orders', () => {
  it('[CT2] is one, and when it stops another takes over; both know', async () => {
    const first = await Node.start();
    await first.until(() => first.duty.holds);
    const second = await Node.start();
    expect([second.duty.holds, second.duty.holder]).toEqual([false, first.name]);
    await first.duty.stop();
    await second.until(() => second.duty.holds);
    expect([first.told, second.told, second.duty.holder]).toEqual([['taken', 'lost'], ['taken'], second.name]);
  });

  it('[CT2] [TP4] a node that does not know yet that another has taken over stores nothing of its duty', async () => {
    const [old, next] = [await Node.start('whenever asked'), await Node.start('whenever asked')];
    old.takeLock();
    await old.until(() => old.duty.holds);
    expect((await guarded(old, 0))[0]?.status).toBe('appended');
    // What it decided before the other took over arrives at the log after it.
    const late = { ...write(CASE_A, 1, [note('too late')]), writes: [...write(CASE_A, 1, [note('too late')]).writes, ...(await old.duty.guard())] };
    next.takeLock();
    await next.until(() => next.duty.holds);
    expect((await old.log.append([late]))[0]).toMatchObject({ status: 'conflict', stream: DUTY });
    await expect(old.duty.guard()).rejects.toThrow(OffDuty);
    await old.until(() => old.told.includes('lost'));
    expect(old.duty.holds).toBe(false);
    expect((await guarded(next, 1))[0]?.status).toBe('appended');
  });

  it('[CT2] a database that restarted leaves one node on duty, whoever that is then', async () => {
    const both = [await Node.start(), await Node.start()];
    await Promise.race(both.map((node) => node.until(() => node.duty.holds)));
    await cluster.down('immediate');
    await cluster.up();
    const stores = async (node: Node): Promise<boolean> => {
      const result = await guarded(node, await node.log.lastVersion(CASE_A)).catch(() => []);
      return result[0]?.status === 'appended';
    };
    // One of them works on or takes over; the other, who may not have heard yet, stores nothing unless it has taken over meanwhile.
    const holding = (): Node[] => both.filter((node) => node.duty.holds);
    while (holding().length !== 1 || !(await stores(holding()[0]!).catch(() => false))) await new Promise(setImmediate);
    const [one] = holding();
    const other = both.find((node) => node !== one)!;
    expect(await stores(other)).toBe(other.duty.holds);
  });
});
