import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { foldCase } from '#shared/case/evolve.ts';
import { CaseState } from '#shared/case/state.ts';
import type { EventBody, EventKind } from '#shared/case/events.ts';
import { approve, CALL, confirmAll, draft, hangUp, order, policy, proof, putThrough, readFacts, REVIEW, rightEntry, submit, tickAll, verify } from './path.ts';
import { COLLEAGUE, control, CUSTOMER, id, LEAD, MAKER, OPERATION, REVIEWER, SECOND, World } from './world.ts';

/** What people and the world do, in any order; what is refused, or has nothing to act on, does nothing. */
const moves = {
  call: (world: World) => putThrough(world, CALL),
  facts: (world: World, who: string) => readFacts(world, who, 'worksheet'),
  verify: (world: World) => verify(world, CALL),
  draft: (world: World, who: string) => draft(world, who),
  draftSmall: (world: World, who: string) => draft(world, who, ['plan-3']),
  tick: (world: World, who: string) => tickAll(world, who),
  untick: (world: World, who: string) => world.do(who, 'tick self-check', { operationId: OPERATION, item: policy.selfCheck[2]!.id, on: false }),
  submit: (world: World, who: string) => submit(world, freshReview(world), who, id(800 + world.case.version)),
  take: (world: World, who: string) => world.do(who, 'take review', { reviewId: review(world) }),
  ownFacts: (world: World, who: string) => readFacts(world, who, 'review'),
  entry: (world: World, who: string) => world.do(who, 'store blind entry', { reviewId: review(world), entry: rightEntry(world) }),
  wrongEntry: (world: World, who: string) => world.do(who, 'store blind entry', { reviewId: review(world), entry: { ...rightEntry(world), lines: 7 } }),
  approve: (world: World, who: string) => approve(world, review(world), who),
  return: (world: World, who: string) => world.do(who, 'return review', { reviewId: review(world), reason: 'other', whatToDo: 'x' }),
  release: (world: World, who: string) => world.do(who, 'release review', { reviewId: review(world) }),
  withdrawReview: (world: World, who: string) => world.do(who, 'withdraw review', { reviewId: review(world) }),
  withdraw: (world: World, who: string) => world.do(who, 'withdraw operation', { operationId: OPERATION, reason: '' }),
  confirm: (world: World, who: string) => confirmAll(world, CALL, who),
  disagree: (world: World, who: string) => world.do(who, 'confirm item', { operationId: OPERATION, part: 'eye', item: 'total', agrees: false, callId: CALL, customerWords: '不对', recordingOffset: 1 }),
  proof: (world: World, who: string) => proof(world, CALL, who),
  order: (world: World, who: string) => order(world, CALL, who),
  hangUp: (world: World) => hangUp(world, CALL),
  twentyMinutes: (world: World) => world.later(20),
  period: (world: World) => void (world.plans = world.plans.map((plan) => ({ ...plan, periodsPosted: plan.periodsPosted + 1, periodsLeft: plan.periodsLeft - 1 }))),
  disentitle: (world: World) => void (world.people[REVIEWER]!.limit = null),
  relative: (world: World, who: string) => void world.people[who]!.related.push(CUSTOMER),
  policy: (world: World) => void (world.control = { ...control, version: 'control-next' }),
  handOver: (world: World, who: string) => {
    world.do(world.case.owner ?? who, 'hand over case', { handOverId: id(600), to: who, note: '' });
    world.do(who, 'accept hand-over', { handOverId: id(600), nonce: id(850 + world.case.version), reviewId: freshReview(world) });
  },
} as const;
type Move = keyof typeof moves;

const freshReview = (world: World): string => (world.case.reviews[REVIEW] === undefined ? REVIEW : id(1_000_0 + world.case.version));
const review = (world: World): string => Object.keys(world.case.reviews).at(-1) ?? REVIEW;

const wholePath: [Move, string][] = [
  ['call', MAKER], ['facts', MAKER], ['verify', MAKER], ['draft', MAKER], ['tick', MAKER], ['submit', MAKER], ['take', REVIEWER], ['ownFacts', REVIEWER], ['entry', REVIEWER], ['approve', REVIEWER],
  ['confirm', MAKER], ['proof', MAKER], ['order', MAKER],
];

function play(steps: readonly (readonly [Move, string])[]): World {
  const world = new World();
  putThrough(world, CALL);
  for (const [move, who] of steps) {
    const before = world.events.length;
    try {
      moves[move](world, who);
    } catch {
      // A move with nothing to act on (no payload yet): nothing must have happened.
      expect(world.events.length).toBe(before);
    }
    for (let index = before; index < world.events.length; index += 1) if (world.events[index]!.kind === 'execution started') check(world, index);
  }
  return world;
}

/** TP1, read off the events before the start and nothing else: not the state that decided. */
function check(world: World, at: number): void {
  const earlier = world.events.slice(0, at);
  const last = <K extends EventKind>(kind: K, of = (_body: EventBody<K>): boolean => true) => {
    const index = earlier.findLastIndex((event) => event.kind === kind && of(event.body as EventBody<K>));
    return index < 0 ? null : { index, body: earlier[index]!.body as EventBody<K>, at: earlier[index]!.times.recorded };
  };
  const since = (kind: EventKind, index: number) => earlier.slice(index + 1).filter((event) => event.kind === kind);
  const body = world.events[at]!.body as EventBody<'execution started'>;
  const started = world.events[at]!;
  expect(earlier.filter((event) => event.kind === 'execution started'), '[TP4] one approval, one execution').toEqual([]);
  const made = last('payload made')!;
  expect(body.digest).toBe(made.body.digest);
  expect(createHash('sha256').update(canonicalize(made.body.payload)!).digest('hex')).toBe(body.digest);
  expect(made.body.payload.maker).toBe(started.actor.person);
  expect(made.body.payload.validUntil > world.now).toBe(true);
  expect(made.body.payload.policyVersion).toBe(world.control.version);
  for (const kind of ['worksheet drafted', 'operation withdrawn', 'approval voided', 'hand-over accepted'] as const) expect(since(kind, made.index), `${kind} after the payload`).toEqual([]);
  const sheet = last('worksheet drafted')!;
  for (const item of policy.selfCheck) expect(last('self-check ticked', (tick) => tick.item === item.id)).toMatchObject({ body: { on: true }, index: expect.toSatisfy((index: number) => index > sheet.index) });
  const total = made.body.payload.totalDueFen;
  const high = total >= policy.highValueFromFen || made.body.payload.lines.length >= policy.highValueFromLines;
  expect(body.highValue).toBe(high);
  let asOf = made.index;
  if (high) {
    const approval = last('review approved')!;
    expect(approval.index).toBeGreaterThan(made.index);
    expect(approval.body.digest).toBe(body.digest);
    expect(approval.body.by).not.toBe(made.body.payload.maker);
    expect(since('review withdrawn', approval.index)).toEqual([]);
    const reviewer = world.people[approval.body.by]!;
    expect(reviewer.active && ['mentor', 'lead'].includes(reviewer.role) && (reviewer.limit ?? 0) >= total && !reviewer.related.includes(CUSTOMER)).toBe(true);
    const reconfirmed = last('review requested')!.body.reconfirms !== null;
    if (!reconfirmed) expect(last('blind entry stored', (entry) => entry.by === approval.body.by)).toMatchObject({ body: { matches: true } });
    asOf = approval.index;
  }
  expect(world.people[made.body.payload.maker]!.related).not.toContain(CUSTOMER);
  const items = [...made.body.payload.lines.map((line) => ['eye', `line:${line.lineId}`]), ['eye', 'total'], ['eye', 'due-date'], ...policy.consent.map((one) => ['heart', one.id])];
  for (const [part, item] of items) {
    const said = last('item confirmed', (one) => one.part === part && one.item === item)!;
    expect(said.index).toBeGreaterThan(asOf);
    expect(said.body).toMatchObject({ agrees: true, digest: body.digest, callId: body.callId });
    expect(Date.parse(world.now) - Date.parse(said.at)).toBeLessThanOrEqual(policy.confirmationMinutes * 60_000);
  }
  expect(last('proof typed')).toMatchObject({ body: { ok: true, digest: body.digest, callId: body.callId }, index: expect.toSatisfy((index: number) => index > asOf) });
  expect(since('call recorded', -1).some((event) => (event.body as EventBody<'call recorded'>).event.kind === 'ended')).toBe(false);
}

it('[TP1] the path itself executes, alone and for a small sum without a reviewer', () => {
  expect(play(wholePath).operation().status).toBe('executing');
  const small: [Move, string][] = [['facts', MAKER], ['verify', MAKER], ['draftSmall', MAKER], ['tick', MAKER], ['submit', MAKER], ['confirm', MAKER], ['proof', MAKER], ['order', MAKER]];
  expect(play(small).operation().execution).toMatchObject({ highValue: false });
});

it('[TP1] [TP4] [TP5] [TP9] no sequence of commands starts an execution without self-check, confirmation, one digest, and an entitled other reviewer where the value is high', () => {
  const people = [MAKER, REVIEWER, SECOND, LEAD, COLLEAGUE];
  const extra = fc.tuple(fc.constantFrom(...(Object.keys(moves) as Move[])), fc.constantFrom(...people));
  // The path with steps left out, repeated, given to others, and anything put in between: random alone would never get there.
  const edit = fc.record({ at: fc.oneof(fc.nat(wholePath.length), fc.constant(wholePath.length - 1)), what: fc.constantFrom('drop', 'insert', 'give', 'repeat'), step: extra });
  let executed = 0;
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 5 }), fc.array(extra, { maxLength: 6 }), (edits, tail) => {
      const steps = wholePath.map((step): [Move, string] => [...step]);
      for (const { at, what, step } of edits) {
        const index = Math.min(at, steps.length - 1);
        if (what === 'drop') steps.splice(index, 1);
        if (what === 'insert') steps.splice(index, 0, step);
        if (what === 'give') steps[index]![1] = step[1];
        if (what === 'repeat') steps.push(steps[index]!);
      }
      const world = play([...steps, ...tail, ...wholePath.slice(3)]);
      if (world.case.operations[OPERATION]?.execution != null) executed += 1;
    }),
    { seed: 20_261_121, numRuns: 1_000 },
  );
  // A property that never meets an execution would hold of anything.
  expect(executed).toBeGreaterThan(50);
}, 60_000);

it('[PR7] [TP6] [SY5] evolve is total: with any bodies gone it folds, keeps every version, and gives a state of the schema', () => {
  const { events } = play(wholePath);
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: events.length, maxLength: events.length }), (gone) => {
      const state = foldCase(events.map((event, index) => (gone[index] ? { ...event, body: null } : event)));
      expect(state?.version).toBe(events.length);
      expect(state?.withheld).toHaveLength(gone.filter(Boolean).length);
      CaseState.parse(state);
    }),
    { seed: 7, numRuns: 200 },
  );
});

it('[SY7] an event of a kind or schema from a newer program keeps its place and changes nothing else', () => {
  const { events } = play(wholePath);
  const full = foldCase(events)!;
  const newer = { ...events.at(-1)!, version: full.version + 1, kind: 'something newer', body: { any: 1 } };
  const later = { ...newer, version: full.version + 2, kind: 'note written', schema: 99, body: { shape: 'unknown' } };
  expect(foldCase([...events, newer, later])).toEqual({
    ...full, version: full.version + 2, withheld: [{ version: full.version + 1, kind: 'something newer' }, { version: full.version + 2, kind: 'note written' }],
  });
});
