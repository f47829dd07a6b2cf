import { z } from 'zod';

/**
 * A flow definition is data (FL1): YAML on the server, this schema at publication, the same object on
 * every desktop. Nothing in it is code except conditions, which are CEL over declared facts (FL3).
 */

/** Both languages, always: a text that exists in one language only is refused at publication. */
export const bilingual = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) });
export type Bilingual = z.infer<typeof bilingual>;
export type Lang = keyof Bilingual;

/** A condition in CEL. Bounds and facts are checked by `condition-check.ts`, not by the schema. */
const cel = z.string().min(1).max(2000);
const stepId = z.string().regex(/^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$/, 'a step id looks like ES-3 or LR-OFF');
const name = z.string().regex(/^[a-z][A-Za-z0-9]*$/, 'a name starts with a lower-case letter');
/** A dotted id puts the answer into the fact of that name (`retention.outcome`, `risk.coached`). */
const fieldId = z.string().regex(/^[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)?$/, 'a field id is a name or two names joined by a dot');
const factPath = z.string().regex(/^[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)*$/);
/** A fact, or one field of every item of a list: `selected[].status`. */
const factRef = z.string().regex(/^[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)*(\[\]\.[a-z][A-Za-z0-9]*)?$/);
const code = z.string().regex(/^[A-Z][A-Z0-9_]+$/, 'a code is in capitals');

/** The only things a step may draw; the renderer has one part for each and no other. */
export const panels = [
  'listen', 'verify', 'plans', 'retention', 'intent', 'prerequisites', 'route', 'callback', 'worksheet', 'draftOperation',
  'submitReview', 'review', 'dial', 'readBack', 'consent', 'typeIn', 'execute', 'closing', 'posting',
  'followUp', 'findCard', 'chooseStop', 'stopCard', 'channelCard', 'transactions', 'linkedRisks',
  'whichPassword', 'safety', 'rule', 'branch', 'rungs', 'handOver', 'lead', 'visit', 'workOrder', 'inform',
] as const;
export const panelName = z.enum(panels);
export type PanelName = z.infer<typeof panelName>;

export const fieldTypes = [
  'text', 'choice', 'multi', 'date', 'dateTime', 'money', 'number', 'digits', 'boolean', 'window',
  'planRefs', 'cardRefs', 'branchRef', 'perItem',
] as const;
export const fieldType = z.enum(fieldTypes);

const option = z.strictObject({
  id: z.string().min(1).max(60),
  label: bilingual,
  /** Choosing it leads elsewhere: see `goto` of `onFail`. */
  goto: z.string().optional(),
});

export const flowField = z.strictObject({
  id: fieldId,
  type: fieldType,
  label: bilingual,
  hint: bilingual.optional(),
  options: z.array(option).min(1).max(40).optional(),
  required: z.boolean().default(false),
  /** Asked, and required if `required`, only when this holds. */
  when: cel.optional(),
  /** For `boolean`: what counts until somebody answers, where no fact says otherwise. Never for a bank fact. */
  presumed: z.boolean().optional(),
  /** For `digits`: how many. */
  length: z.int().min(1).max(20).optional(),
  /** For `perItem`: the list fact whose items are answered one by one. */
  forEach: factPath.optional(),
  /** Typed as proof: no paste, no autofill, cleared whenever the step is voided. */
  noPaste: z.boolean().default(false),
  /** Used to search and then forgotten (PR2): `fill fields` with it is refused. */
  searchOnly: z.boolean().default(false),
  /** A password, code or the like: never reaches a command. */
  secret: z.boolean().default(false),
  /** The number of distinct answers ever given (other than `none`) is this fact: a second push shows. */
  countAs: factPath.optional(),
});
export type FlowField = z.infer<typeof flowField>;

export const evidenceKinds = ['customerWords', 'recordingOffset'] as const;

export const flowTick = z.strictObject({
  id: name,
  label: bilingual,
  /** One tick per item of this list fact; zero items means not ticked. */
  forEach: factPath.optional(),
  /** FL7: whatever a customer agrees to is kept with their words and the recording offset. */
  evidence: z.array(z.enum(evidenceKinds)).default([]),
  /** The customer must have said exactly this. */
  words: bilingual.optional(),
  /** Required only when this holds. */
  when: cel.optional(),
});
export type FlowTick = z.infer<typeof flowTick>;

export const sayLine = z.strictObject({
  zh: z.string().min(1),
  en: z.string().min(1),
  /** A list fact: the line is said once for each item, under the name `as`. */
  forEach: factPath.optional(),
  as: name.default('p'),
  when: cel.optional(),
  /** With `forEach`: only for items whose field is known and, where given, one of these texts or within bounds. */
  only: z.strictObject({
    field: name,
    in: z.array(z.string()).min(1).optional(),
    below: z.int().optional(),
    atLeast: z.int().optional(),
  }).optional(),
  /** What moment the line belongs to, for the agent's eyes (利息, 客户拒绝, 保持前 …). */
  cue: bilingual.optional(),
});
export type SayLine = z.infer<typeof sayLine>;

export const failRule = z.strictObject({
  /** The first rule whose condition holds (or that has none) is the one told. */
  if: cel.optional(),
  code,
  say: bilingual.optional(),
  /**
   * Where the desk offers to go: a step id, `flow:<flowId>`, `close:<outcome>`, or one of
   * progress | risk | callback | workOrder | complaint | lead.
   */
  goto: z.string().optional(),
});
export type FailRule = z.infer<typeof failRule>;

/** FL5: judged by facts alone. There is no tick, no field and no label that could make it true. */
export const prerequisite = z.strictObject({
  id: z.string().regex(/^P[0-9]+$/),
  title: bilingual,
  pass: cel,
  /** The facts shown with value, source and time read. */
  facts: z.array(factRef).min(1),
  tell: bilingual.optional(),
  /** Read anew without a word unless figures change (P9). */
  silent: z.boolean().default(false),
  goto: z.string().optional(),
});
export type Prerequisite = z.infer<typeof prerequisite>;

const suggestion = z.strictObject({ when: cel, field: fieldId, value: z.string(), why: bilingual });

export const flowStep = z.strictObject({
  id: stepId,
  title: bilingual,
  section: name,
  panel: panelName,
  say: z.array(sayLine).default([]),
  fields: z.array(flowField).default([]),
  ticks: z.array(flowTick).default([]),
  prerequisites: z.array(prerequisite).default([]),
  suggest: z.array(suggestion).default([]),
  pass: cel.optional(),
  onFail: z.array(failRule).default([]),
  /** Skipped by rule, recorded as such; an unknown fact never skips. */
  skipWhen: cel.optional(),
  skipBecause: bilingual.optional(),
  /** An unknown fact never passes this step, not even provisionally on a desktop. */
  strict: z.boolean().default(false),
  /** Steps whose ticks and passing fall when an answer of this step changes. */
  voidsOnChange: z.array(stepId).default([]),
  /** What is kept with the passing, in the handbook's words. */
  record: z.array(z.string()).default([]),
  /** Things the agent must not do or say here. */
  never: z.array(bilingual).default([]),
});
export type FlowStep = z.infer<typeof flowStep>;

export const flowOutcome = z.strictObject({
  id: z.string().regex(/^[a-z][a-z_]*$/),
  title: bilingual,
  /** Only when every step has been passed or skipped. */
  needsAllSteps: z.boolean().default(false),
  when: cel.optional(),
});

export const flowDefinition = z.strictObject({
  id: z.string().regex(/^[a-z]+(-[a-z]+)*$/),
  version: z.int().min(1),
  title: bilingual,
  /** The intents (of the first step, of search, of F2) that lead here. */
  intents: z.array(z.string()).min(1),
  /** Protective (FL6): no reviewer, no retention, an unknown fact does not hold it up. */
  protective: z.boolean().default(false),
  /** Ends in an operation under TP1: intent → prerequisites must be there, in that order, and retention before them where the kind has one. */
  endsInHighValue: z.boolean().default(false),
  /** Kind of operation the execute panel orders, if any. It is then the flow's id too: the operation on screen is the run's own. */
  operationKind: z.string().optional(),
  sections: z.array(z.strictObject({ id: name, title: bilingual, group: z.int().min(0).default(0) })).min(1),
  /** Policy parameters the flow names, each of which must exist in policy data. */
  policy: z.array(factPath).default([]),
  steps: z.array(flowStep).min(1).max(60),
  outcomes: z.array(flowOutcome).min(1),
});
export type FlowDefinition = z.infer<typeof flowDefinition>;

/** FL1: in force (may be started), retired (its runs go on), recalled (its runs stop at the next step). */
export const publicationState = z.enum(['inForce', 'retired', 'recalled']);
export type PublicationState = z.infer<typeof publicationState>;

/**
 * The definition's steps on which the given step comes before.
 * @returns index in order, or -1 when there is no such step.
 */
export function stepIndex(definition: FlowDefinition, id: string): number {
  return definition.steps.findIndex((step) => step.id === id);
}

/** The step of that id, or undefined. */
export function findStep(definition: FlowDefinition, id: string): FlowStep | undefined {
  return definition.steps.find((step) => step.id === id);
}
