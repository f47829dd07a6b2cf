import { formatFen } from '../money/fen.ts';
import type { Bilingual } from '../protocol/ids.ts';
import type { PlainKind, PlainLine } from './payload.ts';

/** `matter`: the transaction that a refund hangs on, in words; null for a goodwill credit and the other kinds. */
type Given = { amount: string; lastFour: string; reference: string; matter: Bilingual | null };

/** What the line is called and what the agent says of it; part of the digest (TP2). */
const words: Record<PlainKind, (given: Given) => { title: Bilingual; say: Bilingual }> = {
  'limit-change': ({ amount, lastFour }) => ({
    title: { zh: `额度调整为 ${amount} 元`, en: `Limit changed to ${amount}` },
    say: { zh: `尾号 ${lastFour} 的信用额度调整为 ${amount} 元。`, en: `The limit of the card ending ${lastFour} becomes ${amount}.` },
  }),
  'card-cancellation': ({ amount, lastFour, reference }) => ({
    title: { zh: `销卡，退回溢缴款 ${amount} 元`, en: `Card cancelled, credit balance ${amount} paid out` },
    say: amount === formatFen(0)
      ? { zh: `尾号 ${lastFour} 的卡注销，账上没有要退的钱。`, en: `The card ending ${lastFour} is cancelled; there is no credit balance to pay out.` }
      : { zh: `尾号 ${lastFour} 的卡注销，溢缴款 ${amount} 元转到您尾号 ${reference} 的账户。`, en: `The card ending ${lastFour} is cancelled; its credit balance of ${amount} goes to your account ending ${reference}.` },
  }),
  refund: ({ amount, lastFour, reference, matter }) => ({
    title: matter === null ? { zh: `补偿 ${amount} 元`, en: `Goodwill credit of ${amount}` } : { zh: `退款 ${amount} 元`, en: `Refund of ${amount}` },
    say: matter === null
      ? { zh: `按编号 ${reference} 补偿 ${amount} 元，记到尾号 ${lastFour} 的卡上。`, en: `Under number ${reference}, a goodwill credit of ${amount} goes to the card ending ${lastFour}.` }
      : { zh: `${matter.zh}的那笔，退 ${amount} 元到尾号 ${lastFour} 的卡上。`, en: `For ${matter.en}, ${amount} is refunded to the card ending ${lastFour}.` },
  }),
  'emergency-payment': ({ amount, lastFour, reference }) => ({
    title: { zh: `紧急支付 ${amount} 元`, en: `Emergency payment of ${amount}` },
    say: { zh: `从尾号 ${lastFour} 的卡紧急支付 ${amount} 元，付到尾号 ${reference} 的账户。`, en: `An emergency payment of ${amount} goes from the card ending ${lastFour} to the account ending ${reference}.` },
  }),
  'loss-reissue-abroad': ({ amount, lastFour, reference }) => ({
    title: { zh: `正式挂失，境外补卡，费用 ${amount} 元`, en: `Formal loss report with a card sent abroad, fee ${amount}` },
    say: { zh: `尾号 ${lastFour} 的卡正式挂失，新卡寄到${reference}，费用 ${amount} 元。`, en: `The card ending ${lastFour} is reported lost for good; a new one goes to ${reference}, for a fee of ${amount}.` },
  }),
};

/** Title and spoken sentence of a plain line, in both languages. */
export const plainWords = (kind: PlainKind, given: Given): { title: Bilingual; say: Bilingual } => words[kind](given);

const referenceLabel: Record<PlainKind, Bilingual | null> = {
  'limit-change': null,
  'card-cancellation': { zh: '收款账户尾号', en: "Last four of the payee's account" },
  refund: { zh: '原交易编号或补偿编号', en: 'The transaction, or the number of the goodwill' },
  'emergency-payment': { zh: '收款账户尾号', en: "Last four of the payee's account" },
  'loss-reissue-abroad': { zh: '寄送地', en: 'Sent to' },
};

const same = (text: string): Bilingual => ({ zh: text, en: text });
const OFFSET_LABEL: Bilingual = { zh: '录音位置（秒）', en: 'Place on the recording (s)' };

/** The rows that every person is shown beside the sum. */
export function plainDetails(
  kind: PlainKind,
  given: { reference: string; matter: Bilingual | null; creditBalanceFen: number; words: string; recordingOffset: number },
): PlainLine['details'] {
  const label = referenceLabel[kind];
  return [
    ...(label === null || given.reference === '' ? [] : [{ label, value: same(given.reference) }]),
    ...(given.matter === null ? [] : [{ label: { zh: '原交易', en: 'The transaction' }, value: given.matter }]),
    ...(kind === 'card-cancellation' ? [{ label: { zh: '账上溢缴款', en: 'Credit balance by the books' }, value: same(formatFen(given.creditBalanceFen)) }] : []),
    { label: { zh: '客户原话', en: "The customer's words" }, value: same(given.words) },
    { label: OFFSET_LABEL, value: same(String(given.recordingOffset)) },
  ];
}

/**
 * Where on the recording the customer said what is asked for: what a reviewer listens to before typing the sum blind (TP6).
 *
 * @returns seconds from the start, or null for a line that names no place
 */
export function recordingOffsetOf(line: PlainLine): number | null {
  const row = line.details.find((one) => one.label.en === OFFSET_LABEL.en);
  return row === undefined ? null : Number(row.value.en);
}
