import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storableText } from '../../../electron/desk/draft-text.ts';

describe('[PR2] what of a text being typed is stored', () => {
  it('stores nothing of a card number while it is being typed, at any length', () => {
    const number = '6222 0212 3456 7890';
    for (let length = 1; length <= number.length; length += 1) {
      expect(storableText(`客户说卡号${number.slice(0, length)}`, false)).toBe('客户说卡号');
    }
  });

  it('stores it masked once it has ended', () => {
    for (const typed of ['6222021234567890', '6222 0212 3456 7890', '6222-0212-3456-7890', '６２２２０２１２３４５６７８９０']) {
      const stored = storableText(`卡号${typed}，请核`, false);
      expect(stored).toBe('卡号****7890，请核');
      expect(storableText(`卡号${typed}`, true)).toBe('卡号****7890');
    }
  });

  it('keeps all that is finished, and the last word once the field is left', () => {
    expect(storableText('想提前结清，回电 16:30 ', false)).toBe('想提前结清，回电 16:');
    expect(storableText('想提前结清，回电 16:30 ', true)).toBe('想提前结清，回电 16:30 ');
    expect(storableText('wants to settle ear', false)).toBe('wants to settle ');
  });

  const styles = { plain: '0123456789', wide: '０１２３４５６７８９', read: '〇一二三四五六七八九', read2: '零幺二三四五六七八九' };
  const gaps = ['', '', '', ' ', '-', '  ', ' -', '　', '\u00a0', '\t', '–', '－', '·', '\n', '\u200b'];
  /** A card number as somebody might write it: 12 to 19 digits, in any style, with anything between them. */
  const number = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom(...Object.values(styles)), fc.constantFrom(...gaps)), { minLength: 12, maxLength: 19 })
    .map((digits) => ({ plain: digits.map(([digit]) => digit).join(''), typed: digits.map(([digit, style, gap], at) => `${style[digit] ?? ''}${at === digits.length - 1 ? '' : gap}`).join('') }))
    // Days look like nothing else.
    .filter(({ plain }) => !/^(19|20)/.test(plain));
  const words = fc.array(fc.constantFrom('客户说', '卡号', '请核', '。', 'card ', '：', '明天再打'), { maxLength: 3 }).map((parts) => parts.join(''));
  /** Every digit that a stored text shows, however it is written. */
  const shown = (stored: string): string => [...stored].map((one) => Object.values(styles).map((style) => style.indexOf(one)).find((at) => at >= 0) ?? '').join('');

  it('stores nothing of any card number while it is typed, at the end of a text or in the middle of one, and its last four after', () => {
    fc.assert(
      fc.property(words, number, words, fc.boolean(), (front, { plain, typed }, after, inTheMiddle) => {
        const behind = `。${after}`;
        let before: string | null = inTheMiddle ? front + behind : null;
        const type = (text: string): string => {
          const stored = storableText(text, false, before);
          before = text;
          return stored;
        };
        for (let length = 1; length <= typed.length; length += 1) {
          // Up to four digits in the middle of a text may be anything.
          const digits = shown(type(`${front}${typed.slice(0, length)}${inTheMiddle ? behind : ''}`));
          expect(digits.length).toBeLessThanOrEqual(inTheMiddle ? 4 : 0);
        }
        const whole = `${front}${typed}${behind}`;
        type(whole);
        expect(shown(type(`${whole}好的`))).toBe(plain.slice(-4));
        expect(shown(storableText(whole, true))).toBe(plain.slice(-4));
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  it('keeps a telephone number in the middle of a text once something else was typed', () => {
    expect(storableText('打1990000，谢谢', false, '打199000，谢谢')).toBe('打谢谢');
    expect(storableText('打19900000001，谢谢她', false, '打19900000001，谢谢')).toBe('打19900000001，谢谢她');
  });
});
