/** The clock and timers that telephony uses; the demo and the tests bring their own. */
export interface Scheduler {
  /** ISO-8601 UTC with milliseconds. */
  now(): string;
  /** Runs `fn` once after `ms`; the returned function cancels it. */
  after(ms: number, fn: () => void): () => void;
}
