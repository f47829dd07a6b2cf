import { describe, expect, test } from 'vitest';
import { fromPage } from '../../../electron/ipc/channels.ts';
import { STRIP_WIDTH, stripBounds } from '../../../electron/strip-bounds.ts';

describe('the strip beside the bank\'s own system', () => {
  test('stands 420 px wide at the right edge, the whole height of the work area', () => {
    expect(STRIP_WIDTH).toBe(420);
    expect(stripBounds({ x: 0, y: 30, width: 1366, height: 738 })).toEqual({ x: 946, y: 30, width: 420, height: 738 });
  });

  test('stays on the monitor it is on, left of the main one too', () => {
    expect(stripBounds({ x: -1920, y: -40, width: 1920, height: 1080 })).toEqual({ x: -420, y: -40, width: 420, height: 1080 });
  });

  test('is never wider than the monitor', () => {
    expect(stripBounds({ x: 0, y: 0, width: 360, height: 640 })).toEqual({ x: 0, y: 0, width: 360, height: 640 });
  });

  test('is asked for by yes or no only: a size or place of the page\'s own is refused', () => {
    expect(fromPage['aidline:strip'].safeParse(true).success).toBe(true);
    for (const wrong of [undefined, null, 1, 'on', { width: 10 }, [true]]) expect(fromPage['aidline:strip'].safeParse(wrong).success).toBe(false);
  });
});
