import type { FlowDefinition, FlowStep, PanelName } from './definition.ts';
import { stepIndex } from './definition.ts';
import { compiledFlow, type CompiledFlow } from './flow-compile.ts';
import { carriedValues } from './run-values.ts';
import type { FieldValue, RunState, Voided } from './run.ts';

/** What falls when something earlier changes (FL4): computed before it happens, said, and kept in the event. */

const reviewPanels: ReadonlySet<PanelName> = new Set<PanelName>(['submitReview', 'review']);
const confirmationPanels: ReadonlySet<PanelName> = new Set<PanelName>(['readBack', 'consent', 'typeIn']);

export const nothingVoided: Voided = { steps: [], ticks: [], clears: [], review: false, confirmation: false };

function readsAny(flow: CompiledFlow, step: FlowStep, fields: readonly string[]): boolean {
  const paths = [
    ...flow.references(step),
    ...[...step.ticks, ...step.fields].flatMap((item) => (item.forEach === undefined ? [] : [item.forEach])),
  ];
  return paths.some((path) => fields.some((field) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[]`)));
}

function ticksOf(run: RunState, stepId: string): Voided['ticks'] {
  return (run.steps[stepId]?.ticks ?? []).map(({ tickId, item }) => ({ stepId, tickId, item }));
}

function voidSteps(run: RunState, steps: readonly FlowStep[], ownTicks: Voided['ticks']): Voided {
  const touched = steps.filter((step) => (run.steps[step.id]?.status ?? 'open') !== 'open' || ticksOf(run, step.id).length > 0);
  const wasDone = touched.filter((step) => run.steps[step.id]?.status !== 'skipped');
  return {
    steps: touched.map((step) => step.id),
    ticks: [...ownTicks, ...touched.flatMap((step) => ticksOf(run, step.id))],
    clears: touched.flatMap((step) => step.fields.filter((field) => field.noPaste && run.values[field.id] !== undefined).map((field) => field.id)),
    review: wasDone.some((step) => reviewPanels.has(step.panel)),
    confirmation: wasDone.some((step) => confirmationPanels.has(step.panel)),
  };
}

/**
 * What a change of answers voids: the later steps that `voidsOnChange` names, and every later step whose
 * own conditions read one of the changed answers; in the same step, ticks for items no longer chosen.
 */
export function voidedByChange(flow: CompiledFlow, run: RunState, step: FlowStep, values: Readonly<Record<string, FieldValue | null>>): Voided {
  const changed = Object.keys(values);
  const later = flow.definition.steps.slice(stepIndex(flow.definition, step.id) + 1);
  const named = new Set(step.voidsOnChange);
  const gone = step.ticks.flatMap((tick) => {
    const chosen = tick.forEach === undefined ? undefined : values[tick.forEach];
    if (chosen === undefined) return [];
    const still = Array.isArray(chosen) ? chosen : [];
    return ticksOf(run, step.id).filter(({ tickId, item }) => tickId === tick.id && item !== null && !still.includes(item));
  });
  return voidSteps(run, later.filter((other) => named.has(other.id) || readsAny(flow, other, changed)), gone);
}

/**
 * Going back voids nothing by itself. But steps of review and confirmation further on that would not pass any more, since the
 * approval ran out or fell with its figures, are asked again: else the run would lead past them.
 *
 * @param ground what the conditions read, as it is now
 */
export function voidedByLapse(flow: CompiledFlow, run: RunState, toStep: string, ground: unknown): Voided {
  const later = flow.definition.steps.slice(stepIndex(flow.definition, toStep) + 1);
  return voidSteps(run, later.filter((step) =>
    (reviewPanels.has(step.panel) || confirmationPanels.has(step.panel)) && run.steps[step.id]?.status === 'passed' && step.pass !== undefined && flow.condition(step.pass).evaluate(ground).verdict === 'fail'), []);
}

/** What a switch of intent leaves behind: the earlier run keeps everything, but none of it counts in the new one. */
export function voidedBySwitch(definition: FlowDefinition, run: RunState): Voided {
  return voidSteps(run, definition.steps, []);
}

/** What an agent is about to do, as far as it can void anything. */
export type VoidingAction =
  | { readonly kind: 'fill'; readonly stepId: string; readonly values: Readonly<Record<string, FieldValue | null>> }
  | { readonly kind: 'goBack'; readonly toStep: string }
  | { readonly kind: 'switch'; readonly to: FlowDefinition };

/** What would fall, and which answers come along, to be said before it happens. */
export interface WouldVoid extends Voided {
  /** Answers the new run starts with (switch only). */
  readonly carried: Readonly<Record<string, FieldValue>>;
  /** Answers kept in the earlier run but not taken along (switch only). */
  readonly leftBehind: readonly string[];
}

/**
 * Tells what an action would void, without doing it (FL4).
 * @param definition the version that the run has pinned
 * @returns going back voids nothing that still holds; only a changed answer does
 */
export function whatIsVoided(definition: FlowDefinition, run: RunState, action: VoidingAction): WouldVoid {
  const flow = compiledFlow(definition);
  switch (action.kind) {
    case 'goBack': return { ...nothingVoided, carried: {}, leftBehind: [] };
    case 'fill': {
      const step = definition.steps.find((each) => each.id === action.stepId);
      const fallen = step === undefined ? nothingVoided : voidedByChange(flow, run, step, action.values);
      return { ...fallen, carried: {}, leftBehind: [] };
    }
    case 'switch': {
      const carried = carriedValues(definition, action.to, run);
      return { ...voidedBySwitch(definition, run), carried, leftBehind: Object.keys(run.values).filter((field) => carried[field] === undefined) };
    }
  }
}
