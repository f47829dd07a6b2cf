/**
 * A machine's disk under one SQLite file, and what of it is left when the power fails.
 *
 * The files lie in memory (tmpfs where there is one), so that a sync costs nothing; what a sync is worth is kept by this
 * model instead: SQLite in WAL mode syncs its WAL at the end of every commit where `synchronous` is FULL, and else not
 * before a checkpoint. So where the product has set FULL, a power loss after a commit leaves the database and the WAL as
 * they are at that moment; a power loss in the middle of a commit leaves the WAL cut anywhere within what that commit has
 * written. Where the product has set less, everything since the file was opened is gone: nothing was ever synced.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { afterEachCommit } from './after-commit.ts';

type Db = Database.Database;

/** Bytes of the database and of its WAL. */
export type Image = { database: Buffer; wal: Buffer | null };

const FULL = 2;
const NO_LIMIT = 1_073_741_823;

export const worldFolder = (): string => mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'aidline-chaos-'));

export class Disk {
  readonly #root: string;
  readonly #name: string;
  #generation = 0;
  #db: Db | null = null;
  #synced: Image | null = null;
  #walBytes = 0;
  /** Counted down at each commit; at nought the power fails there. */
  #fuse: { commits: number; torn: number; blown: (image: Image) => void } | null = null;
  commits = 0;

  /** @param name of the database's file */
  constructor(root: string, name: string) {
    this.#root = root;
    this.#name = name;
    mkdirSync(this.folder, { recursive: true });
  }

  get folder(): string {
    return join(this.#root, String(this.#generation));
  }
  get file(): string {
    return join(this.folder, this.#name);
  }

  /** Follows every commit of a database that was just opened. */
  follow(db: Db): Db {
    this.#db = db;
    this.#synced = this.#level() >= FULL ? null : this.#read();
    this.#walBytes = this.#walSize();
    afterEachCommit(db, () => this.#committed());
    return db;
  }

  #level(): number {
    return Number(this.#db?.pragma('synchronous', { simple: true }) ?? FULL);
  }

  #walSize(): number {
    const wal = `${this.file}-wal`;
    return existsSync(wal) ? statSync(wal).size : 0;
  }

  #read(): Image {
    const wal = `${this.file}-wal`;
    return { database: readFileSync(this.file), wal: existsSync(wal) ? readFileSync(wal) : null };
  }

  #committed(): void {
    this.commits += 1;
    if (this.#fuse === null) return;
    const before = this.#walBytes;
    this.#walBytes = this.#walSize();
    this.#fuse.commits -= 1;
    if (this.#fuse.commits > 0) return;
    const { torn, blown } = this.#fuse;
    this.#fuse = null;
    const image = this.image();
    // Within the last commit: where the WAL began anew in it, there is no place to cut that is known to be safe.
    if (torn > 0 && image.wal !== null && this.#walBytes > before) image.wal = image.wal.subarray(0, before + Math.floor((1 - torn) * (this.#walBytes - before)));
    blown(image);
  }

  /**
   * The power will fail at the end of the `commits`th commit from here, or within it.
   * @param torn 0: after its sync. Otherwise how much of what it wrote is lost, up to 1: all
   */
  failAfter(commits: number, torn: number, blown: (image: Image) => void): void {
    this.#walBytes = this.#walSize();
    this.#fuse = { commits, torn, blown };
  }

  /** What a power loss leaves now, between two commits. */
  image(): Image {
    return this.#synced !== null && this.#level() < FULL ? this.#synced : this.#read();
  }

  /** No page more than there are; or as many as ever. */
  fill(full: boolean): void {
    if (this.#db === null || !this.#db.open) return;
    const pages = Number(this.#db.pragma('page_count', { simple: true }));
    this.#db.pragma(`max_page_count = ${full ? pages : NO_LIMIT}`);
  }

  /** The handle is dropped, and the file is what the power loss left of it. */
  becomes(image: Image): void {
    this.#fuse = null;
    this.#db?.close();
    this.#db = null;
    rmSync(this.folder, { recursive: true, force: true });
    this.#generation += 1;
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(this.file, image.database);
    if (image.wal !== null) writeFileSync(`${this.file}-wal`, image.wal);
  }

  /** Nothing is open any more. */
  closed(): void {
    this.#fuse = null;
    this.#db = null;
  }
}
