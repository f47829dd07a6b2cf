/**
 * The disk of a workstation, as the databases that the program has open there meet it: full, or without power in the middle of a
 * commit. Desks of these worlds are the program's own, which opens its files by itself; they are found as it opens them.
 */
import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEachCommit } from '../world/after-commit.ts';

type Db = Database.Database;
/** What a power cut leaves of a WAL: no more than so many bytes. */
export type Torn = { wal: string; bytes: number };

const FULL = 2;
const NO_LIMIT = 1_073_741_823;

const disks = new Set<DeskDisk>();
const known = new WeakSet<Db>();
const prepare = Database.prototype.prepare;
Database.prototype.prepare = function found(this: Db, sql: string) {
  if (!known.has(this)) {
    known.add(this);
    for (const disk of disks) disk.opened(this);
    if (Object.hasOwn(this, 'prepare')) return this.prepare(sql);
  }
  return prepare.call(this, sql);
} as typeof prepare;

const walBytes = (db: Db): number => statSync(`${db.name}-wal`, { throwIfNoEntry: false })?.size ?? 0;

export class DeskDisk {
  readonly #folder: string;
  readonly #open = new Map<Db, { bytes: number }>();
  #isFull = false;
  /** Counted down at each commit; at nought the power fails there. */
  #fuse: { commits: number; torn: number; blown: (torn: Torn | null) => void } | null = null;

  /** @param folder of the workstation */
  constructor(folder: string) {
    this.#folder = `${folder}/`;
    disks.add(this);
  }

  opened(db: Db): void {
    if (!db.name.startsWith(this.#folder)) return;
    const file = { bytes: walBytes(db) };
    this.#open.set(db, file);
    if (this.#isFull) this.#limit(db);
    afterEachCommit(db, () => this.#committed(db, file));
  }

  #committed(db: Db, file: { bytes: number }): void {
    const before = file.bytes;
    file.bytes = walBytes(db);
    if (this.#fuse === null || (this.#fuse.commits -= 1) > 0) return;
    const { torn, blown } = this.#fuse;
    this.#fuse = null;
    // Nothing was ever synced.
    if (Number(db.pragma('synchronous', { simple: true })) < FULL) return blown({ wal: `${db.name}-wal`, bytes: 0 });
    // Where the WAL began anew in this commit, there is no place to cut that is known to be safe.
    blown(torn > 0 && file.bytes > before ? { wal: `${db.name}-wal`, bytes: before + Math.floor((1 - torn) * (file.bytes - before)) } : null);
  }

  /**
   * The power will fail at the end of the `commits`th commit from here, or within it; `blown` is told before anybody hears of that commit.
   * @param torn 0: after its sync. Otherwise how much of what it wrote is lost, up to 1: all
   */
  failAfter(commits: number, torn: number, blown: (torn: Torn | null) => void): void {
    for (const [db, file] of this.#open) if (db.open) file.bytes = walBytes(db);
    this.#fuse = { commits, torn, blown };
  }

  /** No page more than there are; or as many as ever. */
  fill(isFull: boolean): void {
    this.#isFull = isFull;
    for (const db of this.#open.keys()) if (db.open) this.#limit(db);
  }

  #limit(db: Db): void {
    db.pragma(`max_page_count = ${this.#isFull ? Number(db.pragma('page_count', { simple: true })) : NO_LIMIT}`);
  }

  /** Nothing of it is open any more. */
  closed(): void {
    this.#fuse = null;
    this.#open.clear();
  }

  dispose(): void {
    disks.delete(this);
  }
}
