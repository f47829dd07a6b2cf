/** A PostgreSQL of a test's own: a fresh cluster in a temporary folder, run by an ordinary user, gone afterwards. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../../nodes/free-port.ts';

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

/**
 * In memory where there is room: it is as durable as a process that is killed can tell, and what a disk does under a power
 * cut no test sees anyway. `fsync` and `synchronous_commit` stay on, as the server demands.
 */
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

let made = 0;
const FILL_TRIES = 20;

export class Cluster {
  readonly folder: string;
  readonly port: number;
  readonly #user = runner();
  #child: ChildProcess | null = null;
  #settings: Record<string, string> = {};
  #disk: string | null = null;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
    process.once('exit', () => this.#child?.kill('SIGQUIT'));
  }

  /** A running cluster. @param settings of its configuration @param disk size of the small disk at `small` that it is to have, as tmpfs takes it @param under where its folder is made */
  static async start(settings: Record<string, string> = {}, disk: string | null = null, under = place): Promise<Cluster> {
    const folder = mkdtempSync(join(under, 'aidline-pg-'));
    const cluster = new Cluster(folder, await freePort());
    const { uid, gid } = cluster.#user;
    if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
    cluster.#run('initdb', ['-D', cluster.data, '-U', OWNER, '-A', 'trust', '-E', 'UTF8', '--locale', 'C', '--no-sync']);
    cluster.#disk = disk;
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
    const child = this.#spawn([join(programs(), 'postgres'), '-D', this.data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])]);
    let said = '';
    child.stderr?.on('data', (data: Buffer) => (said += data.toString()));
    this.#child = child;
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

  /** A small disk is mounted where only the server sees it: root needs a mount namespace for that, anybody else a user namespace as well. */
  #spawn([program = '', ...args]: string[]): ChildProcess {
    const stdio: ['ignore', 'ignore', 'pipe'] = ['ignore', 'ignore', 'pipe'];
    if (this.#disk === null) return spawn(program, args, { ...this.#user, stdio });
    const { uid, gid } = this.#user;
    mkdirSync(this.small, { recursive: true });
    const become = uid === undefined ? '' : `setpriv --reuid=${uid} --regid=${gid} --clear-groups`;
    const script = `mount -t tmpfs -o size=${this.#disk},mode=700,uid=${uid ?? process.getuid?.()},gid=${gid ?? process.getgid?.()} none '${this.small}' && exec ${become} "$0" "$@"`;
    return spawn('unshare', [...(uid === undefined ? ['-U', '-m', '--map-current-user', '--keep-caps'] : ['-m']), 'sh', '-c', script, program, ...args], { stdio });
  }

  /** Where the small disk is. */
  get small(): string {
    return join(this.folder, 'small');
  }

  /** Makes room on it. */
  grow(size: string): void {
    this.#inside('mount', '-o', `remount,size=${size}`, this.small);
  }

  /** No more room on it than what is there takes; where more comes while it is measured, it is measured again. */
  fill(): void {
    for (let tries = 1; ; tries += 1) {
      const used = /\d+/.exec(this.#inside('df', '-B1', '--output=used', this.small))?.[0];
      if (used === undefined) throw new Error('df tells nothing');
      try {
        return this.grow(used);
      } catch (error) {
        if (tries === FILL_TRIES) throw error;
      }
    }
  }

  /** Runs something where the small disk is seen. */
  #inside(...command: string[]): string {
    const done = spawnSync('nsenter', ['-t', String(this.#child?.pid), ...(this.#user.uid === undefined ? ['-U', '--preserve-credentials'] : []), '-m', ...command], { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`nsenter: ${done.stderr}`);
    return done.stdout;
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
  async database(more = ''): Promise<string> {
    const name = `log_${process.pid}_${(made += 1)}`;
    await this.sql('postgres', `CREATE DATABASE ${name} ${more}`);
    return name;
  }

  /** Who may connect from now on, and how; lines of pg_hba.conf. */
  async admit(lines: readonly string[]): Promise<void> {
    writeFileSync(join(this.data, 'pg_hba.conf'), `${lines.join('\n')}\n`);
    await this.sql('postgres', 'SELECT pg_reload_conf()');
  }

  /** Puts a copy of the data folder in its place, while it is down. */
  adopt(copy: string): void {
    renameSync(copy, this.data);
    chmodSync(this.data, 0o700);
    const { uid, gid } = this.#user;
    if (uid === undefined || gid === undefined) return;
    const own = (path: string): void => {
      chownSync(path, uid, gid);
      if (statSync(path).isDirectory()) for (const name of readdirSync(path)) own(join(path, name));
    };
    own(this.data);
  }

  /** Another server that follows this one, and has all of it. */
  async standby(): Promise<Cluster> {
    const folder = mkdtempSync(join(place, 'aidline-pg-'));
    const follower = new Cluster(folder, await freePort());
    const { uid, gid } = this.#user;
    if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
    this.run('pg_basebackup', ['-D', follower.data, '-R', '-X', 'stream', '-c', 'fast']);
    await follower.up({ hot_standby: 'on' });
    return follower;
  }

  /** Ends following. */
  async promote(): Promise<void> {
    await this.sql('postgres', 'SELECT pg_promote()');
  }

  async dispose(): Promise<void> {
    await this.down('immediate');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
