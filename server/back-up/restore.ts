import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyFolder, onDisk } from './back-up.ts';
import { readBackUp, type Manifest } from './manifest.ts';

/**
 * Puts a back-up into an empty data folder (OP1). The ring key is not in it: it comes from where it is kept apart. The server
 * that starts there begins a new epoch, and keeps its gate shut until the bank has told of the lost time (SY9).
 *
 * @throws StartError where the back-up is damaged, or the folder is not empty
 */
export async function restoreBackUp(from: string, data: string): Promise<Manifest> {
  const manifest = await readBackUp(from);
  emptyFolder(data);
  for (const { name } of manifest.files) {
    copyFileSync(join(from, name), join(data, name));
    onDisk(join(data, name));
  }
  onDisk(data);
  return manifest;
}
