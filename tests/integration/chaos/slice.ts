import { describe, expect, it } from 'vitest';
import { runSeed } from '../../chaos/run-seed.ts';
import { failed } from '../../chaos/tally.ts';

const SLICES = 4;
const SEEDS = 200;
const AT_ONCE = 5;

/** One of four parts of the first two hundred seeds: files run beside each other, what is in one does not. */
export function livesThrough(slice: number): void {
  describe(`chaos, part ${slice} of ${SLICES}`, () => {
    for (let from = slice; from <= SEEDS; from += SLICES * AT_ONCE) {
      const seeds = Array.from({ length: AT_ONCE }, (_none, index) => from + index * SLICES).filter((seed) => seed <= SEEDS);
      it(`[SY1] [SY2] [SY3] [SY4] [SY5] [SY6] [SY9] [SY10] [OF1] [OF2] [PR6] nothing is lost, doubled or different, whatever went wrong: seeds ${seeds.join(', ')}`, { timeout: 240_000 }, async () => {
        for (const seed of seeds) {
          const result = await runSeed(seed);
          const { lost, duplicated, diverged, violations } = result;
          expect({ seed, lost, duplicated, diverged, violations }).toEqual({ seed, lost: [], duplicated: [], diverged: [], violations: [] });
          expect(failed(result)).toBe(false);
          expect(result.commands).toBeGreaterThan(0);
        }
      });
    }
  });
}
