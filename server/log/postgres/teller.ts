/**
 * Tells this server's listeners every commit of the log once, in order and without gaps, whoever made it: its own from
 * memory, those of other servers as these carry them over, or read from the database. What another server appended is learnt from
 * its word, from its notice, from the place that an own commit took after it, and by looking now and then, since either may be
 * lost with a connection.
 */
import type { Appended } from '../log.ts';
import type { BatchHead, Committed } from '../group-rules.ts';
import { LogFailure } from '../log-errors.ts';
import { once } from './timers.ts';

const LOT = 200;
/** A notice comes before the word: for so long the word is waited for, where words have arrived so far. */
const WORD_MS = 2;
/** Words that came before what they follow. */
const MAX_AHEAD = 64;

type Place = Pick<BatchHead, 'batch' | 'position' | 'link'>;
/** One commit as it is told. */
export type ToTell = Pick<BatchHead, 'batch' | 'link'> & { appended: Appended };
/** Commits after a batch, in order. */
export type CommitsAfter = (batch: number, limit: number) => Promise<ToTell[]>;
/** A commit that another server told of, which is opened when its turn comes. */
export type Word = Pick<BatchHead, 'batch' | 'link'> & { after: string; from: number; open: () => Promise<Appended> };

export class Teller {
  readonly #commitsAfter: CommitsAfter;
  readonly #onListenerError: (thrown: unknown) => void;
  readonly #listeners = new Set<(appended: Appended) => void>();
  #told: Place;
  #expected = 0;
  /** Reads, one after another; beside them words are opened, one after another. Whichever brings the next commit first, it is told then. */
  #reading: Promise<void> = Promise.resolve();
  #opening: Promise<void> = Promise.resolve();
  #looking = false;
  #again = false;
  /** By the batch. */
  readonly #ahead = new Map<number, Word>();
  /** Commits of our own, by the batch, that others' before them hold up. */
  readonly #held = new Map<number, { own: ToTell; resolve: () => void }>();
  /** Others' words arrive, as far as is known. */
  #isHurried = false;

  constructor(commitsAfter: CommitsAfter, from: Place, onListenerError: (thrown: unknown) => void) {
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
  async own({ appended, head: { batch, link } }: Committed): Promise<void> {
    if (appended === null) return;
    const own = { batch, link, appended };
    if (appended.from === this.#told.position) return this.#tell(own);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held.set(batch, { own, resolve });
    await Promise.race([promise, this.#read(appended.from)]);
    this.#held.delete(batch);
  }

  /** Another server's word. What is told already, or goes too far ahead, is not taken: it was read, or will be. */
  async heard(word: Word): Promise<void> {
    this.#isHurried = true;
    if (word.batch <= this.#told.batch || this.#ahead.size >= MAX_AHEAD) return;
    this.#ahead.set(word.batch, word);
    if (word.batch === this.#told.batch + 1) await this.#takeWords();
  }

  /** A notice of another server's commit, or of our own. */
  noticed(position: number): void {
    if (position <= this.#told.position || position === this.#expected) return;
    if (!this.#isHurried) return void this.look();
    once(WORD_MS, () => {
      if (position <= this.#told.position) return;
      this.#isHurried = false;
      void this.look();
    });
  }

  /** Reads whatever there is. */
  async look(): Promise<void> {
    this.#again = true;
    if (this.#looking) return;
    this.#looking = true;
    try {
      while (this.#again) {
        this.#again = false;
        await this.#read(Infinity);
      }
    } finally {
      this.#looking = false;
    }
  }

  /** Rejects nothing: what could not be read while the database is away is read by the next look. */
  async #quietly(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      if (!(thrown instanceof LogFailure)) this.#onListenerError(thrown);
    }
  }

  #read(position: number): Promise<void> {
    // What was heard is not read as well.
    this.#reading = this.#reading.then(() => this.#opening).then(() => this.#quietly(() => this.#readUpTo(position)));
    return this.#reading;
  }

  #takeWords(): Promise<void> {
    this.#opening = this.#opening.then(() => this.#quietly(() => this.#openWords()));
    return this.#opening;
  }

  async #readUpTo(position: number): Promise<void> {
    while (this.#told.position < position) {
      const commits = await this.#commitsAfter(this.#told.batch, LOT);
      for (const one of commits) {
        // Another may have been told while this was read.
        if (one.batch === this.#told.batch + 1) this.#tell(one);
      }
      if (commits.length < LOT) return;
    }
  }

  async #openWords(): Promise<void> {
    for (const batch of this.#ahead.keys()) if (batch <= this.#told.batch) this.#ahead.delete(batch);
    for (let word = this.#next(); word !== undefined; word = this.#next()) {
      // SY9: of a history that is no more, or another's: the database tells what there is.
      if (word.after !== this.#told.link || word.from !== this.#told.position) return;
      const { batch, link } = word;
      const appended = await word.open();
      if (batch === this.#told.batch + 1) this.#tell({ batch, link, appended });
    }
  }

  #next(): Word | undefined {
    const batch = this.#told.batch + 1;
    const word = this.#ahead.get(batch);
    this.#ahead.delete(batch);
    return word;
  }

  #tell({ batch, link, appended }: ToTell): void {
    this.#told = { batch, link, position: appended.to };
    for (const listener of this.#listeners) {
      try {
        listener(appended);
      } catch (thrown) {
        this.#onListenerError(thrown);
      }
    }
    const held = this.#held.get(batch + 1);
    if (held !== undefined && held.own.appended.from === appended.to) {
      this.#held.delete(batch + 1);
      this.#tell(held.own);
      held.resolve();
    } else if (this.#ahead.has(batch + 1)) void this.#takeWords();
  }
}
