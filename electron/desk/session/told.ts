import type { DecideContext } from '#shared/case/context.ts';
import { UNKNOWN } from '#shared/case/context.ts';
import { liveTopics } from '#shared/protocol/live.ts';
import type { AskAnswer, LiveMessage } from '#shared/protocol/wire.ts';
import type { Environment } from '../environment.ts';
import type { Publisher } from '../rpc/publisher.ts';
import type { Store } from '../store/store.ts';
import type { CorrectedClock } from '../sync/corrected-clock.ts';
import { LiveBoard } from './live-board.ts';
import { RuleBook } from './rule-book.ts';

export type ToldParts = {
  store: Store;
  clock: CorrectedClock;
  environment: Pick<Environment, 'now'>;
  publisher: Publisher;
  ask(kind: string, body: unknown): Promise<AskAnswer>;
  lineIsDown(): boolean;
  /** Writes what is only a copy, where the session is not over and the disk can. */
  ifDiskCan(work: () => void): void;
  isOver(): boolean;
  /** Cases are decided by other rules from here on. */
  otherRules(): void;
  report(error: unknown): void;
};

/** What the server tells beside the cases: the live topics, its clock, the rules in force, and how the lights stand by all that. */
export class Told {
  readonly #parts: ToldParts;
  readonly #rules: RuleBook;
  readonly board: LiveBoard;

  constructor(parts: ToldParts) {
    this.#parts = parts;
    this.#rules = new RuleBook(parts.store);
    this.board = new LiveBoard(parts.store);
  }

  get rules(): RuleBook['rules'] {
    return this.#rules.rules;
  }

  live(message: LiveMessage): void {
    const { clock, store, environment, publisher, ifDiskCan } = this.#parts;
    if (message.topic === 'clock') {
      const clockValue = liveTopics.clock.safeParse(message.value);
      if (clockValue.success) {
        clock.learn(clockValue.data.serverAt, environment.now());
        ifDiskCan(() => store.meta.set('clockOffsetMs', clock.offsetMs));
        publisher.changed('sync');
      }
    }
    if (!this.board.take(message, clock.now())) return;
    publisher.liveChanged(message.topic);
    // Other rules are in force (TP12): decided by from here on, or the next submission would be refused for its policy.
    if (message.topic === 'rules-version') this.fetchRules();
    // After the publisher's own microtask: a call that rings is on its way to the screen before the disk is asked.
    queueMicrotask(() => ifDiskCan(() => this.board.keep(message.topic)));
  }

  fetchRules(): void {
    void this.#refresh().catch(this.#parts.report);
  }

  async #refresh(): Promise<void> {
    const { clock, publisher, ask, ifDiskCan, isOver, otherRules } = this.#parts;
    const other = await this.#rules.refresh(ask);
    if (!other || isOver()) return;
    ifDiskCan(() => this.#rules.keep(clock.now()));
    publisher.changed('rules');
    otherRules();
  }

  lights(): DecideContext['lights'] {
    const lights = liveTopics.lights.safeParse(this.board.get('lights')?.value);
    const upOrDown = (light: string | undefined): 'up' | 'down' => (light === 'down' ? 'down' : 'up');
    // The bank is reached through the centre only; the phones ring without it.
    if (this.#parts.lineIsDown()) return { centre: 'down', core: 'down', phone: upOrDown(lights.data?.phones) };
    if (!lights.success) return UNKNOWN;
    return { centre: 'up', core: upOrDown(lights.data.core), phone: upOrDown(lights.data.phones) };
  }

  stoppedKinds(): DecideContext['stoppedKinds'] {
    return liveTopics['stopped-kinds'].safeParse(this.board.get('stopped-kinds')?.value).data?.map((stop) => stop.kind) ?? UNKNOWN;
  }
}
