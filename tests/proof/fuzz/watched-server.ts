/** The server as people start it, in a process of its own, with a window through which its memory is looked at. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../../../', import.meta.url));
const MB = 1024 * 1024;
/** An error that the server itself logged: it was not meant to have any. */
const LOGGED_ERROR = /"level":(50|60)/;

export class WatchedServer {
  readonly #child: ChildProcess;
  readonly url: string;
  readonly #inspector: WebSocket;
  readonly errors: string[];
  #next = 0;
  crashed = false;
  #stopping = false;

  private constructor(child: ChildProcess, url: string, inspector: WebSocket, errors: string[]) {
    [this.#child, this.url, this.#inspector, this.errors] = [child, url, inspector, errors];
    child.once('exit', () => {
      this.crashed = !this.#stopping;
    });
  }

  static async start(data: string, secret: string): Promise<WatchedServer> {
    const child = spawn(process.execPath, ['--inspect=127.0.0.1:0', join(project, 'server/main.ts'), '--demo', '--data', data, '--port', '0', '--calls', 'off', '--crowd', '0', '--log-level', 'error'], { cwd: project, env: { ...process.env, AIDLINE_WEBHOOK_SECRETS: secret }, stdio: ['ignore', 'pipe', 'pipe'] });
    const errors: string[] = [];
    let text = '';
    const found = await new Promise<{ url: string; inspect: string }>((resolve, reject) => {
      const hear = (bytes: Buffer): void => {
        const said = bytes.toString();
        if (text.length < 20_000) text += said;
        for (const line of said.split('\n')) if (LOGGED_ERROR.test(line) && errors.length < 50) errors.push(line.slice(0, 400));
        const [url, inspect] = [/listening (http:\S+)/.exec(text)?.[1], /Debugger listening on (ws:\S+)/.exec(text)?.[1]];
        if (url !== undefined && inspect !== undefined) resolve({ url, inspect });
      };
      child.stdout?.on('data', hear);
      child.stderr?.on('data', hear);
      child.once('exit', () => reject(new Error(`the server did not start: ${text}`)));
    });
    const inspector = new WebSocket(found.inspect);
    await new Promise((resolve, reject) => {
      inspector.addEventListener('open', resolve);
      inspector.addEventListener('error', reject);
    });
    return new WatchedServer(child, found.url, inspector, errors);
  }

  #ask(method: string): Promise<unknown> {
    const id = (this.#next += 1);
    return new Promise((resolve) => {
      const hear = ({ data }: MessageEvent): void => {
        const message = JSON.parse(String(data)) as { id?: number; result?: unknown };
        if (message.id !== id) return;
        this.#inspector.removeEventListener('message', hear);
        resolve(message.result);
      };
      this.#inspector.addEventListener('message', hear);
      this.#inspector.send(JSON.stringify({ id, method }));
    });
  }

  /** What is in use after everything that is not was collected, in megabytes; and what the system says it holds. */
  async memory(): Promise<{ heapMb: number; rssMb: number }> {
    await this.#ask('HeapProfiler.collectGarbage');
    await this.#ask('HeapProfiler.collectGarbage');
    const { usedSize } = (await this.#ask('Runtime.getHeapUsage')) as { usedSize: number };
    const rssKb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8'))?.[1]);
    return { heapMb: Math.round((usedSize / MB) * 10) / 10, rssMb: Math.round(rssKb / 102.4) / 10 };
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#stopping = true;
    this.#inspector.close();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }
}
