import { expect, it } from 'vitest';
import { CaseCache } from '../../../server/log/case-cache.ts';
import type { StoredEvent } from '../../../server/log/log.ts';

const A = '01950000-0000-7000-8000-00000000000a';
const B = '01950000-0000-7000-8000-00000000000b';
const at = '2026-03-02T01:00:00.000Z';
const event = (stream: string, version: number): StoredEvent => ({
  position: version,
  envelope: {
    id: A, case: stream, version, kind: 'note written', schema: 1, actor: { kind: 'server', person: null, workstation: null },
    times: { said: null, made: at, recorded: at }, command: null, bodyHash: '0'.repeat(64), link: '0'.repeat(64),
  },
  body: version,
});
const cache = (maxEvents: number) => new CaseCache<number[]>((state, folded) => [...(state ?? []), folded.body as number], maxEvents);

it('folds each version once and takes only what is new of a tail that overlaps', () => {
  const held = cache(100).take(A);
  held.extend([event(A, 1), event(A, 2)]);
  held.extend([event(A, 2), event(A, 3)]);
  expect(held.full).toEqual([[1], [1, 2], [1, 2, 3]]);
  expect(held.version).toBe(3);
  expect(() => held.extend([event(A, 5)])).toThrow('jumps');
});

it('drops the cases that were used longest ago, and what is asked to be forgotten', () => {
  const cases = cache(3);
  cases.take(A).extend([event(A, 1), event(A, 2)]);
  cases.take(B).extend([event(B, 1)]);
  cases.take(A);
  cases.trim();
  expect([cases.take(B).version, cases.take(A).version]).toEqual([1, 2]);
  cases.take(A).extend([event(A, 3)]);
  cases.trim();
  expect([cases.take(A).version, cases.take(B).version]).toEqual([3, 0]);
  cases.forget(A);
  expect(cases.take(A).version).toBe(0);
});

it('goes on with a commit where it stands just before it, begins with a case that begins, and leaves the rest to be read', () => {
  const cases = cache(100);
  cases.take(A).extend([event(A, 1), event(A, 2)]);
  cases.follow([event(A, 3), event(B, 1), event(B, 2), event('person:01950000-0000-7000-8000-00000000000c', 1)], true);
  expect([cases.take(A).full.at(-1), cases.take(B).full.at(-1)]).toEqual([[1, 2, 3], [1, 2]]);
  expect(cases.take('person:01950000-0000-7000-8000-00000000000c').version).toBe(0);
  cases.forget(A);
  cases.follow([event(A, 4)], true);
  expect(cases.take(A).version).toBe(0);
  // Twice, as one that was read while it was told: taken once.
  cases.follow([event(B, 2), event(B, 3)], true);
  expect(cases.take(B).version).toBe(3);
});

it('begins with no case that others keep folded', () => {
  const cases = cache(100);
  cases.take(A).extend([event(A, 1)]);
  cases.follow([event(A, 2), event(B, 1)], false);
  expect([cases.heldAt(A, 2)?.version, cases.heldAt(B, 1)]).toEqual([2, null]);
});

it('counts what it holds as cases come, grow, are dropped and are read on by whoever had them', () => {
  const cases = cache(3);
  const mine = cases.take(A);
  mine.extend([event(A, 1), event(A, 2), event(A, 3)]);
  cases.take(B).extend([event(B, 1)]);
  cases.trim();
  // A is gone from the cache; whoever reads it on fills nobody's place.
  mine.extend([event(A, 4), event(A, 5)]);
  cases.take(B).extend([event(B, 2), event(B, 3)]);
  cases.trim();
  expect([cases.heldAt(A, 1), cases.heldAt(B, 3)?.version, cases.heldAt(B, 4)]).toEqual([null, 3, null]);
  cases.forget(B);
  cases.take(A).extend([event(A, 1), event(A, 2), event(A, 3)]);
  cases.trim();
  expect(cases.heldAt(A, 3)?.version).toBe(3);
});
