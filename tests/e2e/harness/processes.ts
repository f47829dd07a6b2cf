import { readdirSync, readFileSync } from 'node:fs';

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

export type Process = { pid: number; command: string };

/** A process and all that it started, as they are now (Linux). */
export function familyOf(pid: number): Process[] {
  const command = textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
  let tasks: string[] = [];
  try {
    tasks = readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
  const children = tasks.flatMap((task) => textOf(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number));
  return [{ pid, command }, ...children.flatMap(familyOf)];
}

/** How many bytes of a core this process may leave, as the system has it: soft and hard. */
export function coreLimitOf(pid: number): string {
  return /^Max core file size\s+(\S+)\s+(\S+)/m.exec(textOf(`/proc/${pid}/limits`))?.slice(1, 3).join(' ') ?? 'gone';
}

/** Not there any more, or dead and not yet collected. */
export const isGone = (pid: number): boolean => {
  const state = /^State:\s+(\S)/m.exec(textOf(`/proc/${pid}/status`))?.[1];
  return state === undefined || state === 'Z' || state === 'X';
};
