import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const project = resolve(import.meta.dirname, '..', '..', '..');

export type CentreOptions = { now?: string; data?: string; port?: number; /** Further options of the server. */ more?: readonly string[] };

/** The central server as a process of its own, which a test may kill and start again on the same data and port. */
export class CentreProcess {
  readonly data: string;
  readonly #now: string;
  readonly #more: readonly string[];
  #port: number;
  #mode: 'demo' | 'real' = 'demo';
  #child: ChildProcess | null = null;
  #errors = '';

  constructor(options: CentreOptions = {}) {
    this.data = options.data ?? mkdtempSync(join(tmpdir(), 'aidline-centre-'));
    this.#now = options.now ?? '2026-11-23T02:00:00.000Z';
    this.#port = options.port ?? 0;
    this.#more = options.more ?? [];
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /**
   * Makes a real centre of the data folder instead of a demonstration, with its first two administrators.
   * @returns the code for the first workstation
   */
  async found(two: readonly { account: string; name: string; password: string }[]): Promise<string> {
    const child = spawn(process.execPath, ['server/main.ts', 'init', '--data', this.data], { cwd: project, stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => { output += text; });
    child.stdin.end(two.map(({ account, name, password }) => `${account}\n${name}\n${password}\n`).join(''));
    await new Promise((done) => child.once('close', done));
    const code = /first workstation[^:]*: *(\S+)/.exec(output)?.[1];
    if (code === undefined) throw new Error(`no first code: ${output}`);
    this.#mode = 'real';
    return code;
  }

  /** @param now where the demo's clock starts again after a stop; by default where it began */
  async start(now = this.#now): Promise<void> {
    const common = ['--data', this.data, '--port', String(this.#port), '--log-level', process.env['AIDLINE_TEST_LOG'] ?? 'warn', ...this.#more];
    const args = ['server/main.ts', ...common, ...(this.#mode === 'demo' ? ['--demo', '--calls', 'off', '--now', now] : [])];
    const child = spawn(process.execPath, args, { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => { this.#errors = (this.#errors + text).slice(-4_000); });
    await new Promise<void>((done, fail) => {
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        this.#errors = (this.#errors + text).slice(-4_000);
        const found = /listening http:\/\/[^:]+:(\d+)/.exec(output);
        if (found === null) return;
        this.#port = Number(found[1]);
        done();
      });
      child.once('exit', (code) => fail(new Error(`the server ended with ${code}: ${this.#errors}`)));
    });
  }

  /** The server's last words: warnings, errors, and what it printed. */
  get said(): string {
    return this.#errors;
  }

  /** As a power cut; the demo bank, its child, ends with it. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null) return;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await gone;
  }

  /** Asks it to stop and waits; the data stays. */
  async end(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    await gone;
  }

  async stop(): Promise<void> {
    await this.end();
    rmSync(this.data, { recursive: true, force: true });
  }

  /** One of the demo's switches. */
  async turn(path: string, body: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}/demo/${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`/demo/${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  async serverTime(): Promise<string> {
    const health = (await (await fetch(`${this.url}/health`)).json()) as { serverAt: string };
    return health.serverAt;
  }

  async ledger(): Promise<{ key: string; state: string; kind: string | null; customerId: string | null; subject: string | null; amountFen: number | null }[]> {
    const answer = (await (await fetch(`${this.url}/demo/ledger`)).json()) as { entries: [] };
    return answer.entries;
  }
}
