import { findStep, type FailRule, type FlowDefinition, type FlowStep, type PublicationState } from './definition.ts';
import { compiledFlow, type CompiledFlow } from './flow-compile.ts';
import type { FactTree } from './facts.ts';
import { prerequisiteLines } from './prerequisites.ts';
import { evolveRun } from './run-evolve.ts';
import { itemIds, missingIn, runGround, stepOf } from './run-ground.ts';
import { refuseRun, type RunRefusal } from './run-refusals.ts';
import { carriedValues, sameValue, valueProblem } from './run-values.ts';
import { voidedByChange, voidedByLapse, voidedBySwitch } from './run-void.ts';
import { currentStepId, isReached, type FieldValue, type RunCommand, type RunCommandBody, type RunEvent, type RunState } from './run.ts';

/** What a run may look at beside its own state. */
export interface RunContext {
  /** Where this is decided. What a desktop cannot know is sent, not refused; the server must know. */
  readonly at: 'desktop' | 'server';
  readonly facts: FactTree;
  /** A version of a flow with its publication state, or null when there is none (FL1). */
  readonly flow: (id: string, version: number) => { definition: FlowDefinition; publication: PublicationState } | null;
}

export type RunDecision = { readonly events: readonly RunEvent[] } | { readonly refusal: RunRefusal };

interface Bench { readonly flow: CompiledFlow; readonly run: RunState; readonly context: RunContext; readonly publication: PublicationState }
type Decide<K extends RunCommand['kind']> = (bench: Bench, body: RunCommandBody<K>) => RunDecision;

/** Steps that fall away by rule at the place the run has come to; what hangs on an unknown fact does not. */
function skips({ flow, run, context }: Bench): RunEvent[] {
  const events: RunEvent[] = [];
  let at = run;
  for (let id = currentStepId(at); id !== null; id = currentStepId(at)) {
    const step = findStep(flow.definition, id);
    if (step?.skipWhen === undefined) break;
    if (flow.condition(step.skipWhen).evaluate(runGround(flow, at, context.facts)).verdict !== 'pass') break;
    const skipped: RunEvent = { kind: 'step skipped', body: { runId: at.runId, stepId: id, flowVersion: at.flowVersion, condition: step.skipWhen } };
    events.push(skipped);
    at = evolveRun(at, skipped);
  }
  return events;
}

function started(flow: CompiledFlow, context: RunContext, runId: string, previousRunId: string | null, carried: Record<string, FieldValue>): RunEvent[] {
  const { id, version, steps } = flow.definition;
  const event: RunEvent = {
    kind: 'run started',
    body: { runId, flowId: id, flowVersion: version, steps: steps.map((step) => step.id), previousRunId, carried },
  };
  const run = evolveRun(null, event);
  return run === null ? [event] : [event, ...skips({ flow, run, context, publication: 'inForce' })];
}

const fill: Decide<'fill fields'> = ({ flow, run }, body) => {
  const step = findStep(flow.definition, body.stepId);
  if (step === undefined) return refuseRun('flow-step-unknown', { step: body.stepId });
  if (!isReached(run, step.id)) return refuseRun('flow-step-out-of-order', { step: step.id, current: currentStepId(run) });
  if (isExecutedAfter(flow, run, step.id)) return refuseRun('flow-executed', { step: step.id });
  for (const [id, value] of Object.entries(body.values)) {
    const problem = valueProblem(step.fields.find((field) => field.id === id), value);
    if (problem !== null) return refuseRun(problem, { step: step.id, field: id });
  }
  const values = Object.fromEntries(Object.entries(body.values).filter(([id, value]) => !sameValue(run.values[id], value ?? undefined)));
  if (Object.keys(values).length === 0) return { events: [] };
  const counted = step.fields.filter((field) => field.countAs !== undefined && Object.hasOwn(values, field.id)).map((field) => field.id);
  const events: RunEvent[] = [{ kind: 'fields filled', body: { runId: run.runId, stepId: step.id, values, counted } }];
  const voided = voidedByChange(flow, run, step, values);
  if (stepOf(run, step.id).status !== 'open' || voided.steps.length > 0 || voided.ticks.length > 0) {
    events.push({ kind: 'step reopened', body: { runId: run.runId, stepId: step.id, reason: 'changed', voided } });
  }
  return { events };
};

const tick: Decide<'tick'> = ({ flow, run, context }, body) => {
  const found = currentStep(flow, run, body.stepId);
  if ('refusal' in found) return found;
  const { step } = found;
  const definition = step.ticks.find((each) => each.id === body.tickId);
  if (definition === undefined) {
    const isPrerequisite = flow.definition.steps.some((each) => each.prerequisites.some((item) => item.id === body.tickId));
    return refuseRun(isPrerequisite ? 'flow-prerequisite-not-tickable' : 'flow-tick-unknown', { step: step.id, tick: body.tickId });
  }
  const item = body.item ?? null;
  if ((definition.forEach === undefined) !== (item === null)) return refuseRun('flow-tick-item', { step: step.id, tick: body.tickId });
  if (definition.forEach !== undefined && item !== null) {
    const ids = itemIds(runGround(flow, run, context.facts), definition.forEach);
    if (ids !== null && !ids.includes(item)) return refuseRun('flow-tick-item', { step: step.id, tick: body.tickId, item });
  }
  // With the phones down there is no recording to point into; the words are still required.
  const recording = context.facts.channel?.phone !== 'down';
  for (const kind of definition.evidence) {
    if (body[kind] === undefined && (kind !== 'recordingOffset' || recording)) return refuseRun('flow-evidence-missing', { step: step.id, tick: body.tickId, evidence: kind });
  }
  if (definition.words !== undefined && !saysWords(body.customerWords ?? '', definition.words)) {
    return refuseRun('flow-words-differ', { step: step.id, tick: body.tickId });
  }
  return {
    events: [{
      kind: 'step ticked',
      body: {
        runId: run.runId, stepId: step.id, tickId: body.tickId, item, customerWords: body.customerWords ?? null,
        recordingOffset: body.recordingOffset ?? null, callId: body.callId ?? null, saidAt: body.saidAt ?? null,
      },
    }],
  };
};

const untick: Decide<'untick'> = ({ flow, run }, body) => {
  const found = currentStep(flow, run, body.stepId);
  if ('refusal' in found) return found;
  const item = body.item ?? null;
  if (!stepOf(run, body.stepId).ticks.some((done) => done.tickId === body.tickId && done.item === item)) return { events: [] };
  return { events: [{ kind: 'step unticked', body: { runId: run.runId, stepId: body.stepId, tickId: body.tickId, item } }] };
};

const pass: Decide<'pass step'> = (bench, body) => {
  const { flow, run, context, publication } = bench;
  if (publication === 'recalled') return refuseRun('flow-recalled', { flow: run.flowId, version: run.flowVersion });
  const found = currentStep(flow, run, body.stepId);
  if ('refusal' in found) return found;
  const { step } = found;
  const ground = runGround(flow, run, context.facts);
  const missing = missingIn(flow, run, step, ground);
  const field = missing.fields[0];
  if (field !== undefined) return refuseRun('flow-field-missing', { step: step.id, field: field.id, count: missing.fields.length });
  const untickedYet = missing.ticks[0];
  if (untickedYet !== undefined) return refuseRun('flow-tick-missing', { step: step.id, tick: untickedYet.id, count: missing.ticks.length });

  const lights = prerequisiteLines(flow, step, context.facts, ground);
  const failed = lights.find((light) => light.verdict === 'fail');
  if (failed !== undefined) return refuseRun('flow-prerequisite-failed', { step: step.id, prerequisite: failed.id });
  const verdict = step.pass === undefined ? { verdict: 'pass' as const } : flow.condition(step.pass).evaluate(ground);
  if (verdict.verdict === 'fail') return refuseByRule(flow, step, ground);
  const unknown = [...new Set([...lights.flatMap((light) => light.unknown), ...(verdict.verdict === 'unknown' ? verdict.unknown : [])])].sort();
  // FL6: protective flows wait for nobody, also not for a fact; elsewhere only the server's knowledge counts.
  const provisional = flow.definition.protective || context.at === 'desktop';
  if (unknown.length > 0 && (step.strict || !provisional)) return refuseRun('flow-fact-unknown', { step: step.id, facts: unknown.join(' ') });

  const passed: RunEvent = {
    kind: 'step passed',
    body: {
      runId: run.runId, stepId: step.id, flowVersion: run.flowVersion, callId: body.callId ?? null, unknown,
      prerequisites: lights.map(({ id, verdict: result, facts }) => ({ id, verdict: result, facts })),
    },
  };
  return { events: [passed, ...skips({ ...bench, run: evolveRun(run, passed) })] };
};

const goBack: Decide<'go back'> = ({ flow, run, context }, body) => {
  if (!run.order.includes(body.toStep)) return refuseRun('flow-step-unknown', { step: body.toStep });
  if (stepOf(run, body.toStep).status === 'open') return refuseRun('flow-step-out-of-order', { step: body.toStep, current: currentStepId(run) });
  if (isExecutedAfter(flow, run, body.toStep)) return refuseRun('flow-executed', { step: body.toStep });
  return { events: [{ kind: 'step reopened', body: { runId: run.runId, stepId: body.toStep, reason: 'back', voided: voidedByLapse(flow, run, body.toStep, runGround(flow, run, context.facts)) } }] };
};

const switchIntent: Decide<'switch intent'> = ({ flow, run, context }, body) => {
  const target = context.flow(body.flowId, body.flowVersion);
  if (target === null) return refuseRun('flow-unknown', { flow: body.flowId, version: body.flowVersion });
  if (target.publication !== 'inForce') return refuseRun('flow-not-in-force', { flow: body.flowId, version: body.flowVersion });
  if (body.newRunId === run.runId) return refuseRun('flow-run-exists', { run: body.newRunId });
  const to = compiledFlow(target.definition);
  const switched: RunEvent = {
    kind: 'run switched',
    body: { runId: run.runId, toRunId: body.newRunId, toFlowId: body.flowId, toFlowVersion: body.flowVersion, voided: voidedBySwitch(flow.definition, run) },
  };
  return { events: [switched, ...started(to, context, body.newRunId, run.runId, carriedValues(flow.definition, target.definition, run))] };
};

const close: Decide<'close run'> = ({ flow, run, context }, body) => {
  const outcome = flow.definition.outcomes.find((each) => each.id === body.outcome);
  if (outcome === undefined) return refuseRun('flow-outcome-unknown', { outcome: body.outcome });
  if (outcome.needsAllSteps && currentStepId(run) !== null) return refuseRun('flow-steps-open', { step: currentStepId(run), outcome: outcome.id });
  if (outcome.when !== undefined) {
    const verdict = flow.condition(outcome.when).evaluate(runGround(flow, run, context.facts));
    const unknownHere = verdict.verdict === 'unknown' && context.at === 'desktop';
    if (verdict.verdict !== 'pass' && !unknownHere) return refuseRun('flow-outcome-not-yet', { outcome: outcome.id });
  }
  return { events: [{ kind: 'run closed', body: { runId: run.runId, outcome: outcome.id, note: body.note ?? null } }] };
};

function currentStep(flow: CompiledFlow, run: RunState, stepId: string): { step: FlowStep } | { refusal: RunRefusal } {
  const step = findStep(flow.definition, stepId);
  if (step === undefined) return refuseRun('flow-step-unknown', { step: stepId });
  const current = currentStepId(run);
  return current === stepId ? { step } : refuseRun('flow-step-out-of-order', { step: stepId, current });
}

/** There is no undo after execution: nothing at or before a passed execution changes any more. */
function isExecutedAfter(flow: CompiledFlow, run: RunState, stepId: string): boolean {
  const executed = flow.definition.steps.find((step) => step.panel === 'execute' && stepOf(run, step.id).status === 'passed');
  return executed !== undefined && run.order.indexOf(stepId) <= run.order.indexOf(executed.id);
}

function saysWords(said: string, words: { zh: string; en: string }): boolean {
  const plain = (text: string) => text.normalize('NFKC').toLowerCase().replaceAll(/[\s"'“”。.!,,]/g, '');
  return [words.zh, words.en].some((wanted) => plain(said).includes(plain(wanted)));
}

/** The first rule that applies tells why; a rule whose own facts are unknown does not. */
export function failRule(flow: CompiledFlow, step: FlowStep, ground: unknown): FailRule | null {
  return step.onFail.find((rule) => rule.if === undefined || flow.condition(rule.if).evaluate(ground).verdict === 'pass') ?? null;
}

function refuseByRule(flow: CompiledFlow, step: FlowStep, ground: unknown): { refusal: RunRefusal } {
  const rule = failRule(flow, step, ground);
  if (rule === null) return refuseRun('flow-condition-not-met', { step: step.id });
  return { refusal: { code: rule.code, detail: { step: step.id, ...(rule.goto === undefined ? {} : { goto: rule.goto }) } } };
}

function startRun(run: RunState | null, body: RunCommandBody<'start run'>, context: RunContext): RunDecision {
  if (run !== null) return refuseRun('flow-run-exists', { run: body.runId });
  const target = context.flow(body.flowId, body.flowVersion);
  if (target === null) return refuseRun('flow-unknown', { flow: body.flowId, version: body.flowVersion });
  if (target.publication !== 'inForce') return refuseRun('flow-not-in-force', { flow: body.flowId, version: body.flowVersion });
  return { events: started(compiledFlow(target.definition), context, body.runId, null, {}) };
}

/**
 * Decides one command of a run (FL1–FL7). Pure: the same run, command and context give the same answer.
 * @param run the run named by the command, or null when the case has none of that id
 * @returns events to append in order (none when nothing changes), or the refusal with its code
 */
export function decideRun(run: RunState | null, command: RunCommand, context: RunContext): RunDecision {
  if (command.kind === 'start run') return startRun(run, command.body, context);
  if (run === null) return refuseRun('flow-run-unknown', { run: command.body.runId });
  if (run.status === 'switched' || run.status === 'closed') return refuseRun('flow-run-over', { run: run.runId });
  const published = context.flow(run.flowId, run.flowVersion);
  // Events already in the log may come from a version this program cannot find: nothing may be decided on it.
  if (published === null) return refuseRun('flow-unknown', { flow: run.flowId, version: run.flowVersion });
  const bench: Bench = { flow: compiledFlow(published.definition), run, context, publication: published.publication };
  if (run.status === 'parked' && command.kind !== 'resume run' && command.kind !== 'close run' && command.kind !== 'switch intent') {
    return refuseRun('flow-run-parked', { run: run.runId });
  }
  switch (command.kind) {
    case 'fill fields': return fill(bench, command.body);
    case 'tick': return tick(bench, command.body);
    case 'untick': return untick(bench, command.body);
    case 'pass step': return pass(bench, command.body);
    case 'go back': return goBack(bench, command.body);
    case 'switch intent': return switchIntent(bench, command.body);
    case 'park run': return { events: [{ kind: 'run parked', body: { runId: run.runId, reason: command.body.reason, until: command.body.until ?? null, note: command.body.note ?? null } }] };
    case 'resume run': return run.status === 'parked' ? { events: [{ kind: 'run resumed', body: { runId: run.runId } }] } : { events: [] };
    case 'close run': return close(bench, command.body);
  }
}
