import { confirmationItems } from '#shared/operation/confirmation.ts';
import type { CommandBody } from '#shared/case/commands.ts';
import { digestOf } from '#shared/operation/payload.ts';
import { payloadOf, validityLimit } from '#shared/operation/submission.ts';
import type { BlindEntry } from '#shared/review/review-schema.ts';
import { control, CUSTOMER, id, LEAD, LEAD2, MAKER, OPERATION, REVIEWER, signedFor, World } from './world.ts';

export const policy = control.kinds['early-settlement'];
const PLANS = ['plan-1', 'plan-2', 'plan-3'];

/** A call that the phone system put through to the person. */
export function putThrough(world: World, callId: string, person = MAKER): void {
  const at = world.now;
  const call = (event: object): void => world.happen({ kind: 'call recorded', body: { event: { callId, at, ...event } as never } });
  if (world.state === null) {
    world.happen({ kind: 'case opened', body: { reason: 'call', callId, fromCase: null, number: '19900000001', queue: 'es' } });
    world.happen({ kind: 'access granted', body: { person, as: 'owner' } });
  }
  call({ kind: 'queued', eventId: `${callId}-q`, queue: 'es', number: '19900000001' });
  call({ kind: 'offered', eventId: `${callId}-o`, offerId: `${callId}-offer`, personId: person, desktopId: 'd', expiresAt: new Date(Date.parse(at) + 20_000).toISOString() });
  call({ kind: 'accepted', eventId: `${callId}-a`, offerId: `${callId}-offer`, personId: person, desktopId: 'd' });
  call({ kind: 'answered', eventId: `${callId}-t`, personId: person, recordingId: `rec-${callId}` });
}

export const hangUp = (world: World, callId: string): void =>
  world.happen({ kind: 'call recorded', body: { event: { callId, at: world.now, kind: 'ended', eventId: `${callId}-e`, reason: 'customer-hung-up' } as never } });

export function readFacts(world: World, person: string, purpose: 'worksheet' | 'review'): void {
  if (world.case.customerId === null) world.happen({ kind: 'customer identified', body: { customerId: CUSTOMER, how: 'number' } });
  world.happen({ kind: 'facts read', body: { purpose, for: person, facts: world.facts(), quotes: purpose === 'worksheet' ? world.quotes() : [], underWay: [], recentCalls: [] } });
}

export const verify = (world: World, callId: string, level = 3): void =>
  world.happen({ kind: 'verification checked', body: { callId, factor: 'servicePassword', ok: true, level, failuresToday: 0 } });

export const draft = (world: World, by = MAKER, planIds: readonly string[] = PLANS, operationId = OPERATION) =>
  world.do(by, 'draft worksheet', { operationId, kind: 'early-settlement', accountId: 'acct-1', continues: null, lines: planIds.map((planId, index) => ({ planId, lineId: id(200 + index) })) });
export const tickAll = (world: World, by = MAKER): (string | null)[] => policy.selfCheck.map((item) => world.do(by, 'tick self-check', { operationId: OPERATION, item: item.id, on: true }));
/** A submission as the desk makes it of what it shows; `null` where there is no operation to make it of. */
export function submission(world: World, reviewId: string, by = MAKER, nonce = id(300), operationId = OPERATION, waits: 'on-line' | 'callback' = 'on-line'): CommandBody<'submit for review'> {
  const operation = world.case.operations[operationId];
  const context = world.context(by);
  const limit = operation === undefined ? world.now : validityLimit(world.case, operation, waits, context);
  const validUntil = typeof limit === 'string' ? limit : world.now;
  const digest = operation === undefined ? '0'.repeat(64) : digestOf(payloadOf(world.case, operation, { validUntil, nonce }, context));
  return { operationId, reviewId, nonce, noteToReviewer: '请看第二笔', customerWaits: waits, validUntil, signed: signedFor(by, 'tick', digest) };
}
export const submit = (world: World, reviewId: string, by = MAKER, nonce = id(300)) => world.do(by, 'submit for review', submission(world, reviewId, by, nonce));

/** The successor's own tick over what they took over (TP17). */
export const signOff = (world: World, by: string, digest = world.operation().digest!) => world.do(by, 'sign self-check', { operationId: OPERATION, digest, signed: signedFor(by, 'tick', digest) });

export function rightEntry(world: World): BlindEntry {
  const payload = world.operation().payload!;
  return { totalDueFen: payload.totalDueFen, lines: payload.lines.length, dueDate: payload.dueDate, principals: Object.fromEntries(payload.lines.map((line) => (line.type === 'settlement' ? [line.planId, line.remainingFen] : ['', 0]))) };
}
export const approve = (world: World, reviewId: string, by = REVIEWER, digest = world.operation().digest!) =>
  world.do(by, 'approve review', { reviewId, digest, signed: signedFor(by, 'approval', digest) });

/** 眼到, 心到; gives the codes of what was refused. */
export function confirmAll(world: World, callId: string, by = MAKER): string[] {
  return confirmationItems(world.operation(), policy).flatMap((key) => {
    const [part, ...item] = key.split(':');
    const code = world.do(by, 'confirm item', { operationId: OPERATION, part: part as 'eye', item: item.join(':'), agrees: true, callId, customerWords: '是的', recordingOffset: 10 });
    return code === null ? [] : [code];
  });
}
export function proof(world: World, callId: string, by = MAKER): string | null {
  const payload = world.operation().payload!;
  return world.do(by, 'type in proof', { operationId: OPERATION, callId, typedFen: payload.totalDueFen, typedLines: payload.lines.length, typedLastFour: payload.cardLastFour });
}

export function orderOf(world: World, callId: string, keysFrom = 400) {
  const { payload, digest } = world.operation();
  return { operationId: OPERATION, executionId: id(keysFrom + 90), digest: digest!, callId, keys: payload!.lines.map((line, index) => ({ lineId: line.lineId, key: id(keysFrom + index) })), signed: signedFor(world.operation().maker, 'order', digest!) };
}
export const order = (world: World, callId: string, by = MAKER) => world.do(by, 'order execution', orderOf(world, callId));

export const REVIEW = id(310);
export const CALL = 'call-1';

const need = (code: string | null | (string | null)[]): void => {
  const refused = [code].flat().filter((one) => one !== null);
  if (refused.length > 0) throw new Error(`refused: ${refused.join(', ')}`);
};

/** As far as the ticked self-check. */
export function drafted(planIds: readonly string[] = PLANS): World {
  const world = new World();
  putThrough(world, CALL);
  readFacts(world, MAKER, 'worksheet');
  verify(world, CALL);
  need(draft(world, MAKER, planIds));
  need(tickAll(world));
  return world;
}

/** As far as the matching entry. */
export function entered(): World {
  const world = drafted();
  need(submit(world, REVIEW));
  world.must(REVIEWER, 'take review', { reviewId: REVIEW });
  readFacts(world, REVIEWER, 'review');
  world.must(REVIEWER, 'store blind entry', { reviewId: REVIEW, entry: rightEntry(world) });
  return world;
}

export function approved(): World {
  const world = entered();
  need(approve(world, REVIEW));
  return world;
}

/** As far as everything that the order needs. */
export function confirmed(): World {
  const world = approved();
  need(confirmAll(world, CALL));
  need(proof(world, CALL));
  return world;
}

export const QUALITY_CASE = id(620);
const AFTER = control.breakGlass.afterMinutes;
export const join = (world: World, by: string, reviewId = REVIEW) => world.do(by, 'join break-glass', { reviewId, reason: '没有复核人' });
export const signGlass = (world: World, by: string, more: Parameters<World['do']>[3] = {}, digest = world.operation().digest!, reviewId = REVIEW) =>
  world.do(by, 'sign break-glass', { reviewId, digest, qualityCaseId: QUALITY_CASE, signed: signedFor(by, 'approval', digest) }, more);
export const enter = (world: World, by: string, reviewId = REVIEW): string | null => {
  readFacts(world, by, 'review');
  return world.do(by, 'store blind entry', { reviewId, entry: rightEntry(world) });
};

/** Waits as long as policy asks, which leaves half of what the figures are good for. */
export function waited(): World {
  const world = drafted();
  need(submit(world, REVIEW));
  world.later(AFTER);
  return world;
}

/** Both leads in their seats, with matching entries. */
export function seated(): World {
  const world = waited();
  for (const lead of [LEAD, LEAD2]) need([join(world, lead), enter(world, lead)]);
  return world;
}

export function broken(): World {
  const world = seated();
  need([signGlass(world, LEAD), signGlass(world, LEAD2)]);
  return world;
}
