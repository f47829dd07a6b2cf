/** The server's clock: the one that rules use. The controllable one exists in the demo and in tests only (TP12). */
export interface Clock {
  /** ISO-8601 UTC with milliseconds. */
  now(): string;
  /** Called after the clock was moved by hand; answers the way to stop. */
  onMoved(listener: () => void): () => void;
}

export const realClock: Clock = { now: () => new Date().toISOString(), onMoved: () => () => undefined };

/** A clock that runs with the machine's from wherever it starts, and can be set forward, never back. */
export class ControllableClock implements Clock {
  #offsetMs: number;
  readonly #listeners = new Set<() => void>();

  /** @param startsAt an instant, past ones too; null for the machine's own */
  constructor(startsAt: string | null = null) {
    this.#offsetMs = startsAt === null ? 0 : Date.parse(startsAt) - Date.now();
  }

  now(): string {
    return new Date(Date.now() + this.#offsetMs).toISOString();
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
