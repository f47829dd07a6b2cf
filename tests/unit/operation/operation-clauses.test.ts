/** The maker's own commands, clause by clause; what mutation testing found untested (docs/mutation.md). */
import { describe, expect, it } from 'vitest';
import type { CommandBody } from '#shared/case/commands.ts';
import { openCallOf, ownCallOf } from '#shared/operation/call-of.ts';
import { confirmationGap, confirmationItems } from '#shared/operation/confirmation.ts';
import { foldLedger } from '#shared/operation/ledger.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import { bookOrderOf, openLines, recordOutcome } from '#shared/operation/outcome.ts';
import { tidyReference } from '#shared/operation/reference.ts';
import { draftPlain, onTheLine, PlainWorld, PURCHASE } from './plain-path.ts';
import { approved, CALL, confirmAll, confirmed, draft, drafted, hangUp, order, policy, proof, putThrough, readFacts, REVIEW, submission, submit, verify } from '../case/path.ts';
import { CASE, COLLEAGUE, CUSTOMER, id, MAKER, OPERATION, REVIEWER, signedFor, World } from '../case/world.ts';

const SECOND_ONE = id(92);
const NOWHERE = id(999);
const forge = (world: World, change: Partial<OperationState>, operationId = OPERATION): World => {
  world.state = { ...world.case, operations: { ...world.case.operations, [operationId]: { ...world.operation(operationId), ...change } } };
  return world;
};
const executing = (): World => {
  const world = confirmed();
  expect(order(world, CALL)).toBeNull();
  return world;
};
const firstLine = (world: World) => world.operation().execution!.lines[0]!;
const book = (world: World, line = 0): void => {
  const { lineId, key } = world.operation().execution!.lines[line]!;
  world.happen({ kind: 'line booked', body: { operationId: OPERATION, lineId, key, receipt: 'R', effectiveAt: world.now, postsOn: '2026-11-24' } });
};
const typeIn = (world: World, change: Partial<CommandBody<'type in proof'>> = {}): string | null => {
  const payload = world.operation().payload!;
  return world.do(MAKER, 'type in proof', { operationId: OPERATION, callId: CALL, typedFen: payload.totalDueFen, typedLines: payload.lines.length, typedLastFour: payload.cardLastFour, ...change });
};
const confirmItem = (world: World, item = 'total', part: 'eye' | 'heart' = 'eye'): string | null =>
  world.do(MAKER, 'confirm item', { operationId: OPERATION, part, item, agrees: true, callId: CALL, customerWords: '是的', recordingOffset: 1 });

describe('drafting', () => {
  it('[TP1] is done by who has the case, for an identified customer, from facts of one\'s own', () => {
    expect(draft(drafted(), COLLEAGUE)).toBe('not-your-case');
    const nobody = new World();
    putThrough(nobody, CALL);
    expect(draft(nobody)).toBe('customer-not-identified');
    nobody.happen({ kind: 'customer identified', body: { customerId: CUSTOMER, how: 'number' } });
    expect(draft(nobody)).toBe('customer-not-identified');
    readFacts(nobody, COLLEAGUE, 'worksheet');
    expect(draft(nobody)).toBe('customer-not-identified');
    const unidentified = drafted();
    unidentified.state = { ...unidentified.case, customerId: null };
    expect(draft(unidentified)).toBe('customer-not-identified');
  });

  it('[TP18] what was executed is frozen; a new operation takes up no plan that is booked, on its way or in doubt', () => {
    const world = executing();
    expect(draft(world)).toBe('tp18-frozen');
    expect(draft(world, MAKER, ['plan-1'], SECOND_ONE)).toBe('worksheet-open-operation');
    for (const [status, code] of [['booked', 'worksheet-open-operation'], ['in-doubt', 'worksheet-open-operation'], ['refused', null], ['free', null]] as const) {
      const { execution } = world.operation();
      const other = forge(executing(), { execution: { ...execution!, lines: execution!.lines.map((line, index) => (index === 0 ? { ...line, status } : { ...line, status: 'booked' as const })) } });
      expect(draft(other, MAKER, ['plan-1'], SECOND_ONE)).toBe(code);
      expect(draft(other, MAKER, ['plan-2'], SECOND_ONE)).toBe('worksheet-open-operation');
    }
  });

  it('[TP13] a plan that is in review or approved in another operation is in no second one; a draft does not bar', () => {
    const world = drafted(['plan-1', 'plan-2']);
    expect(draft(world, MAKER, ['plan-1'], SECOND_ONE)).toBeNull();
    submit(world, REVIEW);
    expect(draft(world, MAKER, ['plan-2'], SECOND_ONE)).toBe('worksheet-open-operation');
    expect(draft(world, MAKER, ['plan-3'], SECOND_ONE)).toBeNull();
    expect(draft(approved(), MAKER, ['plan-1'], SECOND_ONE)).toBe('worksheet-open-operation');
  });

  it('[ES-9] the bank\'s own figure must be there, and each line that differs from it is named', () => {
    const read = (change: (quotes: ReturnType<World['quotes']>) => ReturnType<World['quotes']>): World => {
      const world = drafted();
      world.happen({ kind: 'facts read', body: { purpose: 'worksheet', for: MAKER, facts: world.facts(), quotes: change(world.quotes()), underWay: [], recentCalls: [] } });
      return world;
    };
    expect(draft(read(() => []))).toBe('worksheet-unquoted');
    const off = read((quotes) => quotes.filter((one) => one.planId !== 'plan-3').map((one) => (one.planId === 'plan-2' ? { ...one, dueNowFen: one.dueNowFen + 1 } : one)));
    expect(draft(off)).toBeNull();
    const ours = off.operation().worksheet.lines.map((line) => line.dueNowFen);
    expect(off.operation().worksheet.mismatches).toEqual([{ lineId: id(201), oursFen: ours[1], bankFen: ours[1]! + 1 }, { lineId: id(202), oursFen: ours[2], bankFen: null }]);
    expect(submit(off, REVIEW)).toBe('worksheet-mismatch');
    expect(draft(drafted(), MAKER, ['plan-9'])).toBe('worksheet-plan-unknown');
  });

  it('[TP9] drafting anew closes the request that is out, and voids nothing where nothing stands', () => {
    const world = drafted();
    submit(world, REVIEW);
    expect(draft(world)).toBeNull();
    expect(world.events.findLast((event) => event.kind === 'review closed')?.body).toEqual({ reviewId: REVIEW, reason: 'operation-changed' });
    const before = world.events.length;
    draft(world);
    expect(world.events.slice(before).map((event) => event.kind)).toEqual(['worksheet drafted']);
    const fresh = new World();
    putThrough(fresh, CALL);
    readFacts(fresh, MAKER, 'worksheet');
    draft(fresh);
    expect(fresh.operation().noteToReviewer).toBe('');
  });
});

describe('self-check and submission', () => {
  it('[TP1] is the maker\'s, of an item that policy has, while the operation may be edited', () => {
    const tick = (world: World, item = policy.selfCheck[0]!.id, by = MAKER): string | null => world.do(by, 'tick self-check', { operationId: OPERATION, item, on: true });
    expect(tick(drafted(), 'nothing')).toBe('self-check-unknown');
    expect(tick(forge(drafted(), { maker: COLLEAGUE }))).toBe('not-the-maker');
    expect(tick(drafted(), policy.selfCheck[0]!.id, COLLEAGUE)).toBe('not-your-case');
    expect(tick(approved())).toBe('operation-not-editable');
    expect([tick(forge(drafted(), { status: 'returned' })), tick(forge(drafted(), { status: 'void' }))]).toEqual([null, null]);
  });

  it('[TP4] [TP6] what was returned or voided is submitted anew, under a request of its own; what is in review or ordered is not', () => {
    expect(submit(forge(drafted(), { status: 'returned' }), REVIEW)).toBeNull();
    expect(submit(forge(drafted(), { status: 'void' }), REVIEW)).toBeNull();
    const world = drafted();
    submit(world, REVIEW);
    expect(submit(world, id(311), MAKER, id(301))).toBe('operation-not-editable');
    world.must(REVIEWER, 'take review', { reviewId: REVIEW });
    world.must(REVIEWER, 'return review', { reviewId: REVIEW, reason: 'other', whatToDo: 'x' });
    expect(submit(world, REVIEW, MAKER, id(301))).toBe('review-not-open');
    expect(submit(world, id(311), MAKER, id(301))).toBeNull();
    expect(submit(executing(), id(311), MAKER, id(301))).toBe('tp4-already-started');
    expect(submit(forge(drafted(), { maker: COLLEAGUE }), REVIEW)).toBe('not-the-maker');
  });

  it('[TP6] the request names when the customer is called back, where each plan was said, and whether principals are asked', () => {
    const promised = (): World => {
      const world = drafted();
      world.must(MAKER, 'promise callback', { promiseId: id(520), from: '2026-11-23T03:00:00.000Z', to: '2026-11-23T05:00:00.000Z', secondFrom: null, secondTo: null, note: '', operationId: null });
      return world;
    };
    const waits = (world: World, how: 'on-line' | 'callback'): string | null => world.do(MAKER, 'submit for review', submission(world, REVIEW, MAKER, id(300), OPERATION, how));
    const called = promised();
    expect(waits(called, 'callback')).toBeNull();
    expect(called.case.reviews[REVIEW]).toMatchObject({ promisedTo: '2026-11-23T05:00:00.000Z', principalsAsked: 3 <= policy.principalsUpToLines });
    const here = promised();
    waits(here, 'on-line');
    expect(here.case.reviews[REVIEW]!.promisedTo).toBeNull();
    expect(waits(drafted(), 'callback')).toBe('no-promise');
    const kept = promised();
    kept.state = { ...kept.case, promises: kept.case.promises.map((one) => ({ ...one, status: 'kept' as const })) };
    expect(waits(kept, 'callback')).toBe('no-promise');
    for (const [keyFigures, upTo, asked] of [[policy.keyFigures, 3, true], [policy.keyFigures, 2, false], [['total'], 3, false]] as const) {
      const world = drafted();
      world.control = { ...world.control, kinds: { ...world.control.kinds, 'early-settlement': { ...policy, keyFigures: [...keyFigures], principalsUpToLines: upTo } } };
      submit(world, REVIEW);
      expect(world.case.reviews[REVIEW]!.principalsAsked).toBe(asked && keyFigures.some((one) => one === 'principals'));
    }
  });

  it('[TP17] signing for figures that were taken over needs figures', () => {
    const sign = (world: World): string | null => world.do(MAKER, 'sign self-check', { operationId: OPERATION, digest: 'a'.repeat(64), signed: signedFor(MAKER, 'tick', 'a'.repeat(64)) });
    expect(sign(drafted())).toBe('no-payload');
    expect(sign(executing())).toBe('tp4-already-started');
  });

  it('[TP9] what is withdrawn takes its request with it, and what was ordered is not withdrawn', () => {
    const withdraw = (world: World): string | null => world.do(MAKER, 'withdraw operation', { operationId: OPERATION, reason: '' });
    for (const [world, kinds] of [[drafted(), ['operation withdrawn']], [approved(), ['review withdrawn', 'operation withdrawn']]] as const) {
      const before = world.events.length;
      expect(withdraw(world)).toBeNull();
      expect(world.events.slice(before).map((event) => event.kind)).toEqual(kinds);
    }
    expect(withdraw(executing())).toBe('tp9-too-late');
  });
});

describe('the confirmation', () => {
  it('[TP1] needs a payload, time, a call that is on, and an item that there is; and nothing that was ordered', () => {
    expect(confirmItem(drafted())).toBe('no-payload');
    expect(confirmItem(forge(approved(), { digest: null }))).toBe('no-payload');
    expect(confirmItem(executing())).toBe('tp4-already-started');
    expect(confirmItem(approved(), 'nothing')).toBe('confirmation-unknown-item');
    const late = approved();
    expect(confirmItem(forge(late, { payload: { ...late.operation().payload!, validUntil: late.now } }))).toBe('tp9-expired');
    const over = approved();
    hangUp(over, CALL);
    expect(confirmItem(over)).toBe('tp1-no-call');
    const unverified = approved();
    verify(unverified, CALL, 2);
    unverified.state = { ...unverified.case, verification: {} };
    expect(confirmItem(unverified)).toBe('verification-too-low');
  });

  it('[TP1] each of the three typed figures counts; the second miss empties the confirmation, the third voids the approval', () => {
    const ready = (): World => {
      const world = approved();
      expect(confirmAll(world, CALL)).toEqual([]);
      return world;
    };
    for (const wrong of [{ typedFen: 1 }, { typedLines: 9 }, { typedLastFour: '9999' }]) {
      const world = ready();
      expect(typeIn(world, wrong)).toBeNull();
      expect(world.operation().confirmation).toMatchObject({ proofAt: null, failedProofs: 1 });
      expect(Object.keys(world.operation().confirmation!.items)).not.toEqual([]);
      expect(typeIn(world)).toBeNull();
      expect(world.operation().confirmation!.proofAt).toBe(world.now);
    }
    const world = ready();
    typeIn(world, { typedFen: 1 });
    typeIn(world, { typedFen: 1 });
    expect(world.operation().confirmation).toMatchObject({ items: {}, failedProofs: 2 });
    expect(typeIn(world)).toBe('confirmation-incomplete');
    expect(confirmAll(world, CALL)).toEqual([]);
    expect(world.operation().approval).not.toBeNull();
    typeIn(world, { typedFen: 1 });
    expect(world.operation()).toMatchObject({ status: 'void', approval: null, voided: { reason: 'proof-failed', changed: [] } });
  });

  it('[TP1] a proof of other figures, or of another call, proves nothing of these', () => {
    const { digest } = approved().operation();
    for (const [callId, other] of [['call-9', digest!], [CALL, 'a'.repeat(64)]] as const) {
      const world = approved();
      confirmAll(world, CALL);
      world.happen({ kind: 'proof typed', body: { operationId: OPERATION, callId, digest: other, ok: true } });
      expect(world.operation().confirmation!.proofAt).toBeNull();
    }
    const none = approved();
    none.happen({ kind: 'proof typed', body: { operationId: OPERATION, callId: CALL, digest: digest!, ok: true } });
    expect(none.operation().confirmation).toBeNull();
  });

  it('[TP1] on another call the confirmation starts afresh', () => {
    const world = confirmed();
    hangUp(world, CALL);
    putThrough(world, 'call-2');
    verify(world, 'call-2');
    world.must(MAKER, 'confirm item', { operationId: OPERATION, part: 'eye', item: 'total', agrees: true, callId: 'call-2', customerWords: '是的', recordingOffset: 1 });
    expect(Object.keys(world.operation().confirmation!.items)).toEqual(['eye:total']);
    expect(world.operation().confirmation).toMatchObject({ callId: 'call-2', proofAt: null });
    expect(proof(world, CALL)).toBe('tp1-no-call');
  });

  it('[TP1] a call that is held is on, one that is over is not', () => {
    const world = approved();
    expect(openCallOf(world.case, CALL)?.phase).toBe('talking');
    world.happen({ kind: 'call recorded', body: { event: { callId: CALL, at: world.now, kind: 'held', eventId: 'h' } as never } });
    expect(openCallOf(world.case, CALL)?.phase).toBe('held');
    hangUp(world, CALL);
    expect(openCallOf(world.case, CALL)).toBeNull();
    expect(openCallOf(world.case, 'call-9')).toBeNull();
  });
});

describe('the outcome', () => {
  it('[TP10] the bank is asked about a line on its way or in doubt, by who has the case, and about no other', () => {
    const ask = (world: World, by = MAKER, body: Partial<CommandBody<'order inquiry'>> = {}): string | null => world.do(by, 'order inquiry', { operationId: OPERATION, lineId: id(200), ...body });
    expect(ask(executing())).toBeNull();
    expect(ask(executing(), COLLEAGUE)).toBe('not-your-case');
    expect(ask(executing(), MAKER, { operationId: NOWHERE })).toBe('operation-unknown');
    expect(ask(executing(), MAKER, { lineId: NOWHERE })).toBe('line-unknown');
    expect(ask(confirmed())).toBe('line-unknown');
    const world = executing();
    world.happen({ kind: 'line in doubt', body: { operationId: OPERATION, lineId: id(200), key: firstLine(world).key, cause: 'timeout', answerBy: world.now } });
    expect(ask(world)).toBeNull();
    book(world);
    expect(ask(world)).toBe('line-not-in-doubt');
  });

  it('[TP18] an outcome is told once there is one, line by line', () => {
    const tell = (world: World, by = MAKER, body: Partial<CommandBody<'acknowledge outcome'>> = {}): string | null => world.do(by, 'acknowledge outcome', { operationId: OPERATION, lineId: id(200), ...body });
    expect(tell(executing())).toBe('line-unknown');
    const world = executing();
    book(world);
    expect(tell(world, COLLEAGUE)).toBe('not-your-case');
    expect(tell(world, MAKER, { operationId: NOWHERE })).toBe('operation-unknown');
    expect(tell(world, MAKER, { lineId: NOWHERE })).toBe('line-unknown');
    expect(tell(confirmed())).toBe('line-unknown');
    expect(firstLine(world).acknowledged).toBe(false);
    expect(tell(world)).toBeNull();
    expect(world.operation().execution!.lines.map((line) => line.acknowledged)).toEqual([true, false, false]);
  });

  it('[TP10] [TP18] an operation is in doubt as long as one of its lines is, and only then', () => {
    const world = executing();
    book(world, 1);
    expect(world.operation().status).toBe('executing');
    world.happen({ kind: 'line in doubt', body: { operationId: OPERATION, lineId: id(200), key: firstLine(world).key, cause: 'timeout', answerBy: world.now } });
    expect(world.operation().status).toBe('in-doubt');
  });

  it('[TP10] [PR7] what was never started, or whose start is withheld, has no lines open and none to change', () => {
    const world = drafted();
    expect(openLines(world.case)).toEqual([]);
    world.happen({ kind: 'line booked', body: { operationId: OPERATION, lineId: id(200), key: id(400), receipt: 'R', effectiveAt: world.now, postsOn: '2026-11-24' } });
    expect(world.operation()).toMatchObject({ status: 'draft', execution: null });
  });

  it('[TP3] what is asked of the bank is this very line\'s figures', () => {
    const world = executing();
    for (const [index, line] of world.operation().execution!.lines.entries()) {
      const { planId, dueNowFen, remainingFen, feeFen } = world.operation().payload!.lines[index] as { planId: string; dueNowFen: number; remainingFen: number; feeFen: number };
      expect(bookOrderOf(world.case, world.operation(), line)).toMatchObject({ kind: 'early-settlement', customerId: CUSTOMER, line: { planId, dueNowFen, remainingFen, feeFen } });
    }
    expect(() => bookOrderOf(world.case, world.operation(), { ...firstLine(world), lineId: NOWHERE })).toThrow('a started line is a line of its payload');
  });

  it('[TP4] an answer about what was never started changes nothing, and the follow-up begins with the last day that anything posts', () => {
    const world = executing();
    for (const [operationId, lineId] of [[NOWHERE, id(200)], [OPERATION, NOWHERE]] as const) expect(recordOutcome(world.case, operationId, lineId, null, 'timeout', id(900), world.now)).toEqual([]);
    expect(recordOutcome(confirmed().case, OPERATION, id(200), null, 'timeout', id(900), world.now)).toEqual([]);
    const days = ['2026-11-26', '2026-11-24', '2026-11-25'];
    const events = days.flatMap((postsOn, index) => {
      const line = world.operation().execution!.lines[index]!;
      const answer = { kind: 'done' as const, key: `${CASE}.${line.key}`, receipt: `R${index}`, effectiveAt: world.now, postsOn, lapseAt: null, chargeFen: 0, newCardLastFour: null };
      const made = recordOutcome(world.case, OPERATION, line.lineId, answer, 'timeout', id(900), world.now);
      for (const event of made) world.happen(event);
      return made;
    });
    expect(JSON.stringify(events.at(-1))).toContain('2026-11-26');
    expect(world.operation().status).toBe('done');
  });
});

describe('the ledger of a customer', () => {
  const body = { operationId: OPERATION, caseId: CASE, accountId: 'acct-1', kind: 'early-settlement', totalFen: 500, startedAt: '2026-11-23T02:00:00.000Z' };
  it('[TP13] an operation is open until it ended, and then counts what was booked', () => {
    const opened = { kind: 'operation opened', body };
    expect(foldLedger([opened])).toEqual([{ ...body, open: true }]);
    expect(foldLedger([opened, { kind: 'operation ended', body: { operationId: OPERATION, bookedFen: 200 } }])).toEqual([{ ...body, open: false, totalFen: 200 }]);
  });

  it('[TP13] [PR7] the end of an unknown one, other kinds and erased bodies change nothing', () => {
    const ended = { kind: 'operation ended', body: { operationId: NOWHERE, bookedFen: 200 } };
    expect(foldLedger([ended, { kind: 'something else', body }, { kind: 'operation opened', body: null }])).toEqual([]);
    expect(foldLedger([{ kind: 'operation opened', body }, ended])).toEqual([{ ...body, open: true }]);
  });
});

it('[TP6] a reference is compared as it was meant: full width is half width, and any run of blanks is one', () => {
  expect(tidyReference(' １２ \t 3　4 ')).toBe('12 3 4');
});

describe('a second look', () => {
  it('[TP17] nobody but the maker who has the case signs, withdraws, drafts or confirms', () => {
    const { digest } = approved().operation();
    expect(approved().do(COLLEAGUE, 'sign self-check', { operationId: OPERATION, digest: digest!, signed: signedFor(COLLEAGUE, 'tick', digest!) })).toBe('not-your-case');
    expect(approved().do(COLLEAGUE, 'withdraw operation', { operationId: OPERATION, reason: '' })).toBe('not-your-case');
    expect(draftPlain(onTheLine(), 'limit-change', {}, COLLEAGUE)).toBe('not-your-case');
    expect(confirmAll(approved(), CALL, COLLEAGUE)[0]).toBe('not-your-case');
    expect(proof(confirmed(), CALL, COLLEAGUE)).toBe('not-your-case');
  });

  it('[TP9] what is in review is withdrawn with its request; what was returned has none to withdraw', () => {
    const world = drafted();
    submit(world, REVIEW);
    const returned = drafted();
    submit(returned, REVIEW);
    returned.must(REVIEWER, 'take review', { reviewId: REVIEW });
    returned.must(REVIEWER, 'return review', { reviewId: REVIEW, reason: 'other', whatToDo: 'x' });
    for (const [one, kinds] of [[world, ['review withdrawn', 'operation withdrawn']], [returned, ['operation withdrawn']]] as const) {
      const before = one.events.length;
      one.must(MAKER, 'withdraw operation', { operationId: OPERATION, reason: '' });
      expect(one.events.slice(before).map((event) => event.kind)).toEqual(kinds);
    }
  });

  it('[TP1] the typed figures belong to the call on which the rest was confirmed', () => {
    const world = approved();
    expect(confirmAll(world, CALL)).toEqual([]);
    putThrough(world, 'call-2');
    verify(world, 'call-2');
    expect(typeIn(world, { callId: 'call-2' })).toBe('confirmation-incomplete');
    expect(typeIn(world)).toBeNull();
  });

  it('[TP1] what is still to be confirmed is told in order: lines, total, day, consequences, and the typed figures last', () => {
    const hearts = policy.consent.map((one) => `heart:${one.id}`);
    expect(confirmationItems(drafted().operation(), policy)).toEqual(['eye:total', 'eye:due-date', ...hearts]);
    const world = approved();
    expect(confirmationItems(world.operation(), policy)).toEqual([`eye:line:${id(200)}`, `eye:line:${id(201)}`, `eye:line:${id(202)}`, 'eye:total', 'eye:due-date', ...hearts]);
    expect(confirmationGap(world.operation(), policy)).toBe(`eye:line:${id(200)}`);
    confirmAll(world, CALL);
    expect(confirmationGap(world.operation(), policy)).toBe('proof');
    expect(confirmationGap(world.operation(), policy, { withoutProof: true })).toBeNull();
  });

  it('[TP1] a call is one\'s own where oneself is on it', () => {
    const world = drafted();
    expect(ownCallOf(world.case, CALL, MAKER)?.callId).toBe(CALL);
    expect(ownCallOf(world.case, CALL, COLLEAGUE)).toBeNull();
  });

  it('[TP9] what was withdrawn is not confirmed either', () => {
    const small = drafted(['plan-3']);
    submit(small, REVIEW);
    expect(confirmItem(forge(small, { status: 'withdrawn' }))).toBe('operation-not-editable');
  });

  it('[TP6] [FL7] the request says where on the recording each plan was named, and which callback is open', () => {
    const world = drafted();
    const tick = (item: string, recordingOffset: number) => ({ item, recordingOffset });
    world.state = { ...world.case, runs: { one: { steps: { 'ES-1': { ticks: [tick('else', 1), tick('plan-2', 33)] } } } } as never };
    world.must(MAKER, 'promise callback', { promiseId: id(520), from: '2026-11-23T03:00:00.000Z', to: '2026-11-23T05:00:00.000Z', secondFrom: null, secondTo: null, note: '', operationId: null });
    world.state = { ...world.case, promises: [...world.case.promises, { ...world.case.promises[0]!, promiseId: id(521), to: '2026-11-23T06:00:00.000Z', status: 'kept' }] };
    world.must(MAKER, 'submit for review', submission(world, REVIEW, MAKER, id(300), OPERATION, 'callback'));
    expect(world.case.reviews[REVIEW]!.named).toEqual([{ planId: 'plan-1', recordingOffset: null }, { planId: 'plan-2', recordingOffset: 33 }, { planId: 'plan-3', recordingOffset: null }]);
    expect(world.case.reviews[REVIEW]!.promisedTo).toBe('2026-11-23T05:00:00.000Z');
  });

  it('[TP2] an operation of the account hangs on its card, and never on one of another account', () => {
    const own = onTheLine();
    expect(draftPlain(own, 'limit-change', { cardId: null })).toBeNull();
    expect(own.operation().worksheet.lines[0]).toMatchObject({ cardId: null, cardLastFour: '0005' });
    expect(draftPlain(onTheLine(), 'limit-change', { cardId: null, accountId: 'acct-9' })).toBe('card-not-theirs');
    const other = new PlainWorld();
    other.card = { account: 'acct-2' };
    expect(draftPlain(onTheLine(other), 'limit-change')).toBe('card-not-theirs');
    const mixed = new PlainWorld();
    mixed.card = { account: 'acct-2' };
    onTheLine(mixed);
    expect(draftPlain(mixed, 'limit-change', { cardId: null })).toBeNull();
    expect(mixed.operation().worksheet.lines[0]!.cardLastFour).toBe('0013');
  });

  it('[TP2] [PR2] only a refund hangs on a transaction, named with its day; elsewhere so many digits are masked', () => {
    const refund = onTheLine();
    draftPlain(refund, 'refund');
    const [line] = refund.operation().worksheet.lines;
    expect(line).toMatchObject({ reference: PURCHASE, say: { en: expect.stringContaining('样例百货, 2026-11-21') } });
    const abroad = onTheLine();
    expect(draftPlain(abroad, 'loss-reissue-abroad', { reference: PURCHASE })).toBeNull();
    expect(JSON.stringify(abroad.operation().worksheet.lines)).not.toContain(PURCHASE);
  });

  it('[TP1] nothing is drafted for nobody', () => {
    const unread = onTheLine();
    unread.state = { ...unread.case, facts: {} };
    expect(draftPlain(unread, 'limit-change')).toBe('customer-not-identified');
    const unidentified = onTheLine();
    unidentified.state = { ...unidentified.case, customerId: null };
    expect(draftPlain(unidentified, 'limit-change')).toBe('customer-not-identified');
  });
});
