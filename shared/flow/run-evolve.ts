import {
  runEventSchemas, type RunEvent, type RunEventBody, type RunEventKind, type RunEventRead, type RunState, type StepState,
  type TickState, type Voided,
} from './run.ts';

const emptyStep: StepState = {
  status: 'open', ticks: [], passedAt: null, passedBy: null, callId: null, unknown: [], prerequisites: [], voidedTimes: 0,
};

interface Read { at: string | null; by: string | null }
type Evolvers = { [K in RunEventKind]: (run: RunState, body: RunEventBody<K>, read: Read) => RunState };

const sameTick = (tick: { tickId: string; item: string | null }, tickId: string, item: string | null): boolean =>
  tick.tickId === tickId && tick.item === item;

function changeStep(run: RunState, stepId: string, change: (step: StepState) => StepState): RunState {
  if (!run.order.includes(stepId)) return run;
  return { ...run, steps: { ...run.steps, [stepId]: change(run.steps[stepId] ?? emptyStep) } };
}

const reopen = (step: StepState): StepState => ({
  ...step, status: 'open', passedAt: null, passedBy: null, callId: null, unknown: [], prerequisites: [],
});

/** Passing and ticks fall; answers stay, but for the proofs that `clears` names (FL4: nothing typed is lost). */
function applyVoid(run: RunState, fallen: Voided): RunState {
  let next = run;
  for (const stepId of fallen.steps) next = changeStep(next, stepId, (step) => ({ ...reopen(step), voidedTimes: step.voidedTimes + 1 }));
  for (const { stepId, tickId, item } of fallen.ticks) {
    next = changeStep(next, stepId, (step) => ({ ...step, ticks: step.ticks.filter((tick) => !sameTick(tick, tickId, item)) }));
  }
  return { ...next, values: Object.fromEntries(Object.entries(next.values).filter(([field]) => !fallen.clears.includes(field))) };
}

function patchValues(run: RunState, body: RunEventBody<'fields filled'>): RunState {
  const values = { ...run.values };
  for (const [field, value] of Object.entries(body.values)) {
    if (value === null) delete values[field];
    else values[field] = value;
  }
  const counted = { ...run.counted };
  for (const field of body.counted) {
    const value = body.values[field];
    if (typeof value === 'string' && value !== 'none' && !(counted[field] ?? []).includes(value)) counted[field] = [...(counted[field] ?? []), value];
  }
  return { ...run, values, counted };
}

const evolvers: Evolvers = {
  // Twice the same start (a repeated delivery) changes nothing.
  'run started': (run) => run,
  'fields filled': (run, body) => patchValues(run, body),
  'step ticked': (run, body, read) => changeStep(run, body.stepId, (step) => {
    const tick: TickState = {
      tickId: body.tickId, item: body.item, customerWords: body.customerWords, recordingOffset: body.recordingOffset,
      callId: body.callId, saidAt: body.saidAt, at: read.at, by: read.by,
    };
    return { ...step, ticks: [...step.ticks.filter((other) => !sameTick(other, body.tickId, body.item)), tick] };
  }),
  'step unticked': (run, body) => changeStep(run, body.stepId, (step) => ({ ...step, ticks: step.ticks.filter((tick) => !sameTick(tick, body.tickId, body.item)) })),
  'step passed': (run, body, read) => changeStep(run, body.stepId, (step) => ({
    ...step, status: 'passed', passedAt: read.at, passedBy: read.by, callId: body.callId, unknown: body.unknown, prerequisites: body.prerequisites,
  })),
  'step skipped': (run, body, read) => changeStep(run, body.stepId, (step) => ({ ...step, status: 'skipped', passedAt: read.at, passedBy: read.by })),
  'step reopened': (run, body) => applyVoid(changeStep(run, body.stepId, reopen), body.voided),
  'run switched': (run, body, read) => ({ ...run, status: 'switched', nextRunId: body.toRunId, closedAt: read.at }),
  'run parked': (run, body, read) => ({ ...run, status: 'parked', parked: { reason: body.reason, until: body.until, note: body.note, at: read.at } }),
  'run resumed': (run) => ({ ...run, status: 'running', parked: null }),
  'run closed': (run, body, read) => ({ ...run, status: 'closed', outcome: body.outcome, parked: null, closedAt: read.at }),
};

function start(body: RunEventBody<'run started'>, read: Read): RunState {
  return {
    runId: body.runId, flowId: body.flowId, flowVersion: body.flowVersion, status: 'running', order: body.steps, steps: {},
    values: body.carried, counted: {}, previousRunId: body.previousRunId, nextRunId: null, parked: null, outcome: null,
    startedAt: read.at, startedBy: read.by, closedAt: null,
  };
}

/**
 * What one event changes in one run. Total: a body that is withheld, erased or of a later schema, and an
 * event of another run, leave the run as it is.
 * @param run the run so far, or null before its first event
 * @param event kind, body (null when withheld), and from the envelope its time and actor
 * @returns the run afterwards; null only while it has not been started, as far as this reader may know
 */
export function evolveRun(run: RunState, event: RunEventRead): RunState;
export function evolveRun(run: RunState | null, event: RunEventRead): RunState | null;
export function evolveRun(run: RunState | null, event: RunEventRead): RunState | null {
  if (!Object.hasOwn(runEventSchemas, event.kind)) return run;
  const kind = event.kind as RunEventKind;
  const parsed = runEventSchemas[kind].safeParse(event.body);
  if (!parsed.success) return run;
  // Kind and body were checked together just above; the table cannot express that to the compiler.
  const { body } = { kind, body: parsed.data } as RunEvent;
  const read: Read = { at: event.at ?? null, by: event.by ?? null };
  if (run === null) return kind === 'run started' ? start(body as RunEventBody<'run started'>, read) : null;
  if (body.runId !== run.runId) return run;
  return (evolvers[kind] as (run: RunState, body: RunEvent['body'], read: Read) => RunState)(run, body, read);
}
