import { noOutcome, spoolRequest, withAnswer, type SpoolAnswer, type SpoolOutcome, type SpooledRow } from '#shared/protocol/spool.ts';
import { PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import type { DesktopRow, Spool } from './spool.ts';
import type { PostSpool } from './spool-over-http.ts';

export type Delivery = SpoolOutcome & { /** Whether the server took every request. */ reached: boolean };

/**
 * Hands rows to the server, in their order and as many at once as it takes. Stops where the server does not answer.
 * @param answered told of each answer as it comes
 */
export async function deliverRows(rows: readonly SpooledRow[], server: string, post: PostSpool, answered: (answer: SpoolAnswer) => void, stopped: () => boolean = () => false): Promise<Delivery> {
  let outcome = noOutcome;
  for (let at = 0; at < rows.length;) {
    const { request, taken } = spoolRequest(rows, at, PROTOCOL_VERSION);
    at += taken;
    const answer = await post(server, request);
    if (answer === null) return { ...outcome, reached: false };
    answered(answer);
    outcome = withAnswer(outcome, answer);
    if (stopped()) return { ...outcome, reached: false };
  }
  return { ...outcome, reached: true };
}

/**
 * Delivers what was left unsent at this workstation (SY10); nobody need be signed in. Whatever the server has answered leaves
 * the spool; what it cannot read is set aside; what has to wait stays.
 *
 * @param skip rows that somebody else sends: the outbox of whoever is signed in
 */
export async function deliverSpool(
  parts: { spool: Spool; server: string; post: PostSpool; skip?: (row: DesktopRow) => boolean; stopped?: () => boolean },
): Promise<Delivery> {
  const { spool, server, post, skip = () => false, stopped } = parts;
  const round = (): Promise<Delivery> => deliverRows(spool.waiting(server).filter((row) => !skip(row)), server, post, ({ results }) => {
    const withStatus = (wanted: (status: string) => boolean): Set<string> => new Set(results.filter(({ status }) => wanted(status)).map(({ id }) => id));
    spool.leave(withStatus((status) => status === 'taken' || status === 'refused' || status === 'in-tray'));
    spool.setAside(withStatus((status) => status === 'unreadable'));
  }, stopped);
  let last = await round();
  const all = { ...last };
  // What one person did on a case that another handed over here waits for that one's rows (OF1): they are there by now.
  while (last.reached && last.stays > 0 && last.taken + last.refused + last.inTray > 0) {
    last = await round();
    for (const field of ['taken', 'refused', 'inTray', 'unreadable'] as const) all[field] += last[field];
    all.stays = last.stays;
    all.reached = last.reached;
  }
  return all;
}
