import { createHash, createPrivateKey, createPublicKey, diffieHellman, hkdfSync, randomBytes, createSecretKey, type KeyObject } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { Instant } from '#shared/protocol/ids.ts';
import { SPOOL_INFO, type SpoolKey } from '#shared/protocol/spool.ts';
import { StartError } from '../start-error.ts';

const SEED_BYTES = 32;
const KeyFile = z.strictObject({
  format: z.literal('aidline spool keys 1'),
  keys: z.array(z.strictObject({ seed: z.base64().length(44), madeAt: Instant })).min(1),
});
type Held = z.infer<typeof KeyFile>['keys'][number];

/** All that PKCS #8 and SPKI (RFC 8410) put before the 32 bytes of an X25519 key. */
const BEFORE_SEED = Buffer.from('302e020100300506032b656e04220420', 'hex');
const BEFORE_PUBLIC = Buffer.from('302a300506032b656e032100', 'hex');
const PUBLIC_BYTES = 32;
/** A desktop keeps rows for as long as nobody signs in at its machine, so old keys stay; new rows are sealed to a young one. */
const ROTATE_AFTER_MS = 90 * 86_400_000;

type Key = SpoolKey & { madeAt: string; opens: KeyObject };

function keyOf({ seed, madeAt }: Held): Key {
  const opens = createPrivateKey({ key: Buffer.concat([BEFORE_SEED, Buffer.from(seed, 'base64')]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(opens).export({ format: 'der', type: 'spki' }).subarray(-PUBLIC_BYTES);
  return { keyId: createHash('sha256').update(publicKey).digest('hex'), publicKey: publicKey.toString('base64'), madeAt, opens };
}

const freshSeed = (madeAt: string): Held => ({ seed: randomBytes(SEED_BYTES).toString('base64'), madeAt });

/** Whole or not at all, also when the power goes. */
function store(path: string, keys: readonly Held[]): void {
  const beside = `${path}.new`;
  const file = openSync(beside, 'w', 0o600);
  try {
    writeSync(file, `${JSON.stringify({ format: 'aidline spool keys 1', keys })}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function read(path: string): Held[] {
  const { mode } = statSync(path);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw new StartError(`${path}: 别人也能读这个密钥文件，请改成 0600 / others can read this key file; make it 0600`);
  try {
    return KeyFile.parse(JSON.parse(readFileSync(path, 'utf8'))).keys;
  } catch {
    throw new StartError(`${path}: 密钥文件读不出，请从备份恢复 / the key file cannot be read; restore it from a back-up`);
  }
}

/**
 * The server's keys that workstations seal unsent work to (SY10): the newest is told, all of them open. They are in a file of
 * mode 0600 in the data folder, which belongs to the back-up: without it what lies in the spools cannot be read.
 */
export class SpoolKeys {
  readonly #path: string;
  readonly #now: () => string;
  #held: Held[];
  #keys: Key[];

  /** @param path of the key file, made where missing @param now the server's clock @throws StartError for a file that is of no use */
  constructor(path: string, now: () => string) {
    this.#path = path;
    this.#now = now;
    if (!existsSync(path)) store(path, [freshSeed(now())]);
    this.#held = read(path);
    this.#keys = this.#held.map(keyOf);
    if (Date.parse(now()) - Date.parse(this.#newest.madeAt) > ROTATE_AFTER_MS) this.rotate();
  }

  get #newest(): Key {
    return this.#keys.at(-1)!;
  }

  /** What a sign-in is told. */
  get current(): SpoolKey {
    const { keyId, publicKey } = this.#newest;
    return { keyId, publicKey };
  }

  knows(keyId: string): boolean {
    return this.#keys.some((key) => key.keyId === keyId);
  }

  /** From here on rows are sealed to a new key; what was sealed to earlier ones still opens. */
  rotate(): SpoolKey {
    const held = [...this.#held, freshSeed(this.#now())];
    store(this.#path, held);
    this.#held = held;
    this.#keys = held.map(keyOf);
    return this.current;
  }

  /**
   * @param ephemeral the session's X25519 key, 32 bytes in base64
   * @returns what opens the rows of that session, or null where there is no such key or theirs is no point of the curve
   */
  sharedKey(keyId: string, ephemeral: string): KeyObject | null {
    const key = this.#keys.find((one) => one.keyId === keyId);
    if (key === undefined) return null;
    const theirs = Buffer.from(ephemeral, 'base64');
    try {
      const publicKey = createPublicKey({ key: Buffer.concat([BEFORE_PUBLIC, theirs]), format: 'der', type: 'spki' });
      const secret = diffieHellman({ privateKey: key.opens, publicKey });
      const salt = Buffer.concat([theirs, Buffer.from(key.publicKey, 'base64')]);
      return createSecretKey(Buffer.from(hkdfSync('sha256', secret, salt, SPOOL_INFO, 32)));
    } catch {
      return null;
    }
  }
}
