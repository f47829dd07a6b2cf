/** What many seeds come to, and how it is told: the last line is JSON. */
export type SeedResult = {
  seed: number; faults: number; commands: number; events: number; executions: number; ms: number;
  lost: string[]; duplicated: string[]; diverged: string[]; violations: string[];
};

const SHOWN = 12;

export const failed = ({ lost, duplicated, diverged, violations }: SeedResult): boolean => lost.length + duplicated.length + diverged.length + violations.length > 0;

const median = (list: number[]): number => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;

/** @param text `A..B` */
export function seedsOf(text: string): number[] {
  const [from, to] = text.split('..').map(Number);
  if (from === undefined || to === undefined || !Number.isInteger(from) || !Number.isInteger(to) || to < from) throw new Error('--seeds A..B, whole numbers');
  return Array.from({ length: to - from + 1 }, (_none, index) => from + index);
}

export class Tally<Result extends SeedResult = SeedResult> {
  readonly results: Result[] = [];
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  take(result: Result): void {
    this.results.push(result);
    if (!failed(result)) return;
    this.#say(`seed ${result.seed} fails; again with --seed ${result.seed} --verbose`);
    for (const line of [...result.lost, ...result.duplicated, ...result.diverged, ...result.violations].slice(0, SHOWN)) this.#say(`  ${line}`);
  }

  get hasFailed(): boolean {
    return this.results.some(failed);
  }

  sum(count: (result: Result) => number): number {
    return this.results.reduce((total, result) => total + count(result), 0);
  }

  median(of: (result: Result) => number): number {
    return median(this.results.map(of));
  }

  /** @returns whether all is as it must be */
  tell(): boolean {
    const tally = {
      seeds: this.results.length, faults: this.sum((one) => one.faults), commands: this.sum((one) => one.commands), lost: this.sum((one) => one.lost.length), duplicated: this.sum((one) => one.duplicated.length),
      diverged: this.sum((one) => one.diverged.length), violations: this.sum((one) => one.violations.length), failing_seeds: this.results.filter(failed).map(({ seed }) => seed).sort((a, b) => a - b),
    };
    this.#say(JSON.stringify(tally));
    return tally.failing_seeds.length === 0 && tally.seeds > 0;
  }
}
