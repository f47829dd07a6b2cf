import type pg from 'pg';
import { connect, dropClient } from './connections.ts';
import { wait } from './timers.ts';
import { CHANNEL } from './writer.ts';

const AGAIN_MS = 500;

/** Hears what other servers append, on a connection of its own that is made again whenever it is lost. */
export class Notices {
  readonly #url: string;
  readonly #heard: (position: number | null) => void;
  #client: pg.Client | null = null;
  #stopped = false;
  #loop: Promise<void> = Promise.resolve();

  /** @param heard of a position, or null after a time in which nothing could be heard */
  constructor(url: string, heard: (position: number | null) => void) {
    this.#url = url;
    this.#heard = heard;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#listen();
      } catch {
        // The log's own reads and appends tell of what is wrong; here there is nobody to tell.
        await wait(AGAIN_MS);
      }
    }
  }

  /** Ends with the connection. */
  async #listen(): Promise<void> {
    const client = await connect(this.#url);
    if (this.#stopped) return dropClient(client);
    this.#client = client;
    const ended = new Promise<void>((resolve) => void client.once('end', () => resolve()));
    client.on('error', () => dropClient(client));
    client.on('notification', ({ payload }) => this.#heard(Number(payload)));
    await client.query(`LISTEN ${CHANNEL}`);
    this.#heard(null);
    await ended;
    this.#client = null;
    if (!this.#stopped) await wait(AGAIN_MS);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#client !== null) dropClient(this.#client);
    await this.#loop;
  }
}
