import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AMOUNT_REFUSALS, formatFen, formatPpm, MAX_AMOUNT_FEN, parseYuan, sumFen } from '#shared/money/fen.ts';

const fen = (text: string): number | string => {
  const result = parseYuan(text);
  return 'fen' in result ? result.fen : result.refusal.code;
};

describe('an amount as a person types it', () => {
  test.each([
    ['12345.67', 1234567], ['12,345.67', 1234567], ['1,2345.67', 'amount-separators'], ['12345.6', 1234560], ['7000', 700000],
    ['７０００', 700000], ['１２，３４５．６７', 1234567], ['12345。67', 1234567], ['12345｡67', 1234567], ['¥7,000.00', 700000],
    ['￥７，０００．００', 700000], ['7000元', 700000], ['　7000.00　', 700000], ['0', 0], ['0.01', 1], ['007', 700],
    ['', 'amount-empty'], ['   ', 'amount-empty'], ['abc', 'amount-not-a-number'], ['1e5', 'amount-not-a-number'],
    ['0x10', 'amount-not-a-number'], ['七千', 'amount-not-a-number'], ['1.234,56', 'amount-not-a-number'], ['1.', 'amount-not-a-number'],
    ['.5', 'amount-not-a-number'], ['1²', 'amount-not-a-number'], ['1,', 'amount-separators'], [',100', 'amount-not-a-number'],
    ['1.005', 'amount-decimals'], ['-5', 'amount-negative'], ['－5', 'amount-negative'], ['¥-5.00', 'amount-negative'], ['--5', 'amount-not-a-number'],
    ['99999999999.99', 'amount-too-large'], ['9'.repeat(60), 'amount-too-large'], ['1 000', 'amount-not-a-number'], ['Infinity', 'amount-not-a-number'],
  ])('%j is read as %j', (text, expected) => {
    expect(fen(text)).toBe(expected);
  });

  test('every refusal has words in both languages that say what to do', () => {
    for (const words of Object.values(AMOUNT_REFUSALS)) {
      expect(words.zh.todo).not.toBe('');
      expect(words.en.todo).not.toBe('');
    }
  });

  test('what is shown can be typed back, in plain and in full-width digits', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: MAX_AMOUNT_FEN }), (amount) => {
      const shown = formatFen(amount);
      const wide = [...shown].map((sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + 0xfee0)).join('');
      expect(fen(shown)).toBe(amount);
      expect(fen(wide)).toBe(amount);
    }), { seed: 7 });
  });

  test('no text makes the reader throw or give anything but a whole amount', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const result = parseYuan(text);
      expect('fen' in result ? Number.isSafeInteger(result.fen) && result.fen >= 0 : result.refusal.code in AMOUNT_REFUSALS).toBe(true);
    }), { seed: 8, numRuns: 500 });
  });
});

describe('an amount as it is shown', () => {
  test.each([[0, '0.00'], [5, '0.05'], [99, '0.99'], [100, '1.00'], [100000, '1,000.00'], [1234567, '12,345.67'], [-504, '-5.04'], [-123456789, '-1,234,567.89']])('%i fen is %s', (amount, shown) => {
    expect(formatFen(amount)).toBe(shown);
  });

  test('half a fen is a bug, not an amount', () => {
    expect(() => formatFen(0.5)).toThrow(RangeError);
    expect(() => sumFen([Number.MAX_SAFE_INTEGER, 1])).toThrow(RangeError);
  });

  test.each([[130342, '13.03%'], [86276, '8.63%'], [500, '0.05%'], [0, '0.00%'], [-30000, '-3.00%'], [9995, '1.00%'], [30000, '3.00%']])('%i ppm is %s', (ppm, shown) => {
    expect(formatPpm(ppm)).toBe(shown);
  });
});
