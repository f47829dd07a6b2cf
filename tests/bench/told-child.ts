import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A process that does what it is told over its channel, and tells what it did: `{did, …}`. */
export class ToldChild {
  readonly #child: ChildProcess;
  #told: Record<string, unknown>[] = [];
  #heard: () => void = () => {};

  /** @param flags of Node itself */
  constructor(file: string, args: readonly string[], flags: readonly string[] = []) {
    this.#child = fork(file, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [...flags] });
    this.#child.on('message', (message: Record<string, unknown>) => {
      this.#told.push(message);
      this.#heard();
    });
    this.#child.once('exit', () => this.#heard());
  }

  get pid(): number {
    return this.#child.pid!;
  }

  tell(order: string, more: object = {}): void {
    this.#child.send({ order, ...more });
  }

  /** The first thing told that has `key` (with this value); told things are taken once. */
  async hear(key: string, value?: unknown, ms = 300_000): Promise<Record<string, unknown>> {
    const until = Date.now() + ms;
    for (;;) {
      const found = this.#told.findIndex((one) => key in one && (value === undefined || one[key] === value));
      if (found >= 0) return this.#told.splice(found, 1)[0]!;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) throw new Error(`a process ended before it told ${key} ${String(value)}`);
      if (Date.now() > until) throw new Error(`a process did not tell ${key} ${String(value)} within ${ms} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1_000);
        this.#heard = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Tells it something and waits until it did it. */
  async does(order: string, more: object = {}): Promise<Record<string, unknown>> {
    this.tell(order, more);
    return this.hear('did', order);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}
