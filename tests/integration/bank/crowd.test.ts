import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeWorksheet } from '#shared/operation/worksheet.ts';
import type { CustomerFacts } from '#shared/protocol/bank.ts';
import { BLOCKED } from '../../../server/bank/demo/stories.ts';
import { cardNumber, identityNumber } from '../../../server/bank/demo/people.ts';
import { endRig, facts, newKey, NOW, settlementOf, startRig, value } from './with-bank.ts';
import type { Rig } from './with-bank.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
}, 60_000);
afterAll(() => endRig(rig));

const STORY = { customerId: 'cust-story-settle', answers: { name: '王样甲' } };

/** The check digit of GB 11643: a real number has this one, ours never. */
const rightCheck = (head: string): string => {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  return '10X98765432'.charAt([...head].reduce((total, digit, index) => total + Number(digit) * (weights[index] ?? 0), 0) % 11);
};
const luhn = (number: string): boolean =>
  [...number].reverse().reduce((total, sign, index) => {
    const digit = Number(sign) * (index % 2 ? 2 : 1);
    return total + (digit > 9 ? digit - 9 : digit);
  }, 0) % 10 === 0;

describe('nobody in the demo bank can be real', () => {
  test('identity numbers have a wrong check digit and an area that does not exist', () => {
    for (let sequence = 0; sequence < 2_000; sequence++) {
      const number = identityNumber('1980-01-01', sequence);
      expect(number).toMatch(/^990000\d{12}$/);
      expect(number.at(-1)).not.toBe(rightCheck(number.slice(0, 17)));
    }
  });

  test('[PR2] cards are of test ranges with a right Luhn digit, and only first six and last four are told', async () => {
    expect(luhn(cardNumber('400000', 123))).toBe(true);
    const read = await facts(rig, STORY.customerId);
    for (const card of read.cards) expect(['400000', '620000']).toContain(card.first6);
    expect(JSON.stringify(read)).not.toMatch(/\d{12,}/);
  });

  test('two thousand and more, all calling from the fictional range, each once', async () => {
    const { callers, total } = await rig.control.callers(5_000);
    expect(total).toBeGreaterThanOrEqual(2_000);
    expect(callers).toHaveLength(total);
    expect(new Set(callers.map((one) => one.phone)).size).toBe(total);
    for (const { phone } of callers) expect(phone).toMatch(/^1990000\d{4}$/);
  });
});

describe('the crowd', () => {
  let sample: CustomerFacts[];
  beforeAll(async () => {
    const { callers } = await rig.control.callers(5_000);
    sample = [];
    for (const { customerId } of callers.filter((_, index) => index % 6 === 0)) sample.push(await facts(rig, customerId));
  }, 60_000);

  test('holds every charging mode, every card status and every hold', () => {
    expect(new Set(sample.flatMap((one) => one.plans.map((plan) => plan.feeMode)))).toEqual(new Set(['A', 'B', 'C', 'D']));
    expect(new Set(sample.flatMap((one) => one.cards.map((card) => card.status)))).toEqual(new Set(['normal', 'locked', 'lost', 'frozen', 'cancelled', 'writtenOff']));
    expect(sample.some((one) => one.accounts.some((account) => account.pastDueDays > 0))).toBe(true);
    expect(sample.some((one) => one.plans.some((plan) => plan.periodsPosted === 0))).toBe(true);
  });

  test('for every plan our worksheet and the bank, computing in two ways, agree to the fen', async () => {
    let compared = 0;
    for (const read of sample) {
      const planIds = read.plans.filter((plan) => plan.status === 'active' && !plan.ruleConflict).map((plan) => plan.id);
      if (planIds.length === 0) continue;
      const quotes = value(await rig.bank.quote({ customerId: read.customer.id, planIds }));
      const sheet = makeWorksheet(read, quotes, planIds, { version: 'test' });
      if ('refusal' in sheet) throw new Error(sheet.refusal.code);
      expect(sheet.lines.flatMap((line) => line.differences)).toEqual([]);
      expect(sheet.verdict).toBe('agrees');
      compared += planIds.length;
    }
    expect(compared).toBeGreaterThan(300);
  }, 60_000);

  test('modes C and D without conflict are all older than the rule, and a conflict is never quoted', async () => {
    for (const read of sample) for (const plan of read.plans) {
      expect(plan.ruleConflict).toBe((plan.feeMode === 'C' || plan.feeMode === 'D') && plan.signedOn >= '2022-07-07');
    }
    const conflict = sample.flatMap((read) => read.plans.filter((plan) => plan.ruleConflict).map((plan) => ({ customerId: read.customer.id, planId: plan.id })))[0];
    if (!conflict) throw new Error('no conflict in the sample');
    expect(value(await rig.bank.quote({ customerId: conflict.customerId, planIds: [conflict.planId] }))).toMatchObject({ quotes: [], refused: [{ code: 'rule-conflict' }] });
  });
});

describe('[FLOWS ES-6] each prerequisite has a customer who fails it', () => {
  const failing = async (customerId: string): Promise<string[]> => {
    const read = await facts(rig, customerId);
    const [account] = read.accounts;
    const [card] = read.cards;
    const [plan] = read.plans;
    if (!account || !card || !plan) throw new Error(`${customerId} is not whole`);
    const { quotes } = value(await rig.bank.quote({ customerId, planIds: [plan.id] }));
    const rules: Record<string, boolean> = {
      p1: card.status === 'normal', p2: account.pastDueDays === 0, p3: plan.periodsPosted >= 1, p4: !account.isStatementDay && NOW < account.cutoffAt,
      p5: account.pendingRefundFen === 0 && account.pendingReversals === 0, p6: account.hold === 'none', p7: !account.hardshipAgreement,
      p8: !plan.ruleConflict, p9: plan.ruleConflict || account.isStatementDay || (quotes[0]?.expiresAt ?? '') > '2026-11-22T02:00:00.000Z',
    };
    return Object.keys(rules).filter((rule) => !rules[rule]);
  };

  test.each(Object.keys(BLOCKED))('%s fails that one and no other', async (customerId) => {
    expect(await failing(customerId)).toEqual([customerId.slice(5, 7)]);
  });

  test.each(Object.keys(BLOCKED).filter((id) => !id.startsWith('cust-p9') && id !== 'cust-p3-not-posted'))('the bank itself refuses %s', async (customerId) => {
    const { operation, expected } = await settlementOf(rig, customerId, `${customerId}-plan`);
    expect(value(await rig.bank.book(newKey(), operation, expected))).toMatchObject({ kind: 'refused', code: 'not-allowed' });
  });
});

describe('finding and verifying', () => {
  test('by number, by name and identity, by card, however it is typed', async () => {
    const { answers, phone } = await rig.control.answers(STORY.customerId);
    const idLast4 = answers.idLast4[0] ?? '';
    for (const query of [{ phone }, { phone: `+86 ${phone}` }, { phone: `0${phone}` }, { name: '王样甲', idLast4 }, { name: ' 王 样甲', idLast4 }]) {
      expect(value(await rig.bank.find(query))).toEqual({ matches: [{ id: STORY.customerId, maskedName: '王**', surname: '王', title: { zh: '女士', en: 'Ms' }, reservedPhoneMasked: '199****0001' }], more: false });
    }
    const number = cardNumber('400000', 900_000_102);
    expect(value(await rig.bank.find({ cardNumber: number.replace(/(\d{4})/g, '$1 ') })).matches.map((one) => one.id)).toEqual([STORY.customerId]);
    expect(value(await rig.bank.find({ phone: '13800000000' }))).toEqual({ matches: [], more: false });
  });

  test('two of one name and one identity tail are told apart by the district of the opening branch', async () => {
    const { answers } = await rig.control.answers('cust-story-namesake-1');
    const query = { name: '孙模戊', idLast4: answers.idLast4[0] ?? '' };
    expect(value(await rig.bank.find(query)).matches.map((one) => one.id)).toEqual(['cust-story-namesake-1', 'cust-story-namesake-2']);
    expect(value(await rig.bank.find({ ...query, district: '星湾' })).matches.map((one) => one.id)).toEqual(['cust-story-namesake-2']);
  });

  test('the caller number is compared and not told', async () => {
    expect(value(await rig.bank.read({ customerId: STORY.customerId, callerNumber: '19900000001' })).customer.numberMatchesReserved).toBe(true);
    expect(value(await rig.bank.read({ customerId: STORY.customerId, callerNumber: '19900000002' })).customer.numberMatchesReserved).toBe(false);
    expect((await facts(rig, STORY.customerId)).customer.numberMatchesReserved).toBeNull();
    expect(value(await rig.bank.reservedPhone(STORY.customerId))).toEqual({ phone: '19900000001' });
  });

  test('[PR2] every factor says yes or no and nothing else; the facts hold no answer', async () => {
    const { answers } = await rig.control.answers(STORY.customerId);
    const read = JSON.stringify(await facts(rig, STORY.customerId));
    for (const [factor, accepted] of Object.entries(answers)) {
      const verify = async (answer: string): Promise<unknown> => value(await rig.bank.verify({ customerId: STORY.customerId, factor: factor as keyof typeof answers, answer }));
      expect(accepted.length).toBeGreaterThan(0);
      for (const answer of accepted) expect(await verify(answer)).toEqual({ ok: true });
      for (const answer of ['', 'wrong', '0', '99999', '%', "' OR 1=1"]) expect(await verify(answer)).toEqual({ ok: false });
      if (['name', 'idLast4', 'birthDate', 'addressDistrict', 'branchDistrict', 'servicePassword'].includes(factor)) for (const answer of accepted) expect(read).not.toContain(`"${answer}"`);
    }
    expect(value(await rig.bank.verify({ customerId: STORY.customerId, factor: 'birthDate', answer: '１９８８年06月18日' }))).toEqual({ ok: true });
    expect(value(await rig.bank.verify({ customerId: STORY.customerId, factor: 'addressDistrict', answer: '云桥' }))).toEqual({ ok: true });
  });

  test('a customer who is none is rejected in both languages', async () => {
    for (const result of [await rig.bank.read({ customerId: 'nobody' }), await rig.bank.verify({ customerId: 'nobody', factor: 'name', answer: 'x' }), await rig.bank.reservedPhone('nobody')]) {
      expect(result).toMatchObject({ kind: 'rejected', code: 'unknown-customer', text: { zh: '查无此客户。', en: 'No such customer.' } });
    }
  });

  test('recent transactions of one card, newest first', async () => {
    const { transactions } = value(await rig.bank.recentTransactions({ customerId: 'cust-story-loss', cardId: 'card-story-loss-debit', limit: 2 }));
    expect(transactions).toHaveLength(2);
    expect(transactions.every((one) => one.card === 'card-story-loss-debit')).toBe(true);
    expect((transactions[0]?.at ?? '') > (transactions[1]?.at ?? '')).toBe(true);
  });
});
