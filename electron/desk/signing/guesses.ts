import { refuse, type Refusal } from '#shared/protocol/refusal.ts';
import type { Meta } from '../store/meta.ts';
import { instantOf } from '../environment.ts';
import type { CorrectedClock } from '../sync/corrected-clock.ts';

export const MAX_GUESSES = 5;
export const LOCK_MS = 15 * 60_000;

/**
 * Wrong passphrases in a row at this session's key. Each is counted on disk before it is checked, so that ending the
 * program does not save a guess (as OF3), and checked one after the other, so that asking at once does not either.
 */
export class Guesses {
  readonly #meta: Pick<Meta, 'get' | 'set'>;
  readonly #clock: Pick<CorrectedClock, 'nowMs'>;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(meta: Pick<Meta, 'get' | 'set'>, clock: Pick<CorrectedClock, 'nowMs'>) {
    this.#meta = meta;
    this.#clock = clock;
  }

  /** The session is over, and the file with it. */
  close(): void {
    this.#closed = true;
  }

  /** @returns `locked-out` for a quarter of an hour after the fifth wrong one */
  lock(): { refusal: Refusal } | null {
    const held = this.#meta.get('guesses');
    if (held === null || held.count < MAX_GUESSES) return null;
    return this.#clock.nowMs() < Date.parse(held.at) + LOCK_MS ? refuse('locked-out', { until: instantOf(Date.parse(held.at) + LOCK_MS) }) : null;
  }

  /**
   * @param check resolves to null where the passphrase was wrong
   * @returns what it resolved to, or `wrong-passphrase` with how many are left, or `locked-out`
   */
  guess<T>(check: () => Promise<T | null>): Promise<{ value: T } | { refusal: Refusal }> {
    const mine = this.#last.then(() => this.#guess(check));
    this.#last = mine.catch(() => {});
    return mine;
  }

  async #guess<T>(check: () => Promise<T | null>): Promise<{ value: T } | { refusal: Refusal }> {
    if (this.#closed) return refuse('signed-out');
    const locked = this.lock();
    if (locked !== null) return locked;
    const before = this.#meta.get('guesses')?.count ?? 0;
    const count = before >= MAX_GUESSES ? 1 : before + 1;
    this.#meta.set('guesses', { count, at: instantOf(this.#clock.nowMs()) });
    const value = await check();
    if (this.#closed) return refuse('signed-out');
    if (value === null) return this.lock() ?? refuse('wrong-passphrase', { left: MAX_GUESSES - count });
    this.#meta.set('guesses', { count: 0, at: instantOf(this.#clock.nowMs()) });
    return { value };
  }
}
