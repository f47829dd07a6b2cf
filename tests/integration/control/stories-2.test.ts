import { expect, it } from 'vitest';
import { nodesAsked } from '../../control/bench-logs.ts';
import { playMany } from '../../control/play.ts';

const SEED = 201;
/** On nodes a story costs fifty times as much. */
const RUNS = nodesAsked() > 1 ? 15 : 1_000;

it('[TP1] [TP3] [TP4] [TP5] [TP8] [TP10] [TP11] [TP12] [TP13] [TP15] [TP17] [TP18] in other random stories nothing is executed that the judge does not find in order', async () => {
  const tally = await playMany(RUNS, SEED, (line) => process.stdout.write(`${line}\n`));
  expect(tally).toMatchObject({ violations: 0, sequences: RUNS });
  // Stories in which nothing happens prove nothing; on nodes many an order meets what forbids it.
  expect(tally.executions).toBeGreaterThan(RUNS / (nodesAsked() > 1 ? 8 : 4));
  expect(tally.refusals).toBeGreaterThan(RUNS);
  expect(tally.elsewhere > tally.commands / 4).toBe(nodesAsked() > 1);
}, 600_000);
