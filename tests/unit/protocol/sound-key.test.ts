import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyIdOf, signedBytes } from '#shared/protocol/signature.ts';
import { isSignedBy } from '../../../server/administration/signatures.ts';
import { isSoundKey } from '../../../server/administration/sound-key.ts';

const P = 2n ** 255n - 19n;
const encoded = (y: bigint, sign = 0): Buffer => {
  const bytes = Buffer.alloc(32);
  for (let index = 0, rest = y; index < 32; index += 1, rest >>= 8n) bytes[index] = Number(rest & 255n);
  bytes[31] = bytes[31]! | (sign << 7);
  return bytes;
};
const EIGHTH = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
const honest = (): Buffer => createPublicKey(generateKeyPairSync('ed25519').privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** The same bytes in base64 whose last character has a bit that no decoder looks at. */
const nextBase64 = (text: string, last: number): string => `${text.slice(0, last)}${ALPHABET[ALPHABET.indexOf(text[last]!) + 1]}${text.slice(last + 1)}`;

describe('[TP8] what may stand for a person or a machine', () => {
  it.each([0n, 1n, P - 1n, P, P + 1n, EIGHTH, P - EIGHTH])('[TP8] y = %s is refused with either sign', (y) => {
    for (const sign of [0, 1]) {
      const key = encoded(y, sign);
      expect(isSoundKey(key.toString('base64'), keyIdOf(key))).toBe(false);
    }
  });

  it('[TP8] an honest key is taken, under its own name and in its own base64 only', () => {
    const key = honest();
    const text = key.toString('base64');
    expect(isSoundKey(text, keyIdOf(key))).toBe(true);
    expect(isSoundKey(text)).toBe(true);
    expect(isSoundKey(text, keyIdOf(honest()))).toBe(false);
    const same = nextBase64(text, 42);
    expect(Buffer.from(same, 'base64')).toEqual(key);
    expect(isSoundKey(same, keyIdOf(key))).toBe(false);
    expect(isSoundKey(key.subarray(1).toString('base64'))).toBe(false);
  });

  it('[TP8] a signature counts in one base64 only, which every implementation reads', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
    const bytes = signedBytes('approval', 'a'.repeat(64));
    const right = sign(null, bytes, privateKey).toString('base64');
    expect(isSignedBy(key, bytes, right)).toBe(true);
    expect(isSignedBy(key, bytes, nextBase64(right, 85))).toBe(false);
    expect(isSignedBy(key, signedBytes('order', 'a'.repeat(64)), right)).toBe(false);
  });
});
