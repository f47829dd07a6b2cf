import { describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { maskBody } from '../../../electron/desk/mask-body.ts';

describe('[PR2] a command’s body before its first write', () => {
  it('carries no full card number in free text or in a flow’s answers', () => {
    expect(maskBody({ noteId: 'n', text: '卡号 6222 0212 3456 7890' })).toEqual({ noteId: 'n', text: '卡号 ****7890' });
    expect(maskBody({ values: { words: '他念了6222021234567890', number: '6222021234567890', amount: 1200, cards: ['c-1'] } }))
      .toEqual({ values: { words: '他念了****7890', number: '****7890', amount: 1200, cards: ['c-1'] } });
  });

  it('leaves ids, instants, receipts and what is no text alone', () => {
    const body = { noteId: v7(), planId: 'plan-123456789012', from: '2026-03-02T01:00:00.000Z', receipt: '202603020001234567', values: { ref: '01960000-0000-7000-8000-000000000001', receipt: '202603020001234567', plan: 'P123456789012' } };
    expect(maskBody(body)).toEqual(body);
    expect(maskBody(null)).toBeNull();
    expect(maskBody('text')).toBe('text');
  });

  it('reaches free text wherever it lies, of commands that are still to be thought of too', () => {
    expect(maskBody({ lines: [{ note: '6222021234567890' }, { words: '卡 6222021234567890' }], extra: { deep: ['他说 6222-0212-3456-7890'] }, cardWords: '6222021234567890' }))
      .toEqual({ lines: [{ note: '****7890' }, { words: '卡 ****7890' }], extra: { deep: ['他说 ****7890'] }, cardWords: '****7890' });
    const kept = { customerId: '110000123456', number: '008619900000001', signed: { person: 'a'.repeat(20), at: '2026-03-02T01:00:00.000Z' } };
    expect(maskBody(kept)).toEqual(kept);
  });
});
