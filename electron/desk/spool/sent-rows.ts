import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { SealedRow, SpooledRow, SpoolSession } from '#shared/protocol/spool.ts';
import { parseLine, type SpoolHead, type SpoolLine } from './spool-file.ts';

/** desktop.day.epoch.sent */
const NAME = /^([0-9a-f-]{36})\.(\d{4}-\d{2}-\d{2})\.([0-9a-f-]{36}|unknown)\.sent$/;
const dayOf = (instant: string): string => instant.slice(0, '2026-01-01'.length);

type SentFile = { path: string; desktop: string; day: string; /** Null where nobody here knew it. */ epoch: string | null };
export type SentBatch = { head: SpoolHead; path: string; sessions: Map<string, SpoolSession>; rows: SealedRow[] };

/**
 * Rows that the server has answered, sealed as they were (SY9): its log may be restored to a time before it took them, while
 * their author is at home. A file for each desktop, day and epoch of the log; what is too old leaves as a whole file, and
 * nothing is read unless it has to be sent again. Not synced: to miss a row it takes a restore of the centre *and* a power
 * cut here within a moment of the answer.
 */
export class SentRows {
  readonly #folder: string;
  /** Files that this process has begun a stretch of, with the sessions told in it. */
  readonly #begun = new Map<string, Set<string>>();

  /** @param folder of the workstation's spool */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * @param epoch of the log that answered them; null where it is not known
   * @param at when they were answered, by the corrected clock
   */
  keep(head: SpoolHead, epoch: string | null, held: readonly SpooledRow[], at: string): void {
    if (held.length === 0) return;
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const path = join(this.#folder, `${head.desktop}.${dayOf(at)}.${epoch ?? 'unknown'}.sent`);
    const told = this.#begun.get(path);
    const sessions = told ?? new Set<string>();
    const lines: SpoolLine[] = told === undefined ? [{ head }] : [];
    for (const { row, session } of held) {
      if (!sessions.has(row.session)) lines.push({ id: row.session, session });
      sessions.add(row.session);
      lines.push({ row });
    }
    // The empty line ends what a power cut tore in an earlier process.
    appendFileSync(path, `${told === undefined ? '\n' : ''}${lines.map((line) => `${JSON.stringify(line)}\n`).join('')}`, { mode: 0o600 });
    this.#begun.set(path, sessions);
  }

  /** @param wanted by desktop and epoch @param since rows made before this instant are of no use any more */
  *read(wanted: (desktop: string, epoch: string | null) => boolean, since: string): Generator<SentBatch> {
    for (const { path, desktop, epoch } of this.#files()) {
      if (!wanted(desktop, epoch)) continue;
      const rows = new Map<string, SealedRow>();
      const sessions = new Map<string, SpoolSession>();
      let head: SpoolHead | null = null;
      for (const text of readFileSync(path, 'utf8').split('\n')) {
        const line = text === '' ? null : parseLine(text);
        if (line === null) continue;
        if ('head' in line) head = line.head;
        else if ('session' in line) sessions.set(line.id, line.session);
        else if ('row' in line && line.row.at >= since) rows.set(line.row.id, line.row);
      }
      if (head !== null && head.desktop === desktop) yield { head, path, sessions, rows: [...rows.values()] };
    }
  }

  /** Its rows wait again, where rows wait. */
  drop({ path }: SentBatch): void {
    this.#begun.delete(path);
    if (existsSync(path)) unlinkSync(path);
  }

  /** Removes what was answered on days before that of `since`. */
  expire(since: string): void {
    for (const { path, day } of this.#files()) if (day < dayOf(since)) {
      this.#begun.delete(path);
      unlinkSync(path);
    }
  }

  #files(): SentFile[] {
    const names = existsSync(this.#folder) ? readdirSync(this.#folder).sort() : [];
    return names.flatMap((name): SentFile[] => {
      const found = NAME.exec(name);
      if (found === null) return [];
      const [, desktop = '', day = '', epoch] = found;
      return [{ path: join(this.#folder, name), desktop, day, epoch: epoch === undefined || epoch === 'unknown' ? null : epoch }];
    });
  }
}
