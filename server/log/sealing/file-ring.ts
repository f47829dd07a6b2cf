/**
 * The ring key in a file of mode 0600: for one machine without a key service. Whoever has this file and `keys.sqlite`
 * reads every body, so the two are backed up apart (docs/log.md).
 */
import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { Instant } from '#shared/protocol/ids.ts';
import { canonicalText } from '../canonical.ts';
import { sha256Hex } from '../chain.ts';
import { LogFailure, logError, type LogError } from '../log-errors.ts';
import { decrypt, encrypt } from './aes-gcm.ts';
import type { KeyName, RingKey, WrappedKey } from './ring-key.ts';

const KEY_BYTES = 32;
const RingFile = z.strictObject({
  format: z.literal('aidline ring 1'),
  keys: z.array(z.strictObject({ version: z.int().min(1), key: z.base64().length(44), madeAt: Instant })).min(1),
  /** SHA-256 of the keys: a damaged file is told from a wrong one. */
  check: z.string(),
});
type RingFile = z.infer<typeof RingFile>;
type RingKeys = RingFile['keys'];

const bound = (key: KeyName, version: number): string => `aidline ring\0${version}\0${key.purpose}\0${key.id}`;
const checkOf = (keys: RingKeys): string => sha256Hex(canonicalText(keys));

/** File systems without hard links. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);
const codeOf = (thrown: unknown): string => (thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '');

/** Of servers that start at once where there is none, one makes the ring: what another one wrapped under its own would be lost. */
function putFirst(beside: string, path: string): void {
  try {
    linkSync(beside, path);
  } catch (thrown) {
    if (NO_LINKS.has(codeOf(thrown))) return renameSync(beside, path);
    if (codeOf(thrown) !== 'EEXIST') throw thrown;
  }
  rmSync(beside);
}

/** Whole or not at all, also when the power goes: written beside, synced, put in place. @param isFirst where somebody was faster, theirs stays */
function store(path: string, keys: RingKeys, isFirst = false): void {
  const beside = `${path}.${process.pid}.new`;
  const file = openSync(beside, 'w', 0o600);
  try {
    writeSync(file, `${JSON.stringify({ format: 'aidline ring 1', keys, check: checkOf(keys) } satisfies RingFile, null, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  if (isFirst) putFirst(beside, path);
  else renameSync(beside, path);
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function read(path: string): { ok: true; keys: RingKeys } | { ok: false; error: LogError } {
  const { mode } = statSync(path);
  // Windows has no such bits; there the folder's own rights protect the file.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) return { ok: false, error: logError('ring-readable', path, `mode 0${(mode & 0o777).toString(8)}`) };
  let parsed;
  try {
    parsed = RingFile.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (thrown) {
    return { ok: false, error: logError('ring-damaged', path, thrown instanceof SyntaxError ? 'no JSON' : String(thrown)) };
  }
  if (!parsed.success) return { ok: false, error: logError('ring-damaged', path, 'not the shape of a ring key file') };
  if (parsed.data.check !== checkOf(parsed.data.keys)) return { ok: false, error: logError('ring-damaged', path, 'its check sum differs') };
  return { ok: true, keys: parsed.data.keys };
}

/**
 * @param path of the ring key file
 * @param mayMake whether an absent file is a first start; false where keys exist that only the lost one opens
 * @param now the server's clock
 */
export function openFileRing(path: string, mayMake: boolean, now: () => string): { ok: true; ring: RingKey } | { ok: false; error: LogError } {
  try {
    if (!existsSync(path)) {
      if (!mayMake) return { ok: false, error: logError('ring-missing', path, 'no such file') };
      store(path, [{ version: 1, key: randomBytes(KEY_BYTES).toString('base64'), madeAt: now() }], true);
    }
    const found = read(path);
    return found.ok ? { ok: true, ring: new FileRing(path, found.keys, now) } : found;
  } catch (thrown) {
    return { ok: false, error: logError('log-not-writable', path, thrown instanceof Error ? thrown.message : String(thrown)) };
  }
}

class FileRing implements RingKey {
  readonly #path: string;
  readonly #now: () => string;
  #stored: RingKeys;

  constructor(path: string, keys: RingKeys, now: () => string) {
    this.#path = path;
    this.#stored = keys;
    this.#now = now;
  }

  #key(version: number): KeyObject | null {
    const found = this.#stored.find((one) => one.version === version);
    return found === undefined ? null : createSecretKey(found.key, 'base64');
  }

  async current(): Promise<number> {
    return Math.max(...this.#stored.map((one) => one.version));
  }

  async wrap(key: KeyName, plain: Uint8Array): Promise<WrappedKey> {
    const version = await this.current();
    const by = this.#key(version);
    if (by === null) throw new Error('the ring has no current key');
    return { version, bytes: encrypt(by, plain, bound(key, version)) };
  }

  async unwrap(key: KeyName, wrapped: WrappedKey): Promise<Uint8Array> {
    const by = this.#key(wrapped.version);
    const plain = by === null ? null : decrypt(by, wrapped.bytes, bound(key, wrapped.version));
    if (plain === null) throw new LogFailure(logError('ring-refused', this.#path, `data key ${key.id}, ring version ${wrapped.version}`));
    return plain;
  }

  async rotate(): Promise<number> {
    const version = (await this.current()) + 1;
    this.#keep([...this.#stored, { version, key: randomBytes(KEY_BYTES).toString('base64'), madeAt: this.#now() }]);
    return version;
  }

  async dropBefore(version: number): Promise<void> {
    const left = this.#stored.filter((one) => one.version >= version);
    if (left.length === 0) throw new Error(`the ring has no version ${version}`);
    this.#keep(left);
  }

  /** On disk first: a version that wraps something must not be known to memory alone. */
  #keep(keys: RingKeys): void {
    try {
      store(this.#path, keys);
    } catch (thrown) {
      throw new LogFailure(logError('log-not-writable', this.#path, String(thrown)));
    }
    this.#stored = keys;
  }
}
