import { keyIdOf } from '#shared/protocol/signature.ts';

const ones = 'ff'.repeat(30);
/**
 * The points of small order in every encoding, the sign of x left out: under such a key some programs take a signature that
 * anybody made up, for any bytes, so that whoever registered it can deny whatever they signed (TP8).
 */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  '00'.repeat(32), `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${ones}7f`, `ed${ones}7f`, `ee${ones}7f`,
]);

/**
 * Whether this is a public key that may stand for a person or a machine: 32 bytes in the one base64 that there is of them,
 * under their own name, and not one of those under which everything may verify.
 *
 * @param publicKey base64; @param keyId what it is said to be called: a key is known by its own hash for ever
 */
export function isSoundKey(publicKey: string, keyId?: string): boolean {
  const raw = Buffer.from(publicKey, 'base64');
  if (raw.length !== 32 || raw.toString('base64') !== publicKey || (keyId !== undefined && keyIdOf(raw) !== keyId)) return false;
  const unsigned = Buffer.from(raw);
  unsigned[31] = (unsigned[31] ?? 0) & 0x7f;
  return !SMALL_ORDER.has(unsigned.toString('hex'));
}
