/** Words that carry a figure: what the customer is told is what is booked, in both languages (TP2, ES-9). */
import { describe, expect, it } from 'vitest';
import { changedFacts, rereadPinned, pinnedFacts } from '#shared/operation/pinned-facts.ts';
import { plainDetails, plainWords, recordingOffsetOf } from '#shared/operation/plain-words.ts';
import type { PlainKind } from '#shared/operation/payload.ts';
import { chargingRuleText, makeWorksheet, savedText, type Worksheet } from '#shared/operation/worksheet.ts';
import { CustomerFacts, type Plan } from '#shared/protocol/bank.ts';
import { World } from '../case/world.ts';

const world = new World();
const [first, second, third] = world.plans as [Plan, Plan, Plan];
const facts = (plans: Plan[] = world.plans, change: Partial<CustomerFacts> = {}): CustomerFacts => CustomerFacts.parse({ ...world.facts(), plans, ...change });
const sheetOf = (plans: Plan[], planIds: string[] = plans.map((one) => one.id), quoted = plans.map((one) => one.id), expires: Record<string, string> = {}): ReturnType<typeof makeWorksheet> => {
  const asked = new World();
  asked.plans = plans;
  const quotes = asked.quotes().filter((one) => quoted.includes(one.planId)).map((one) => ({ ...one, expiresAt: expires[one.planId] ?? one.expiresAt }));
  return makeWorksheet(facts(plans), { quotes, refused: [] }, planIds, { version: 'v' });
};
const made = (value: ReturnType<typeof makeWorksheet>): Worksheet => {
  if ('refusal' in value) throw new Error(value.refusal.code);
  return value;
};

describe('[ES-9] a settlement in words', () => {
  const label = { zh: '手续费', en: 'Fee' };
  const terms = { feePpm: 6_000, penaltyPpm: 30_000, feeLabel: label };
  it('the charging rule names rate, penalty and what is not refunded', () => {
    const of = (feeMode: Plan['feeMode']) => chargingRuleText({ ...terms, feeMode });
    expect(of('A')).toEqual({ zh: '每期按原本金收手续费 0.60%；提前结清只收剩余本金，以后不再收，已收的不退', en: 'Fee 0.60% of the original principal per period; settling early bills the remaining principal only, what was charged is not refunded' });
    expect(of('B')).toEqual({ zh: '每期按原本金收手续费 0.60%；提前结清收剩余本金，另按剩余本金收违约金 3.00%，已收的不退', en: 'Fee 0.60% of the original principal per period; settling early bills the remaining principal and a penalty of 3.00% on it, what was charged is not refunded' });
    expect(of('C')).toEqual({ zh: '每期按原本金收手续费 0.60%；提前结清时剩余本金和剩余各期手续费一次收取', en: 'Fee 0.60% of the original principal per period; settling early bills the remaining principal and all remaining fee at once' });
    expect(of('D')).toEqual({ zh: '全部手续费第一期一次收取（每期 0.60% × 期数），不退；提前结清只收剩余本金', en: 'All fee (0.60% × periods) taken with period 1, never refunded; settling early bills the remaining principal only' });
  });

  it('what it saves is said plainly, nothing and less than nothing too', () => {
    expect([5_000, 0, -5_000].map((fen) => savedText(fen).en)).toEqual(['saves 50.00', 'saves nothing', 'costs 50.00 more']);
  });

  it('the agent says each mode\'s own amounts', () => {
    const plan = (feeMode: Plan['feeMode'], more: Partial<Plan> = {}): Plan => ({ ...third, feeMode, feeLabel: { zh: '利息', en: 'Interest' }, ...more });
    const said = (one: Plan) => made(sheetOf([one])).lines[0]!.say;
    expect(said(plan('A')).en).toBe('Remaining principal 18,000.00, billed at once; what was charged stays; you pay 2,592.00 less than by going on.');
    expect(said(plan('B', { penaltyPpm: 30_000 })).en).toBe('18,000.00 plus a contractual penalty of 540.00, in all 18,540.00; you pay 2,052.00 less than by going on.');
    expect(said(plan('C')).en).toBe('The contract charges all remaining interest now, 20,592.00 in all; you save nothing. Do you still wish to?');
    expect(said(plan('D')).en).toBe('The 3,456.00 was charged in month one and is not refunded; 18,000.00 is billed now; nothing more is saved.');
    expect(said(plan('B', { penaltyPpm: 144_000 }))).toMatchObject({ zh: expect.stringContaining('；提前结清不省钱。'), en: expect.stringContaining('; settling early saves nothing.') });
    expect(said(plan('B', { penaltyPpm: 200_000 }))).toMatchObject({ zh: expect.stringContaining('反而多付 1,008.00 元'), en: expect.stringContaining('settling early costs 1,008.00 more than going on.') });
  });
});

describe('[ES-9] the worksheet', () => {
  it('a refusal names the plan that it hangs on', () => {
    const refusal = (more: Partial<Plan>, planId = 'plan-2') => sheetOf([first, { ...second, ...more }], ['plan-1', planId]);
    for (const [more, code] of [[{ status: 'settled' }, 'worksheet-plan-not-active'], [{ periodsLeft: 0 }, 'worksheet-plan-not-active'], [{ openOperation: true }, 'worksheet-open-operation'], [{ ruleConflict: true }, 'worksheet-rule-conflict'], [{ principalFen: 13, remainingFen: 0 }, 'plan-too-small']] as const) {
      expect(refusal(more)).toEqual({ refusal: { code, detail: { planId: 'plan-2' } } });
    }
    expect(refusal({}, 'plan-9')).toEqual({ refusal: { code: 'worksheet-plan-unknown', detail: { planId: 'plan-9' } } });
    expect(makeWorksheet(facts([first], { accounts: [] }), { quotes: [], refused: [] }, ['plan-1'], { version: 'v' })).toEqual({ refusal: { code: 'worksheet-plan-unknown', detail: { planId: 'plan-1' } } });
  });

  it('each line names the card that its plan hangs on, or none', () => {
    const [card] = facts().cards;
    const cards = [{ ...card!, id: 'card-0', lastFour: '0013' }, card!];
    const sheet = (plan: Plan) => made(makeWorksheet(facts([plan], { cards }), { quotes: [], refused: [] }, [plan.id], { version: 'v' })).lines[0]!.cardLastFour;
    expect([sheet(first), sheet({ ...first, card: 'card-0' }), sheet({ ...first, card: 'card-9' })]).toEqual(['0005', '0013', '']);
  });

  it('is good until the first quote of its own plans ends', () => {
    const ends = { 'plan-1': '2026-12-03T00:00:00.000Z', 'plan-2': '2026-12-01T00:00:00.000Z', 'plan-3': '2026-11-30T00:00:00.000Z' };
    expect(made(sheetOf([first, second, third], ['plan-1', 'plan-2'], ['plan-1', 'plan-2', 'plan-3'], ends)).quoteExpiresAt).toBe(ends['plan-2']);
  });

  it('one line that differs makes it differ, one without a quote makes it incomplete', () => {
    const off = { ...second, remainingFen: second.remainingFen + 1 };
    expect(made(sheetOf([first, off])).verdict).toBe('differs');
    expect(made(sheetOf([first, second], ['plan-1', 'plan-2'], ['plan-1'])).verdict).toBe('incomplete');
    expect(made(sheetOf([first, second])).verdict).toBe('agrees');
  });

  it('a figure that differs from the facts and from the quote is told once for each value', () => {
    const quotes = world.quotes().map((one) => ({ ...one, remainingFen: one.remainingFen + 2, dueNowFen: one.dueNowFen + 2 }));
    const line = made(makeWorksheet(facts([{ ...first, remainingFen: first.remainingFen + 2 }]), { quotes, refused: [] }, ['plan-1'], { version: 'v' })).lines[0]!;
    expect(line.differences.map(({ figure }) => figure)).toEqual(['remainingFen', 'dueNowFen']);
    const both = made(makeWorksheet(facts([{ ...first, remainingFen: first.remainingFen + 1 }]), { quotes, refused: [] }, ['plan-1'], { version: 'v' })).lines[0]!;
    expect(both.differences.map(({ figure, bank }) => [figure, bank - first.remainingFen])).toEqual([['remainingFen', 1], ['dueNowFen', 2], ['remainingFen', 2]]);
  });
});

describe('[TP2] the other kinds in words', () => {
  const given = { amount: '12.00', lastFour: '0005', reference: 'REF', matter: null };
  const matter = { zh: '某店', en: 'A shop' };
  it('title and sentence name sum, card and what it hangs on', () => {
    const en = (kind: PlainKind, more: Partial<Parameters<typeof plainWords>[1]> = {}) => Object.values(plainWords(kind, { ...given, ...more })).map((text) => text.en);
    const zh = (kind: PlainKind, more: Partial<Parameters<typeof plainWords>[1]> = {}) => Object.values(plainWords(kind, { ...given, ...more })).map((text) => text.zh);
    expect(en('limit-change')).toEqual(['Limit changed to 12.00', 'The limit of the card ending 0005 becomes 12.00.']);
    expect(zh('limit-change')).toEqual(['额度调整为 12.00 元', '尾号 0005 的信用额度调整为 12.00 元。']);
    expect(en('card-cancellation')).toEqual(['Card cancelled, credit balance 12.00 paid out', 'The card ending 0005 is cancelled; its credit balance of 12.00 goes to your account ending REF.']);
    expect(zh('card-cancellation')).toEqual(['销卡，退回溢缴款 12.00 元', '尾号 0005 的卡注销，溢缴款 12.00 元转到您尾号 REF 的账户。']);
    expect(en('card-cancellation', { amount: '0.00' })[1]).toBe('The card ending 0005 is cancelled; there is no credit balance to pay out.');
    expect(zh('card-cancellation', { amount: '0.00' })[1]).toBe('尾号 0005 的卡注销，账上没有要退的钱。');
    expect(en('refund')).toEqual(['Goodwill credit of 12.00', 'Under number REF, a goodwill credit of 12.00 goes to the card ending 0005.']);
    expect(zh('refund')).toEqual(['补偿 12.00 元', '按编号 REF 补偿 12.00 元，记到尾号 0005 的卡上。']);
    expect(en('refund', { matter })).toEqual(['Refund of 12.00', 'For A shop, 12.00 is refunded to the card ending 0005.']);
    expect(zh('refund', { matter })).toEqual(['退款 12.00 元', '某店的那笔，退 12.00 元到尾号 0005 的卡上。']);
    expect(en('emergency-payment')).toEqual(['Emergency payment of 12.00', 'An emergency payment of 12.00 goes from the card ending 0005 to the account ending REF.']);
    expect(zh('emergency-payment')).toEqual(['紧急支付 12.00 元', '从尾号 0005 的卡紧急支付 12.00 元，付到尾号 REF 的账户。']);
    expect(en('loss-reissue-abroad')).toEqual(['Formal loss report with a card sent abroad, fee 12.00', 'The card ending 0005 is reported lost for good; a new one goes to REF, for a fee of 12.00.']);
    expect(zh('loss-reissue-abroad')).toEqual(['正式挂失，境外补卡，费用 12.00 元', '尾号 0005 的卡正式挂失，新卡寄到REF，费用 12.00 元。']);
  });

  it('the rows beside the sum are those of the kind', () => {
    const rows = (kind: PlainKind, more: object = {}) => plainDetails(kind, { reference: 'REF', matter: null, creditBalanceFen: 700, words: '原话', recordingOffset: 42, ...more });
    const said = [['客户原话', '原话'], ['录音位置（秒）', '42']];
    const zh = (details: ReturnType<typeof plainDetails>) => details.map(({ label, value }) => [label.zh, value.zh]);
    expect(zh(rows('limit-change'))).toEqual(said);
    expect(zh(rows('card-cancellation'))).toEqual([['收款账户尾号', 'REF'], ['账上溢缴款', '7.00'], ...said]);
    expect(zh(rows('card-cancellation', { reference: '' }))).toEqual([['账上溢缴款', '7.00'], ...said]);
    expect(zh(rows('refund', { matter }))).toEqual([['原交易编号或补偿编号', 'REF'], ['原交易', '某店'], ...said]);
    expect(rows('card-cancellation').map(({ label }) => label.en)).toEqual(["Last four of the payee's account", 'Credit balance by the books', "The customer's words", 'Place on the recording (s)']);
    expect(rows('refund', { matter })[1]).toEqual({ label: { zh: '原交易', en: 'The transaction' }, value: matter });
  });

  it('[TP6] a line that names no place on the recording has none', () => {
    const line = { type: 'plain' as const, lineId: '', cardId: null, cardLastFour: '', title: matter, dueNowFen: 1, reference: '', say: matter };
    expect(recordingOffsetOf({ ...line, details: plainDetails('refund', { reference: 'R', matter: null, creditBalanceFen: 0, words: 'x', recordingOffset: 42 }) })).toBe(42);
    expect(recordingOffsetOf({ ...line, details: [] })).toBeNull();
  });
});

describe('[TP2] [TP3] pinned facts are read of the thing that they name', () => {
  const base = facts();
  const two = facts(world.plans, {
    accounts: [{ ...base.accounts[0]!, id: 'acct-0', hold: 'risk', pastDueDays: 9 }, base.accounts[0]!],
    cards: [{ ...base.cards[0]!, id: 'card-0', status: 'cancelled' }, base.cards[0]!],
  });
  it('another account or card before it in the list is not it', () => {
    const pins = pinnedFacts(two, { accountIds: ['acct-1'], cardIds: ['card-1'] });
    expect(pins).toContainEqual({ fact: 'account.acct-1.pastDueDays', value: 0 });
    expect(pins).toContainEqual({ fact: 'card.card-1.status', value: 'normal' });
    expect(rereadPinned(two, pins)).toEqual(pins);
  });

  it('what is not there is pinned as nothing, and by its own path alone', () => {
    expect(pinnedFacts(facts(), { planIds: ['plan-9'], accountIds: ['acct-9'] })).toEqual([{ fact: 'account.acct-9.hold', value: null }, { fact: 'plan.plan-9.status', value: null }]);
    expect(rereadPinned(facts(), ['card.card-1.lastFour', 'card.card-9.status', 'card.card-1.status9', 'xcard.card-1.status'].map((fact) => ({ fact, value: 'normal' }))).map((one) => one.value)).toEqual([null, null, null, null]);
  });
  it('what changed is told in the order of its paths, whatever came first', () => {
    const pin = (fact: string, value: number) => ({ fact, value });
    expect(changedFacts([pin('plan.b.periodsPosted', 1)], [pin('plan.b.periodsPosted', 2), pin('plan.a.periodsPosted', 3)]).map((one) => one.fact)).toEqual(['plan.a.periodsPosted', 'plan.b.periodsPosted']);
  });
});
