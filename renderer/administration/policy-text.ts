import { isAlias, isCollection, isNode, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { ZodType } from 'zod';
import { zhCN as chinese } from 'zod/locales';
import { flowDefinition, type FlowDefinition } from '#shared/flow/definition.ts';
import { flowProblems } from '#shared/flow/flow-checks.ts';
import { ControlPolicy } from '#shared/review/policy.ts';
import { problemWords } from './problem-words.ts';

/** A mistake in a text, with the place and the reason in both languages. */
export type Problem = { readonly line: number; readonly path: string; readonly zh: string; readonly en: string };
export type Read<T> = { readonly value: T; readonly problems: readonly Problem[] } | { readonly value: null; readonly problems: readonly Problem[] };

const MOST_SHOWN = 30;
const zhCN = chinese();

type Path = readonly (string | number | symbol)[];
type Source = { value: unknown; lineOf(path: Path): number; problems: Problem[] };

/** JSON is YAML too: one reader for both, so that every mistake has its line. */
function readText(text: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  return {
    value: document.errors.length === 0 ? (document.toJS({ maxAliasCount: 100 }) as unknown) : undefined,
    lineOf: (path) => lineAt(nearest(document, path)?.range?.[0] ?? 0),
    problems: document.errors.map((error) => ({ line: lineAt(error.pos[0]), path: '', zh: `这一行读不懂：${error.message}`, en: error.message })),
  };
}

function nearest(document: Document, path: Path): Node | null {
  let node: Node | null = isNode(document.contents) ? document.contents : null;
  for (const key of path) {
    const here: Node | undefined = isAlias(node) ? node.resolve(document) : (node ?? undefined);
    if (!isCollection(here)) return node;
    const next: unknown = here.get(typeof key === 'symbol' ? String(key) : key, true);
    if (!isNode(next)) return node;
    node = next;
  }
  return node;
}

function readAs<T>(schema: ZodType<T>, text: string): Read<T> & { source: Source } {
  const source = readText(text);
  if (source.problems.length > 0) return { value: null, problems: source.problems.slice(0, MOST_SHOWN), source };
  const english = schema.safeParse(source.value);
  if (english.success) return { value: english.data, problems: [], source };
  const inChinese = schema.safeParse(source.value, { error: zhCN.localeError });
  const problems = english.error.issues.slice(0, MOST_SHOWN).map((issue, index): Problem => ({
    line: source.lineOf(issue.path), path: issue.path.map(String).join('.'), en: issue.message,
    zh: issue.code === 'custom' ? problemWords(issue.message).zh : (inChinese.error?.issues[index]?.message ?? issue.message),
  }));
  return { value: null, problems, source };
}

/** @param used versions that were ever in force: a version's name is for ever (TP2) */
export function readPolicy(text: string, used: readonly string[]): Read<ControlPolicy> {
  const { source, ...read } = readAs(ControlPolicy, text);
  if (read.value === null || !used.includes(read.value.version)) return read;
  return { value: null, problems: [{ line: source.lineOf(['version']), path: 'version', zh: `版本号 ${read.value.version} 用过了，请换一个新的`, en: `version ${read.value.version} was used before; give it a new one` }] };
}

type Published = { definition: FlowDefinition; publication: string };

/** The same checks that the server makes at publication (FL1), as far as they need nothing but the flows themselves. */
export function readFlow(text: string, published: readonly Published[]): Read<FlowDefinition> {
  const { source, ...read } = readAs(flowDefinition, text);
  const definition = read.value;
  if (definition === null) return read;
  const at = (path: Path, words: { zh: string; en: string }): Problem => ({ line: source.lineOf(path), path: path.map(String).join('.'), ...words });
  const newest = Math.max(0, ...published.filter((one) => one.definition.id === definition.id).map((one) => one.definition.version));
  const ids = new Set([...published.map((one) => one.definition.id), definition.id]);
  const problems = [
    ...(definition.version <= newest ? [at(['version'], { zh: `已有 ${newest} 版，请用更大的版本号`, en: `version ${newest} is there already; take a higher one` })] : []),
    ...flowProblems(definition, ids).map((problem) => at(problem.path, problemWords(problem.message, problem.code))),
    ...definition.intents.flatMap((intent, index) => {
      const other = published.find((one) => one.publication === 'inForce' && one.definition.id !== definition.id && one.definition.intents.includes(intent));
      return other === undefined ? [] : [at(['intents', index], { zh: `意图 ${intent} 已归流程 ${other.definition.id}`, en: `intent ${intent} already leads to ${other.definition.id}` })];
    }),
  ];
  return problems.length === 0 ? { value: definition, problems } : { value: null, problems: problems.slice(0, MOST_SHOWN) };
}
