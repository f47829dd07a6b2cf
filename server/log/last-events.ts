import type { StreamId } from '#shared/protocol/ids.ts';
import type { StoredEvent } from './log.ts';

/** Enough for every commit that a desktop may still have to be told of from memory. */
const KEPT = 4_000;

/** `bytes`: as in `HeldEvent`. */
type LastEvent = { stored: StoredEvent; bytes: number | null };

/** The events committed last, by position. */
export class LastEvents {
  readonly #events = new Map<number, LastEvent>();

  follow(events: readonly StoredEvent[]): void {
    for (const stored of events) this.#events.set(stored.position, { stored, bytes: null });
    for (const oldest of this.#events.keys()) {
      if (this.#events.size <= KEPT) return;
      this.#events.delete(oldest);
    }
  }

  at(position: number): LastEvent | null {
    return this.#events.get(position) ?? null;
  }

  /** PR7: a body of this case can be opened no longer. */
  forget(stream: StreamId): void {
    for (const [position, { stored }] of this.#events) if (stored.envelope.case === stream) this.#events.delete(position);
  }
}
