/**
 * A connection between a desktop and the server below Socket.IO: two directions, each in order and each message at most
 * once, as TCP gives it. What may go wrong: it is cut and takes with it what was on its way; one or both directions fall
 * silent until the pings miss; it is slow. What a desktop sent on a line it has given up may still arrive, after what it
 * sent on the next one: that is how repeats and disorder come about.
 */
import type { Refusal } from '#shared/protocol/refusal.ts';
import { Goodbye } from '#shared/protocol/wire.ts';
import { LinkLost, type Link, type LinkHandlers } from '../../../electron/desk/sync/link.ts';
import type { FromDesktop, ToDesktop } from '../../../server/gateway/desk-connection.ts';
import type { Chance } from './chance.ts';
import type { Process, VirtualTime } from './virtual-time.ts';

/** As `socket-link.ts` waits. */
const ANSWER_MS = 15_000;
/** After which the pings of Socket.IO tell either side that the other is gone. */
const PINGS_MISSED_MS = 20_000;

export type Hearing = {
  /** Lets the desktop in, or not. @returns what is to be told of it; null where there is no server */
  greet(hello: unknown, line: Line): Promise<{ said(name: FromDesktop, body: unknown, acknowledge: (answer: unknown) => void): Promise<void>; left(): void } | { refusal: Refusal } | null>;
};

export type LineParts = {
  time: VirtualTime;
  chance: Chance;
  desk: Process;
  /** Of the messages alone: they go on when either end has died. */
  air: Process;
  usualMs: number;
  server: Hearing;
  /** The desktop must not send or hear: it is about to die. */
  isMute(): boolean;
  seen(what: string, body: unknown): void;
};

type Way = { nextAt: number; silent: boolean; endsAt: number };

export class Line implements Link {
  readonly #parts: LineParts;
  readonly #handlers: LinkHandlers;
  readonly #up: Way = { nextAt: 0, silent: false, endsAt: Infinity };
  readonly #down: Way = { nextAt: 0, silent: false, endsAt: Infinity };
  readonly #waiting = new Map<number, { resolve(answer: unknown): void; reject(error: LinkLost): void }>();
  #slow = 1;
  #count = 0;
  #server: { said(name: FromDesktop, body: unknown, acknowledge: (answer: unknown) => void): Promise<void>; left(): void } | null = null;
  #serverOver = false;
  #deskOver = false;
  #given = false;
  #said: Refusal | null = null;

  constructor(parts: LineParts, hello: unknown, handlers: LinkHandlers) {
    this.#parts = parts;
    this.#handlers = handlers;
    this.#send(this.#up, () => void this.#greet(JSON.stringify(hello)));
  }

  get isOver(): boolean {
    return this.#deskOver && this.#serverOver;
  }

  async #greet(hello: string): Promise<void> {
    const { server } = this.#parts;
    const greeted = await server.greet(JSON.parse(hello), this);
    if (greeted === null || 'refusal' in greeted) {
      this.#serverOver = true;
      return this.#send(this.#down, () => this.#deskEnds(greeted?.refusal ?? null));
    }
    if (this.#serverOver) return greeted.left();
    this.#server = greeted;
    this.#send(this.#down, () => {
      if (this.#deskOver || this.#parts.isMute()) return;
      this.#given = true;
      this.#handlers.up();
    });
  }

  // ------------------------------------------------------------ the desktop's end

  request(kind: 'push' | 'pull' | 'ask', body: unknown): Promise<unknown> {
    if (this.#deskOver) return Promise.reject(new LinkLost());
    const number = ++this.#count;
    const text = JSON.stringify(body);
    const { time, desk, isMute } = this.#parts;
    if (!isMute()) {
      this.#parts.seen(`> ${kind} ${number}`, body);
      this.#send(this.#up, () => this.#serverHears(kind, number, text));
    }
    return new Promise((resolve, reject) => {
      const cancel = time.after(ANSWER_MS, desk, () => {
        if (this.#waiting.delete(number)) reject(new LinkLost());
      });
      this.#waiting.set(number, {
        resolve: (answer) => {
          cancel();
          resolve(answer);
        },
        reject: (error) => {
          cancel();
          reject(error);
        },
      });
    });
  }

  close(): void {
    if (this.#deskOver) return;
    this.#deskOver = true;
    this.#lose();
    if (!this.#parts.isMute()) this.#send(this.#up, () => this.#serverEnds());
    this.#missedAtServer();
  }

  #lose(): void {
    for (const { reject } of this.#waiting.values()) reject(new LinkLost());
    this.#waiting.clear();
  }

  #deskEnds(refusal: Refusal | null): void {
    if (this.#deskOver) return;
    this.#deskOver = true;
    this.#lose();
    if (!this.#parts.desk.alive || this.#parts.isMute()) return;
    this.#handlers.down(refusal);
  }

  #deskHears<K extends keyof ToDesktop>(name: K, text: string): void {
    if (this.#deskOver || !this.#given || !this.#parts.desk.alive || this.#parts.isMute()) return;
    const message: unknown = JSON.parse(text);
    this.#parts.seen(`< ${name}`, message);
    if (name === 'feed') this.#handlers.feed(message);
    else if (name === 'live') this.#handlers.live(message);
    else {
      this.#said = Goodbye.safeParse(message).data?.refusal ?? null;
      this.#deskEnds(this.#said);
    }
  }

  // ------------------------------------------------------------ the server's end

  #serverHears(kind: FromDesktop, number: number, text: string): void {
    const server = this.#server;
    if (server === null || this.#serverOver) return;
    void server.said(kind, JSON.parse(text), (answer) => {
      if (this.#serverOver) return;
      const back = JSON.stringify(answer);
      this.#send(this.#down, () => {
        const waiting = this.#waiting.get(number);
        if (waiting === undefined || !this.#parts.desk.alive || this.#parts.isMute()) return;
        this.#waiting.delete(number);
        const message: unknown = JSON.parse(back);
        this.#parts.seen(`< ${kind} ${number}`, message);
        waiting.resolve(message);
      });
    });
  }

  /** As the server's side sends. */
  tell<K extends keyof ToDesktop>(name: K, message: ToDesktop[K]): void {
    if (this.#serverOver) return;
    const text = JSON.stringify(message);
    this.#send(this.#down, () => this.#deskHears(name, text));
  }

  get connected(): boolean {
    return !this.#serverOver;
  }

  /** The server's side hangs up. */
  hangUp(): void {
    if (this.#serverOver) return;
    this.#send(this.#down, () => this.#deskEnds(this.#said));
    this.#missedAtDesk();
    this.#serverEnds();
  }

  #serverEnds(): void {
    if (this.#serverOver) return;
    this.#serverOver = true;
    this.#server?.left();
  }

  // ------------------------------------------------------------ what may happen to it

  #send(way: Way, arrives: () => void): void {
    if (way.silent) return;
    const { time, chance, air, usualMs } = this.#parts;
    way.nextAt = Math.max(way.nextAt + 1, time.nowMs + chance.wait(usualMs) * this.#slow);
    if (way.nextAt > way.endsAt) return;
    const at = way.nextAt;
    time.after(at - time.nowMs, air, () => {
      if (at <= way.endsAt) arrives();
    });
  }

  #missedAtServer(): void {
    const { time, air } = this.#parts;
    time.after(PINGS_MISSED_MS, air, () => this.#serverEnds());
  }

  #missedAtDesk(): void {
    const { time, air } = this.#parts;
    time.after(PINGS_MISSED_MS, air, () => this.#deskEnds(null));
  }

  /** Cut through: some of what was on its way still arrives, nothing that was sent later. */
  cut(): void {
    const { time, chance, air } = this.#parts;
    for (const way of [this.#up, this.#down]) way.endsAt = Math.min(way.endsAt, time.nowMs + chance.int(0, 300));
    time.after(chance.int(0, 1500), air, () => this.#deskEnds(null));
    time.after(chance.int(0, 1500), air, () => this.#serverEnds());
  }

  /** Nothing is heard any more, and nobody is told. */
  fallSilent(up: boolean, down: boolean): void {
    this.#up.silent ||= up;
    this.#down.silent ||= down;
    // A ping needs both ways.
    this.#missedAtServer();
    this.#missedAtDesk();
  }

  slowDown(times: number): void {
    this.#slow = times;
  }

  /** The desktop's process is gone: its system tells the server, or nobody does. */
  deskDied(told: boolean): void {
    this.#deskOver = true;
    this.#waiting.clear();
    const { time, chance, air } = this.#parts;
    if (told) time.after(chance.int(1, 500), air, () => this.#serverEnds());
    else this.#missedAtServer();
  }

  /** The server's process is gone. */
  serverDied(told: boolean): void {
    this.#serverOver = true;
    const { time, chance, air } = this.#parts;
    this.#down.endsAt = time.nowMs;
    if (told) time.after(chance.int(1, 500), air, () => this.#deskEnds(null));
    else this.#missedAtDesk();
  }
}
