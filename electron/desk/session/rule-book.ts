import { asks } from '#shared/protocol/asks.ts';
import { Rules } from '#shared/protocol/rules.ts';
import type { AskAnswer } from '#shared/protocol/wire.ts';
import type { Store } from '../store/store.ts';

const NAME = 'rules';

/** The rules this desktop decides by: kept for work without the server, asked for anew on every connection. */
export class RuleBook {
  readonly #store: Store;
  #rules: Rules | null;

  constructor(store: Store) {
    this.#store = store;
    // Rules of an older program may not fit this one: they are fetched anew then.
    this.#rules = Rules.safeParse(store.library.get(NAME)).data ?? null;
  }

  get rules(): Rules | null {
    return this.#rules;
  }

  /**
   * @param ask asks the server
   * @returns true where other rules are in force now
   */
  async refresh(ask: (kind: string, body: unknown) => Promise<AskAnswer>): Promise<boolean> {
    const answer = await ask('rules', { have: this.#rules?.version ?? null });
    if (!answer.ok) return false;
    const value = asks.rules.value.safeParse(answer.value);
    if (!value.success || value.data.rules === null) return false;
    const rules = Rules.safeParse(value.data.rules);
    if (!rules.success) return false;
    this.#rules = rules.data;
    return true;
  }

  /** Writes them for work without the server. */
  keep(now: string): void {
    if (this.#rules !== null) this.#store.library.put(NAME, this.#rules, now);
  }
}
