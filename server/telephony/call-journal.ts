import type { CallEvent } from '#shared/telephony/call-event.ts';
import type { CallState } from '#shared/telephony/call-state.ts';
import { CallBook } from './call-book.ts';
import type { SwitchboardParts } from './switchboard-parts.ts';

type JournalParts = Pick<SwitchboardParts, 'scheduler' | 'record' | 'load' | 'onError' | 'queues' | 'staleMs'> & {
  /** A call has changed; what it says is stored. `stale`: its events are of long ago. */
  onChange(before: CallState | undefined, after: CallState, events: readonly CallEvent[], stale: boolean): void;
};

/**
 * Calls and their events, one step after another: a step sees the whole effect of those before it, so that two
 * desktops, windows or events can never both win (CT2), and nothing is told before it is stored.
 */
export class CallJournal {
  readonly book: CallBook;
  readonly #parts: JournalParts;
  readonly #staleMs: number;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: JournalParts) {
    this.#parts = parts;
    this.#staleMs = parts.staleMs ?? 3_600_000;
    this.book = new CallBook((callId) => parts.load(callId), parts.queues);
  }

  /** Runs a step after all that were asked for before it. */
  run<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#last.then(step);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Every step asked for so far has ended. */
  async quiet(): Promise<void> {
    await this.#last;
  }

  /** Stores what is new of these events and tells it; rejects where they could not be stored. Within a step only. */
  async store(events: readonly CallEvent[]): Promise<void> {
    const perCall = Map.groupBy(events, (event) => event.callId);
    for (const callId of perCall.keys()) await this.book.open(callId);
    const fresh = [...perCall]
      .map(([callId, list]) => ({ callId, list: this.book.fresh(callId, list) }))
      .filter((call) => call.list.length > 0);
    if (fresh.length === 0) return;
    await this.#parts.record(fresh.flatMap((call) => call.list));
    const changes = fresh.map(({ callId, list }) => ({ before: this.book.get(callId)?.state, after: this.book.add(callId, list), list }));
    for (const { before, after, list } of changes) {
      try {
        this.#parts.onChange(before, after.state, list, this.isStale(after.lastAt));
      } catch (error) {
        // The events are stored: a listener that fails must not make the phone system send them again.
        this.#parts.onError(error);
      }
    }
  }

  /** As `store`, for events of our own: a failure is told and answered with false. */
  async storeOwn(events: readonly CallEvent[]): Promise<boolean> {
    try {
      await this.store(events);
      return true;
    } catch (error) {
      this.#parts.onError(error);
      return false;
    }
  }

  /** The time of an event of ours: later than our last one of that call, since we give ours no sequence. */
  stamp(callId: string): string {
    const now = this.#parts.scheduler.now();
    const lastAt = this.book.get(callId)?.lastOwnAt ?? '';
    return lastAt < now ? now : addMs(lastAt, 1);
  }

  isStale(lastAt: string): boolean {
    return addMs(this.#parts.scheduler.now(), -this.#staleMs) > lastAt;
  }
}

export function addMs(at: string, ms: number): string {
  return new Date(Date.parse(at) + ms).toISOString();
}
