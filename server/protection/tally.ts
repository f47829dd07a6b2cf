import type { Counter } from './rates.ts';

/** Told to the counter in lots: a message never waits for a store, and costs it a twentieth of a request. */
const LOT = 20;

type Held = { untold: number; /** Answers on their way. */ asked: number; shutUntilMs: number };

/**
 * A counter for what cannot wait for its answer. What came over the rate since the last lot goes through; from the answer
 * on the key is shut, as long as the counter says.
 */
export class Tally {
  readonly #counter: Counter;
  readonly #elapsedMs: () => number;
  readonly #held = new Map<string, Held>();

  /** @param elapsedMs milliseconds that only grow, from any start */
  constructor(counter: Counter, elapsedMs: () => number) {
    this.#counter = counter;
    this.#elapsedMs = elapsedMs;
  }

  /** @returns as `Counter.take`, at once */
  take(key: string): number {
    const shut = this.shut(key);
    if (shut > 0) return shut;
    const held = this.#held.get(key) ?? { untold: 0, asked: 0, shutUntilMs: 0 };
    this.#held.set(key, held);
    held.untold += 1;
    if (held.untold >= LOT) this.#tell(key, held);
    return 0;
  }

  /** How long this key is shut still, in milliseconds. */
  shut(key: string): number {
    return Math.max(0, Math.ceil((this.#held.get(key)?.shutUntilMs ?? 0) - this.#elapsedMs()));
  }

  /** Nobody is here of this key any more; what is shut stays shut. */
  rest(key: string): void {
    const held = this.#held.get(key);
    if (held === undefined) return;
    if (held.untold > 0) this.#tell(key, held);
    else if (this.shut(key) === 0) this.#held.delete(key);
  }

  #tell(key: string, held: Held): void {
    const points = held.untold;
    held.untold = 0;
    held.asked += 1;
    this.#counter.take(key, points).catch(() => 0).then((waitMs) => {
      held.asked -= 1;
      if (waitMs > 0) held.shutUntilMs = this.#elapsedMs() + waitMs;
      // Nothing to remember: whoever has more to say begins anew.
      else if (held.untold + held.asked === 0 && this.shut(key) === 0) this.#held.delete(key);
    }, () => undefined);
  }
}
