/** The judge's own rule for what was handed over at one screen (OF1, TP17): said, signed, and in both people's files. */
import type { LoggedEvent } from '../../control/judge/evidence.ts';
import type { StoredCommand } from './read-answers.ts';
import type { KeptFile } from './read-desktop.ts';

/** What both were told at the screen; `copied`: that it lies in the successor's file. */
export type HandedOver = { command: string; case: string; leaver: string; successor: string; copied: boolean };
type Judged = KeptFile & { name: string; person: string; endedBy: string | null };
type Parts = {
  handedOver: readonly HandedOver[]; events: readonly LoggedEvent[]; commands: ReadonlyMap<string, StoredCommand>; desktops: ReadonlyMap<string, Judged>;
  /** A restore may have lost what was answered. */
  restores: number;
};

export function judgeHandOvers({ handedOver, events, commands, desktops, restores }: Parts): string[] {
  const violations: string[] = [];
  const caused = Map.groupBy(events.filter((event) => event.command !== null), (event) => event.command!);
  for (const { command, case: of, leaver, successor, copied } of handedOver) {
    const blame = (what: string): void => void violations.push(`[OF1] ${of}, handed over at ${leaver} by ${command}: ${what}`);
    const [from, to] = [desktops.get(leaver)!, desktops.get(successor)!];
    const stored = commands.get(command);
    const copy = to.copies.get(command);
    // Lost, or not yet told: SY1 and SY10 say so.
    if (stored === undefined) continue;
    const done = caused.get(command) ?? [];
    if (stored.status === 'accepted') {
      const [signed] = done;
      if (signed?.kind !== 'hand-over signed here' || signed.body?.['from'] !== from.person || signed.body['to'] !== to.person) blame('it is accepted, and the log does not say who signed for whom');
      const owner = done.find((event) => event.kind === 'access granted')?.body;
      if (owner?.['person'] !== to.person || owner['as'] !== 'owner') blame('the successor did not become its owner');
      if (done.find((event) => event.kind === 'access revoked')?.body?.['person'] !== from.person) blame('whoever left has it still');
    }
    if (to.endedBy !== null) continue;
    if (stored.status === 'accepted' && copy !== undefined) blame(`it is accepted, and the successor's file ${copy.refusal === null ? 'waits' : 'says that it is refused'}`);
    if (stored.status === 'refused' && copy !== undefined && copy.refusal === null) blame('it is refused, and the successor still works on it');
    if (stored.status === 'refused' && copy !== undefined && copy.refusal !== null && copy.state !== null) blame('it is refused, and the case is still in the successor’s file');
    // Theirs already by an ordinary hand-over: then the case itself says so.
    const isTheirs = events.some((event) => event.case === of && event.kind === 'access granted' && event.body?.['person'] === to.person && event.body['as'] === 'owner');
    if (stored.status === 'refused' && copied && copy === undefined && restores === 0 && !isTheirs) blame('it is refused, and the successor was told nothing');
  }
  // Whatever was done on a copy came after the hand-over: what builds on it is judged with all other commands (SY2, SY3).
  return violations;
}
