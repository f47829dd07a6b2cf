/** Which tests bear which rule, taken from the rule ids in the tests' names, for the table in docs/spec.md. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const SPEC_FILE = 'docs/spec.md';
const BEGIN = '<!-- generated: rules and their tests -->';
const END = '<!-- end of generated -->';

const MOST: Record<string, number> = { TP: 18, FL: 7, SY: 10, OF: 5, CT: 6, PR: 9, RB: 3, OP: 1 };
export const RULES: readonly string[] = Object.entries(MOST).flatMap(([family, most]) => Array.from({ length: most }, (_, index) => `${family}${index + 1}`));

/** A test's or suite's name that carries ids: `[TP6] …`, also `[TP6][SY5] …` and `[TP6, SY5] …`. */
const NAME = /(?:\b(?:it|test|describe)(?:\.\w+)*(?:\([^'"`\n]*\))?|\.each\([\s\S]*?\))\(\s*(['"`])((?:\\.|(?!\1)[\s\S])*?)\1/g;
const ID = /\b(?:TP|FL|SY|OF|CT|PR|RB|OP)\d{1,2}\b/g;

/** @returns the rule ids in brackets within one test file's names */
export function idsIn(source: string): Set<string> {
  const found = new Set<string>();
  for (const [, , name = ''] of source.matchAll(NAME)) {
    const inBrackets = [...name.matchAll(/\[([^\]]*)\]/g)].map(([, inner = '']) => inner).join(' ');
    for (const id of inBrackets.match(ID) ?? []) found.add(id);
  }
  return found;
}

/** @returns the test files whose names carry each rule */
export function testsByRule(project: string): Map<string, string[]> {
  const byRule = new Map<string, string[]>();
  for (const file of globSync('tests/**/*.{ts,tsx}', { cwd: project }).sort()) {
    for (const id of idsIn(readFileSync(join(project, file), 'utf8'))) byRule.set(id, [...(byRule.get(id) ?? []), file]);
  }
  return byRule;
}

function table(project: string): string {
  const byRule = testsByRule(project);
  const rows = RULES.map((rule) => {
    const files = (byRule.get(rule) ?? []).map((file) => `\`${file.replace(/^tests\//, '').replace(/(\.test)?\.tsx?$/, '')}\``);
    return `| ${rule} | ${files.length === 0 ? 'none' : files.join(', ')} |`;
  });
  return ['| rule | files under `tests/` |', '|---|---|', ...rows].join('\n');
}

/**
 * docs/spec.md with its table made anew; the rest of the file is written by hand.
 *
 * @param text the file as it is; @param project the project's root
 */
export function withRuleTests(text: string, project: string): string {
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  if (from < 0 || to < from) throw new Error(`${SPEC_FILE} has lost its marks ${BEGIN} … ${END}`);
  return `${text.slice(0, from + BEGIN.length)}\n\n${table(project)}\n\n${text.slice(to)}`;
}
