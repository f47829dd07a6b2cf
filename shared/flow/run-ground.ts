import type { CompiledFlow } from './flow-compile.ts';
import type { FlowField, FlowStep, FlowTick } from './definition.ts';
import { factAt, withFact, type FactTree } from './facts.ts';
import { lookedUpIn } from './flow-scope.ts';
import type { FieldValue, RunState, StepState } from './run.ts';

/** The ground on which a run's conditions are judged: the facts, with the run's own answers and ticks laid over. */

const noStep: Pick<StepState, 'status' | 'ticks'> = { status: 'open', ticks: [] };

/** State of a step; a step nothing has happened to is open and unticked. */
export function stepOf(run: RunState, stepId: string): Pick<StepState, 'status' | 'ticks'> & Partial<StepState> {
  return run.steps[stepId] ?? noStep;
}

function answerAsFact(field: FlowField, value: FieldValue, facts: Readonly<Record<string, unknown>>): unknown {
  const source = lookedUpIn(field);
  if (source !== null) {
    const among = factAt(facts, source);
    if (!Array.isArray(among) || !Array.isArray(value)) return undefined;
    const found = value.map((id) => among.find((item: unknown) => factAt(item, 'id') === id));
    // A plan that can no longer be seen makes the whole choice unknown rather than smaller.
    return found.includes(undefined) ? undefined : found;
  }
  if (field.type === 'perItem' && typeof value === 'object' && !Array.isArray(value)) {
    return Object.entries(value).map(([id, answer]) => ({ id, answer }));
  }
  return value;
}

/** Items a tick or an answer goes over; null when the list is not known. */
export function itemIds(ground: unknown, path: string): string[] | null {
  const list = factAt(ground, path);
  if (!Array.isArray(list)) return null;
  return list.map((item: unknown) => factAt(item, 'id')).filter((id): id is string => typeof id === 'string');
}

/** A tick over a list counts when every item has it, and there is at least one item. */
export function isTicked(step: Pick<StepState, 'ticks'>, tick: FlowTick, ground: unknown): boolean {
  if (tick.forEach === undefined) return step.ticks.some((done) => done.tickId === tick.id);
  const ids = itemIds(ground, tick.forEach);
  return ids !== null && ids.length > 0 && ids.every((id) => step.ticks.some((done) => done.tickId === tick.id && done.item === id));
}

/** The answer that names the one card of an operation without plans. */
export const cardField = 'theCard';

/** A worksheet drafted before another plan or card was named is for others, whatever its figures say. */
function matchesSelection(ground: unknown): boolean | null {
  const lines = factAt(ground, 'lines');
  const [selected, id] = Array.isArray(factAt(ground, 'selected')) ? [factAt(ground, 'selected'), 'planId'] : [factAt(ground, cardField), 'cardId'];
  if (!Array.isArray(lines) || !Array.isArray(selected)) return null;
  const named = new Set(lines.map((line: unknown) => factAt(line, id)));
  return named.size === selected.length && selected.every((one: unknown) => named.has(factAt(one, 'id')));
}

/**
 * @param facts what is known of the world
 * @returns the tree conditions are evaluated on
 */
export function runGround(flow: CompiledFlow, run: RunState, facts: FactTree): Readonly<Record<string, unknown>> {
  let ground: Record<string, unknown> = { ...facts };
  const fields = flow.definition.steps.flatMap((step) => step.fields);
  for (const field of fields) {
    const value = run.values[field.id];
    if (value === undefined) continue;
    if (field.type === 'window' && typeof value === 'object' && !Array.isArray(value)) {
      for (const [side, at] of Object.entries(value)) ground = withFact(ground, `${field.id}.${side}`, at);
    } else {
      ground = withFact(ground, field.id, answerAsFact(field, value, ground));
    }
  }
  for (const field of fields) {
    if (field.countAs !== undefined) ground = withFact(ground, field.countAs, (run.counted[field.id] ?? []).length);
  }
  for (const field of fields) {
    if (field.presumed !== undefined && factAt(ground, field.id) === undefined) ground = withFact(ground, field.id, field.presumed);
  }
  const matches = matchesSelection(ground);
  if (matches !== null) ground = withFact(ground, 'worksheet.matchesSelection', matches);
  const ticks: Record<string, boolean> = {};
  for (const step of flow.definition.steps) {
    for (const tick of step.ticks) ticks[tick.id] = isTicked(stepOf(run, step.id), tick, ground);
  }
  ground['ticks'] = ticks;
  return ground;
}

/** Whether a field or tick is asked for now. What hangs on an unknown fact is asked for. */
export function isAsked(flow: CompiledFlow, item: { when?: string | undefined }, ground: unknown): boolean {
  return item.when === undefined || flow.condition(item.when).evaluate(ground).verdict !== 'fail';
}

/** What is still missing before a step can be passed, in the order it is asked. */
export function missingIn(flow: CompiledFlow, run: RunState, step: FlowStep, ground: unknown): { fields: FlowField[]; ticks: FlowTick[] } {
  const state = stepOf(run, step.id);
  const unanswered = (field: FlowField): boolean => {
    const value = run.values[field.id];
    if (value === undefined || value === '') return true;
    if (field.type === 'perItem') {
      const ids = itemIds(ground, field.forEach ?? '') ?? [];
      return ids.some((id) => typeof value !== 'object' || Array.isArray(value) || !Object.hasOwn(value, id));
    }
    return Array.isArray(value) && value.length === 0;
  };
  return {
    fields: step.fields.filter((field) => field.required && !field.secret && !field.searchOnly && unanswered(field) && isAsked(flow, field, ground)),
    ticks: step.ticks.filter((tick) => !isTicked(state, tick, ground) && isAsked(flow, tick, ground)),
  };
}
