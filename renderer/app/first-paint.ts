/** The start of the program: what can wait for the first screen, waits. */

/** Only where the page was loaded again may somebody be signed in already: the desk process outlives the page. */
export const loadedAgain = (): boolean => (performance.getEntriesByType?.('navigation') ?? []).some((entry) => (entry as PerformanceNavigationTiming).type === 'reload');

/** A page that cannot paint goes on too. */
const LONGEST_WAIT_MS = 500;

/** Runs once: when what has been drawn is on the screen, that is, in the second frame. */
export function afterPaint(work: () => void): void {
  let done = false;
  const run = (): void => {
    if (!done) work();
    done = true;
  };
  requestAnimationFrame(() => requestAnimationFrame(run));
  setTimeout(run, LONGEST_WAIT_MS);
}
