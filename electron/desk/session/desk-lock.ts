import type { Environment } from '../environment.ts';

export type LockedBy = 'idle' | 'person';
export type LockState = { why: LockedBy; sinceMs: number };

/** The centre's time is told after the first sign-in and may change, and so does who is served: looked at again so soon. */
const LOOK_AGAIN_MS = 15_000;
/** So long before it locks it is said, or half the centre's time where that is less. */
const WARNING_MS = 60_000;
const CLOCK_JITTER_MS = 60_000;
/** While it is said: what rings meanwhile takes it back so soon. */
const LOOK_WARNED_MS = 1_000;

export type DeskLockParts = {
  environment: Pick<Environment, 'now' | 'after'>;
  /** Of no input, by the centre's rule. */
  minutes(): number;
  /** Whether a caller is served here, or waited for: then nothing locks by itself. */
  isServing(): boolean;
  /** When the call whose wrap-up is on ended: the person was there until then; null without one. */
  callEndedMs(): number | null;
  changed(): void;
  /** That it will lock itself is to be said, or no more. */
  warned(): void;
};

/**
 * Locks the desk after a time without input (ASVS 7.3.1), and when its person says so. Kept by the desk process: what the page believes
 * opens nothing.
 */
export class DeskLock {
  readonly #parts: DeskLockParts;
  #state: LockState | null = null;
  #lastInputMs = 0;
  #locksAtMs: number | null = null;
  #wasServing = false;
  #cancel: () => void = () => {};

  constructor(parts: DeskLockParts) {
    this.#parts = parts;
  }

  /** Null while it is open. */
  get state(): LockState | null {
    return this.#state;
  }

  /** When it locks itself, from a minute before; null while that is further off. */
  get locksAtMs(): number | null {
    return this.#locksAtMs;
  }

  /** Somebody has just signed in. */
  begin(): void {
    this.#forget();
    this.#lastInputMs = this.#parts.environment.now();
    this.#watch();
  }

  /** The session is over. */
  end(): void {
    this.#cancel();
    this.#forget();
  }

  #forget(): void {
    this.#state = null;
    this.#locksAtMs = null;
    this.#wasServing = false;
  }

  /** A key, the mouse, a touch. */
  input(): void {
    this.#lastInputMs = this.#parts.environment.now();
    if (this.#locksAtMs === null) return;
    this.#warn(null);
    this.#watch();
  }

  lock(why: LockedBy): void {
    if (this.#state !== null) return;
    this.#cancel();
    this.#locksAtMs = null;
    this.#state = { why, sinceMs: this.#parts.environment.now() };
    this.#parts.changed();
  }

  /** The passphrase was right. */
  unlock(): void {
    if (this.#state === null) return;
    this.begin();
    this.#parts.changed();
  }

  #warn(locksAtMs: number | null): void {
    if (this.#locksAtMs === locksAtMs) return;
    this.#locksAtMs = locksAtMs;
    this.#parts.warned();
  }

  #watch(): void {
    this.#cancel();
    const { environment, minutes, isServing, callEndedMs } = this.#parts;
    const now = environment.now();
    const idleMs = minutes() * 60_000;
    const warningMs = Math.min(WARNING_MS, idleMs / 2);
    const ended = callEndedMs() ?? 0;
    // One that has not happened yet is a clock that was set: it must not keep the desk open.
    const until = Math.max(this.#lastInputMs, ended > now + CLOCK_JITTER_MS ? 0 : ended) + idleMs;
    const lookAgain = (ms: number): void => {
      this.#cancel = environment.after(ms, () => this.#watch());
    };
    if (isServing()) {
      this.#wasServing = true;
      this.#warn(null);
      return lookAgain(LOOK_AGAIN_MS);
    }
    // Whoever was served until now may sit here all the same: they are told first, as anybody is.
    const locksAt = this.#wasServing ? Math.max(until, now + warningMs) : Math.max(until, this.#locksAtMs ?? 0);
    this.#wasServing = false;
    const left = locksAt - now;
    if (left <= 0) return this.lock('idle');
    this.#warn(left <= warningMs ? locksAt : null);
    lookAgain(left <= warningMs ? Math.min(left, LOOK_WARNED_MS) : Math.min(left - warningMs, LOOK_AGAIN_MS));
  }
}
