import { closeSync, constants, existsSync, fdatasync, fdatasyncSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { Hash, PersonId, Uuid7 } from '#shared/protocol/ids.ts';
import { SealedRow, SpoolSession } from '#shared/protocol/spool.ts';
import { syncFolder } from '../store/write-whole.ts';

export const SpoolHead = z.strictObject({ format: z.literal(1), server: z.string(), desktop: Uuid7, person: PersonId });
export type SpoolHead = z.infer<typeof SpoolHead>;

const Line = z.union([
  z.strictObject({ head: SpoolHead }),
  z.strictObject({ session: SpoolSession, id: Hash }),
  z.strictObject({ row: SealedRow }),
  /** Signatures of rows above. */
  z.strictObject({ signed: z.array(z.tuple([Uuid7, z.string()])) }),
  /** The server has answered these. */
  z.strictObject({ left: z.array(Uuid7) }),
  /** The server cannot read these: kept, and delivered no more. */
  z.strictObject({ aside: z.array(Uuid7) }),
]);
export type SpoolLine = z.infer<typeof Line>;

/** Written ahead in zeros: a row then changes no length, and its sync waits for nothing but its own bytes. */
const AHEAD_BYTES = 1 << 20;
const ZEROS = Buffer.alloc(AHEAD_BYTES);
/** What is of no more use may take so much of the disk before it is cleared away. */
const LITTER_BYTES = 4 << 20;

type Content = {
  head: SpoolHead | null;
  sessions: Map<string, SpoolSession>;
  rows: Map<string, SealedRow>;
  aside: Map<string, SealedRow>;
  /** Lines that could not be read: kept as they are. */
  damaged: string[];
  /** Bytes up to the end of the last whole line, and of the file. */
  end: number;
  size: number;
};

/** Reads a file as far as it was written: a line that a power cut tore, and whatever is behind it, was never acknowledged. */
function read(path: string): Content {
  const bytes = readFileSync(path);
  const zero = bytes.indexOf(0);
  const written = zero < 0 ? bytes : bytes.subarray(0, zero);
  const end = written.lastIndexOf(0x0a) + 1;
  const content: Content = { head: null, sessions: new Map(), rows: new Map(), aside: new Map(), damaged: [], end, size: bytes.length };
  for (const text of written.toString('utf8', 0, end).split('\n')) if (text !== '') takeLine(content, text);
  return content;
}

function takeLine(content: Content, text: string): void {
  const line = parseLine(text);
  if (line === null) content.damaged.push(text);
  else remember(content, line);
}

function remember(content: Content, line: SpoolLine): void {
  const { rows, aside } = content;
  if ('head' in line) content.head = line.head;
  else if ('session' in line) content.sessions.set(line.id, line.session);
  else if ('row' in line) rows.set(line.row.id, line.row);
  else if ('signed' in line) for (const [id, signature] of line.signed) {
    const row = rows.get(id);
    if (row !== undefined) rows.set(id, { ...row, signature });
  } else if ('left' in line) for (const id of line.left) for (const held of [rows, aside]) held.delete(id);
  else for (const id of line.aside) {
    const row = rows.get(id);
    if (row !== undefined) aside.set(id, row);
    rows.delete(id);
  }
}

/** @returns null for a line that was torn, or damaged */
export function parseLine(text: string): SpoolLine | null {
  try {
    return Line.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/**
 * One desktop's unsent commands, sealed (SY10): a file that is only ever written at its end. One process has it at a time.
 * Nothing in it tells of a customer; without the server's key nothing in it can be opened.
 */
export class SpoolFile {
  readonly path: string;
  readonly #overlap: boolean;
  #content: Content;
  #fd: number | null = null;
  #ahead = 0;
  #syncing = false;
  #waiting: { resolve(): void; reject(error: unknown): void }[] = [];

  /** @param overlap syncs beside whatever else waits for the disk; otherwise each write waits for its own */
  constructor(path: string, overlap: boolean) {
    this.path = path;
    this.#overlap = overlap;
    this.#content = existsSync(path) ? read(path) : { head: null, sessions: new Map(), rows: new Map(), aside: new Map(), damaged: [], end: 0, size: 0 };
  }

  get head(): SpoolHead | null {
    return this.#content.head;
  }
  /** Not yet answered, in the order in which they were written first. */
  get rows(): ReadonlyMap<string, SealedRow> {
    return this.#content.rows;
  }
  get aside(): ReadonlyMap<string, SealedRow> {
    return this.#content.aside;
  }
  get sessions(): ReadonlyMap<string, SpoolSession> {
    return this.#content.sessions;
  }

  /** Tells whose file it is, once. Not yet on disk when it returns: the first row takes it along. */
  begin(head: SpoolHead): void {
    if (this.#content.head === null) this.#write([{ head }]);
  }

  /**
   * Adds rows of a session. A row that is there already under another number takes the new one.
   * @returns when they are on the disk; null where they are already
   */
  add(session: { id: string; session: SpoolSession }, rows: readonly SealedRow[]): Promise<void> | null {
    const known = this.#content.sessions.has(session.id);
    this.#write([...(known ? [] : [session]), ...rows.map((row) => ({ row }))]);
    if (this.#overlap) return this.#synced();
    fdatasyncSync(this.#open());
    return null;
  }

  /** Their signatures, which no acknowledgement waits for. */
  sign(signed: readonly (readonly [string, string])[]): void {
    if (signed.length > 0) this.#write([{ signed: signed.map(([id, signature]): [string, string] => [id, signature]) }]);
  }

  /** They wait here no more, answered or never taken: not synced, since to deliver it again does no harm. */
  leave(ids: readonly string[]): void {
    if (ids.length === 0) return;
    this.#write([{ left: [...ids] }]);
    if (this.#content.rows.size === 0 && this.#content.end > AHEAD_BYTES / 4) this.#tidy();
    else if (this.#content.end > LITTER_BYTES && this.#liveBytes() < this.#content.end / 2) this.#tidy();
  }

  setAside(ids: readonly string[]): void {
    if (ids.length > 0) this.#write([{ aside: [...ids] }]);
  }

  /** Lets go of the file; one that holds nothing any more is removed. */
  close(): void {
    const { rows, aside, damaged, end } = this.#content;
    if (this.#fd !== null) {
      ftruncateSync(this.#fd, end);
      closeSync(this.#fd);
      this.#fd = null;
    }
    if (rows.size === 0 && aside.size === 0 && damaged.length === 0 && existsSync(this.path)) unlinkSync(this.path);
  }

  #liveBytes(): number {
    let bytes = 0;
    for (const row of this.#content.rows.values()) bytes += row.sealed.length;
    return bytes;
  }

  #open(): number {
    if (this.#fd !== null) return this.#fd;
    const isNew = !existsSync(this.path);
    if (isNew) mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    const fd = openSync(this.path, constants.O_RDWR | constants.O_CREAT, 0o600);
    const { end, size } = this.#content;
    // What a power cut tore is wiped, or a shorter line in its place would leave its tail to be read.
    this.#ahead = end;
    this.#fd = fd;
    for (let at = end; at < size; at += AHEAD_BYTES) writeSync(fd, ZEROS, 0, Math.min(AHEAD_BYTES, size - at), at);
    this.#ahead = Math.max(end, size);
    this.#extend(1);
    fsyncSync(fd);
    if (isNew) syncFolder(dirname(this.path));
    return fd;
  }

  #extend(bytes: number): void {
    while (this.#ahead < this.#content.end + bytes) this.#ahead += writeSync(this.#fd ?? this.#open(), ZEROS, 0, AHEAD_BYTES, this.#ahead);
  }

  #write(lines: readonly SpoolLine[]): void {
    const fd = this.#open();
    const texts = lines.map((line) => JSON.stringify(line));
    const bytes = Buffer.from(`${texts.join('\n')}\n`, 'utf8');
    this.#extend(bytes.length + 1);
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, this.#content.end + done);
    this.#content.end += bytes.length;
    for (const line of lines) remember(this.#content, line);
  }

  #synced(): Promise<void> {
    const done = new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    if (!this.#syncing) this.#sync();
    return done;
  }

  /** What is written while a sync runs waits for the next: nobody knows whether that one saw it. */
  #sync(): void {
    const fd = this.#open();
    const served = this.#waiting.splice(0);
    this.#syncing = true;
    fdatasync(fd, (error) => {
      this.#syncing = false;
      for (const one of served) if (error === null) one.resolve(); else one.reject(error);
      if (this.#waiting.length === 0) return;
      if (this.#fd === null) for (const one of this.#waiting.splice(0)) one.reject(new Error('the spool was closed'));
      else this.#sync();
    });
  }

  /** Writes what is left into a file beside it and puts that in its place: a power cut leaves the old one or the new one. */
  #tidy(): void {
    // A sync that runs is of the file that is there now.
    if (this.#syncing) return;
    const { head, sessions, rows, aside, damaged } = this.#content;
    const used = new Set([...rows.values(), ...aside.values()].map((row) => row.session));
    const lines: SpoolLine[] = [
      ...(head === null ? [] : [{ head }]),
      ...[...sessions].filter(([id]) => used.has(id)).map(([id, session]) => ({ id, session })),
      ...[...aside.values(), ...rows.values()].map((row) => ({ row })),
      ...(aside.size === 0 ? [] : [{ aside: [...aside.keys()] }]),
    ];
    const next = `${this.path}.next`;
    const bytes = Buffer.from([...damaged, ...lines.map((line) => JSON.stringify(line))].map((line) => `${line}\n`).join(''), 'utf8');
    const fd = openSync(next, 'w', 0o600);
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(next, this.path);
    syncFolder(dirname(this.path));
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
    this.#content = { ...this.#content, sessions: new Map([...sessions].filter(([id]) => used.has(id))), end: bytes.length, size: bytes.length };
  }
}
