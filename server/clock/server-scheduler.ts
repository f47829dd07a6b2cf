import type { Scheduler } from '../telephony/scheduler.ts';
import type { Clock } from './clock.ts';

/** Timers of the machine, times of the server's clock: what telephony runs on. */
export function serverScheduler(clock: Clock): Scheduler {
  return {
    now: () => clock.now(),
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
