/** Builds the desktop when a source is newer than the last build; quick when none is. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const project = resolve(import.meta.dirname, '..');
const stamp = join(project, 'out', '.built');
const SOURCES = ['electron', 'renderer', 'shared', 'build/electron.vite.config.ts', 'package-lock.json'];

/** Time of the newest file at or below a path, in milliseconds. */
function newest(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  // The folder's own time tells of files that were taken away.
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/**
 * @returns true when `out/` is up to date afterwards; the build's own messages went to the terminal
 */
export function ensureBuilt(): boolean {
  const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const started = Date.now();
  if (existsSync(stamp) && SOURCES.every((source) => newest(join(project, source)) <= built)) return true;
  process.stderr.write('[aidline] Building the desktop … 正在构建桌面程序……\n');
  const tool = join(project, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const result = spawnSync(process.execPath, [tool, 'build', '--config', 'build/electron.vite.config.ts', '--logLevel', 'warn'], {
    cwd: project,
    stdio: 'inherit',
  });
  if (result.status !== 0) return false;
  mkdirSync(join(project, 'out'), { recursive: true });
  writeFileSync(stamp, new Date(started).toISOString());
  // What was changed while it was built is built the next time.
  utimesSync(stamp, new Date(started), new Date(started));
  return true;
}

if (import.meta.main && !ensureBuilt()) process.exitCode = 1;
