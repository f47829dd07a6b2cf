import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { OuterCommand } from '#shared/protocol/command.ts';
import { RawDesktop } from '../server/raw-desktop.ts';
import { startDemoCentre, type Stage } from '../server/story.ts';

/** A back-up of the log, made beside the running server. */
export async function backUp(stage: Stage): Promise<string> {
  const copy = join(stage.data, 'copy.db');
  await stage.running.centre.log.backUp(copy);
  return copy;
}

/** The log is the copy's from now on; the bank, the keys and the file beside the log are as they were. */
export const putBack = (stage: Stage, copy: string): void => putBackLog(stage.data, copy);

/** The same, of a data folder whose centre has stopped. */
export function putBackLog(data: string, copy: string): void {
  const log = join(data, 'log.db');
  for (const end of ['', '-wal', '-shm']) rmSync(`${log}${end}`, { force: true });
  copyFileSync(copy, log);
}

/** Stops the centre and starts it on the copy; desktops are not connected afterwards. */
export async function restore(stage: Stage, copy: string): Promise<void> {
  for (const desktop of [stage.agent, stage.mentor, ...stage.others]) desktop.close();
  await stage.running.stop();
  putBack(stage, copy);
  stage.running = (await startDemoCentre(stage.data)).running;
}

/** The same desktop at the same machine, in a new incarnation, as a desk that met a new epoch. */
export async function comeBack(stage: Stage, before: RawDesktop, account: string): Promise<RawDesktop> {
  const again = new RawDesktop(stage.running.url, before.desktop);
  again.machineKey = before.machineKey;
  again.workstation = before.workstation;
  again.personKey = before.personKey;
  await again.session(account, 'aidline-demo');
  again.incarnation = before.incarnation + 1;
  await again.connect();
  return again;
}

/** Commands of the lost time as they are sent again: the same ids and bytes under new numbers. */
export function renumbered(commands: readonly OuterCommand[]): OuterCommand[] {
  const numbers = new Map<string, number>();
  return commands.map((command) => {
    const number = (numbers.get(command.case) ?? 0) + 1;
    numbers.set(command.case, number);
    return { ...command, incarnation: 2, number };
  });
}
