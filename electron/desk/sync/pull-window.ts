import { MAX_PULL } from '#shared/protocol/wire.ts';

/** Half of the time in which an answer must come: a page that takes this long is close to never arriving. */
const SLOW_MS = 5_000;
const QUICK_MS = 1_000;

/**
 * How much of the feed is asked for at once: as much as may be where the line is quick, less where a page takes long or does
 * not come at all. A page is one message: on a line of 64 kbit/s a whole one would be cut off before its end, each time, and
 * the desktop would never get on.
 */
export class PullWindow {
  #items = MAX_PULL;

  get items(): number {
    return this.#items;
  }

  answered(tookMs: number): void {
    if (tookMs > SLOW_MS) this.#items = Math.max(1, Math.floor(this.#items / 2));
    else if (tookMs < QUICK_MS) this.#items = Math.min(MAX_PULL, this.#items * 2);
  }

  /** The connection ended before the page had come. */
  unanswered(): void {
    this.#items = Math.max(1, Math.floor(this.#items / 4));
  }
}
