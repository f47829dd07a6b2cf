import { createHash, type Hash } from 'node:crypto';

/** What happened in a world, in order: the same seed gives the same hash. */
export class Trace {
  readonly #hash: Hash = createHash('sha256');
  readonly #startMs: number;
  readonly #now: () => number;
  readonly #told: ((line: string) => void) | null;

  /** @param told gets every line, for one who looks into a seed */
  constructor(startMs: number, now: () => number, told: ((line: string) => void) | null) {
    this.#startMs = startMs;
    this.#now = now;
    this.#told = told;
  }

  say(who: string, what: string): void {
    const line = `${((this.#now() - this.#startMs) / 1000).toFixed(3).padStart(10)} ${who}: ${what}`;
    this.#hash.update(line).update('\n');
    this.#told?.(line);
  }

  get digest(): string {
    return this.#hash.copy().digest('hex');
  }
}
