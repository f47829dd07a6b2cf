/**
 * A copy of the built program that any user can read. A checkout may lie below a folder that is
 * closed to others (a root shell's home), while end-to-end tests run as an ordinary user.
 */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { projectFolder } from './launch.ts';
import { packedProgram } from './packed-program.ts';
import { readRuntime } from './runtime-file.ts';

export interface StagedProgram {
  /** Give it as `program` to `desktopCommand`. */
  folder: string;
  remove(): void;
}

/** Copies `out/`, `package.json` and the one package that is not bundled. */
export function stageProgram(): StagedProgram {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'aidline-program-'));
  cpSync(join(projectFolder, 'out'), join(folder, 'out'), { recursive: true });
  cpSync(join(projectFolder, 'package.json'), join(folder, 'package.json'));
  const addon = join('node_modules', 'better-sqlite3');
  mkdirSync(join(folder, addon), { recursive: true });
  for (const part of ['package.json', 'lib', 'prebuilds']) {
    cpSync(join(projectFolder, addon, part), join(folder, addon, part), { recursive: true, dereference: true });
  }
  openToAll(folder);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Copies what `npm run pack` made, for the same reason.
 * @returns give `{ executable }` as `program` to `desktopCommand`
 */
export function stagePackedProgram(): { executable: string; remove(): void } {
  const packed = packedProgram(readRuntime());
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'aidline-packed-'));
  chmodSync(folder, 0o755);
  // The modes of the program are part of it: its helpers are executable.
  cpSync(dirname(packed), join(folder, 'program'), { recursive: true });
  // As in set-up: the sandbox also where ordinary users may not have user namespaces.
  if (process.platform === 'linux' && process.getuid?.() === 0) chmodSync(join(folder, 'program', 'chrome-sandbox'), 0o4755);
  return { executable: join(folder, 'program', basename(packed)), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else chmodSync(path, 0o644);
  }
}
