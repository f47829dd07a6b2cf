import { expect, it } from 'vitest';
import { playLive } from '../../control/live.ts';

it('[TP1] [TP3] [TP4] [TP7] [TP8] [TP10] [SY2] a running server and bank, killed and cut off on the way: nothing is executed that the judge does not find in order', async () => {
  const { verdict, commands, restarts } = await playLive(5, 20_261_123);
  expect(verdict.violations).toEqual([]);
  expect(verdict.executions).toBeGreaterThan(1);
  expect(verdict.inDoubt).toBe(0);
  expect(commands).toBeGreaterThan(100);
  expect(restarts).toBeGreaterThan(0);
}, 240_000);
