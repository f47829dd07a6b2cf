import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { connect, dropClient } from '../log/postgres/connections.ts';
import { wait } from '../log/postgres/timers.ts';
import type { Carrier, StartCarrier } from './bus.ts';

const CHANNEL = 'aidline_nodes';
const AGAIN_MS = 300;
/** A notice holds less than 8,000 bytes; base64 makes three bytes four. */
const PART_BYTES = 5_400;
/** Notices on their way to the database; beyond it they are lost, as with a connection that is. */
const MOST_WAITING = 20_000;
const LOT = 50;
const FORGET_MS = 10_000;

/** Puts messages together that came in parts. What never becomes whole is forgotten. */
class Parts {
  readonly #open = new Map<string, { at: number; left: number; parts: (Buffer | undefined)[] }>();

  /** @returns the whole message, where this was its last part */
  add(notice: string): Buffer | null {
    const [id = '', index = '', count = '', text = ''] = notice.split(':');
    const [at, most] = [Number(index), Number(count)];
    if (!Number.isInteger(at) || !Number.isInteger(most) || at < 0 || at >= most) return null;
    if (most === 1) return Buffer.from(text, 'base64');
    const now = performance.now();
    for (const [other, { at: since }] of this.#open) if (since < now - FORGET_MS) this.#open.delete(other);
    const held = this.#open.get(id) ?? { at: now, left: most, parts: [] };
    if (held.parts[at] !== undefined) return null;
    held.parts[at] = Buffer.from(text, 'base64');
    held.left -= 1;
    this.#open.set(id, held);
    if (held.left > 0) return null;
    this.#open.delete(id);
    return Buffer.concat(held.parts.filter((part) => part !== undefined));
  }
}

function inParts(sealed: Uint8Array): string[] {
  const id = randomBytes(6).toString('hex');
  const count = Math.max(1, Math.ceil(sealed.length / PART_BYTES));
  return Array.from({ length: count }, (_one, index) => `${id}:${index}:${count}:${Buffer.from(sealed.subarray(index * PART_BYTES, (index + 1) * PART_BYTES)).toString('base64')}`);
}

/**
 * Notices of the database that the log is in: always there where the log is, and slower than Redis.
 * @param url of the database
 */
export const noticeCarrier = (url: string): StartCarrier => (heard) => {
  const carrier = new NoticeCarrier(url, heard);
  carrier.start();
  return carrier;
};

class NoticeCarrier implements Carrier {
  readonly #url: string;
  readonly #heard: (sealed: Uint8Array) => void;
  readonly #parts = new Parts();
  #waiting: string[] = [];
  #client: pg.Client | null = null;
  #stopped = false;
  #sending = false;
  #running: Promise<void> = Promise.resolve();

  constructor(url: string, heard: (sealed: Uint8Array) => void) {
    this.#url = url;
    this.#heard = heard;
  }

  get up(): boolean {
    return this.#client !== null;
  }

  start(): void {
    this.#running = this.#run();
  }

  tell(sealed: Uint8Array): void {
    if (this.#waiting.length > MOST_WAITING) return;
    this.#waiting.push(...inParts(sealed));
    void this.#send();
  }

  async stop(): Promise<void> {
    await this.#send();
    this.#stopped = true;
    if (this.#client !== null) dropClient(this.#client);
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#listen().catch(() => undefined);
      if (!this.#stopped) await wait(AGAIN_MS);
    }
  }

  /** Ends with the connection. */
  async #listen(): Promise<void> {
    const client = await connect(this.#url);
    if (this.#stopped) return dropClient(client);
    const ended = new Promise<void>((resolve) => void client.once('end', () => resolve()));
    client.on('error', () => dropClient(client));
    client.on('notification', ({ payload }) => {
      const whole = this.#parts.add(payload ?? '');
      if (whole !== null) this.#heard(whole);
    });
    await client.query(`LISTEN ${CHANNEL}`);
    this.#client = client;
    await ended;
    this.#client = null;
    this.#waiting = [];
  }

  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#client !== null && this.#waiting.length > 0) {
        await this.#client.query('SELECT pg_notify($1, notice) FROM unnest($2::text[]) WITH ORDINALITY AS one (notice, place) ORDER BY place', [CHANNEL, this.#waiting.splice(0, LOT)]);
      }
    } catch {
      // Lost with the connection; whoever counts notices it and asks.
    } finally {
      this.#sending = false;
    }
  }
}
