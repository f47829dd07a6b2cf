/**
 * Amounts of money: integer fen, read from what a person types and shown in tabular form.
 * Text is never turned into a floating number on the way: 0.1 + 0.2 would cost a customer a fen.
 */
import { refuse } from '../protocol/refusal.ts';
import type { Refusal, RefusalText } from '../protocol/refusal.ts';

/** Ten thousand million yuan: above any amount of this desk, far below the end of safe integers. */
export const MAX_AMOUNT_FEN = 1_000_000_000_000;

export type AmountRefusalCode =
  | 'amount-empty' | 'amount-not-a-number' | 'amount-separators' | 'amount-decimals' | 'amount-negative' | 'amount-too-large';

const UNCHANGED = { zh: '账户没有变化。', en: 'Nothing has changed in the account.' };
const amountText = (zhWhat: string, enWhat: string, zhTodo: string, enTodo: string): RefusalText => ({
  zh: { what: zhWhat, money: UNCHANGED.zh, todo: zhTodo },
  en: { what: enWhat, money: UNCHANGED.en, todo: enTodo },
});

/** Words for every way in which a typed amount can be wrong. */
export const AMOUNT_REFUSALS: Record<AmountRefusalCode, RefusalText> = {
  'amount-empty': amountText('没有输入金额。', 'No amount was typed.', '请输入金额，例如 12,345.67。', 'Type the amount, for example 12,345.67.'),
  'amount-not-a-number': amountText('输入的不是金额。', 'This is not an amount.', '请只输入数字和小数点，例如 12,345.67（全角数字也可以）。', 'Use digits and a point only, for example 12,345.67 (full-width digits are fine).'),
  'amount-separators': amountText('千分位逗号的位置不对。', 'The thousands separators are in the wrong places.', '逗号每三位一个，也可以不写逗号；请核对是否多写或漏写了一位。', 'Put one every three digits, or none; check for a missing or extra digit.'),
  'amount-decimals': amountText('小数超过两位。', 'There are more than two decimals.', '金额精确到分，请最多写两位小数。', 'Amounts end at the fen: two decimals at most.'),
  'amount-negative': amountText('金额不能是负数。', 'The amount cannot be negative.', '请输入不带负号的金额。', 'Type the amount without a minus sign.'),
  'amount-too-large': amountText('金额超出了可以处理的范围。', 'The amount is beyond what can be handled.', '请核对是否多写了几位。', 'Check whether there are digits too many.'),
};

/** Full-width forms become plain; the ideographic full stop is a point on a Chinese keyboard. No wider folding: ² is not 2. */
function plain(text: string): string {
  let out = '';
  for (const sign of text) {
    const code = sign.codePointAt(0) ?? 0;
    if (code >= 0xff01 && code <= 0xff5e) out += String.fromCodePoint(code - 0xfee0);
    else if (sign === '\u3000') out += ' ';
    else if (sign === '。' || sign === '｡') out += '.';
    else if (sign === '￥') out += '¥';
    else if (sign === '−') out += '-';
    else out += sign;
  }
  return out.trim();
}

/**
 * Reads an amount in yuan as a person types it: full-width digits, `。` as the point, thousands separators, `¥` or `元`.
 * @param text what was typed
 * @returns the amount in fen, or a refusal of {@link AMOUNT_REFUSALS}
 */
export function parseYuan(text: string): { fen: number } | { refusal: Refusal } {
  const bad = (code: AmountRefusalCode): { refusal: Refusal } => refuse(code);
  let rest = plain(text);
  if (rest === '') return bad('amount-empty');
  if (rest.length > 40) return bad('amount-too-large');
  const negative = /^¥?\s*-/.test(rest);
  rest = rest.replace(/^(?:-\s*¥?|¥\s*-?)\s*/, '').replace(/\s*元$/, '');
  const match = /^([\d,]+)(?:\.(\d+))?$/.exec(rest);
  const whole = match?.[1];
  if (whole === undefined || !/^\d/.test(whole)) return bad('amount-not-a-number');
  if (whole.includes(',') && !/^\d{1,3}(?:,\d{3})+$/.test(whole)) return bad('amount-separators');
  if (negative) return bad('amount-negative');
  const decimals = match?.[2] ?? '';
  if (decimals.length > 2) return bad('amount-decimals');
  const fen = BigInt(whole.replaceAll(',', '')) * 100n + BigInt(decimals.padEnd(2, '0'));
  if (fen > BigInt(MAX_AMOUNT_FEN)) return bad('amount-too-large');
  return { fen: Number(fen) };
}

/**
 * Shows fen as yuan: `1234567` → `12,345.67`. Always two decimals, so that columns of tabular figures line up.
 * @throws RangeError when the amount is not a safe integer: that is a bug, not an input
 */
export function formatFen(fen: number): string {
  if (!Number.isSafeInteger(fen)) throw new RangeError(`not an amount in fen: ${fen}`);
  const digits = String(Math.abs(fen)).padStart(3, '0');
  const whole = digits.slice(0, -2).replace(/\B(?=(?:\d{3})+$)/g, ',');
  return `${fen < 0 ? '-' : ''}${whole}.${digits.slice(-2)}`;
}

/** Adds amounts and refuses to leave the safe integers. */
export function sumFen(amounts: readonly number[]): number {
  const sum = amounts.reduce((total, fen) => total + fen, 0);
  if (!Number.isSafeInteger(sum)) throw new RangeError('sum of amounts is not a safe integer');
  return sum;
}

/** A rate of so many per million as a percentage with two decimals, rounded half up: `130341` → `13.03%`. */
export function formatPpm(ppm: number): string {
  const hundredths = Math.floor((Math.abs(ppm) + 50) / 100);
  return `${ppm < 0 ? '-' : ''}${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}%`;
}
