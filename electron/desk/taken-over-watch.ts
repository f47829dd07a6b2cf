import type { TakenOverView } from '#shared/protocol/case-view.ts';
import { asks } from '#shared/protocol/asks.ts';
import type { AskAnswer } from '#shared/protocol/wire.ts';
import type { CaseLogic } from './case-logic.ts';
import type { Environment } from './environment.ts';
import type { Store } from './store/store.ts';
import type { TakenOverCase } from './store/taken-over.ts';

/** How often the server is asked how a hand-over went that has not come back by itself. */
const ASK_AGAIN_MS = 15_000;

export type TakenOverWatchParts = {
  store: Store;
  logic: Pick<CaseLogic, 'ownerOf'>;
  me: string;
  environment: Pick<Environment, 'after'>;
  ask(kind: string, body: unknown): Promise<AskAnswer>;
  /** The feed has been read to its end. */
  isUpToDate(): boolean;
  /** Cases that are shown otherwise now; what waited of them is sent. */
  changed(ids: ReadonlySet<string>): void;
  isOver(): boolean;
  report(error: unknown): void;
};

/**
 * What was taken over at one screen, until the server has spoken (OF1): it confirms by granting the case, whose own snapshot
 * takes the copy's place; or it refused the leaver's command, and the copy leaves with the reason, which its person sees.
 * Until then nothing done on the copy is sent: it would be refused for coming before the hand-over it builds on.
 */
export class TakenOverWatch {
  readonly #parts: TakenOverWatchParts;
  readonly #waiting: Map<string, TakenOverCase>;
  /** Accepted, and not (or no longer) this person's as far as the feed tells: asked about twice before the copy leaves. */
  readonly #notMine = new Set<string>();
  #asking = false;
  #cancel: () => void = () => {};

  constructor(parts: TakenOverWatchParts) {
    this.#parts = parts;
    this.#waiting = new Map(parts.store.takenOver.waiting().map((copy) => [copy.id, copy]));
    this.noted(new Set(this.#waiting.keys()));
  }

  stop(): void {
    this.#cancel();
  }

  view(): TakenOverView[] {
    const { takenOver } = this.#parts.store;
    return [
      ...takenOver.refused().map((one) => ({ case: one.id, handOverId: one.handOverId, fromName: one.from.name, note: '', at: one.at, heardAt: null, refusal: one.refusal })),
      ...takenOver.waiting().map((one) => ({ case: one.id, handOverId: one.handOverId, fromName: one.from.name, note: one.note, at: one.at, heardAt: one.heardAt, refusal: null })),
    ];
  }

  /** A refused one was read. */
  seen(caseId: string): void {
    if (this.#parts.store.takenOver.get(caseId) !== null) return;
    if (this.#parts.store.takenOver.remove(caseId)) this.#parts.changed(new Set([caseId]));
  }

  /** The feed changed these cases: where the server has granted one to its successor, that is what is shown from here on. */
  noted(streams: ReadonlySet<string>): void {
    if (this.#waiting.size === 0) return;
    const settled = new Set<string>();
    for (const id of streams) {
      const copy = this.#waiting.get(id);
      const held = copy === undefined ? null : this.#parts.store.cases.get(id);
      // A version from before the hand-over says nothing of it.
      if (copy === undefined || held === null || held.version <= copy.version || this.#parts.logic.ownerOf(held.state) !== this.#parts.me) continue;
      this.#parts.store.takenOver.remove(id);
      this.#waiting.delete(id);
      settled.add(id);
    }
    if (settled.size > 0) this.#parts.changed(settled);
  }

  /** The connection stands. */
  begin(): void {
    void this.#round();
  }

  async #round(): Promise<void> {
    if (this.#asking || this.#waiting.size === 0 || this.#parts.isOver()) return;
    this.#asking = true;
    this.#cancel();
    try {
      for (const copy of this.#waiting.values()) {
        const answer = await this.#parts.ask('hand-over outcome', { command: copy.command, hash: copy.hash });
        if (this.#parts.isOver()) return;
        if (!answer.ok) break;
        const told = asks['hand-over outcome'].value.safeParse(answer.value);
        if (told.success && this.#waiting.has(copy.id)) this.#take(copy, told.data);
      }
    } catch (error) {
      this.#parts.report(error);
    } finally {
      this.#asking = false;
    }
    if (this.#waiting.size > 0) this.#cancel = this.#parts.environment.after(ASK_AGAIN_MS, () => void this.#round());
  }

  #take(copy: TakenOverCase, told: { outcome: 'unknown' | 'accepted' | 'refused'; refusal: TakenOverView['refusal'] }): void {
    const { takenOver } = this.#parts.store;
    if (told.outcome === 'unknown') return;
    if (told.outcome === 'accepted') {
      if (!this.#parts.isUpToDate()) return;
      // It went on to somebody else before it came here: once the feed has had its time, the copy is of no more use.
      if (!this.#notMine.has(copy.id)) return void this.#notMine.add(copy.id);
      takenOver.remove(copy.id);
    } else {
      takenOver.refuse(copy.id, told.refusal ?? { code: 'hand-over-unknown' });
    }
    this.#waiting.delete(copy.id);
    this.#parts.changed(new Set([copy.id]));
  }
}
