/** A made-up customer with five plans in four charging modes, two cards and a few transactions. Test card ranges only. */
import type { CustomerFacts, Quote } from '#shared/protocol/bank.ts';
import { makeFacts } from '../operation/story.ts';

const shops: [string, string, number, CustomerFacts['recentTransactions'][number]['channel']][] = [['晨光便利', '2026-11-20T18:52:00.000Z', 2_350, 'pos'], ['环城加油站', '2026-11-20T17:10:00.000Z', 38_000, 'pos'], ['某网购平台', '2026-11-20T16:41:00.000Z', 129_900, 'online']];

export function demoCustomer(at: string, change: (facts: CustomerFacts) => CustomerFacts = (facts) => facts): { facts: CustomerFacts; quotes: Quote[] } {
  const { facts, quotes } = makeFacts(5, at);
  const card = facts.cards[0]!;
  return {
    facts: change({
      ...facts,
      cards: [card, { ...card, id: 'card-2', account: 'acc-2', kind: 'debit', lastFour: '8841', first6: '622848', product: { zh: '借记卡', en: 'Debit card' } }],
      recentTransactions: shops.map(([merchant, when, amountFen, channel], index) => ({ id: `tx-${index + 1}`, card: index === 1 ? 'card-2' : 'card-1', at: when, amountFen, merchant, channel, status: 'posted' })),
    }),
    quotes,
  };
}

export const demoAnswers: Record<string, string> = { name: '王晓明', idLast4: '013X', birthDate: '1985-03-07', statementDay: '8', addressDistrict: '东湖区', branchDistrict: '北山区', autoDebitLastFour: '8841', recentTransaction: '晨光便利' };
