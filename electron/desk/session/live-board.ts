import { LiveView } from '#shared/protocol/live-view.ts';
import { isLiveTopic, liveTopics } from '#shared/protocol/live.ts';
import type { LiveMessage } from '#shared/protocol/wire.ts';
import type { Store } from '../store/store.ts';

/** Kept in the file, so that a restart shows the agent's own state and call with their age (CT3). The rest comes anew. */
const KEPT: ReadonlySet<string> = new Set(['agent', 'offer']);

/** The newest value of each live topic. */
export class LiveBoard {
  readonly #store: Store;
  readonly #values = new Map<string, LiveView>();

  constructor(store: Store) {
    this.#store = store;
    for (const view of store.live.all()) this.#values.set(view.topic, view);
  }

  get(topic: string): LiveView | null {
    return this.#values.get(topic) ?? null;
  }

  /**
   * Takes a message that the sync client found newer than the last.
   * @returns false where a known topic's value does not fit its schema
   */
  take(message: LiveMessage, heardAt: string): boolean {
    let value = message.value;
    if (isLiveTopic(message.topic)) {
      const parsed = liveTopics[message.topic].safeParse(value);
      if (!parsed.success) return false;
      value = parsed.data;
    }
    const view = LiveView.parse({ topic: message.topic, version: message.version, value: value ?? null, heardAt });
    this.#values.set(message.topic, view);
    return true;
  }

  /** Writes the newest value of a kept topic. Apart from `take`, because a ringing call is shown before it is written. */
  keep(topic: string): void {
    const view = this.#values.get(topic);
    if (KEPT.has(topic) && view !== undefined) this.#store.live.put(view);
  }
}
