import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { z } from 'zod';
import { commonParts, requiredSpeech, type CommonParts } from '#shared/flow/common.ts';
import { flowDefinition, type FlowDefinition } from '#shared/flow/definition.ts';
import { flowProblems } from '#shared/flow/flow-checks.ts';
import { flowPolicy, policyParameters, type FlowPolicy } from '#shared/flow/policy.ts';
import { readYaml, type YamlSource } from './yaml-source.ts';

/** Reads flows, common parts and policy from YAML and tells every mistake with file, line and reason (FL1). */

export interface PublicationProblem {
  readonly file: string;
  readonly line: number;
  readonly code: string;
  readonly reason: string;
}

export interface LoadedFlows {
  readonly definitions: readonly FlowDefinition[];
  readonly policy: FlowPolicy | null;
  readonly common: CommonParts | null;
  /** With any problem in a file, nothing of that file is among the definitions. */
  readonly problems: readonly PublicationProblem[];
}

/** Where the flows that come with the program lie. */
export const flowsDirectory = import.meta.dirname;
const commonFile = 'common.yaml';
const policyFile = 'policy.yaml';

/**
 * Loads a directory: `common.yaml`, `policy.yaml` and one flow version per other `.yaml` file.
 * @throws only when the directory itself cannot be read
 */
export function loadFlows(directory: string = flowsDirectory): LoadedFlows {
  const files = readdirSync(directory).filter((name) => name.endsWith('.yaml')).sort();
  return loadFiles(files.map((name) => join(directory, name)), directory);
}

/**
 * Loads given flow files; common parts, policy and the ids of other flows come from a directory.
 * @param files paths to report by
 */
export function loadFiles(files: readonly string[], directory: string = flowsDirectory): LoadedFlows {
  const problems: PublicationProblem[] = [];
  const common = loadOne(join(directory, commonFile), commonParts, problems);
  const policy = loadOne(join(directory, policyFile), flowPolicy, problems);
  if (common !== null) checkCommon(common, join(directory, commonFile), problems);
  if (policy !== null) checkPolicy(policy, join(directory, policyFile), problems);

  const sources = files
    .filter((file) => ![commonFile, policyFile].includes(basename(file)))
    .map((file) => ({ file, source: openYaml(file, problems) }));
  const ids = new Set([...idsIn(directory), ...sources.flatMap(({ source }) => idOf(source))]);
  const definitions: FlowDefinition[] = [];
  const seen = new Map<string, string>();
  const intents = new Map<string, { flow: string; file: string }>();
  for (const { file, source } of sources) {
    if (source === null) continue;
    const definition = readDefinition(source, common, ids, problems);
    if (definition === null) continue;
    const key = `${definition.id}@${definition.version}`;
    const other = seen.get(key);
    if (other !== undefined) {
      problems.push({ file, line: source.lineOf(['version']), code: 'FLOW_TWICE', reason: `${key} is also in ${other}; a published version never changes` });
      continue;
    }
    seen.set(key, file);
    for (const [i, intent] of definition.intents.entries()) {
      const taken = intents.get(intent);
      if (taken !== undefined && taken.flow !== definition.id) problems.push({ file, line: source.lineOf(['intents', i]), code: 'FLOW_TWICE', reason: `intent ${intent} already leads to ${taken.flow} (${taken.file})` });
      intents.set(intent, { flow: definition.id, file });
    }
    definitions.push(definition);
  }
  return { definitions, policy, common, problems };
}

/**
 * One definition out of an opened file.
 * @returns null when it may not be published; the reasons are added to `problems`
 */
export function readDefinition(source: YamlSource, common: CommonParts | null, flowIds: ReadonlySet<string>, problems: PublicationProblem[]): FlowDefinition | null {
  const expanded = expandSpeech(source, common, problems);
  const parsed = flowDefinition.safeParse(expanded.value);
  if (!parsed.success) {
    problems.push(...issuesOf(source, parsed.error, expanded.origin));
    return null;
  }
  const found = flowProblems(parsed.data, flowIds);
  problems.push(...found.map(({ path, code, message }) => ({ file: source.file, line: source.lineOf(expanded.origin(path)), code, reason: message })));
  return found.length === 0 && !expanded.failed ? parsed.data : null;
}

type DataPath = readonly (string | number | symbol)[];

/** Puts the common speech in the place of `{use: name}`, and remembers where each line really stands. */
function expandSpeech(source: YamlSource, common: CommonParts | null, problems: PublicationProblem[]): { value: unknown; failed: boolean; origin: (path: DataPath) => DataPath } {
  const origins = new Map<string, number[]>();
  let failed = false;
  const steps: unknown = isRecord(source.value) ? source.value['steps'] : undefined;
  if (!isRecord(source.value) || !Array.isArray(steps)) return { value: source.value, failed, origin: (path) => path };
  const expanded = steps.map((step: unknown, s) => {
    if (!isRecord(step) || !Array.isArray(step['say'])) return step;
    const places: number[] = [];
    const say = step['say'].flatMap((line: unknown, i) => {
      const name = isRecord(line) && Object.keys(line).length === 1 && typeof line['use'] === 'string' ? line['use'] : null;
      const lines: readonly unknown[] | undefined = name === null ? [line] : common?.speech[name];
      if (lines === undefined) {
        failed = true;
        problems.push({ file: source.file, line: source.lineOf(['steps', s, 'say', i]), code: 'FLOW_USE', reason: `there is no common speech ${String(name)}` });
        return [];
      }
      places.push(...lines.map(() => i));
      return lines;
    });
    origins.set(`${s}`, places);
    return { ...step, say };
  });
  const origin = (path: DataPath): DataPath => {
    const [head, s, key, i, ...rest] = path;
    const places = head === 'steps' && key === 'say' && typeof i === 'number' ? origins.get(String(s)) : undefined;
    return places === undefined ? path : [head ?? '', s ?? '', key ?? '', places[i as number] ?? 0, ...rest];
  };
  return { value: { ...source.value, steps: expanded }, failed, origin };
}

function issuesOf(source: YamlSource, error: z.ZodError, origin: (path: DataPath) => DataPath = (path) => path): PublicationProblem[] {
  return error.issues.map((issue) => {
    const last = issue.path.at(-1);
    const missingLanguage = (last === 'zh' || last === 'en') && issue.code === 'invalid_type';
    const where = issue.path.map(String).join('.');
    return {
      file: source.file,
      line: source.lineOf(origin(issue.path)),
      code: missingLanguage ? 'FLOW_LANGUAGE' : 'FLOW_SCHEMA',
      reason: missingLanguage ? `${where} is missing: every text is there in zh and en` : `${where === '' ? 'file' : where}: ${issue.message}`,
    };
  });
}

function openYaml(file: string, problems: PublicationProblem[]): YamlSource | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    problems.push({ file, line: 0, code: 'FILE', reason: cause instanceof Error ? cause.message : String(cause) });
    return null;
  }
  const source = readYaml(file, text);
  problems.push(...source.errors.map(({ line, message }) => ({ file, line, code: 'YAML', reason: message })));
  return source.errors.length > 0 ? null : source;
}

function loadOne<T>(file: string, schema: z.ZodType<T>, problems: PublicationProblem[]): T | null {
  const source = openYaml(file, problems);
  if (source === null) return null;
  const parsed = schema.safeParse(source.value);
  if (parsed.success) return parsed.data;
  problems.push(...issuesOf(source, parsed.error));
  return null;
}

function checkCommon(common: CommonParts, file: string, problems: PublicationProblem[]): void {
  for (const name of requiredSpeech) {
    if (common.speech[name] === undefined) problems.push({ file, line: 1, code: 'FLOW_USE', reason: `speech.${name} is missing: screens outside the flows need it` });
  }
}

function checkPolicy(policy: FlowPolicy, file: string, problems: PublicationProblem[]): void {
  const given = new Set<string>(policy.parameters.map((parameter) => parameter.id));
  for (const id of Object.keys(policyParameters)) {
    if (!given.has(id)) problems.push({ file, line: 1, code: 'FLOW_POLICY', reason: `${id} has no value` });
  }
}

function idsIn(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.yaml') && name !== commonFile && name !== policyFile)
    .flatMap((name) => idOf(readYaml(name, readFileSync(join(directory, name), 'utf8'))));
}

function idOf(source: YamlSource | null): string[] {
  const id = isRecord(source?.value) ? source.value['id'] : undefined;
  return typeof id === 'string' ? [id] : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
