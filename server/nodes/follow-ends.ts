import type { Logger } from 'pino';
import { every } from '../log/postgres/timers.ts';
import type { SessionEnds } from '../people/session-ends.ts';

const LOOK_MS = 1_000;

export type FollowedEnds = {
  /** Another node says that there is something new. */
  look: () => void;
  stop: () => void;
};

/** OF3, TP12: a session that was ended at one node is over at the others within two seconds, and at once where their word arrives. */
export function followEnds(ends: SessionEnds, logger: Logger): FollowedEnds {
  let looking = false;
  let again = false;
  let away = false;
  let stopped = false;
  const look = (): void => {
    if (stopped) return;
    // What is said during a look may be too new for it.
    if (looking) again = true;
    else {
      looking = true;
      void ends.look().then(() => (away = false), (error: unknown) => {
        if (!away && !stopped) logger.error({ error: error instanceof Error ? error.message : String(error) }, 'sessions that other nodes ended are not known; it is asked again');
        away = true;
      }).finally(() => {
        looking = false;
        if (!again) return;
        again = false;
        look();
      });
    }
  };
  const stopLooking = every(LOOK_MS, () => {
    if (!looking) look();
  });
  return {
    look,
    stop: () => {
      stopped = true;
      stopLooking();
    },
  };
}
