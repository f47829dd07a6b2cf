/** The server's clock: the one that rules use. The controllable one exists in the demo and in tests only (TP12). */
export interface Clock {
  /** ISO-8601 UTC with milliseconds. */
  now(): string;
  /** Called after the clock was moved by hand; answers the way to stop. */
  onMoved(listener: () => void): () => void;
}

/** Rules ask for the time a dozen times in a millisecond, and writing it out is most of what that costs. */
class Written {
  #ms = Number.NaN;
  #text = '';

  of(ms: number): string {
    if (ms !== this.#ms) [this.#ms, this.#text] = [ms, new Date(ms).toISOString()];
    return this.#text;
  }
}

const written = new Written();
export const realClock: Clock = { now: () => written.of(Date.now()), onMoved: () => () => undefined };

/** A clock that runs with the machine's from wherever it starts, and can be set forward, never back. */
export class ControllableClock implements Clock {
  #offsetMs: number;
  readonly #written = new Written();
  readonly #listeners = new Set<() => void>();

  /** @param startsAt an instant, past ones too; null for the machine's own */
  constructor(startsAt: string | null = null) {
    this.#offsetMs = startsAt === null ? 0 : Date.parse(startsAt) - Date.now();
  }

  now(): string {
    return this.#written.of(Date.now() + this.#offsetMs);
  }

  onMoved(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param to an instant; an earlier one than now changes nothing */
  moveTo(to: string): void {
    const ahead = Date.parse(to) - Date.parse(this.now());
    if (ahead <= 0) return;
    this.#offsetMs += ahead;
    for (const listener of this.#listeners) listener();
  }
}
