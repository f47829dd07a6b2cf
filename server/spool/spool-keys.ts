import { createHash, createPrivateKey, createPublicKey, diffieHellman, hkdfSync, randomBytes, createSecretKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { Instant } from '#shared/protocol/ids.ts';
import { SPOOL_INFO, type SpoolKey } from '#shared/protocol/spool.ts';
import type { SecretPlace } from '../kept/secret-place.ts';
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

const bytesOf = (keys: readonly Held[]): Buffer => Buffer.from(`${JSON.stringify({ format: 'aidline spool keys 1', keys })}\n`, 'utf8');

function read(bytes: Buffer): Held[] {
  try {
    return KeyFile.parse(JSON.parse(bytes.toString('utf8'))).keys;
  } catch {
    throw new StartError('spool.keys: 密钥文件读不出，请从备份恢复 / the key file cannot be read; restore it from a back-up');
  }
}

/**
 * The centre's keys that workstations seal unsent work to (SY10): the newest is told, all of them open. All servers have the
 * same, and the back-up has them: without them what lies in the spools cannot be read.
 */
export class SpoolKeys {
  readonly #place: SecretPlace;
  readonly #now: () => string;
  #keys: Key[];

  private constructor(place: SecretPlace, now: () => string, held: readonly Held[]) {
    this.#place = place;
    this.#now = now;
    this.#keys = held.map(keyOf);
  }

  /**
   * Makes the first key where there is none, and a new one where the newest is old; of several servers that start at once, one does.
   *
   * @param now the server's clock @throws StartError for keys that are of no use
   */
  static async open(place: SecretPlace, now: () => string): Promise<SpoolKeys> {
    const bytes = await place.change((before) => {
      if (before === null) return bytesOf([freshSeed(now())]);
      const held = read(before);
      return Date.parse(now()) - Date.parse(held.at(-1)!.madeAt) > ROTATE_AFTER_MS ? bytesOf([...held, freshSeed(now())]) : before;
    });
    return new SpoolKeys(place, now, read(bytes));
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

  /** Another server may have made a newer one since. @returns whether there are more keys than were known here */
  async lookAgain(): Promise<boolean> {
    const bytes = await this.#place.read();
    const held = bytes === null ? [] : read(bytes);
    if (held.length <= this.#keys.length) return false;
    this.#keys = held.map(keyOf);
    return true;
  }

  /** From here on rows are sealed to a new key; what was sealed to earlier ones still opens. */
  async rotate(): Promise<SpoolKey> {
    const bytes = await this.#place.change((before) => bytesOf([...(before === null ? [] : read(before)), freshSeed(this.#now())]));
    this.#keys = read(bytes).map(keyOf);
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
