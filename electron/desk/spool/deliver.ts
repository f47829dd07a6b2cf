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
 * Delivers what was left unsent at this workstation (SY10); nobody need be signed in. Whatever the server has answered waits
 * no more; what it cannot read is set aside; what has to wait stays.
 *
 * @param now by this machine's clock, corrected where somebody is signed in
 * @param own the desktop of whoever is signed in: its own outbox sends its rows, but for those in `lost`
 */
export async function deliverSpool(
  parts: { spool: Spool; server: string; post: PostSpool; now: () => string; own?: { desktop: string; lost: ReadonlySet<string> }; stopped?: () => boolean },
): Promise<Delivery> {
  const { spool, server, post, now, own = null, stopped } = parts;
  const skip = ({ desktop, row }: DesktopRow): boolean => own !== null && desktop === own.desktop && !own.lost.has(row.id);
  let staying: string[] = [];
  const round = (): Promise<Delivery> => {
    staying = [];
    return deliverRows(spool.waiting(server).filter((row) => !skip(row)), server, post, ({ results }) => {
      const withStatus = (wanted: (status: string) => boolean): Set<string> => new Set(results.filter(({ status }) => wanted(status)).map(({ id }) => id));
      spool.answered(withStatus((status) => status === 'taken' || status === 'refused' || status === 'in-tray'), now(), withStatus((status) => status === 'refused'));
      spool.setAside(withStatus((status) => status === 'unreadable'));
      staying.push(...withStatus((status) => status === 'stays'));
    }, stopped);
  };
  let last = await round();
  const all = { ...last };
  // What one person did on a case that another handed over here waits for that one's rows (OF1): they are there by now.
  while (last.reached && last.stays > 0 && (last.taken + last.refused + last.inTray > 0 || (await spool.sendAgainBefore(server, staying, now(), own?.desktop ?? null)))) {
    last = await round();
    for (const field of ['taken', 'refused', 'inTray', 'unreadable'] as const) all[field] += last[field];
    all.stays = last.stays;
    all.reached = last.reached;
  }
  return all;
}
