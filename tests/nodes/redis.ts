/** A Redis of a test's own: in memory, on a port of its own, gone afterwards. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from 'redis';
import { freePort } from './free-port.ts';

export class RedisServer {
  readonly port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), 'aidline-redis-'));
  #child: ChildProcess | null = null;

  private constructor(port: number) {
    this.port = port;
    process.once('exit', () => this.#child?.kill('SIGKILL'));
  }

  static async start(): Promise<RedisServer> {
    const redis = new RedisServer(await freePort());
    await redis.up();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it, where it is stopped, and waits until it answers. */
  async up(): Promise<void> {
    this.#child = spawn('redis-server', ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', this.#folder], { stdio: 'ignore' });
    const failed = once(this.#child, 'error').then(([error]: unknown[]) => Promise.reject(error instanceof Error ? error : new Error(String(error))));
    await Promise.race([failed, this.#answers()]);
    failed.catch(() => undefined);
  }

  async #answers(): Promise<void> {
    for (let tries = 0; tries < 200; tries += 1) {
      const client = createClient({ url: this.url, socket: { reconnectStrategy: false } });
      client.on('error', () => undefined);
      try {
        await client.connect();
        await client.ping();
        client.destroy();
        return;
      } catch {
        await wait(25);
      }
    }
    throw new Error('redis-server did not answer');
  }

  /** As a power cut: what it held is gone. */
  async down(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async dispose(): Promise<void> {
    await this.down();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
