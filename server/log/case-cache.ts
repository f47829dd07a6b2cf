/**
 * Cases as the feed has read and folded them, the most lately used ones. Events never change, so what is held stays
 * true and only the tail is read; what may change is whether a body can be opened (PR7): then the case is forgotten.
 */
import type { FoldedEvent } from '#shared/case/decision.ts';
import type { StreamId } from '#shared/protocol/ids.ts';
import type { StoredEvent } from './log.ts';

/** What is folded of a stored event: all but what only the log needs. */
export function foldedOf({ envelope, body }: Pick<StoredEvent, 'envelope' | 'body'>): FoldedEvent {
  const { id, case: of, version, kind, schema, actor, times } = envelope;
  return { id, case: of, version, kind, schema, actor, times, body };
}

/** `bytes`: of the item by which it goes to whom its body is not withheld, once that was counted; the same for every one of them. */
export type HeldEvent = { position: number; stored: StoredEvent; folded: FoldedEvent; bytes: number | null };

/** One case from its first event on; only ever grows. */
export class HeldCase<S> {
  readonly events: HeldEvent[] = [];
  /** `full[v - 1]`: folded from everything up to version v, no body withheld. */
  readonly full: S[] = [];
  readonly #evolve: (state: S | null, event: FoldedEvent) => S;
  readonly #grown: () => void;

  /** @param grown told of each event that it takes */
  constructor(evolve: (state: S | null, event: FoldedEvent) => S, grown: () => void) {
    this.#evolve = evolve;
    this.#grown = grown;
  }

  get version(): number {
    return this.events.length;
  }

  /** Takes what it does not have yet: another reader may have brought a part of it meanwhile. */
  extend(tail: readonly StoredEvent[]): void {
    for (const stored of tail) {
      const { envelope } = stored;
      if (envelope.version <= this.version) continue;
      if (envelope.version !== this.version + 1) throw new Error(`case ${envelope.case} jumps to version ${envelope.version}`);
      const folded = foldedOf(stored);
      this.full.push(this.#evolve(this.full.at(-1) ?? null, folded));
      this.events.push({ position: stored.position, stored, folded, bytes: null });
      this.#grown();
    }
  }
}

export class CaseCache<S> {
  readonly #evolve: (state: S | null, event: FoldedEvent) => S;
  readonly #maxEvents: number;
  /** In order of use, the latest last. */
  readonly #cases = new Map<StreamId, HeldCase<S>>();
  /** Of all of them; counted as they come and go, since a commit must not cost what is held. */
  #events = 0;

  constructor(evolve: (state: S | null, event: FoldedEvent) => S, maxEvents: number) {
    this.#evolve = evolve;
    this.#maxEvents = maxEvents;
  }

  /** The case, empty where it is not held. Keep it until it was extended: the cache may drop it in between. */
  take(stream: StreamId): HeldCase<S> {
    const held = this.#cases.get(stream) ?? this.#empty(stream);
    this.#cases.delete(stream);
    this.#cases.set(stream, held);
    return held;
  }

  /** What the cache has dropped meanwhile is its reader's own, and counts no more. */
  #empty(stream: StreamId): HeldCase<S> {
    const held: HeldCase<S> = new HeldCase(this.#evolve, () => {
      if (this.#cases.get(stream) === held) this.#events += 1;
    });
    return held;
  }

  /** The case where it is held up to this version at least, without a read. */
  heldAt(stream: StreamId, version: number): HeldCase<S> | null {
    const held = this.#cases.get(stream);
    return held === undefined || held.version < version ? null : this.take(stream);
  }

  /**
   * What was just committed: taken where the case is held up to there, and where it begins unless others keep it folded. What is
   * held in part only is read when somebody asks for it.
   */
  follow(events: readonly StoredEvent[], begins: boolean): void {
    for (const event of events) {
      const { case: stream, version } = event.envelope;
      const held = this.#cases.get(stream);
      if (held === undefined ? begins && version === 1 && !stream.includes(':') : held.version === version - 1) this.take(stream).extend([event]);
    }
    this.trim();
  }

  forget(stream: StreamId): void {
    this.#events -= this.#cases.get(stream)?.version ?? 0;
    this.#cases.delete(stream);
  }

  trim(): void {
    for (const stream of this.#cases.keys()) {
      if (this.#events <= this.#maxEvents) return;
      this.forget(stream);
    }
  }
}
