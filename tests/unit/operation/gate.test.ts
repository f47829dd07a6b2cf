import { describe, expect, it } from 'vitest';
import { approved, approve, CALL, confirmAll, confirmed, draft, drafted, hangUp, order, orderOf, policy, proof, putThrough, readFacts, REVIEW, rightEntry, signOff, submission, submit, tickAll, verify } from '../case/path.ts';
import { COLLEAGUE, control, CUSTOMER, id, LEAD, MAKER, OPERATION, REVIEWER, SECOND, type World } from '../case/world.ts';

const started = (world: World): boolean => world.operation().execution !== null;

/** The order is refused with this code, and nothing starts. */
function refused(world: World, code: string, callId = CALL): void {
  expect(order(world, callId)).toBe(code);
  expect(started(world)).toBe(false);
}

describe('the gate', () => {
  it('[TP1] lets through what has self-check, approval and confirmation, and consumes the approval', () => {
    const world = confirmed();
    expect(order(world, CALL)).toBeNull();
    expect(started(world)).toBe(true);
    expect(world.operation().approval).toBeNull();
  });

  it('[TP1] refuses a confirmation older than the approval', () => {
    const world = confirmed();
    const operation = world.operation();
    world.later(1);
    world.state = { ...world.case, operations: { [OPERATION]: { ...operation, approval: { ...operation.approval!, at: world.now } } } };
    refused(world, 'tp1-before-approval');
  });

  it('[TP1] refuses on another call than the one of the confirmation, and after the call', () => {
    const world = confirmed();
    hangUp(world, CALL);
    refused(world, 'tp1-no-call');
    putThrough(world, 'call-2');
    refused(world, 'tp1-other-call', 'call-2');
  });

  it('[TP1] a call on which somebody else talks is no call of the maker', () => {
    const world = confirmed();
    world.happen({ kind: 'call recorded', body: { event: { callId: CALL, at: world.now, kind: 'transferred', eventId: 'x', toPersonId: COLLEAGUE } as never } });
    world.happen({ kind: 'call recorded', body: { event: { callId: CALL, at: world.now, kind: 'offered', eventId: 'x2', offerId: 'of2', personId: COLLEAGUE, desktopId: 'e', expiresAt: world.now } as never } });
    world.happen({ kind: 'call recorded', body: { event: { callId: CALL, at: world.now, kind: 'accepted', eventId: 'x3', offerId: 'of2', personId: COLLEAGUE, desktopId: 'e' } as never } });
    world.happen({ kind: 'call recorded', body: { event: { callId: CALL, at: world.now, kind: 'answered', eventId: 'x4', personId: COLLEAGUE, recordingId: 'rec' } as never } });
    refused(world, 'tp1-no-call');
  });

  it('[TP2] refuses another digest, a stored digest that is not the payload\'s, and another policy version unless it is equivalent', () => {
    const world = confirmed();
    expect(world.do(MAKER, 'order execution', { ...orderOf(world, CALL), digest: 'f'.repeat(64) })).toBe('tp2-digest');
    world.control = { ...control, version: 'control-2027' };
    refused(world, 'tp2-policy');
    world.control = { ...control, version: 'control-2027', equivalentTo: [control.version] };
    expect(order(world, CALL)).toBeNull();
    const forged = confirmed();
    const operation = forged.operation();
    forged.state = { ...forged.case, operations: { [OPERATION]: { ...operation, payload: { ...operation.payload!, totalDueFen: 1 } } } };
    refused(forged, 'tp2-digest');
  });

  it('[TP3] a fact that changed voids the approval and is named with both values; nothing starts', () => {
    const world = confirmed();
    world.plans = world.plans.map((plan) => (plan.id === 'plan-2' ? { ...plan, periodsPosted: 7, periodsLeft: 17 } : plan));
    expect(order(world, CALL)).toBeNull();
    expect(world.operation()).toMatchObject({ status: 'void', approval: null, execution: null, voided: { reason: 'facts-changed', changed: [{ fact: 'plan.plan-2.periodsPosted', old: 6, now: 7 }] } });
    world.plans = world.plans.map((plan) => (plan.id === 'plan-2' ? { ...plan, periodsPosted: 6, periodsLeft: 18 } : plan));
    refused(world, 'tp1-no-approval');
  });

  it('[TP3] without the gate\'s own reading, or without the ledger, nothing starts', () => {
    const world = confirmed();
    expect(world.do(MAKER, 'order execution', orderOf(world, CALL), { gateFacts: 'unknown' })).toBe('bank-unreachable');
    expect(world.do(MAKER, 'order execution', orderOf(world, CALL), { ledger: 'unknown' })).toBe('bank-unreachable');
    expect(started(world)).toBe(false);
  });

  it('[TP4] a second order is refused whatever its ids; keys must be distinct, one a line, and never used before', () => {
    const world = confirmed();
    const good = orderOf(world, CALL);
    const same = { ...good, keys: good.keys.map((key) => ({ ...key, key: id(400) })) };
    expect(world.do(MAKER, 'order execution', same)).toBe('tp18-keys');
    expect(world.do(MAKER, 'order execution', { ...good, keys: good.keys.slice(1) })).toBe('tp18-keys');
    expect(world.do(MAKER, 'order execution', good)).toBeNull();
    expect(world.do(MAKER, 'order execution', { ...orderOf(world, CALL, 600) })).toBe('tp4-already-started');
    expect(world.events.filter((event) => event.kind === 'execution started')).toHaveLength(1);
  });

  it.each([
    ['is the maker', 'tp5-reviewer-is-maker', (world: World): void => void (world.state = { ...world.case, operations: { [OPERATION]: { ...world.operation(), approval: { ...world.operation().approval!, by: [MAKER] } } } })],
    ['lost the entitlement', 'tp5-not-entitled', (world: World): void => void (world.people[REVIEWER]!.limit = null)],
    ['has a lower limit now', 'tp5-over-limit', (world: World): void => void (world.people[REVIEWER]!.limit = 1_000)],
    ['is disabled', 'tp5-not-entitled', (world: World): void => void (world.people[REVIEWER]!.active = false)],
    ['is an agent now', 'tp5-not-entitled', (world: World): void => void (world.people[REVIEWER]!.role = 'agent')],
    ['was declared a relative', 'tp14-related', (world: World): unknown => world.people[REVIEWER]!.related.push(CUSTOMER)],
  ] as const)('[TP5] [TP14] the reviewer %s at execution: %s', (_what, code, change: (world: World) => unknown) => {
    const world = confirmed();
    change(world);
    refused(world, code);
  });

  it('[TP14] nobody makes an operation on their own or a relative\'s account: not the figures, not the request, not the order', () => {
    const world = drafted();
    world.people[MAKER]!.related.push(CUSTOMER);
    expect(draft(world)).toBe('tp14-related');
    expect(submit(world, REVIEW)).toBe('tp14-related');
    const late = confirmed();
    late.people[MAKER]!.related.push(CUSTOMER);
    refused(late, 'tp14-related');
  });

  it('[TP9] the server\'s clock at execution judges validUntil', () => {
    const world = confirmed();
    world.later(policy.validMinutesOnLine);
    refused(world, 'tp9-expired');
  });

  it('[TP13] an open operation of the account bars the order; the day\'s sum makes a small one need two people', () => {
    const barred = confirmed();
    barred.ledger.push({ operationId: id(99), caseId: id(98), accountId: 'acct-1', kind: 'early-settlement', totalFen: 1, startedAt: barred.now, open: true });
    refused(barred, 'tp13-open-operation');
    const small = drafted(['plan-3']);
    expect(submit(small, REVIEW)).toBeNull();
    expect(small.case.reviews).toEqual({});
    expect(confirmAll(small, CALL)).toEqual([]);
    expect(proof(small, CALL)).toBeNull();
    small.ledger.push({ operationId: id(99), caseId: id(98), accountId: 'acct-9', kind: 'early-settlement', totalFen: 4_000_000, startedAt: small.now, open: false });
    refused(small, 'tp1-no-approval');
  });

  it('[TP13] yesterday\'s operations do not count, and one fen below the sum needs nobody', () => {
    const small = drafted(['plan-3']);
    expect(submit(small, REVIEW)).toBeNull();
    confirmAll(small, CALL);
    proof(small, CALL);
    const total = small.operation().payload!.totalDueFen;
    small.ledger.push({ operationId: id(99), caseId: id(98), accountId: 'acct-9', kind: 'early-settlement', totalFen: 90_000_000, startedAt: '2026-11-22T15:59:59.000Z', open: false });
    small.ledger.push({ operationId: id(97), caseId: id(98), accountId: 'acct-9', kind: 'early-settlement', totalFen: policy.highValueFromFen - total - 1, startedAt: small.now, open: false });
    expect(order(small, CALL)).toBeNull();
    expect(started(small)).toBe(true);
  });

  it('[TP9] what the maker withdrew is not executed, small or not', () => {
    const small = drafted(['plan-3']);
    submit(small, REVIEW);
    confirmAll(small, CALL);
    proof(small, CALL);
    small.must(MAKER, 'withdraw operation', { operationId: OPERATION, reason: '客户不办了' });
    refused(small, 'operation-not-editable');
  });

  it('[TP1] what a reviewer returned is not executed once the day\'s sum has gone down', () => {
    const world = drafted(['plan-3']);
    world.ledger.push({ operationId: id(99), caseId: id(98), accountId: 'acct-9', kind: 'early-settlement', totalFen: 4_000_000, startedAt: world.now, open: false });
    expect(submit(world, REVIEW)).toBeNull();
    world.must(REVIEWER, 'take review', { reviewId: REVIEW });
    world.must(REVIEWER, 'return review', { reviewId: REVIEW, reason: 'risk', whatToDo: '有疑点' });
    world.ledger.length = 0;
    confirmAll(world, CALL);
    expect(world.operation().confirmation).toBeNull();
    refused(world, 'operation-not-editable');
  });

  it('[TP16] refuses a call without a recording', () => {
    const world = confirmed();
    world.state = { ...world.case, calls: { [CALL]: world.case.calls[CALL]!.map((event) => ({ ...event, recordingId: undefined })) as never } };
    refused(world, 'tp16-no-recording');
  });

  it('[TP17] a new maker: the old approval is void, the same reviewer re-confirms, another may not', () => {
    const world = approved();
    world.must(MAKER, 'hand over case', { handOverId: id(501), to: COLLEAGUE, note: '下班' });
    expect(world.do(SECOND, 'accept hand-over', { handOverId: id(501), nonce: id(502), reviewId: id(503) })).toBe('hand-over-not-for-you');
    world.must(COLLEAGUE, 'accept hand-over', { handOverId: id(501), nonce: id(502), reviewId: id(503) });
    expect(world.operation()).toMatchObject({ maker: COLLEAGUE, approval: null, status: 'in-review' });
    expect(order(world, CALL)).toBe('not-the-maker');
    expect(world.do(LEAD, 'take review', { reviewId: id(503) })).toBe('tp17-other-reviewer');
    expect(world.do(MAKER, 'take review', { reviewId: id(503) })).toBe('tp5-not-a-reviewer');
    world.must(REVIEWER, 'take review', { reviewId: id(503) });
    expect(approve(world, id(503))).toBe('tp8-no-tick');
    expect(signOff(world, COLLEAGUE)).toBeNull();
    expect(approve(world, id(503))).toBeNull();
    expect(world.operation().approval).toMatchObject({ by: [REVIEWER], breakGlass: false });
  });

  it('[TP5] [TP6] who made the figures and then handed the case over cannot review them', () => {
    const world = drafted();
    world.people[MAKER] = { role: 'mentor', limit: 200_000_000, active: true, related: [] };
    world.must(MAKER, 'hand over case', { handOverId: id(501), to: COLLEAGUE, note: '' });
    world.must(COLLEAGUE, 'accept hand-over', { handOverId: id(501), nonce: id(502), reviewId: id(503) });
    readFacts(world, COLLEAGUE, 'worksheet');
    expect(submit(world, REVIEW, COLLEAGUE)).toBeNull();
    expect(world.do(MAKER, 'take review', { reviewId: REVIEW })).toBe('tp6-has-seen');
  });

  it('[TP5] the limit, the role and the account\'s relations are judged when a review is taken', () => {
    const world = drafted();
    submit(world, REVIEW);
    expect(world.do(SECOND, 'take review', { reviewId: REVIEW })).toBe('tp5-over-limit');
    expect(world.do(COLLEAGUE, 'take review', { reviewId: REVIEW })).toBe('tp5-not-a-reviewer');
    world.people[LEAD]!.related.push(CUSTOMER);
    expect(world.do(LEAD, 'take review', { reviewId: REVIEW })).toBe('tp14-related');
    world.people[MAKER] = { role: 'mentor', limit: 200_000_000, active: true, related: [] };
    expect(world.do(MAKER, 'take review', { reviewId: REVIEW })).toBe('tp5-reviewer-is-maker');
  });

  it('[TP1] self-check, verification of this very call, and every item are needed', () => {
    const world = drafted();
    world.must(MAKER, 'tick self-check', { operationId: OPERATION, item: policy.selfCheck[3]!.id, on: false });
    expect(submit(world, REVIEW)).toBe('self-check-incomplete');
    tickAll(world);
    expect(submit(world, REVIEW)).toBeNull();
    expect(confirmAll(world, CALL)[0]).toBe('tp1-no-approval');
    world.must(REVIEWER, 'take review', { reviewId: REVIEW });
    readFacts(world, REVIEWER, 'review');
    world.must(REVIEWER, 'store blind entry', { reviewId: REVIEW, entry: rightEntry(world) });
    approve(world, REVIEW);
    hangUp(world, CALL);
    putThrough(world, 'call-2');
    expect(confirmAll(world, 'call-2')[0]).toBe('verification-too-low');
    verify(world, 'call-2');
    expect(proof(world, 'call-2')).toBe('confirmation-incomplete');
    expect(confirmAll(world, 'call-2')).toEqual([]);
    refused(world, 'confirmation-incomplete', 'call-2');
    expect(proof(world, 'call-2')).toBeNull();
    expect(order(world, 'call-2')).toBeNull();
  });

  it('[TP1] with a payload good for longer, 45 minutes are enough and a second more is not', () => {
    const callback = (): World => {
      const world = drafted();
      world.must(MAKER, 'promise callback', { promiseId: id(520), from: '2026-11-23T03:00:00.000Z', to: '2026-11-23T05:00:00.000Z', secondFrom: null, secondTo: null, note: '', operationId: null });
      world.must(MAKER, 'submit for review', submission(world, REVIEW, MAKER, id(300), OPERATION, 'callback'));
      world.must(REVIEWER, 'take review', { reviewId: REVIEW });
      readFacts(world, REVIEWER, 'review');
      world.must(REVIEWER, 'store blind entry', { reviewId: REVIEW, entry: rightEntry(world) });
      approve(world, REVIEW);
      confirmAll(world, CALL);
      proof(world, CALL);
      return world;
    };
    const late = callback();
    late.later(policy.confirmationMinutes + 1 / 60);
    refused(late, 'tp1-confirmation-old');
    const inTime = callback();
    inTime.later(policy.confirmationMinutes);
    expect(order(inTime, CALL)).toBeNull();
  });
});
