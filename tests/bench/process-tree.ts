/** Memory and processor time of a program with all its processes, as the kernel counts it (Linux). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process and all that came from it. */
export function processTree(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // The name in parentheses may hold anything, also a closing parenthesis.
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // Ended while we looked.
    }
  }
  const tree = [root];
  for (let n = 0; n < tree.length; n += 1) for (const [pid, parent] of parents) if (parent === tree[n]) tree.push(pid);
  return tree;
}

/**
 * Proportional set size of a process and all that came from it: pages that several share are counted once.
 * @returns megabytes
 * @throws where the kernel does not let this user see it
 */
export const pssOf = (root: number): number => processTree(root).reduce((sum, pid) => sum + ownPssOf(pid), 0);

/** Of one process alone, in megabytes; 0 where it has ended. */
export function ownPssOf(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return 0;
    throw error;
  }
}

/** Linux counts in hundredths of a second, whatever its clock. */
const TICK_MS = 10;

/** Processor time that a process has taken since it started, user and system, in milliseconds. */
export function processorMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Whether a program of this executable runs that is none of ours: what it shares with ours would count less. */
export function runsElsewhere(executable: string, ours: number): boolean {
  const tree = new Set(processTree(ours));
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name) || tree.has(Number(name))) return false;
    try {
      return readlinkSync(`/proc/${name}/exe`) === executable;
    } catch {
      return false;
    }
  });
}

/** Ends a process and all that came from it, at once. Returns when the root is gone. */
export async function endTree(root: number, gone: Promise<unknown>): Promise<void> {
  for (const pid of processTree(root)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
  }
  await gone;
}
