import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { Rates, type Counter } from '../../../server/protection/rates.ts';

/** A Redis of this very test: nothing on the disk, gone afterwards. */
class OwnRedis {
  readonly port: number;
  #child: ChildProcess | null = null;

  constructor(port: number) {
    this.port = port;
  }

  async start(): Promise<void> {
    const child = spawn('redis-server', ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#child = child;
    for await (const bytes of child.stdout as AsyncIterable<Buffer>) if (bytes.toString().includes('Ready to accept connections')) return;
    throw new Error('redis-server did not start');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async stop(): Promise<void> {
    if (this.#child === null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
    this.#child = null;
  }
}

let redis: OwnRedis;
const made = () => createClient({ url: `redis://127.0.0.1:${redis.port}`, socket: { reconnectStrategy: 50 } });
type Client = ReturnType<typeof made>;
const clients: Client[] = [];
const client = async (): Promise<Client> => {
  const one = made();
  one.on('error', () => undefined);
  clients.push(one);
  await one.connect();
  return one;
};
beforeAll(async () => {
  const free = createServer();
  free.listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address() as AddressInfo;
  free.close();
  redis = new OwnRedis(port);
  await redis.start();
});
afterEach(() => {
  for (const one of clients.splice(0)) one.destroy();
});
afterAll(() => redis.stop());

const take = async (counter: Counter, count: number): Promise<number> => {
  let through = 0;
  for (let n = 0; n < count; n += 1) if ((await counter.take('somebody')) === 0) through += 1;
  return through;
};
const RATE = { points: 10, seconds: 30 };

it('[RB1] two servers with one Redis count together, and both say when to come again', async () => {
  const [one, two] = [new Rates(await client()).counter('together', RATE), new Rates(await client()).counter('together', RATE)];
  expect([await take(one, 6), await take(two, 6)]).toEqual([6, 4]);
  for (const counter of [one, two]) {
    const waitMs = await counter.take('somebody');
    expect([waitMs > 25_000, waitMs <= 30_000]).toEqual([true, true]);
  }
  await one.giveBack('somebody');
  expect(await two.take('somebody else')).toBe(0);
});

it('[RB1] Redis lost under way shuts nobody out and lets nobody do as they like; when it is back, it counts again', async () => {
  const [first, second] = [await client(), await client()];
  const [one, two] = [new Rates(first).counter('lost', RATE), new Rates(second).counter('lost', RATE)];
  expect(await take(one, 10)).toBe(10);
  await redis.stop();
  await vi.waitFor(() => expect([first.isReady, second.isReady]).toEqual([false, false]), { timeout: 10_000 });
  // Each server for itself, from nothing.
  expect([await take(one, 15), await take(two, 15)]).toEqual([10, 10]);
  await redis.start();
  await vi.waitFor(() => expect([first.isReady, second.isReady]).toEqual([true, true]), { timeout: 10_000 });
  expect([await take(one, 6), await take(two, 6)]).toEqual([6, 4]);
});

it('[RB1] a Redis that does not answer is waited for once, and then not for a while', async () => {
  const counter = new Rates(await client()).counter('silent', RATE);
  expect(await take(counter, 2)).toBe(2);
  redis.signal('SIGSTOP');
  try {
    const began = performance.now();
    expect(await take(counter, 15)).toBe(10);
    expect(performance.now() - began).toBeLessThan(5_000);
  } finally {
    redis.signal('SIGCONT');
  }
});
