import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evolveRun } from '#shared/flow/run-evolve.ts';
import { currentStepId, type RunCommand, type RunState } from '#shared/flow/run.ts';
import type { FlowDefinition, FlowField } from '#shared/flow/definition.ts';
import { Bench, definition, evidence, goodFacts, id, published } from './run-bench.ts';

const flowIds = published.definitions.map((flow) => flow.id);

/** An answer that fits the field, or one that does not. */
function answer(field: FlowField): fc.Arbitrary<RunState['values'][string] | null> {
  const options = (field.options ?? []).map((option) => option.id);
  switch (field.type) {
    case 'choice': return fc.constantFrom(...options);
    case 'multi': return fc.subarray(options, { minLength: 1 });
    case 'boolean': return fc.boolean();
    case 'planRefs': return fc.subarray(['plan-1', 'plan-2', 'plan-3', 'gone']);
    case 'cardRefs': return fc.subarray(['card-1', 'card-2']);
    case 'number': case 'money': return fc.integer({ min: 0, max: 5 });
    default: return fc.constantFrom<string | number | null>('好', null, 7);
  }
}

function commandFor(flow: FlowDefinition): fc.Arbitrary<RunCommand> {
  const runId = id(1);
  const step = fc.constantFrom(...flow.steps);
  const fills = flow.steps.filter((each) => each.fields.length > 0).map((each) =>
    fc.constantFrom(...each.fields).chain((field) => answer(field).map((value): RunCommand => ({ kind: 'fill fields', body: { runId, stepId: each.id, values: { [field.id]: value } } }))));
  const ticks = flow.steps.flatMap((each) => each.ticks.map((tick) =>
    fc.constantFrom(undefined, 'plan-1', 'plan-2', 'plan-3').map((item): RunCommand => ({ kind: 'tick', body: { runId, stepId: each.id, tickId: tick.id, item, ...evidence } }))));
  return fc.oneof(
    { weight: 6, arbitrary: step.map((each): RunCommand => ({ kind: 'pass step', body: { runId, stepId: each.id } })) },
    { weight: 6, arbitrary: fc.oneof(...fills) },
    ...(ticks.length > 0 ? [{ weight: 4, arbitrary: fc.oneof(...ticks) }] : []),
    { weight: 1, arbitrary: step.map((each): RunCommand => ({ kind: 'go back', body: { runId, toStep: each.id } })) },
    { weight: 1, arbitrary: fc.constant<RunCommand>({ kind: 'park run', body: { runId, reason: 'anotherMatter' } }) },
    { weight: 2, arbitrary: fc.constant<RunCommand>({ kind: 'resume run', body: { runId } }) },
  );
}

/** Facts change between commands as they do in life: read, gone, good, bad. */
const factChange = fc.constantFrom<Partial<ReturnType<typeof goodFacts>>>(
  {}, { account: {} }, { verify: { level: 0, failures: 3 } }, { verify: { level: 3, failures: 0 } }, { plans: [] }, { lines: [] },
  { approval: { status: 'valid', digest: 'd1' } }, { approval: { status: 'void', digest: 'd0' } }, { channel: { core: 'down', centre: 'down', phone: 'down' } },
  { stops: [{ id: 's', status: 'in-force', kind: 'credit' }] }, { operation: { totalDueFen: 1, digest: 'd1', outcome: 'done', drafted: true, selfChecked: true, toldAll: true } },
  { promise: { from: '2026-03-05T07:30:00.000Z', to: '2026-03-05T08:00:00.000Z', made: true, answered: true } }, { confirmation: { eye: true, heart: true, hand: true, failedProofs: 0 } },
);

/** Biased towards what moves a run on: the step it stands at, filled and ticked. */
function guided(bench: Bench, flow: FlowDefinition): void {
  const at = flow.steps.find((step) => step.id === bench.current());
  if (at === undefined) return;
  for (const [n, field] of at.fields.entries()) {
    const options = (field.options ?? []).map((option) => option.id);
    // Different answers each time round, so that every choice is tried.
    const chosen = options[(bench.events.length + n) % Math.max(options.length, 1)] ?? '好';
    const good: Partial<Record<FlowField['type'], RunState['values'][string]>> = {
      choice: chosen, multi: [chosen], planRefs: ['plan-1'], cardRefs: ['card-1'], boolean: !/^risk|settled/.test(field.id), number: 3,
      perItem: { t1: chosen }, dateTime: '2026-03-05T02:00:00.000Z',
    };
    bench.fill(at.id, { [field.id]: good[field.type] ?? '好' });
  }
  for (const tick of at.ticks) bench.tick(at.id, tick.id, tick.forEach === undefined ? {} : { item: 'plan-1' });
  bench.pass(at.id);
}

/** Facts with which the flow can be walked. */
function walkable(flowId: string): ReturnType<typeof goodFacts> {
  const facts = { ...goodFacts(), branch: { id: 'b1', doesReset: true, validityChecked: true }, transactions: [{ id: 't1', amountFen: 100, merchant: 'x', at: '2026-03-04T02:00:00.000Z' }] };
  return flowId === 'cancel-new-plan' ? { ...facts, plans: (facts.plans ?? []).map((plan) => ({ ...plan, periodsPosted: 0 })) } : facts;
}

function checkOrder(bench: Bench): void {
  const run = bench.run();
  const current = currentStepId(run);
  const before = current === null ? run.order : run.order.slice(0, run.order.indexOf(current));
  for (const stepId of before) expect(['passed', 'skipped']).toContain(run.steps[stepId]?.status);
}

describe.each(flowIds)('%s under any sequence of commands', (flowId) => {
  const flow = definition(flowId);
  it('[FL2] never passes, answers or ticks a step whose predecessors have not passed', () => {
    let furthest = 0;
    fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), commandFor(flow), factChange, fc.boolean()), { minLength: 5, maxLength: 45 }), (story) => {
      const bench = new Bench(walkable(flowId));
      bench.start(flowId);
      for (const [isGuided, command, change, onDesktop] of story) {
        bench.at = onDesktop ? 'desktop' : 'server';
        if (!isGuided) bench.facts = { ...bench.facts, ...change };
        const at = bench.events.length;
        const before = bench.run();
        if (isGuided) guided(bench, flow);
        else bench.send(command);
        // Every passing happened at the step the run stood at, with all before it passed: replay shows it.
        let run: RunState = before;
        for (const event of bench.events.slice(at)) {
          if (event.kind === 'step passed' || event.kind === 'step skipped' || event.kind === 'step ticked') expect(event.body.stepId).toBe(currentStepId(run));
          run = evolveRun(run, event);
        }
        expect(run.steps).toEqual(Object.fromEntries(Object.entries(bench.run().steps).map(([key, state]) => [key, {
          ...state, passedAt: run.steps[key]?.passedAt, passedBy: run.steps[key]?.passedBy, ticks: run.steps[key]?.ticks,
        }])));
        checkOrder(bench);
        furthest = Math.max(furthest, bench.run().order.filter((stepId) => ['passed', 'skipped'].includes(bench.run().steps[stepId]?.status ?? 'open')).length);
      }
    }), { numRuns: 60, seed: 11 });
    // The stories do get somewhere: a property over runs that never move would hold for nothing.
    expect(furthest).toBeGreaterThanOrEqual(Math.min(4, flow.steps.length));
  }, 60_000);

  it('[FL4] never loses an answer except by an answer, and its snapshot is the fold of its events', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), commandFor(flow)), { maxLength: 40 }), (story) => {
      const bench = new Bench(walkable(flowId));
      bench.start(flowId);
      for (const [isGuided, command] of story) {
        const before = bench.run().values;
        if (isGuided) guided(bench, flow);
        else {
          bench.send(command);
          const changed = command.kind === 'fill fields' ? Object.keys(command.body.values) : [];
          for (const [field, value] of Object.entries(before)) {
            if (!changed.includes(field)) expect(bench.run().values[field]).toEqual(value);
          }
        }
      }
      const folded = bench.events.reduce<RunState | null>((run, event) => evolveRun(run, { ...event, at: goodFacts().now ?? '', by: id(99) }), null);
      expect(folded).toEqual(bench.run());
    }), { numRuns: 40, seed: 12 });
  }, 60_000);
});
