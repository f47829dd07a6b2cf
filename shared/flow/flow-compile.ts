import { compileCondition, type Condition } from './condition.ts';
import type { FlowDefinition, FlowStep } from './definition.ts';
import { flowScope } from './flow-scope.ts';
import type { FactShape } from './facts.ts';

/** A definition with its conditions compiled: what runs are decided by. */
export interface CompiledFlow {
  readonly definition: FlowDefinition;
  readonly scope: FactShape;
  /**
   * The condition written so. One that this program cannot compile (it names a fact of a later release) is
   * unknown: a desktop then sends the command, and only a server that knows better lets it through.
   */
  condition(source: string): Condition;
  /** Fact paths (roots of fields too) that a step's conditions read. */
  references(step: FlowStep): ReadonlySet<string>;
}

/** A reason why a definition may not be published, with the way to the place in the data. */
export interface FlowProblem {
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly message: string;
}

interface Place { readonly path: readonly (string | number)[]; readonly source: string; readonly step: FlowStep | null }

/** Every condition of a definition and where it stands. */
export function conditionsOf(definition: FlowDefinition): Place[] {
  const places: Place[] = [];
  const add = (step: FlowStep | null, source: string | undefined, ...path: (string | number)[]) => {
    if (source !== undefined) places.push({ path, source, step });
  };
  definition.steps.forEach((step, s) => {
    add(step, step.pass, 'steps', s, 'pass');
    add(step, step.skipWhen, 'steps', s, 'skipWhen');
    step.fields.forEach((field, i) => add(step, field.when, 'steps', s, 'fields', i, 'when'));
    step.ticks.forEach((tick, i) => add(step, tick.when, 'steps', s, 'ticks', i, 'when'));
    step.say.forEach((line, i) => add(step, line.when, 'steps', s, 'say', i, 'when'));
    step.prerequisites.forEach((item, i) => add(step, item.pass, 'steps', s, 'prerequisites', i, 'pass'));
    step.suggest.forEach((item, i) => add(step, item.when, 'steps', s, 'suggest', i, 'when'));
    step.onFail.forEach((rule, i) => add(step, rule.if, 'steps', s, 'onFail', i, 'if'));
  });
  definition.outcomes.forEach((outcome, i) => add(null, outcome.when, 'outcomes', i, 'when'));
  return places;
}

/**
 * Compiles every condition.
 * @returns the compiled flow and each condition that may not be published (FL3); with problems, the flow
 *   must not be used
 */
export function compileConditions(definition: FlowDefinition): { flow: CompiledFlow; problems: FlowProblem[] } {
  const scope = flowScope(definition);
  const conditions = new Map<string, Condition>();
  const problems: FlowProblem[] = [];
  const places = conditionsOf(definition);
  for (const { path, source } of places) {
    const compiled = compileCondition(source, scope);
    if (compiled.ok) conditions.set(source, compiled.condition);
    else problems.push(...compiled.problems.map(({ code, message }) => ({ path, code, message })));
  }
  const references = new Map<string, Set<string>>();
  for (const { source, step, path } of places) {
    // Speech may change without anything having to be said or ticked again.
    if (step === null || path[2] === 'say' || path[2] === 'suggest' || path[2] === 'onFail') continue;
    const known = references.get(step.id) ?? new Set<string>();
    for (const reference of conditions.get(source)?.references ?? []) known.add(reference);
    references.set(step.id, known);
  }
  const none: ReadonlySet<string> = new Set();
  const flow: CompiledFlow = {
    definition,
    scope,
    condition: (source) => conditions.get(source) ?? beyondThisProgram(source),
    references: (step) => references.get(step.id) ?? none,
  };
  return { flow, problems };
}

const compiled = new WeakMap<FlowDefinition, CompiledFlow>();

function beyondThisProgram(source: string): Condition {
  return { source, nodes: 0, references: [], evaluate: () => ({ verdict: 'unknown', unknown: [source] }) };
}

/** The compiled flow of a published definition; compiled once for each definition object. */
export function compiledFlow(definition: FlowDefinition): CompiledFlow {
  const known = compiled.get(definition);
  if (known !== undefined) return known;
  const { flow } = compileConditions(definition);
  compiled.set(definition, flow);
  return flow;
}
