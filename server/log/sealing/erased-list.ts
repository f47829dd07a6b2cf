/**
 * The ids of destroyed keys once more, in a file beside the ring key: where log and keys are both restored from before
 * an erasure, this list is what still knows of it. It grows only, and names nobody.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { Uuid7 } from '#shared/protocol/ids.ts';
import { LogFailure, logError } from '../log-errors.ts';

export class ErasedList {
  readonly #path: string;
  readonly #listed = new Set<string>();

  /** @param path of the list; absent for none yet @throws LogFailure where it cannot be read */
  constructor(path: string) {
    this.#path = path;
    try {
      // A line that was cut by a power failure names nothing; its key is named by the chain too.
      if (existsSync(path)) for (const line of readFileSync(path, 'utf8').split('\n')) if (Uuid7.safeParse(line).success) this.#listed.add(line);
    } catch (thrown) {
      throw new LogFailure(logError('log-not-writable', path, String(thrown)));
    }
  }

  ids(): string[] {
    return [...this.#listed];
  }

  /** On the disk when this returns. @throws LogFailure */
  add(ids: readonly string[]): void {
    const news = ids.filter((id) => !this.#listed.has(id));
    if (news.length === 0) return;
    try {
      const file = openSync(this.#path, 'a', 0o600);
      try {
        // The empty line before parts it from one that was cut.
        writeSync(file, `\n${news.join('\n')}\n`);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    } catch (thrown) {
      throw new LogFailure(logError('log-not-writable', this.#path, String(thrown)));
    }
    for (const id of news) this.#listed.add(id);
  }
}
