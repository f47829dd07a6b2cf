/**
 * The live feed of one desktop: what each commit brings to it, in the log's order and from its own cursor on (SY5). It is level when all
 * that was told of up to the last commit has been sent; then a commit is sent from memory. What is told while a page or a stretch is read is
 * kept and follows from memory too: if each commit were read for, thousands who read would never be level again, since the next
 * commit comes before the reading of the last has ended.
 */
import { decodeCursor, encodeCursor } from '../log/cursor.ts';
import type { FeedRow } from '../log/feed-source.ts';
import type { CaseFeed } from '../log/feed.ts';
import type { Feed } from '#shared/protocol/wire.ts';
import type { PersonId } from '#shared/protocol/ids.ts';
import { FULL_BYTES } from '../protection/limits.ts';

/** Commits that are kept while something is read; with more, what is missing is read. */
const MAX_TOLD = 64;

type Told = { to: number; rows: readonly FeedRow[]; sent: () => void };

export type FeedParts = {
  feed: Pick<CaseFeed, 'committed' | 'feedFor'>;
  person: PersonId;
  connected(): boolean;
  /** Bytes that were sent and have not left this machine. */
  waiting(): number;
  /** Resolves when the desktop has read most of what it was sent, or is gone. */
  room(): Promise<void>;
  /** Looked up before anything is sent to a desktop that says nothing (OF3, PR3). @returns false where it is out, and was told so */
  stillIn(): boolean;
  /** Before a stretch is sent (PR8). @throws where it may not be shown */
  showing(feed: Feed): Promise<void>;
  send(feed: Feed): void;
  /** A stretch could not be read: the desktop is told of the next change, or pulls. */
  failed(error: unknown): void;
};

export class DeskFeed {
  readonly #parts: FeedParts;
  /** The desktop's own cursor, as it has it; null while pages are left to it, which it asks for itself. */
  #cursor: number | null = null;
  /** Nothing of its feed up to here is missing: beyond its cursor where the stretch between held nothing for it. */
  #covered = 0;
  #epoch = '';
  /** Commits that were not sent yet, in order; null where there were too many. */
  #told: Told[] | null = [];
  /** Where the last of them ends. */
  #last = 0;
  #reading = false;
  /** Pages that are being read, or whose answer is on its way out. */
  #paging = 0;
  /** All that were ever begun. */
  #pages = 0;

  constructor(parts: FeedParts) {
    this.#parts = parts;
  }

  /** A page is about to be read: what is told from now on follows it. */
  pageBegins(): void {
    this.#pages += 1;
    this.#paging += 1;
    this.#reading = false;
    this.#cursor = null;
    this.#told = [];
  }

  /** The last page was read: the desktop has everything up to its end. @param to the cursor that it has with it */
  pagesEnd(to: string): void {
    const decoded = decodeCursor(to);
    if (!decoded.ok) return;
    const { positions, epoch } = decoded.cursor;
    this.#cursor = this.#covered = positions[0] ?? 0;
    this.#epoch = epoch;
  }

  /** Once for each that began: its answer is on its way, whatever it was. What was told meanwhile comes after the last of them. */
  pageSent(): void {
    this.#paging -= 1;
    if (this.#paging > 0) return;
    if (this.#cursor === null) this.#told = [];
    else this.#goOn();
  }

  /**
   * A commit with something for this desktop: sent from memory where it stands right before it, otherwise read.
   * @param sent told when it was handed to the wire
   */
  committed(to: number, rows: readonly FeedRow[], sent: () => void): void {
    if (!this.#parts.connected() || (this.#cursor === null && this.#paging === 0)) return;
    this.#last = to;
    if (this.#told !== null && this.#told.length < MAX_TOLD) this.#told.push({ to, rows, sent });
    else this.#told = null;
    if (this.#paging === 0 && !this.#reading) this.#goOn();
  }

  #goOn(): void {
    // What waits to be read is not added to: the stretch is cut when there is room.
    if (this.#parts.waiting() <= FULL_BYTES && this.#sendTold()) return;
    const page = this.#pages;
    void this.#read(page).catch((error: unknown) => {
      this.#parts.failed(error);
      if (page === this.#pages) this.#cursor = null;
    });
  }

  /** @returns whether nothing is left */
  #sendTold(): boolean {
    if (this.#told === null) return false;
    for (let next = this.#told[0]; next !== undefined && this.#cursor !== null; next = this.#told[0]) {
      if (next.to > this.#covered) {
        if (!this.#parts.stillIn()) return true;
        const feed = this.#parts.feed.committed(this.#parts.person, { epoch: this.#epoch, position: this.#cursor }, next.to, next.rows);
        if (feed === null) return false;
        this.#parts.send(feed);
        this.#cursor = this.#covered = next.to;
      }
      this.#told.shift();
      next.sent();
    }
    return true;
  }

  async #read(page: number): Promise<void> {
    this.#reading = true;
    try {
      do {
        if (!(await this.#readUpTo(this.#last, page))) return;
        // Those that were too many to keep have been read, up to the last.
        if (this.#told === null && this.#covered >= this.#last) this.#told = [];
      } while (!this.#sendTold());
    } finally {
      if (page === this.#pages) this.#reading = false;
    }
  }

  /** @returns false where the desktop is gone, or has begun a page of its own, which brings all of this */
  async #readUpTo(to: number, page: number): Promise<boolean> {
    const { feed: source, person, connected, room, stillIn, showing, send } = this.#parts;
    const follows = (): boolean => connected() && page === this.#pages;
    while (this.#covered < to) {
      await room();
      if (!follows() || !stillIn()) return false;
      const { feed, toPosition, more } = await source.feedFor(person, this.#covered, to);
      if (!follows()) return false;
      if (feed.items.length > 0) {
        await showing(feed);
        if (!follows() || this.#cursor === null) return false;
        const end = decodeCursor(feed.to);
        // An epoch that began meanwhile is in both: the desktop's own cursor is of another then, and it pulls (SY9).
        if (end.ok) this.#epoch = end.cursor.epoch;
        send({ ...feed, from: encodeCursor({ epoch: this.#epoch, positions: [this.#cursor] }) });
        this.#cursor = toPosition;
      }
      this.#covered = more ? toPosition : Math.max(toPosition, to);
    }
    return true;
  }
}
