import { stringify } from 'yaml';
import type { FlowDefinition } from '#shared/flow/definition.ts';
import { flowProblems } from '#shared/flow/flow-checks.ts';
import { refuse, type Refusal } from '#shared/protocol/refusal.ts';
import { readYaml } from '../flows/yaml-source.ts';

const REASON_CHARS = 300;

/** File, line and reason of a mistake in a definition (FL1): lines as they are in the definition written out as YAML. */
export function flowMalformed(definition: unknown, path: readonly (string | number | symbol)[], reason: string): Refusal {
  const id = typeof definition === 'object' && definition !== null && 'id' in definition && typeof definition.id === 'string' ? definition.id.slice(0, 60) : 'flow';
  const file = `${id}.yaml`;
  return refuse('flow-malformed', { file, line: lineOf(file, definition, path), path: path.map(String).join('.').slice(0, 200), reason: reason.slice(0, REASON_CHARS) }).refusal;
}

function lineOf(file: string, definition: unknown, path: readonly (string | number | symbol)[]): number {
  try {
    return readYaml(file, stringify(definition, { lineWidth: 0, aliasDuplicateObjects: false })).lineOf(path);
  } catch {
    return 0;
  }
}

/**
 * What the schema cannot say about a flow that is to be published: the same checks that the files of the program pass.
 *
 * @param published all that is published now
 * @returns the first mistake, or null
 */
export function flowFault(definition: FlowDefinition, published: readonly { definition: FlowDefinition; publication: string }[]): Refusal | null {
  const ids = new Set([...published.map((one) => one.definition.id), definition.id]);
  const [first] = flowProblems(definition, ids);
  if (first !== undefined) return flowMalformed(definition, first.path, first.message);
  for (const [index, intent] of definition.intents.entries()) {
    const other = published.find((one) => one.publication === 'inForce' && one.definition.id !== definition.id && one.definition.intents.includes(intent));
    if (other !== undefined) return flowMalformed(definition, ['intents', index], `intent ${intent} already leads to ${other.definition.id}`);
  }
  return null;
}
