/**
 * `npm run test:stryker [-- FILE…]`: mutates the gate, the operations and the reviews (or FILE… of them), runs their unit
 * tests against each mutant and compares what survives with survivors.json, where each has its reason. One that is not
 * listed there is a defect of the tests: it is told, and the run fails. `--accept` adds such as `gap`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { z } from 'zod';

const root = fileURLToPath(new URL('../../', import.meta.url));
const LIST = fileURLToPath(new URL('./survivors.json', import.meta.url));
const REPORT = 'test-results/stryker/report.json';
const MUTATED = [
  'shared/operation/*.ts', '!shared/operation/{operation-schema,operation-refusals}.ts',
  'shared/review/{break-glass-decide,review-decide,seats,signature-check,policy}.ts',
  'shared/administration/administration-decide.ts',
];

const Position = z.object({ line: z.int(), column: z.int() });
const Report = z.object({
  files: z.record(z.string(), z.object({
    source: z.string(),
    mutants: z.array(z.object({ mutatorName: z.string(), replacement: z.string().optional(), status: z.string(), location: z.object({ start: Position, end: Position }) })),
  })),
});
/** A survivor by what it changes, not by its line: the code around it may move. */
const Survivor = z.strictObject({
  file: z.string(), line: z.string(), mutant: z.string(), times: z.int().min(1),
  class: z.enum(['equivalent', 'unreachable', 'detail', 'gap']), reason: z.string().min(1),
});
type Survivor = z.infer<typeof Survivor>;

const tidy = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, 160);
function pick(source: string, start: z.infer<typeof Position>, end: z.infer<typeof Position>): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines.at(-1)!.slice(0, end.column - 1);
  lines[0] = lines[0]!.slice(start.column - 1);
  return lines.join('\n');
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { accept: { type: 'boolean', default: false }, report: { type: 'boolean', default: false } } });
process.chdir(root);
if (!values.report) {
  await new Stryker({
    packageManager: 'npm',
    plugins: [new URL('./in-process.ts', import.meta.url).href],
    testRunner: 'in-process',
    coverageAnalysis: 'perTest',
    // What runs once, while a file is loaded: schemas and tables of texts.
    ignoreStatic: true,
    concurrency: 2,
    timeoutMS: 20_000,
    // No tsconfig.json: Stryker would rewrite it with an interface that TypeScript 7 has no more.
    ignorePatterns: ['**', '!package.json', '!shared/**', '!server/**', '!tests/unit/**'],
    mutate: positionals.length === 0 ? MUTATED : positionals,
    reporters: ['json'],
    jsonReporter: { fileName: REPORT },
    tempDirName: 'test-results/stryker/tmp',
    cleanTempDir: 'always',
  }).runMutationTest();
}

const listed = z.array(Survivor).parse(JSON.parse(readFileSync(LIST, 'utf8')));
const keyOf = (one: Pick<Survivor, 'file' | 'line' | 'mutant'>): string => `${one.file}\n${one.line}\n${one.mutant}`;
const known = new Map(listed.map((one) => [keyOf(one), one]));
const found = new Map<string, Survivor>();
const report = Report.parse(JSON.parse(readFileSync(REPORT, 'utf8')));
const scores: { file: string; mutants: number; killed: number }[] = [];
for (const [file, { source, mutants }] of Object.entries(report.files)) {
  const judged = mutants.filter(({ status }) => ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status));
  const survived = judged.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
  scores.push({ file, mutants: judged.length, killed: judged.length - survived.length });
  for (const { mutatorName, replacement = '', location } of survived) {
    const what = { file, line: tidy(source.split('\n')[location.start.line - 1] ?? ''), mutant: `${mutatorName}: ${tidy(pick(source, location.start, location.end))} => ${tidy(replacement)}` };
    const before = found.get(keyOf(what));
    found.set(keyOf(what), { ...what, times: (before?.times ?? 0) + 1, class: known.get(keyOf(what))?.class ?? 'gap', reason: known.get(keyOf(what))?.reason ?? 'not looked at yet' });
  }
}

const unlisted = [...found].filter(([key, one]) => one.times > (known.get(key)?.times ?? 0)).map(([, one]) => one);
const gone = listed.filter((one) => report.files[one.file] !== undefined && !found.has(keyOf(one)));
for (const { file, mutants, killed } of scores) process.stdout.write(`${((100 * killed) / mutants).toFixed(1).padStart(5)} %  ${String(killed).padStart(4)} of ${String(mutants).padEnd(4)} ${file}\n`);
for (const one of unlisted) process.stdout.write(`SURVIVED ${one.file}\n         ${one.line}\n         ${one.mutant}\n`);
for (const one of gone) process.stdout.write(`listed, and killed or gone: ${one.file}: ${one.mutant}\n`);
if (values.accept) {
  const elsewhere = listed.filter((one) => report.files[one.file] === undefined);
  writeFileSync(LIST, `[\n${[...elsewhere, ...found.values()].map((one) => `  ${JSON.stringify(one)}`).join(',\n')}\n]\n`);
}
const classes = Object.fromEntries(Survivor.shape.class.options.map((name) => [name, [...found.values()].filter((one) => one.class === name).reduce((sum, one) => sum + one.times, 0)]));
const [mutants, killed] = [scores.reduce((sum, one) => sum + one.mutants, 0), scores.reduce((sum, one) => sum + one.killed, 0)];
process.stdout.write(`${JSON.stringify({ mutants, killed, score: Number(((100 * killed) / mutants).toFixed(1)), survivors: classes, unlisted: unlisted.length })}\n`);
process.exitCode = unlisted.length > 0 && !values.accept ? 1 : 0;
