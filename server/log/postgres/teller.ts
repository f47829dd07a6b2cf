/**
 * Tells this server's listeners every commit of the log once, in order and without gaps, whoever made it: its own from
 * memory, those of other servers read from the database. What another server appended is learnt from its notice, from the
 * place that an own commit took after it, and by looking now and then, since a notice may be lost with a connection.
 */
import type { Appended } from '../log.ts';
import type { Committed } from '../group-rules.ts';
import { LogFailure } from '../log-errors.ts';

const LOT = 200;

/** Commits after a batch, in order, as they are told. */
export type CommitsAfter = (batch: number, limit: number) => Promise<{ batch: number; appended: Appended }[]>;

export class Teller {
  readonly #commitsAfter: CommitsAfter;
  readonly #onListenerError: (thrown: unknown) => void;
  readonly #listeners = new Set<(appended: Appended) => void>();
  #told: { batch: number; position: number };
  #expected = 0;
  /** One after another: a commit of ours must not pass one of others that is being read. */
  #last: Promise<void> = Promise.resolve();
  #looking = false;
  #again = false;

  constructor(commitsAfter: CommitsAfter, from: { batch: number; position: number }, onListenerError: (thrown: unknown) => void) {
    this.#commitsAfter = commitsAfter;
    this.#told = from;
    this.#onListenerError = onListenerError;
  }

  onAppended(listener: (appended: Appended) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** An own commit up to here is on its way: its notice is news to nobody here. */
  expect(position: number): void {
    this.#expected = position;
  }

  /** What is told so far. */
  get told(): { batch: number; position: number } {
    return this.#told;
  }

  /**
   * After an own commit, before it is answered. Where others' commits before it cannot be read now, all of it is told by the
   * next look: the caller's answer is true all the same.
   */
  async own({ appended, head }: Committed): Promise<void> {
    if (appended === null) return;
    if (appended.from === this.#told.position && !this.#looking) return this.#tell(appended, head.batch);
    await this.#inTurn(async () => {
      await this.#readUpTo(appended.from);
      if (appended.from === this.#told.position) this.#tell(appended, head.batch);
    });
  }

  /** @param position that was heard of; null where nothing was */
  async look(position: number | null): Promise<void> {
    if (position !== null && (position <= this.#told.position || position === this.#expected)) return;
    this.#again = true;
    if (this.#looking) return;
    this.#looking = true;
    try {
      while (this.#again) {
        this.#again = false;
        await this.#inTurn(() => this.#readUpTo(Infinity));
      }
    } finally {
      this.#looking = false;
    }
  }

  /** Rejects nothing: what could not be read while the database is away is read by the next look. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(work).catch((thrown: unknown) => {
      if (!(thrown instanceof LogFailure)) this.#onListenerError(thrown);
    });
    return this.#last;
  }

  async #readUpTo(position: number): Promise<void> {
    while (this.#told.position < position) {
      const commits = await this.#commitsAfter(this.#told.batch, LOT);
      for (const { batch, appended } of commits) {
        // One of ours may have been told while this was read.
        if (batch === this.#told.batch + 1) this.#tell(appended, batch);
      }
      if (commits.length < LOT) return;
    }
  }

  #tell(appended: Appended, batch: number): void {
    this.#told = { batch, position: appended.to };
    for (const listener of this.#listeners) {
      try {
        listener(appended);
      } catch (thrown) {
        this.#onListenerError(thrown);
      }
    }
  }
}
