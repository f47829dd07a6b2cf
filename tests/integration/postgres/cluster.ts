/** A PostgreSQL of a test's own: a fresh cluster in a temporary folder, run by an ordinary user, gone afterwards. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const DEBIAN = '/usr/lib/postgresql';
const OWNER = 'aidline';

/** Debian keeps the programs of each version in a folder of their own. */
function programs(): string {
  const newest = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a))[0] : undefined;
  if (newest === undefined) throw new Error('PostgreSQL is not installed: node build/setup.mjs --need tests');
  return join(DEBIAN, newest, 'bin');
}

/** PostgreSQL refuses to run as root: then it runs as the user that set-up made for tests. */
function runner(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const [, , uid, gid] = spawnSync('getent', ['passwd', 'aidline-e2e'], { encoding: 'utf8' }).stdout.trim().split(':');
  if (uid === undefined || gid === undefined) throw new Error('there is no test user: node build/setup.mjs --need tests');
  return { uid: Number(uid), gid: Number(gid) };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * In memory where there is room: it is as durable as a process that is killed can tell, and what a disk does under a power
 * cut no test sees anyway. `fsync` and `synchronous_commit` stay on, as the server demands.
 */
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

let made = 0;

export class Cluster {
  readonly folder: string;
  readonly port: number;
  readonly #user = runner();
  #child: ChildProcess | null = null;
  #settings: Record<string, string> = {};

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  /** A running cluster. @param settings of its configuration */
  static async start(settings: Record<string, string> = {}): Promise<Cluster> {
    const folder = mkdtempSync(join(place, 'aidline-pg-'));
    const cluster = new Cluster(folder, await freePort());
    const { uid, gid } = cluster.#user;
    if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
    cluster.#run('initdb', ['-D', cluster.data, '-U', OWNER, '-A', 'trust', '-E', 'UTF8', '--locale', 'C', '--no-sync']);
    await cluster.up(settings);
    return cluster;
  }

  /** Runs one of PostgreSQL's own programs to its end. */
  #run(program: string, args: readonly string[]): string {
    const ended = spawnSync(join(programs(), program), [...args], { ...this.#user, encoding: 'utf8', cwd: this.folder });
    if (ended.status !== 0) throw new Error(`${program}: ${ended.stderr}`);
    return ended.stdout;
  }

  run(program: string, args: readonly string[]): string {
    return this.#run(program, ['-h', '127.0.0.1', '-p', String(this.port), '-U', OWNER, ...args]);
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  url(database: string, { user = OWNER, password, port = this.port }: { user?: string; password?: string; port?: number } = {}): string {
    return `postgres://${user}${password === undefined ? '' : `:${password}`}@127.0.0.1:${port}/${database}`;
  }

  /** Starts it, where it is stopped, and waits until it answers. */
  async up(settings = this.#settings): Promise<void> {
    this.#settings = settings;
    const all = { listen_addresses: '127.0.0.1', unix_socket_directories: this.folder, port: String(this.port), max_connections: '60', shared_buffers: '32MB', ...settings };
    const child = spawn(join(programs(), 'postgres'), ['-D', this.data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])], { ...this.#user, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (data: Buffer) => (said += data.toString()));
    this.#child = child;
    process.once('exit', () => child.kill('SIGQUIT'));
    for (let tries = 0; ; tries += 1) {
      if (child.exitCode !== null || tries > 600) throw new Error(`postgres did not start: ${said}`);
      try {
        await this.sql('postgres', 'SELECT 1');
        return;
      } catch {
        await wait(50);
      }
    }
  }

  /** @param how `fast` as an operator would; `immediate` as a power cut: nothing is written any more, recovery at the next start */
  async down(how: 'fast' | 'immediate' = 'fast'): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await ended;
  }

  async sql<Row extends pg.QueryResultRow>(database: string, text: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.url(database) });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const answer = (await client.query<Row>(text)) as pg.QueryResult<Row> | pg.QueryResult<Row>[];
      return Array.isArray(answer) ? (answer.at(-1)?.rows ?? []) : answer.rows;
    } finally {
      await client.end();
    }
  }

  /** An empty database. */
  async database(): Promise<string> {
    const name = `log_${process.pid}_${(made += 1)}`;
    await this.sql('postgres', `CREATE DATABASE ${name}`);
    return name;
  }

  /** Who may connect from now on, and how; lines of pg_hba.conf. */
  async admit(lines: readonly string[]): Promise<void> {
    writeFileSync(join(this.data, 'pg_hba.conf'), `${lines.join('\n')}\n`);
    await this.sql('postgres', 'SELECT pg_reload_conf()');
  }

  async dispose(): Promise<void> {
    await this.down('immediate');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
