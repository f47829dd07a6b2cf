import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const PATIENCE_MS = 5_000;

/**
 * PR1, PR7: the server's memory holds bodies and keys in clear, so that neither it nor what it starts may leave a core. On
 * Linux the limit is set to 0 here, whatever the shell allows; on other systems it is 0 unless somebody raised it.
 *
 * @returns false where a core may still be written: the operator is told to set `LimitCORE=0`, or `ulimit -c 0`
 */
export function forbidDumps(): boolean {
  if (process.platform !== 'linux') return true;
  const forbidden = (): boolean => /^Max core file size\s+0\s/m.test(readFileSync('/proc/self/limits', 'utf8'));
  try {
    // Whoever is handed a dump all the same (a core pattern may name a program) gets one without memory in it.
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // A kernel without core dumps has no such file.
  }
  if (!forbidden()) spawnSync('prlimit', ['--pid', String(process.pid), '--core=0:0'], { stdio: 'ignore', timeout: PATIENCE_MS });
  return forbidden();
}
