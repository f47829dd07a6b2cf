import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { Uuid7 } from '#shared/protocol/ids.ts';
import { WrappedKey } from '#shared/protocol/wrapped-key.ts';
import { MachineShare } from './key-store.ts';
import { onDisk, StoreError } from './store-refusal.ts';
import { syncFolder, writeWhole } from './write-whole.ts';

/** Format 1 knew no key store. */
export const KEY_FILE_FORMAT = 2;
const AnyFormat = z.object({ format: z.int() });

/**
 * What lies beside the database in clear: no customer, no secret. `failures` counts wrong passphrases in a row
 * (OF3); it is raised before a guess is checked, so that ending the process does not save a guess.
 */
const KeyFile1 = z.strictObject({
  format: z.literal(1),
  account: z.string(),
  server: z.string(),
  desktop: Uuid7,
  key: WrappedKey,
  /** The same database key under a passphrase that the server may have taken already; both open until it has said which. */
  next: WrappedKey.optional(),
  failures: z.int().min(0),
});

/** `machine`: wrapped under what the operating system's key store keeps as well (PR1); null where it has no real one. */
export const KeyFile = KeyFile1.extend({ format: z.literal(KEY_FILE_FORMAT), machine: MachineShare.nullable() });
export type KeyFile = z.infer<typeof KeyFile>;

export type ProfileFolder = { readonly path: string; readonly keyFile: string; readonly database: string };

/** One folder per person and server: two people at one workstation never share a file. */
export function profileFolder(root: string, server: string, account: string): ProfileFolder {
  const name = createHash('sha256').update(`${server.replace(/\/+$/, '')}\n${account.trim().toLowerCase()}`).digest('hex').slice(0, 24);
  return profileAt(join(root, name));
}

/** @param path a folder that is known to be a person's */
export const profileAt = (path: string): ProfileFolder => ({ path, keyFile: join(path, 'key.json'), database: join(path, 'desk.db') });

/**
 * Reads the key file.
 * @returns null where this person was never here
 * @throws StoreError `store-key-lost` where there is a database and no readable key to it, `store-newer` for a later format
 */
export function readKeyFile(folder: ProfileFolder): KeyFile | null {
  return onDisk(() => {
    if (!existsSync(folder.keyFile)) {
      if (existsSync(folder.database)) throw new StoreError('store-key-lost');
      return null;
    }
    let read: unknown;
    try {
      read = JSON.parse(readFileSync(folder.keyFile, 'utf8'));
    } catch (error) {
      if (error instanceof SyntaxError) throw new StoreError('store-key-lost', undefined, error);
      throw error;
    }
    const format = AnyFormat.safeParse(read).data?.format ?? 0;
    if (format > KEY_FILE_FORMAT) throw new StoreError('store-newer', { held: format, known: KEY_FILE_FORMAT });
    const first = KeyFile1.safeParse(read);
    if (first.success) return { ...first.data, format: KEY_FILE_FORMAT, machine: null };
    const parsed = KeyFile.safeParse(read);
    if (!parsed.success) throw new StoreError('store-key-lost', undefined, parsed.error);
    return parsed.data;
  });
}

/** Writes a key file of an earlier format as the present one: its person was here with this program. */
export function moveUp(folder: ProfileFolder): void {
  const held = readKeyFile(folder);
  if (held !== null && (AnyFormat.safeParse(JSON.parse(readFileSync(folder.keyFile, 'utf8'))).data?.format ?? 0) < KEY_FILE_FORMAT) writeKeyFile(folder, held);
}

/** The wrong passphrases in a row, in the key file as it is now. */
export function countFailures(folder: ProfileFolder, failures: number): void {
  const held = readKeyFile(folder);
  if (held !== null && held.failures !== failures) writeKeyFile(folder, { ...held, failures });
}

/** Replaces the key file in one step: a power cut leaves the old one or the new one. */
export function writeKeyFile(folder: ProfileFolder, content: KeyFile): void {
  writeWhole(folder.keyFile, JSON.stringify(content));
}

/**
 * RB2: puts a folder that cannot be opened out of the way, whole. Nothing is deleted; the next sign-in looks there
 * for unsent commands.
 * @returns the new path
 */
export function moveFolderAside(folder: ProfileFolder): string {
  return onDisk(() => {
    let n = 1;
    while (existsSync(`${folder.path}.aside-${n}`)) n += 1;
    const aside = `${folder.path}.aside-${n}`;
    renameSync(folder.path, aside);
    syncFolder(dirname(folder.path));
    return aside;
  });
}

/** Folders of this person that were moved aside, oldest first. */
export function foldersAside(folder: ProfileFolder): ProfileFolder[] {
  return onDisk(() => {
    const root = dirname(folder.path);
    if (!existsSync(root)) return [];
    return readdirSync(root)
      .filter((name) => name.startsWith(`${basename(folder.path)}.aside-`) && !name.endsWith('.taken'))
      .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
      .map((name) => join(root, name))
      .map(profileAt);
  });
}

/** What could be read of it is in the new file: it stays on disk and is not looked at again. */
export function markTaken(aside: ProfileFolder): void {
  onDisk(() => renameSync(aside.path, `${aside.path}.taken`));
}
