/**
 * A line between desktops and the centre that can be made bad: a TCP proxy with a port of its own that outlives the server
 * behind it. What it does to bytes is told to it; it knows nothing of what they mean.
 */
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export type Line =
  | { kind: 'good' }
  /** Nobody is let through, and who is through is cut with a reset. */
  | { kind: 'cut' }
  /** Connections stand and nothing passes: what a dead router looks like. */
  | { kind: 'half-open' }
  | { kind: 'late'; ms: number }
  /** So many bytes at a time, with a rest in between. */
  | { kind: 'slow'; bytes: number; everyMs: number };

export class Proxy {
  readonly #server: Server;
  readonly #pairs = new Set<[Socket, Socket]>();
  #line: Line = { kind: 'good' };
  /** Bytes that went from the centre to desktops. */
  told = 0;
  /** When each connection was taken, on the machine's wall clock, milliseconds since 1970. */
  readonly joinedAt: number[] = [];
  /** Where the centre is now; null while there is none. */
  upstream: number | null = null;

  constructor() {
    this.#server = createServer((near) => this.#join(near));
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get line(): Line {
    return this.#line;
  }

  /** What stands is cut when the line becomes a cut one; otherwise it goes on under the new one. */
  become(line: Line): void {
    this.#line = line;
    if (line.kind === 'cut') for (const [near, far] of this.#pairs) this.#reset(near, far);
  }

  async close(): Promise<void> {
    for (const [near, far] of this.#pairs) this.#reset(near, far);
    this.#server.close();
    await once(this.#server, 'close');
  }

  #reset(near: Socket, far: Socket): void {
    near.resetAndDestroy();
    far.resetAndDestroy();
  }

  #join(near: Socket): void {
    if (this.upstream === null || this.#line.kind === 'cut') return void near.resetAndDestroy();
    this.joinedAt.push(performance.timeOrigin + performance.now());
    const far = connect(this.upstream, '127.0.0.1');
    const pair: [Socket, Socket] = [near, far];
    this.#pairs.add(pair);
    const end = (): void => {
      this.#pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    void this.#pass(near, far, far).catch(end);
    void this.#pass(far, near, far).catch(end);
  }

  async #pass(from: Socket, to: Socket, far: Socket): Promise<void> {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      if (from === far) this.told += chunk.length;
      for (const part of this.#parts(chunk)) {
        if (this.#line.kind === 'late') await wait(this.#line.ms);
        if (this.#line.kind === 'slow') await wait(this.#line.everyMs);
        // Swallowed, as by a router that died: whoever waits for an answer finds out by themselves.
        if (this.#line.kind === 'half-open') continue;
        if (to.destroyed) return;
        if (!to.write(part)) await once(to, 'drain');
      }
    }
    to.end();
  }

  #parts(chunk: Buffer): Buffer[] {
    if (this.#line.kind !== 'slow') return [chunk];
    const { bytes } = this.#line;
    return Array.from({ length: Math.ceil(chunk.length / bytes) }, (_, n) => chunk.subarray(n * bytes, (n + 1) * bytes));
  }
}
