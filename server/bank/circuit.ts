/**
 * What stands between a question and the line: a breaker that stops asking a bank that does not answer, and a bounded,
 * jittered repetition of what may be repeated. A question gives a value and never throws.
 */
import { circuitBreaker, CircuitState, ConsecutiveBreaker, ExponentialBackoff, handleWhenResult, isBrokenCircuitError, retry } from 'cockatiel';
import type { LineState } from './bank.ts';
import type { Broken, Reply } from './bank-line.ts';

export type CircuitOptions = {
  /** So many failures one after another open it. */
  failures?: number;
  /** After so long one question is let through to find out. */
  openMs?: number;
  /** Repetitions of a question that may be repeated. */
  repeats?: number;
  firstDelayMs?: number;
};

export type Outcome = Reply | Broken;
type Attempt = (signal: AbortSignal) => Promise<Outcome>;

export type Circuit = {
  /** Null where it is open: nothing was asked. */
  once(attempt: Attempt, signal: AbortSignal): Promise<Outcome | null>;
  /** Again, where no answer came and there is time. */
  repeated(attempt: Attempt, signal: AbortSignal): Promise<Outcome | null>;
  state(): LineState;
  watch(listener: (line: LineState) => void): () => void;
};

const MOST_DELAY_MS = 2_000;
const NAMES: Record<CircuitState, LineState> = { [CircuitState.Closed]: 'up', [CircuitState.HalfOpen]: 'trying', [CircuitState.Open]: 'down', [CircuitState.Isolated]: 'down' };

/** A bank that is overloaded or broken, or a proxy before it that finds none. */
const isBusy = (outcome: Outcome): boolean => 'status' in outcome && (outcome.status >= 500 || outcome.status === 429);
const isBroken = (outcome: unknown): boolean => (outcome as Outcome | null) !== null && ('broke' in (outcome as Outcome) || isBusy(outcome as Outcome));
/** A bank whose certificate or words are wrong is not better a moment later. */
const mayPass = (outcome: Outcome): boolean => isBusy(outcome) || ('broke' in outcome && outcome.broke !== 'malformed' && outcome.broke !== 'untrusted');

export function makeCircuit({ failures = 5, openMs = 5_000, repeats = 2, firstDelayMs = 150 }: CircuitOptions): Circuit {
  const breaker = circuitBreaker(handleWhenResult(isBroken), { halfOpenAfter: openMs, breaker: new ConsecutiveBreaker(failures) });

  async function once(attempt: Attempt, signal: AbortSignal): Promise<Outcome | null> {
    // Nobody waits for another's probe: its time is not theirs.
    if (breaker.state === CircuitState.HalfOpen) return null;
    try {
      return await breaker.execute(() => attempt(signal));
    } catch (error) {
      if (isBrokenCircuitError(error)) return null;
      throw error;
    }
  }

  return {
    once,
    repeated: (attempt, signal) => retry(handleWhenResult((outcome) => outcome !== null && mayPass(outcome as Outcome) && !signal.aborted), {
      maxAttempts: repeats, backoff: new ExponentialBackoff({ initialDelay: firstDelayMs, maxDelay: MOST_DELAY_MS }),
    }).execute(() => once(attempt, signal), signal),
    state: () => NAMES[breaker.state],
    watch: (listener) => {
      const told = breaker.onStateChange((state) => listener(NAMES[state]));
      return () => told.dispose();
    },
  };
}
