import { describe, expect, test } from 'vitest';
import { factsOf } from '#shared/case/facts-of.ts';
import { bankKey, bookOrderOf, openLines, recordOutcome } from '#shared/operation/outcome.ts';
import { digestOf, PlainKind, type PlainLine } from '#shared/operation/payload.ts';
import { recordingOffsetOf } from '#shared/operation/plain-words.ts';
import { BookOrder, type BookOutcome } from '#shared/protocol/bank.ts';
import { CALL, order, orderOf, proof, REVIEW, submit } from '../case/path.ts';
import { CASE, control, id, LEAD, MAKER, OPERATION, REVIEWER, SECOND } from '../case/world.ts';
import { approvedPlain, confirmedPlain, confirmPlain, draftPlain, enter, entryOf, GOOD, onTheLine, type PlainWorld, PURCHASE, submitted, taken, tickPlain } from './plain-path.ts';

const kinds = PlainKind.options;
const lineOf = (world: PlainWorld | ReturnType<typeof onTheLine>): PlainLine => world.operation().worksheet.lines[0] as PlainLine;
const kindsOf = (world: { events: readonly { kind: string }[] }): string[] => world.events.map((event) => event.kind);

describe.each(kinds)('%s, the whole way', (kind) => {
  const policy = control.kinds[kind];

  test('[TP1] drafted, checked by two people, confirmed and ordered once; what is asked of the bank is what they saw', () => {
    const world = confirmedPlain(kind);
    expect(order(world, CALL)).toBeNull();
    const operation = world.operation();
    expect(operation).toMatchObject({ status: 'executing', kind, execution: { highValue: true, approvedBy: [REVIEWER], breakGlass: false } });
    const open = openLines(world.case);
    expect(open).toHaveLength(1);
    const asked = BookOrder.parse(bookOrderOf(world.case, operation, open[0]!.line));
    expect(asked).toEqual({
      kind, key: bankKey(CASE, id(400)), customerId: 'cust-1', expected: operation.payload!.pinned, line: { accountId: 'acct-1', cardId: 'card-1', ...GOOD[kind] },
    });
    // TP2: what policy names for the kind is pinned, of the card and the account, and nothing else.
    expect(asked.expected.map(({ fact }) => fact.replace(/\.(card-1|acct-1)\./, '.')).sort()).toEqual([...policy.pinned].sort());
  });

  test('[TP2] every figure, the reference and the spoken words are part of the digest', () => {
    const { payload, digest } = submitted(kind).operation();
    expect(digestOf(payload!)).toBe(digest);
    const line = payload!.lines[0] as PlainLine;
    for (const change of [{ dueNowFen: line.dueNowFen + 1 }, { reference: `${line.reference}x` }, { cardId: 'card-2' }, { say: { ...line.say, en: 'else' } }, { details: [] }]) {
      expect(digestOf({ ...payload!, lines: [{ ...line, ...change }] })).not.toBe(digest);
    }
    expect(digestOf({ ...payload!, pinned: payload!.pinned.slice(1) })).not.toBe(digest);
    for (const spoken of [line.say.zh, line.say.en]) expect(spoken).toContain(line.cardLastFour);
  });

  test('[TP2] another sum, asked for after the approval, voids it; the old digest is ordered no more', () => {
    const world = confirmedPlain(kind);
    const old = orderOf(world, CALL);
    const other = kind === 'card-cancellation' ? { reference: '8865' } : { amountFen: GOOD[kind].amountFen - 10_000 };
    expect(draftPlain(world, kind, other)).toBeNull();
    expect(kindsOf(world)).toContain('approval voided');
    expect(world.operation()).toMatchObject({ status: 'draft', approval: null, confirmation: null, selfCheck: {} });
    expect(world.do(MAKER, 'order execution', old)).toBe('no-payload');
  });

  test('[TP6] the reviewer types the key figures of the kind blind: each one that differs is a mismatch, and two close it', () => {
    const wrong: Record<string, object> = { total: { totalDueFen: GOOD[kind].amountFen + 1 }, 'last-four': { lastFour: '0013' }, reference: { reference: 'else' } };
    for (const figure of policy.keyFigures) {
      const world = taken(kind);
      expect(enter(world, entryOf(kind, wrong[figure]))).toBeNull();
      expect(world.case.reviews[REVIEW]!.entries).toEqual([expect.objectContaining({ matches: false, releases: false, differs: [] })]);
      expect(world.do(REVIEWER, 'ask maker', { reviewId: REVIEW, question: '?' })).toBe('tp6-shut');
      expect(enter(world, entryOf(kind, wrong[figure]))).toBeNull();
      expect(world.case.reviews[REVIEW]!.status).toBe('closed');
    }
    // A figure that policy does not name is not compared.
    const world = taken(kind);
    expect(enter(world, { ...entryOf(kind), lines: 7, dueDate: '2031-01-01' })).toBeNull();
    expect(world.case.reviews[REVIEW]!.entries.at(-1)).toMatchObject({ matches: true });
  });

  test('[TP6] without a last four or a reference where policy asks for one the entry does not match', () => {
    for (const figure of ['lastFour', 'reference'] as const) {
      if (!policy.keyFigures.includes(figure === 'lastFour' ? 'last-four' : 'reference')) continue;
      const world = taken(kind);
      const { [figure]: _left, ...entry } = entryOf(kind);
      expect(enter(world, entry)).toBeNull();
      expect(world.case.reviews[REVIEW]!.entries.at(-1)).toMatchObject({ matches: false });
    }
  });

  test('[TP3] a pinned value that differs at the gate voids the approval, with the old and the new value', () => {
    const world = confirmedPlain(kind) as PlainWorld;
    world.card = { status: 'frozen' };
    world.account = { hold: 'risk' };
    expect(order(world, CALL)).toBeNull();
    expect(world.operation()).toMatchObject({ status: 'void', execution: null, voided: { reason: 'facts-changed', changed: [{ fact: 'account.acct-1.hold', old: 'none', now: 'risk' }, { fact: 'card.card-1.status', old: 'normal', now: 'frozen' }] } });
  });

  test('[TP2] balance and bill are never pinned: what moves there holds nothing up', () => {
    const world = confirmedPlain(kind) as PlainWorld;
    world.account = { creditBalanceFen: 1, billUnpaidFen: 99, nextBillFen: 99, statementDate: '2026-12-04' };
    expect(order(world, CALL)).toBeNull();
    expect(world.operation().status).toBe('executing');
  });

  test('[TP4] a second order changes nothing, and a settled line is settled once', () => {
    const world = confirmedPlain(kind);
    expect(order(world, CALL)).toBeNull();
    expect(order(world, CALL)).toBe('tp4-already-started');
    const done: BookOutcome = { kind: 'done', key: bankKey(CASE, id(400)), receipt: 'R1', effectiveAt: world.now, postsOn: '2026-11-23', lapseAt: null, chargeFen: 0, newCardLastFour: null };
    const outcome = recordOutcome(world.case, OPERATION, id(200), done, '', id(500), world.now);
    // In force with the receipt: only a settlement is looked at each morning until it is paid.
    expect(outcome.map((event) => event.kind)).toEqual(['line booked', 'execution finished']);
    for (const event of outcome) world.happen(event);
    expect(world.operation().status).toBe('done');
    expect(recordOutcome(world.case, OPERATION, id(200), done, '', id(501), world.now)).toEqual([]);
    expect(draftPlain(world, kind)).toBe('tp18-frozen');
  });

  test('[TP5] above the reviewer\'s own limit, or above their role\'s, nobody takes it', () => {
    const world = submitted(kind);
    world.people[SECOND]!.limit = GOOD[kind].amountFen - 1;
    expect(world.do(SECOND, 'take review', { reviewId: REVIEW })).toBe('tp5-over-limit');
    world.people[SECOND]!.limit = GOOD[kind].amountFen;
    expect(world.do(SECOND, 'take review', { reviewId: REVIEW })).toBeNull();
    const low = submitted(kind);
    low.control = { ...control, kinds: { ...control.kinds, [kind]: { ...policy, reviewLimitFen: { mentor: 1, lead: GOOD[kind].amountFen } } } };
    expect(low.do(REVIEWER, 'take review', { reviewId: REVIEW })).toBe('tp5-over-limit');
    expect(low.do(LEAD, 'take review', { reviewId: REVIEW })).toBeNull();
  });

  test('[TP5] the limit is judged again at execution', () => {
    const world = confirmedPlain(kind);
    world.people[REVIEWER]!.limit = GOOD[kind].amountFen - 1;
    expect(order(world, CALL)).toBe('tp5-over-limit');
  });

  test('[TP13] one open operation of the kind and account at a time, and of another kind or account as many as there are', () => {
    const world = confirmedPlain(kind);
    const entry = { operationId: id(700), caseId: id(701), accountId: 'acct-1', kind, totalFen: 1, startedAt: world.now, open: true };
    const otherKind = kinds.find((one) => one !== kind)!;
    world.ledger.push({ ...entry, accountId: 'acct-2' }, { ...entry, operationId: id(702), kind: otherKind }, { ...entry, operationId: id(703), open: false });
    const blocked = [...world.ledger];
    world.ledger.push(entry);
    expect(order(world, CALL)).toBe('tp13-open-operation');
    world.ledger.splice(0, world.ledger.length, ...blocked);
    expect(order(world, CALL)).toBeNull();
  });

  test('[TP15] stopped by the risk desk it is neither submitted nor ordered', () => {
    const world = confirmedPlain(kind);
    world.stoppedKinds = [kind];
    expect(order(world, CALL)).toBe('tp15-stopped');
    const early = onTheLine();
    draftPlain(early, kind);
    tickPlain(early, kind);
    early.stoppedKinds = [kind];
    expect(submit(early, REVIEW)).toBe('tp15-stopped');
  });

  test('[TP14] nobody drafts one for a relative', () => {
    const world = onTheLine();
    world.people[MAKER]!.related = ['cust-1'];
    expect(draftPlain(world, kind)).toBe('tp14-related');
  });

  test('[TP1] a card or an account that is not the customer\'s, by the facts that were read, is refused', () => {
    const world = onTheLine();
    expect(draftPlain(world, kind, { cardId: 'card-9' })).toBe('card-not-theirs');
    expect(draftPlain(world, kind, { accountId: 'acct-9' })).toBe('card-not-theirs');
    expect(world.case.operations).toEqual({});
  });

  test('[TP6] where the customer said the sum stands on the line, for whoever listens', () => {
    expect(recordingOffsetOf(lineOf(submitted(kind)))).toBe(42);
  });
});

describe('[TP13] high value', () => {
  const below: [PlainKind, number][] = [['limit-change', 4_900_000], ['refund', 190_000]];
  test.each(below)('%s of %i fen needs no second person, and then one that makes the sum of the day', (kind, amountFen) => {
    const world = submitted(kind, { amountFen });
    expect(world.operation()).toMatchObject({ status: 'draft', reviewId: null });
    confirmPlain(world);
    expect(order(world, CALL)).toBeNull();
    expect(world.operation().execution).toMatchObject({ highValue: false, approvedBy: [] });

    const again = submitted(kind, { amountFen });
    confirmPlain(again);
    again.ledger.push({ operationId: id(700), caseId: id(701), accountId: 'acct-1', kind, totalFen: control.kinds[kind].highValueFromFen - amountFen, startedAt: again.now, open: false });
    expect(order(again, CALL)).toBe('tp1-no-approval');
    // Of another kind, or of yesterday, it does not count.
    again.ledger[0]!.kind = 'early-settlement';
    expect(order(again, CALL)).toBeNull();
  });

  test('an emergency payment and a card sent abroad always have two people', () => {
    for (const kind of ['emergency-payment', 'loss-reissue-abroad'] as const) {
      expect(submitted(kind, { amountFen: 1 }).operation()).toMatchObject({ status: 'in-review' });
    }
  });

  test('without an approval no customer is asked to confirm, and no order goes through', () => {
    for (const kind of kinds) {
      const world = submitted(kind);
      expect(proof(world, CALL)).toBe('tp1-no-approval');
      expect(order(world, CALL)).toBe('tp1-no-approval');
    }
  });
});

describe('[PR2] what is kept of a reference', () => {
  test('a payee is four digits, typed in whatever width, and nothing longer', () => {
    for (const kind of ['card-cancellation', 'emergency-payment'] as const) {
      const world = onTheLine();
      for (const reference of ['', '123', '12345', '尾号4321', '6222021234567890123', '6222 0212 3456 7890']) expect(draftPlain(world, kind, { reference })).toBe('flow-answer-unfit');
      expect(JSON.stringify(world.events)).not.toMatch(/6222/);
      expect(draftPlain(world, kind, { reference: ' ４３２１ ' })).toBeNull();
      expect(lineOf(world).reference).toBe('4321');
    }
  });

  test('the bank\'s name of the customer\'s own transaction survives; any other long number is masked', () => {
    const world = onTheLine();
    expect(draftPlain(world, 'refund')).toBeNull();
    expect(lineOf(world)).toMatchObject({ reference: PURCHASE, say: { zh: '2026年11月21日样例百货的那笔，退 8,800.00 元到尾号 0005 的卡上。' } });
    expect(draftPlain(world, 'refund', { reference: 'T-2026112100000046' })).toBeNull();
    expect(lineOf(world).reference).toBe('T-****0046');
    expect(draftPlain(world, 'refund', { reference: 'GW-2026-0042', amountFen: 50_000 })).toBeNull();
    expect(lineOf(world)).toMatchObject({ reference: 'GW-2026-0042', title: { en: 'Goodwill credit of 500.00' } });
  });

  test('the customer\'s words are kept without the number that slipped into them', () => {
    const world = onTheLine();
    expect(draftPlain(world, 'limit-change', { customerWords: '卡号 4000 0012 3456 7899，调到八万' })).toBeNull();
    expect(JSON.stringify(world.events)).not.toMatch(/4000 ?0012/);
    expect(JSON.stringify(lineOf(world).details)).toContain('****7899');
  });
});

describe('what does not add up is not submitted', () => {
  test('a payout that is not the credit balance, and a refund above the purchase, lock the submission', () => {
    for (const [kind, amountFen, bankFen] of [['card-cancellation', 2_345_679, 2_345_678], ['refund', 880_001, 880_000]] as const) {
      const world = onTheLine();
      expect(draftPlain(world, kind, { amountFen })).toBeNull();
      expect(world.operation().worksheet.mismatches).toEqual([{ lineId: id(200), oursFen: amountFen, bankFen }]);
      tickPlain(world, kind);
      expect(submit(world, REVIEW)).toBe('worksheet-mismatch');
    }
    const part = onTheLine();
    expect(draftPlain(part, 'refund', { amountFen: 300_000 })).toBeNull();
    expect(part.operation().worksheet.mismatches).toEqual([]);
  });

  test('nothing is paid, credited or charged for nothing; a card without a balance is cancelled without a payee', () => {
    for (const kind of kinds) {
      const world = onTheLine();
      (world as PlainWorld).account = { creditBalanceFen: 0 };
      expect(draftPlain(world, kind, { amountFen: 0, ...(kind === 'card-cancellation' ? { reference: '' } : {}) })).toBe(kind === 'card-cancellation' ? null : 'amount-empty');
    }
    const none = onTheLine();
    expect(draftPlain(none, 'card-cancellation', { amountFen: 0, reference: '8864' })).toBeNull();
    expect(lineOf(none).say).toEqual({ zh: '尾号 0005 的卡注销，账上没有要退的钱。', en: 'The card ending 0005 is cancelled; there is no credit balance to pay out.' });
    expect(draftPlain(none, 'card-cancellation', { amountFen: 0, reference: '886' })).toBe('flow-answer-unfit');
    expect(draftPlain(none, 'card-cancellation', { reference: '' })).toBe('flow-answer-unfit');
    expect(draftPlain(onTheLine(), 'loss-reissue-abroad', { reference: '  ' })).toBe('flow-answer-unfit');
    expect(draftPlain(onTheLine(), 'refund', { reference: '' })).toBe('flow-answer-unfit');
  });
});

describe('the operation on the screen is the run\'s own', () => {
  test('[TP1] what another flow drafted or executed passes no step of this one', () => {
    const world = confirmedPlain('limit-change');
    expect(order(world, CALL)).toBeNull();
    const started = (runId: string, flowId: string): void =>
      world.happen({ kind: 'run started', body: { runId, flowId, flowVersion: 1, steps: ['LC-1'], previousRunId: null, carried: {} } }, MAKER);
    const seen = (): string | null | undefined => factsOf(world.case, world.context(MAKER)).operation?.outcome;
    expect(seen()).toBe('executing');
    started(id(800), 'limit-change');
    expect(seen()).toBe('executing');
    started(id(801), 'card-cancellation');
    expect(seen()).toBe('none');
    expect(factsOf(world.case, world.context(MAKER)).lines).toEqual([]);
    // A second limit in the same case does not begin where the first one ended.
    world.later(5);
    started(id(802), 'limit-change');
    expect(seen()).toBe('none');
  });

  test('[FL5] card and account are those that the customer named', () => {
    const world = onTheLine();
    world.happen({ kind: 'run started', body: { runId: id(800), flowId: 'card-cancellation', flowVersion: 1, steps: ['CC-3'], previousRunId: null, carried: { theCard: ['card-2'] } } }, MAKER);
    expect(factsOf(world.case, world.context(MAKER)).card).toMatchObject({ id: 'card-2', lastFour: '0013' });
    expect(draftPlain(world, 'card-cancellation', { cardId: 'card-2' })).toBeNull();
    expect(factsOf(world.case, world.context(MAKER)).lines).toEqual([expect.objectContaining({ cardId: 'card-2', dueFen: 2_345_678 })]);
  });
});

test('[TP1] an approval of the one kind is worth nothing for another', () => {
  const world = approvedPlain('limit-change');
  expect(draftPlain(world, 'refund')).toBe('operation-not-editable');
  const forged = { ...orderOf(world, CALL), digest: 'a'.repeat(64) };
  expect(world.do(MAKER, 'order execution', forged)).toBe('tp2-digest');
});
