import { describe, expect, it } from 'vitest';
import { digestOf } from '#shared/operation/payload.ts';
import { gate, isOrderable, sumToday, usedKeys } from '#shared/operation/gate.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import { ControlPolicy, reviewLimit } from '#shared/review/policy.ts';
import { approved, CALL, confirmAll, confirmed, drafted, hangUp, order, orderOf, policy, proof, putThrough, REVIEW, rightEntry, signOff, submission, submit, tickAll, readFacts, draft } from '../case/path.ts';
import { control, CUSTOMER, id, keyOf, LEAD, MAKER, OPERATION, REVIEWER, signedFor, type World } from '../case/world.ts';

/** The operation as no command could make it: the gate believes nothing that it can look at itself. */
function forge(world: World, change: Partial<OperationState>): World {
  world.state = { ...world.case, operations: { ...world.case.operations, [OPERATION as string]: { ...world.operation(), ...change } } };
  return world;
}
/** A payload of other content under its own, right digest, and everything else bound to that. */
function forgePayload(world: World, change: Partial<NonNullable<OperationState['payload']>>): World {
  const operation = world.operation();
  const payload = { ...operation.payload!, ...change };
  const digest = digestOf(payload);
  return forge(world, { payload, digest, ticked: { ...operation.ticked!, digest }, approval: { ...operation.approval!, digest }, confirmation: { ...operation.confirmation!, digest } });
}
function refused(world: World, code: string, callId = CALL): void {
  expect(order(world, callId)).toBe(code);
  expect(world.operation().execution).toBeNull();
}
const withKind = (world: World, change: Partial<typeof policy>): World => {
  world.control = { ...world.control, kinds: { ...world.control.kinds, 'early-settlement': { ...world.control.kinds['early-settlement'], ...change } } };
  return world;
};
/** A small one, without a reviewer, as far as everything that the order needs. */
function small(): World {
  const world = drafted(['plan-3']);
  expect(submit(world, REVIEW)).toBeNull();
  expect(confirmAll(world, CALL)).toEqual([]);
  expect(proof(world, CALL)).toBeNull();
  return world;
}

describe('the gate, clause by clause: the maker', () => {
  it('[TP7] unknown operations, and those of somebody else, are not ordered', () => {
    const world = confirmed();
    expect(world.do(MAKER, 'order execution', { ...orderOf(world, CALL), operationId: id(999) })).toBe('operation-unknown');
    expect(world.do(LEAD, 'order execution', orderOf(world, CALL))).toBe('not-the-maker');
    refused(forge(confirmed(), { maker: REVIEWER }), 'not-the-maker');
    const moved = confirmed();
    moved.state = { ...moved.case, owner: LEAD };
    refused(moved, 'not-the-maker');
  });

  it('[TP8] no tick, a tick over other figures, and somebody else\'s tick are none', () => {
    refused(forge(confirmed(), { ticked: null }), 'tp8-no-tick');
    const world = confirmed();
    refused(forge(world, { ticked: { ...world.operation().ticked!, digest: 'a'.repeat(64) } }), 'tp8-no-tick');
    const other = confirmed();
    refused(forge(other, { ticked: { ...other.operation().ticked!, by: REVIEWER } }), 'tp8-no-tick');
  });

  it('[TP8] a tick by a key that was revoked since does not stand; a new one by a valid key does', () => {
    const world = confirmed();
    world.people[MAKER]!.keys = ['e'.repeat(64)];
    refused(world, 'tp8-key-revoked');
    const { digest } = world.operation();
    const signed = { ...signedFor(MAKER, 'tick', digest!), personKey: 'e'.repeat(64) };
    expect(world.do(MAKER, 'sign self-check', { operationId: OPERATION, digest: digest!, signed })).toBeNull();
    expect(order(world, CALL)).toBeNull();
  });

  it('[TP8] the order itself is signed, as an order, for this digest', () => {
    const world = confirmed();
    const { digest } = world.operation();
    const body = orderOf(world, CALL);
    expect(world.do(MAKER, 'order execution', body, { signature: { ok: false, code: 'tp8-workstation' } })).toBe('tp8-workstation');
    expect(world.do(MAKER, 'order execution', body, { signature: { ok: true, purpose: 'approval', digest: digest! } })).toBe('tp8-other-digest');
    expect(world.do(MAKER, 'order execution', body, { signature: { ok: true, purpose: 'order', digest: 'b'.repeat(64) } })).toBe('tp8-other-digest');
    expect(world.do(MAKER, 'order execution', body)).toBeNull();
  });

  it('[TP17] a self-check is signed by the maker of the payload, for its digest, as a tick, and not after the order', () => {
    const world = confirmed();
    const { digest } = world.operation();
    const body = { operationId: OPERATION, digest: digest!, signed: signedFor(MAKER, 'tick', digest!) };
    expect(world.do(LEAD, 'sign self-check', body)).toBe('not-your-case');
    expect(world.do(MAKER, 'sign self-check', { ...body, operationId: id(999) })).toBe('operation-unknown');
    expect(world.do(MAKER, 'sign self-check', { ...body, digest: 'a'.repeat(64) })).toBe('tp2-digest');
    expect(world.do(MAKER, 'sign self-check', { ...body, signed: signedFor(MAKER, 'tick', 'a'.repeat(64)) })).toBe('tp2-digest');
    expect(world.do(MAKER, 'sign self-check', body, { signature: { ok: true, purpose: 'order', digest: digest! } })).toBe('tp8-other-digest');
    expect(signOff(forgePayload(confirmed(), { maker: REVIEWER }), MAKER)).toBe('not-the-maker');
    expect(signOff(drafted(), MAKER, 'a'.repeat(64))).toBe('no-payload');
    expect(order(world, CALL)).toBeNull();
    expect(world.do(MAKER, 'sign self-check', body)).toBe('tp4-already-started');
  });

  it('[TP1] a self-check item that the policy in force asks for and the maker did not tick', () => {
    const world = withKind(confirmed(), { selfCheck: [...policy.selfCheck, { id: 'new', text: { zh: '新', en: 'new' } }] });
    refused(world, 'self-check-incomplete');
  });
});

describe('the gate, clause by clause: the payload', () => {
  it('[TP2] nothing without a payload or a digest', () => {
    const none = confirmed();
    const body = orderOf(none, CALL);
    forge(none, { payload: null });
    expect(none.do(MAKER, 'order execution', body)).toBe('no-payload');
    const undigested = forge(confirmed(), { digest: null });
    expect(undigested.do(MAKER, 'order execution', body)).toBe('no-payload');
  });

  it.each([['maker', { maker: REVIEWER }], ['operation', { operationId: id(999) }], ['case', { caseId: id(998) }]] as const)('[TP2] a payload that names another %s is not this one\'s, whatever its digest', (_what, change) => {
    refused(forgePayload(confirmed(), change), 'tp2-digest');
  });

  it('[TP2] the stored digest, the ordered one and the payload\'s own are one', () => {
    const stored = confirmed();
    forge(stored, { digest: 'a'.repeat(64) });
    expect(stored.do(MAKER, 'order execution', { ...orderOf(stored, CALL), digest: 'a'.repeat(64) })).toBe('tp2-digest');
    expect(stored.do(MAKER, 'order execution', { ...orderOf(stored, CALL), digest: digestOf(stored.operation().payload!) })).toBe('tp2-digest');
    const world = confirmed();
    expect(world.do(MAKER, 'order execution', { ...orderOf(world, CALL), digest: 'a'.repeat(64) })).toBe('tp2-digest');
  });

  it('[TP9] at the very instant of validUntil it is over, a millisecond before it is not', () => {
    const world = confirmed();
    world.now = world.operation().payload!.validUntil;
    refused(world, 'tp9-expired');
    world.now = new Date(Date.parse(world.now) - 1).toISOString();
    expect(order(world, CALL)).toBeNull();
  });

  it('[TP15] a kind that was stopped starts no execution and no request; another kind\'s stop does not matter', () => {
    const world = confirmed();
    world.stoppedKinds = ['refund'];
    const stopped = confirmed();
    stopped.stoppedKinds = ['early-settlement'];
    refused(stopped, 'tp15-stopped');
    expect(order(world, CALL)).toBeNull();
    const request = drafted();
    request.stoppedKinds = ['early-settlement'];
    expect(submit(request, REVIEW)).toBe('tp15-stopped');
    // A desktop does not know: it sends, and the server judges.
    expect(request.do(MAKER, 'submit for review', submission(request, REVIEW), { stoppedKinds: 'unknown' })).toBeNull();
  });

  it('[TP18] one key a line, for these lines and no other', () => {
    const world = confirmed();
    const good = orderOf(world, CALL);
    const other = { ...good, keys: good.keys.map((key, index) => (index === 0 ? { ...key, lineId: id(999) } : key)) };
    expect(world.do(MAKER, 'order execution', other)).toBe('tp18-keys');
    expect(world.do(MAKER, 'order execution', { ...good, keys: [...good.keys, { lineId: id(999), key: id(998) }] })).toBe('tp18-keys');
    expect(world.do(MAKER, 'order execution', { ...good, keys: [...good.keys, { lineId: good.keys[0]!.lineId, key: id(998) }] })).toBe('tp18-keys');
  });

  it('[TP4] a key that the case has sent the bank for anything is never sent again', () => {
    const world = confirmed();
    const good = orderOf(world, CALL);
    world.must(MAKER, 'stop card', { stopId: id(704), key: good.keys[1]!.key, cardId: 'card-1', stop: 'lock', reportedAt: world.now, lostAt: null, callId: CALL, customerWords: 'x', recordingOffset: null });
    world.must(MAKER, 'record manual stop', { stopId: id(706), cardId: null, channel: 'duty-phone', receipt: '', person: '', inForceAt: null, reportedAt: world.now, toldNotInForce: true });
    expect(usedKeys(world.case)).toEqual([good.keys[1]!.key]);
    expect(world.do(MAKER, 'order execution', good)).toBe('tp4-key-used');
    expect(world.do(MAKER, 'order execution', orderOf(world, CALL, 600))).toBeNull();
    expect(usedKeys(world.case)).toHaveLength(4);
  });
});

describe('the gate, clause by clause: the approval', () => {
  it('[TP2] an approval of other figures is none', () => {
    const world = confirmed();
    refused(forge(world, { approval: { ...world.operation().approval!, digest: 'a'.repeat(64) } }), 'tp2-digest');
  });

  it('[TP8] an approval by a key that was revoked since, or by none, does not stand', () => {
    const world = confirmed();
    world.people[REVIEWER]!.keys = [];
    refused(world, 'tp8-key-revoked');
    world.people[REVIEWER]!.keys = [keyOf(REVIEWER)];
    refused(forge(world, { approval: { ...world.operation().approval!, keys: [keyOf(LEAD)] } }), 'tp8-key-revoked');
  });

  it('[TP5] somebody whom nobody knows approved nothing', () => {
    const world = confirmed();
    refused(forge(world, { approval: { ...world.operation().approval!, by: [id(777)], keys: [keyOf(id(777))] } }), 'tp5-not-entitled');
  });

  it('[TP5] the lower of the person\'s and the role\'s limit counts, to the fen', () => {
    const total = confirmed().operation().payload!.totalDueFen;
    refused(withKind(confirmed(), { reviewLimitFen: { mentor: total - 1, lead: 900_000_000 } }), 'tp5-over-limit');
    refused(withKind(confirmed(), { reviewLimitFen: { lead: 900_000_000 } }), 'tp5-not-entitled');
    expect(order(withKind(confirmed(), { reviewLimitFen: { mentor: total } }), CALL)).toBeNull();
    const own = confirmed();
    own.people[REVIEWER]!.limit = total;
    expect(order(own, CALL)).toBeNull();
    const entitlements = { reviewLimitFen: { 'early-settlement': 500 } };
    expect(reviewLimit(policy, 'early-settlement', { role: 'mentor', entitlements })).toBe(500);
    expect(reviewLimit(policy, 'refund', { role: 'mentor', entitlements })).toBeUndefined();
    expect(reviewLimit(policy, 'early-settlement', { role: 'agent', entitlements })).toBeUndefined();
  });

  it.each(['agent', 'quality', 'risk', 'admin'] as const)('[TP5] [PR3] a reviewer who is %s now is none, even where policy gives that role a limit', (role) => {
    const world = withKind(confirmed(), { reviewLimitFen: { mentor: 900_000_000, [role]: 900_000_000 } });
    world.people[REVIEWER]!.role = role;
    refused(world, 'tp5-not-entitled');
  });

  it('[TP9] [TP1] returned, withdrawn and void operations are not ordered even with an approval', () => {
    for (const status of ['returned', 'withdrawn', 'void', 'in-review'] as const) {
      refused(forge(confirmed(), { status }), 'operation-not-editable');
      expect(isOrderable({ ...confirmed().operation(), status })).toBe(false);
    }
  });
});

describe('the gate, clause by clause: the confirmation', () => {
  it('[TP1] none, one of other figures, and one with an item or the typed figures missing', () => {
    refused(forge(confirmed(), { confirmation: null }), 'confirmation-incomplete');
    const world = confirmed();
    const confirmation = world.operation().confirmation!;
    refused(forge(world, { confirmation: { ...confirmation, digest: 'a'.repeat(64) } }), 'confirmation-incomplete');
    refused(forge(world, { confirmation: { ...confirmation, proofAt: null } }), 'confirmation-incomplete');
    const { 'eye:total': _gone, ...items } = confirmation.items;
    refused(forge(world, { confirmation: { ...confirmation, items } }), 'confirmation-incomplete');
    refused(forge(world, { confirmation: { ...confirmation, callId: 'call-9' } }), 'tp1-other-call');
    forge(world, { confirmation });
    refused(withKind(world, { consent: [...policy.consent, { id: 'new', text: { zh: '新', en: 'new' } }] }), 'confirmation-incomplete');
  });

  it('[TP1] the oldest of its parts counts: against the approval and against the minutes', () => {
    const before = confirmed();
    const { approval, confirmation } = before.operation();
    const earlier = new Date(Date.parse(approval!.at) - 1).toISOString();
    refused(forge(before, { confirmation: { ...confirmation!, items: { ...confirmation!.items, 'eye:total': { ...confirmation!.items['eye:total']!, at: earlier } } } }), 'tp1-before-approval');
    refused(forge(confirmed(), { confirmation: { ...confirmation!, proofAt: earlier } }), 'tp1-before-approval');
    const still = withKind(confirmed(), { confirmationMinutes: 5 });
    still.later(5);
    expect(order(still, CALL)).toBeNull();
    const old = withKind(confirmed(), { confirmationMinutes: 5 });
    old.later(5 + 1 / 60);
    refused(old, 'tp1-confirmation-old');
    // Without an approval there is nothing that it must come after.
    const low = withKind(small(), { confirmationMinutes: 5 });
    low.later(5);
    expect(order(low, CALL)).toBeNull();
  });

  it('[TP16] whether a recording is asked for is policy', () => {
    const without = (world: World): World => {
      world.state = { ...world.case, calls: { [CALL]: world.case.calls[CALL]!.map((event) => ({ ...event, recordingId: undefined })) as never } };
      return world;
    };
    refused(without(confirmed()), 'tp16-no-recording');
    const world = withKind(without(confirmed()), { recordingRequired: false });
    expect(order(world, CALL)).toBeNull();
    expect(world.events.findLast((event) => event.kind === 'execution started')!.body).toMatchObject({ recordingId: null, callId: CALL });
  });

  it('[TP1] [CT6] a call logged by hand is a claim while the phones can be heard, whatever policy says of recordings', () => {
    const hand = `hand-${id(97)}`;
    const logged = (joinedTo: string | null): World => {
      const world = withKind(confirmed(), { recordingRequired: false });
      const operation = world.operation();
      world.state = {
        ...world.case,
        handCalls: { [hand]: { callId: hand, direction: 'in', number: null, startedAt: world.now, endedAt: null, by: world.case.owner!, joinedTo } as never },
        operations: { ...world.case.operations, [OPERATION]: { ...operation, confirmation: { ...operation.confirmation!, callId: hand } } },
      };
      return world;
    };
    refused(logged(null), 'tp1-no-call', hand);
    expect(order(logged(CALL), hand)).toBeNull();
  });

  it('[TP16] the recording and the facts that were read are named in the event', () => {
    const world = confirmed();
    order(world, CALL);
    expect(world.events.findLast((event) => event.kind === 'execution started')!.body).toMatchObject({
      recordingId: `rec-${CALL}`, factsReadAt: world.now, highValue: true, breakGlass: false, approvedBy: [REVIEWER], reviewId: REVIEW, signed: { purpose: 'order' },
    });
    const low = small();
    order(low, CALL);
    expect(low.events.findLast((event) => event.kind === 'execution started')!.body).toMatchObject({ highValue: false, approvedBy: [], breakGlass: false, reviewId: null });
  });
});

describe('the gate, clause by clause: the day and the account', () => {
  const entry = { operationId: id(99), caseId: id(98), accountId: 'acct-1', kind: 'early-settlement', totalFen: 1, startedAt: '2026-11-23T01:00:00.000Z', open: true };

  it('[TP13] an open operation of this account and kind bars; a closed one, another account, another kind and this very one do not', () => {
    for (const harmless of [{ ...entry, open: false }, { ...entry, accountId: 'acct-2' }, { ...entry, kind: 'refund' }, { ...entry, operationId: OPERATION }]) {
      const world = confirmed();
      world.ledger.push(harmless);
      expect(order(world, CALL)).toBeNull();
    }
    const world = confirmed();
    world.ledger.push(entry);
    refused(world, 'tp13-open-operation');
  });

  it('[TP13] the sum counts the kind, the civil day, and not the operation itself', () => {
    const world = small();
    world.ledger.push(
      { ...entry, open: false, totalFen: 10 }, { ...entry, open: false, kind: 'refund', totalFen: 100 }, { ...entry, operationId: OPERATION, totalFen: 1_000 },
      { ...entry, operationId: id(96), open: false, startedAt: '2026-11-22T15:59:59.999Z', totalFen: 10_000 }, { ...entry, operationId: id(95), open: false, startedAt: '2026-11-22T16:00:00.000Z', totalFen: 100_000 },
    );
    expect(sumToday(world.operation(), world.context(MAKER))).toBe(100_010);
    expect(sumToday(world.operation(), world.context(MAKER, { ledger: 'unknown' }))).toBe(0);
  });

  it('[TP13] so many lines are high value, whatever the sum; at the very sum two people are needed', () => {
    refused(withKind(small(), { highValueFromLines: 1 }), 'tp1-no-approval');
    const total = small().operation().payload!.totalDueFen;
    refused(withKind(small(), { highValueFromFen: total }), 'tp1-no-approval');
    expect(order(withKind(small(), { highValueFromFen: total + 1 }), CALL)).toBeNull();
  });

  it('[TP14] a maker who became a relative, and only a relative of this customer', () => {
    const world = confirmed();
    world.people[MAKER]!.related.push('cust-9');
    const related = confirmed();
    related.people[MAKER]!.related.push(CUSTOMER);
    refused(related, 'tp14-related');
    expect(order(world, CALL)).toBeNull();
  });

  it('[TP1] the callback that was promised is kept by the call on which it was confirmed, and by no other', () => {
    const world = drafted();
    world.must(MAKER, 'promise callback', { promiseId: id(520), from: '2026-11-23T03:00:00.000Z', to: '2026-11-23T05:00:00.000Z', secondFrom: null, secondTo: null, note: '', operationId: null });
    submit(world, REVIEW);
    world.must(REVIEWER, 'take review', { reviewId: REVIEW });
    readFacts(world, REVIEWER, 'review');
    world.must(REVIEWER, 'store blind entry', { reviewId: REVIEW, entry: rightEntry(world) });
    world.must(REVIEWER, 'approve review', { reviewId: REVIEW, digest: world.operation().digest!, signed: signedFor(REVIEWER, 'approval', world.operation().digest!) });
    world.happen({ kind: 'callback tried', body: { promiseId: id(520), callId: 'another' } });
    confirmAll(world, CALL);
    proof(world, CALL);
    const other = structuredClone(world.case);
    order(world, CALL);
    expect(world.case.promises[0]!.status).toBe('open');
    world.state = other;
    world.ledger.length = 0;
    world.happen({ kind: 'callback tried', body: { promiseId: id(520), callId: CALL } });
    expect(order(world, CALL)).toBeNull();
    expect(world.case.promises[0]!.status).toBe('kept');
  });

  it('[TP3] the gate adds nothing of its own: asked twice with the same, it answers the same', () => {
    const world = confirmed();
    const context = world.context(MAKER, { signature: { ok: true, purpose: 'order', digest: world.operation().digest! } });
    expect(gate(world.case, orderOf(world, CALL), context)).toEqual(gate(world.case, orderOf(world, CALL), context));
    hangUp(world, CALL);
    putThrough(world, 'call-2');
    expect(gate(world.case, orderOf(world, CALL), context)).toMatchObject({ refusal: { code: 'tp1-no-call' } });
  });
});

describe('what a submission is judged by', () => {
  it('[TP2] [TP8] its digest is what the server makes, its purpose a tick, its signature for both', () => {
    const world = drafted();
    const right = submission(world, REVIEW);
    expect(world.do(MAKER, 'submit for review', { ...right, nonce: id(301) })).toBe('tp2-digest');
    expect(world.do(MAKER, 'submit for review', { ...right, signed: { ...right.signed, purpose: 'approval' } })).toBe('tp2-digest');
    expect(world.do(MAKER, 'submit for review', right, { signature: { ok: false, code: 'tp8-key-unknown' } })).toBe('tp8-key-unknown');
    expect(world.do(MAKER, 'submit for review', right, { signature: { ok: true, purpose: 'tick', digest: 'a'.repeat(64) } })).toBe('tp8-other-digest');
    expect(world.do(MAKER, 'submit for review', right)).toBeNull();
    expect(world.operation().ticked).toMatchObject({ by: MAKER, key: keyOf(MAKER), digest: right.signed.digest });
  });

  it('[TP9] no longer than policy gives, five seconds for the desk\'s clock apart, and not in the past', () => {
    const at = (world: World, ms: number) => {
      const right = submission(world, REVIEW);
      return world.do(MAKER, 'submit for review', { ...right, validUntil: new Date(Date.parse(right.validUntil) + ms).toISOString() });
    };
    // With another validity the digest is another: only what is too long is told as such.
    expect(at(drafted(), 5_001)).toBe('tp9-too-long');
    expect(at(drafted(), 5_000)).toBe('tp2-digest');
    expect(at(drafted(), -policy.validMinutesOnLine * 60_000)).toBe('tp9-expired');
    expect(at(drafted(), -policy.validMinutesOnLine * 60_000 + 1)).toBe('tp2-digest');
  });

  it('[TP9] withdrawing, correcting and drafting anew each void what was approved', () => {
    const withdrawn = approved();
    withdrawn.must(MAKER, 'withdraw review', { reviewId: REVIEW });
    expect(withdrawn.operation()).toMatchObject({ status: 'draft', approval: null, reviewId: null });
    const corrected = approved();
    readFacts(corrected, MAKER, 'worksheet');
    expect(draft(corrected)).toBeNull();
    expect(corrected.operation()).toMatchObject({ status: 'draft', approval: null, payload: null, ticked: null, selfCheck: {} });
    expect(tickAll(corrected)).not.toContain('not-the-maker');
  });
});

describe('policy as data', () => {
  const issues = (value: unknown): string[] => {
    const parsed = ControlPolicy.safeParse(value);
    return parsed.success ? [] : parsed.error.issues.map((issue) => issue.message);
  };
  it('[TP2] every fact that the law pins must be pinned of a settlement, one by one', () => {
    for (const fact of policy.pinned) {
      const kinds = { ...control.kinds, 'early-settlement': { ...policy, pinned: policy.pinned.filter((one) => one !== fact) } };
      expect(issues({ ...control, kinds })).toEqual([`${fact} must be pinned (TP2)`]);
    }
    expect(issues(control)).toEqual([]);
  });

  it('[TP6] there is no kind whose total is not typed blind', () => {
    for (const kind of Object.keys(control.kinds) as (keyof typeof control.kinds)[]) {
      const one = control.kinds[kind];
      const kinds = { ...control.kinds, [kind]: { ...one, keyFigures: ['lines'] } };
      expect(issues({ ...control, kinds })).toEqual(['the total must be typed blind (TP6)']);
      expect(issues({ ...control, kinds: { ...control.kinds, [kind]: { ...one, keyFigures: [] } } })).not.toEqual([]);
    }
  });
});
