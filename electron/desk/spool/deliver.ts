import { MAX_SPOOL_BYTES, MAX_SPOOL_ROWS, type SealedRow, type SpoolAnswer, type SpoolOutcome, type SpoolSession } from '#shared/protocol/spool.ts';
import { PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import type { Spool, SpooledRow } from './spool.ts';
import type { PostSpool } from './spool-over-http.ts';

export type Delivery = SpoolOutcome & { /** Whether the server took every request. */ reached: boolean };

const FIELDS = { taken: 'taken', refused: 'refused', 'in-tray': 'inTray', unreadable: 'unreadable', stays: 'stays' } as const;
type Loose = Pick<SpooledRow, 'row' | 'session'>;

/**
 * Hands rows to the server, in their order and as many at once as it takes. Stops where the server does not answer.
 * @param answered told of each answer as it comes
 */
export async function deliverRows(rows: readonly Loose[], server: string, post: PostSpool, answered: (answer: SpoolAnswer) => void, stopped: () => boolean = () => false): Promise<Delivery> {
  const delivery: Delivery = { taken: 0, refused: 0, inTray: 0, unreadable: 0, stays: 0, reached: true };
  for (let at = 0; at < rows.length;) {
    const batch = nextBatch(rows, at);
    at += batch.length;
    const sessions = new Map<string, SpoolSession>(batch.map(({ row, session }) => [row.session, session]));
    const answer = await post(server, { protocol: PROTOCOL_VERSION, sessions: [...sessions.values()], rows: batch.map(({ row }): SealedRow => row) });
    if (answer === null) return { ...delivery, reached: false };
    answered(answer);
    for (const { status } of answer.results) delivery[FIELDS[status]] += 1;
    if (stopped()) return { ...delivery, reached: false };
  }
  return delivery;
}

function nextBatch(rows: readonly Loose[], from: number): Loose[] {
  const batch: Loose[] = [];
  let bytes = 0;
  for (const one of rows.slice(from, from + MAX_SPOOL_ROWS)) {
    bytes += one.row.sealed.length + JSON.stringify(one.session).length;
    if (batch.length > 0 && bytes > MAX_SPOOL_BYTES) break;
    batch.push(one);
  }
  return batch;
}

/**
 * Delivers what was left unsent at this workstation (SY10); nobody need be signed in. Whatever the server has answered leaves
 * the spool; what it cannot read is set aside; what has to wait stays.
 *
 * @param skip rows that somebody else sends: the outbox of whoever is signed in
 */
export async function deliverSpool(
  parts: { spool: Spool; server: string; post: PostSpool; skip?: (row: SpooledRow) => boolean; stopped?: () => boolean },
): Promise<Delivery> {
  const { spool, server, post, skip = () => false, stopped } = parts;
  const round = (): Promise<Delivery> => deliverRows(spool.waiting(server).filter((row) => !skip(row)), server, post, ({ results }) => {
    const withStatus = (wanted: (status: string) => boolean): Set<string> => new Set(results.filter(({ status }) => wanted(status)).map(({ id }) => id));
    spool.leave(withStatus((status) => status === 'taken' || status === 'refused' || status === 'in-tray'));
    spool.setAside(withStatus((status) => status === 'unreadable'));
  }, stopped);
  const delivery = await round();
  // What one person did on a case that another handed over here waits for that one's rows (OF1): they are there by now.
  if (!delivery.reached || delivery.stays === 0 || delivery.taken === 0) return delivery;
  const { taken, refused, inTray, unreadable, stays, reached } = await round();
  return {
    taken: delivery.taken + taken, refused: delivery.refused + refused, inTray: delivery.inTray + inTray, unreadable: delivery.unreadable + unreadable, stays, reached,
  };
}
