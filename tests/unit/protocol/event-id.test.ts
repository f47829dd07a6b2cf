import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decide } from '#shared/case/decide.ts';
import { eventIdOf } from '#shared/protocol/event-id.ts';
import { Uuid7 } from '#shared/protocol/ids.ts';
import { approved, CALL, orderOf, confirmed } from '../case/path.ts';
import { id, MAKER } from '../case/world.ts';

it('[SY2] ids of events follow from the command alone: all different, all UUIDv7, none the command\'s own', () => {
  fc.assert(
    fc.property(fc.uuid({ version: 7 }), fc.integer({ min: 1, max: 255 }), (command, count) => {
      const ids = Array.from({ length: count }, (_one, index) => eventIdOf(command, index));
      expect(new Set([...ids, command]).size).toBe(count + 1);
      for (const one of ids) Uuid7.parse(one);
      expect(ids).toEqual(Array.from({ length: count }, (_one, index) => eventIdOf(command, index)));
    }),
    { seed: 3, numRuns: 50 },
  );
  expect(() => eventIdOf(id(1), 255)).toThrow();
  expect(() => eventIdOf(id(1), -1)).toThrow();
});

it('[SY2] deciding the same command again on the same case gives the same events, ids and all', () => {
  const world = confirmed();
  const command = { id: id(7_777), kind: 'order execution', body: orderOf(world, CALL), madeAt: world.now, saidAt: null } as const;
  const [first, second] = [decide(world.state, command, world.context(MAKER)), decide(world.state, command, world.context(MAKER))];
  expect(first).toEqual(second);
  expect(first).toMatchObject({ events: [{ kind: 'execution started', id: eventIdOf(command.id, 0) }] });
  expect(approved().state).not.toEqual(world.state);
});
