import type { Scheduler } from '../telephony/scheduler.ts';

/**
 * Tells at once where it was quiet, and then at most once in `ms` however often it is asked to: what thousands of people cause
 * must not be told to thousands for each of them.
 */
export function atMostEvery(ms: number, scheduler: Pick<Scheduler, 'after'>, told: () => void): { tell: () => void; stop: () => void } {
  let quiet = true;
  let again = false;
  let cancel = (): void => undefined;
  const tell = (): void => {
    again = true;
    if (!quiet) return;
    quiet = false;
    again = false;
    told();
    cancel = scheduler.after(ms, () => {
      quiet = true;
      if (again) tell();
    });
  };
  return { tell, stop: () => cancel() };
}
