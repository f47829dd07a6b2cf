import { Feed, PullAnswer } from '#shared/protocol/wire.ts';
import type { CaseLogic } from '../case-logic.ts';
import type { Store } from '../store/store.ts';
import type { CorrectedClock } from './corrected-clock.ts';
import type { Intake } from './intake.ts';
import type { Link } from './link.ts';
import { PullWindow } from './pull-window.ts';
import { FeedBroken, startOver, takeFeed } from './take-feed.ts';

export type FeedReaderParts = {
  store: Store;
  intake: Intake;
  logic: Pick<CaseLogic, 'evolve' | 'parseSnapshot'>;
  clock: CorrectedClock;
  /** The connection that stands now, or null. */
  link(): Link | null;
  /** Cases that changed or left. */
  changed(streams: ReadonlySet<string>): void;
  /** The server spoke, and everything it said is in the file. */
  heard(): void;
  /** The feed has been read to its end. */
  caughtUp(): void;
  /** SY9. */
  newEpoch(): void;
  /** @param link the connection on which it happened */
  trouble(error: unknown, link: Link | null): void;
};

/**
 * Reads the feed of one person: pages until the end after each connecting, then the stretches that the server sends by
 * itself. A stretch is applied only where its `from` is this desktop's cursor; anything else leads to a pull (SY5).
 */
export class FeedReader {
  readonly #parts: FeedReaderParts;
  readonly #window = new PullWindow();
  #pulling = false;
  #pullAgain = false;
  #atEnd = false;
  #behind: { left: number; of: number } | null = null;

  constructor(parts: FeedReaderParts) {
    this.#parts = parts;
  }

  /** The feed has been read to its end since this connection stands. */
  get atEnd(): boolean {
    return this.#atEnd;
  }

  /** What is left to read, as the server last counted it, and the most that was left since the reading began. */
  get behind(): { left: number; of: number } | null {
    return this.#behind;
  }

  /** A new connection: whatever came on an older one has an end that is not known. */
  begin(): void {
    this.#atEnd = false;
    void this.pull();
  }

  async pull(): Promise<void> {
    if (this.#pulling) {
      this.#pullAgain = true;
      return;
    }
    this.#pulling = true;
    do {
      this.#pullAgain = false;
      const link = this.#parts.link();
      if (link === null) break;
      try {
        await this.#pages(link);
      } catch (error) {
        this.#parts.trouble(error, link);
      }
    } while (this.#pullAgain);
    this.#pulling = false;
  }

  /** Pages to the end, or until the connection is another. The next page is made at the centre while this one is put on the disk. */
  async #pages(link: Link): Promise<void> {
    const { store, logic, clock } = this.#parts;
    const ask = async (after: string | null): Promise<unknown> => {
      const began = clock.nowMs();
      try {
        const page = await link.request('pull', { cursor: after, limit: this.#window.items });
        this.#window.answered(clock.nowMs() - began);
        return page;
      } catch (error) {
        this.#window.unanswered();
        throw error;
      }
    };
    let broken = 0;
    let cursor = store.meta.get('cursor');
    let asked = ask(cursor);
    for (;;) {
      const answer = PullAnswer.parse(await asked);
      if (this.#parts.link() !== link) return;
      if (answer.status === 'new-epoch') return this.#parts.newEpoch();
      if (answer.feed.from !== cursor) throw new FeedBroken('a pull from another cursor');
      const next = answer.more ? ask(answer.feed.to) : null;
      // Whether it comes is looked at in its turn.
      next?.catch(() => undefined);
      try {
        this.#parts.changed(takeFeed(store, logic, answer.feed, !answer.more, clock.now()));
      } catch (error) {
        // One pull at a time: where the live feed goes on is told by the last one that the centre answered.
        await next?.catch(() => undefined);
        if (!(error instanceof FeedBroken) || broken > 0) throw error;
        broken += 1;
        startOver(store);
        cursor = store.meta.get('cursor');
        asked = ask(cursor);
        continue;
      }
      this.#count(answer);
      this.#parts.heard();
      if (next !== null) {
        cursor = answer.feed.to;
        asked = next;
        continue;
      }
      this.#atEnd = true;
      this.#behind = null;
      return this.#parts.caughtUp();
    }
  }

  #count({ behind, feed }: Extract<PullAnswer, { status: 'ok' }>): void {
    if (behind === null) return void (this.#behind = null);
    this.#behind = { left: behind, of: Math.max(this.#behind?.of ?? 0, behind + feed.items.length) };
  }

  /** @returns false where it is no feed at all */
  takeLive(message: unknown): boolean {
    const parsed = Feed.safeParse(message);
    if (!parsed.success) return false;
    const link = this.#parts.link();
    this.#parts.intake.take(() => this.#takeStretch(parsed.data, link)).then((taken) => {
      if (taken === 'pull') void this.pull();
      if (typeof taken === 'string') return;
      this.#parts.changed(taken);
      this.#parts.heard();
    }).catch((error: unknown) => this.#parts.trouble(error, link));
    return true;
  }

  /** Inside a transaction of others' too: what may not be undone with it comes after. @returns the cases that changed, or what to do */
  #takeStretch(feed: Feed, link: Link | null): ReadonlySet<string> | 'pull' | 'known' {
    const { store, logic, clock } = this.#parts;
    const cursor = store.meta.get('cursor');
    // Of a connection that is over: the next one pulls.
    if (feed.to === cursor || this.#parts.link() !== link) return 'known';
    if (this.#pulling || !this.#atEnd || feed.from !== cursor) return 'pull';
    try {
      return takeFeed(store, logic, feed, false, clock.now());
    } catch (error) {
      if (!(error instanceof FeedBroken)) throw error;
      startOver(store);
      return 'pull';
    }
  }
}
