/**
 * The judge's own rule for what was ordered offline (OF2, TP4): executed once, or sent back and never; from the orders as they lie
 * in the makers' files, the log, and the bank's books. Who signed and typed what is judged with every execution.
 */
import type { LedgerRow, LoggedEvent } from '../../control/judge/evidence.ts';
import type { StoredCommand } from './read-answers.ts';
import type { KeptFile } from './read-desktop.ts';

type Order = { operationId: string; coSignId: string; executionId: string; keys: { lineId: string; key: string }[] };
type Parts = {
  saved: readonly { id: string; machine: string; case: string; kind: string }[]; events: readonly LoggedEvent[]; commands: ReadonlyMap<string, StoredCommand>;
  desktops: ReadonlyMap<string, KeptFile>; ledger: readonly LedgerRow[];
  /** A restore may have lost an execution whose booking stands. */
  restores: number;
};

export function judgeOfflineOrders({ saved, events, commands, desktops, ledger, restores }: Parts): string[] {
  const violations: string[] = [];
  const booked = new Set(ledger.flatMap((row) => (row.state === 'done' ? [row.key] : [])));
  const ofCase = Map.groupBy(events, (event) => event.case);
  // As the makers have them in their files: also of what the centre refused, or never heard.
  for (const { id, machine, case: of } of saved.filter(({ kind }) => kind === 'order on return')) {
    const order = desktops.get(machine)!.commands.get(id)?.body as Order | undefined;
    if (order === undefined) continue;
    const blame = (what: string): void => void violations.push(`[OF2] order ${order.executionId} of ${of}, made offline at ${machine}: ${what}`);
    const log = ofCase.get(of) ?? [];
    const about = (kind: string, field: 'executionId' | 'coSignId' | 'followUpId', wanted: string): LoggedEvent[] => log.filter((event) => event.kind === kind && event.body?.[field] === wanted);
    const started = about('execution started', 'executionId', order.executionId);
    const released = about('offline order released', 'executionId', order.executionId);
    const returned = about('offline order returned', 'coSignId', order.coSignId);
    const own = order.keys.map(({ key }) => `${of}.${key}`).filter((key) => booked.has(key));
    const status = commands.get(id)?.status;
    if (status !== 'accepted') {
      if (started.length > 0 || released.length > 0) blame(`it is ${status ?? 'not at the centre'}, and was executed`);
      if (own.length > 0 && restores === 0) blame(`it is ${status ?? 'not at the centre'}, and the bank booked ${own.join()}`);
      continue;
    }
    if (started.length > 1) blame(`it was executed ${started.length} times`);
    if (released.length + returned.length > 1) blame(`it was released ${released.length} times and sent back ${returned.length} times`);
    if (released.length + returned.length === 0) blame('it is neither executed nor sent back');
    if (returned.length > 0 && started.length > 0) blame('it was sent back, and executed');
    if (returned.length > 0 && own.length > 0) blame(`it was sent back, and the bank booked ${own.join()}`);
    if (about('follow-up opened', 'followUpId', order.coSignId).length !== 1) blame('nobody is told to call the customer, or it is told twice');
  }
  return violations;
}
