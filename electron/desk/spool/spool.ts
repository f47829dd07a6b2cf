import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { Uuid7 } from '#shared/protocol/ids.ts';
import type { SealedRow, SpooledRow } from '#shared/protocol/spool.ts';
import { SpoolFile } from './spool-file.ts';

const ENDING = '.spool';
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

  /** @param root folder of all profiles @param options `overlap: false` where every step has to be done when it returns */
  constructor(root: string, options: { overlap?: boolean } = {}) {
    this.#folder = join(root, 'spool');
    this.#overlap = options.overlap ?? true;
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

  leave(ids: ReadonlySet<string>): void {
    this.#each(ids, (file, found) => file.leave(found));
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

const inOrder = (rows: Iterable<SealedRow>): SealedRow[] => [...rows].sort((a, b) => a.incarnation - b.incarnation || a.number - b.number);

function withSession(file: SpoolFile, desktop: string, row: SealedRow): DesktopRow[] {
  const session = file.sessions.get(row.session);
  return session === undefined ? [] : [{ desktop, row, session }];
}
