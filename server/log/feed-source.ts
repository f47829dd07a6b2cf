/**
 * What the feed asks of a log. Each answer is one consistent read: taken between two commits, never across one.
 */
import type { PersonId, StreamId } from '#shared/protocol/ids.ts';
import type { Appended, LogHead, StoredEvent } from './log.ts';

/** Something in a person's feed: an event of a case they could see then, a grant to them, a revocation from them. */
export type FeedRow = { position: number; what: 'event' | 'granted' | 'revoked'; stream: StreamId; version: number };

/**
 * A case as the feed needs it: the whole of it, because who may read a body follows from all of it; less what the feed
 * says that it holds already.
 */
export type FeedCase = { events: StoredEvent[] };

/** How much one answer may bring. A case costs its events that are not held yet, and a quarter of the others for folding. */
export type FeedBounds = {
  /** Rows, or cases of a start. */
  maxRows: number;
  maxCost: number;
  /** The version up to which the feed holds a case; 0 for not at all. */
  held: (stream: StreamId) => number;
  /** What a case at this version costs where the feed has its snapshot and needs none of its events; null where it needs them. */
  ready: (stream: StreamId, version: number) => number | null;
};
export const caseCost = (version: number, held: number): number => Math.max(0, version - held) + version / 4;

export type FeedStretch = {
  epoch: string;
  /** The log's last position at the time of reading. */
  head: number;
  rows: FeedRow[];
  /** Every row of this person up to here is in `rows`; the next stretch starts after it. */
  covered: number;
  /** Rows of this person after `covered`, counted up to MAX_BEHIND; 0 where an end was asked for. */
  left: number;
  /** Since when each of these cases is open to the person without a break; a case that is not open now is absent. */
  openSince: Map<StreamId, number>;
  /** The cases that are open and have a row here. */
  cases: Map<StreamId, FeedCase>;
};

export type StartStretch = {
  epoch: string;
  head: number;
  /** Cases open now whose present access began in the range asked for, by that beginning. */
  grants: { stream: StreamId; since: number }[];
  /** No other grant of the range is left. */
  complete: boolean;
  /** Grants of the range beyond `grants`, counted up to MAX_BEHIND. */
  left: number;
  /** Less those that are ready at the version which they have now and had at the end of the range. */
  cases: Map<StreamId, FeedCase>;
};

export interface FeedSource {
  /** Called after each commit, in order, before the calls in it are answered. Answers the way to stop it. */
  onAppended(listener: (appended: Appended) => void): () => void;
  head(): Promise<LogHead>;
  /** Rows after `from`, up to `to` (null: the head), cut where the bounds are reached; at least one row. */
  feedStretch(person: PersonId, from: number, to: number | null, bounds: FeedBounds): Promise<FeedStretch>;
  /** Open cases granted after `after` up to `upTo` (null: the head), cut likewise. */
  startStretch(person: PersonId, after: number, upTo: number | null, bounds: FeedBounds): Promise<StartStretch>;
}
