import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REFUSALS } from '#shared/protocol/refusals.ts';
import { ERASURE_REFUSALS } from '#shared/protocol/erasure-refusals.ts';
import { decrypt, encrypt } from '../../../server/log/sealing/aes-gcm.ts';
import { keyPortions } from '../../../server/log/sealing/chain-record.ts';
import { inLots } from '../../../server/log/sealing/in-lots.ts';
import { Lru } from '../../../server/log/sealing/lru.ts';
import { defaultRetention, retainedUntil, RetentionPolicy } from '../../../server/log/sealing/retention.ts';

describe('[PR7] the cipher of bodies', () => {
  const key = createSecretKey(randomBytes(32));

  it('[PR7] opens what it sealed, and nothing else: no other key, bytes or name', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), (plain, at) => {
      const sealed = encrypt(key, plain, 'name');
      expect(decrypt(key, sealed, 'name')).toEqual(Buffer.from(plain));
      expect(decrypt(key, sealed, 'other')).toBeNull();
      expect(decrypt(createSecretKey(randomBytes(32)), sealed, 'name')).toBeNull();
      const changed = Buffer.from(sealed);
      changed[at % changed.length]! ^= 1;
      expect(decrypt(key, changed, 'name')).toBeNull();
      expect(decrypt(key, sealed.subarray(0, -1), 'name')).toBeNull();
    }), { seed: 7, numRuns: 100 });
  });

  it('[PR7] never uses a nonce twice, over several pools of them', () => {
    const nonces = new Set(Array.from({ length: 3000 }, () => encrypt(key, new Uint8Array(), '').subarray(0, 12).toString('hex')));
    expect(nonces.size).toBe(3000);
  });
});

describe('[PR7] how long a customer is kept', () => {
  it('[PR7] is policy: years since the last event, to the millisecond', () => {
    expect(retainedUntil('2026-03-02T01:00:00.000Z', defaultRetention)).toBe('2036-03-02T01:00:00.000Z');
    expect(retainedUntil('2024-02-29T12:00:00.000Z', { yearsAfterLastEvent: 5 })).toBe('2029-03-01T12:00:00.000Z');
    expect(retainedUntil('2024-02-29T12:00:00.000Z', { yearsAfterLastEvent: 4 })).toBe('2028-02-29T12:00:00.000Z');
    expect(RetentionPolicy.safeParse({ yearsAfterLastEvent: -1 }).success).toBe(false);
    expect(RetentionPolicy.safeParse({ yearsAfterLastEvent: 1.5 }).success).toBe(false);
  });
});

describe('[PR7] what an erasure is made of', () => {
  it('[PR7] every refusal has its words, and says that nothing was erased', () => {
    for (const [code, words] of Object.entries(ERASURE_REFUSALS)) {
      expect(REFUSALS[code]).toBe(words);
      expect(words.en.money).toContain('Nothing was erased');
      expect(words.zh.money).toContain('没有删除');
    }
  });

  it('[PR7] destroyed keys are named in portions, all of them, none twice', () => {
    for (const count of [0, 1, 200, 201, 1000]) {
      const ids = Array.from({ length: count }, (_, n) => `id-${n}`);
      expect(keyPortions(ids).flatMap((portion) => portion.split(' '))).toEqual(ids);
    }
  });

  it('[PR7] the cache of keys keeps those used last, and no more', () => {
    const lru = new Lru<string, number>(2);
    lru.set('a', 1);
    lru.set('b', 2);
    lru.get('a');
    lru.set('c', 3);
    expect([lru.get('a'), lru.get('b'), lru.get('c'), lru.size]).toEqual([1, undefined, 3, 2]);
    lru.delete('a');
    expect([lru.get('a'), lru.size]).toEqual([undefined, 1]);
  });

  it('[PR7] the ring is asked for many keys a few at a time', async () => {
    let [now, most] = [0, 0];
    const done = await inLots(Array.from({ length: 40 }, (_, n) => n), 16, async (n) => {
      most = Math.max(most, (now += 1));
      await Promise.resolve();
      now -= 1;
      return n * 2;
    });
    expect(done).toEqual(Array.from({ length: 40 }, (_, n) => n * 2));
    expect(most).toBe(16);
  });
});
