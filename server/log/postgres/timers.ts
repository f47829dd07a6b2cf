/** Deadlines of a network are the machine's own time, whatever the server's clock says. */

export const wait = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** @returns whether the time is over */
export function deadline(ms: number): () => boolean {
  const until = performance.now() + ms;
  return () => performance.now() >= until;
}

/** Runs something once, after whatever has arrived by then; does not keep the process. */
export function once(ms: number, run: () => void): void {
  setTimeout(() => void setImmediate(run), ms).unref();
}

/** Runs something again and again until it is stopped; does not keep the process. */
export function every(ms: number, run: () => void): () => void {
  const timer = setInterval(run, ms);
  timer.unref();
  return () => clearInterval(timer);
}
