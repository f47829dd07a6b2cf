/** The way from one desktop to the server: whether there is any, how long it takes, and the connection that stands on it. */
import { createHash } from 'node:crypto';
import type { Connect } from '../../../electron/desk/sync/link.ts';
import type { Chance } from './chance.ts';
import { Line } from './line.ts';
import type { ServerMachine } from './server-machine.ts';
import type { Trace } from './trace.ts';
import type { Process, VirtualTime } from './virtual-time.ts';

export type WayParts = {
  /** Of the desktop. */
  name: string;
  time: VirtualTime; chance: Chance; trace: Trace; server: ServerMachine;
  /** The desktop must not send or hear: it is about to die. */
  isMute(): boolean;
};

export class Way {
  readonly #parts: WayParts;
  readonly #air: Process = { name: 'air', alive: true };
  #line: Line | null = null;
  /** No way to the server. */
  cutOff = false;
  usualMs = 30;

  constructor(parts: WayParts) {
    this.#parts = parts;
  }

  /** One question that needs no connection; null where nobody answers. */
  async ask<T>(process: Process, ask: () => Promise<T | null>): Promise<T | null> {
    const { time, chance } = this.#parts;
    await time.sleep(chance.wait(this.usualMs), process);
    if (this.cutOff) return null;
    const answer = await ask();
    await time.sleep(chance.wait(this.usualMs), process);
    return this.cutOff ? null : answer;
  }

  connect(process: Process): Connect {
    return (_server, hello, handlers) => {
      const { name, time, chance, server, trace, isMute } = this.#parts;
      const line = new Line({
        time, desk: process, air: this.#air, usualMs: this.usualMs, chance, isMute,
        server: { greet: async (said, own) => (this.cutOff ? null : server.greet(said, own)) },
        seen: (what, body) => {
          const digest = createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 8);
          trace.say(name, `${what}${shortly(what, body)} ${digest}`);
        },
      }, hello, handlers);
      this.#line = line;
      if (this.cutOff) line.cut();
      return line;
    };
  }

  cut(): void {
    this.#line?.cut();
  }
  fallSilent(up: boolean, down: boolean): void {
    this.#line?.fallSilent(up, down);
  }
  slowDown(times: number): void {
    this.#line?.slowDown(times);
  }

  deskDied(): void {
    this.#line?.deskDied(this.#parts.chance.often(0.5));
    this.#line = null;
  }
  deskStopped(): void {
    this.#line = null;
  }
}

function shortly(what: string, body: unknown): string {
  const held = body as { commands?: { id: string; number: number; kind: string }[]; results?: { id: string; status: string }[]; feed?: { items: unknown[] }; items?: unknown[]; kind?: string; topic?: string; status?: string };
  if (held === null || typeof held !== 'object') return '';
  if (held.commands !== undefined) return ` ${held.commands.map(({ id, number, kind }) => `${kind}#${number} ${id}`).join(', ')}`;
  if (held.results !== undefined) return ` ${held.results.map(({ id, status }) => `${status} ${id}`).join(', ')}`;
  if (held.feed !== undefined) return ` ${held.feed.items.length} items`;
  if (held.items !== undefined) return ` ${held.items.length} items`;
  return what.startsWith('> ask') ? ` ${held.kind ?? ''}` : ` ${held.topic ?? held.status ?? ''}`;
}

