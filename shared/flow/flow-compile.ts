import { compileCondition, type Condition } from './condition.ts';
import type { FlowDefinition, FlowStep } from './definition.ts';
import { flowScope } from './flow-scope.ts';
import type { FactShape } from './facts.ts';

/** A definition with its conditions compiled: what runs are decided by. */
export interface CompiledFlow {
  readonly definition: FlowDefinition;
  readonly scope: FactShape;
  /** The condition written so; every condition of a published definition is here. */
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
    condition(source) {
      const found = conditions.get(source);
      if (found === undefined) throw new Error(`condition was not compiled at publication: ${source}`);
      return found;
    },
    references: (step) => references.get(step.id) ?? none,
  };
  return { flow, problems };
}

const compiled = new WeakMap<FlowDefinition, CompiledFlow>();

/**
 * The compiled flow of a published definition; compiled once for each definition object.
 * @throws when a condition does not compile: such a definition cannot have been published
 */
export function compiledFlow(definition: FlowDefinition): CompiledFlow {
  const known = compiled.get(definition);
  if (known !== undefined) return known;
  const { flow, problems } = compileConditions(definition);
  const [first] = problems;
  if (first !== undefined) throw new Error(`flow ${definition.id} ${definition.version}: ${first.path.join('.')}: ${first.message}`);
  compiled.set(definition, flow);
  return flow;
}
