/**
 * One transaction of the log: the items of a group, one after another, each seeing what those before it wrote; then
 * one link over everything, one commit, one sync. Synchronous from BEGIN to COMMIT: nothing else can get in between.
 */
import type Database from 'better-sqlite3';
import type { CommandResult } from '#shared/protocol/command.ts';
import type { Envelope } from '#shared/protocol/envelope.ts';
import type { StreamId } from '#shared/protocol/ids.ts';
import { UNSEALED_KEY } from '../body-sealer.ts';
import { batchLink, commandText, numberText, sealedText, sha256, type ChainEntry, type NumberRow } from '../chain.ts';
import { canonicalText } from '../canonical.ts';
import type { AnswerToStore, AppendResult, Appended, AuditEntry, CommandToStore } from '../log.ts';
import type { PreparedItem, PreparedWrite } from '../prepare.ts';
import { AccessWriter, type OpenAccess } from './access-writer.ts';
import { readHead } from './head.ts';

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
  readers: Set<string>;
  /**
   * What this transaction has read or written already. Nobody else writes meanwhile, and a night's work of one desktop is many
   * commands on few cases: each of these would be asked for again with every one of them.
   */
  streams: Map<StreamId, { key: number; version: number; touched: boolean }>;
  /** The last number taken, by desktop, incarnation and stream, and by which command. */
  numbers: Map<string, { number: number; command: string }>;
  access: OpenAccess;
};

const rowOf = (outer: CommandToStore['outer']): string => `${outer.desktop} ${outer.incarnation} ${outer.case}`;

const decoder = new TextDecoder();
/** Not what was handed in: that may have properties that are undefined, which no reader of the log ever sees. */
const bodyOf = (plain: Uint8Array): unknown => JSON.parse(decoder.decode(plain));

export type Committed = { results: AppendResult[]; appended: Appended | null };

export class GroupWriter {
  readonly #db: Database.Database;
  readonly #now: () => string;
  readonly #access: AccessWriter;
  readonly #statements: ReturnType<typeof prepareStatements>;

  /** @param now the server's clock; a time before the last recorded one is replaced by that one */
  constructor(db: Database.Database, now: () => string) {
    this.#db = db;
    this.#now = now;
    this.#access = new AccessWriter(db);
    this.#statements = prepareStatements(db);
  }

  /**
   * Throws what SQLite throws, and then nothing was stored.
   * @param inside runs in the same transaction, before the batch is closed
   */
  commit(items: PreparedItem[], inside?: () => void): Committed {
    return this.#db.transaction(() => this.#write(items, inside)).immediate();
  }

  #write(items: PreparedItem[], inside?: () => void): Committed {
    const head = readHead(this.#db);
    const now = this.#now();
    const group: Group = {
      batch: head.batch + 1,
      position: head.position,
      recordedAt: head.recordedAt !== null && head.recordedAt > now ? head.recordedAt : now,
      entries: [],
      rows: [],
      events: [],
      readers: new Set(),
      streams: new Map(),
      numbers: new Map(),
      access: new Map(),
    };
    const outcomes = items.map((item) => this.#apply(item, group));
    for (const [name, { version, touched }] of group.streams) if (touched) this.#statements.touch.run(version, name);
    inside?.();
    let link = head.link;
    if (group.entries.length > 0) {
      link = batchLink(head.link, group.entries, group.rows);
      this.#statements.batch.run(group.batch, head.position + 1, group.position, group.recordedAt, Buffer.from(link, 'hex'));
    }
    const linked = (envelope: Unlinked): Envelope => ({ ...envelope, link });
    const results = outcomes.map((outcome): AppendResult =>
      'result' in outcome
        ? outcome.result
        : { status: 'appended', ...outcome, envelopes: outcome.envelopes.map(linked), recordedAt: group.recordedAt },
    );
    const appended =
      group.entries.length === 0
        ? null
        : { from: head.position, to: group.position, events: group.events.map(({ position, envelope, plain }) => ({ position, envelope: linked(envelope), body: bodyOf(plain) })), readers: [...group.readers] };
    return { results, appended };
  }

  /** Every check comes before the first row is written: an item that is not appended leaves nothing behind. */
  #apply(item: PreparedItem, group: Group): Outcome {
    if (!item.ok) return { result: { status: 'rejected', code: 'body-not-canonical', event: item.event } };
    if (item.command !== null) {
      const known = this.#alreadyKnown(item.command, group);
      if (known !== null) return { result: known };
    }
    const stands = this.#stands(item.writes, group);
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
    const { slot, command, lastNumber } = this.#statements;
    const last = group.numbers.get(rowOf(outer));
    // The next in a row that this transaction has written itself: its number is free, and what it follows is there.
    if (last !== undefined && last.number + 1 === outer.number && (follows === undefined || last.command === follows) && command.get(outer.id) === undefined) return null;
    const taken = slot.get(outer.desktop, outer.incarnation, outer.case, outer.number);
    const stored = command.get(outer.id);
    if (follows !== undefined && slot.get(outer.desktop, outer.incarnation, outer.case, outer.number - 1)?.command !== follows) return { status: 'forked', by: 'number' };
    if (taken !== undefined && (taken.command !== outer.id || taken.hash !== outer.hash)) return { status: 'forked', by: 'number' };
    if (stored !== undefined && stored.hash !== outer.hash) return { status: 'forked', by: 'id' };
    if (taken === undefined) {
      const expected = (lastNumber.get(outer.desktop, outer.incarnation, outer.case) ?? 0) + 1;
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

  #version(stream: StreamId, group: Group): number {
    return group.streams.get(stream)?.version ?? this.#statements.version.get(stream) ?? 0;
  }

  #stands(writes: PreparedWrite[], group: Group): AppendResult | null {
    for (const write of writes) {
      const actualVersion = this.#version(write.stream, group);
      if (actualVersion !== write.expectedVersion) return { status: 'conflict', stream: write.stream, actualVersion };
    }
    const own = new Set<string>();
    for (const event of writes.flatMap((write) => write.events)) {
      const { id } = event.envelope;
      if (own.has(id) || this.#statements.eventId.get(id) !== undefined) return { status: 'rejected', code: 'event-id-taken', event: id };
      own.add(id);
    }
    return null;
  }

  #writeStream(write: PreparedWrite, group: Group, envelopes: Unlinked[]): number {
    if (write.events.length === 0) return write.expectedVersion;
    const { event, body } = this.#statements;
    const last = write.expectedVersion + write.events.length;
    const streamKey = this.#move(write.stream, write.expectedVersion, last, group);
    write.events.forEach((prepared, index) => {
      const version = write.expectedVersion + index + 1;
      const times = { ...prepared.envelope.times, recorded: group.recordedAt };
      const envelope: Unlinked = { ...prepared.envelope, version, times };
      const position = ++group.position;
      const content = canonicalText(envelope);
      event.run(position, group.batch, streamKey, version, envelope.id, content, sha256(content));
      body.run(envelope.id, prepared.body.bytes, prepared.body.keyId);
      if (prepared.body.keyId !== UNSEALED_KEY) group.rows.push(sealedText(envelope.id, prepared.body.keyId));
      group.entries.push({ class: 'event', content });
      group.events.push({ position, envelope, plain: prepared.plain });
      envelopes.push(envelope);
      this.#access.write(streamKey, position, prepared.access, group);
    });
    return last;
  }

  /** The row of a stream, made at its first event; its version is written at the end of the group. */
  #move(name: StreamId, from: number, to: number, group: Group): number {
    const held = group.streams.get(name);
    if (held !== undefined) {
      held.version = to;
      held.touched = true;
      return held.key;
    }
    const { stream, streamKey } = this.#statements;
    const key = from === 0 ? Number(stream.run(name, to).lastInsertRowid) : streamKey.get(name);
    if (key === undefined) throw new Error(`stream ${name} has a version and no row`);
    group.streams.set(name, { key, version: to, touched: from !== 0 });
    return key;
  }

  #writeAudit(entry: AuditEntry, group: Group): void {
    const position = ++group.position;
    const content = canonicalText({ ...entry, position, recordedAt: group.recordedAt });
    this.#statements.audit.run(position, group.batch, content, sha256(content));
    group.entries.push({ class: 'audit', content });
  }

  /** @param told whether the item has left entries; a command is in no batch without one */
  #storeCommand(stored: CommandToStore, told: boolean, group: Group): CommandResult {
    const { outer, person } = stored;
    const answer = this.#answer(outer.id, outer.case, stored.answer, group);
    if (answer.status === 'refused') {
      // PR5, TP7: whoever refuses, the refusal is in the chain.
      const detail = { command: outer.id, kind: outer.kind, code: answer.refusal.code, desktop: outer.desktop };
      this.#writeAudit({ kind: 'command refused', person, workstation: null, about: outer.case, detail }, group);
    } else if (!told) {
      const detail = { command: outer.id, kind: outer.kind, desktop: outer.desktop };
      this.#writeAudit({ kind: 'command taken', person, workstation: null, about: outer.case, detail }, group);
    }
    const row = { id: outer.id, hash: outer.hash, kind: outer.kind, schema: outer.schema, stream: outer.case, person, answer: JSON.stringify(answer) };
    this.#statements.storeCommand.run(row.id, row.hash, row.kind, row.schema, row.stream, row.person, row.answer, group.batch);
    group.rows.push(commandText(row));
    this.#storeNumber({ desktop: outer.desktop, incarnation: outer.incarnation, stream: outer.case, number: outer.number, command: outer.id }, group);
    return answer;
  }

  #storeNumber(row: NumberRow, group: Group): void {
    this.#statements.number.run(row.desktop, row.incarnation, row.stream, row.number, row.command, group.batch);
    group.numbers.set(`${row.desktop} ${row.incarnation} ${row.stream}`, row);
    group.rows.push(numberText(row));
  }

  #answer(id: string, stream: StreamId, answer: AnswerToStore, group: Group): CommandResult {
    const { recordedAt } = group;
    if (answer.status === 'refused') return { id, status: 'refused', refusal: answer.refusal, recordedAt };
    return { id, status: 'accepted', version: this.#version(stream, group), recordedAt };
  }
}

function prepareStatements(db: Database.Database) {
  return {
    slot: db.prepare<[string, number, string, number], { command: string; hash: string }>(
      `SELECT n.command, c.hash FROM numbers n JOIN commands c ON c.id = n.command
       WHERE n.desktop = ? AND n.incarnation = ? AND n.stream = ? AND n.number = ?`,
    ),
    command: db.prepare<[string], { hash: string; answer: string }>('SELECT hash, answer FROM commands WHERE id = ?'),
    lastNumber: db
      .prepare<[string, number, string], number>(
        `SELECT number FROM numbers WHERE desktop = ? AND incarnation = ? AND stream = ? ORDER BY number DESC LIMIT 1`,
      )
      .pluck(),
    number: db.prepare('INSERT INTO numbers (desktop, incarnation, stream, number, command, batch) VALUES (?, ?, ?, ?, ?, ?)'),
    storeCommand: db.prepare('INSERT INTO commands (id, hash, kind, schema, stream, person, answer, batch) VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    version: db.prepare<[string], number>('SELECT version FROM streams WHERE name = ?').pluck(),
    streamKey: db.prepare<[string], number>('SELECT id FROM streams WHERE name = ?').pluck(),
    eventId: db.prepare<[string], number>('SELECT 1 FROM entries WHERE event_id = ?').pluck(),
    stream: db.prepare('INSERT INTO streams (name, version) VALUES (?, ?)'),
    touch: db.prepare('UPDATE streams SET version = ? WHERE name = ?'),
    event: db.prepare(
      `INSERT INTO entries (position, batch, class, stream, version, event_id, content, hash) VALUES (?, ?, 'event', ?, ?, ?, ?, ?)`,
    ),
    body: db.prepare('INSERT INTO bodies (event_id, bytes, key_id) VALUES (?, ?, ?)'),
    audit: db.prepare(`INSERT INTO entries (position, batch, class, content, hash) VALUES (?, ?, 'audit', ?, ?)`),
    batch: db.prepare('INSERT INTO batches (batch, first_position, last_position, recorded_at, link) VALUES (?, ?, ?, ?, ?)'),
  };
}
