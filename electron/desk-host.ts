/**
 * Keeps the desk process running and gives the page its port to it.
 *
 * A page gets a port when it asks, and again by itself when the desk process was started anew. A
 * desk process that ends by itself is started again; one that keeps ending at once is not, so that
 * a broken profile shows its message instead of a flickering window.
 */
import { utilityProcess, MessageChannelMain } from 'electron';
import type { MessagePortMain, UtilityProcess } from 'electron';
import { keyStoreRequestSchema, openBrowserRequestSchema } from './ipc/desk-options.ts';
import type { DeskOptions, KeyStoreAnswer, KeyStoreRequest, MainToDesk } from './ipc/desk-options.ts';

export interface DeskHostEvents {
  /** Hands the page's end of a new channel over. */
  portReady(port: MessagePortMain, generation: number): void;
  restarting(): void;
  /** The process ended {@link MAX_QUICK_ENDS} times at its start; `code` is its last exit code. */
  failed(code: number): void;
  /** The desk asks the operating system's key store (PR1). */
  keyStore(request: KeyStoreRequest): Promise<KeyStoreAnswer>;
  /** The desk asks for the system's browser. @returns whether it took the address */
  openBrowser(url: string): Promise<boolean>;
}

/** Ends within this time after the start count as failures of the start. */
const QUICK_END_MS = 5_000;
const MAX_QUICK_ENDS = 3;
const SHUTDOWN_WAIT_MS = 3_000;

export class DeskHost {
  #process: UtilityProcess | null = null;
  #generation = 0;
  #wanted = false;
  #stopping = false;
  #quickEnds = 0;
  #startedAt = 0;
  readonly #file: string;
  readonly #options: DeskOptions;
  readonly #events: DeskHostEvents;

  constructor(file: string, options: DeskOptions, events: DeskHostEvents) {
    this.#file = file;
    this.#options = options;
    this.#events = events;
  }

  /** Starts the process. Needs the program to be ready. */
  start(): void {
    this.#startedAt = performance.now();
    const desk = utilityProcess.fork(this.#file, [JSON.stringify(this.#options)], {
      serviceName: 'Aidline desk',
      stdio: 'inherit',
    });
    this.#process = desk;
    desk.once('exit', (code) => this.#ended(desk, code));
    desk.on('message', (message: unknown) => this.#asked(desk, message));
    if (this.#wanted) this.#handPort();
  }

  /** The page asks for a port (again, after a reload). The desk drops the one it had. */
  connect(): void {
    this.#wanted = true;
    if (this.#process) this.#handPort();
  }

  /** Asks the process to finish; resolves when it ended, by force after three seconds. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const desk = this.#process;
    if (!desk) return;
    await new Promise<void>((done) => {
      const force = setTimeout(() => desk.kill(), SHUTDOWN_WAIT_MS);
      desk.once('exit', () => {
        clearTimeout(force);
        done();
      });
      desk.postMessage({ kind: 'shutdown' } satisfies MainToDesk);
    });
  }

  #handPort(): void {
    const { port1, port2 } = new MessageChannelMain();
    this.#generation += 1;
    this.#process?.postMessage({ kind: 'renderer-port', generation: this.#generation } satisfies MainToDesk, [port1]);
    this.#events.portReady(port2, this.#generation);
  }

  /** There are two things that the desk process asks; anything else is dropped. */
  #asked(desk: UtilityProcess, message: unknown): void {
    const address = openBrowserRequestSchema.safeParse(message);
    if (address.success) {
      const { n: asked, url } = address.data;
      void this.#events.openBrowser(url).then((opened) => {
        if (this.#process === desk) desk.postMessage({ kind: 'browser', n: asked, opened } satisfies MainToDesk);
      });
      return;
    }
    const request = keyStoreRequestSchema.safeParse(message);
    if (!request.success) return;
    const { n } = request.data;
    void this.#events.keyStore(request.data).then((answer) => {
      if (this.#process === desk) desk.postMessage({ kind: 'key-store', n, answer } satisfies MainToDesk);
    });
  }

  #ended(desk: UtilityProcess, code: number): void {
    if (this.#process !== desk) return;
    this.#process = null;
    if (this.#stopping) return;
    this.#quickEnds = performance.now() - this.#startedAt < QUICK_END_MS ? this.#quickEnds + 1 : 1;
    if (this.#quickEnds >= MAX_QUICK_ENDS) return this.#events.failed(code);
    this.#events.restarting();
    this.start();
  }
}
