import { z } from 'zod';
import type { AskAnswer } from '#shared/protocol/wire.ts';
import type { CaseLogic } from '../case-logic.ts';
import { instantOf, type Environment } from '../environment.ts';
import type { Store } from '../store/store.ts';
import { storeTroubleOf } from '../store/store-refusal.ts';
import type { CorrectedClock } from '../sync/corrected-clock.ts';

export const DEFAULT_KEEP_DAYS = 7;
const SWEEP_EVERY_MS = 60 * 60_000;
/** After signing in: the caller who rings now comes first. */
const FIRST_SWEEP_MS = 30_000;
/** No case leaves within a day of the last that was heard of it, so that younger ones need not be read. */
const YOUNGEST_MS = 86_400_000;
/** Looked at in one go: the file answers the person meanwhile. */
const AT_ONCE = 50;
const RETRY_MS = 60_000;

const CaseSnapshot = z.object({ version: z.int().min(1), state: z.unknown() });

export type CaseKeeperParts = {
  store: Store;
  logic: Pick<CaseLogic, 'leavesAt' | 'parseSnapshot'>;
  clock: Pick<CorrectedClock, 'now' | 'nowMs'>;
  environment: Pick<Environment, 'after'>;
  person: string;
  /** Cases that are held and of which nothing was heard since. */
  heardBefore(at: string): string[];
  /** Days that the site keeps customers on a desktop. */
  keepDays(): number;
  ask(kind: string, body: unknown): Promise<AskAnswer>;
  isOnline(): boolean;
  /** Cases that left, or came back. */
  changed(cases: ReadonlySet<string>): void;
  report(error: unknown): void;
};

/**
 * Keeps few customers on a desktop and for a limited time (PR6). What leaves is deleted from the file and from its log on
 * the disk; the version that stays lets the feed go on, and the first event after it has the case fetched anew.
 */
export class CaseKeeper {
  readonly #parts: CaseKeeperParts;
  #cancelSweep: () => void = () => {};
  #cancelFetch: () => void = () => {};
  #fetching = false;
  #stopped = false;

  constructor(parts: CaseKeeperParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#plan(FIRST_SWEEP_MS);
    this.wake();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelSweep();
    this.#cancelFetch();
  }

  /** Something may have happened in a case that left; also with each connection. */
  wake(): void {
    if (this.#fetching || this.#stopped || !this.#parts.isOnline()) return;
    this.#fetching = true;
    void this.#fetchAll().catch(this.#trouble).finally(() => {
      this.#fetching = false;
    });
  }

  /** Lets everything go that may go now. @returns the cases that left */
  sweep(): ReadonlySet<string> {
    const { store, clock, heardBefore, changed } = this.#parts;
    const left = new Set<string>();
    // Heard of anew in a pull from the start, a case that is old all the same is a day late; no more.
    const old = heardBefore(instantOf(clock.nowMs() - YOUNGEST_MS));
    for (let at = 0; at < old.length; at += AT_ONCE) {
      const batch = old.slice(at, at + AT_ONCE);
      store.transaction(() => {
        for (const id of batch) if (this.#letGo(id)) left.add(id);
      });
    }
    if (left.size === 0) return left;
    // What was deleted is overwritten in the file (`secure_delete`); its traces in the log are cut off here.
    store.wipeLog();
    changed(left);
    return left;
  }

  #letGo(id: string): boolean {
    const { store, logic, clock, person, keepDays } = this.#parts;
    const held = store.cases.get(id);
    if (held === null || logic.leavesAt === undefined) return false;
    // Anything not yet answered, or refused and not yet read, belongs to somebody's work.
    if (store.outbox.ofStream(id).some(({ status, seen_at }) => status === 'unsent' || status === 'accepted' || (status === 'refused' && seen_at === null))) return false;
    const typedAt = store.drafts.list(id).reduce<string | null>((latest, { at }) => (latest === null || at > latest ? at : latest), null);
    const when = logic.leavesAt(held.state, person, keepDays(), typedAt);
    if (when === null || when > clock.now()) return false;
    store.cases.remove(id);
    store.drafts.removeCase(id);
    store.left.put(id, held.version);
    return true;
  }

  async #fetchAll(): Promise<void> {
    for (const id of this.#parts.store.left.wanted()) {
      if (this.#stopped || !this.#parts.isOnline()) return;
      if (!(await this.#fetch(id)) && !this.#stopped) {
        this.#cancelFetch();
        this.#cancelFetch = this.#parts.environment.after(RETRY_MS, () => this.wake());
      }
    }
    // What woke up meanwhile had found somebody at work.
    if (!this.#stopped && this.#parts.store.left.wanted().length > 0) {
      this.#cancelFetch();
      this.#cancelFetch = this.#parts.environment.after(RETRY_MS, () => this.wake());
    }
  }

  /** @returns false where it should be tried again */
  async #fetch(id: string): Promise<boolean> {
    const { store, logic, clock, ask, changed } = this.#parts;
    const answer = await ask('case snapshot', { case: id });
    if (this.#stopped) return true;
    if (!answer.ok) {
      // The revocation is in the feed, or will be: there is nothing to fetch.
      if (answer.refusal.code !== 'not-your-case') return false;
      store.left.remove(id);
      return true;
    }
    const { version, state: told } = CaseSnapshot.parse(answer.value);
    const state = logic.parseSnapshot(told);
    const taken = store.transaction(() => {
      const waitsFor = store.left.versionOf(id);
      // The feed brought it, or took it away, while the answer was on its way.
      if (waitsFor === null) return true;
      // Older than what the feed has told: it would leave a hole.
      if (version < waitsFor) return false;
      store.cases.put({ id, version, state, heardAt: clock.now(), sweep: store.meta.get('sweep') ?? 0 });
      store.outbox.confirmUpTo(id, version);
      store.left.remove(id);
      return true;
    });
    if (taken) changed(new Set([id]));
    return taken;
  }

  #plan(ms: number): void {
    this.#cancelSweep = this.#parts.environment.after(ms, () => {
      try {
        this.sweep();
      } catch (error) {
        this.#trouble(error);
      }
      this.#plan(SWEEP_EVERY_MS);
    });
  }

  /** A full disk must not end the desk for this; it is tried again. */
  readonly #trouble = (error: unknown): void => {
    if (!this.#stopped && storeTroubleOf(error) === null) this.#parts.report(error);
  };
}
