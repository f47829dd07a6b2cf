import type { Environment } from '../environment.ts';

const EVERY_MS = 5_000;
/** Later than this is no busy machine but one that slept, or a clock that was set. */
const LATE_MS = 15_000;

/** Tells when the machine slept: a short wait that took far longer by the clock (CT3). */
export class SleepWatch {
  readonly #environment: Pick<Environment, 'now' | 'after'>;
  readonly #awake: () => void;
  #cancel: () => void = () => {};

  /** @param awake told after each sleep */
  constructor(environment: Pick<Environment, 'now' | 'after'>, awake: () => void) {
    this.#environment = environment;
    this.#awake = awake;
  }

  start(): void {
    this.stop();
    const began = this.#environment.now();
    this.#cancel = this.#environment.after(EVERY_MS, () => {
      const took = this.#environment.now() - began;
      this.start();
      if (took > EVERY_MS + LATE_MS) this.#awake();
    });
  }

  stop(): void {
    this.#cancel();
    this.#cancel = () => {};
  }
}
