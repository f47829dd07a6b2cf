/**
 * Checks the model of the release (docs/model) exhaustively, and that each of its mutants is found.
 *
 *   npm run test:model [-- --full] [--only NAME]
 *
 * Small bounds by default, some seconds; `--full` takes the large ones, some minutes and a few GB. The last line is JSON.
 */
import { parseArgs } from 'node:util';
import { availableParallelism } from 'node:os';
import { MUTANTS, SCENES } from './scenes.ts';
import { check, inScratch, type Checked } from './spin.ts';

const { values } = parseArgs({ options: { full: { type: 'boolean', default: false }, only: { type: 'string' } } });

type Run = { name: string; expect: string | null; go: (scratch: string) => Promise<Checked> };

const sceneOf = (name: string) => {
  const scene = SCENES.find((one) => one.name === name);
  if (scene === undefined) throw new Error(`no scene ${name}`);
  return scene;
};
const runs: Run[] = [
  ...SCENES.map((scene): Run => ({
    name: scene.name, expect: null,
    go: (scratch) => check(scratch, scene.name, values.full ? scene.full : scene.small, values.full ? { optimise: 2, hash: 27 } : { optimise: 1, hash: 22 }),
  })),
  // A mutant is found within the small bounds; larger ones would only take longer to say so.
  ...MUTANTS.map((mutant): Run => ({
    name: mutant.name, expect: mutant.breaks,
    go: (scratch) => check(scratch, mutant.name, { ...sceneOf(mutant.scene).small, [mutant.name]: true }, { optimise: 0, hash: 20 }),
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

await inScratch(async (scratch) => {
  const waiting = [...runs];
  // The large bounds take the machine's memory one scene at a time.
  const workers = values.full ? 1 : Math.min(2, availableParallelism());
  await Promise.all(Array.from({ length: workers }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) tell(next, await next.go(scratch));
  }));
});
process.stdout.write(`${JSON.stringify({ states, mutants: runs.filter((run) => run.expect !== null).length, found, survived })}\n`);
process.exitCode = failures > 0 || runs.length === 0 ? 1 : 0;
