/** Connections to the database of a log: how they are made, and that nothing waits on one for ever. */
import pg from 'pg';
import { LogFailure, logError } from '../log-errors.ts';
import { databaseTrouble, mayPass } from './database-errors.ts';
import { SCHEMA } from './migrations.ts';
import { deadline, wait } from './timers.ts';

const INT8 = 20;
const CONNECT_MS = 5_000;
/** A half-open connection answers nothing, and says nothing: after so long it is given up. */
const ANSWER_MS = 15_000;
const READERS = 8;
/** How long a read or an append keeps trying before somebody is told that the database is away. */
export const PATIENCE_MS = 10_000;
const AGAIN_MS = 100;

/**
 * Set by each connection for itself, whatever the database's defaults are. A server that died with the partition's lock
 * must not keep it for longer than a fail-over takes (OP1): the database notices a dead peer within seconds.
 */
const SETTINGS: Record<string, string> = {
  search_path: SCHEMA,
  statement_timeout: '12s',
  lock_timeout: '10s',
  idle_in_transaction_session_timeout: '10s',
  tcp_keepalives_idle: '5',
  tcp_keepalives_interval: '2',
  tcp_keepalives_count: '3',
  tcp_user_timeout: '10000',
  default_transaction_isolation: 'read\\ committed',
};

type Ways = { settings: Record<string, string>; pipeline: boolean };
/**
 * Of the connection that appends. What a group asks and stores are point look-ups, planned once: planned each time they took longer than they
 * run, with the partition held. A plan that is kept must not be one for tables that were small then, so that it never goes over a whole one.
 * And what needs no answer to be asked is sent without waiting for one.
 */
export const APPENDING: Ways = { settings: { plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off' }, pipeline: true };

const types = {
  // Positions and versions stay far below 2^53.
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text'))) as typeof pg.types.getTypeParser,
};

const configOf = (url: string, { settings, pipeline }: Ways = { settings: {}, pipeline: false }): pg.ClientConfig & { pipeline: boolean } => ({
  pipeline,
  connectionString: url,
  types,
  keepAlive: true,
  connectionTimeoutMillis: CONNECT_MS,
  query_timeout: ANSWER_MS,
  application_name: 'aidline',
  options: Object.entries({ ...SETTINGS, ...settings }).map(([name, value]) => `-c ${name}=${value}`).join(' '),
});

/** How a database is called in messages: without password and parameters. */
export function placeOf(url: string): string {
  try {
    const { protocol, username, host, pathname } = new URL(url);
    return `${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname}`;
  } catch {
    return 'postgres://';
  }
}

/** @throws LogFailure where it cannot be had */
export async function connect(url: string, ways?: Ways): Promise<pg.Client> {
  const client = new pg.Client(configOf(url, ways));
  // Told by whatever is asked next; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (thrown) {
    void client.end().catch(() => undefined);
    throw failureOf(thrown, placeOf(url));
  }
}

/** What is thrown by the client, as a LogFailure where it is trouble of the database. */
export function failureOf(thrown: unknown, place: string): unknown {
  const trouble = databaseTrouble(thrown, place);
  return trouble === null ? thrown : new LogFailure(trouble);
}

/** Leaves a connection at once: what was under way on it gets no answer. */
export function dropClient(client: pg.Client): void {
  void client.end().catch(() => undefined);
  // A socket that answers nothing would be waited for.
  (client as unknown as { connection?: { stream?: { destroy(): void } } }).connection?.stream?.destroy();
}

/**
 * Many short questions at once, each tried again for a bounded time while the database is away: whatever writes here has to
 * bear that it is done twice where an answer was lost.
 */
export class ReadConnections {
  readonly #pool: pg.Pool;
  readonly #place: string;
  #closed = false;
  /** Told once: who asks while it is away gets one try each, or everybody would wait their time in a queue. */
  #away = false;

  constructor(url: string) {
    this.#pool = new pg.Pool({ ...configOf(url), max: READERS, allowExitOnIdle: true });
    this.#pool.on('error', () => undefined);
    // The pool listens to those that are idle only; one that is lost while somebody has it would end the process.
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
    this.#place = placeOf(url);
  }

  /** @throws LogFailure */
  async rows<Row extends pg.QueryResultRow>(name: string, text: string, values: readonly unknown[]): Promise<Row[]> {
    return (await this.#try(() => this.#pool.query<Row>({ name, text, values: [...values] }))).rows;
  }

  /** One view of everything that `work` reads. @throws LogFailure */
  async snapshot<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#try(() => this.#pool.connect());
    let trouble: Error | undefined;
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const answer = await work(client);
      await client.query('COMMIT');
      return answer;
    } catch (thrown) {
      trouble = thrown instanceof Error ? thrown : new Error(String(thrown));
      throw failureOf(thrown, this.#place);
    } finally {
      client.release(trouble);
    }
  }

  /** Several statements that count together. @param work done again from its beginning where it did not come through @throws LogFailure */
  async transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return this.#try(async () => {
      const client = await this.#pool.connect();
      let trouble: Error | undefined;
      try {
        await client.query('BEGIN');
        const answer = await work(client);
        await client.query('COMMIT');
        return answer;
      } catch (thrown) {
        trouble = thrown instanceof Error ? thrown : new Error(String(thrown));
        throw thrown;
      } finally {
        client.release(trouble);
      }
    });
  }

  async #try<T>(ask: () => Promise<T>): Promise<T> {
    const over = deadline(this.#away ? 0 : PATIENCE_MS);
    for (;;) {
      if (this.#closed) throw new LogFailure(logError('log-closed', this.#place, 'closed'));
      try {
        const answer = await ask();
        this.#away = false;
        return answer;
      } catch (thrown) {
        // What other connections have tried again already comes as a LogFailure.
        const trouble = thrown instanceof LogFailure ? null : databaseTrouble(thrown, this.#place);
        if (trouble === null) throw thrown;
        if (!mayPass(trouble) || over()) {
          this.#away = mayPass(trouble);
          throw new LogFailure(trouble);
        }
        await wait(AGAIN_MS);
      }
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#pool.end();
  }
}
