import type { CaseState } from '#shared/case/state.ts';
import type { EventLog } from '../log/log.ts';
import { isOpen, type CaseStore } from './case-store.ts';

const isCase = (stream: string): boolean => !stream.includes(':');

/**
 * Every case that is not closed, kept up to date with the log: what waiting lists, callbacks and follow-ups are read
 * from. "Due" is a query over these, never an event.
 */
export class OpenCases {
  readonly #open = new Map<string, CaseState>();
  /** Of them: what the review desk is made from is looked at each second, and few cases have any. */
  readonly #withReviews = new Map<string, CaseState>();
  readonly #cases: CaseStore;
  readonly #listeners = new Set<(state: CaseState, kinds: ReadonlySet<string>) => void | Promise<void>>();
  readonly #onError: (error: unknown) => void;
  #last: Promise<unknown> = Promise.resolve();
  #forgotten = 0;

  /** @param onError told of a listener that failed; the next change is told all the same */
  constructor(cases: CaseStore, onError: (error: unknown) => void) {
    this.#cases = cases;
    this.#onError = onError;
  }

  /**
   * Follows the log, and folds what is in it: followed first, so that what another node appends meanwhile is not missed.
   * @param folded told of every case that is read, those closed lately too
   * @param since cases that were closed before are not read: with years of log they are nearly all
   */
  async start(log: EventLog, since: string, folded: (state: CaseState) => void = () => undefined): Promise<void> {
    const moved = new Set<string>();
    log.onAppended(({ events: appended }) => {
      try {
        this.#cases.follow(appended);
      } catch (error) {
        // What could not be folded here is read when it is asked for; the other cases of the commit go on.
        this.#onError(error);
      }
      const touched = Map.groupBy(appended.map(({ envelope }) => envelope).filter((envelope) => isCase(envelope.case)), (envelope) => envelope.case as string);
      for (const [id, events] of touched) {
        const kinds = new Set(events.map((event) => event.kind));
        moved.add(id);
        this.#last = this.#last.then(() => this.#changed(id, kinds)).catch(this.#onError);
      }
    });
    for (const stream of await log.casesOpenSince(since)) {
      const state = await this.#cases.load(stream);
      if (state === null) continue;
      folded(state);
      // What has moved meanwhile is held as the change told it.
      if (isOpen(state) && !moved.has(stream)) this.#hold(state);
    }
    await this.settled();
    moved.clear();
  }

  /** Called with the case as it stands after each change, one after another; `kinds` are the events that changed it. */
  onChanged(listener: (state: CaseState, kinds: ReadonlySet<string>) => void | Promise<void>): void {
    this.#listeners.add(listener);
  }

  all(): CaseState[] {
    return [...this.#open.values()];
  }

  withReviews(): CaseState[] {
    return [...this.#withReviews.values()];
  }

  #hold(state: CaseState): void {
    this.#open.set(state.id, state);
    if (Object.keys(state.reviews).length > 0) this.#withReviews.set(state.id, state);
    else this.#withReviews.delete(state.id);
  }

  #drop(id: string): boolean {
    this.#withReviews.delete(id);
    return this.#open.delete(id);
  }

  get(id: string): CaseState | undefined {
    return this.#open.get(id);
  }

  /** The case as it was folded last, a closed one while it is kept; its version tells whether the log has gone on since. */
  folded(id: string): CaseState | null {
    const [kept, open] = [this.#cases.held(id), this.#open.get(id) ?? null];
    return kept === null || (open !== null && open.version > kept.version) ? open : kept;
  }

  /** PR7: bodies of this case can be opened no longer. Nobody is told: nothing has happened to the case. */
  async forget(id: string): Promise<void> {
    this.#forgotten += 1;
    this.#cases.forget(id);
    if (!this.#drop(id)) return;
    const state = await this.#load(id);
    if (state !== null && isOpen(state)) this.#hold(state);
  }

  /** PR7: what was read before a body was erased must not be held after it. */
  async #load(id: string): Promise<CaseState | null> {
    for (;;) {
      const forgotten = this.#forgotten;
      const state = await this.#cases.load(id);
      if (forgotten === this.#forgotten) return state;
    }
  }

  /** Resolves when everything appended before this call has been told to the listeners. */
  async settled(): Promise<void> {
    await this.#last;
  }

  async #changed(id: string, kinds: ReadonlySet<string>): Promise<void> {
    // Followed just now, so that it is not read again with each commit; where it is not held it is.
    const state = this.#cases.held(id) ?? await this.#load(id);
    if (state === null) return;
    if (isOpen(state)) this.#hold(state);
    else this.#drop(id);
    for (const listener of this.#listeners) await listener(state, kinds);
  }
}
