import { z } from 'zod';

/**
 * A run of one flow inside a case: its commands, events and state. All ids and times come in the
 * command; deciding again adds none (DESIGN "Commands").
 */

const runId = z.uuid();
const flowId = z.string().min(1).max(60);
const flowVersion = z.int().min(1);
const stepId = z.string().min(1).max(20);
const itemId = z.string().min(1).max(80);
const instant = z.iso.datetime({ precision: 3 });
const callId = z.string().min(1).max(80);
/** Seconds into the recording: 02:14 is 134. */
const recordingOffset = z.int().min(0).max(86_400);
const customerWords = z.string().min(1).max(500);

/** An answer: text, choice, digits, civil date or instant; fen or count; yes/no; ids; window; per item. */
export const fieldValue = z.union([
  z.string().max(4000),
  z.int(),
  z.boolean(),
  z.array(z.string().max(200)).max(200),
  z.strictObject({ from: instant, to: instant }),
  z.record(itemId, z.string().max(60)),
]);
export type FieldValue = z.infer<typeof fieldValue>;

/** `null` clears an answer. */
const valuesPatch = z.record(z.string().max(80), fieldValue.nullable());

export const parkReasons = ['anotherMatter', 'callback', 'risk', 'handOver', 'customerAway'] as const;
const parkReason = z.enum(parkReasons);

export const runCommandSchemas = {
  'start run': z.strictObject({ runId, flowId, flowVersion }),
  'fill fields': z.strictObject({ runId, stepId, values: valuesPatch }),
  tick: z.strictObject({
    runId, stepId, tickId: z.string().min(1).max(60),
    item: itemId.optional(),
    customerWords: customerWords.optional(),
    recordingOffset: recordingOffset.optional(),
    callId: callId.optional(),
    saidAt: instant.optional(),
  }),
  untick: z.strictObject({ runId, stepId, tickId: z.string().min(1).max(60), item: itemId.optional() }),
  'pass step': z.strictObject({ runId, stepId, callId: callId.optional() }),
  'go back': z.strictObject({ runId, toStep: stepId }),
  'switch intent': z.strictObject({ runId, newRunId: runId, flowId, flowVersion }),
  'park run': z.strictObject({ runId, reason: parkReason, until: instant.optional(), note: z.string().max(500).optional() }),
  'resume run': z.strictObject({ runId }),
  'close run': z.strictObject({ runId, outcome: z.string().min(1).max(60), note: z.string().max(500).optional() }),
} as const;
export type RunCommandKind = keyof typeof runCommandSchemas;
export type RunCommandBody<K extends RunCommandKind> = z.infer<(typeof runCommandSchemas)[K]>;
export type RunCommand = { [K in RunCommandKind]: { kind: K; body: RunCommandBody<K> } }[RunCommandKind];

/** One light of FL5 as it stood when the step was passed: fact, value, source, time read, result. */
export const prerequisiteLine = z.strictObject({
  id: z.string(),
  verdict: z.enum(['pass', 'fail', 'unknown']),
  facts: z.array(z.strictObject({
    fact: z.string(),
    value: z.unknown(),
    source: z.string().nullable(),
    readAt: z.string().nullable(),
  })),
});
export type PrerequisiteLine = z.infer<typeof prerequisiteLine>;

/** What falls when something earlier changes: said before it happens, and kept in the event. */
export const voided = z.strictObject({
  steps: z.array(stepId),
  ticks: z.array(z.strictObject({ stepId, tickId: z.string(), item: z.string().nullable() })),
  /** Proof fields that are emptied; every other answer stays as typed. */
  clears: z.array(z.string()),
  /** A review asked for or given, and a confirmation by the customer, fall too. */
  review: z.boolean(),
  confirmation: z.boolean(),
});
export type Voided = z.infer<typeof voided>;

export const runEventSchemas = {
  'run started': z.strictObject({
    runId, flowId, flowVersion,
    steps: z.array(stepId).min(1),
    previousRunId: runId.nullable(),
    carried: z.record(z.string(), fieldValue),
  }),
  'fields filled': z.strictObject({ runId, stepId, values: valuesPatch, counted: z.array(z.string()) }),
  'step ticked': z.strictObject({
    runId, stepId, tickId: z.string(), item: z.string().nullable(),
    customerWords: customerWords.nullable(), recordingOffset: recordingOffset.nullable(),
    callId: callId.nullable(), saidAt: instant.nullable(),
  }),
  'step unticked': z.strictObject({ runId, stepId, tickId: z.string(), item: z.string().nullable() }),
  'step passed': z.strictObject({
    runId, stepId, flowVersion, callId: callId.nullable(),
    /** Facts that were unknown where this was decided; the server admits none, except in protective flows. */
    unknown: z.array(z.string()),
    prerequisites: z.array(prerequisiteLine),
  }),
  'step skipped': z.strictObject({ runId, stepId, flowVersion, condition: z.string() }),
  'step reopened': z.strictObject({ runId, stepId, reason: z.enum(['back', 'changed']), voided }),
  'run switched': z.strictObject({ runId, toRunId: runId, toFlowId: flowId, toFlowVersion: flowVersion, voided }),
  'run parked': z.strictObject({ runId, reason: parkReason, until: instant.nullable(), note: z.string().nullable() }),
  'run resumed': z.strictObject({ runId }),
  'run closed': z.strictObject({ runId, outcome: z.string(), note: z.string().nullable() }),
} as const;
export type RunEventKind = keyof typeof runEventSchemas;
export type RunEventBody<K extends RunEventKind> = z.infer<(typeof runEventSchemas)[K]>;
export type RunEvent = { [K in RunEventKind]: { kind: K; body: RunEventBody<K> } }[RunEventKind];

/** An event as the log hands it over: the body may be withheld or erased, and is then null. */
export interface RunEventRead {
  kind: string;
  body: unknown;
  /** The envelope's recorded (or, while pending, made) time and actor. */
  at?: string;
  by?: string;
}

const tickState = z.strictObject({
  tickId: z.string(),
  item: z.string().nullable(),
  customerWords: z.string().nullable(),
  recordingOffset: z.int().nullable(),
  callId: z.string().nullable(),
  saidAt: z.string().nullable(),
  at: z.string().nullable(),
  by: z.string().nullable(),
});
export type TickState = z.infer<typeof tickState>;

const stepState = z.strictObject({
  status: z.enum(['open', 'passed', 'skipped']),
  ticks: z.array(tickState),
  passedAt: z.string().nullable(),
  passedBy: z.string().nullable(),
  callId: z.string().nullable(),
  unknown: z.array(z.string()),
  prerequisites: z.array(prerequisiteLine),
  /** How often its passing or ticks fell after a change. */
  voidedTimes: z.int().min(0),
});
export type StepState = z.infer<typeof stepState>;

/** State of one run; part of a case's snapshot on the wire. */
export const runState = z.strictObject({
  runId,
  flowId,
  flowVersion,
  status: z.enum(['running', 'parked', 'switched', 'closed']),
  /** Step ids in the order of the pinned version. */
  order: z.array(stepId),
  steps: z.record(z.string(), stepState),
  /** Answers by field id. Never emptied by going back, switching or parking. */
  values: z.record(z.string(), fieldValue),
  /** Every distinct answer ever given to fields that are counted. */
  counted: z.record(z.string(), z.array(z.string())),
  previousRunId: runId.nullable(),
  nextRunId: runId.nullable(),
  parked: z.strictObject({ reason: parkReason, until: z.string().nullable(), note: z.string().nullable(), at: z.string().nullable() }).nullable(),
  outcome: z.string().nullable(),
  startedAt: z.string().nullable(),
  startedBy: z.string().nullable(),
  closedAt: z.string().nullable(),
});
export type RunState = z.infer<typeof runState>;

/**
 * The step the run stands at: the first that is neither passed nor skipped. There is no stored
 * pointer, so no event can put a run at a step whose predecessors have not passed (FL2).
 * @returns a step id, or null when every step has been passed or skipped.
 */
export function currentStepId(run: RunState): string | null {
  return run.order.find((id) => (run.steps[id]?.status ?? 'open') === 'open') ?? null;
}

/** True once a step is passed, skipped or the one the run stands at: only such steps take answers. */
export function isReached(run: RunState, id: string): boolean {
  const current = currentStepId(run);
  if (current === null) return run.order.includes(id);
  const at = run.order.indexOf(id);
  return at >= 0 && at <= run.order.indexOf(current);
}
