import type { Logger } from 'pino';

/** Recovery asks for the keys of a time with an hour's margin; long before that somebody should know. */
const MOST_MS = 60_000;

/**
 * Notices that the bank's business clock and ours have drifted apart, once when it begins and once when it ends. Nothing is
 * decided by it: the rules use the time of this server, the bank's dates are its own.
 *
 * @returns what is told each reading: the bank's time, and ours in the middle of asking, both milliseconds since 1970
 */
export function watchBankClock(logger: Pick<Logger, 'warn'>): (bankMs: number, oursMs: number) => void {
  let apart = false;
  return (bankMs, oursMs) => {
    const skewMs = Math.round(bankMs - oursMs);
    const now = Math.abs(skewMs) > MOST_MS;
    if (now !== apart) logger.warn({ skewMs }, now ? "core banking's clock and this server's differ by more than a minute" : "core banking's clock and this server's agree again");
    apart = now;
  };
}
