import { link, open, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Puts a file in its place whole or not at all, and never over another: written beside under a hidden name, synced,
 * linked to its name, and the folder synced (SY1).
 *
 * @throws what the file system says: EEXIST where the name is taken
 */
export async function writeOnce(path: string, text: string, mode = 0o644): Promise<void> {
  const folder = dirname(path);
  const beside = join(folder, `.${basename(path)}.${process.pid}`);
  await rm(beside, { force: true });
  const file = await open(beside, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
  await syncFolder(folder);
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems cannot sync a folder; the file itself is on disk.
    if (!['EINVAL', 'EISDIR', 'EPERM', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await handle.close();
  }
}
