import { MAX_PUSH } from '#shared/protocol/wire.ts';
import { BATCH_BYTES } from './batch.ts';

/** On their way at once, at most. */
const MAX_FLIGHTS = 4;
const FEWEST = 4;
const SLOW_MS = 2_000;
const QUICK_MS = 1_000;

/**
 * How much may be on its way: one message at first, then as many as are answered quickly, never above a fixed bound;
 * less where answers take long, so that a slow server is waited for and not asked again for what it is still doing.
 */
export class PushWindow {
  #flights = 1;
  #commands = MAX_PUSH;

  /** A new connection: how fast it is has to show. */
  begin(): void {
    this.#flights = 1;
  }

  /** Commands in the next message. */
  get commands(): number {
    return this.#commands;
  }

  /** Bytes in the next message. */
  get bytes(): number {
    return BATCH_BYTES;
  }

  allows(flights: number, bytes: number): boolean {
    return flights < this.#flights && bytes <= (MAX_FLIGHTS - 1) * BATCH_BYTES;
  }

  answered(tookMs: number): void {
    if (tookMs > SLOW_MS) {
      this.#flights = 1;
      this.#commands = Math.max(FEWEST, Math.floor(this.#commands / 2));
    } else if (tookMs < QUICK_MS) {
      this.#flights = Math.min(MAX_FLIGHTS, this.#flights + 1);
      this.#commands = Math.min(MAX_PUSH, this.#commands * 2);
    }
  }
}
