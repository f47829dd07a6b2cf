import type { FlowDefinition, FlowStep, Prerequisite } from './definition.ts';
import { factAt, sourceOf, type FactTree } from './facts.ts';
import { compiledFlow, type CompiledFlow } from './flow-compile.ts';
import type { PrerequisiteLine, RunState } from './run.ts';
import { runGround } from './run-ground.ts';

/** One light: the prerequisite, how it stands, and what it rests on (FL5). */
export interface PrerequisiteLight extends PrerequisiteLine {
  readonly stepId: string;
  readonly prerequisite: Prerequisite;
  readonly unknown: readonly string[];
}

/** `selected[].status` shows one value an item. */
function shownValue(ground: unknown, fact: string): unknown {
  const [list = '', rest] = fact.split('[].');
  if (rest === undefined) return factAt(ground, fact) ?? null;
  const items = factAt(ground, list);
  return Array.isArray(items) ? items.map((item: unknown) => factAt(item, rest) ?? null) : null;
}

function lightOf(flow: CompiledFlow, step: FlowStep, prerequisite: Prerequisite, facts: FactTree, ground: unknown): PrerequisiteLight {
  const verdict = flow.condition(prerequisite.pass).evaluate(ground);
  return {
    id: prerequisite.id,
    stepId: step.id,
    prerequisite,
    verdict: verdict.verdict,
    unknown: verdict.verdict === 'unknown' ? verdict.unknown : [],
    facts: prerequisite.facts.map((fact) => {
      const from = sourceOf(facts, fact.replace('[]', ''));
      return { fact, value: shownValue(ground, fact), source: from?.source ?? null, readAt: from?.readAt ?? null };
    }),
  };
}

/**
 * The lights of all prerequisites, at any time from the first step on: an overdue account must not sit
 * through a retention talk (FL2). The formal pass stays in its step.
 * @param run the run, or null before it has started
 */
export function prerequisiteLights(definition: FlowDefinition, facts: FactTree, run: RunState | null = null): PrerequisiteLight[] {
  const flow = compiledFlow(definition);
  const ground = run === null ? facts : runGround(flow, run, facts);
  return flow.definition.steps.flatMap((step) => step.prerequisites.map((item) => lightOf(flow, step, item, facts, ground)));
}

/** The lines kept with the passing of a step: fact, value, source, time read, result. */
export function prerequisiteLines(flow: CompiledFlow, step: FlowStep, facts: FactTree, ground: unknown): PrerequisiteLight[] {
  return step.prerequisites.map((item) => lightOf(flow, step, item, facts, ground));
}
