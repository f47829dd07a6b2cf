import { closeSync, existsSync, openSync, readdirSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { profileAt, readKeyFile, type KeyFile, type ProfileFolder } from '../store/profile-folder.ts';
import { onDisk, StoreError } from '../store/store-refusal.ts';

const NAME = /^[0-9a-f]{24}(\.aside-\d+(\.taken)?)?$/;
const plain = (server: string): string => server.replace(/\/+$/, '');

export type Profile = { folder: ProfileFolder; /** `unreadable`: moved aside for its key file, or cut off while it was removed. */ held: KeyFile | 'unreadable' };

/** Every person's folder on this machine, those moved aside too. */
export function profilesIn(root: string): Profile[] {
  return onDisk(() => (existsSync(root) ? readdirSync(root) : []).filter((name) => NAME.test(name)).map((name) => {
    const folder = profileAt(join(root, name));
    try {
      return { folder, held: readKeyFile(folder) ?? 'unreadable' };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return { folder, held: 'unreadable' };
    }
  }));
}

/** Of this server; what can no longer say whose it is counts too. */
export const profilesOf = (root: string, server: string): Profile[] => profilesIn(root).filter(({ held }) => held === 'unreadable' || plain(held.server) === plain(server));

/**
 * Removes a person's folder: the key first, overwritten, so that what is left of the file after a power cut, or in blocks that
 * the disk has not yet given to others, opens for nobody.
 */
export function removeProfile({ path, keyFile }: ProfileFolder): void {
  onDisk(() => {
    if (existsSync(keyFile)) writeFileSync(keyFile, Buffer.alloc(statSync(keyFile).size), { flush: true });
    rmSync(keyFile, { force: true });
    rmSync(path, { recursive: true, force: true });
  });
}

/** When anything was last written for this person. */
export function lastUsedMs({ keyFile, database }: ProfileFolder): number {
  return Math.max(0, ...[keyFile, database, `${database}-wal`].filter((file) => existsSync(file)).map((file) => statSync(file).mtimeMs));
}

const HEAD_BYTES = 8_192;

/** The beginning of a file, as text. */
export function headOf(path: string): string {
  const bytes = Buffer.alloc(HEAD_BYTES);
  const file = openSync(path, 'r');
  try {
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
}
