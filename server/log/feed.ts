/**
 * What a person's desktop gets of the log, in the log's order (SY5, SY6, TP6).
 *
 * - A case comes with its grant as a snapshot, folded with what is withheld from this person as null; after it, every
 *   event of the case comes as an event, contiguous in version, its body null where withheld.
 * - An event that releases bodies to this person comes as a fresh snapshot in its place.
 * - What may be read, and whether the case may be seen at all, is judged on the log as it is *now*, not as it was at
 *   that position: nobody gets late what they may no longer have. A case that is not theirs now yields only `revoked`.
 * - A desktop that has nothing starts from snapshots of its cases as of one position, and goes on from there.
 * - The cursor always advances, over stretches that hold nothing for this person too; a page is bounded in items, in
 *   bytes and in work.
 */
import type { FoldedEvent } from '#shared/case/decision.ts';
import type { PersonId, StreamId } from '#shared/protocol/ids.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { MAX_BEHIND, MAX_MESSAGE_BYTES, MAX_PULL, type Feed, type FeedItem, type PullAnswer } from '#shared/protocol/wire.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { CaseCache, foldedOf, type HeldCase } from './case-cache.ts';
import { LastEvents } from './last-events.ts';
import type { FeedBounds, FeedCase, FeedRow, FeedSource } from './feed-source.ts';

/** The domain's functions that the feed needs; `S` is the state of a case. All pure. */
export type CaseRules<S> = {
  evolve: (state: S | null, event: FoldedEvent) => S;
  /** TP6, judged on the state folded from everything. */
  mayReadBody: (full: S, event: FoldedEvent, reader: PersonId) => boolean;
  /** Who gains sight of withheld bodies by this event; `full` is folded from everything up to and including it. */
  releasesTo: (full: S, event: FoldedEvent) => PersonId[];
};

/** Cases that others in this process keep folded: who may see all of one starts from that, and none of its events are read. */
export type Folds<S> = {
  /** Folded from everything up to this version at least; null where it is not kept so. */
  from: (stream: StreamId, version: number) => { state: S; version: number } | null;
  /** TP6: nothing of the case is withheld from the reader, now. */
  seesWhole: (full: S, reader: PersonId) => boolean;
};

export type CaseFeed = {
  /**
   * A page of a person's feed after their cursor (null: start anew).
   * @param limit items, at most MAX_PULL
   * @returns the page; `new-epoch` where the cursor is of another epoch or ahead of the log (SY9); a refusal where it
   *   is no cursor
   */
  pull: (person: PersonId, cursor: string | null, limit: number) => Promise<PullAnswer | { refusal: Refusal }>;
  /**
   * The live stretch between two positions, for a desktop that has everything up to `fromPosition`. With `more`, the
   * bounds cut it: go on from its `to`.
   */
  feedFor: (person: PersonId, fromPosition: number, toPosition: number) => Promise<{ feed: Feed; toPosition: number; more: boolean }>;
  /**
   * What one commit brings to a desktop that has everything before it, from memory.
   * @param at the desktop's own cursor, as it has it @param rows of the person's feed in that commit, which ends at `to`
   * @returns null where it has to be read: `feedFor` tells
   */
  committed: (person: PersonId, at: { epoch: string; position: number }, to: number, rows: readonly FeedRow[]) => Feed | null;
  /** PR7: a body of this case can be opened no longer. */
  forget: (stream: StreamId) => void;
};

/** Half a message, so that the acknowledgement around a page never makes it too big. */
const MAX_PAGE_BYTES = MAX_MESSAGE_BYTES / 2 - 2048;
/** Work of one page, in events read and folded; see `caseCost`. */
const MAX_PAGE_COST = 800;
/**
 * Held over all cases: some 150 MB. Enough for what 1,500 people work on in an hour: a case that is not held is read whole for
 * each new event and each reader of it.
 */
const MAX_HELD_EVENTS = 100_000;

/** `bytes` with what stands between two items. */
type Sized = { item: FeedItem; bytes: number };
const sized = (item: FeedItem): Sized => ({ item, bytes: Buffer.byteLength(JSON.stringify(item)) + 1 });

/** One case as one reader gets it. */
class CaseView<S> {
  readonly #rules: CaseRules<S>;
  readonly #reader: PersonId;
  readonly #held: HeldCase<S>;

  constructor(rules: CaseRules<S>, reader: PersonId, held: HeldCase<S>) {
    this.#rules = rules;
    this.#reader = reader;
    this.#held = held;
  }

  #at(version: number) {
    const event = this.#held.events[version - 1];
    const full = this.#held.full[version - 1];
    const now = this.#held.full.at(-1);
    if (event === undefined || full === undefined || now === undefined) throw new Error(`no version ${version} in a case of the feed`);
    return { event, folded: event.folded, full, now };
  }

  /** The body, or null: withheld now, or erased. */
  #body(version: number): unknown {
    const { folded, now } = this.#at(version);
    if (folded.body === null) return null;
    return this.#rules.mayReadBody(now, folded, this.#reader) ? folded.body : null;
  }

  snapshot(version: number): Sized {
    let state: S | null = null;
    // Up to the first body that is withheld, the person's state is the full one.
    let same = true;
    for (let at = 1; at <= version; at += 1) {
      const { folded, full } = this.#at(at);
      const body = this.#body(at);
      same &&= body === folded.body;
      state = same ? full : this.#rules.evolve(state, { ...folded, body });
    }
    return sized({ type: 'snapshot', case: this.#at(version).folded.case, version, state });
  }

  event(version: number): Sized {
    const { event, folded, full } = this.#at(version);
    if (this.#rules.releasesTo(full, folded).includes(this.#reader)) return this.snapshot(version);
    const item: FeedItem = { type: 'event', envelope: event.stored.envelope, body: this.#body(version) };
    if (item.body !== folded.body) return sized(item);
    event.bytes ??= sized(item).bytes;
    return { item, bytes: event.bytes };
  }

  /** The last version at or before a position; 0 for none. */
  versionAt(position: number): number {
    return this.#held.events.findLast((event) => event.position <= position)?.folded.version ?? 0;
  }
}

/** Collects items up to the size of a page. The first always fits: a page must advance. */
class Page {
  readonly items: FeedItem[] = [];
  #bytes = 0;

  add({ item, bytes }: Sized): boolean {
    if (this.items.length > 0 && this.#bytes + bytes > MAX_PAGE_BYTES) return false;
    this.items.push(item);
    this.#bytes += bytes;
    return true;
  }
}

export function createFeed<S>(source: FeedSource, rules: CaseRules<S>, folds: Folds<S> | null = null): CaseFeed {
  const cache = new CaseCache(rules.evolve, MAX_HELD_EVENTS);
  const last = new LastEvents();
  source.onAppended(({ events }) => {
    cache.follow(events, folds === null);
    if (folds !== null) last.follow(events);
  });

  /** For one reading: what is held of each case when it is asked for, and what the reading then brings. */
  const reading = (reader: PersonId, maxRows: number) => {
    const taken = new Map<StreamId, HeldCase<S>>();
    const take = (stream: StreamId): HeldCase<S> => {
      const held = taken.get(stream) ?? cache.take(stream);
      taken.set(stream, held);
      return held;
    };
    const snapshots = new Map<StreamId, Sized>();
    const ready = (stream: StreamId, version: number): number | null => {
      const kept = folds?.from(stream, version) ?? null;
      if (kept?.version !== version || folds?.seesWhole(kept.state, reader) !== true) return null;
      const snapshot = sized({ type: 'snapshot', case: stream, version, state: kept.state });
      snapshots.set(stream, snapshot);
      // Nothing is read for it: only its share of the page counts.
      return (MAX_PAGE_COST * snapshot.bytes) / MAX_PAGE_BYTES;
    };
    const bounds: FeedBounds = { maxRows, maxCost: MAX_PAGE_COST, held: (stream) => taken.get(stream)?.version ?? take(stream).version, ready };
    const view = (cases: Map<StreamId, FeedCase>, stream: StreamId): CaseView<S> | null =>
      cases.has(stream) ? new CaseView(rules, reader, take(stream)) : null;
    const bring = (cases: Map<StreamId, FeedCase>): void => {
      for (const [stream, { events }] of cases) take(stream).extend(events);
      cache.trim();
    };
    return { bounds, view, bring, snapshots };
  };

  const itemOf = (row: FeedRow, view: CaseView<S> | null, openSince: number | undefined): Sized | null => {
    if (row.what === 'revoked') return sized({ type: 'revoked', case: row.stream });
    // Not theirs now, or of an earlier time that a revocation ended: the revocation, or the later grant, says it all.
    if (view === null || openSince === undefined || row.position < openSince) return null;
    return row.what === 'granted' ? view.snapshot(row.version) : view.event(row.version);
  };

  async function stretch(person: PersonId, from: number, to: number | null, limit: number) {
    const { bounds, view, bring } = reading(person, limit);
    const read = await source.feedStretch(person, from, to, bounds);
    bring(read.cases);
    const page = new Page();
    let covered = read.covered;
    let behind = read.left;
    for (const [index, row] of read.rows.entries()) {
      const item = itemOf(row, view(read.cases, row.stream), read.openSince.get(row.stream));
      if (item === null || page.add(item)) continue;
      covered = row.position - 1;
      behind = Math.min(MAX_BEHIND, behind + read.rows.length - index);
      break;
    }
    return { items: page.items, covered, behind, head: read.head, epoch: read.epoch };
  }

  /** A page of the start: cases granted after `after`, all as they were at `upTo` (null: at the head, which fixes it). */
  async function start(person: PersonId, cursor: string | null, after: number, upTo: number | null, limit: number) {
    const { bounds, view, bring, snapshots } = reading(person, limit);
    const read = await source.startStretch(person, after, upTo, bounds);
    bring(read.cases);
    const ground = upTo ?? read.head;
    const page = new Page();
    let complete = read.complete;
    let last = after;
    let behind = read.left;
    for (const [index, grant] of read.grants.entries()) {
      const of = view(read.cases, grant.stream);
      const snapshot = of === null ? snapshots.get(grant.stream) : of.snapshot(of.versionAt(ground));
      if (snapshot !== undefined && !page.add(snapshot)) {
        complete = false;
        behind = Math.min(MAX_BEHIND, behind + read.grants.length - index);
        break;
      }
      last = grant.since;
    }
    const to = encodeCursor({ epoch: read.epoch, positions: [ground], ...(complete ? {} : { start: last }) });
    const answer: PullAnswer = { status: 'ok', feed: { from: cursor, to, items: page.items }, more: !complete || read.head > ground, behind };
    return { answer, epoch: read.epoch };
  }

  /** An event just committed, to who may see all of its case; null where the case has to be looked at event by event. */
  function whole(person: PersonId, { position, stream, version }: FeedRow): Sized | null {
    const event = last.at(position);
    const kept = event === null ? null : (folds?.from(stream, version) ?? null);
    if (event === null || kept === null || folds?.seesWhole(kept.state, person) !== true) return null;
    if (rules.releasesTo(kept.state, foldedOf(event.stored)).includes(person)) return null;
    const item: FeedItem = { type: 'event', envelope: event.stored.envelope, body: event.stored.body };
    event.bytes ??= sized(item).bytes;
    return { item, bytes: event.bytes };
  }

  /** Only events of cases that are theirs before and after: a grant, a revocation or a release is read, and judged there. */
  function committed(person: PersonId, at: { epoch: string; position: number }, to: number, rows: readonly FeedRow[]): Feed | null {
    if (rows.length > MAX_PULL) return null;
    const page = new Page();
    for (const row of rows) {
      if (row.what !== 'event') return null;
      let one = whole(person, row);
      if (one === null) {
        const held = cache.heldAt(row.stream, row.version);
        one = held === null ? null : new CaseView(rules, person, held).event(row.version);
      }
      if (one?.item.type !== 'event' || !page.add(one)) return null;
    }
    const cursor = (position: number): string => encodeCursor({ epoch: at.epoch, positions: [position] });
    return { from: cursor(at.position), to: cursor(to), items: page.items };
  }

  return {
    committed,
    forget: (stream) => {
      cache.forget(stream);
      last.forget(stream);
    },

    async pull(person, cursor, limit) {
      const items = Math.max(1, Math.min(limit, MAX_PULL));
      if (cursor === null) return (await start(person, null, 0, null, items)).answer;
      const decoded = decodeCursor(cursor);
      if (!decoded.ok) return { refusal: decoded.refusal };
      const { epoch, positions, start: after } = decoded.cursor;
      const from = positions[0] ?? 0;
      const { epoch: present, position: head } = await source.head();
      if (epoch !== present || from > head) return { status: 'new-epoch' };
      if (after !== undefined) {
        const page = await start(person, cursor, after, from, items);
        return page.epoch === epoch ? page.answer : { status: 'new-epoch' };
      }
      const read = await stretch(person, from, null, items);
      // An epoch that began between the two reads must not be crossed unseen.
      if (read.epoch !== epoch) return { status: 'new-epoch' };
      const to = encodeCursor({ epoch: read.epoch, positions: [read.covered] });
      return { status: 'ok', feed: { from: cursor, to, items: read.items }, more: read.covered < read.head, behind: read.behind };
    },

    async feedFor(person, fromPosition, toPosition) {
      const read = await stretch(person, fromPosition, toPosition, MAX_PULL);
      const at = (position: number): string => encodeCursor({ epoch: read.epoch, positions: [position] });
      const feed: Feed = { from: at(fromPosition), to: at(read.covered), items: read.items };
      return { feed, toPosition: read.covered, more: read.covered < Math.min(toPosition, read.head) };
    },
  };
}
