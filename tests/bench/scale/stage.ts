/** What the benchmarks of scale start and end: a centre or a bare server, crowds of clients, and the engines of several nodes. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Cluster } from '../../integration/postgres/cluster.ts';
import { RedisServer } from '../../nodes/redis.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { ToldChild } from '../told-child.ts';
import { foundCentre, type Seat } from './found-centre.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
/** One for each processor would leave the server none of its own; one alone is slower than what it measures. */
const CROWDS = 2;
/** Bytes of our answer to a push of one note, and of a page of the feed that has nothing new. */
export const ANSWER_BYTES = 160;

export class Stage {
  readonly #scratch: ReturnType<typeof scratchFolder>;
  readonly #children = new Set<ToldChild>();
  #cluster: Cluster | null = null;
  #redis: RedisServer | null = null;

  constructor(name: string) {
    this.#scratch = scratchFolder(name);
  }

  /** On the project's own disk, as SQLite's file is. */
  async database(): Promise<string> {
    this.#cluster ??= await Cluster.start({ max_connections: '100', shared_buffers: '256MB' }, null, '/var/tmp');
    return this.#cluster.url(await this.#cluster.database());
  }

  async redis(): Promise<string> {
    this.#redis ??= await RedisServer.start();
    return this.#redis.url;
  }

  async found(name: string, wanted: Parameters<typeof foundCentre>[1]): Promise<{ data: string; seats: Seat[] }> {
    const data = join(this.#scratch.path, name);
    return { data, seats: await foundCentre(data, wanted) };
  }

  /** @param open everybody is let in at once @param flags of Node itself */
  async centre(args: readonly string[], open: boolean, flags: readonly string[] = []): Promise<{ child: ToldChild; url: string }> {
    const child = this.#start('./centre.ts', [JSON.stringify({ args: ['--demo', ...args], open })], flags);
    const { url } = (await child.hear('did', 'start')) as { url: string };
    return { child, url };
  }

  async bareServer(redis: string | null = null, flags: readonly string[] = []): Promise<{ child: ToldChild; url: string }> {
    const child = this.#start('../reference/bare-crowd/server.ts', [String(ANSWER_BYTES), ...(redis === null ? [] : [redis])], flags);
    const { url } = (await child.hear('did', 'start')) as { url: string };
    return { child, url };
  }

  /** Light desktops that are in and have read their feed. */
  async crowds(centre: ToldChild, urls: readonly string[], seats: readonly Seat[]): Promise<Crowds> {
    const { tokens } = (await centre.does('sessions', { seats: seats.map(({ person, desktop, workstation }) => ({ person, desktop, workstation })) })) as { tokens: string[] };
    return this.#crowds('./crowd.ts', inParts(seats.map((seat, n) => ({ seat, token: tokens[n]! }))).map((part) => ({ urls, seats: part.map(({ seat }) => seat), tokens: part.map(({ token }) => token) })));
  }

  /** @param watchers how many others each one's messages go to */
  bareCrowds(urls: readonly string[], count: number, text: string, watchers = 0): Promise<Crowds> {
    const rooms = Array.from({ length: count }, (_, n) => `room-${n}`);
    const parts = inParts(rooms.map((room, n) => ({ room, tells: Array.from({ length: watchers }, (_one, next) => rooms[(n + next + 1) % count]!) })));
    return this.#crowds('../reference/bare-crowd/clients.ts', parts.map((part) => ({ urls, send: text, rooms: part.map(({ room }) => room), tells: part.map(({ tells }) => tells) })));
  }

  async #crowds(file: string, orders: readonly object[]): Promise<Crowds> {
    const children = orders.map(() => this.#start(file, []));
    await Promise.all(children.map((child) => child.hear('did', 'start')));
    await Promise.all(children.map((child, n) => child.does('come', orders[n])));
    return {
      all: (order, more) => Promise.all(children.map((child) => child.does(order, more))),
      end: async () => {
        for (const child of children) await this.end(child);
      },
    };
  }

  #start(file: string, args: readonly string[], flags: readonly string[] = []): ToldChild {
    const child = new ToldChild(here(file), args, flags);
    this.#children.add(child);
    return child;
  }

  async end(child: ToldChild): Promise<void> {
    this.#children.delete(child);
    await child.stop();
  }

  async dispose(): Promise<void> {
    for (const child of this.#children) await child.stop();
    await this.#redis?.dispose();
    await this.#cluster?.dispose();
    this.#scratch.remove();
  }
}

export type Crowds = {
  /** Every crowd does it at once. */
  all(order: string, more?: object): Promise<Record<string, unknown>[]>;
  end(): Promise<void>;
};

/** One after another in turn, so that neighbours are in different processes. */
const inParts = <T>(all: readonly T[]): T[][] => Array.from({ length: CROWDS }, (_, part) => all.filter((_one, n) => n % CROWDS === part));

/** As many bytes as one of our notes on the wire. */
export const NOTE = 'x'.repeat(560);
