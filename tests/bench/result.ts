/** What a benchmark gives back, and the arithmetic that all of them share. */

export interface Side {
  /** Median of `runs`. */
  median: number;
  /** Of every single sample of all runs; where a run is one sample, of the runs. */
  p95: number;
  /** One figure a run: the median of its samples, or the sample. */
  runs: number[];
}

export interface Aim {
  what: string;
  /** At most this where lower is better, at least this where higher is better. */
  limit: number;
  value: number;
  ok: boolean;
}

export interface BenchResult {
  bench: string;
  unit: string;
  better: 'lower' | 'higher';
  ours: Side;
  reference: Side;
  /** Ours divided by the reference. */
  ratio: number;
  aims: Aim[];
  notes: string[];
}

export interface BenchOptions {
  /** How often each side is measured, in turn. */
  runs: number;
  /** Told of progress. */
  say(line: string): void;
}

/** A benchmark of the table in the handbook of speed. Leaves no process and no file behind. */
export interface Bench {
  name: string;
  run(options: BenchOptions): Promise<BenchResult>;
}

/** Linear between the two nearest. @param share 0.5 is the median */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error('no samples');
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)]!;
  const high = sorted[Math.ceil(at)]!;
  return low + (high - low) * (at - Math.floor(at));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/**
 * @param runs the samples of each run
 * @param slowest which end of the samples is bad: for durations the high one, for rates the low one
 */
export function side(runs: readonly (readonly number[])[], slowest: 'high' | 'low' = 'high'): Side {
  const figures = runs.map(median);
  return { median: median(figures), p95: quantile(runs.flat(), slowest === 'high' ? 0.95 : 0.05), runs: figures };
}

export function atMost(what: string, limit: number, value: number): Aim {
  return { what, limit, value, ok: value <= limit };
}

export function atLeast(what: string, limit: number, value: number): Aim {
  return { what, limit, value, ok: value >= limit };
}

/** Runs ours and the reference in turn, and which of them goes first in turn too: neither always has the warmer machine. */
export async function inTurn(runs: number, ours: () => Promise<void> | void, reference: () => Promise<void> | void): Promise<void> {
  for (let run = 0; run < runs; run += 1) {
    const order = run % 2 === 0 ? [ours, reference] : [reference, ours];
    for (const one of order) await one();
  }
}
