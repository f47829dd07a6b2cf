/** Runs the checker: Spin makes a program of the model, the C compiler makes it run. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bounds } from './scenes.ts';

export const MODEL = fileURLToPath(new URL('../../docs/model/release.pml', import.meta.url));
/** Search depth, steps; the longest path of the largest scene is far shorter. */
const DEPTH = 1_000_000;
const MOST_OUTPUT = 64 * 1024 * 1024;

/** @property violated the assertion that fell, and the line of the model that says which property it is, or null */
export type Checked = { states: number; errors: number; violated: { text: string; property: string | null } | null; seconds: number };

const defines = (bounds: Bounds): string[] => Object.entries(bounds).map(([name, value]) => (value === true ? `-D${name}` : `-D${name}=${value}`));

function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd, maxBuffer: MOST_OUTPUT }, (error, out, err) => {
      if (error !== null) reject(new Error(`${program} ${args.join(' ')}: ${error.message}\n${out.slice(-2_000)}${err.slice(-2_000)}`));
      else resolve(out);
    });
  });
}

/** A folder of its own for what the checker writes, gone afterwards. */
export async function inScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'aidline-model-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const number = (text: string, pattern: RegExp): number => {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`the checker did not say ${String(pattern)}:\n${text.slice(0, 2_000)}`);
  return Number(found);
};

/**
 * Visits every state of the model under these bounds, or stops at the first violation.
 *
 * @param optimise the compiler's level: 0 where the search is short
 * @param hash logarithm of the size of the table of states
 */
export function check(scratch: string, name: string, bounds: Bounds, options: { optimise: 0 | 1 | 2; hash: number }): Promise<Checked> {
  return timed(async () => {
    const folder = join(scratch, name);
    await mkdir(folder);
    await run('spin', [...defines(bounds), '-a', MODEL], folder);
    await run('gcc', [`-O${options.optimise}`, '-w', '-DSAFETY', '-DCOLLAPSE', '-DNOREDUCE', '-o', 'pan', 'pan.c'], folder);
    const out = await run('./pan', ['-E', `-m${DEPTH}`, `-w${options.hash}`], folder);
    const errors = number(out, /errors: (\d+)/);
    // A search that was cut short proves nothing.
    if (errors === 0 && /search not completed|max search depth too small|out of memory/i.test(out)) throw new Error(`${name}: the search was not complete\n${out.slice(0, 2_000)}`);
    const states = number(out, /(\d+) states, stored/);
    const text = /assertion violated (.*?) \(at depth/.exec(out)?.[1] ?? null;
    const violated = text === null ? null : { text, property: await propertyThatFell(folder, bounds) };
    await rm(folder, { recursive: true, force: true });
    return { states, errors, violated };
  });
}

async function timed<T extends object>(work: () => Promise<T>): Promise<T & { seconds: number }> {
  const began = performance.now();
  const result = await work();
  return { ...result, seconds: (performance.now() - began) / 1_000 };
}

/** The model's lines say which property each assertion is: the trail that the checker left leads to one of them. */
async function propertyThatFell(folder: string, bounds: Bounds): Promise<string | null> {
  const trail = `${folder}/release.pml.trail`;
  const out = await run('spin', [...defines(bounds), '-t', '-k', trail, MODEL], folder).catch((error: Error) => error.message);
  const line = /release\.pml:(\d+), Error: assertion violated/.exec(out)?.[1];
  if (line === undefined) return null;
  const source = (await readFile(MODEL, 'utf8')).split('\n')[Number(line) - 1] ?? '';
  return /\/\* (B\d)/.exec(source)?.[1] ?? null;
}

/** One random walk of the model, as it prints it; the same for the same seed. */
export function simulate(scratch: string, bounds: Bounds, seed: number, steps = 60_000): Promise<string> {
  return run('spin', ['-T', ...defines(bounds), `-n${seed}`, `-u${steps}`, MODEL], scratch);
}
