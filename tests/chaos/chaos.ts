/**
 * `npm run chaos -- --seeds A..B [--jobs N]` lives through worlds of those seeds; `-- --seed N --verbose` tells one, `--bail` ends at the first
 * that fails. The last
 * line is JSON; the exit code is 1 where anything was lost, doubled, different or against a rule.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { failed, runSeed, type SeedResult } from './run-seed.ts';

const { values } = parseArgs({ options: { seeds: { type: 'string' }, seed: { type: 'string' }, jobs: { type: 'string', default: '1' }, verbose: { type: 'boolean', default: false }, bail: { type: 'boolean', default: false }, slice: { type: 'string' } } });
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const [from, to] = values.seed === undefined ? (values.seeds ?? '1..200').split('..').map(Number) : [Number(values.seed), Number(values.seed)];
if (from === undefined || to === undefined || !Number.isInteger(from) || !Number.isInteger(to) || to < from) throw new Error('--seeds A..B, whole numbers');
const seeds = Array.from({ length: to - from + 1 }, (_none, index) => from + index);

/** One of several processes: every so manieth seed, each result a message. */
async function slice(text: string): Promise<void> {
  const [mine = 0, of = 1] = text.split('/').map(Number);
  for (const seed of seeds.filter((_seed, index) => index % of === mine)) process.send!(await runSeed(seed));
  process.disconnect();
}

const median = (list: number[]): number => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;

const results: SeedResult[] = [];
function take(result: SeedResult): void {
  results.push(result);
  if (failed(result)) {
    say(`seed ${result.seed} fails; again with --seed ${result.seed} --verbose`);
    for (const line of [...result.lost, ...result.duplicated, ...result.diverged, ...result.violations].slice(0, 12)) say(`  ${line}`);
  }
  if (results.length % 100 === 0 && seeds.length > 100) say(`${results.length} of ${seeds.length} seeds`);
}

async function all(): Promise<void> {
  const jobs = Math.min(Number(values.jobs), seeds.length);
  if (jobs <= 1) {
    for (const seed of seeds) {
      take(await runSeed(seed, values.verbose ? say : null));
      if (values.bail && results.some(failed)) break;
    }
    return;
  }
  await Promise.all(Array.from({ length: jobs }, (_none, index) => new Promise<void>((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), ['--seeds', `${from}..${to}`, '--slice', `${index}/${jobs}`], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.on('message', (result) => take(result as SeedResult));
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a job ended with ${code}`))));
  })));
}

if (values.slice !== undefined) await slice(values.slice);
else {
  const began = performance.now();
  await all();
  const sum = (count: (result: SeedResult) => number): number => results.reduce((total, result) => total + count(result), 0);
  say(`${sum((one) => one.events)} events, ${sum((one) => one.executions)} executions; ${((performance.now() - began) / 1000).toFixed(0)} s, a seed ${median(results.map(({ ms }) => ms))} ms, of the processor ${median(results.map(({ cpuMs }) => cpuMs))} ms (medians)`);
  if (values.verbose && results.length === 1) say(`trace ${results[0]!.hash}`);
  const tally = {
    seeds: results.length, faults: sum((one) => one.faults), commands: sum((one) => one.commands), lost: sum((one) => one.lost.length), duplicated: sum((one) => one.duplicated.length),
    diverged: sum((one) => one.diverged.length), violations: sum((one) => one.violations.length), failing_seeds: results.filter(failed).map(({ seed }) => seed).sort((a, b) => a - b),
  };
  say(JSON.stringify(tally));
  process.exitCode = tally.failing_seeds.length === 0 && tally.seeds > 0 ? 0 : 1;
}
