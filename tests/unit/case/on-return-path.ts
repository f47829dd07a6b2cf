import type { CommandBody } from '#shared/case/commands.ts';
import type { DecideContext } from '#shared/case/context.ts';
import { returnLimit } from '#shared/operation/on-return-terms.ts';
import { digestOf } from '#shared/operation/payload.ts';
import { payloadOf } from '#shared/operation/submission.ts';
import type { BlindEntry } from '#shared/review/review-schema.ts';
import { CALL, confirmAll, drafted, proof, rightEntry } from './path.ts';
import { id, MAKER, OPERATION, REVIEWER, signedFor, type World } from './world.ts';

export const CO_SIGN = id(700);
/** The line is down and the bank with it; nobody but the one at the screen is known. */
export const offline: Partial<DecideContext> = {
  at: 'desktop', lights: { centre: 'down', core: 'down', phone: 'down' }, gateFacts: 'unknown', person: () => 'unknown', ledger: 'unknown', signature: 'unknown', signatureOf: () => 'unknown', stoppedKinds: 'unknown',
};
/** The server's word for whatever is signed. */
export const believing: Partial<DecideContext> = { signatureOf: (_person, { purpose, digest }) => ({ ok: true, purpose, digest }) };

export function submissionHere(world: World, by = MAKER, nonce = id(701), coSignId = CO_SIGN): CommandBody<'submit for return'> {
  const operation = world.operation();
  const context = world.context(by);
  const validUntil = returnLimit(operation, context.control, context.now);
  const digest = digestOf(payloadOf(world.case, operation, { validUntil, nonce }, context));
  return { operationId: OPERATION, coSignId, nonce, policyVersion: context.control.version, validUntil, signed: signedFor(by, 'tick', digest) };
}
export const submitHere = (world: World, more: Partial<DecideContext> = {}) => world.do(MAKER, 'submit for return', submissionHere(world), more);

export const enterHere = (world: World, entry: BlindEntry = rightEntry(world), reviewer = REVIEWER, more: Partial<DecideContext> = {}) =>
  world.do(MAKER, 'enter blind here', { operationId: OPERATION, coSignId: CO_SIGN, reviewer, entry }, more);

export function coSignHere(world: World, reviewer = REVIEWER, more: Partial<DecideContext> = {}): string | null {
  const digest = world.operation().digest!;
  return world.do(MAKER, 'co-sign here', { operationId: OPERATION, coSignId: CO_SIGN, reviewer, digest, approval: signedFor(reviewer, 'approval', digest) }, { ...believing, ...more });
}

export function orderHere(world: World, callId = CALL, keysFrom = 720): CommandBody<'order on return'> {
  const one = world.case.onReturn[OPERATION]!;
  const { payload } = world.operation();
  return {
    operationId: OPERATION, coSignId: one.coSignId, executionId: id(keysFrom + 19), digest: one.digest, callId, keys: payload!.lines.map((line, index) => ({ lineId: line.lineId, key: id(keysFrom + index) })),
    factsReadAt: one.factsReadAt, notAfter: one.notAfter, reviewer: one.coSign?.by ?? REVIEWER, entry: one.entries.at(-1)?.entry ?? rightEntry(world), tick: one.tick,
    approval: one.coSign?.approval ?? signedFor(REVIEWER, 'approval', one.digest), signed: signedFor(MAKER, 'order', one.digest),
  };
}
export const order = (world: World, more: Partial<DecideContext> = {}, body: Partial<CommandBody<'order on return'>> = {}) =>
  world.do(MAKER, 'order on return', { ...orderHere(world), ...body }, { ...believing, ...more });

const need = (code: string | null | (string | null)[]): void => {
  const refused = [code].flat().filter((one) => one !== null);
  if (refused.length > 0) throw new Error(`refused: ${refused.join(', ')}`);
};

/** As far as the second person's signature. */
export function signedHere(): World {
  const world = drafted();
  need([submitHere(world), enterHere(world), coSignHere(world)]);
  return world;
}

/** As far as everything that the order needs. */
export function confirmedHere(): World {
  const world = signedHere();
  need(confirmAll(world, CALL));
  need(proof(world, CALL));
  return world;
}
