import { describe, expect, it } from 'vitest';
import { digestOf } from '#shared/operation/payload.ts';
import { bodiesFor } from '#shared/review/withholding.ts';
import { CALL, draft, drafted, enter, order, policy, readFacts, REVIEW, signOff, submission, submit, tickAll, waited, join, approved, confirmed, approve } from '../case/path.ts';
import { COLLEAGUE, CUSTOMER, id, LEAD, LEAD2, MAKER, OPERATION, REVIEWER, type World } from '../case/world.ts';

const OTHER = id(95);
const OTHER_REVIEW = id(315);

/** Two operations of one case, both in review: over the threshold each, of plans of their own. */
function twoOperations(): World {
  const world = drafted(['plan-1']);
  world.plans = world.plans.map((plan) => ({ ...plan, principalFen: 9_600_000, remainingFen: 7_200_000 }));
  readFacts(world, MAKER, 'worksheet');
  draft(world, MAKER, ['plan-1']);
  tickAll(world);
  expect(submit(world, REVIEW)).toBeNull();
  expect(draft(world, MAKER, ['plan-2', 'plan-3'], OTHER)).toBeNull();
  for (const item of policy.selfCheck) world.must(MAKER, 'tick self-check', { operationId: OTHER, item: item.id, on: true });
  expect(world.do(MAKER, 'submit for review', submission(world, OTHER_REVIEW, MAKER, id(301), OTHER))).toBeNull();
  return world;
}
const sightOf = (world: World, person: string): string => JSON.stringify(bodiesFor(world.case, world.events, person));

describe('[TP6] who has had the figures cannot check them blind', () => {
  it('[TP6] the entry for one operation releases what was written of another: that other needs somebody else', () => {
    const world = twoOperations();
    const total = String(world.operation(OTHER).payload!.totalDueFen);
    world.must(REVIEWER, 'take review', { reviewId: REVIEW });
    expect(sightOf(world, REVIEWER)).not.toContain(total);
    expect(enter(world, REVIEWER)).toBeNull();
    // It is there, with the whole of the case.
    expect(sightOf(world, REVIEWER)).toContain(total);
    expect(world.do(REVIEWER, 'take review', { reviewId: OTHER_REVIEW })).toBe('tp6-has-seen');
    expect(world.do(LEAD, 'take review', { reviewId: OTHER_REVIEW })).toBeNull();
  });

  it('[TP6] taken before the other one\'s entry, it is shut by that entry all the same', () => {
    const world = twoOperations();
    world.must(LEAD, 'take review', { reviewId: OTHER_REVIEW });
    world.must(LEAD, 'take review', { reviewId: REVIEW });
    expect(enter(world, LEAD)).toBeNull();
    const { payload } = world.operation(OTHER);
    const entry = { totalDueFen: payload!.totalDueFen, lines: 2, dueDate: payload!.dueDate, principals: Object.fromEntries(payload!.lines.map((line) => (line.type === 'settlement' ? [line.planId, line.remainingFen] : ['', 0]))) };
    expect(world.do(LEAD, 'store blind entry', { reviewId: OTHER_REVIEW, entry })).toBe('tp6-has-seen');
  });

  it('[TP6] figures that were made only afterwards are withheld anew, and the same reviewer may check them', () => {
    const world = drafted(['plan-1']);
    expect(submit(world, REVIEW)).toBeNull();
    world.must(REVIEWER, 'take review', { reviewId: REVIEW });
    expect(enter(world, REVIEWER)).toBeNull();
    world.must(REVIEWER, 'return review', { reviewId: REVIEW, reason: 'other', whatToDo: 'x' });
    world.later(1);
    world.plans = world.plans.map((plan) => ({ ...plan, principalFen: 9_600_000, remainingFen: 7_200_000 }));
    readFacts(world, MAKER, 'worksheet');
    draft(world, MAKER, ['plan-2', 'plan-3'], OTHER);
    for (const item of policy.selfCheck) world.must(MAKER, 'tick self-check', { operationId: OTHER, item: item.id, on: true });
    world.must(MAKER, 'submit for review', submission(world, OTHER_REVIEW, MAKER, id(301), OTHER));
    expect(sightOf(world, REVIEWER)).not.toContain(String(world.operation(OTHER).payload!.totalDueFen));
    expect(world.do(REVIEWER, 'take review', { reviewId: OTHER_REVIEW })).toBeNull();
  });

  it.each(['owner', 'lead', 'successor', 'offered', 'quality'] as const)('[TP6] [TP5] what one account has had as %s, the other account of the same human has had', (as) => {
    const world = drafted();
    submit(world, REVIEW);
    world.people[COLLEAGUE]!.human = REVIEWER;
    const owner = world.case.owner;
    world.happen({ kind: 'access granted', body: { person: COLLEAGUE, as } });
    world.state = { ...world.case, owner };
    expect(world.do(REVIEWER, 'take review', { reviewId: REVIEW })).toBe('tp6-has-seen');
    world.happen({ kind: 'access revoked', body: { person: COLLEAGUE } });
    expect(world.do(REVIEWER, 'take review', { reviewId: REVIEW })).toBe('tp6-has-seen');
    const glass = waited();
    glass.people[COLLEAGUE]!.human = LEAD;
    glass.happen({ kind: 'access granted', body: { person: COLLEAGUE, as: 'lead' } });
    expect(join(glass, LEAD)).toBe('tp6-has-seen');
    expect(join(glass, LEAD2)).toBeNull();
  });

  it('[TP6] free words of whatever kind reach no reviewer before the entry', () => {
    const world = drafted();
    const secret = '合计是一二三四五';
    world.must(MAKER, 'write note', { noteId: id(700), text: secret });
    world.must(MAKER, 'open follow-up', { followUpId: id(701), dueOn: '2026-12-01', what: secret });
    world.must(MAKER, 'close follow-up', { followUpId: id(701), result: secret });
    world.must(MAKER, 'open work order', { workOrderId: id(702), kind: 'question', urgency: 'ordinary', text: secret });
    world.must(MAKER, 'raise risk', { riskId: id(703), what: 'other', text: secret });
    world.must(MAKER, 'stop card', { stopId: id(704), key: id(705), cardId: 'card-1', stop: 'lock', reportedAt: world.now, lostAt: null, callId: CALL, customerWords: secret, recordingOffset: null });
    world.must(MAKER, 'record manual stop', { stopId: id(706), cardId: null, channel: 'duty-phone', receipt: secret, person: secret, inForceAt: null, reportedAt: world.now, toldNotInForce: true });
    world.must(MAKER, 'escalate to lead', { escalationId: id(707), kind: secret, goal: secret, deadline: secret, ruleToldAt: null, rungsUsed: [], branch: secret, mood: secret, complaintWords: false });
    world.must(LEAD, 'accept escalation', { escalationId: id(707) });
    world.must(LEAD, 'finish escalation', { escalationId: id(707), outcome: 'accepted-branch', words: secret });
    world.must(MAKER, 'hand over case', { handOverId: id(708), to: COLLEAGUE, note: secret });
    submit(world, REVIEW);
    world.must(MAKER, 'answer reviewer', { reviewId: REVIEW, answer: secret });
    world.must(REVIEWER, 'take review', { reviewId: REVIEW });
    expect(sightOf(world, REVIEWER)).not.toContain(secret);
    expect(sightOf(world, MAKER)).toContain(secret);
  });
});

describe('[TP5] [TP14] two people by human', () => {
  it('[TP5] the maker\'s other account neither takes the review nor keeps an approval it has given', () => {
    const world = drafted();
    submit(world, REVIEW);
    world.people[REVIEWER]!.human = MAKER;
    expect(world.do(REVIEWER, 'take review', { reviewId: REVIEW })).toBe('tp5-reviewer-is-maker');
    const late = confirmed();
    late.people[REVIEWER]!.human = MAKER;
    expect(order(late, CALL)).toBe('tp5-reviewer-is-maker');
    // Found out between entry and press.
    const between = drafted();
    submit(between, REVIEW);
    between.must(REVIEWER, 'take review', { reviewId: REVIEW });
    expect(enter(between, REVIEWER)).toBeNull();
    between.people[REVIEWER]!.human = MAKER;
    expect(approve(between, REVIEW)).toBe('tp5-reviewer-is-maker');
  });

  it('[TP14] a maker, a successor and a reviewer who became relatives are all refused', () => {
    const world = approved();
    world.people[COLLEAGUE]!.related.push(CUSTOMER);
    world.must(MAKER, 'hand over case', { handOverId: id(501), to: COLLEAGUE, note: '' });
    world.must(COLLEAGUE, 'accept hand-over', { handOverId: id(501), nonce: id(502), reviewId: id(503) });
    expect(signOff(world, COLLEAGUE)).toBeNull();
    world.must(REVIEWER, 'take review', { reviewId: id(503) });
    expect(approve(world, id(503))).toBeNull();
    expect(world.do(COLLEAGUE, 'order execution', { ...orderBody(world), signed: signedOrder(world) })).toBe('tp14-related');
  });

  it('[TP17] the former maker signs nothing any more, and the successor nothing of the former maker\'s digest', () => {
    const world = approved();
    const before = world.operation().digest!;
    world.must(MAKER, 'hand over case', { handOverId: id(501), to: COLLEAGUE, note: '' });
    world.must(COLLEAGUE, 'accept hand-over', { handOverId: id(501), nonce: id(502), reviewId: id(503) });
    expect(signOff(world, MAKER)).toBe('not-your-case');
    expect(signOff(world, COLLEAGUE, before)).toBe('tp2-digest');
    expect(world.operation().ticked).toBeNull();
    expect(digestOf(world.operation().payload!)).toBe(world.operation().digest);
  });

  it('[TP5] who checked it by an entry does not take it over', () => {
    const world = approved();
    world.must(MAKER, 'hand over case', { handOverId: id(501), to: REVIEWER, note: '' });
    expect(world.do(REVIEWER, 'accept hand-over', { handOverId: id(501), nonce: id(502), reviewId: id(503) })).toBe('tp5-reviewer-is-maker');
    expect(world.operation(OPERATION).maker).toBe(MAKER);
  });
});

const orderBody = (world: World) => {
  const { payload, digest } = world.operation();
  return { operationId: OPERATION, executionId: id(490), digest: digest!, callId: CALL, keys: payload!.lines.map((line, index) => ({ lineId: line.lineId, key: id(480 + index) })) };
};
const signedOrder = (world: World) => ({ ...submission(world, id(999)).signed, purpose: 'order' as const, digest: world.operation().digest! });
