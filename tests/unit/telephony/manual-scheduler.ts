import type { Scheduler } from '../../../server/telephony/scheduler.ts';

/** A clock that stands still until it is told to move; timers fire in order, and what they set off runs to its end. */
export class ManualScheduler implements Scheduler {
  #now: number;
  #timers: { due: number; order: number; fn: () => void }[] = [];
  #order = 0;

  constructor(start: string) {
    this.#now = Date.parse(start);
  }

  now(): string {
    return new Date(this.#now).toISOString();
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { due: this.#now + ms, order: this.#order++, fn };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((t) => t !== timer);
    };
  }

  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      await settled();
      const next = this.#timers.filter((t) => t.due <= until).toSorted((a, b) => a.due - b.due || a.order - b.order)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((t) => t !== next);
      this.#now = Math.max(this.#now, next.due);
      next.fn();
    }
    this.#now = until;
    await settled();
  }
}

/** All promises that can settle without a timer or a socket have. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}
