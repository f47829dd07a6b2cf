/** A process of the world: what it planned goes with it when it dies. */
export type Process = { readonly name: string; alive: boolean };

type Planned = { at: number; order: number; process: Process; run: () => void; cancelled: boolean };

/** Every turn of a promise chain, and no other work, happens between two planned things. */
const turnOfTheLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * The one clock and the one queue of a world. Nothing waits for real: the next planned thing is run, every promise that it
 * settles is followed to its end, then the next one. Nothing of the product may be waited for that is done elsewhere
 * (a thread, the disk, a socket), or the order would not be the seed's.
 */
export class VirtualTime {
  #nowMs: number;
  #order = 0;
  readonly #heap: Planned[] = [];
  /** After each planned thing and all that followed from it. */
  afterEach: () => void = () => undefined;
  steps = 0;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** @returns what cancels it */
  after(ms: number, process: Process, run: () => void): () => void {
    const planned: Planned = { at: this.#nowMs + Math.max(0, Math.round(ms)), order: ++this.#order, process, run, cancelled: false };
    this.#push(planned);
    return () => {
      planned.cancelled = true;
    };
  }

  /** A process that waits; where it dies meanwhile, for ever. */
  sleep(ms: number, process: Process): Promise<void> {
    return new Promise((resolve) => void this.after(ms, process, resolve));
  }

  /** Runs what is planned up to an instant, which is now afterwards. */
  async runUntil(untilMs: number): Promise<void> {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.at > untilMs) break;
      this.#pop();
      if (next.cancelled || !next.process.alive) continue;
      this.#nowMs = next.at;
      this.steps += 1;
      next.run();
      await turnOfTheLoop();
      this.afterEach();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  #before(a: Planned, b: Planned): boolean {
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  #push(planned: Planned): void {
    const heap = this.#heap;
    let at = heap.push(planned) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(planned, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = planned;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!this.#before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}
