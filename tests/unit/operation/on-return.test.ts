import { describe, expect, it } from 'vitest';
import type { DecideContext } from '#shared/case/context.ts';
import type { EventBody } from '#shared/case/events.ts';
import { CALL, confirmAll, draft, drafted, hangUp, orderOf, proof, putThrough, rightEntry, submit, tickAll } from '../case/path.ts';
import { settled, settleOnReturn } from '#shared/operation/on-return-settle.ts';
import { believing, confirmedHere, coSignHere, CO_SIGN, enterHere, offline, order, orderHere, signedHere, submissionHere, submitHere } from '../case/on-return-path.ts';
import { control, CUSTOMER, id, LEAD, MAKER, OPERATION, REVIEWER, SECOND, signedFor, type World } from '../case/world.ts';

const HAND = `hand-${id(750)}` as const;
const status = (world: World) => world.case.onReturn[OPERATION]?.status;
const started = (world: World): boolean => world.operation().execution !== null;
const last = <K extends 'offline order returned' | 'offline order released' | 'execution started'>(world: World, kind: K): EventBody<K> => {
  const event = world.events.findLast((one) => one.kind === kind);
  if (event === undefined) throw new Error(`no ${kind}`);
  return event.body as EventBody<K>;
};

/** The order is taken, executes nothing, and goes back for this reason. */
function goesBack(world: World, code: string, more: Partial<DecideContext> = {}): EventBody<'offline order returned'> {
  expect(order(world, more)).toBeNull();
  expect(started(world)).toBe(false);
  expect(status(world)).toBe('returned');
  // Whoever has the case by then finds it among what is due.
  expect(world.case.followUps).toMatchObject([{ status: 'open', operationId: null, what: { en: expect.stringContaining('call the customer') as string } }]);
  const body = last(world, 'offline order returned');
  expect(body.code).toBe(code);
  return body;
}

/** A forged one is refused with a code and changes nothing (TP7). */
function refused(world: World, code: string, body: Parameters<typeof order>[2] = {}, more: Partial<DecideContext> = {}): void {
  const before = world.case.version;
  expect(order(world, more, body)).toBe(code);
  expect(world.case.version).toBe(before);
}

describe('an order made offline', () => {
  it('[OF2] is executed on return, once, and marked with who co-signed it and when the facts were read', () => {
    const world = confirmedHere();
    const { factsReadAt } = world.operation().worksheet;
    world.later(10);
    expect(order(world)).toBeNull();
    expect(last(world, 'execution started')).toMatchObject({ approvedBy: [REVIEWER], highValue: true, breakGlass: false, callId: CALL, recordingId: `rec-${CALL}`, factsReadAt: world.now });
    expect(last(world, 'offline order released')).toMatchObject({ by: REVIEWER, coSignId: CO_SIGN, factsReadAt });
    expect(status(world)).toBe('released');
    expect(world.case.followUps).toMatchObject([{ id: CO_SIGN, status: 'open', dueOn: '2026-11-23', what: { zh: expect.stringContaining('给客户回电') as string } }]);
    // TP4: the same again, and another under new keys, start nothing.
    const events = world.events.length;
    expect(order(world)).toBe('of2-already-ordered');
    expect(world.do(MAKER, 'order on return', { ...orderHere(world), executionId: id(799), keys: orderHere(world).keys.map((key, index) => ({ ...key, key: id(780 + index) })) }, believing)).toBe('of2-already-ordered');
    expect(world.events).toHaveLength(events);
  });

  it('[OF2] [TP4] what two people signed is good for one order: come back, it is not submitted again under the same signatures', () => {
    const world = confirmedHere();
    const { tick, coSign } = world.case.onReturn[OPERATION]!;
    const again = submissionHere(world, MAKER, id(701), id(760));
    const stopped: Partial<DecideContext> = { stoppedKinds: ['early-settlement'] };
    goesBack(world, 'tp15-stopped', stopped);
    // The stop is lifted within T: the maker alone submits the same payload, and would bring the reviewer's signature of before.
    expect(again.signed.digest).toBe(tick.digest);
    expect(world.do(MAKER, 'submit for return', again)).toBe('tp2-digest');
    expect(coSign?.approval.digest).toBe(again.signed.digest);
    // Neither right after it, nor with another submission in between.
    expect(world.do(MAKER, 'submit for return', submissionHere(world, MAKER, id(761), id(762)))).toBeNull();
    expect(world.do(MAKER, 'submit for return', submissionHere(world, MAKER, id(701), id(763)))).toBe('tp2-digest');
    expect(started(world)).toBe(false);
  });

  it('[OF2] [TP4] [TP9] figures that were sent to review are never submitted offline under the same signatures', () => {
    const world = drafted();
    const here = submissionHere(world);
    world.case.reviews[id(770)] = { digest: here.signed.digest } as never;
    expect(world.do(MAKER, 'submit for return', here)).toBe('tp2-digest');
  });

  it.each(['before the order comes again', 'while the order waits'])('[OF2] [SY9] what was booked in a time that the log lost, and taken up %s, is never said to be not done', (when) => {
    const world = confirmedHere();
    const body = orderHere(world);
    const { lines } = world.operation().payload!;
    const recovered = (): void => world.happen({
      kind: 'execution recovered',
      body: { operationId: OPERATION, executionId: id(790), digest: body.digest, lines: lines.map((line, index) => ({ lineId: line.lineId, planId: line.type === 'settlement' ? line.planId : null, key: body.keys[index]!.key })) },
    });
    if (when === 'before the order comes again') {
      recovered();
      expect(world.do(MAKER, 'order on return', body, believing)).toBeNull();
    } else {
      expect(world.do(MAKER, 'order on return', body, { ...believing, gateFacts: 'unknown' })).toBeNull();
      recovered();
      const one = world.case.onReturn[OPERATION]!;
      for (const event of settled(one, settleOnReturn(world.case, one, one.order!, world.context(MAKER, believing)), '2026-11-23')) world.happen(event);
    }
    expect(status(world)).toBe('released');
    expect(world.case.followUps).toMatchObject([{ what: { en: expect.stringContaining('was executed') as string } }]);
    expect(world.events.filter((event) => event.kind === 'execution started')).toEqual([]);
  });

  it('[OF2] on the desktop it only waits: nothing starts, and nothing is said to be done', () => {
    const world = confirmedHere();
    expect(order(world, offline)).toBeNull();
    expect(status(world)).toBe('ordered');
    expect(started(world)).toBe(false);
    expect(world.events.at(-1)?.kind).toBe('execution ordered on return');
  });

  it('[OF2] with the bank silent on return it stays waiting, and is neither lost nor given back', () => {
    const world = confirmedHere();
    expect(order(world, { gateFacts: 'unknown' })).toBeNull();
    expect(status(world)).toBe('ordered');
    expect(started(world)).toBe(false);
    expect(world.do(MAKER, 'close case', { outcome: 'left' })).toBe('operation-open');
  });

  it('[OF2] [TP4] a co-sign is no approval: the ordinary order and another operation get nothing by it', () => {
    const world = confirmedHere();
    expect(world.operation().approval).toBeNull();
    expect(world.do(MAKER, 'order execution', orderOf(world, CALL))).toBe('of2-order-only');
    expect(started(world)).toBe(false);
  });

  it('[OF2] [TP1] the customer confirms after the second person has signed, never before', () => {
    const world = drafted();
    expect(submitHere(world)).toBeNull();
    expect(confirmAll(world, CALL)[0]).toBe('tp1-no-approval');
    expect(enterHere(world)).toBeNull();
    expect(confirmAll(world, CALL)[0]).toBe('tp1-no-approval');
    expect(coSignHere(world)).toBeNull();
    expect(confirmAll(world, CALL)).toEqual([]);
    refused(world, 'confirmation-incomplete');
    expect(proof(world, CALL)).toBeNull();
    expect(order(world)).toBeNull();
    expect(started(world)).toBe(true);
  });

  it('[OF2] [TP1] refuses what was confirmed on another call, and on none', () => {
    const world = confirmedHere();
    putThrough(world, 'call-2');
    refused(world, 'tp1-other-call', { callId: 'call-2' });
    refused(world, 'tp1-other-call', { callId: 'no-such-call' });
  });

  it('[OF2] [TP1] the call may be over when the centre hears of it, but not when the customer was asked', () => {
    const world = signedHere();
    // The phone system heard the end; the desktop told of the words later, as they were said before it.
    hangUp(world, CALL);
    expect(confirmAll(world, CALL)).toEqual([]);
    expect(proof(world, CALL)).toBeNull();
    expect(order(world)).toBeNull();
    expect(started(world)).toBe(true);
    const late = signedHere();
    hangUp(late, CALL);
    late.later(5);
    expect(confirmAll(late, CALL)[0]).toBe('tp1-no-call');
  });

  it('[OF2] [TP1] the confirmation may be as old when it is ordered as policy gives, however long the way to the bank', () => {
    const world = confirmedHere();
    world.later(control.kinds['early-settlement'].confirmationMinutes + 1);
    refused(world, 'tp1-confirmation-old');
  });

  it('[OF2] [TP16] a call logged by hand has no recording: policy says whether it will do', () => {
    const byHand = (): World => {
      const world = signedHere();
      world.must(MAKER, 'log call', { callId: HAND, direction: 'in', number: null, startedAt: world.now, endedAt: null });
      expect(confirmAll(world, HAND)).toEqual([]);
      expect(proof(world, HAND)).toBeNull();
      return world;
    };
    const world = byHand();
    expect(order(world, {}, { callId: HAND })).toBeNull();
    expect(last(world, 'execution started').recordingId).toBeNull();
    const strict = byHand();
    const control2 = { ...control, offline: { ...control.offline!, withoutRecording: false } };
    expect(order(strict, { control: control2 }, { callId: HAND })).toBeNull();
    expect(last(strict, 'offline order returned').code).toBe('tp16-no-recording');
  });

  it('[OF2] a call logged by hand is verified by the call it goes on from, and by no earlier one', () => {
    const world = signedHere();
    hangUp(world, CALL);
    world.later(30);
    world.must(MAKER, 'log call', { callId: HAND, direction: 'in', number: null, startedAt: world.now, endedAt: null });
    expect(confirmAll(world, HAND)[0]).toBe('verification-too-low');
  });
});

describe('what goes back on return', () => {
  it('[OF2] [TP2] [TP3] facts that changed, each named with both values', () => {
    const world = confirmedHere();
    world.plans = world.plans.map((plan) => (plan.id === 'plan-2' ? { ...plan, periodsPosted: plan.periodsPosted + 1, periodsLeft: plan.periodsLeft - 1 } : plan));
    const { changed } = goesBack(world, 'of2-facts-changed');
    expect(changed).toEqual([{ fact: 'plan.plan-2.periodsPosted', old: 6, now: 7 }]);
  });

  it('[OF2] figures that are not pinned and differ from what the reviewer typed', () => {
    const world = confirmedHere();
    // The due date hangs on the account and is no pinned fact.
    const facts = world.facts();
    const moved = { facts: { ...facts, accounts: facts.accounts.map((account) => ({ ...account, dueDate: '2026-12-24' })) }, quotes: [] };
    expect(goesBack(world, 'of2-typed-differs', { gateFacts: moved }).differs).toEqual(['dueDate']);
  });

  it('[OF2] [TP8] a reviewer\'s key that was revoked meanwhile, told by the signature or by the register', () => {
    goesBack(confirmedHere(), 'tp8-key-revoked', { signatureOf: () => ({ ok: false, code: 'tp8-key-revoked' }) });
    const world = confirmedHere();
    world.people[REVIEWER] = { ...world.people[REVIEWER]!, keys: [] };
    goesBack(world, 'tp8-key-revoked');
  });

  it('[OF2] [TP5] a reviewer who is gone, is none any more, or whose limit is lower now', () => {
    const change = (more: Partial<World['people'][string]>): World => {
      const world = confirmedHere();
      world.people[REVIEWER] = { ...world.people[REVIEWER]!, ...more };
      return world;
    };
    goesBack(change({ active: false }), 'tp5-not-entitled');
    goesBack(change({ role: 'agent' }), 'tp5-not-a-reviewer');
    goesBack(change({ limit: null }), 'tp5-not-entitled');
    goesBack(change({ limit: 1_000_000 }), 'tp5-over-limit');
  });

  it('[OF2] [TP14] a relative, of either side', () => {
    for (const who of [MAKER, REVIEWER]) {
      const world = confirmedHere();
      world.people[who] = { ...world.people[who]!, related: [CUSTOMER] };
      goesBack(world, 'tp14-related');
    }
  });

  it('[OF2] [TP6] a reviewer who has had the maker\'s figures otherwise', () => {
    const world = confirmedHere();
    world.happen({ kind: 'access granted', body: { person: REVIEWER, as: 'successor' } });
    goesBack(world, 'tp6-has-seen');
  });

  it('[OF2] [TP9] T passed: nothing is executed after it, whatever the bank says', () => {
    const world = confirmedHere();
    const { notAfter } = world.case.onReturn[OPERATION]!;
    const made = world.now;
    world.now = notAfter;
    world.state = { ...world.case, operations: { [OPERATION]: { ...world.operation(), confirmation: { ...world.operation().confirmation!, proofAt: world.now, items: Object.fromEntries(Object.entries(world.operation().confirmation!.items).map(([key, item]) => [key, { ...item, at: world.now }])) } } } };
    expect(made < notAfter).toBe(true);
    goesBack(world, 'tp9-expired');
    const silent = confirmedHere();
    silent.now = new Date(Date.parse(notAfter) - 1).toISOString();
    expect(order(silent, { gateFacts: 'unknown', control: { ...control, kinds: { ...control.kinds, 'early-settlement': { ...control.kinds['early-settlement'], confirmationMinutes: 10_000 } } } })).toBeNull();
    expect(status(silent)).toBe('ordered');
  });

  it('[OF2] [TP15] [TP2] a kind that was stopped, a policy that changed, a cap that was lowered, offline orders forbidden', () => {
    const stopped = confirmedHere();
    stopped.stoppedKinds = ['early-settlement'];
    goesBack(stopped, 'tp15-stopped');
    const changed = confirmedHere();
    changed.control = { ...control, version: 'control-2027' };
    goesBack(changed, 'tp2-policy');
    const lowered = confirmedHere();
    goesBack(lowered, 'of2-over-cap', { control: { ...control, offline: { ...control.offline!, capFen: lowered.operation().payload!.totalDueFen - 1 } } });
    const { offline: _gone, ...without } = control;
    goesBack(confirmedHere(), 'of2-over-cap', { control: without });
  });

  it('[OF2] [TP13] another open operation of the account', () => {
    const world = confirmedHere();
    world.ledger.push({ operationId: id(95), caseId: id(96), accountId: 'acct-1', kind: 'early-settlement', totalFen: 1, startedAt: world.now, open: true });
    goesBack(world, 'tp13-open-operation');
  });

  it('[OF2] what its maker withdrew meanwhile', () => {
    const world = confirmedHere();
    expect(world.do(MAKER, 'withdraw operation', { operationId: OPERATION, reason: '客户改变主意' })).toBeNull();
    goesBack(world, 'operation-not-editable');
  });

  it('[OF2] may be submitted anew, online or offline, and the old signature opens nothing', () => {
    const world = confirmedHere();
    world.stoppedKinds = ['early-settlement'];
    goesBack(world, 'tp15-stopped');
    world.stoppedKinds = [];
    refused(world, 'of2-already-ordered');
    expect(world.do(MAKER, 'submit for return', submissionHere(world, MAKER, id(702), id(703)))).toBeNull();
    expect(status(world)).toBe('submitted');
    refused(world, 'of2-not-co-signed', { approval: signedFor(REVIEWER, 'approval', world.operation().digest!) });
    expect(submit(world, id(311))).toBeNull();
    expect(world.operation().status).toBe('in-review');
  });
});

describe('what is refused like a forgery', () => {
  it('[TP7] [TP8] signatures that are none, of another purpose or digest, or that nobody looked at', () => {
    const unsigned = { ok: false, code: 'tp8-unsigned' } as const;
    refused(confirmedHere(), 'tp8-unsigned', {}, { signatureOf: () => unsigned });
    refused(confirmedHere(), 'tp8-unsigned', {}, { signature: unsigned });
    refused(confirmedHere(), 'tp8-unsigned', {}, { signatureOf: () => 'unknown' });
    refused(confirmedHere(), 'tp8-other-digest', {}, { signatureOf: (_who, { digest }) => ({ ok: true, purpose: 'tick', digest }) });
    refused(confirmedHere(), 'tp8-other-digest', {}, { signatureOf: () => ({ ok: true, purpose: 'approval', digest: 'f'.repeat(64) }) });
    refused(confirmedHere(), 'tp8-other-digest', {}, { signature: { ok: true, purpose: 'tick', digest: confirmedHere().operation().digest! } });
    const world = drafted();
    expect([submitHere(world), enterHere(world)]).toEqual([null, null]);
    expect(coSignHere(world, REVIEWER, { signatureOf: () => unsigned })).toBe('tp8-unsigned');
    expect(coSignHere(world, REVIEWER, { signatureOf: () => 'unknown' })).toBe('tp8-unsigned');
  });

  it('[TP7] an order that says anything else than was signed at the screen', () => {
    const world = confirmedHere();
    const right = orderHere(world);
    refused(world, 'tp2-digest', { digest: 'f'.repeat(64) });
    refused(world, 'tp2-digest', { notAfter: new Date(Date.parse(right.notAfter) + 1).toISOString() });
    refused(world, 'tp2-digest', { factsReadAt: new Date(Date.parse(right.factsReadAt) + 1).toISOString() });
    refused(world, 'tp2-digest', { reviewer: LEAD });
    refused(world, 'tp2-digest', { entry: { ...right.entry, lines: 2 } });
    refused(world, 'tp2-digest', { tick: signedFor(LEAD, 'tick', right.digest) });
    refused(world, 'tp2-digest', { approval: signedFor(LEAD, 'approval', right.digest) });
    refused(world, 'of2-not-submitted', { coSignId: id(777) });
    refused(world, 'tp18-keys', { keys: right.keys.slice(1) });
    refused(world, 'tp18-keys', { keys: right.keys.map((key) => ({ ...key, key: right.keys[0]!.key })) });
  });

  it('[TP5] the maker as their own second person, under whatever account', () => {
    const world = drafted();
    expect(submitHere(world)).toBeNull();
    expect(enterHere(world, rightEntry(world), MAKER)).toBe('tp5-reviewer-is-maker');
    const twice = confirmedHere();
    twice.people[REVIEWER] = { ...twice.people[REVIEWER]!, human: MAKER };
    refused(twice, 'tp5-reviewer-is-maker');
  });

  it('[OF2] nobody but the maker who has the case submits, enters, signs or orders', () => {
    const world = confirmedHere();
    expect(world.do(LEAD, 'order on return', orderHere(world), believing)).toBe('not-your-case');
    expect(world.do(LEAD, 'submit for return', submissionHere(world, LEAD))).toBe('not-your-case');
  });
});

describe('the second person at this screen', () => {
  it('[OF2] [TP6] types blind; two entries, and the second mismatch closes it', () => {
    const world = drafted();
    expect(submitHere(world)).toBeNull();
    const wrong = { ...rightEntry(world), totalDueFen: 1 };
    expect(coSignHere(world)).toBe('tp6-no-entry');
    expect(enterHere(world, wrong)).toBeNull();
    expect(coSignHere(world)).toBe('tp6-no-entry');
    expect(status(world)).toBe('submitted');
    expect(enterHere(world, wrong, LEAD)).toBeNull();
    expect(status(world)).toBe('closed');
    expect(enterHere(world)).toBe('tp6-no-more-entries');
    expect(coSignHere(world)).toBe('of2-not-submitted');
  });

  it('[OF2] [TP6] the one who typed is the one who signs, and types no more once it matches', () => {
    const world = drafted();
    expect([submitHere(world), enterHere(world, { ...rightEntry(world), lines: 9 }), enterHere(world)]).toEqual([null, null, null]);
    expect(enterHere(world)).toBe('tp6-no-more-entries');
    expect(coSignHere(world, SECOND)).toBe('tp6-no-entry');
    expect(world.do(MAKER, 'co-sign here', { operationId: OPERATION, coSignId: CO_SIGN, reviewer: REVIEWER, digest: 'f'.repeat(64), approval: signedFor(REVIEWER, 'approval', 'f'.repeat(64)) }, believing)).toBe('tp2-digest');
    expect(coSignHere(world)).toBeNull();
    expect(coSignHere(world)).toBe('of2-not-submitted');
  });

  it('[OF2] [TP2] figures that are made anew begin it anew', () => {
    const world = confirmedHere();
    const before = orderHere(world);
    expect(draft(world)).toBeNull();
    expect(tickAll(world).every((one) => one === null)).toBe(true);
    expect(world.do(MAKER, 'order on return', before, believing)).toBe('of2-not-submitted');
    expect(confirmAll(world, CALL)[0]).toBe('no-payload');
  });
});

describe('the submission', () => {
  it('[OF2] [TP9] T is the earliest of the quote\'s end, the cut-off and the hours of policy, and no later', () => {
    const world = drafted();
    const body = submissionHere(world);
    expect(body.validUntil).toBe('2026-11-23T14:00:00.000Z');
    world.later(60);
    expect(submissionHere(world).validUntil).toBe(world.operation().worksheet.cutoffAt);
    expect(world.do(MAKER, 'submit for return', { ...submissionHere(world), validUntil: '2026-11-23T15:00:00.000Z' })).toBe('tp9-too-long');
    expect(world.do(MAKER, 'submit for return', { ...submissionHere(world), validUntil: world.now })).toBe('tp9-expired');
  });

  it('[OF2] on the desktop: nothing over the cap, of a stopped kind, or where policy does not allow it', () => {
    const world = drafted();
    const total = world.operation().worksheet.totals.dueNowFen;
    const under = (capFen: number) => ({ ...control, offline: { ...control.offline!, capFen } });
    expect(submitHere(world, { ...offline, control: under(total - 1) })).toBe('of2-over-cap');
    const { offline: _gone, ...without } = control;
    expect(submitHere(world, { ...offline, control: without })).toBe('of2-not-allowed');
    expect(submitHere(world, { ...offline, control: { ...control, offline: { ...control.offline!, hours: 0 } } })).toBe('of2-not-allowed');
    expect(submitHere(world, { ...offline, stoppedKinds: ['early-settlement'] })).toBe('tp15-stopped');
    expect(submitHere(world, { ...offline, control: under(total) })).toBeNull();
  });

  it('[OF2] [TP1] [TP2] needs the whole self-check, signed for these very figures', () => {
    const world = drafted();
    const body = submissionHere(world);
    expect(world.do(MAKER, 'submit for return', { ...body, signed: signedFor(MAKER, 'tick', 'f'.repeat(64)) })).toBe('tp2-digest');
    expect(world.do(MAKER, 'submit for return', { ...body, signed: signedFor(MAKER, 'order', body.signed.digest) })).toBe('tp2-digest');
    expect(world.do(MAKER, 'submit for return', body, { signature: { ok: false, code: 'tp8-key-revoked' } })).toBe('tp8-key-revoked');
    expect(world.do(MAKER, 'tick self-check', { operationId: OPERATION, item: 'total', on: false })).toBeNull();
    expect(submitHere(world)).toBe('self-check-incomplete');
  });

  it('[OF2] is not made while an earlier one waits for the bank, nor of what is in review or executed', () => {
    const world = confirmedHere();
    expect(order(world, { gateFacts: 'unknown' })).toBeNull();
    expect(submitHere(world)).toBe('of2-already-ordered');
    const reviewed = drafted();
    expect(submit(reviewed, id(311))).toBeNull();
    expect(submitHere(reviewed)).toBe('operation-not-editable');
    const executed = confirmedHere();
    expect(order(executed)).toBeNull();
    expect(submitHere(executed)).toBe('tp4-already-started');
  });
});
