/**
 * Checks the model of the release (docs/model) exhaustively, and that each of its mutants is found.
 *
 *   npm run test:model [-- --full] [--only NAME] [--walks N] [--seed S] [--record]
 *
 * Small bounds by default, some seconds; `--full` takes the large ones, some minutes and a few GB. Then N random walks of the
 * model, from seed S on, are replayed against the decider. `--record` writes down the walks that the other tests replay.
 * The last line is JSON.
 */
import { parseArgs } from 'node:util';
import { availableParallelism } from 'node:os';
import { DeciderReplay, LINES } from './decider-replay.ts';
import { mostTelling, record, type Recorded } from './recorded.ts';
import { COARSE_WALK, MUTANTS, SCENES, WALK, type Bounds } from './scenes.ts';
import { check, inScratch, simulate, type Checked } from './spin.ts';
import { parseWalk } from './walk.ts';

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false }, only: { type: 'string' }, walks: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' },
    record: { type: 'boolean', default: false },
  },
});

type Run = { name: string; expect: string | null; go: (scratch: string) => Promise<Checked> };

const smallOf = (name: string): Bounds => {
  const bounds = SCENES.find((one) => one.name === name)?.small ?? null;
  if (bounds === null) throw new Error(`no scene ${name} with small bounds`);
  return bounds;
};
const runs: Run[] = [
  ...SCENES.flatMap((scene): Run[] => {
    const bounds = values.full ? scene.full : scene.small;
    if (bounds === null) return [];
    return [{ name: scene.name, expect: null, go: (scratch) => check(scratch, scene.name, bounds, values.full ? { optimise: 2, hash: 27 } : { optimise: 1, hash: 22 }) }];
  }),
  // A mutant is found within the small bounds; larger ones would only take longer to say so.
  ...MUTANTS.map((mutant): Run => ({
    name: mutant.name, expect: mutant.breaks,
    go: (scratch) => check(scratch, mutant.name, { ...smallOf(mutant.scene), [mutant.name]: true }, { optimise: 0, hash: 20 }),
  })),
].filter((one) => values.only === undefined || one.name === values.only);

const survived: string[] = [];
let [states, found, failures] = [0, 0, 0];

function tell(run: Run, result: Checked): void {
  const fell = result.violated === null ? null : (result.violated.property ?? '?');
  const right = fell === run.expect && (result.errors > 0) === (run.expect !== null);
  states += run.expect === null ? result.states : 0;
  if (run.expect !== null && right) found += 1;
  if (run.expect !== null && !right) survived.push(run.name);
  if (!right) failures += 1;
  const verdict = fell === null ? 'holds' : `${fell} falls: ${result.violated!.text}`;
  process.stdout.write(`${right ? 'ok' : 'FAILED'}  ${run.name.padEnd(20)} ${verdict.slice(0, 70).padEnd(70)} ${String(result.states).padStart(10)} states ${result.seconds.toFixed(1).padStart(6)} s\n`);
}

async function walk(scratch: string, bounds: Bounds, walks: number, from: number): Promise<Recorded[]> {
  const made: Recorded[] = [];
  for (let seed = from; seed < from + walks; seed += 1) made.push({ seed, steps: parseWalk(await simulate(scratch, bounds, seed)) });
  return made;
}

const replayed = { walks: 0, steps: 0, executions: 0, parted: 0 };
function replay({ seed, steps }: Recorded): void {
  const decider = new DeciderReplay(LINES);
  replayed.walks += 1;
  try {
    decider.run(steps);
  } catch (error) {
    replayed.parted += 1;
    process.stdout.write(`FAILED  walk ${seed}: ${error instanceof Error ? error.message : String(error)}\n`);
  }
  replayed.steps += decider.counted.actions;
  replayed.executions += decider.counted.executions;
}

await inScratch(async (scratch) => {
  if (values.record) {
    // A server takes seconds for a walk: those that lead to an execution, and few.
    record('decider', mostTelling(await walk(scratch, WALK, 400, 1), 24));
    record('server', mostTelling((await walk(scratch, COARSE_WALK, 400, 1)).filter(({ steps }) => steps.some((step) => step.fates.length > 0)), 4));
    return;
  }
  const waiting = [...runs];
  // The large bounds take the machine's memory one scene at a time.
  const workers = values.full ? 1 : Math.min(2, availableParallelism());
  await Promise.all(Array.from({ length: workers }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) tell(next, await next.go(scratch));
  }));
  if (values.only === undefined) for (const one of await walk(scratch, WALK, Number(values.walks), Number(values.seed))) replay(one);
});
if (!values.record) process.stdout.write(`${JSON.stringify({ states, mutants: runs.filter((run) => run.expect !== null).length, found, survived, replayed })}\n`);
process.exitCode = !values.record && (failures > 0 || replayed.parted > 0 || runs.length === 0) ? 1 : 0;
