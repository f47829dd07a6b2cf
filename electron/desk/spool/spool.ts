import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { Uuid7 } from '#shared/protocol/ids.ts';
import type { SealedRow, SpooledRow } from '#shared/protocol/spool.ts';
import { instantOf } from '../environment.ts';
import { RESEND_MS } from '../sync/new-epoch.ts';
import { SentRows } from './sent-rows.ts';
import { SpoolFile } from './spool-file.ts';

const ENDING = '.spool';
const NONE: ReadonlySet<string> = new Set();
export const plainServer = (server: string): string => server.replace(/\/+$/, '');

/** Whose desktop's it is as well. */
export type DesktopRow = SpooledRow & { desktop: string };

/**
 * The workstation's spool (SY10): what all persons at this machine have not sent yet, a file for each desktop. It belongs to
 * one process, the desk, and needs nobody to be signed in.
 */
export class Spool {
  readonly #folder: string;
  readonly #overlap: boolean;
  readonly #files = new Map<string, SpoolFile>();
  readonly #sent: SentRows;
  /** The epoch of each server's log, as far as anybody at this machine was told. */
  readonly #epochs = new Map<string, string>();
  /** Rows that stayed although all that was answered before had been sent again. */
  readonly #stuck = new Set<string>();

  /** @param root folder of all profiles @param options `overlap: false` where every step has to be done when it returns */
  constructor(root: string, options: { overlap?: boolean } = {}) {
    this.#folder = join(root, 'spool');
    this.#overlap = options.overlap ?? true;
    this.#sent = new SentRows(this.#folder);
  }

  /** A desktop's own file, made at its first row. */
  fileOf(who: { server: string; desktop: string; person: string }): SpoolFile {
    const file = this.#file(who.desktop);
    const head = { format: 1 as const, server: plainServer(who.server), desktop: who.desktop, person: who.person };
    const held = file.head;
    if (held !== null && (held.server !== head.server || held.person !== head.person || held.desktop !== head.desktop)) {
      // Of somebody else, or of another centre, under the same name: never mixed.
      file.close();
      this.#files.delete(who.desktop);
      this.#moveAside(file.path);
      return this.fileOf(who);
    }
    file.begin(head);
    return file;
  }

  /** What waits for this server, by desktop and by number: so the commands of each case are in the order they were issued in. */
  waiting(server: string): DesktopRow[] {
    return this.#of(server).flatMap(([desktop, file]) => inOrder(file.rows.values()).flatMap((row) => withSession(file, desktop, row)));
  }

  /** With what the server could not read: for a file that somebody carries elsewhere. */
  everything(server: string): DesktopRow[] {
    return this.#of(server).flatMap(([desktop, file]) => inOrder([...file.rows.values(), ...file.aside.values()]).flatMap((row) => withSession(file, desktop, row)));
  }

  /** @param except a desktop whose rows do not count: its own outbox sends them */
  count(server: string, except: string | null = null): number {
    return this.#of(server).reduce((sum, [desktop, file]) => sum + (desktop === except ? 0 : file.rows.size), 0);
  }

  isEmpty(server: string): boolean {
    return this.count(server) === 0;
  }

  /**
   * The server has answered them: they wait no more, and are kept for as long as its log may be restored to before (SY9).
   * @param at by the corrected clock, as far as it is known
   * @param refused those of them that were refused
   */
  answered(ids: ReadonlySet<string>, at: string, refused: ReadonlySet<string> = NONE): void {
    this.#each(ids, (file, found) => this.answeredOf(file, found, at, refused));
  }

  /** The same, where it is known whose they are. */
  answeredOf(file: SpoolFile, ids: readonly string[], at: string, refused: ReadonlySet<string> = NONE): void {
    const { head } = file;
    if (head !== null) {
      const rows = ids.flatMap((id): SealedRow[] => {
        const row = file.rows.get(id) ?? file.aside.get(id);
        return row === undefined ? [] : [refused.has(id) ? { ...row, refused: true } : row];
      });
      this.#sent.keep(head, this.#epochs.get(head.server) ?? null, rows.flatMap((row) => withSession(file, head.desktop, row)), at);
    }
    file.leave(ids);
  }

  /**
   * A server told the epoch of its log at a sign-in. Where rows were answered under another one, the log may have lost them:
   * they wait again, and ids make that safe (SY9).
   * @param except a desktop whose own outbox sends its rows again
   */
  async inEpoch(server: string, epoch: string, now: string, except: string | null): Promise<void> {
    this.#epochs.set(plainServer(server), epoch);
    this.#sent.expire(keptSince(now));
    await this.#again(server, now, (desktop, of) => desktop !== except && of !== epoch);
  }

  /** The log of a server turned out to be another one than at the sign-in. */
  async newEpoch(server: string, now: string, except: string | null): Promise<void> {
    this.#epochs.delete(plainServer(server));
    await this.#again(server, now, (desktop) => desktop !== except);
  }

  /**
   * Rows wait for something that this workstation's other rows may bring: what was answered before them may be lost (SY9).
   * Tried once for each row that stays, since a row may stay for other reasons.
   * @returns whether there is anything to send again
   */
  async sendAgainBefore(server: string, staying: readonly string[], now: string, except: string | null): Promise<boolean> {
    const news = staying.filter((id) => !this.#stuck.has(id));
    for (const id of news) this.#stuck.add(id);
    return news.length > 0 && (await this.#again(server, now, (desktop) => desktop !== except)) > 0;
  }

  /** @returns how many rows wait again */
  async #again(server: string, now: string, wanted: (desktop: string, epoch: string | null) => boolean): Promise<number> {
    let count = 0;
    for (const batch of this.#sent.read(wanted, keptSince(now))) {
      if (batch.head.server !== plainServer(server)) continue;
      const file = this.fileOf(batch.head);
      for (const [id, rows] of Map.groupBy(batch.rows.filter((row) => !file.rows.has(row.id)), (row) => row.session)) {
        const session = batch.sessions.get(id);
        if (session === undefined) continue;
        await file.add({ id, session }, rows);
        count += rows.length;
      }
      this.#sent.drop(batch);
    }
    return count;
  }

  setAside(ids: ReadonlySet<string>): void {
    this.#each(ids, (file, found) => file.setAside(found));
  }

  /** Lets go of a desktop's file when its session ends. */
  release(desktop: string): void {
    this.#files.get(desktop)?.close();
    this.#files.delete(desktop);
  }

  close(): void {
    for (const desktop of this.#files.keys()) this.release(desktop);
  }

  #each(ids: ReadonlySet<string>, work: (file: SpoolFile, ids: string[]) => void): void {
    for (const [, file] of this.#all()) {
      const found = [...file.rows.keys()].filter((id) => ids.has(id));
      if (found.length > 0) work(file, found);
    }
  }

  #of(server: string): [string, SpoolFile][] {
    return this.#all().filter(([, file]) => file.head?.server === plainServer(server));
  }

  #all(): [string, SpoolFile][] {
    const names = existsSync(this.#folder) ? readdirSync(this.#folder) : [];
    const desktops = names.filter((name) => name.endsWith(ENDING)).map((name) => name.slice(0, -ENDING.length)).filter((name) => Uuid7.safeParse(name).success);
    return desktops.sort().map((desktop) => [desktop, this.#file(desktop)]);
  }

  #file(desktop: string): SpoolFile {
    const held = this.#files.get(desktop);
    if (held !== undefined) return held;
    const file = new SpoolFile(join(this.#folder, `${desktop}${ENDING}`), this.#overlap);
    this.#files.set(desktop, file);
    return file;
  }

  #moveAside(path: string): void {
    let n = 1;
    while (existsSync(`${path}.aside-${n}`)) n += 1;
    renameSync(path, `${path}.aside-${n}`);
  }
}

/** SY9: after a restore what was made in the last 72 hours is sent again. */
const keptSince = (now: string): string => instantOf(Date.parse(now) - RESEND_MS);

const inOrder = (rows: Iterable<SealedRow>): SealedRow[] => [...rows].sort((a, b) => a.incarnation - b.incarnation || a.number - b.number);

function withSession(file: SpoolFile, desktop: string, row: SealedRow): DesktopRow[] {
  const session = file.sessions.get(row.session);
  return session === undefined ? [] : [{ desktop, row, session }];
}
