import type { SetAsideStream } from '#shared/protocol/sync-view.ts';
import { instantOf } from '../environment.ts';
import type { Store } from '../store/store.ts';

const FIRST_MS = 60_000;
const LONGEST_MS = 3_600_000;

/** A clock that was ahead when this was written and has been put right must not make it wait longer than anything ever waits. */
function waitOf({ tryAt }: SetAsideStream, nowMs: number): number {
  const wait = Date.parse(tryAt) - nowMs;
  return wait > LONGEST_MS ? 0 : wait;
}

/**
 * Cases whose commands make the server fail: kept in the file with the reason, shown, and left out of what is sent until
 * they are tried again, by the person at once and by itself ever more seldom. Nothing of them is dropped (SY3).
 */
export class SetAside {
  readonly #meta: Store['meta'];
  readonly #outbox: Pick<Store['outbox'], 'unsentOf'>;
  #held: readonly SetAsideStream[];

  constructor(store: Pick<Store, 'meta' | 'outbox'>) {
    this.#meta = store.meta;
    this.#outbox = store.outbox;
    this.#held = store.meta.get('setAside') ?? [];
  }

  list(): readonly SetAsideStream[] {
    return this.#held;
  }

  /** Not to be sent now. */
  has(stream: string, nowMs: number): boolean {
    return this.#held.some((one) => one.stream === stream && waitOf(one, nowMs) > 0);
  }

  /** Until the next of them comes due, ms; null where none is waiting. */
  nextDueMs(nowMs: number): number | null {
    const waits = this.#held.map((one) => waitOf(one, nowMs)).filter((wait) => wait > 0);
    return waits.length === 0 ? null : Math.min(...waits);
  }

  /** @param why what the server said, or `no-answer` @returns false where there is nothing of it to set aside */
  add(stream: string, why: string, nowMs: number): boolean {
    const [first] = this.#outbox.unsentOf(stream, 1);
    if (first === undefined) return false;
    const before = this.#held.find((one) => one.stream === stream);
    const tries = (before?.tries ?? 0) + 1;
    const wait = Math.min(LONGEST_MS, FIRST_MS * 4 ** (tries - 1));
    this.#write([...this.#held.filter((one) => one.stream !== stream), {
      stream, command: first.id, kind: first.kind, code: why, at: before?.at ?? instantOf(nowMs), tries, tryAt: instantOf(nowMs + wait),
    }]);
    return true;
  }

  /** The server has answered for it. */
  remove(streams: Iterable<string>): boolean {
    const fine = new Set(streams);
    if (!this.#held.some((one) => fine.has(one.stream))) return false;
    this.#write(this.#held.filter((one) => !fine.has(one.stream)));
    return true;
  }

  /** Due at once: of one case, or of all where the server has changed. */
  tryAgain(stream: string | null, now: string): void {
    if (this.#held.length === 0) return;
    this.#write(this.#held.map((one) => (stream === null || one.stream === stream ? { ...one, tryAt: now } : one)));
  }

  #write(held: readonly SetAsideStream[]): void {
    if (held.length === 0) this.#meta.clear('setAside');
    else this.#meta.set('setAside', [...held]);
    this.#held = held;
  }
}
