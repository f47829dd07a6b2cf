/** Debian's HAProxy with the configuration of the reference set-up, in front of two nodes of a test. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';

const configuration = fileURLToPath(new URL('../../build/deploy/haproxy.cfg', import.meta.url));

export class Haproxy {
  readonly port: number;
  said = '';
  readonly #child: ChildProcess;

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (this.said += data.toString()));
    process.once('exit', () => child.kill('SIGKILL'));
  }

  /** @param nodes HOST:PORT of both @param tls the authority of their certificates, and the name that these bear */
  static async start(nodes: readonly [string, string], tls: { ca: string; name: string }): Promise<Haproxy> {
    const port = await freePort();
    // Debian keeps it where an ordinary user's PATH does not look.
    const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin`, AIDLINE_PROXY_BIND: `127.0.0.1:${port}`, AIDLINE_NODE_1: nodes[0], AIDLINE_NODE_2: nodes[1], AIDLINE_NODE_NAME: tls.name, AIDLINE_NODE_CA: tls.ca };
    const child = spawn('haproxy', ['-db', '-f', configuration], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    await once(child, 'spawn');
    return new Haproxy(port, child);
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}
