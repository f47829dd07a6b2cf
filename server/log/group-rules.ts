/**
 * What one group of items does to a log, whatever database keeps it: the items one after another, each seeing what those
 * before it wrote, then one link over everything. Reads and writes go through `GroupRows`, inside one transaction of the
 * caller's; the rules of dedupe, versions, access and chain are here and nowhere else.
 */
import type { CommandResult } from '#shared/protocol/command.ts';
import type { Envelope } from '#shared/protocol/envelope.ts';
import { UNSEALED_KEY, type SealedBody } from './body-sealer.ts';
import { batchLink, commandText, numberText, sealedText, sha256, type ChainEntry, type CommandRow, type NumberRow } from './chain.ts';
import { canonicalText } from './canonical.ts';
import type { FeedRow } from './feed-source.ts';
import type { AnswerToStore, AppendResult, Appended, AuditEntry, CommandToStore } from './log.ts';
import type { PreparedEvent, PreparedItem, PreparedWrite } from './prepare.ts';

/** The last batch of a partition; of an empty log, what the first is linked to. */
export type BatchHead = { batch: number; position: number; link: string; recordedAt: string | null };
export type EventRecord = { position: number; batch: number; stream: number; version: number; id: string; content: string; hash: Buffer; body: SealedBody };
export type AuditRecord = { position: number; batch: number; content: string; hash: Buffer };
export type BatchRecord = { batch: number; first: number; last: number; recordedAt: string; link: string };
export type OpenReader = { id: number; person: string };

/** The rows of one transaction: what is asked sees what was put before. */
export interface GroupRows {
  /** Which command has this number. */
  slot(desktop: string, incarnation: number, stream: string, number: number): { command: string; hash: string } | undefined;
  command(id: string): { hash: string; answer: string } | undefined;
  /** 0 for none. */
  lastNumber(desktop: string, incarnation: number, stream: string): number;
  /** 0 where the stream does not exist. */
  version(stream: string): number;
  hasEvent(id: string): boolean;
  openReaders(stream: number): readonly OpenReader[];
  /** Of this person; made where there is none. */
  readerId(person: string): number;

  /** @returns the stream's key */
  putVersion(stream: string, from: number, to: number): number;
  putEvent(record: EventRecord): void;
  putAudit(record: AuditRecord): void;
  putCommand(row: CommandRow, batch: number): void;
  putNumber(row: NumberRow, batch: number): void;
  putBatch(record: BatchRecord): void;
  openAccess(reader: number, stream: number, position: number): void;
  closeAccess(reader: number, stream: number, position: number): void;
  putFeed(reader: number, position: number, what: 'event' | 'granted' | 'revoked'): void;
}

type Unlinked = Omit<Envelope, 'link'>;
/** A result that still lacks the link, which is known only at the end of the group. */
type Outcome =
  | { result: AppendResult }
  | { versions: Record<string, number>; position: number; envelopes: Unlinked[]; answer: CommandResult | null };

type Group = {
  batch: number;
  position: number;
  recordedAt: string;
  entries: ChainEntry[];
  /** Rows beside the entries that the link covers: commands, numbers, keys of sealed bodies. */
  rows: string[];
  events: { position: number; envelope: Unlinked; plain: Uint8Array }[];
  feeds: Map<string, FeedRow[]>;
};

const decoder = new TextDecoder();
/** Not what was handed in: that may have properties that are undefined, which no reader of the log ever sees. */
const bodyOf = (plain: Uint8Array): unknown => JSON.parse(decoder.decode(plain));

export type Committed = { results: AppendResult[]; appended: Appended | null; /** The log's head once this is committed. */ head: BatchHead };

/** @param now the server's clock; a time before the last recorded one is replaced by that one */
export const writeGroup = (rows: GroupRows, head: BatchHead, now: string, items: readonly PreparedItem[]): Committed => new GroupRules(rows).write(head, now, items);

class GroupRules {
  readonly #rows: GroupRows;

  constructor(rows: GroupRows) {
    this.#rows = rows;
  }

  write(head: BatchHead, now: string, items: readonly PreparedItem[]): Committed {
    const group: Group = {
      batch: head.batch + 1,
      position: head.position,
      recordedAt: head.recordedAt !== null && head.recordedAt > now ? head.recordedAt : now,
      entries: [],
      rows: [],
      events: [],
      feeds: new Map(),
    };
    const outcomes = items.map((item) => this.#apply(item, group));
    let link = head.link;
    if (group.entries.length > 0) {
      link = batchLink(head.link, group.entries, group.rows);
      this.#rows.putBatch({ batch: group.batch, first: head.position + 1, last: group.position, recordedAt: group.recordedAt, link });
    }
    const linked = (envelope: Unlinked): Envelope => ({ ...envelope, link });
    const results = outcomes.map((outcome): AppendResult =>
      'result' in outcome
        ? outcome.result
        : { status: 'appended', ...outcome, envelopes: outcome.envelopes.map(linked), recordedAt: group.recordedAt },
    );
    if (group.entries.length === 0) return { results, appended: null, head };
    return {
      results,
      appended: { from: head.position, to: group.position, events: group.events.map(({ position, envelope, plain }) => ({ position, envelope: linked(envelope), body: bodyOf(plain) })), readers: [...group.feeds.keys()], feeds: group.feeds },
      head: { batch: group.batch, position: group.position, link, recordedAt: group.recordedAt },
    };
  }

  /** Every check comes before the first row is written: an item that is not appended leaves nothing behind. */
  #apply(item: PreparedItem, group: Group): Outcome {
    if (!item.ok) return { result: { status: 'rejected', code: 'body-not-canonical', event: item.event } };
    if (item.command !== null) {
      const known = this.#alreadyKnown(item.command, group);
      if (known !== null) return { result: known };
    }
    const stands = this.#stands(item.writes);
    if (stands !== null) return { result: stands };

    const versions: Record<string, number> = {};
    const envelopes: Unlinked[] = [];
    for (const write of item.writes) versions[write.stream] = this.#writeStream(write, group, envelopes);
    for (const entry of item.audit) this.#writeAudit(entry, group);
    const answer = item.command === null ? null : this.#storeCommand(item.command, envelopes.length + item.audit.length > 0, group);
    return { versions, position: group.position, envelopes, answer };
  }

  /** SY2: the stored answer, forked, a gap, or null where the command is new and next. */
  #alreadyKnown({ outer, person, follows }: CommandToStore, group: Group): AppendResult | null {
    const rows = this.#rows;
    const taken = rows.slot(outer.desktop, outer.incarnation, outer.case, outer.number);
    const stored = rows.command(outer.id);
    if (follows !== undefined && rows.slot(outer.desktop, outer.incarnation, outer.case, outer.number - 1)?.command !== follows) return { status: 'forked', by: 'number' };
    if (taken !== undefined && (taken.command !== outer.id || taken.hash !== outer.hash)) return { status: 'forked', by: 'number' };
    if (stored !== undefined && stored.hash !== outer.hash) return { status: 'forked', by: 'id' };
    if (taken === undefined) {
      const expected = rows.lastNumber(outer.desktop, outer.incarnation, outer.case) + 1;
      if (outer.number !== expected) return { status: 'gap', expected };
      // A command that was stored before its desktop renumbered: it takes the number, and its effect is not repeated.
      if (stored !== undefined) {
        const detail = { command: outer.id, desktop: outer.desktop, incarnation: outer.incarnation, number: outer.number };
        this.#writeAudit({ kind: 'command renumbered', person, workstation: null, about: outer.case, detail }, group);
        this.#storeNumber({ desktop: outer.desktop, incarnation: outer.incarnation, stream: outer.case, number: outer.number, command: outer.id }, group);
      }
    }
    return stored === undefined ? null : { status: 'duplicate', answer: JSON.parse(stored.answer) as CommandResult };
  }

  #stands(writes: PreparedWrite[]): AppendResult | null {
    for (const write of writes) {
      const actualVersion = this.#rows.version(write.stream);
      if (actualVersion !== write.expectedVersion) return { status: 'conflict', stream: write.stream, actualVersion };
    }
    const own = new Set<string>();
    for (const event of writes.flatMap((write) => write.events)) {
      const { id } = event.envelope;
      if (own.has(id) || this.#rows.hasEvent(id)) return { status: 'rejected', code: 'event-id-taken', event: id };
      own.add(id);
    }
    return null;
  }

  #writeStream(write: PreparedWrite, group: Group, envelopes: Unlinked[]): number {
    if (write.events.length === 0) return write.expectedVersion;
    const last = write.expectedVersion + write.events.length;
    const stream = this.#rows.putVersion(write.stream, write.expectedVersion, last);
    write.events.forEach((prepared, index) => {
      const version = write.expectedVersion + index + 1;
      const times = { ...prepared.envelope.times, recorded: group.recordedAt };
      const envelope: Unlinked = { ...prepared.envelope, version, times };
      const position = ++group.position;
      const content = canonicalText(envelope);
      this.#rows.putEvent({ position, batch: group.batch, stream, version, id: envelope.id, content, hash: sha256(content), body: prepared.body });
      if (prepared.body.keyId !== UNSEALED_KEY) group.rows.push(sealedText(envelope.id, prepared.body.keyId));
      group.entries.push({ class: 'event', content });
      group.events.push({ position, envelope, plain: prepared.plain });
      envelopes.push(envelope);
      this.#writeAccess(stream, { position, stream: write.stream, version }, prepared.access, group.feeds);
    });
    return last;
  }

  /**
   * Who may see which case, and each person's feed: both follow from the events alone, are written with them, and could be
   * drawn again from the log. Puts one event into the feeds of those who may see its case at that position.
   * A grant to someone who has the case already begins no second interval, but is a grant in their feed: it may come
   * with another role, and a snapshot is always right.
   * @param feeds collects who got what
   */
  #writeAccess(stream: number, at: Omit<FeedRow, 'what'>, change: PreparedEvent['access'], feeds: Map<string, FeedRow[]>): void {
    const rows = this.#rows;
    const { position } = at;
    const put = (reader: number, person: string, what: FeedRow['what']): void => {
      rows.putFeed(reader, position, what);
      const row = { ...at, what };
      const known = feeds.get(person);
      if (known === undefined) feeds.set(person, [row]);
      else known.push(row);
    };
    const open = rows.openReaders(stream);
    const held = change === null ? undefined : open.find((reader) => reader.person === change.person);
    for (const reader of open) if (reader !== held) put(reader.id, reader.person, 'event');
    if (change === null) return;
    if (change.what === 'granted') {
      const id = held?.id ?? rows.readerId(change.person);
      if (held === undefined) rows.openAccess(id, stream, position);
      put(id, change.person, 'granted');
    } else if (held !== undefined) {
      rows.closeAccess(held.id, stream, position);
      put(held.id, held.person, 'revoked');
    }
  }

  #writeAudit(entry: AuditEntry, group: Group): void {
    const position = ++group.position;
    const content = canonicalText({ ...entry, position, recordedAt: group.recordedAt });
    this.#rows.putAudit({ position, batch: group.batch, content, hash: sha256(content) });
    group.entries.push({ class: 'audit', content });
  }

  /** @param told whether the item has left entries; a command is in no batch without one */
  #storeCommand(stored: CommandToStore, told: boolean, group: Group): CommandResult {
    const { outer, person } = stored;
    const answer = this.#answer(outer.id, outer.case, stored.answer, group.recordedAt);
    if (answer.status === 'refused') {
      // PR5, TP7: whoever refuses, the refusal is in the chain.
      const detail = { command: outer.id, kind: outer.kind, code: answer.refusal.code, desktop: outer.desktop };
      this.#writeAudit({ kind: 'command refused', person, workstation: null, about: outer.case, detail }, group);
    } else if (!told) {
      const detail = { command: outer.id, kind: outer.kind, desktop: outer.desktop };
      this.#writeAudit({ kind: 'command taken', person, workstation: null, about: outer.case, detail }, group);
    }
    const row = { id: outer.id, hash: outer.hash, kind: outer.kind, schema: outer.schema, stream: outer.case, person, answer: JSON.stringify(answer) };
    this.#rows.putCommand(row, group.batch);
    group.rows.push(commandText(row));
    this.#storeNumber({ desktop: outer.desktop, incarnation: outer.incarnation, stream: outer.case, number: outer.number, command: outer.id }, group);
    return answer;
  }

  #storeNumber(row: NumberRow, group: Group): void {
    this.#rows.putNumber(row, group.batch);
    group.rows.push(numberText(row));
  }

  #answer(id: string, stream: string, answer: AnswerToStore, recordedAt: string): CommandResult {
    if (answer.status === 'refused') return { id, status: 'refused', refusal: answer.refusal, recordedAt };
    return { id, status: 'accepted', version: this.#rows.version(stream), recordedAt };
  }
}
