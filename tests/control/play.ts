import fc from 'fast-check';
import { Bench } from './bench-centre.ts';
import { asAsked, nodesAsked } from './bench-logs.ts';
import { playMove, type Move } from './moves.ts';
import type { Verdict } from './judge/evidence.ts';

export type Played = { verdict: Verdict; commands: number; elsewhere: number; refusals: number };

const choice = fc.nat({ max: 9_999 });
const move: fc.Arbitrary<Move> = fc.record({ what: choice, who: choice, a: choice, b: choice });
/** A story of up to sixty moves. */
export const story: fc.Arbitrary<Move[]> = fc.array(move, { minLength: 15, maxLength: 60, size: 'max' });

/** Plays a story from an empty centre, on one server or on the nodes that are asked for, and has it judged. */
export async function playStory(moves: readonly Move[]): Promise<Played> {
  const bench = await Bench.open(undefined, asAsked);
  const play = { bench, matters: [] };
  for (const one of moves) {
    // Time passes a little with everything that is done.
    bench.nowMs += 1_000;
    await playMove(play, one);
  }
  return { verdict: await bench.close(), commands: bench.commands, elsewhere: bench.elsewhere, refusals: bench.refusals };
}

export type Tally = { sequences: number; commands: number; elsewhere: number; executions: number; in_doubt: number; refusals: number; violations: number; seed: number };

/** Plays so many stories of one seed; the shortest one that is against the rule is told; on several nodes the first, since none is replayed exactly. */
export async function playMany(runs: number, seed: number, told: (line: string) => void): Promise<Tally> {
  const tally: Tally = { sequences: 0, commands: 0, elsewhere: 0, executions: 0, in_doubt: 0, refusals: 0, violations: 0, seed };
  const details = await fc.check(
    fc.asyncProperty(story, async (moves) => {
      const { verdict, commands, elsewhere, refusals } = await playStory(moves);
      tally.sequences += 1;
      tally.commands += commands;
      tally.elsewhere += elsewhere;
      tally.refusals += refusals;
      tally.executions += verdict.executions;
      tally.in_doubt += verdict.inDoubt;
      if (tally.sequences % 500 === 0) told(`${tally.sequences} sequences, ${tally.executions} executions`);
      if (verdict.violations.length > 0) throw new Error(verdict.violations.join('\n'));
    }),
    { numRuns: runs, seed, endOnFailure: nodesAsked() > 1 },
  );
  if (details.failed) {
    tally.violations += 1;
    told(`seed ${seed}, path ${details.counterexamplePath}: ${JSON.stringify(details.counterexample)}\n${String(details.errorInstance ?? '')}`);
  }
  return tally;
}
