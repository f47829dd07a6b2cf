import { z } from 'zod';
import type { FactShape, FactType, PolicyNode, PolicyTree } from './facts.ts';

/**
 * Rule data that the flows name as `policy.*`. Every figure has a source and the date from which it is
 * in effect; a bank changes data, not flows. Two-person limits are not here (shared/review/policy.ts).
 */

/** Each parameter with its kind: durations are whole seconds, money fen, dates civil. */
export const policyParameters = {
  'retention.maxOffers': 'int',
  'es.reviewFromFen': 'int',
  'es.reviewPlans': 'int',
  'es.minPrep': 'duration',
  'es.useBasedInterestFrom': 'date',
  'hold.maxRounds': 'int',
  'hold.roundSeconds': 'int',
  'verify.maxFailures': 'int',
  'callback.fromHour': 'int',
  'callback.toHour': 'int',
  'callback.tries': 'int',
  'callback.triesApart': 'duration',
  'callback.quietBefore': 'duration',
  'reset.loginPassword': 'strings',
  'reset.cardPin': 'strings',
  'reset.phonePassword': 'strings',
  protectiveLock: 'bool',
  thirdPartyLoss: 'bool',
  'loss.reissueFeeFen': 'int',
  'loss.reissueDays': 'int',
  'abroad.reissueFeeFen': 'int',
  'abroad.reissueDays': 'int',
  'abuse.reminders': 'int',
  'lead.callbackWithin': 'duration',
} as const;
export type PolicyParameter = keyof typeof policyParameters;

/** Ways to reset a password; "by voice" is not one and cannot be written down. */
export const resetChannels = ['branch', 'appFace', 'ivr', 'autoUnlock'] as const;

const kinds: { readonly [K in 'int' | 'duration' | 'date' | 'bool' | 'strings']: z.ZodType<PolicyNode> } = {
  int: z.int().min(0),
  duration: z.int().min(0),
  date: z.iso.date(),
  bool: z.boolean(),
  strings: z.array(z.enum(resetChannels)).min(1),
};

const entry = z.strictObject({
  id: z.enum(Object.keys(policyParameters) as [PolicyParameter, ...PolicyParameter[]]),
  value: z.union([z.int(), z.boolean(), z.string(), z.array(z.string()).max(20)]),
  source: z.string().min(1),
  effectiveFrom: z.iso.date(),
  /** False for practice that a bank has yet to confirm ([K] of the handbook). */
  confirmed: z.boolean(),
}).superRefine((value, context) => {
  const parsed = kinds[policyParameters[value.id]].safeParse(value.value);
  if (!parsed.success) context.addIssue({ code: 'custom', path: ['value'], message: `${value.id} is of kind ${policyParameters[value.id]}` });
});

export const flowPolicy = z.strictObject({
  version: z.string().min(1),
  parameters: z.array(entry).min(1),
});
export type FlowPolicy = z.infer<typeof flowPolicy>;

/**
 * The values in effect on a day, as the tree that conditions see under `policy`.
 * @param on civil date in the centre's zone; a later entry of the same parameter takes over on its day
 * @returns parameters not yet in effect are absent, hence unknown
 */
export function policyFacts(policy: FlowPolicy, on: string): PolicyTree {
  const inEffect = policy.parameters
    .filter((parameter) => parameter.effectiveFrom <= on)
    .sort((a, b) => (a.effectiveFrom < b.effectiveFrom ? -1 : 1));
  const tree: { [name: string]: PolicyNode } = {};
  for (const { id, value } of inEffect) {
    const [group, name] = id.split('.') as [string, string?];
    if (name === undefined) tree[group] = value;
    else if (group === 'reset') tree[group] = { ...(tree[group] as PolicyTree | undefined), [name]: { channels: value as string[] } };
    else tree[group] = { ...(tree[group] as PolicyTree | undefined), [name]: value };
  }
  return tree;
}

/** The type of one parameter; `reset` is a table by kind of password. */
export function policyShape(): FactShape {
  const shape: { [name: string]: FactType } = { reset: { map: { object: { channels: { list: 'string' } } } } };
  for (const [id, kind] of Object.entries(policyParameters)) {
    const [group, name] = id.split('.') as [string, string?];
    if (group === 'reset' || kind === 'strings') continue;
    const before = shape[group];
    if (name === undefined) shape[group] = kind;
    else shape[group] = { object: { ...(typeof before === 'object' && 'object' in before ? before.object : {}), [name]: kind } };
  }
  return shape;
}
