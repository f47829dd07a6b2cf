import type { AskBody } from '#shared/protocol/asks.ts';
import type { Environment } from '../environment.ts';
import type { Waiting } from '../store/outbox.ts';

export type OutboxReport = AskBody<'tell outbox'>;

const EVERY_MS = 60_000;
/** What the server takes of a desktop that has said nothing on this connection. */
const NOTHING: OutboxReport = { waiting: 0, oldestSeconds: 0 };
const COUNTS = [1, 10, 100, 1_000, 10_000];
const AGES = [10, 60, 600, 3_600, 36_000];

const magnitude = (value: number, steps: readonly number[]): number => steps.filter((step) => value >= step).length;

/** @param nowMs on the same clock as the commands were made on; one that was set back makes nothing younger than new */
export const reportOf = ({ waiting, oldest }: Waiting, nowMs: number): OutboxReport =>
  ({ waiting, oldestSeconds: oldest === null ? 0 : Math.max(0, Math.round((nowMs - Date.parse(oldest)) / 1_000)) });

/** Whether somebody who watches a centre would see the difference. */
export const differs = (told: OutboxReport, now: OutboxReport): boolean =>
  magnitude(told.waiting, COUNTS) !== magnitude(now.waiting, COUNTS) || magnitude(told.oldestSeconds, AGES) !== magnitude(now.oldestSeconds, AGES);

export type OutboxTellerParts = {
  environment: Pick<Environment, 'after'>;
  nowMs(): number;
  waiting(): Waiting;
  isOnline(): boolean;
  /** @returns whether the server has heard it */
  tell(report: OutboxReport): Promise<boolean>;
  report(error: unknown): void;
};

/**
 * Tells the server how much waits here and how old it is: when a connection stands, and then once a minute where it has
 * become another magnitude. It looks at the file once a minute, so a command that is answered at once is told of to nobody.
 */
export class OutboxTeller {
  readonly #parts: OutboxTellerParts;
  #told = NOTHING;
  #cancel: () => void = () => {};

  constructor(parts: OutboxTellerParts) {
    this.#parts = parts;
  }

  /** A connection stands. */
  begin(): void {
    this.stop();
    this.#told = NOTHING;
    this.#look();
  }

  stop(): void {
    this.#cancel();
    this.#cancel = () => {};
  }

  #look(): void {
    // Offline nothing is looked at until `begin`.
    if (!this.#parts.isOnline()) return;
    this.#cancel = this.#parts.environment.after(EVERY_MS, () => this.#look());
    try {
      const now = reportOf(this.#parts.waiting(), this.#parts.nowMs());
      if (!differs(this.#told, now)) return;
      const before = this.#told;
      this.#told = now;
      this.#parts.tell(now).then((heard) => {
        if (!heard && this.#told === now) this.#told = before;
      }, this.#parts.report);
    } catch (error) {
      this.#parts.report(error);
    }
  }
}
