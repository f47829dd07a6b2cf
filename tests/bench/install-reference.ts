import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Installs a reference that has packages of its own, which the product does not have: by its own lock file, once.
 * @returns its folder
 */
export async function installReference(name: string): Promise<string> {
  const folder = join(import.meta.dirname, 'reference', name);
  if (existsSync(join(folder, 'node_modules', '.package-lock.json'))) return folder;
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`the packages of the reference ${name} could not be installed`);
  return folder;
}
