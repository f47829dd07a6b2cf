/**
 * `npm run bench [-- --only NAME] [--runs N] [--json]`: ours against a reference under the same conditions. The last line
 * of each benchmark is its result as JSON; `docs/benchmarks.md` says what it means. Never a test: a busy machine is slow.
 */
import { parseArgs } from 'node:util';
import type { Bench, BenchResult } from './result.ts';

const benches: Record<string, () => Promise<Bench>> = {
  'screen-pop': async () => (await import('./screen-pop.ts')).screenPop,
  'review-request': async () => (await import('./review-request.ts')).reviewRequest,
  'cold-start': async () => (await import('./cold-start.ts')).coldStart,
  'outbox-append': async () => (await import('./outbox-append.ts')).outboxAppend,
  gate: async () => (await import('./gate.ts')).gate,
  drain: async () => (await import('./drain.ts')).drain,
  'catch-up': async () => (await import('./catch-up.ts')).catchUp,
  resume: async () => (await import('./resume.ts')).resume,
  growth: async () => (await import('./growth.ts')).growth,
  connections: async () => (await import('./connections.ts')).connections,
  commands: async () => (await import('./commands.ts')).commands,
  'fan-out': async () => (await import('./fan-out.ts')).fanOut,
  storm: async () => (await import('./storm.ts')).storm,
  'audit-verify': async () => (await import('./audit-verify.ts')).auditVerify,
};

const FEWEST_RUNS = 5;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: 'string' }, runs: { type: 'string', default: String(FEWEST_RUNS) }, json: { type: 'boolean', default: false } } });
  const names = values.only === undefined ? Object.keys(benches) : [values.only];
  const runs = Number(values.runs);
  const unknown = names.find((name) => benches[name] === undefined);
  if (unknown !== undefined) return complain(`--only ${unknown}: one of ${Object.keys(benches).join(', ')}`);
  if (!Number.isInteger(runs) || runs < FEWEST_RUNS) return complain(`--runs ${values.runs}: a whole number of at least ${FEWEST_RUNS}`);
  for (const name of names) {
    process.stderr.write(`${name}: ${runs} runs of ours and of the reference, in turn\n`);
    const bench = await benches[name]!();
    const result = await bench.run({ runs, say: (line) => process.stderr.write(`  ${line}\n`) });
    if (!values.json || names.length > 1) printTable(result);
    process.stdout.write(`${JSON.stringify(rounded(result))}\n`);
  }
  return 0;
}

function complain(what: string): number {
  process.stderr.write(`${what}\n`);
  return 2;
}

const figure = (value: number): string => (Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2));

function printTable({ bench, unit, better, ours, reference, ratio, aims, notes }: BenchResult): void {
  const row = (...cells: string[]): string => `  ${cells[0]!.padEnd(12)}${cells.slice(1).map((cell) => cell.padStart(12)).join('')}`;
  const lines = [
    '', `${bench} (${unit}, ${better} is better)`,
    row('', 'median', 'p95', 'least', 'most'),
    ...([['ours', ours], ['reference', reference]] as const).map(([who, side]) =>
      row(who, figure(side.median), figure(side.p95), figure(Math.min(...side.runs)), figure(Math.max(...side.runs)))),
    row('ratio', ratio.toFixed(2)),
    ...aims.map(({ what, limit, value, ok }) => `  ${ok ? 'met   ' : 'MISSED'} ${what}: ${figure(value)} (aim ${limit})`),
    ...notes.map((note) => `  · ${note}`), '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Three digits after the point: what is measured here is not known better. */
function rounded(result: BenchResult): unknown {
  const short = (value: number): number => Math.round(value * 1000) / 1000;
  const sideOf = ({ median, p95, runs }: BenchResult['ours']): unknown => ({ median: short(median), p95: short(p95), runs: runs.map(short) });
  return {
    ...result, ours: sideOf(result.ours), reference: sideOf(result.reference), ratio: short(result.ratio),
    aims: result.aims.map((aim) => ({ ...aim, value: short(aim.value) })), notes: result.notes.join('; '),
  };
}

process.exitCode = await main();
