import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SealedLog } from '../../../server/log/sealing/open-sealed-log.ts';
import { appended, CASE_A, CASE_B, note, temporaryFolder } from './log-fixture.ts';
import { CUSTOMER, filesWith, ofCustomer, openSealed, OTHER } from './sealing-fixture.ts';

let folder: string;
let dispose: () => Promise<void>;
let at: SealedLog;
beforeEach(async () => {
  ({ folder, dispose } = await temporaryFolder());
  at = await openSealed(folder);
  await appended(at.log, ofCustomer(null, CASE_A, 0, [note('before')]));
  await appended(at.log, ofCustomer(CUSTOMER, CASE_A, 1, [note('known')]));
  await appended(at.log, ofCustomer(OTHER, CASE_B, 0, [note('other')]));
});
afterEach(async () => {
  await at.log.close();
  await dispose();
});
const reopen = async (): Promise<void> => {
  await at.log.close();
  at = await openSealed(folder);
};
const wrapped = (): { id: string; version: number; wrapped: Buffer }[] => {
  const db = new Database(join(folder, 'keys.sqlite'), { readonly: true });
  try {
    return db.prepare<[], { id: string; version: number; wrapped: Buffer }>('SELECT id, ring_version AS version, wrapped FROM keys ORDER BY id').all();
  } finally {
    db.close();
  }
};
const texts = async (): Promise<unknown[]> => [...(await at.log.readCase(CASE_A)), ...(await at.log.readCase(CASE_B))].map((event) => (event.body as { text: string }).text);

it('[PR7] a rotation wraps every data key anew, and every body stays readable', async () => {
  const before = wrapped();
  expect(before.map(({ version }) => version)).toEqual([1, 1, 1, 1]);
  expect(await at.sealing.rotate()).toEqual({ version: 2, rewrapped: 4 });
  expect(wrapped().map(({ version }) => version)).toEqual([2, 2, 2, 2]);
  expect(await texts()).toEqual(['before', 'known', 'other']);
  await reopen();
  expect(await texts()).toEqual(['before', 'known', 'other']);
  await appended(at.log, ofCustomer(CUSTOMER, CASE_A, 2, [note('after')]));
  await at.sealing.dropOldRings();
  await reopen();
  expect(await texts()).toEqual(['before', 'known', 'after', 'other']);
});

it('[PR7] a copy of the keys from before a rotation opens nothing once the old ring key is dropped', async () => {
  await at.sealing.backUp(join(folder, 'old-keys.sqlite'));
  await at.sealing.rotate();
  await at.sealing.dropOldRings();
  await at.log.close();
  copyFileSync(join(folder, 'keys.sqlite'), join(folder, 'now.sqlite'));
  copyFileSync(join(folder, 'old-keys.sqlite'), join(folder, 'keys.sqlite'));
  await expect(openSealed(folder)).rejects.toThrow('ring-refused');
  copyFileSync(join(folder, 'now.sqlite'), join(folder, 'keys.sqlite'));
  at = await openSealed(folder);
  expect(await texts()).toEqual(['before', 'known', 'other']);
});

it('[PR7] a rotation that was cut off is finished key by key as they are used, and by the next one', async () => {
  const rewrap = at.sealing.store.rewrap.bind(at.sealing.store);
  at.sealing.store.rewrap = () => Promise.reject(new Error('the power went'));
  await expect(at.sealing.rotate()).rejects.toThrow('the power went');
  at.sealing.store.rewrap = rewrap;
  await expect(at.sealing.dropOldRings()).rejects.toThrow('rotate first');
  await reopen();
  expect(await texts()).toEqual(['before', 'known', 'other']);
  await expect.poll(() => wrapped().filter(({ version }) => version === 2).length).toBeGreaterThanOrEqual(3);
  await at.sealing.rotate();
  expect(new Set(wrapped().map(({ version }) => version))).toEqual(new Set([3]));
  await at.sealing.dropOldRings();
  await reopen();
  expect(await texts()).toEqual(['before', 'known', 'other']);
});

it('[PR7] what a key was wrapped to before is in no byte of the key file', async () => {
  const before = wrapped();
  await at.sealing.rotate();
  await reopen();
  for (const one of before) expect(filesWith(folder, one.wrapped)).toEqual([]);
  for (const one of wrapped()) expect(filesWith(folder, one.wrapped)).not.toEqual([]);
});

it('[PR7] an operator rotates a stopped server\'s ring from the shell, and never a running one\'s', async () => {
  const program = fileURLToPath(new URL('../../../server/log/sealing/rotate-ring.ts', import.meta.url));
  const rotate = (...more: string[]) => spawnSync(process.execPath, [program, '--data', folder, ...more], { encoding: 'utf8' });
  const running = rotate();
  expect([running.status, running.stderr.includes('log-locked')]).toEqual([2, true]);
  expect(new Set(wrapped().map(({ version }) => version))).toEqual(new Set([1]));
  await at.log.close();
  const stopped = rotate('--drop-old');
  expect([stopped.status, JSON.parse(stopped.stdout)]).toEqual([0, { version: 2, rewrapped: 4, droppedOld: true }]);
  at = await openSealed(folder);
  expect(await texts()).toEqual(['before', 'known', 'other']);
});
