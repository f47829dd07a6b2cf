/**
 * The queue before the transaction. Everything that is ready when a commit begins shares it, and with it one sync of
 * the disk; what arrives meanwhile shares the next one. Order of the calls is kept.
 */
import { LogFailure, logError, type LogError } from './log-errors.ts';
import type { AppendResult } from './log.ts';
import type { PreparedItem } from './prepare.ts';

/** Bounds how long one transaction keeps the event loop. */
const MAX_GROUP_ITEMS = 500;

type Waiting = {
  /** Null while bodies are being sealed. */
  prepared: PreparedItem[] | null;
  resolve: (results: AppendResult[]) => void;
  reject: (reason: unknown) => void;
};

type GroupOutcome = { ok: true; results: AppendResult[] } | { ok: false; error: LogError };
/**
 * The transaction: all results, or why nothing was stored. Throws (or rejects) only for a bug. Over a network it takes its
 * time: then the next group waits for its end, and grows meanwhile.
 */
export type CommitGroup = (items: PreparedItem[]) => GroupOutcome | Promise<GroupOutcome>;

export class GroupCommit {
  readonly #commit: CommitGroup;
  readonly #soon: (run: () => void) => void;
  readonly #queue: Waiting[] = [];
  #scheduled = false;
  /** A group is on its way to a database across a network. */
  #committing = false;
  #closed = false;
  #idle: (() => void)[] = [];

  /** @param soon runs something once the present turn of the loop is over */
  constructor(commit: CommitGroup, soon: (run: () => void) => void = (run) => void setImmediate(run)) {
    this.#commit = commit;
    this.#soon = soon;
  }

  submit(count: number, prepare: () => Promise<PreparedItem[]>): Promise<AppendResult[]> {
    if (this.#closed) return Promise.resolve(all(count, logError('log-closed', '', 'closed')));
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { prepared: null, resolve, reject };
      this.#queue.push(waiting);
      prepare().then(
        (prepared) => {
          waiting.prepared = prepared;
          this.#schedule();
        },
        (reason: unknown) => {
          this.#queue.splice(this.#queue.indexOf(waiting), 1);
          // Keys that cannot be reached are trouble of the disk or the network, not a bug of the caller (RB2).
          if (reason instanceof LogFailure) resolve(all(count, reason.error));
          else reject(reason);
          this.#schedule();
        },
      );
    });
  }

  /** Takes nothing more; resolves when everything handed in before has been answered. */
  close(): Promise<void> {
    this.#closed = true;
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      this.#schedule();
    });
  }

  /** After the present turn of the loop, so that everything that arrived in it is in the same group. */
  #schedule(): void {
    if (this.#scheduled || this.#committing) return;
    this.#scheduled = true;
    this.#soon(() => {
      this.#scheduled = false;
      this.#run();
    });
  }

  #run(): void {
    const group = this.#takeReady();
    const settled = group.length > 0 ? this.#settle(group) : null;
    if (settled === null) return this.#goOn();
    this.#committing = true;
    void settled.then(() => {
      this.#committing = false;
      this.#goOn();
    });
  }

  #goOn(): void {
    if (this.#queue[0]?.prepared) this.#schedule();
    if (this.#queue.length === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** The front of the queue up to the first call whose bodies are still being sealed: order is order of calling. */
  #takeReady(): Waiting[] {
    let count = 0;
    let items = 0;
    for (const waiting of this.#queue) {
      if (waiting.prepared === null) break;
      if (count > 0 && items + waiting.prepared.length > MAX_GROUP_ITEMS) break;
      items += waiting.prepared.length;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  /** @returns null once all of them are answered; never rejects */
  #settle(group: Waiting[]): Promise<unknown> | null {
    const items = group.flatMap((waiting) => waiting.prepared ?? []);
    try {
      const outcome = this.#commit(items);
      if (!(outcome instanceof Promise)) {
        this.#answer(group, outcome);
        return null;
      }
      return outcome.then((late) => this.#answer(group, late)).catch(async (bug: unknown) => this.#oneByOne(group, bug));
    } catch (bug) {
      return this.#oneByOne(group, bug);
    }
  }

  #answer(group: Waiting[], outcome: GroupOutcome): void {
    const count = group.reduce((sum, waiting) => sum + (waiting.prepared?.length ?? 0), 0);
    const results = outcome.ok ? outcome.results : all(count, outcome.error);
    let taken = 0;
    for (const waiting of group) {
      const own = waiting.prepared?.length ?? 0;
      waiting.resolve(results.slice(taken, taken + own));
      taken += own;
    }
  }

  /** RB1: nobody's bad call may fail a neighbour's. The transaction is rolled back; each goes again by itself. */
  #oneByOne(group: Waiting[], bug: unknown): Promise<unknown> | null {
    if (group.length === 1) {
      group[0]?.reject(bug);
      return null;
    }
    return this.#eachAlone(group);
  }

  #eachAlone(group: Waiting[]): Promise<unknown> | null {
    const [first, ...rest] = group;
    if (first === undefined) return null;
    const settled = this.#settle([first]);
    return settled === null ? this.#eachAlone(rest) : settled.then(() => this.#eachAlone(rest));
  }
}

const all = (count: number, error: LogError): AppendResult[] => Array.from({ length: count }, () => ({ status: 'failed', error }));
