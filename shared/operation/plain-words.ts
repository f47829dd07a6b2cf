import { formatFen } from '../money/fen.ts';
import type { Bilingual } from '../protocol/ids.ts';
import type { PlainKind, PlainLine } from './payload.ts';

type Given = { amount: string; lastFour: string; reference: string };

/** What the line is called and what the agent says of it; part of the digest (TP2). */
const words: Record<PlainKind, (given: Given) => { title: Bilingual; say: Bilingual }> = {
  'limit-change': ({ amount, lastFour }) => ({
    title: { zh: `额度调整为 ${amount} 元`, en: `Limit changed to ${amount}` },
    say: { zh: `尾号 ${lastFour} 的信用额度调整为 ${amount} 元。`, en: `The limit of the card ending ${lastFour} becomes ${amount}.` },
  }),
  'card-cancellation': ({ amount, lastFour, reference }) => ({
    title: { zh: `销卡，退回溢缴款 ${amount} 元`, en: `Card cancelled, credit balance ${amount} paid out` },
    say: { zh: `尾号 ${lastFour} 的卡注销，溢缴款 ${amount} 元转到尾号 ${reference} 的账户。`, en: `The card ending ${lastFour} is cancelled; its credit balance of ${amount} goes to the account ending ${reference}.` },
  }),
  refund: ({ amount, lastFour }) => ({
    title: { zh: `退款或补偿 ${amount} 元`, en: `Refund or goodwill credit of ${amount}` },
    say: { zh: `退给尾号 ${lastFour} 的卡 ${amount} 元。`, en: `${amount} is credited to the card ending ${lastFour}.` },
  }),
  'emergency-payment': ({ amount, reference }) => ({
    title: { zh: `紧急支付 ${amount} 元`, en: `Emergency payment of ${amount}` },
    say: { zh: `紧急支付 ${amount} 元到尾号 ${reference} 的账户。`, en: `An emergency payment of ${amount} goes to the account ending ${reference}.` },
  }),
  'loss-reissue-abroad': ({ amount, lastFour, reference }) => ({
    title: { zh: `正式挂失，境外补卡，费用 ${amount} 元`, en: `Formal loss report with a card sent abroad, fee ${amount}` },
    say: { zh: `尾号 ${lastFour} 的卡正式挂失，新卡寄到${reference}，费用 ${amount} 元。`, en: `The card ending ${lastFour} is reported lost for good; a new one goes to ${reference}, for a fee of ${amount}.` },
  }),
};

export const plainWords = (kind: PlainKind, given: Given): { title: Bilingual; say: Bilingual } => words[kind](given);

const referenceLabel: Record<PlainKind, Bilingual | null> = {
  'limit-change': null,
  'card-cancellation': { zh: '收款账户尾号', en: "Last four of the payee's account" },
  refund: { zh: '原交易编号', en: 'The transaction that is refunded' },
  'emergency-payment': { zh: '收款账户尾号', en: "Last four of the payee's account" },
  'loss-reissue-abroad': { zh: '寄送地', en: 'Sent to' },
};

const same = (text: string): Bilingual => ({ zh: text, en: text });

/** The rows that every person is shown beside the sum. */
export function plainDetails(kind: PlainKind, given: { amountFen: number; reference: string; creditBalanceFen: number; words: string; recordingOffset: number }): PlainLine['details'] {
  const label = referenceLabel[kind];
  return [
    ...(label === null ? [] : [{ label, value: same(given.reference) }]),
    ...(kind === 'card-cancellation' ? [{ label: { zh: '账上溢缴款', en: 'Credit balance by the books' }, value: same(formatFen(given.creditBalanceFen)) }] : []),
    { label: { zh: '客户原话', en: "The customer's words" }, value: same(given.words) },
    { label: { zh: '录音位置（秒）', en: 'Place on the recording (s)' }, value: same(String(given.recordingOffset)) },
  ];
}
