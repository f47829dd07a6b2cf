import { expect, it } from 'vitest';
import { atMostEvery } from '../../../server/clock/at-most-every.ts';

it('tells at once where it was quiet, once more after the time for whatever came in it, and then is quiet again', () => {
  const timers: (() => void)[] = [];
  const turn = (): void => timers.shift()?.();
  let told = 0;
  const { tell, stop } = atMostEvery(500, { after: (_ms, run) => {
    timers.push(run);
    return () => void timers.splice(timers.indexOf(run), 1);
  } }, () => {
    told += 1;
  });
  tell();
  expect(told).toBe(1);
  for (let n = 0; n < 1_000; n += 1) tell();
  expect(told).toBe(1);
  turn();
  expect(told).toBe(2);
  turn();
  expect([told, timers.length]).toEqual([2, 0]);
  tell();
  tell();
  expect(told).toBe(3);
  stop();
  expect(timers).toHaveLength(0);
});
