/**
 * The event log: append-only, one hash chain, decided outside, dedupe and effect in one transaction.
 *
 * Invariants that every implementation keeps (`tests/integration/log/log-contract.ts` runs on each):
 * - versions of a stream are contiguous from 1; positions are gapless from 1, in commit order (SY5);
 * - a command is applied at most once, and per (desktop, incarnation, stream) in the order of its numbers (SY2);
 * - what `append` has answered survives power loss (SY1);
 * - recorded times never go back, whatever the clock does;
 * - every event, refusal and audit entry is in the chain (PR5); no row is ever changed or deleted.
 *
 * Nothing here tells which database stands behind it. No method may be called from inside another's transaction,
 * and nothing but the log runs inside one: no network call, no decision.
 */
import type { Actor, Envelope, EventDraft } from '#shared/protocol/envelope.ts';
import type { CommandResult, OuterCommand } from '#shared/protocol/command.ts';
import type { Instant, PersonId, StreamId } from '#shared/protocol/ids.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { FoldedEvent } from '#shared/case/decision.ts';
import type { FeedRow, FeedSource } from './feed-source.ts';
import type { LogError } from './log-errors.ts';

/** Events for one stream, all by one actor, decided on `expectedVersion`. */
export type StreamWrite = {
  stream: StreamId;
  /** The version decided on; 0 for a stream that must not exist yet. */
  expectedVersion: number;
  /** May be empty: then the write only demands that the stream has not moved (TP13: decided on case *and* ledger). */
  events: EventDraft[];
  actor: Actor;
  /** When the desktop (or the server) says it was made. */
  madeAt: Instant;
  /** The bank's id of the customer whose key seals the bodies (PR7); null or absent: nobody's. */
  customer?: string | null;
};

/**
 * What is to be answered to a command. Version and recorded time are the log's to fill in. A refusal changes no
 * state: an item with a refused answer has no events.
 */
export type AnswerToStore = { status: 'accepted' } | { status: 'refused'; refusal: Refusal };

export type CommandToStore = {
  outer: Omit<OuterCommand, 'inner'>;
  /** Who is signed in, as the session says, not as the command claims. */
  person: PersonId;
  answer: AnswerToStore;
  /**
   * The command that this one was decided on top of: taken only where that very one has the number before it, else `forked`.
   * Where its desktop's number was taken by a copy of it, nothing that comes after may be applied (SY2).
   */
  follows?: string;
};

/**
 * Something done that changes no case: a sign-in, a view of a customer (PR8), an attempt at a gate (TP7).
 * Ids only (PR4): never a name, a phone or a card number. A refused command gets its entry from the log itself.
 */
export type AuditEntry = {
  kind: string;
  person: PersonId | null;
  workstation: string | null;
  /** The case, customer or person that it is about, by id. */
  about: string | null;
  detail: Record<string, string | number | boolean | null>;
};

/** One atomic unit: everything in it is stored, or nothing is. */
export type AppendItem = {
  /** At most one per stream. */
  writes: StreamWrite[];
  command: CommandToStore | null;
  audit: AuditEntry[];
};

export type AppendResult =
  | {
      status: 'appended';
      /** The version of each written stream after it. */
      versions: Record<string, number>;
      /** The log's last position after this item. */
      position: number;
      envelopes: Envelope[];
      recordedAt: Instant;
      /** What was stored for the command and will be said to every repeat of it. */
      answer: CommandResult | null;
    }
  /** Somebody else wrote first: decide again on what is there now. Nothing was stored. */
  | { status: 'conflict'; stream: StreamId; actualVersion: number }
  /** The same id and hash: the stored answer. The effect was not repeated. */
  | { status: 'duplicate'; answer: CommandResult }
  /** `number`: seen before under another command. `id`: this id was stored with another hash, which no honest desktop sends. */
  | { status: 'forked'; by: 'number' | 'id' }
  | { status: 'gap'; expected: number }
  /** A body without canonical form (a lone surrogate, NaN), or an event id that exists already: refuse the command. */
  | { status: 'rejected'; code: 'body-not-canonical' | 'event-id-taken'; event: string }
  /** The disk is full, read-only, broken: nothing of this item was stored, and nothing may be acknowledged (RB2). */
  | { status: 'failed'; error: LogError };

/** An event with its body, null where it was erased (PR7). For the server itself: nothing is withheld here. */
export type StoredEvent = { position: number; envelope: Envelope; body: unknown };
export type StoredAudit = AuditEntry & { position: number; recordedAt: Instant };

export type StoredAnswer = {
  answer: CommandResult;
  hash: string;
  person: PersonId;
  kind: string;
  stream: StreamId;
};

export type LogHead = { epoch: string; position: number; batch: number; link: string; recordedAt: Instant | null };

/** One commit, as it is told to those who fan it out. */
export type Appended = {
  /** Positions after `from`, up to and including `to`; `from` is the `to` of the one before. */
  from: number;
  to: number;
  /** As a read of the log would bring them: who has folded a case up to here goes on without asking for what was just written. */
  events: StoredEvent[];
  /** Everyone whose feed has something new in this stretch. */
  readers: PersonId[];
  /** What that is, in order: who has everything before this commit has everything with it. */
  feeds: ReadonlyMap<PersonId, readonly FeedRow[]>;
};

export interface EventLog extends FeedSource {
  /**
   * One result per item, in order. Calls that arrive while a commit is under way share the next one. Calls are
   * taken in the order they were made. Rejects only for a bug of the caller (then none of its items is stored).
   */
  append(items: AppendItem[]): Promise<AppendResult[]>;

  /** The events of one stream from `fromVersion` (inclusive; 1 for all), in order. */
  readStream(stream: StreamId, fromVersion: number): Promise<StoredEvent[]>;
  /** The whole stream as `evolve` reads it, every body that is not erased. */
  readCase(stream: StreamId): Promise<FoldedEvent[]>;
  /** 0 where the stream does not exist. */
  lastVersion(stream: StreamId): Promise<number>;
  /** Events of all streams after a position, at most `limit`, in the log's order. */
  eventsAfter(position: number, limit: number): Promise<StoredEvent[]>;
  auditAfter(position: number, limit: number): Promise<StoredAudit[]>;
  commandAnswer(id: string): Promise<StoredAnswer | null>;
  /** The last number that was taken in a desktop's row of commands for a stream; 0 for none. */
  lastNumber(desktop: string, incarnation: number, stream: StreamId): Promise<number>;
  /** Streams whose name starts so (`customer:`, `person:`; empty for all), by name. */
  streams(prefix: string): Promise<{ stream: StreamId; version: number }[]>;
  /** Cases that nothing has closed, and those that were closed since then, by name; found without reading any of them. */
  casesOpenSince(since: Instant): Promise<StreamId[]>;

  /** May this person see this case now? From the log's own grants and revocations. */
  hasAccess(person: PersonId, stream: StreamId): Promise<boolean>;
  /** The cases that a person may see now, in the order they were granted. */
  casesOf(person: PersonId): Promise<StreamId[]>;
  readersOf(stream: StreamId): Promise<PersonId[]>;

  /** SY9: after a restore or a lossy fail-over; every cursor made before is void. Answers the new epoch. */
  newEpoch(reason: string): Promise<string>;
  /**
   * OP1: a whole copy as of one moment, made beside the running server. Whoever starts on it begins a new epoch (SY9)
   * without being told to. Rejects with LogFailure.
   * @param path a file that does not exist yet
   */
  backUp(path: string): Promise<void>;
  /** Finishes what was handed in, then closes. Later calls are `failed`. */
  close(): Promise<void>;
}
