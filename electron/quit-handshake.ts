/**
 * Asks the page before the desktop closes, because work may be unsent. Nothing is lost either way
 * (it is on disk), so a page that cannot answer does not keep a person from leaving.
 */
import type { QuitAnswer, QuitRequest } from './ipc/bridge.ts';

export interface QuitHandshakeParts {
  /** Sends the question to the page; false where there is no page to ask. */
  ask(request: QuitRequest): boolean;
  /** Closes everything, without asking again. */
  leave(): void;
  after(ms: number, run: () => void): () => void;
}

export const QUIT_ANSWER_MS = 5_000;

export class QuitHandshake {
  #state: 'open' | 'asked' | 'leaving' = 'open';
  #cancelClock: () => void = () => {};
  readonly #parts: QuitHandshakeParts;

  constructor(parts: QuitHandshakeParts) {
    this.#parts = parts;
  }

  get leaving(): boolean {
    return this.#state === 'leaving';
  }

  /** Someone wants to close. Safe to call again while the question stands. */
  request(request: QuitRequest): void {
    if (this.#state !== 'open') return;
    if (!this.#parts.ask(request)) return this.#leave();
    this.#state = 'asked';
    this.#cancelClock = this.#parts.after(QUIT_ANSWER_MS, () => this.#leave());
  }

  /** The page answered. An answer to no question is ignored. */
  answer(answer: QuitAnswer): void {
    if (this.#state !== 'asked') return;
    this.#cancelClock();
    if (answer === 'confirmed') this.#leave();
    if (answer === 'cancelled') this.#state = 'open';
  }

  /** The page is gone (crashed or reloaded): its question is void; where it was dying, leave. */
  pageLost(): void {
    if (this.#state !== 'asked') return;
    this.#cancelClock();
    this.#leave();
  }

  #leave(): void {
    this.#cancelClock();
    this.#state = 'leaving';
    this.#parts.leave();
  }
}
