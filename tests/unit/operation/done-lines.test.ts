import { describe, expect, it } from 'vitest';
import { CALL, confirmed, draft, orderOf, readFacts } from '../case/path.ts';
import { id, MAKER, type World } from '../case/world.ts';

/** The first line has this outcome, the others are still on their way. */
function executing(first: 'booked' | 'refused' | 'started'): World {
  const world = confirmed();
  const order = orderOf(world, CALL);
  world.must(MAKER, 'order execution', order);
  const { lineId, key } = order.keys[0]!;
  const ids = { operationId: order.operationId, lineId, key };
  if (first === 'booked') world.happen({ kind: 'line booked', body: { ...ids, receipt: 'R1', effectiveAt: world.now, postsOn: '2026-11-24' } });
  if (first === 'refused') world.happen({ kind: 'line refused', body: { ...ids, code: 'line-refused', reason: { zh: '不受理', en: 'not accepted' } } });
  readFacts(world, MAKER, 'worksheet');
  return world;
}

describe('a line and a later operation', () => {
  it.each(['booked', 'started'] as const)('[TP18] a line that is %s is taken into no other operation', (status) => {
    expect(draft(executing(status), MAKER, ['plan-1'], id(92))).toBe('worksheet-open-operation');
  });

  it('[TP18] a line that the bank refused may be taken up by a new one', () => {
    expect(draft(executing('refused'), MAKER, ['plan-1'], id(92))).toBeNull();
  });
});
