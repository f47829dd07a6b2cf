import { expect, it } from 'vitest';
import { isClean, proveKills } from '../../proof/kills.ts';

it('[SY1] [SY2] a real desk and a real server, killed in turn on a bad line, lose nothing and do nothing twice', { timeout: 240_000 }, async () => {
  const verdict = await proveKills(10, 7, () => undefined);
  expect(verdict).toMatchObject({ lost: 0, doubled: 0, disordered: 0, chain: 'whole' });
  expect(verdict.desk_kills).toBeGreaterThan(0);
  expect(verdict.server_kills).toBeGreaterThan(0);
  expect(isClean(verdict)).toBe(true);
});
