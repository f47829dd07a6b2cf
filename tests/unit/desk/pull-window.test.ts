import { expect, it } from 'vitest';
import { MAX_PULL } from '#shared/protocol/wire.ts';
import { PullWindow } from '../../../electron/desk/sync/pull-window.ts';

/** What a line brings before the desktop gives up on an answer. */
const FITS = { bytes: 64_000 / 8 * 15, msEach: 1_000 / (64_000 / 8) };

it('[SY4] [RB1] on a line of 64 kbit/s the pages become so small that they arrive, whatever the items weigh up to what fits at all', () => {
  for (const bytesEach of [500, 5_000, 100_000]) {
    const window = new PullWindow();
    let [tries, items] = [0, 0];
    while (items < 200 && tries < 1_000) {
      tries += 1;
      const bytes = window.items * bytesEach;
      if (bytes > FITS.bytes) window.unanswered();
      else {
        items += window.items;
        window.answered(bytes * FITS.msEach);
      }
    }
    expect([bytesEach, items >= 200, tries < 250]).toEqual([bytesEach, true, true]);
  }
});

it('a line that is quick again gets whole pages again', () => {
  const window = new PullWindow();
  for (let n = 0; n < 20; n += 1) window.unanswered();
  expect(window.items).toBe(1);
  for (let n = 0; n < 9; n += 1) window.answered(50);
  expect(window.items).toBe(MAX_PULL);
});
