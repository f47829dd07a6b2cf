import { createHash } from 'node:crypto';

/**
 * Chance under one seed (sfc32). Each part of a world has a chance of its own by name, so that one more draw in one part
 * leaves all others as they were.
 */
export class Chance {
  readonly #seed: string;
  #a: number;
  #b: number;
  #c: number;
  #count = 1;

  constructor(seed: string) {
    this.#seed = seed;
    const bytes = createHash('sha256').update(seed).digest();
    [this.#a, this.#b, this.#c] = [bytes.readInt32LE(0), bytes.readInt32LE(4), bytes.readInt32LE(8)];
  }

  of(name: string): Chance {
    return new Chance(`${this.#seed}/${name}`);
  }

  /** In [0, 1). */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  }

  /** A whole number from `from` to `to`, both included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  often(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    const one = list[this.int(0, list.length - 1)];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  }

  /** Mostly short, seldom long: milliseconds around `usual`. */
  wait(usual: number): number {
    return Math.max(1, Math.round(usual * (0.2 + 1.6 * this.next() * this.next() * (this.often(0.05) ? 8 : 1))));
  }
}
