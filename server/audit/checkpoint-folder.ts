/**
 * The folder of checkpoints: `<day>/<sequence>.json`, one line each, written once. Beside them `audit.pub`; where a key
 * was replaced, the later ones as `audit.<first 12 digits of its id>.pub`. Copy the folder to a place that the server
 * cannot write: whoever has the server has its key too.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyObject } from 'node:crypto';
import { parsePublicKeyText, publicKeyId, publicKeyText } from './audit-key.ts';
import { checkpointHash, NO_CHECKPOINT, parseCheckpoint, type SignedCheckpoint } from './checkpoint.ts';
import { syncFolder, writeOnce } from './write-once.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const FILE = /^(\d{10})\.json$/;
const KEY = /^audit(?:\.[0-9a-f]{12})?\.pub$/;

export type KeptFile = { sequence: number; path: string };
/** One file as found. `checkpoint`: null where it is damaged. */
export type KeptCheckpoint = KeptFile & { text: string; hash: string; checkpoint: SignedCheckpoint | null };

/** Every checkpoint's file by its number. A folder that is not there holds none. */
export function listCheckpoints(folder: string): KeptFile[] {
  if (!existsSync(folder)) return [];
  const days = readdirSync(folder).filter((name) => DAY.test(name));
  return days
    .flatMap((day) => readdirSync(join(folder, day)).flatMap((name) => {
      const sequence = FILE.exec(name)?.[1];
      return sequence === undefined ? [] : [{ sequence: Number(sequence), path: join(folder, day, name) }];
    }))
    .sort((a, b) => a.sequence - b.sequence);
}

/** @returns null where it is gone since it was listed */
export function readCheckpoint({ sequence, path }: KeptFile): KeptCheckpoint {
  const bytes = readFileSync(path);
  const line = bytes.toString('utf8');
  const whole = line.endsWith('\n') && Buffer.from(line).equals(bytes);
  const text = line.slice(0, -1);
  const checkpoint = whole ? parseCheckpoint(text) : null;
  // The name is part of it: a file under another's name would hide which one is gone.
  const own = checkpoint !== null && checkpoint.sequence === sequence && path.endsWith(join(checkpoint.at.slice(0, 10), fileName(sequence)));
  return { sequence, path, text, hash: checkpointHash(text), checkpoint: own ? checkpoint : null };
}

const fileName = (sequence: number): string => `${String(sequence).padStart(10, '0')}.json`;

/** What the next checkpoint goes on from. */
export function lastKept(folder: string): { sequence: number; hash: string } {
  const last = listCheckpoints(folder).at(-1);
  return last === undefined ? { sequence: 0, hash: NO_CHECKPOINT } : { sequence: last.sequence, hash: readCheckpoint(last).hash };
}

/** @param text the signed checkpoint @throws what the file system says; a number that exists is never written over */
export async function keepCheckpoint(folder: string, { sequence, at }: Pick<SignedCheckpoint, 'sequence' | 'at'>, text: string): Promise<void> {
  const day = join(folder, at.slice(0, 10));
  if (!existsSync(day)) {
    mkdirSync(day, { recursive: true, mode: 0o755 });
    await syncFolder(folder);
  }
  await writeOnce(join(day, fileName(sequence)), `${text}\n`);
}

export async function publishKey(folder: string, key: KeyObject): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const text = publicKeyText(key);
  for (const name of ['audit.pub', `audit.${publicKeyId(key).slice(0, 12)}.pub`]) {
    const path = join(folder, name);
    if (!existsSync(path)) return writeOnce(path, text);
    if (readFileSync(path, 'utf8') === text) return;
  }
}

/** The public keys that lie beside the checkpoints. `key`: null where the file is damaged. */
export function publishedKeys(folder: string): { path: string; key: KeyObject | null }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => KEY.test(name)).sort().map((name) => {
    const path = join(folder, name);
    const bytes = readFileSync(path);
    const text = bytes.toString('utf8');
    return { path, key: Buffer.from(text).equals(bytes) ? parsePublicKeyText(text) : null };
  });
}
