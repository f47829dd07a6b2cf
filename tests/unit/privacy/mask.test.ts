import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskNumbers } from '#shared/privacy/mask.ts';

describe('[PR2] long numbers in free text', () => {
  it.each([
    ['卡号4000001234567899。', '卡号****7899。'], ['4000 0012 3456 7899', '****7899'], ['4000-0012-3456-7899 丢了', '****7899 丢了'], ['４０００００１２３４５６７８９９', '****7899'],
    ['证件 110101198806180731', '证件 ****0731'], ['两张:4000001234567899,6200009876543210', '两张:****7899,****3210'], ['123456789012', '****9012'],
    ['6222\u00a00212\u30003456\u20097890', '****7890'], ['6222–0212—3456―7890', '****7890'], ['6222\n0212\n3456\n7890', '****7890'], ['6222\u200b0212\u200b3456\u200b7890', '****7890'], ['6222 -0212 -3456', '****3456'],
    ['6222.0212.3456.7890', '****7890'], ['6222、0212、3456、7890', '****7890'], ['6222/0212/3456/7890/123', '****0123'], ['六二二二零二一二三四五六七八九〇', '****7890'], ['卡号六二二二 0212 三四五六 7890。', '卡号****7890。'],
    ['2026-11-20 2026-11-23', '2026-11-20 2026-11-23'], ['2026-11-20 到 2026-11-23', '2026-11-20 到 2026-11-23'], ['每期 1,234.56，共 12,345,678.90', '每期 1,234.56，共 12,345,678.90'], ['一二三四五', '一二三四五'],
    ['电话 19900000001', '电话 19900000001'], ['12345678901', '12345678901'], ['金额 1234567.89 元', '金额 1234567.89 元'], ['', ''],
  ])('%j becomes %j', (text, masked) => expect(maskNumbers(text)).toBe(masked));

  it('whatever is typed around it, no run of twelve digits is left, and masking again changes nothing', () => {
    const digits = fc.stringMatching(/^[0-9]{12,19}$/);
    const words = fc.string({ unit: fc.constantFrom('a', '卡', ' ', '.', ',', '-', '\n') });
    fc.assert(
      fc.property(words, digits, words, (before, number, after) => {
        const masked = maskNumbers(`${before}x${number}x${after}`);
        expect(masked).not.toMatch(/\d{12}/);
        expect(masked).not.toContain(number);
        expect(masked).toContain(number.slice(-4));
        expect(maskNumbers(masked)).toBe(masked);
      }),
      { seed: 2 },
    );
  });
});
