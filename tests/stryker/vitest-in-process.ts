/**
 * What the deciders' tests use of Vitest, with its own `expect`, registered instead of run: loaded once, such a test runs
 * in a millisecond, where a worker of Vitest for each mutant takes seconds.
 */
import { format } from 'node:util';

export type Registered = { name: string; run: () => unknown };
export type StandIn = { inFile(path: string): void; registered(): readonly Registered[] };
type Body = (...given: never[]) => unknown;

// `expect` asks Vitest's worker for the path of the test, and for nothing else.
Object.assign(globalThis, { __vitest_worker__: { filepath: '' } });
export const { expect } = await import('vitest');

let file = '';
let suites: string[] = [];
const tests = new Map<string, Registered>();

/** Names the file whose tests are registered from here on. */
export function inFile(path: string): void {
  file = path;
  suites = [];
}
export const registered = (): readonly Registered[] => [...tests.values()];

function one(name: string, run: () => unknown): void {
  const full = [file, ...suites, name].join(' > ');
  // Stryker tells tests by name: of two of one name the second is another.
  const unique = tests.has(full) ? `${full} (${tests.size})` : full;
  tests.set(unique, { name: unique, run });
}
function group(name: string, body: () => unknown): void {
  suites.push(name);
  body();
  suites.pop();
}
const each = (register: (name: string, run: () => unknown) => void) => (rows: readonly unknown[]) => (name: string, body: Body): void => {
  for (const row of rows) {
    const given = Array.isArray(row) ? row : [row];
    register(format(name, ...given), () => body(...(given as never[])));
  }
};

export const it = Object.assign(one, { each: each(one) });
export const test = it;
export const describe = Object.assign(group, { each: each(group) });
