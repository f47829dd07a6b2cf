import type { Environment } from '../environment.ts';

export type LockedBy = 'idle' | 'person';
export type LockState = { why: LockedBy; sinceMs: number };

/** Somebody is being served: looked at again so soon. */
const LOOK_AGAIN_MS = 15_000;

export type DeskLockParts = {
  environment: Pick<Environment, 'now' | 'after'>;
  /** Of no input, by the centre's rule. */
  minutes(): number;
  /** Whether a caller is served here, or waited for: then nothing locks by itself. */
  isServing(): boolean;
  changed(): void;
};

/**
 * Locks the desk after a time without input (ASVS 7.3.1), and when its person says so. Kept by the desk process: what the page believes
 * opens nothing.
 */
export class DeskLock {
  readonly #parts: DeskLockParts;
  #state: LockState | null = null;
  #lastInputMs = 0;
  #cancel: () => void = () => {};

  constructor(parts: DeskLockParts) {
    this.#parts = parts;
  }

  /** Null while it is open. */
  get state(): LockState | null {
    return this.#state;
  }

  /** Somebody has just signed in. */
  begin(): void {
    this.#state = null;
    this.input();
    this.#watch();
  }

  /** The session is over. */
  end(): void {
    this.#cancel();
    this.#state = null;
  }

  /** A key, the mouse, a touch. */
  input(): void {
    this.#lastInputMs = this.#parts.environment.now();
  }

  lock(why: LockedBy): void {
    if (this.#state !== null) return;
    this.#cancel();
    this.#state = { why, sinceMs: this.#parts.environment.now() };
    this.#parts.changed();
  }

  /** The passphrase was right. */
  unlock(): void {
    if (this.#state === null) return;
    this.begin();
    this.#parts.changed();
  }

  #watch(): void {
    this.#cancel();
    const { environment, minutes, isServing } = this.#parts;
    const left = this.#lastInputMs + minutes() * 60_000 - environment.now();
    if (left <= 0 && !isServing()) return this.lock('idle');
    this.#cancel = environment.after(Math.max(left, LOOK_AGAIN_MS), () => this.#watch());
  }
}
