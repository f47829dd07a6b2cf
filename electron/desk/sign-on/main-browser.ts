import type { OpenBrowserRequest } from '../../ipc/desk-options.ts';
import type { Environment } from '../environment.ts';

/** A browser that is started for the first time takes a while; one that never comes is none. */
const PATIENCE_MS = 30_000;

/** The system's browser, which only the main process can open. */
export class MainBrowser {
  readonly #post: (request: OpenBrowserRequest) => void;
  readonly #after: Environment['after'];
  readonly #waiting = new Map<number, (opened: boolean) => void>();
  #count = 0;

  constructor(post: (request: OpenBrowserRequest) => void, after: Environment['after']) {
    this.#post = post;
    this.#after = after;
  }

  /** An answer came. One that nobody waits for any more is dropped. */
  take(n: number, opened: boolean): void {
    this.#waiting.get(n)?.(opened);
  }

  /** @returns whether the system took the address */
  open(url: string): Promise<boolean> {
    const n = (this.#count += 1);
    return new Promise((resolve) => {
      const settle = (opened: boolean): void => {
        cancel();
        this.#waiting.delete(n);
        resolve(opened);
      };
      const cancel = this.#after(PATIENCE_MS, () => settle(false));
      this.#waiting.set(n, settle);
      this.#post({ kind: 'open-browser', n, url });
    });
  }
}
