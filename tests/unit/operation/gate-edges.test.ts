/** Edges of the gate that mutation testing found untested (docs/mutation.md). */
import { expect, it } from 'vitest';
import { gate, isRelated, usedKeys } from '#shared/operation/gate.ts';
import type { DecideContext } from '#shared/case/context.ts';
import { approve, broken, CALL, confirmAll, confirmed, drafted, enter, order, orderOf, policy, proof, REVIEW, submit } from '../case/path.ts';
import { control, id, keyOf, LEAD, MAKER, OPERATION, type World } from '../case/world.ts';

/** What the gate itself says to the maker's signed order: code and detail, or the kinds of events. */
function gated(world: World, change: Partial<ReturnType<typeof orderOf>> = {}, more: Partial<DecideContext> = {}) {
  const ruling = gate(world.case, { ...orderOf(world, CALL), ...change }, world.context(MAKER, { signature: { ok: true, purpose: 'order', digest: world.operation().digest! }, ...more }));
  return 'refusal' in ruling ? ruling.refusal : ruling.events.map((event) => event.kind);
}
const forge = (world: World, change: object): World => {
  world.state = { ...world.case, operations: { ...world.case.operations, [OPERATION]: { ...world.operation(), ...change } } };
  return world;
};
/** The small one needs no second person: nobody but its maker is looked up. */
function small(): World {
  const world = drafted(['plan-3']);
  expect([submit(world, REVIEW), ...confirmAll(world, CALL), proof(world, CALL)]).toEqual([null, null]);
  return world;
}

it('[TP5] a lead with a limit of the kind approves as a mentor does', () => {
  const world = drafted();
  submit(world, REVIEW);
  world.must(LEAD, 'take review', { reviewId: REVIEW });
  expect([enter(world, LEAD), approve(world, REVIEW, LEAD), ...confirmAll(world, CALL), proof(world, CALL), order(world, CALL)]).toEqual([null, null, null, null]);
  expect(world.operation().execution).toMatchObject({ approvedBy: [LEAD], breakGlass: false });
});

it('[TP4] keys of another operation of the case are used keys, each of them', () => {
  const world = small();
  order(world, CALL);
  const [line] = world.operation().execution!.lines;
  expect(usedKeys(world.case)).toEqual([line!.key]);
  const fresh = small();
  fresh.state = { ...fresh.case, operations: { ...fresh.case.operations, [id(92)]: { ...world.operation(), id: id(92) } } };
  expect(gated(fresh)).toMatchObject({ code: 'tp4-key-used' });
  expect(gated(fresh, { keys: [{ lineId: fresh.operation().payload!.lines[0]!.lineId, key: id(777) }] })).toEqual(['execution started']);
});

it('[TP18] a line that is not of the payload is refused, though it comes with the key of one that is', () => {
  const world = confirmed();
  const { keys } = orderOf(world, CALL);
  expect(gated(world, { keys: [...keys, { lineId: id(999), key: keys[0]!.key }] })).toMatchObject({ code: 'tp18-keys' });
});

it('[TP11] two leads sign for the very cap, and for no fen more', () => {
  const world = broken();
  expect([...confirmAll(world, CALL), proof(world, CALL)]).toEqual([null]);
  const total = world.operation().payload!.totalDueFen;
  world.control = { ...control, breakGlass: { ...control.breakGlass, capFen: total - 1 } };
  expect(gated(world)).toMatchObject({ code: 'tp11-over-cap' });
  world.control = { ...control, breakGlass: { ...control.breakGlass, capFen: total } };
  expect(gated(world)).toEqual(['execution started']);
});

it('[TP5] an approval in the maker\'s own name is the maker\'s, known to the server or not', () => {
  const world = confirmed();
  forge(world, { approval: { ...world.operation().approval!, by: [MAKER], keys: [keyOf(MAKER)] } });
  const { person } = world.context(MAKER);
  expect(gated(world, {}, { person: (one) => (one === MAKER ? 'unknown' : person(one)) })).toMatchObject({ code: 'tp5-reviewer-is-maker' });
});

it('[TP8] [TP14] on a desktop other people are unknown, and nobody is a relative or without a key for it', () => {
  const world = small();
  const unknown = world.context(MAKER, { person: () => 'unknown' });
  expect(isRelated('cust-1', unknown)).toBe(false);
  expect(gated(world, {}, { person: () => 'unknown' })).toEqual(['execution started']);
});

it('[TP1] a callback that is settled already is not kept a second time', () => {
  for (const [status, kinds] of [['open', ['promise kept', 'execution started']], ['not-reached', ['execution started']]] as const) {
    const world = confirmed();
    const promise = { promiseId: id(520), from: world.now, to: world.now, secondFrom: null, secondTo: null, note: '', operationId: null, madeAt: world.now, status, tries: [{ callId: CALL, at: world.now }] };
    world.state = { ...world.case, promises: [promise] };
    expect(gated(world)).toEqual(kinds);
  }
});

it('[TP1] [TP2] [TP4] a refusal names what it hangs on: status, version, item, how many', () => {
  const done = confirmed();
  order(done, CALL);
  expect(gated(done)).toMatchObject({ code: 'tp4-already-started', detail: { status: 'executing' } });
  const older = confirmed();
  older.control = { ...control, version: 'control-2027' };
  expect(gated(older)).toMatchObject({ code: 'tp2-policy', detail: { version: control.version } });
  const unticked = confirmed();
  const { [policy.selfCheck[0]!.id]: _one, ...rest } = unticked.operation().selfCheck;
  expect(gated(forge(unticked, { selfCheck: rest }))).toMatchObject({ code: 'self-check-incomplete', detail: { missing: 1 } });
  expect(gated(forge(small(), { status: 'withdrawn' }))).toMatchObject({ code: 'operation-not-editable', detail: { status: 'withdrawn' } });
  expect(gated(forge(small(), { confirmation: null }))).toMatchObject({ code: 'confirmation-incomplete', detail: { item: `eye:line:${id(200)}` } });
});
