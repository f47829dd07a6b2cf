import { expect, it } from 'vitest';
import { AddressLimit } from '../../../server/http/address-limit.ts';
import { isLoopback } from '../../../server/http/listen.ts';

it('[RB1] an address has a burst, is told how long to wait, and is let in again; another address is not its neighbour', () => {
  let now = 0;
  const limit = new AddressLimit(3, 0.5, () => now);
  expect([1, 2, 3].map(() => limit.wait('a'))).toEqual([0, 0, 0]);
  expect(limit.wait('a')).toBe(2);
  expect(limit.wait('b')).toBe(0);
  now += 1_999;
  expect(limit.wait('a')).toBe(1);
  now += 1;
  expect(limit.wait('a')).toBe(0);
  // Waiting for ever gives no more than a burst.
  now += 3_600_000;
  expect([1, 2, 3, 4].map(() => limit.wait('a') > 0)).toEqual([false, false, false, true]);
});

it('[PR9] loopback is what no other machine reaches, and nothing that looks like it', () => {
  expect(['127.0.0.1', '127.8.8.8', '::1', 'localhost'].map(isLoopback)).toEqual([true, true, true, true]);
  expect(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.com', 'localhost.example.com', '', '1127.0.0.1'].map(isLoopback)).toEqual([false, false, false, false, false, false, false]);
});
