const PER_SECOND = 200;
const BURST = 1_000;

/** A bucket that refills: a desktop that sends more than people can cause is put off (RB1). */
export class RateLimit {
  #left = BURST;
  #at = performance.now();

  allows(): boolean {
    const now = performance.now();
    this.#left = Math.min(BURST, this.#left + ((now - this.#at) / 1000) * PER_SECOND);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
