const PER_SECOND = 200;
const BURST = 1_000;

/** A bucket that refills: a desktop that sends more than people can cause is put off (RB1). */
export class RateLimit {
  readonly #elapsedMs: () => number;
  #left = BURST;
  #at: number;

  /** @param elapsedMs milliseconds that only grow, from any start */
  constructor(elapsedMs: () => number) {
    this.#elapsedMs = elapsedMs;
    this.#at = elapsedMs();
  }

  allows(): boolean {
    const now = this.#elapsedMs();
    this.#left = Math.min(BURST, this.#left + ((now - this.#at) / 1000) * PER_SECOND);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
