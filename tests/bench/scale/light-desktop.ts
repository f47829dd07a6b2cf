/** A desktop that is only its connection: what the shipped one says on the wire and when it tries again, without file or screen. */
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { OuterCommand } from '#shared/protocol/command.ts';
import { helloBytes, PROTOCOL_VERSION, type Feed, type PullAnswer, type PushAnswer } from '#shared/protocol/wire.ts';
import { waitBefore } from '../../../electron/desk/sync/backoff.ts';
import type { Seat } from './found-centre.ts';

const Busy = z.looseObject({ retryAfterMs: z.number() });
const ANSWER_MS = 60_000;

/** How a return to the centre went: from the first try until the last page was read. */
export type Return = { ms: number; tries: number; at: number };

/**
 * Each site has an address of its own, as where a site is behind one: five thousand that come twice and try again from a single one are over what
 * an address may (RB1).
 */
const SITES = 8;
const siteOf = (workstation: string): string => `127.0.0.${2 + (Number.parseInt(workstation.slice(-2), 16) % SITES)}`;

export class LightDesktop {
  readonly seat: Seat;
  readonly #url: string;
  readonly #token: string;
  readonly #proof: string;
  readonly #feed: (feed: Feed) => void;
  #socket: Socket | null = null;
  #cursor: string | null = null;
  #number = 0;
  #last: Promise<number> = Promise.resolve(0);
  /** Of its case; from the feed. */
  version = 0;

  /** @param feed told of each stretch */
  constructor(url: string, seat: Seat, token: string, feed: (feed: Feed) => void) {
    this.#url = url;
    this.seat = seat;
    this.#token = token;
    this.#feed = feed;
    this.#proof = sign(null, helloBytes(token), createPrivateKey(seat.machineKey)).toString('base64');
  }

  /** Tries until it is in, as the shipped desktop waits between tries, and reads the feed to its end. */
  async enter(): Promise<Return> {
    const began = performance.now();
    for (let tries = 1; ; tries += 1) {
      const told = await this.#knock();
      if (told === 'in') {
        await this.#pull();
        return { ms: performance.now() - began, tries, at: Date.now() };
      }
      await wait(told === null ? waitBefore(tries - 1, Math.random()) : told * (1 + Math.random() / 2));
    }
  }

  /** Breaks the connection as a line does, without a word. @returns the wait before the first try */
  cut(): number {
    const engine = this.#socket?.io.engine as unknown as { transport: { ws: { terminate(): void } } } | undefined;
    engine?.transport.ws.terminate();
    this.#socket = null;
    return waitBefore(0, Math.random());
  }

  close(): void {
    this.#socket?.disconnect();
  }

  /** @returns in, or when to come again as the centre told; null where nothing was told */
  #knock(): Promise<'in' | number | null> {
    const { desktop, workstation } = this.seat;
    // Handed on to the websocket; Engine.IO's types do not have it.
    const from = { localAddress: siteOf(workstation) };
    const socket = io(this.#url, {
      transports: ['websocket'], reconnection: false, forceNew: true, timeout: 10_000, ...from,
      auth: { protocol: PROTOCOL_VERSION, token: this.#token, workstation, desktop, incarnation: this.seat.incarnation, proof: this.#proof, urgent: false },
    });
    socket.on('feed', (feed: Feed) => this.#take(feed));
    return new Promise((resolve) => {
      socket.once('connect', () => {
        this.#socket = socket;
        resolve('in');
      });
      socket.once('connect_error', (error: Error & { data?: { code?: string; detail?: unknown } }) => {
        socket.disconnect();
        const busy = Busy.safeParse(error.data?.detail);
        if (error.data?.code !== undefined && error.data.code !== 'busy') throw new Error(`not let in: ${error.data.code}`);
        resolve(busy.success ? busy.data.retryAfterMs : null);
      });
    });
  }

  #connected(): Socket {
    if (this.#socket === null) throw new Error('not connected');
    return this.#socket;
  }

  async #pull(): Promise<void> {
    for (;;) {
      const answer = (await this.#connected().timeout(ANSWER_MS).emitWithAck('pull', { cursor: this.#cursor, limit: 200 })) as PullAnswer;
      if (answer.status !== 'ok') throw new Error(answer.status);
      this.#take({ ...answer.feed, from: this.#cursor });
      if (!answer.more) return;
    }
  }

  #take(feed: Feed): void {
    if (feed.from !== this.#cursor) {
      void this.#pull().catch(() => undefined);
      return;
    }
    this.#cursor = feed.to;
    for (const item of feed.items) {
      if (item.type === 'snapshot' && item.case === this.seat.case) this.version = item.version;
      if (item.type === 'event' && item.envelope.case === this.seat.case) this.version = item.envelope.version;
    }
    this.#feed(feed);
  }

  /** The next note of its case. */
  note(): OuterCommand {
    this.#number += 1;
    const body = { noteId: uuidv7(), text: `客户说想把三笔分期都还清，第 ${this.#number} 次记` };
    const inner = JSON.stringify({ madeAt: new Date().toISOString(), saidAt: null, dependsOn: [], notAfter: null, body });
    return {
      id: uuidv7(), desktop: this.seat.desktop, incarnation: this.seat.incarnation, case: this.seat.case as OuterCommand['case'], number: this.#number, kind: 'write note', schema: 1, urgent: false, inner,
      hash: createHash('sha256').update(inner).digest('hex'),
    };
  }

  /** The next note, sent when the last was answered: on several connections to a database a later one may be through first. */
  nextNote(): Promise<number> {
    this.#last = this.#last.then(() => this.push(this.note()));
    return this.#last;
  }

  /** @returns the version that the case had with it */
  async push(command: OuterCommand): Promise<number> {
    const answer = (await this.#connected().timeout(ANSWER_MS).emitWithAck('push', { commands: [command] })) as PushAnswer;
    const [result] = answer.results;
    if (result?.status !== 'accepted') throw new Error(JSON.stringify(result));
    return result.version;
  }
}
