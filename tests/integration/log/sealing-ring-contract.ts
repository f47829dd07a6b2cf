/** What every ring key keeps, whatever stands behind it. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFailure } from '../../../server/log/log-errors.ts';
import type { KeyName, RingKey } from '../../../server/log/sealing/ring-key.ts';
import { id } from './log-fixture.ts';

/** `open` again is what a server that starts anew sees. */
export type RingStorage = { open: () => Promise<RingKey>; dispose: () => Promise<void> };

export const DATA_KEY: KeyName = { id: id(0x71), purpose: 'customer' };
export const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(() => 'done', (thrown: unknown) => (thrown instanceof LogFailure ? thrown.error.code : `bug: ${String(thrown)}`));

export function ringContract(name: string, make: () => Promise<RingStorage>): void {
  describe(`the ring key of ${name}`, () => {
    let storage: RingStorage;
    let ring: RingKey;
    const plain = randomBytes(32);
    beforeEach(async () => {
      storage = await make();
      ring = await storage.open();
    });
    afterEach(() => storage.dispose());

    it('[PR7] unwraps what it wrapped, after a restart too, and wraps to what does not hold the key', async () => {
      const wrapped = await ring.wrap(DATA_KEY, plain);
      expect(wrapped.version).toBe(await ring.current());
      expect(Buffer.from(wrapped.bytes).includes(plain)).toBe(false);
      expect(Buffer.from(await ring.unwrap(DATA_KEY, wrapped)).equals(plain)).toBe(true);
      expect(Buffer.from(await (await storage.open()).unwrap(DATA_KEY, wrapped)).equals(plain)).toBe(true);
      expect(Buffer.from(wrapped.bytes).equals(Buffer.from((await ring.wrap(DATA_KEY, plain)).bytes))).toBe(false);
    });

    it('[PR7] refuses a wrapped key under another id, another purpose, another version, or with one bit changed', async () => {
      const wrapped = await ring.wrap(DATA_KEY, plain);
      await ring.rotate();
      expect(await codeOf(ring.unwrap({ ...DATA_KEY, id: id(0x72) }, wrapped))).toBe('ring-refused');
      expect(await codeOf(ring.unwrap({ ...DATA_KEY, purpose: 'stream' }, wrapped))).toBe('ring-refused');
      expect(await codeOf(ring.unwrap(DATA_KEY, { ...wrapped, version: wrapped.version + 1 }))).toBe('ring-refused');
      expect(await codeOf(ring.unwrap(DATA_KEY, { ...wrapped, version: 99 }))).toBe('ring-refused');
      for (const at of [0, 20, wrapped.bytes.length - 1]) {
        const changed = Uint8Array.from(wrapped.bytes);
        changed[at] = (changed[at] ?? 0) ^ 1;
        expect(await codeOf(ring.unwrap(DATA_KEY, { ...wrapped, bytes: changed }))).toBe('ring-refused');
      }
      expect(await codeOf(ring.unwrap(DATA_KEY, { ...wrapped, bytes: wrapped.bytes.slice(0, 10) }))).toBe('ring-refused');
      expect(await codeOf(ring.unwrap(DATA_KEY, wrapped))).toBe('done');
    });

    it('[PR7] rotates: new keys under the new version, old ones still open, until the old version is dropped', async () => {
      const old = await ring.wrap(DATA_KEY, plain);
      const version = await ring.rotate();
      expect(version).toBeGreaterThan(old.version);
      expect(await ring.current()).toBe(version);
      const anew = await ring.wrap(DATA_KEY, plain);
      expect(anew.version).toBe(version);
      const later = await storage.open();
      expect(await later.current()).toBe(version);
      expect(Buffer.from(await later.unwrap(DATA_KEY, old)).equals(plain)).toBe(true);
      await later.dropBefore(version);
      for (const one of [later, await storage.open()]) {
        expect(await codeOf(one.unwrap(DATA_KEY, old))).toBe('ring-refused');
        expect(Buffer.from(await one.unwrap(DATA_KEY, anew)).equals(plain)).toBe(true);
      }
    });
  });
}
