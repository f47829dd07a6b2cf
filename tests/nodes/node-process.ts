import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { NodeOrder } from './node-order.ts';

const program = fileURLToPath(new URL('./node-child.ts', import.meta.url));

/** A node of the drill, and what it says of its duty. */
export class NodeProcess {
  readonly #args: readonly string[];
  readonly #env: Record<string, string>;
  #child: ChildProcess | null = null;
  url: string | null = null;
  onDuty = false;
  said = '';

  constructor(args: readonly string[], env: Record<string, string>) {
    this.#args = args;
    this.#env = env;
  }

  async up(): Promise<void> {
    const child = spawn(process.execPath, [program, ...this.#args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env: { ...process.env, ...this.#env } });
    this.#child = child;
    this.onDuty = false;
    let text = '';
    this.url = await new Promise<string>((resolve, reject) => {
      const hear = (data: Buffer): void => {
        text = (text + data.toString()).slice(-20_000);
        this.said = text;
        for (const line of data.toString().split('\n')) {
          if (line.includes('this node is on duty')) this.onDuty = true;
          if (line.includes('is not on duty any more')) this.onDuty = false;
        }
        const found = /listening (https?:\S+)/.exec(text)?.[1];
        if (found !== undefined) resolve(found);
      };
      child.stdout?.on('data', hear);
      child.stderr?.on('data', hear);
      child.once('exit', () => reject(new Error(`a node did not start: ${text}`)));
    });
  }

  /** Tells it to record what no person at a desk does. */
  tell(order: NodeOrder): void {
    this.#child?.send(order, () => undefined);
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = null;
    this.url = null;
    this.onDuty = false;
    if (child === null || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}
