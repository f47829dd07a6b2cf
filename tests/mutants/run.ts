/**
 * `npm run test:mutants [-- --only NAME]`: applies each patch of this folder to a copy of the project and runs the tests that
 * it names, or lives through the worlds of the seeds that it names (tests/chaos). A patch that no test notices is a defect of the tests: it is told, and the run fails.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';

const root = fileURLToPath(new URL('../../', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));
const Report = z.object({ testResults: z.array(z.object({ message: z.string().optional(), assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })) })) });

type Mutant = { name: string; rule: string; what: string; tests: string[]; /** Of tests/chaos: `A..B`, or empty. */ seeds: string; path: string };

function read(name: string): Mutant {
  const path = join(here, name);
  const text = readFileSync(path, 'utf8');
  const field = (key: string): string => new RegExp(`^${key}: (.*)$`, 'm').exec(text)?.[1] ?? '';
  return { name: name.replace(/\.patch$/, ''), rule: field('Rule'), what: field('Mutant'), tests: field('Tests').split(' ').filter((one) => one !== ''), seeds: field('Chaos'), path };
}

/** The project as it stands, without what can be built again. */
function copy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'aidline-mutants-'));
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 }).split('\n').filter((file) => file !== '' && existsSync(join(root, file)));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

const patch = (folder: string, file: string, ...how: string[]): void => void execFileSync('git', ['apply', '--recount', ...how, file], { cwd: folder, stdio: 'pipe', env: { ...process.env, GIT_CEILING_DIRECTORIES: dirname(folder) } });

/** The tests that fail; a file that does not even load has noticed nothing. */
function failing(folder: string, test: string): string[] {
  const output = join(folder, 'mutant-report.json');
  rmSync(output, { force: true });
  spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', test, '--reporter=json', `--outputFile=${output}`, '--bail=1'], { cwd: folder, stdio: 'ignore', timeout: 400_000 });
  if (!existsSync(output)) return [];
  const report = Report.parse(JSON.parse(readFileSync(output, 'utf8')));
  return report.testResults.flatMap(({ assertionResults }) => assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName));
}

const Tally = z.object({ failing_seeds: z.array(z.int()) });

/** What the first world that goes wrong is blamed for; one that cannot even be lived in has noticed nothing. */
function wrong(folder: string, seeds: string): { seed: number; what: string } | null {
  const { stdout } = spawnSync(process.execPath, ['tests/chaos/chaos.ts', '--seeds', seeds, '--bail'], { cwd: folder, encoding: 'utf8', timeout: 400_000 });
  const lines = stdout.trim().split('\n');
  try {
    const [seed] = Tally.parse(JSON.parse(lines.at(-1) ?? '')).failing_seeds;
    return seed === undefined ? null : { seed, what: lines.find((line) => line.startsWith('  '))?.trim() ?? '' };
  } catch {
    return null;
  }
}

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const mutants = readdirSync(here).filter((file) => file.endsWith('.patch') && file.includes(values.only ?? '')).sort().map(read);
const folder = copy();
const survived: string[] = [];
try {
  for (const mutant of mutants) {
    try {
      patch(folder, mutant.path);
    } catch {
      // The code has moved on: a patch that proves nothing any more is as bad as one that survives.
      survived.push(mutant.name);
      process.stdout.write(`STALE    ${mutant.name}: the patch does not apply\n`);
      continue;
    }
    let killer: { test: string; by: string } | null = null;
    for (const test of mutant.tests) {
      const [by] = failing(folder, test);
      if (by === undefined) continue;
      killer = { test, by };
      break;
    }
    if (killer === null && mutant.seeds !== '') {
      const found = wrong(folder, mutant.seeds);
      if (found !== null) killer = { test: `chaos, seed ${found.seed}`, by: found.what };
    }
    patch(folder, mutant.path, '--reverse');
    if (killer === null) survived.push(mutant.name);
    process.stdout.write(`${killer === null ? 'SURVIVED' : 'killed  '} ${mutant.name} [${mutant.rule}] ${mutant.what}\n${killer === null ? '' : `         by ${killer.test}: ${killer.by}\n`}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${JSON.stringify({ mutants: mutants.length, killed: mutants.length - survived.length, survived })}\n`);
process.exitCode = survived.length === 0 && mutants.length > 0 ? 0 : 1;
