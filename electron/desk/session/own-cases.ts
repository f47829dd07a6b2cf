import type { CaseBook } from '../case-book.ts';
import type { CaseLogic } from '../case-logic.ts';

/** What of the cases here is the person's own doing. */
export class OwnCases {
  readonly #book: CaseBook;
  readonly #logic: CaseLogic;
  readonly #person: string;

  constructor(book: CaseBook, logic: CaseLogic, person: string) {
    this.#book = book;
    this.#logic = logic;
    this.#person = person;
  }

  /** What somebody has to see to: handed over, or kept by word (OF1). */
  get itemsLeft(): number {
    const mine = this.#book.all().filter(({ state }) => this.#logic.ownerOf(state) === this.#person);
    return mine.reduce((sum, { state }) => sum + this.#logic.itemsLeft(state), 0);
  }

  /** When their call that was logged by hand and is still on began; null without one. */
  get handCallSince(): string | null {
    return this.#book.all().map(({ state }) => this.#logic.handCallSince?.(state, this.#person) ?? null).filter((since) => since !== null).sort().at(-1) ?? null;
  }
}
