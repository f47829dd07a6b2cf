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
});
