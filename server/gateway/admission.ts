/**
 * OF5: thousands of desktops come back in the same second after a night without a line. Those whom the server can serve are
 * let in at once; the others are told when to come again, each at a time of its own, so that they arrive as fast as they can
 * be served and not faster. Who holds urgent work (a card to be stopped) has places that nobody else is given (OF4).
 */
import type { Refusal } from '#shared/protocol/refusal.ts';

export type AdmissionLimits = {
  /** Let in at once, after a quiet time. */
  burst: number;
  /** Let in a second, from then on. */
  perSecond: number;
  /** Beside those, for urgent work only. */
  urgentBurst: number;
  urgentPerSecond: number;
  /** First pulls that are worked on at the same time; what was captured offline is taken in between. */
  pullsAtOnce: number;
};

/**
 * Who comes back with a cursor costs some 2 ms of one core, and leaves the rest of it to those who are in: 5,000 desktops are in
 * within twenty seconds. A start, which folds its cases whole and costs five times that, waits its turn behind `pullsAtOnce`.
 */
export const ADMISSION: AdmissionLimits = { burst: 200, perSecond: 300, urgentBurst: 100, urgentPerSecond: 50, pullsAtOnce: 2 };

const LEAST_MS = 500;
/** Nobody is sent away for longer: the places ahead may stay empty. */
const MOST_MS = 60_000;

class Bucket {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #elapsedMs: () => number;
  #left: number;
  #at: number;

  constructor(burst: number, perSecond: number, elapsedMs: () => number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#elapsedMs = elapsedMs;
    this.#left = burst;
    this.#at = elapsedMs();
  }

  take(): boolean {
    const now = this.#elapsedMs();
    this.#left = Math.min(this.#burst, this.#left + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #elapsedMs: () => number;
  readonly #everybody: Bucket;
  readonly #urgent: Bucket;
  /** The next time that nobody has been told to come at. */
  #nextMs = 0;
  #pulling = 0;
  readonly #waiting: { urgent: boolean; go: () => void }[] = [];

  /** @param elapsedMs milliseconds that only grow, from any start */
  constructor(elapsedMs: () => number, limits: AdmissionLimits = ADMISSION) {
    this.#limits = limits;
    this.#elapsedMs = elapsedMs;
    this.#everybody = new Bucket(limits.burst, limits.perSecond, elapsedMs);
    this.#urgent = new Bucket(limits.urgentBurst, limits.urgentPerSecond, elapsedMs);
  }

  /**
   * @param urgent what the desktop says: whoever says so wrongly takes a place from those who do so too, and from nobody else
   * @returns null where it is let in, otherwise when to come again
   */
  enter(urgent: boolean): Refusal | null {
    if (urgent && this.#urgent.take()) return null;
    if (this.#everybody.take()) return null;
    const now = this.#elapsedMs();
    this.#nextMs = Math.max(now, this.#nextMs) + 1000 / this.#limits.perSecond;
    // Beyond a minute they share the times again, which their own jitter spreads.
    if (this.#nextMs > now + MOST_MS) this.#nextMs = now + LEAST_MS;
    return { code: 'busy', detail: { retryAfterMs: Math.round(Math.max(LEAST_MS, this.#nextMs - now)) } };
  }

  /** Works on a first pull when its turn has come; urgent desktops' turns come first. */
  async inTurn<T>(urgent: boolean, work: () => Promise<T>): Promise<T> {
    if (this.#pulling >= this.#limits.pullsAtOnce) {
      await new Promise<void>((resolve) => {
        const before = urgent ? this.#waiting.findIndex((one) => !one.urgent) : -1;
        this.#waiting.splice(before === -1 ? this.#waiting.length : before, 0, { urgent, go: resolve });
      });
    } else this.#pulling += 1;
    try {
      return await work();
    } finally {
      // The place is handed on, not given back, so that nobody comes between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#pulling -= 1;
      else next.go();
    }
  }
}
