/**
 * What a process asked of the system, as `strace` tells it: whether every acknowledgement came after a sync of what it
 * acknowledges (SY1). SIGKILL proves nothing here: what was written and not synced survives it.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** What to watch, and how: `-y` names the file of each descriptor, `-D` leaves the program itself the child of whoever starts it. */
export const STRACE = ['-D', '-f', '-qq', '-y', '-s', '400', '--seccomp-bpf', '-e', 'signal=none', '-e', 'trace=fsync,fdatasync,write,writev,pwrite64,sendto,sendmsg'] as const;

export type SyncVerdict = { acknowledgements: number; syncs: number; /** Acknowledgements given while something watched was written and not synced. */ unsynced: number };

/** `PID name(FD<PATH>, …) = RESULT`, whole or begun; the end of one that was begun. */
const WHOLE = /^(\d+) +(\w+)\((\d+)<([^>]*)>(.*)$/;
const RESUMED = /^(\d+) +<\.\.\. (\w+) resumed>(.*)$/;

/**
 * @param trace what strace wrote
 * @param watched files whose writes are acknowledged
 * @param isAcknowledgement of a write: to which file or socket, and its first bytes as strace prints them
 * @param begunBy of a write: the id of what is stored with the next commit; where it is told, only a sync after that is asked for,
 * whatever else of the same file is not synced by then (another commit, whose sync failed)
 */
export async function judgeTrace(
  trace: string, watched: (path: string) => boolean, isAcknowledgement: (path: string, said: string) => boolean, begunBy: (path: string, said: string) => string | null = () => null,
): Promise<SyncVerdict> {
  const verdict: SyncVerdict = { acknowledgements: 0, syncs: 0, unsynced: 0 };
  const dirty = new Set<string>();
  const begun = new Map<string, { name: string; path: string }>();
  /** By id, of what no sync came after yet. */
  const unsynced = new Set<string>();
  const told = new Set<string>();
  const done = (name: string, path: string): void => {
    if (!watched(path)) return;
    if (name === 'fsync' || name === 'fdatasync') {
      verdict.syncs += 1;
      dirty.delete(path);
      unsynced.clear();
    }
  };
  for await (const line of createInterface(createReadStream(trace))) {
    const resumed = RESUMED.exec(line);
    if (resumed !== null) {
      const call = begun.get(resumed[1]!);
      begun.delete(resumed[1]!);
      if (call !== undefined && !/= -1 /.test(resumed[3]!)) done(call.name, call.path);
      continue;
    }
    const whole = WHOLE.exec(line);
    if (whole === null) continue;
    const [, pid = '', name = '', , path = '', rest = ''] = whole;
    const isSync = name === 'fsync' || name === 'fdatasync';
    // A write counts from its beginning, a sync from its end.
    if (!isSync && watched(path)) dirty.add(path);
    const id = isSync ? null : begunBy(path, rest);
    if (id !== null) {
      told.add(id);
      unsynced.add(id);
    }
    if (!isSync && isAcknowledgement(path, rest)) {
      verdict.acknowledgements += 1;
      const of = [...told].find((one) => rest.includes(one));
      if (of === undefined ? dirty.size > 0 : unsynced.has(of)) verdict.unsynced += 1;
    }
    if (rest.includes('<unfinished ...>')) begun.set(pid, { name, path });
    else if (!/= -1 /.test(rest)) done(name, path);
  }
  return verdict;
}
