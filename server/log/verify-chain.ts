/**
 * Walks the whole chain of a log file and names the first thing that is not as it was written (PR5): an entry
 * changed, missing, inserted or reordered, a body or a stored command changed, or the end cut off after a checkpoint.
 * Reads only; may run beside a running server. `server/audit` adds the checkpoints' files and what is drawn from the log.
 *
 *   node server/log/verify-chain.ts <data folder>
 */
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { UNSEALED_KEY } from './body-sealer.ts';
import { batchLink, EARLIER_COMMANDS, GENESIS_LINK, sealedText, type ChainEntry } from './chain.ts';
import { earlierOf } from './sqlite/earlier-commands.ts';

/** A head that was signed and kept elsewhere. */
export type Checkpoint = { batch: number; position: number; link: string; /** Of the log, when it was taken. */ epoch?: string; /** How to name it. */ name?: string };

export type ChainFault = {
  kind: 'missing' | 'changed' | 'inserted' | 'reordered' | 'body-missing' | 'body-changed' | 'body-inserted' | 'link-differs' | 'commands-changed' | 'cut-off';
  /** The first position concerned. */
  position: number;
  batch: number;
  said: string;
};
/** An audit entry about the log itself, as the walk met it. */
export type LogMark = { kind: string; position: number; batch: number; detail: Record<string, unknown> };
export type ChainVerdict =
  | { ok: true; batches: number; entries: number; link: string; marks: LogMark[]; passedOver: Checkpoint[] }
  | { ok: false; fault: ChainFault; marks: LogMark[] };

export type WalkOptions = {
  checkpoints?: readonly Checkpoint[];
  /** Kinds of audit entries to hand out as marks. */
  marks?: ReadonlySet<string>;
  /** Epochs that began with a restore somebody answers for: checkpoints of what it replaced are passed over (SY9). */
  restored?: ReadonlySet<string>;
};

type BatchRow = [batch: number, first: number, last: number, link: Buffer, recordedAt: string];
type EntryRow = [
  position: number, batch: number, kind: string, stream: number | null, version: number | null, eventId: string | null, content: string, hash: Buffer, bytes: Buffer | null, keyId: string | null,
];
type Flaw = [kind: ChainFault['kind'], said: string];

/** Rows read at a time: many calls into SQLite cost more than the memory of a few. */
const LOT = 500;
const EPOCH_STARTED = 'epoch started';

/**
 * @param path the log's file
 * @param checkpoints heads kept outside the database: what they name must still be there
 */
export function verifyChain(path: string, checkpoints: readonly Checkpoint[] = []): ChainVerdict {
  const db = new Database(path, { readonly: true, fileMustExist: true });
  try {
    return db.transaction(() => walkChain(db, { checkpoints }))();
  } finally {
    db.close();
  }
}

/** Texts of stored commands and numbers by the batch whose link covers them, as the walk comes to each. */
class StoredRows {
  readonly #lots: IterableIterator<[number, string]>;
  #next: IteratorResult<[number, string]>;

  constructor(db: Database.Database) {
    // Sorted here, since an index for it would be paid for by every command.
    this.#lots = db.prepare<[], [number, string]>(
      `SELECT batch, text FROM (
         SELECT batch, json_array('command', id, hash, kind, schema, stream, person, answer) AS text FROM commands
         UNION ALL SELECT batch, json_array('number', desktop, incarnation, stream, number, command) FROM numbers)
       WHERE batch IS NOT NULL ORDER BY batch`,
    ).raw().iterate() as IterableIterator<[number, string]>;
    this.#next = this.#lots.next();
  }

  /** @returns the texts of a batch, or the batch of one that was passed: no batch of the log is its own */
  of(batch: number): string[] | { stray: number } {
    const texts: string[] = [];
    while (!this.#next.done && this.#next.value[0] <= batch) {
      if (this.#next.value[0] < batch) return { stray: this.#next.value[0] };
      texts.push(this.#next.value[1]);
      this.#next = this.#lots.next();
    }
    return texts;
  }

  get rest(): number | null {
    return this.#next.done ? null : this.#next.value[0];
  }

  close(): void {
    this.#lots.return?.();
  }
}

/** The state of one walk. */
class Walk {
  readonly #db: Database.Database;
  readonly #options: WalkOptions;
  readonly #entries: Database.Statement<[number, number], EntryRow>;
  readonly #streams: Map<number, string>;
  readonly #versions = new Map<string, number>();
  readonly #checkpoints = new Map<number, Checkpoint[]>();
  readonly #epochs: { epoch: string; position: number }[] = [];
  readonly marks: LogMark[] = [];
  readonly passedOver: Checkpoint[] = [];
  #lot: EntryRow[] = [];
  #at = 0;
  #link = GENESIS_LINK;
  #batch = 0;
  #position = 0;
  #events = 0;
  #recordedAt = '';
  /** Count and digest that the chain holds for commands from before it held each. */
  #earlier: { rows: unknown; digest: unknown } | null = null;

  constructor(db: Database.Database, options: WalkOptions) {
    this.#db = db;
    this.#options = options;
    this.#entries = db.prepare<[number, number], EntryRow>(
      `SELECT e.position, e.batch, e.class, e.stream, e.version, e.event_id, e.content, e.hash, o.bytes, o.key_id
       FROM entries e LEFT JOIN bodies o ON o.event_id = e.event_id WHERE e.position > ? ORDER BY e.position LIMIT ?`,
    ).raw() as unknown as Database.Statement<[number, number], EntryRow>;
    this.#streams = new Map(db.prepare<[], [number, string]>('SELECT id, name FROM streams').raw().all() as unknown as [number, string][]);
    for (const checkpoint of options.checkpoints ?? []) this.#checkpoints.set(checkpoint.batch, [...(this.#checkpoints.get(checkpoint.batch) ?? []), checkpoint]);
  }

  run(): ChainVerdict {
    const rows = new StoredRows(this.#db);
    try {
      const fault = this.#batches(rows) ?? this.#afterTheEnd(rows);
      if (fault !== null) return { ok: false, fault, marks: this.marks };
    } finally {
      rows.close();
    }
    return { ok: true, batches: this.#batch, entries: this.#position, link: this.#link, marks: this.marks, passedOver: this.passedOver };
  }

  #fault(kind: ChainFault['kind'], position: number, said: string): ChainFault {
    return { kind, position, batch: this.#batch + 1, said };
  }

  #peek(): EntryRow | null {
    if (this.#at === this.#lot.length) {
      this.#lot = this.#entries.all(this.#position, LOT);
      this.#at = 0;
    }
    return this.#lot[this.#at] ?? null;
  }

  #batches(rows: StoredRows): ChainFault | null {
    const batches = this.#db.prepare<[], BatchRow>('SELECT batch, first_position, last_position, link, recorded_at FROM batches ORDER BY batch').raw().iterate() as unknown as IterableIterator<BatchRow>;
    for (const [batch, first, last, link, recordedAt] of batches) {
      const due = this.#position + 1;
      if (batch !== this.#batch + 1) return this.#fault(batch > this.#batch + 1 ? 'missing' : 'inserted', due, `batch ${this.#batch + 1} is missing: ${batch} comes in its place`);
      if (typeof recordedAt !== 'string' || !Buffer.isBuffer(link)) return this.#fault('changed', due, `the row of batch ${batch} is of another type`);
      if (first !== due) return this.#fault('changed', due, `batch ${batch} begins at ${first}`);
      if (recordedAt < this.#recordedAt) return this.#fault('changed', due, `batch ${batch} is recorded at ${recordedAt}, before the one before it`);
      const fault = this.#entriesOf(batch, last, link, recordedAt, rows);
      if (fault !== null) return fault;
      this.#batch = batch;
      this.#recordedAt = recordedAt;
      for (const kept of this.#checkpoints.get(batch) ?? []) {
        const differs = this.#differs(kept);
        if (differs !== null) return { kind: 'changed', position: first, batch, said: differs };
      }
    }
    return null;
  }

  #entriesOf(batch: number, last: number, stored: Buffer, recordedAt: string, rows: StoredRows): ChainFault | null {
    const first = this.#position + 1;
    const entries: ChainEntry[] = [];
    const sealed: string[] = [];
    while (this.#position < last) {
      const entry = this.#peek();
      const due = this.#position + 1;
      if (entry === null || entry[0] !== due) return this.#fault('missing', due, `position ${due} is missing`);
      if (entry[1] !== batch) return this.#fault('reordered', due, `it says that it is of batch ${entry[1]}`);
      const wrong = this.#flaw(entry, recordedAt);
      if (wrong !== null) return this.#fault(wrong[0], due, wrong[1]);
      entries.push({ class: entry[2] as ChainEntry['class'], content: entry[6] });
      if (entry[9] !== null && entry[9] !== UNSEALED_KEY) sealed.push(sealedText(entry[5]!, entry[9]));
      this.#position = due;
      this.#at += 1;
    }
    const taken = rows.of(batch);
    if (!Array.isArray(taken)) return this.#fault('commands-changed', first, `a stored command or number names batch ${taken.stray}, which has none left`);
    const link = batchLink(this.#link, entries, [...taken, ...sealed]);
    if (link !== stored.toString('hex')) {
      const beside = taken.length + sealed.length === 0 ? '' : ', with the commands, numbers and keys of bodies stored beside it,';
      return this.#fault('link-differs', first, `the batch${beside} is not the one that was linked`);
    }
    this.#link = link;
    return null;
  }

  /** What is wrong with one entry by itself, or null. */
  #flaw(row: EntryRow, recordedAt: string): Flaw | null {
    const text = row[6];
    // A damaged page may hold a value of another type.
    if (typeof text !== 'string' || !Buffer.isBuffer(row[7]) || (row[8] !== null && !Buffer.isBuffer(row[8]))) return ['changed', 'its columns are of another type'];
    if (!hash('sha256', text, 'buffer').equals(row[7])) return ['changed', 'its content is not what its hash was taken of'];
    let content: Record<string, unknown> | null;
    try {
      content = JSON.parse(text) as Record<string, unknown> | null;
    } catch {
      return ['changed', 'its content is no JSON'];
    }
    if (content === null || typeof content !== 'object') return ['changed', 'its content is no entry'];
    if (row[2] === 'audit') return this.#auditFlaw(row, content, recordedAt);
    if (row[2] !== 'event') return ['changed', `it is neither event nor audit entry but ${row[2]}`];
    return this.#eventFlaw(row, content, recordedAt);
  }

  #auditFlaw(row: EntryRow, content: Record<string, unknown>, recordedAt: string): Flaw | null {
    if (row[3] !== null || row[4] !== null || row[5] !== null) return ['changed', 'it is an audit entry with the columns of an event'];
    const { position, kind } = content;
    if (typeof position !== 'number' || typeof kind !== 'string') return ['changed', 'it is no audit entry'];
    if (position !== row[0]) return ['reordered', `it was written at position ${position}`];
    if (content['recordedAt'] !== recordedAt) return ['changed', `its batch is recorded at ${recordedAt}, the entry at ${String(content['recordedAt'])}`];
    const detail = (content['detail'] ?? {}) as Record<string, unknown>;
    if (kind === EPOCH_STARTED) this.#epochs.push({ epoch: String(detail['epoch']), position });
    if (kind === EARLIER_COMMANDS) this.#earlier = { rows: detail['rows'], digest: detail['digest'] };
    if (this.#options.marks?.has(kind) === true) this.marks.push({ kind, position, batch: this.#batch + 1, detail });
    return null;
  }

  #eventFlaw(row: EntryRow, content: Record<string, unknown>, recordedAt: string): Flaw | null {
    const { id, case: stream, version, bodyHash } = content;
    if (typeof id !== 'string' || typeof stream !== 'string' || typeof version !== 'number') return ['changed', 'it is no envelope'];
    if (id !== row[5] || version !== row[4] || row[3] === null || stream !== this.#streams.get(row[3])) return ['changed', 'its columns are not those of its envelope'];
    const recorded = (content['times'] as { recorded?: unknown } | undefined)?.recorded;
    if (recorded !== recordedAt) return ['changed', `its batch is recorded at ${recordedAt}, the event at ${String(recorded)}`];
    const expected = (this.#versions.get(stream) ?? 0) + 1;
    if (version !== expected) return [version > expected ? 'missing' : 'reordered', `version ${version} of ${stream} where ${expected} is due`];
    this.#versions.set(stream, version);
    this.#events += 1;
    if (row[8] === null) return ['body-missing', 'its body is gone (erasure destroys a key, never a row)'];
    return hash('sha256', row[8], 'hex') === bodyHash ? null : ['body-changed', 'its body is not the one that was stored'];
  }

  #afterTheEnd(rows: StoredRows): ChainFault | null {
    const beyond = this.#peek();
    if (beyond !== null) return this.#fault('inserted', beyond[0], 'an entry after the last batch');
    const before = this.#db.prepare('SELECT position FROM entries WHERE position < 1 LIMIT 1').pluck().get();
    if (before !== undefined) return this.#fault('inserted', Number(before), 'an entry before the first position');
    if (rows.rest !== null) return this.#fault('commands-changed', this.#position + 1, `a stored command or number names batch ${rows.rest}, which does not exist`);
    const lost = [...this.#checkpoints.values()].flat().filter((kept) => kept.batch > this.#batch).sort((a, b) => a.batch - b.batch);
    for (const kept of lost) {
      if (!this.#replaced(kept)) return this.#fault('cut-off', this.#position + 1, `${named(kept)} names batch ${kept.batch} and position ${kept.position}; the log ends at ${this.#batch} and ${this.#position}`);
    }
    const bodies = Number(this.#db.prepare('SELECT count(*) FROM bodies').pluck().get());
    if (bodies !== this.#events) {
      const stray = this.#db.prepare('SELECT event_id FROM bodies WHERE event_id NOT IN (SELECT event_id FROM entries WHERE event_id IS NOT NULL) LIMIT 1').pluck().get();
      return this.#fault('body-inserted', this.#position, `body ${String(stray)} belongs to no event`);
    }
    return this.#earlierFault();
  }

  #earlierFault(): ChainFault | null {
    const stored = earlierOf(this.#db);
    if (stored.rows === 0 && this.#earlier === null) return null;
    // Between a migration and the first start of its server they are in no link yet, and the file says so.
    const pending = this.#earlier === null && this.#db.prepare("SELECT 1 FROM facts WHERE name = 'unlinked'").get() !== undefined;
    if (pending || (this.#earlier?.rows === stored.rows && this.#earlier.digest === stored.digest)) return null;
    return this.#fault('commands-changed', this.#position, `${stored.rows} stored commands and numbers are under no link, and not those that the chain names`);
  }

  #differs(kept: Checkpoint): string | null {
    const epoch = this.#epochs.at(-1)?.epoch;
    if (kept.link === this.#link && kept.position === this.#position && (kept.epoch === undefined || kept.epoch === epoch)) return null;
    if (this.#replaced(kept)) return null;
    return `${named(kept)} names another head for it: history was written anew`;
  }

  /** Whether a restore that was answered for replaced what this checkpoint names. */
  #replaced(kept: Checkpoint): boolean {
    const { restored } = this.#options;
    if (restored === undefined || kept.epoch === undefined) return false;
    const own = this.#epochs.findIndex(({ epoch }) => epoch === kept.epoch);
    const later = this.#epochs.find(({ epoch, position }, index) => index > own && restored.has(epoch) && position <= kept.position);
    if (own === -1 || later === undefined) return false;
    this.passedOver.push(kept);
    return true;
  }
}

const named = (kept: Checkpoint): string => kept.name ?? `the checkpoint of batch ${kept.batch}`;

/** Inside a read transaction of the caller's. Throws what SQLite throws for a damaged file. */
export const walkChain = (db: Database.Database, options: WalkOptions = {}): ChainVerdict => new Walk(db, options).run();

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = process.argv[2];
  if (folder === undefined) {
    process.stderr.write('usage: node server/log/verify-chain.ts <data folder>\n');
    process.exitCode = 2;
  } else {
    const verdict = verifyChain(join(folder, 'log.db'));
    process.stdout.write(`${JSON.stringify(verdict)}\n`);
    process.exitCode = verdict.ok ? 0 : 1;
  }
}
