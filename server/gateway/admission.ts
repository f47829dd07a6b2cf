/**
 * OF5: thousands of desktops come back in the same second after a night without a line. So many are let in a turn, and a turn is
 * no shorter than the event loop needs to come round and serve everybody who is in: a fast server lets in faster, a slow or busy
 * one slower, and nobody who is in waits for more than those few. The others wait at the door for some seconds, since each
 * further try costs a good part of a return; who waits in vain, or finds the door full, is told when to come again, each at a
 * time of its own. Who holds urgent work (a card to be stopped) has places that nobody else is given (OF4).
 */
import type { Refusal } from '#shared/protocol/refusal.ts';

export type AdmissionLimits = {
  /** The shortest turn; one on which the loop is late is as long as that. */
  turnMs: number;
  /** Let in a turn. */
  aTurn: number;
  /** Beside those, for urgent work only. */
  urgentATurn: number;
  /** Wait at the door; beside those, with urgent work only. */
  waiting: number;
  urgentWaiting: number;
  /** Told to come again a second, until it is known how many are let in. */
  perSecond: number;
  /** First pulls that are worked on at the same time; what was captured offline is taken in between. */
  pullsAtOnce: number;
};

/**
 * Who comes back with a cursor costs one to two ms of one core: a turn's twenty make those who are in wait some 40 ms longer, and a
 * thousand a second are about what a core can bear. A start, which folds its cases whole and costs five times that, waits its turn
 * behind `pullsAtOnce`.
 */
export const ADMISSION: AdmissionLimits = { turnMs: 20, aTurn: 20, urgentATurn: 10, waiting: 5_000, urgentWaiting: 500, perSecond: 300, pullsAtOnce: 2 };

/** Well before a desktop gives up (20 s from its first word). */
const WAIT_MS = 12_000;
const LEAST_MS = 500;
/** Nobody is sent away for longer: the places ahead may stay empty. */
const MOST_MS = 60_000;
/** Before that, how many are let in a second is not known. */
const MEASURED_MS = 500;
const SLOWEST_A_SECOND = 1;

type Knocking = { sinceMs: number; answer: (busy: Refusal | null) => void };

/** Places of one kind. */
class Places {
  readonly #aTurn: number;
  readonly #most: number;
  readonly #waiting: Knocking[] = [];
  #given = 0;

  constructor(aTurn: number, most: number) {
    this.#aTurn = aTurn;
    this.#most = most;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** In the order of knocking: nobody overtakes those who wait. */
  take(): boolean {
    if (this.#waiting.length > 0 || this.#given >= this.#aTurn) return false;
    this.#given += 1;
    return true;
  }

  wait(one: Knocking): boolean {
    if (this.#waiting.length >= this.#most) return false;
    this.#waiting.push(one);
    return true;
  }

  /** @returns those who knocked before that, and are not let in any more */
  late(beforeMs: number): Knocking[] {
    const first = this.#waiting.findIndex(({ sinceMs }) => sinceMs >= beforeMs);
    return this.#waiting.splice(0, first === -1 ? this.#waiting.length : first);
  }

  /** @returns those whose turn it is now */
  next(): Knocking[] {
    const next = this.#waiting.splice(0, this.#aTurn);
    this.#given = next.length;
    return next;
  }
}

export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #elapsedMs: () => number;
  readonly #after: (ms: number, run: () => void) => void;
  readonly #everybody: Places;
  readonly #urgent: Places;
  #turning = false;
  /** Since when somebody waits, and how many were let in from then on. */
  #busy: { sinceMs: number; letIn: number } | null = null;
  /** The next time that nobody has been told to come at. */
  #nextMs = 0;
  #pulling = 0;
  readonly #waiting: { urgent: boolean; go: () => void }[] = [];

  /**
   * @param elapsedMs milliseconds that only grow, from any start
   * @param after runs something so many milliseconds later, or as soon as the event loop comes round after that
   */
  constructor(elapsedMs: () => number, after: (ms: number, run: () => void) => void, limits: AdmissionLimits = ADMISSION) {
    this.#limits = limits;
    this.#elapsedMs = elapsedMs;
    this.#after = after;
    this.#everybody = new Places(limits.aTurn, limits.waiting);
    this.#urgent = new Places(limits.urgentATurn, limits.urgentWaiting);
  }

  /**
   * @param urgent what the desktop says: whoever says so wrongly takes a place from those who do so too, and from nobody else
   * @returns null where it is let in, perhaps after some seconds; otherwise when to come again
   */
  async enter(urgent: boolean): Promise<Refusal | null> {
    if (!this.#turning) this.#turnSoon();
    if ((urgent && this.#urgent.take()) || this.#everybody.take()) return null;
    return new Promise((answer) => {
      const one = { sinceMs: this.#elapsedMs(), answer };
      this.#busy ??= { sinceMs: one.sinceMs, letIn: 0 };
      if (!(urgent && this.#urgent.wait(one)) && !this.#everybody.wait(one)) answer(this.#again());
    });
  }

  #turnSoon(): void {
    this.#turning = true;
    this.#after(this.#limits.turnMs, () => this.#turn());
  }

  #turn(): void {
    this.#turning = false;
    const kinds = [this.#urgent, this.#everybody];
    const late = kinds.flatMap((places) => places.late(this.#elapsedMs() - WAIT_MS));
    const next = kinds.flatMap((places) => places.next());
    if (this.#busy !== null) this.#busy.letIn += next.length;
    for (const one of late) one.answer(this.#again());
    for (const one of next) one.answer(null);
    if (next.length > 0) this.#turnSoon();
    else this.#busy = null;
  }

  /** After those who wait, as fast as places become free. */
  #again(): Refusal {
    const now = this.#elapsedMs();
    const busyMs = this.#busy === null ? 0 : now - this.#busy.sinceMs;
    const perSecond = this.#busy === null || busyMs < MEASURED_MS ? this.#limits.perSecond : Math.max(SLOWEST_A_SECOND, (this.#busy.letIn * 1000) / busyMs);
    this.#nextMs = Math.max(now + (this.#everybody.waiting * 1000) / perSecond, this.#nextMs) + 1000 / perSecond;
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
