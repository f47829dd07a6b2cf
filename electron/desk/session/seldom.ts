import type { Environment } from '../environment.ts';

/** Tells at once, and then no more often than every so many milliseconds; the last change is always told. */
export class Seldom {
  readonly #environment: Pick<Environment, 'now' | 'after'>;
  readonly #everyMs: number;
  readonly #tell: () => void;
  #toldMs = Number.NEGATIVE_INFINITY;
  #planned = false;
  #cancel: () => void = () => {};

  constructor(environment: Pick<Environment, 'now' | 'after'>, everyMs: number, tell: () => void) {
    this.#environment = environment;
    this.#everyMs = everyMs;
    this.#tell = tell;
  }

  changed(): void {
    if (this.#planned) return;
    const since = this.#environment.now() - this.#toldMs;
    // A clock that was set back must not silence it.
    if (since >= this.#everyMs || since < 0) return this.now();
    this.#planned = true;
    this.#cancel = this.#environment.after(this.#everyMs - since, () => this.now());
  }

  now(): void {
    this.stop();
    this.#toldMs = this.#environment.now();
    this.#tell();
  }

  stop(): void {
    this.#cancel();
    this.#planned = false;
  }
}
