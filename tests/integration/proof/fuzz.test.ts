import { expect, it } from 'vitest';
import { GROWTH_MB, HONEST_MS, proveFuzz } from '../../proof/fuzz.ts';

it('[RB1] three thousand hostile messages stop neither the server nor anybody who works, and leave nothing behind', { timeout: 300_000 }, async () => {
  const verdict = await proveFuzz(3_000, 7, false, () => undefined);
  expect(verdict).toMatchObject({ faults: [], crashes: 0, honest_errors: 0, server_errors: 0, hung: 0, audit: 'whole' });
  expect(verdict.messages).toBe(3_000);
  expect(Object.keys(verdict.kinds)).toEqual(expect.arrayContaining(['garbage', 'body', 'spool', 'webhook', 'frames', 'hello', 'socket push', 'socket pull', 'socket ask']));
  expect(verdict.honest_commands).toBeGreaterThan(100);
  expect(verdict.honest_slowest_ms).toBeLessThan(HONEST_MS);
  expect(verdict.heap_after_mb - verdict.heap_before_mb).toBeLessThan(GROWTH_MB);
});
