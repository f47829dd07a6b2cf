import type { Environment } from '../environment.ts';
import type { Store } from '../store/store.ts';
import { storeTroubleOf } from '../store/store-refusal.ts';
import { LinkLost } from './link.ts';

type Waiting = {
  /** Runs inside the shared transaction. */
  run(): void;
  /** The transaction is on the disk; or why nothing of it is. */
  settle(failed: { error: unknown } | null): void;
};

/**
 * What the server told is put on the disk together: whatever came while the last transaction waited for the disk shares the
 * next one, and with it one sync. Order of coming is kept. Nothing of it counts as stored before that sync, and what never got
 * there the server tells again.
 */
export class Intake {
  readonly #store: Pick<Store, 'transaction'>;
  readonly #environment: Pick<Environment, 'after'>;
  readonly #stopped: () => boolean;
  #waiting: Waiting[] = [];

  /** @param stopped the session is over, and the file may be closed */
  constructor(store: Pick<Store, 'transaction'>, environment: Pick<Environment, 'after'>, stopped: () => boolean) {
    this.#store = store;
    this.#environment = environment;
    this.#stopped = stopped;
  }

  /**
   * @param work stores something; what it throws undoes its own part only, except for what a disk does, which undoes all
   * @returns what `work` answered, once it is on the disk; rejects with LinkLost where the session ended before
   */
  take<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      let outcome: () => void = () => reject(new LinkLost());
      this.#waiting.push({
        run: () => {
          try {
            const value = this.#store.transaction(work);
            outcome = () => resolve(value);
          } catch (error) {
            if (storeTroubleOf(error) !== null) throw error;
            outcome = () => reject(error);
          }
        },
        settle: (failed) => (failed === null ? outcome() : reject(failed.error)),
      });
      if (this.#waiting.length === 1) this.#environment.after(0, () => this.#turn());
    });
  }

  #turn(): void {
    const together = this.#waiting;
    this.#waiting = [];
    let failed: { error: unknown } | null = null;
    if (!this.#stopped()) {
      try {
        this.#store.transaction(() => together.forEach((one) => one.run()));
      } catch (error) {
        failed = { error };
      }
    }
    for (const one of together) one.settle(failed);
  }
}
