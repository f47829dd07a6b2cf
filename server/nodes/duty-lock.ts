import type pg from 'pg';
import { connect, dropClient } from '../log/postgres/connections.ts';
import { wait } from '../log/postgres/timers.ts';

export type DutyLock = { stop(): Promise<void> };
/** @param got called whenever the lock came to this node: also when it comes again after its connection broke */
export type StartDutyLock = (got: () => void) => DutyLock;

/** Any number that no other program of the database takes. */
const LOCK = 4_170_170;
const LOOK_MS = 250;
const AGAIN_MS = 300;
/** A connection that is dead and does not know it holds no lock. */
const CHECK_MS = 2_000;

/** A lock of the database's session: it falls when the node dies, or when the database does. */
export const postgresLock = (url: string): StartDutyLock => (got) => {
  const lock = new PostgresLock(url, got);
  lock.start();
  return lock;
};

class PostgresLock implements DutyLock {
  readonly #url: string;
  readonly #got: () => void;
  #client: pg.Client | null = null;
  #stopped = false;

  constructor(url: string, got: () => void) {
    this.#url = url;
    this.#got = got;
  }

  start(): void {
    void this.#run();
  }

  /** The lock falls with the session: nothing is waited for that might be half-open. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#drop();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      // The log's own reads and appends tell of what is wrong; here there is nobody to tell.
      await this.#hold().catch(() => undefined);
      this.#drop();
      if (!this.#stopped) await wait(AGAIN_MS);
    }
  }

  /** Ends with the connection, whose next question then fails. */
  async #hold(): Promise<void> {
    const client = await connect(this.#url);
    this.#client = client;
    client.on('error', () => dropClient(client));
    let held = false;
    while (!this.#stopped) {
      if (held) await client.query('SELECT 1');
      else {
        const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [LOCK]);
        held = rows[0]?.held === true;
        if (held) this.#got();
      }
      await wait(held ? CHECK_MS : LOOK_MS);
    }
  }

  #drop(): void {
    if (this.#client !== null) dropClient(this.#client);
    this.#client = null;
  }
}
