import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FileSecret } from '../../../server/kept/file-secret.ts';
import { openKept } from '../../../server/kept/open-kept.ts';
import type { DataKeys } from '../../../server/log/sealing/data-keys.ts';
import { temporaryFolder } from '../log/log-fixture.ts';
import { keptContract } from './kept-contract.ts';

// Files are not sealed under the ring.
const noKeys = {} as DataKeys;

keptContract('SQLite', async () => {
  const { folder, dispose } = await temporaryFolder();
  return { servers: 1, dispose, open: async () => openKept(folder, null, noKeys) };
});

it('[SY10] [RB2] secrets in files are for their owner alone, and a strict one is refused where others can read it', async () => {
  const { folder, dispose } = await temporaryFolder();
  const path = join(folder, 'secret');
  await new FileSecret(path).change(() => Buffer.from('one'));
  await new FileSecret(path).change(() => Buffer.from('two'));
  expect(statSync(path).mode & 0o777).toBe(0o600);
  chmodSync(path, 0o640);
  expect((await new FileSecret(path).read())?.toString()).toBe('two');
  await expect(new FileSecret(path, { strict: true }).read()).rejects.toThrow('0600');
  await dispose();
});
