import { v7 as uuidv7 } from 'uuid';
import type { Scheduler } from '../telephony/scheduler.ts';
import type { Bus } from './bus.ts';
import type { DutyWork } from './node-message.ts';

/** Asked again so often while nothing comes: the question may be lost, or whom it was for. */
const AGAIN_MS = 1_500;
/** As long as the takeover of a node that died takes, and some more. */
const PATIENCE_MS = 12_000;
/** An answer is told again to whoever asks again, for as long as anybody may. */
const REMEMBER_MS = 2 * PATIENCE_MS;

type Waiting = { work: DutyWork; settle: (answer: unknown) => void; tries: () => void };

export type DutyLineParts = {
  bus: Bus;
  /** The node on duty, or null. */
  holder: () => string | null;
  /** Whether this node is. */
  holds: () => boolean;
  /** Does the work, on the node on duty. */
  work: (work: DutyWork) => Promise<unknown>;
  scheduler: Scheduler;
};

/**
 * The line to the node on duty: what it alone may do is asked of it, and by whoever is asked done once, however often the
 * question arrives. A question that was lost, or was for a node that has died, is asked again.
 */
export class DutyLine {
  readonly #parts: DutyLineParts;
  readonly #waiting = new Map<string, Waiting>();
  readonly #done = new Map<string, Promise<unknown>>();

  constructor(parts: DutyLineParts) {
    this.#parts = parts;
    parts.bus.onMessage((from, message) => {
      if (message.kind === 'work' && message.to === parts.bus.node) this.#asked(from, message.id, message.work);
      if (message.kind === 'answer' && message.to === parts.bus.node) this.#waiting.get(message.id)?.settle(message.answer);
    });
  }

  /** @returns what the node on duty answered, or null where nobody did in time: it may have been done or not */
  async ask(work: DutyWork): Promise<{ answer: unknown } | null> {
    const { holds, scheduler } = this.#parts;
    if (holds()) return { answer: await this.#parts.work(work) };
    const id = uuidv7();
    return new Promise((resolve) => {
      let cancel = (): void => undefined;
      const over = scheduler.after(PATIENCE_MS, () => end(null));
      const end = (outcome: { answer: unknown } | null): void => {
        if (!this.#waiting.delete(id)) return;
        cancel();
        over();
        resolve(outcome);
      };
      const tries = (): void => {
        cancel();
        // Duty has come here meanwhile.
        if (holds()) {
          this.#doneOnce(id, work).then((answer) => end({ answer }), () => end(null));
          return;
        }
        const to = this.#parts.holder();
        if (to !== null) this.#parts.bus.tell({ kind: 'work', id, to, work });
        cancel = scheduler.after(AGAIN_MS, tries);
      };
      this.#waiting.set(id, { work, settle: (answer) => end({ answer }), tries });
      tries();
    });
  }

  /** Not waited for, and lost where it is: what is told so is looked up on the next round anyway. */
  tell(work: DutyWork): void {
    const { holds, holder, bus } = this.#parts;
    if (holds()) return void this.#parts.work(work).catch(() => undefined);
    const to = holder();
    if (to !== null) bus.tell({ kind: 'work', id: uuidv7(), to, work });
  }

  /** Somebody else is on duty, or this node: whoever waits asks at once. */
  moved(): void {
    for (const { tries } of this.#waiting.values()) tries();
  }

  #asked(from: string, id: string, work: DutyWork): void {
    // Whoever asks has not heard yet who took over; it asks again when it has.
    if (!this.#parts.holds()) return;
    this.#doneOnce(id, work).then((answer) => this.#parts.bus.tell({ kind: 'answer', id, to: from, answer }), () => undefined);
  }

  #doneOnce(id: string, work: DutyWork): Promise<unknown> {
    const known = this.#done.get(id);
    if (known !== undefined) return known;
    const done = this.#parts.work(work);
    this.#done.set(id, done);
    this.#parts.scheduler.after(REMEMBER_MS, () => this.#done.delete(id));
    return done;
  }
}
