import type { z } from 'zod';
import type { DecideContext } from '#shared/case/context.ts';
import type { CaseState } from '#shared/case/state.ts';
import { onReturnCommandSchemas } from '#shared/operation/on-return-schema.ts';
import { returnLimit } from '#shared/operation/on-return-terms.ts';
import { operationCommandSchemas, type OperationState } from '#shared/operation/operation-schema.ts';
import { digestOf } from '#shared/operation/payload.ts';
import { payloadOf, validityLimit } from '#shared/operation/submission.ts';
import { refuse, type Refusal } from '#shared/protocol/refusal.ts';
import { reviewCommandSchemas } from '#shared/review/review-schema.ts';
import type { ToSign } from './case-logic.ts';
import { contextHere, type Here } from './decide-here.ts';

type Result = ToSign | { refusal: Refusal };

/** The bodies as they come from the screen: who signs what is not the screen's to say, nor how long a payload is good. */
const given = {
  'submit for review': operationCommandSchemas['submit for review'].omit({ signed: true, validUntil: true }),
  'sign self-check': operationCommandSchemas['sign self-check'].omit({ signed: true }),
  'order execution': operationCommandSchemas['order execution'].omit({ signed: true }),
  // OF2: what the two signed before, and until when it holds, is this desk's to say.
  'submit for return': onReturnCommandSchemas['submit for return'].pick({ operationId: true, coSignId: true, nonce: true }),
  'order on return': onReturnCommandSchemas['order on return'].pick({ operationId: true, coSignId: true, executionId: true, callId: true, keys: true, digest: true }),
  'approve review': reviewCommandSchemas['approve review'].omit({ signed: true }),
  'sign break-glass': reviewCommandSchemas['sign break-glass'].omit({ signed: true }),
} as const;

type SignedKind = keyof typeof given;
type Given<K extends SignedKind> = z.infer<(typeof given)[K]>;
type Completions = { [K in SignedKind]: (state: CaseState, body: Given<K>, context: DecideContext) => Result };

export const isSignedKind = (kind: string): kind is SignedKind => Object.hasOwn(given, kind);

/** The digest of an operation's payload as this desk folds it, where it is the one that the person was shown (TP2). */
function digestShown(state: CaseState, operation: OperationState | undefined, shown: string): { digest: string } | { refusal: Refusal } {
  if (operation === undefined) return refuse('operation-unknown');
  const { payload } = operation;
  if (payload === null) return refuse('no-payload');
  const digest = digestOf(payload);
  const itsOwn = payload.operationId === operation.id && payload.caseId === state.id;
  return itsOwn && digest === operation.digest && digest === shown ? { digest } : refuse('tp2-digest');
}

function submission(state: CaseState, body: Given<'submit for review'>, context: DecideContext): Result {
  const operation = state.operations[body.operationId];
  if (operation === undefined) return refuse('operation-unknown');
  const validUntil = validityLimit(state, operation, body.customerWaits, context);
  if (typeof validUntil !== 'string') return validUntil;
  const digest = digestOf(payloadOf(state, operation, { validUntil, nonce: body.nonce }, context));
  return { body: { ...body, validUntil }, purpose: 'tick', digest, by: 'session' };
}

/** OF2: only while the centre cannot be reached; with the line up there is a pool of reviewers, and an order is released at once. */
const lineIsDown = (context: DecideContext): boolean => context.lights !== 'unknown' && context.lights.centre === 'down';

function submissionHere(state: CaseState, body: Given<'submit for return'>, context: DecideContext): Result {
  const operation = state.operations[body.operationId];
  if (operation === undefined) return refuse('operation-unknown');
  if (!lineIsDown(context)) return refuse('of2-centre-is-up');
  const validUntil = returnLimit(operation, context.control, context.now);
  const digest = digestOf(payloadOf(state, operation, { validUntil, nonce: body.nonce }, context));
  return { body: { ...body, policyVersion: context.control.version, validUntil }, purpose: 'tick', digest, by: 'session' };
}

function orderHere(state: CaseState, body: Given<'order on return'>, context: DecideContext): Result {
  if (!lineIsDown(context)) return refuse('of2-centre-is-up');
  const found = digestShown(state, state.operations[body.operationId], body.digest);
  if ('refusal' in found) return found;
  const one = state.onReturn[body.operationId];
  const entry = one?.entries.at(-1)?.entry;
  if (one === undefined || one.coSignId !== body.coSignId) return refuse('of2-not-submitted');
  if (one.coSign === null || entry === undefined) return refuse('of2-not-co-signed');
  const signed = { factsReadAt: one.factsReadAt, notAfter: one.notAfter, reviewer: one.coSign.by, entry, tick: one.tick, approval: one.coSign.approval };
  // It names nothing that it builds on: the centre looks at all of it anew, and gives it back with its own reason.
  return { body: { ...body, ...signed }, purpose: 'order', digest: found.digest, by: 'session', dependsOn: [] };
}

/** An approval is of the payload that came here when the blind entry released it: before, there is nothing to sign (TP6). */
function approval(state: CaseState, body: Given<'approve review'> | Given<'sign break-glass'>): Result {
  const review = state.reviews[body.reviewId];
  if (review === undefined) return refuse('review-unknown');
  const operation = state.operations[review.operationId];
  if (operation?.payload === null) return refuse('tp6-no-entry');
  const found = digestShown(state, operation, body.digest);
  return 'refusal' in found ? found : { body, purpose: 'approval', digest: found.digest, by: 'typed' };
}

const completions: Completions = {
  'submit for review': submission,
  'sign self-check': (state, body) => {
    const found = digestShown(state, state.operations[body.operationId], body.digest);
    return 'refusal' in found ? found : { body, purpose: 'tick', digest: found.digest, by: 'session' };
  },
  'order execution': (state, body) => {
    const found = digestShown(state, state.operations[body.operationId], body.digest);
    return 'refusal' in found ? found : { body, purpose: 'order', digest: found.digest, by: 'session' };
  },
  'submit for return': submissionHere,
  'order on return': orderHere,
  'approve review': approval,
  'sign break-glass': approval,
};

/**
 * What this desk signs for a command of a signed kind (TP8): worked out from the case as it is shown here and from the
 * corrected clock, never from a digest or a signature that came with the body.
 *
 * @param command `madeAt`: corrected time of the command
 */
export function toSign(here: Here, state: CaseState | null, command: { kind: string; body: unknown; madeAt: string }): Result {
  const { kind } = command;
  if (!isSignedKind(kind)) return refuse('command-unknown', { kind: kind.slice(0, 60) });
  const parsed = given[kind].safeParse(command.body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refuse('command-malformed', { kind, path: issue?.path.join('.') ?? '', problem: issue?.code ?? '' });
  }
  const rules = here.rules();
  if (rules === null) return refuse('rules-missing');
  if (state === null) return refuse('case-unknown');
  // The body was parsed by the schema of this very kind, which TypeScript cannot follow through the table.
  return completions[kind](state, parsed.data as never, contextHere(here, rules, command.madeAt));
}
