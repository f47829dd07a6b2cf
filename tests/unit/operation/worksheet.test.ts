import { describe, expect, test } from 'vitest';
import { makeWorksheet, savedText, Worksheet, WORKSHEET_REFUSALS } from '#shared/operation/worksheet.ts';
import { changedFacts, pinnedFacts, rereadPinned } from '#shared/operation/pinned-facts.ts';
import { CustomerFacts } from '#shared/protocol/bank.ts';
import type { Plan, QuoteAnswer } from '#shared/protocol/bank.ts';

const READ = '2026-11-21T02:00:00.000Z';
const RULE = { version: 'charging-2026-01' };

const plan = (id: string, more: Partial<Plan> = {}): Plan => ({
  id, account: 'acct-1', card: 'card-1', merchant: '样例商户', signedOn: '2022-03-05', firstPostDate: '2022-04-05', principalFen: 1_200_000,
  periodsTotal: 12, periodsPosted: 5, periodsLeft: 7, remainingFen: 700_000, status: 'active', feeMode: 'A', feePpm: 6_000, penaltyPpm: 0,
  feeLabel: { zh: '利息', en: 'Interest' }, ruleConflict: false, openOperation: false, ...more,
});

const facts = (plans: Plan[]): CustomerFacts => CustomerFacts.parse({
  customer: { id: 'cust-1', maskedName: '王**', surname: '王', title: { zh: '女士', en: 'Ms' }, reservedPhoneMasked: '199****0001', numberMatchesReserved: true, tier: 'gold', flags: [] },
  accounts: [{
    id: 'acct-1', kind: 'credit', pastDueDays: 0, isStatementDay: false, statementDate: '2026-12-03', cutoffAt: '2026-11-21T14:30:00.000Z', dueDate: '2026-12-23',
    hold: 'none', pendingRefundFen: 0, pendingReversals: 0, hardshipAgreement: false, billUnpaidFen: 12_345, billDueDate: '2026-11-23', creditBalanceFen: 100,
    nextBillFen: 99_900, autoDebitLastFour: '4321',
  }],
  cards: [{ id: 'card-1', account: 'acct-1', kind: 'credit', holder: 'primary', first6: '400000', lastFour: '0005', product: { zh: '样卡', en: 'Sample' }, status: 'normal', effectiveAt: null, lapseAt: null }],
  plans, recentTransactions: [], readAt: READ, asOf: READ,
});

const quote = (planId: string, figures: { dueNowFen: number; remainingFen: number; feeFen: number; savedFen: number }) => ({
  planId, ...figures, periodsPosted: 5, statementDate: '2026-12-03', dueDate: '2026-12-23', quotedAt: READ, expiresAt: '2026-12-02T16:00:00.000Z',
});

const four = [plan('a'), plan('b', { feeMode: 'B', penaltyPpm: 30_000 }), plan('c', { feeMode: 'C' }), plan('d', { feeMode: 'D' })];
const quotes: QuoteAnswer = {
  quotes: [
    quote('a', { dueNowFen: 700_000, remainingFen: 700_000, feeFen: 0, savedFen: 50_400 }),
    quote('b', { dueNowFen: 721_000, remainingFen: 700_000, feeFen: 21_000, savedFen: 29_400 }),
    quote('c', { dueNowFen: 750_400, remainingFen: 700_000, feeFen: 50_400, savedFen: 0 }),
    quote('d', { dueNowFen: 700_000, remainingFen: 700_000, feeFen: 0, savedFen: 0 }),
  ],
  refused: [],
};
const made = (value: ReturnType<typeof makeWorksheet>): Worksheet => {
  if ('refusal' in value) throw new Error(value.refusal.code);
  return Worksheet.parse(value);
};

describe('[FLOWS ES-9] the worksheet', () => {
  test('lists four modes to the fen, with totals, and agrees with the bank', () => {
    const sheet = made(makeWorksheet(facts(four), quotes, ['a', 'b', 'c', 'd'], RULE));
    expect(sheet.lines.map((line) => [line.dueNow.fen, line.fee.fen, line.saved.fen])).toEqual([[700_000, 0, 50_400], [721_000, 21_000, 29_400], [750_400, 50_400, 0], [700_000, 0, 0]]);
    expect(sheet.totals).toMatchObject({ remainingFen: 2_800_000, feeFen: 71_400, dueNowFen: 2_871_400, savedFen: 79_800 });
    expect(sheet.verdict).toBe('agrees');
    expect(sheet.lines.map((line) => line.savedText.zh)).toEqual(['少付 504.00', '少付 294.00', '不省钱', '不省钱']);
    expect(sheet.quoteExpiresAt).toBe('2026-12-02T16:00:00.000Z');
  });

  test('every computed figure names its reading time and rule version, and the bill stays beside', () => {
    const sheet = made(makeWorksheet(facts(four), quotes, ['b'], RULE));
    expect(sheet.lines[0]?.dueNow).toEqual({ fen: 721_000, source: 'computed', readAt: READ, rule: RULE.version });
    expect(sheet.lines[0]?.bankDueNow).toMatchObject({ source: 'bank-quote', readAt: READ });
    expect(sheet.totals.dueNowFen).toBe(721_000);
    expect(sheet.beside).toMatchObject({ billUnpaidFen: 12_345, creditBalanceFen: 100, nextBillFen: 99_900, autoDebitLastFour: '4321' });
  });

  test('what is said names the amounts of the line', () => {
    const sheet = made(makeWorksheet(facts(four), quotes, ['a', 'b', 'c', 'd'], RULE));
    const zh = sheet.lines.map((line) => line.say.zh);
    expect(zh[0]).toBe('剩余本金 7,000.00 元，一次入账 7,000.00 元；收过的不退，比按期还少付 504.00 元。');
    expect(zh[1]).toContain('违约金 210.00 元，一共 7,210.00 元');
    expect(zh[2]).toContain('一共 7,504.00 元');
    expect(zh[3]).toContain('利息 864.00 元第一期已经收过');
    for (const line of sheet.lines) expect(line.chargingRule.en).not.toBe('');
  });

  test.each([['dueNowFen', 1], ['savedFen', -1], ['remainingFen', 1], ['feeFen', 1], ['periodsPosted', 1]] as const)('one unit of difference in %s is a mismatch', (figure, by) => {
    const good = quotes.quotes[1];
    if (!good) throw new Error('no quote');
    const sheet = made(makeWorksheet(facts(four), { quotes: [{ ...good, [figure]: good[figure] + by }], refused: [] }, ['b'], RULE));
    expect(sheet.verdict).toBe('differs');
    expect(sheet.lines[0]?.differences).toContainEqual({ figure, ours: good[figure], bank: good[figure] + by });
    expect(sheet.totals.dueNowFen).toBe(721_000);
  });

  test("the bank's remaining principal off by one fen is a mismatch even when nothing is quoted", () => {
    const sheet = made(makeWorksheet(facts([plan('a', { remainingFen: 700_001 })]), { quotes: [], refused: [] }, ['a'], RULE));
    expect(sheet.lines[0]).toMatchObject({ agreement: 'differs', differences: [{ figure: 'remainingFen', ours: 700_000, bank: 700_001 }] });
  });

  test('a plan without a quote leaves the worksheet incomplete', () => {
    expect(made(makeWorksheet(facts(four), { quotes: [], refused: [] }, ['a'], RULE))).toMatchObject({ verdict: 'incomplete', quoteExpiresAt: null });
  });

  test('a penalty above the fees to come is called what it is', () => {
    expect(savedText(-2_800)).toEqual({ zh: '反而多付 28.00', en: 'costs 28.00 more' });
    const sheet = made(makeWorksheet(facts([plan('b', { feeMode: 'B', penaltyPpm: 100_000, periodsPosted: 11, periodsLeft: 1, remainingFen: 100_000 })]), { quotes: [], refused: [] }, ['b'], RULE));
    expect(sheet.lines[0]?.say.zh).toContain('反而多付 28.00 元');
  });

  test.each([
    [[], [], 'worksheet-no-plan'], [four, ['a', 'a'], 'worksheet-plan-twice'], [four, ['zz'], 'worksheet-plan-unknown'],
    [[plan('a'), plan('b', { account: 'acct-2' })], ['a', 'b'], 'worksheet-two-accounts'], [[plan('a', { status: 'settled' })], ['a'], 'worksheet-plan-not-active'],
    [[plan('a', { openOperation: true })], ['a'], 'worksheet-open-operation'], [[plan('a', { ruleConflict: true })], ['a'], 'worksheet-rule-conflict'],
    [[plan('a', { principalFen: 7, remainingFen: 0 })], ['a'], 'plan-too-small'],
  ] as [Plan[], string[], keyof typeof WORKSHEET_REFUSALS][])('choice %# is refused', (plans, ids, code) => {
    expect(makeWorksheet(facts(plans), quotes, ids, RULE)).toMatchObject({ refusal: { code } });
    expect(WORKSHEET_REFUSALS[code].zh.todo).not.toBe('');
  });
});

describe('[TP2] pinned facts', () => {
  test('are those that change the booking, and never balance or limit', () => {
    const paths = pinnedFacts(facts([plan('a')]), { planIds: ['a'] }).map((pin) => pin.fact);
    expect(paths).toEqual([
      'account.acct-1.hold', 'account.acct-1.pastDueDays', 'account.acct-1.pendingRefundFen', 'account.acct-1.pendingReversals', 'account.acct-1.statementDate',
      'card.card-1.status', 'plan.a.feeMode', 'plan.a.periodsPosted', 'plan.a.remainingFen', 'plan.a.status',
    ]);
  });

  test('a coffee changes nothing; a posted period is named with old and new', () => {
    const before = facts([plan('a'), plan('b')]);
    const coffee = { ...before, readAt: '2026-11-21T03:00:00.000Z', accounts: before.accounts.map((one) => ({ ...one, nextBillFen: 102_700, creditBalanceFen: 0 })) };
    const pins = pinnedFacts(before, { planIds: ['a'] });
    expect(changedFacts(pins, pinnedFacts(coffee, { planIds: ['a'] }))).toEqual([]);
    const posted = facts([plan('a', { periodsPosted: 6, remainingFen: 600_000 }), plan('b', { status: 'cancelled' })]);
    expect(changedFacts(pins, pinnedFacts(posted, { planIds: ['a'] }))).toEqual([
      { fact: 'plan.a.periodsPosted', old: 5, now: 6 }, { fact: 'plan.a.remainingFen', old: 700_000, now: 600_000 },
    ]);
  });

  test('read again by path they are the same, and a vanished plan reads null', () => {
    const pins = pinnedFacts(facts([plan('a')]), { planIds: ['a'], cardIds: ['card-1'] });
    expect(rereadPinned(facts([plan('a')]), pins)).toEqual(pins);
    expect(changedFacts(pins, rereadPinned(facts([]), pins)).map((one) => one.now)).toEqual([null, null, null, null]);
    expect(rereadPinned(facts([]), [{ fact: 'account.acct-1.limit', value: 1 }, { fact: '__proto__', value: 1 }]).map((one) => one.value)).toEqual([null, null]);
  });

  test('a card to be stopped pins its own status only', () => {
    expect(pinnedFacts(facts([]), { cardIds: ['card-1', 'none'] })).toEqual([{ fact: 'card.card-1.status', value: 'normal' }, { fact: 'card.none.status', value: null }]);
  });
});
