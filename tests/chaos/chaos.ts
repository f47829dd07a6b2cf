/**
 * `npm run chaos -- --seeds A..B [--jobs N]` lives through worlds of those seeds; `-- --seed N --verbose` tells one, `--bail` ends at the first
 * that fails. The last
 * line is JSON; the exit code is 1 where anything was lost, doubled, different or against a rule.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runSeed, type LivedSeed } from './run-seed.ts';
import { seedsOf, Tally } from './tally.ts';

const { values } = parseArgs({ options: { seeds: { type: 'string' }, seed: { type: 'string' }, jobs: { type: 'string', default: '1' }, verbose: { type: 'boolean', default: false }, bail: { type: 'boolean', default: false }, slice: { type: 'string' } } });
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const range = values.seed === undefined ? (values.seeds ?? '1..200') : `${values.seed}..${values.seed}`;
const seeds = seedsOf(range);

/** One of several processes: every so manieth seed, each result a message. */
async function slice(text: string): Promise<void> {
  const [mine = 0, of = 1] = text.split('/').map(Number);
  for (const seed of seeds.filter((_seed, index) => index % of === mine)) process.send!(await runSeed(seed));
  process.disconnect();
}

const tally = new Tally<LivedSeed>(say);
function take(result: LivedSeed): void {
  tally.take(result);
  if (tally.results.length % 100 === 0 && seeds.length > 100) say(`${tally.results.length} of ${seeds.length} seeds`);
}

async function all(): Promise<void> {
  const jobs = Math.min(Number(values.jobs), seeds.length);
  if (jobs <= 1) {
    for (const seed of seeds) {
      take(await runSeed(seed, values.verbose ? say : null));
      if (values.bail && tally.hasFailed) break;
    }
    return;
  }
  await Promise.all(Array.from({ length: jobs }, (_none, index) => new Promise<void>((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), ['--seeds', range, '--slice', `${index}/${jobs}`], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.on('message', (result) => take(result as LivedSeed));
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a job ended with ${code}`))));
  })));
}

if (values.slice !== undefined) await slice(values.slice);
else {
  const began = performance.now();
  await all();
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  say(`${tally.sum((one) => one.events)} events, ${tally.sum((one) => one.executions)} executions; ${seconds} s, a seed ${tally.median(({ ms }) => ms)} ms, of the processor ${tally.median(({ cpuMs }) => cpuMs)} ms (medians)`);
  const [only] = tally.results;
  if (values.verbose && only !== undefined && tally.results.length === 1) say(`trace ${only.hash}`);
  process.exitCode = tally.tell() ? 0 : 1;
}
