import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A folder on the project's own disk: the system's temporary folder may lie in memory, where a sync costs nothing. */
export function scratchFolder(name: string): { path: string; remove(): void } {
  const root = resolve(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'aidline');
  mkdirSync(root, { recursive: true });
  const path = mkdtempSync(join(root, `bench-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
