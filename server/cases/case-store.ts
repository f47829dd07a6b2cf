import { evolve } from '#shared/case/evolve.ts';
import type { CaseState } from '#shared/case/state.ts';
import type { StreamId } from '#shared/protocol/ids.ts';
import type { EventLog, StoredEvent } from '../log/log.ts';

/** Closed cases that are kept. What is open is held whole for waiting lists and follow-ups anyway, and is worked on: it stays. */
const KEEP_CLOSED = 2_000;

/** PR7: of an erased case only the kinds of its events are left to tell that it was closed. */
export const isOpen = (state: CaseState): boolean => state.closed === null && !state.withheld.some(({ kind }) => kind === 'case closed');

/** Cases folded from the log, each read on from where it was last folded: never older than the log at the time of asking. */
export class CaseStore {
  readonly #log: EventLog;
  readonly #folded = new Map<string, CaseState>();
  /** In order of use, the latest last. */
  readonly #closed = new Set<string>();
  #forgotten = 0;

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** @returns the case with every body, or null where there is none */
  async load(caseId: string): Promise<CaseState | null> {
    const known = this.#folded.get(caseId) ?? null;
    const forgotten = this.#forgotten;
    const news = await this.#log.readStream(caseId as StreamId, (known?.version ?? 0) + 1);
    let state = known;
    for (const { envelope, body } of news) state = evolve(state, { ...envelope, body });
    // What was read before a body was erased must not be kept after it.
    if (state !== null && forgotten === this.#forgotten) this.#keep(caseId, state);
    return state;
  }

  /**
   * The case as far as commits were told here, without a read: on it may be decided what is appended on condition of its
   * version, but nothing refused. Null where it is not held.
   */
  held(caseId: string): CaseState | null {
    return this.#folded.get(caseId) ?? null;
  }

  /** What was just committed, as `onAppended` tells it: a case that is held goes on from there, and reads nothing of it again. */
  follow(events: readonly StoredEvent[]): void {
    for (const { envelope, body } of events) {
      const known = this.#folded.get(envelope.case);
      // A case begins here too: who opens one goes on with it. What is held in part only is read when it is asked for.
      if (known === undefined ? envelope.version !== 1 || envelope.case.includes(':') : known.version !== envelope.version - 1) continue;
      this.#keep(envelope.case, evolve(known ?? null, { ...envelope, body }));
    }
  }

  /** PR7: bodies of this case can be opened no longer; it is folded anew when it is asked for. */
  forget(caseId: string): void {
    this.#forgotten += 1;
    this.#drop(caseId);
  }

  #keep(caseId: string, state: CaseState): void {
    const held = this.#folded.get(caseId);
    if (held !== undefined && held.version > state.version) return;
    this.#folded.set(caseId, state);
    if (isOpen(state)) return;
    this.#closed.delete(caseId);
    this.#closed.add(caseId);
    if (this.#closed.size > KEEP_CLOSED) this.#drop(this.#closed.values().next().value!);
  }

  #drop(caseId: string): void {
    this.#folded.delete(caseId);
    this.#closed.delete(caseId);
  }
}
