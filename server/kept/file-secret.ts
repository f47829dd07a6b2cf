import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartError } from '../start-error.ts';
import type { SecretPlace } from './secret-place.ts';

/** A secret in a file of mode 0600. One server runs on a data folder: the lock of its log sees to that. */
export class FileSecret implements SecretPlace {
  readonly #path: string;
  readonly #isStrict: boolean;
  #last: Promise<unknown> = Promise.resolve();

  /** @param options `strict`: one that others can read is refused */
  constructor(path: string, options: { strict?: boolean } = {}) {
    this.#path = path;
    this.#isStrict = options.strict ?? false;
  }

  /** @throws StartError */
  async read(): Promise<Buffer | null> {
    return this.#read();
  }

  #read(): Buffer | null {
    if (!existsSync(this.#path)) return null;
    // Windows has no such bits; there the folder's own rights protect the file.
    if (this.#isStrict && process.platform !== 'win32' && (statSync(this.#path).mode & 0o077) !== 0) {
      throw new StartError(`${this.#path}: 别人也能读这个密钥文件，请改成 0600 / others can read this key file; make it 0600`);
    }
    return readFileSync(this.#path);
  }

  /** @throws StartError */
  change(next: Parameters<SecretPlace['change']>[0]): Promise<Buffer> {
    const changed = this.#last.then(async () => {
      const before = this.#read();
      const after = await next(before);
      if (after !== before) this.#store(after);
      return after;
    });
    this.#last = changed.catch(() => undefined);
    return changed;
  }

  /** Whole or not at all, also when the power goes. */
  #store(bytes: Buffer): void {
    const beside = `${this.#path}.new`;
    rmSync(beside, { force: true });
    const file = openSync(beside, 'wx', 0o600);
    try {
      writeSync(file, bytes);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, this.#path);
    const folder = openSync(dirname(this.#path), 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  }
}
