/**
 * What a server has last seen of its database, in a file of its own outside of it: a database whose disk was put back to an
 * earlier state knows nothing of that by itself (SY9).
 */
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';

const Seen = z.object({ system: z.string(), timeline: z.string(), lsn: z.string(), epoch: z.string(), batch: z.int(), link: z.string() });
export type Seen = z.infer<typeof Seen>;

/** Null where there is none, or none that can be read: then nothing is known, and the database is believed. */
export function readSeen(path: string): Seen | null {
  try {
    const parsed = Seen.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Beside, then in its place: never half a file. */
export async function writeSeen(path: string, seen: Seen): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(seen)}\n`, { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
}
