import type { AskBody } from '#shared/protocol/asks.ts';

type Report = AskBody<'tell outbox'>;
export type OutboxStanding = { desktops: number; waiting: number; oldestSeconds: number };

/**
 * What connected desktops told of their unsent work, in memory only. By the connection and not by the desktop: where a new one
 * comes before the old has ended, the old one's end must not take the new one's word away.
 */
export class Outboxes {
  readonly #told = new Map<object, { report: Report; toldMs: number }>();
  readonly #elapsedMs: () => number;

  /** @param elapsedMs milliseconds that only grow, from any start */
  constructor(elapsedMs: () => number) {
    this.#elapsedMs = elapsedMs;
  }

  told(connection: object, report: Report): void {
    if (report.waiting === 0) this.#told.delete(connection);
    else this.#told.set(connection, { report, toldMs: this.#elapsedMs() });
  }

  left(connection: object): void {
    this.#told.delete(connection);
  }

  /** What still waits has grown older since it was told. */
  standing(): OutboxStanding {
    const now = this.#elapsedMs();
    const all = [...this.#told.values()];
    return {
      desktops: all.length,
      waiting: all.reduce((sum, { report }) => sum + report.waiting, 0),
      oldestSeconds: all.reduce((oldest, { report, toldMs }) => Math.max(oldest, report.oldestSeconds + (now - toldMs) / 1_000), 0),
    };
  }
}
