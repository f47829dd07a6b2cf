import type { Logger } from 'pino';
import { every } from '../log/postgres/timers.ts';
import type { Sealing } from '../log/sealing/sealing.ts';

const LOOK_MS = 2_000;
/** Clocks of nodes may differ; what is looked at twice is forgotten once. */
const MARGIN_MS = 10 * 60_000;

/** PR7: an erasure at one node takes effect at the others within seconds. @returns stops it */
export function forgetErasedElsewhere(sealing: Sealing, now: () => string, logger: Logger): () => void {
  let away = false;
  const since = (): string => new Date(Date.parse(now()) - MARGIN_MS).toISOString();
  let from = since();
  return every(LOOK_MS, () => {
    const next = since();
    sealing.forgetErasedElsewhere(from).then(() => {
      from = next;
      away = false;
    }, (error: unknown) => {
      if (!away) logger.error({ error: error instanceof Error ? error.message : String(error) }, 'what other nodes erased is not known; it is asked again');
      away = true;
    });
  });
}
