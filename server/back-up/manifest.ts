import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { Hash, Instant } from '#shared/protocol/ids.ts';
import { StartError } from '../start-error.ts';

export const MANIFEST = 'aidline-back-up.json';
/** What a centre is made of, less the ring key, which is kept apart from it, and the checkpoints, which lie elsewhere anyway. */
export const DATABASES = ['log.db', 'people.sqlite', 'keys.sqlite'] as const;
export const FILES = ['audit.key', 'spool.keys', 'tokens.key'] as const;
const NAMES = [...DATABASES, ...FILES] as const;

export const Manifest = z.strictObject({
  format: z.literal('aidline back-up 1'),
  madeAt: Instant,
  /** Where the log stood: the last position and the link over all before it. */
  position: z.int(),
  link: Hash,
  files: z.array(z.strictObject({ name: z.enum(NAMES), bytes: z.int(), sha256: Hash })),
});
export type Manifest = z.infer<typeof Manifest>;

export async function fileDigest(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { bytes: statSync(path).size, sha256: hash.digest('hex') };
}

/**
 * Reads a back-up's list and looks at every file it names.
 * @throws StartError where the folder is none, or a file is not as it was written
 */
export async function readBackUp(folder: string): Promise<Manifest> {
  let manifest: Manifest;
  try {
    manifest = Manifest.parse(JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')));
  } catch {
    throw new StartError(`${folder}: 这不是备份，或备份没有做完 / this is no back-up, or it was not finished`);
  }
  for (const { name, bytes, sha256 } of manifest.files) {
    const found = await fileDigest(join(folder, name)).catch(() => null);
    if (found?.bytes !== bytes || found.sha256 !== sha256) throw new StartError(`${join(folder, name)}: 与备份时不同，不能用 / is not as it was backed up and cannot be used`);
  }
  return manifest;
}
