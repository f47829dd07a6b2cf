/**
 * PR1: the memory of a desktop holds customers and keys, so that no process of it may leave a core or minidump. Electron's
 * own reporter is never started; what is left is the system's:
 *
 * - Linux: the core limit is 0 and the dump filter empty, from the launcher on (`build/launch.ts`); started in another way,
 *   from here on, for this process and those that Chromium has forked before any script ran. A process that is made later
 *   inherits both.
 * - Windows: a dump is written only where an administrator turned on `LocalDumps`; the installer puts the program on the
 *   list of those that Windows Error Reporting passes over.
 * - macOS: the core limit is 0 unless somebody raised it, and a crash report holds no memory.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { App } from 'electron';

/** A process may end between being listed and being read. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function withDescendants(pid: number): number[] {
  let tasks: string[];
  try {
    tasks = readdirSync(`/proc/${pid}/task`);
  } catch {
    return [pid];
  }
  const children = tasks.flatMap((task) => textOf(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number));
  return [pid, ...children.flatMap(withDescendants)];
}

const mayDump = (pid: number): boolean => !/^Max core file size\s+0\s/m.test(textOf(`/proc/${pid}/limits`));

/** @returns false where a process may still leave a core: told on the terminal, with what to do */
export function forbidDumps(app: Pick<App, 'commandLine'>): boolean {
  app.commandLine.appendSwitch('disable-breakpad');
  app.commandLine.appendSwitch('disable-crash-reporter');
  if (process.platform !== 'linux') return true;
  try {
    // Whoever is handed a dump all the same (a core pattern may name a program) gets one without memory in it.
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // A kernel without core dumps has no such file.
  }
  for (const pid of withDescendants(process.pid).filter(mayDump)) spawnSync('prlimit', ['--pid', String(pid), '--core=0:0'], { stdio: 'ignore' });
  return !withDescendants(process.pid).some(mayDump);
}
