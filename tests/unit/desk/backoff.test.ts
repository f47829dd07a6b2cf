import { describe, expect, it } from 'vitest';
import { waitBefore } from '../../../electron/desk/sync/backoff.ts';

describe('waiting before the next attempt', () => {
  it('grows, is spread, and never passes twenty seconds', () => {
    expect(waitBefore(0, 0)).toBe(250);
    expect(waitBefore(0, 1)).toBe(500);
    expect(waitBefore(3, 0)).toBeGreaterThan(waitBefore(2, 0));
    expect(waitBefore(400, 1)).toBe(20_000);
  });
});
