import { describe, expect, it } from 'vitest';
import { currentCallId } from '#shared/case/facts-of.ts';
import { answerRate, averageHandlingTime } from '#shared/telephony/metrics.ts';
import { callIdsOf, callOf, callsOnce, openCallOf, ownCallOf } from '#shared/operation/call-of.ts';
import { decide } from '#shared/case/decide.ts';
import type { CommandBody } from '#shared/case/commands.ts';
import { COLLEAGUE, CUSTOMER, id, MAKER, START, World } from './world.ts';

const HAND = `hand-${id(801)}` as const;
const later = (minutes: number): string => new Date(Date.parse(START) + minutes * 60_000).toISOString();
const call = (more: Partial<CommandBody<'log call'>> = {}): CommandBody<'log call'> => ({ callId: HAND, direction: 'in', number: '19900000001', startedAt: START, endedAt: null, ...more });

function opened(): World {
  const world = new World();
  world.must(MAKER, 'open case', { reason: 'by-hand', callId: null, fromCase: null, number: '19900000001' });
  return world;
}
const phoneTells = (world: World): void => {
  for (const event of [
    { kind: 'queued', eventId: 'q', callId: 'phone-1', at: START, queue: 'general', number: '+8619900000001' },
    { kind: 'answered', eventId: 'a', callId: 'phone-1', at: START, personId: MAKER, recordingId: 'rec-1' },
    { kind: 'ended', eventId: 'e', callId: 'phone-1', at: later(3), reason: 'customer-hung-up' },
  ] as const) world.happen({ kind: 'call recorded', body: { event } });
};

describe('a call logged by hand', () => {
  it('[OF1] is a call of the case while it is on: the person\'s own, and never said to be recorded', () => {
    const world = opened();
    world.must(MAKER, 'log call', call());
    expect(openCallOf(world.case, HAND)).toMatchObject({ phase: 'talking', personId: MAKER, recordingId: null, number: '19900000001', answeredAt: START });
    expect(ownCallOf(world.case, HAND, MAKER)).not.toBeNull();
    expect(ownCallOf(world.case, HAND, COLLEAGUE)).toBeNull();
    expect(currentCallId(world.case)).toBe(HAND);
    world.later(4);
    world.must(MAKER, 'end logged call', { callId: HAND, endedAt: world.now });
    expect(openCallOf(world.case, HAND)).toBeNull();
    expect(callOf(world.case, HAND)).toMatchObject({ phase: 'ended', endedAt: later(4) });
  });

  it('[OF1] is logged once, by whoever has the case, at times that can be', () => {
    const world = opened();
    expect(world.do(COLLEAGUE, 'log call', call())).toBe('not-your-case');
    expect(world.do(MAKER, 'log call', call({ startedAt: later(6) }))).toBe('hand-call-times');
    expect(world.do(MAKER, 'log call', call({ endedAt: later(-1) }))).toBe('hand-call-times');
    expect(world.do(MAKER, 'end logged call', { callId: HAND, endedAt: START })).toBe('hand-call-unknown');
    world.must(MAKER, 'log call', call());
    expect(world.do(MAKER, 'log call', call())).toBe('hand-call-exists');
    expect(world.do(MAKER, 'end logged call', { callId: HAND, endedAt: later(-1) })).toBe('hand-call-times');
    expect(world.do(COLLEAGUE, 'end logged call', { callId: HAND, endedAt: START })).toBe('not-your-case');
    world.must(MAKER, 'end logged call', { callId: HAND, endedAt: START });
    expect(world.do(MAKER, 'end logged call', { callId: HAND, endedAt: START })).toBe('hand-call-ended');
  });

  it('[CT6] began no longer ago than anybody remembers, counted from when it was logged: however long it was on its way', () => {
    const logged = new World();
    logged.must(MAKER, 'open case', { reason: 'by-hand', callId: null, fromCase: null, number: null });
    expect(logged.do(MAKER, 'log call', call({ startedAt: later(-18 * 60 - 1), endedAt: later(-18 * 60) }))).toBe('hand-call-too-early');
    expect(logged.do(MAKER, 'log call', call({ startedAt: later(-40 * 24 * 60) }))).toBe('hand-call-too-early');
    const body = call({ startedAt: later(-18 * 60), endedAt: later(-17 * 60) });
    const late = { ...logged.context(MAKER), at: 'server', now: later(5 * 24 * 60) } as const;
    expect(decide(logged.case, { id: id(900), kind: 'log call', body, madeAt: START, saidAt: null }, late)).toMatchObject({ events: [{ kind: 'call logged' }] });
    logged.must(MAKER, 'log call', body);
  });

  it('[CT6] is joined to the phone system\'s own: one call, now with its recording, and joined to no other', () => {
    const world = opened();
    world.must(MAKER, 'log call', call());
    phoneTells(world);
    expect(callIdsOf(world.case)).toEqual(expect.arrayContaining([HAND, 'phone-1']));
    world.happen({ kind: 'call joined', body: { handCallId: HAND, callId: 'phone-1' } });
    expect(callIdsOf(world.case)).toEqual([HAND]);
    // The agent forgot to log its end: the phone system knows it.
    expect(callOf(world.case, HAND)).toMatchObject({ phase: 'ended', endedAt: later(3), recordingId: 'rec-1' });
    world.happen({ kind: 'call joined', body: { handCallId: HAND, callId: 'phone-2' } });
    expect(world.case.handCalls[HAND]?.joinedTo).toBe('phone-1');
  });

  it('[CT6] counts once in every figure: before the join, after it, and where two matters share it', () => {
    const [world, second, orphan] = [opened(), opened(), opened()];
    for (const one of [world, second]) one.must(MAKER, 'log call', call({ endedAt: later(3) }));
    expect(callsOnce([world.case, second.case])).toHaveLength(1);
    expect(answerRate(callsOnce([world.case, second.case]))).toMatchObject({ numerator: 1, denominator: 1 });
    expect(averageHandlingTime(callsOnce([world.case, second.case]), [])).toMatchObject({ numerator: 180_000, denominator: 1 });
    // The record opened a case of its own before it was joined.
    phoneTells(orphan);
    for (const one of [world, second]) {
      phoneTells(one);
      one.happen({ kind: 'call joined', body: { handCallId: HAND, callId: 'phone-1' } });
    }
    const counted = callsOnce([world.case, second.case, orphan.case]);
    expect(counted.map((one) => one.callId)).toEqual(['phone-1']);
    expect(answerRate(counted)).toMatchObject({ numerator: 1, denominator: 1 });
  });

  it('[CT6] what the phone system told before and after the join makes the same call', () => {
    const [before, after] = [opened(), opened()];
    for (const world of [before, after]) world.must(MAKER, 'log call', call());
    phoneTells(before);
    before.happen({ kind: 'call joined', body: { handCallId: HAND, callId: 'phone-1' } });
    after.happen({ kind: 'call joined', body: { handCallId: HAND, callId: 'phone-1' } });
    expect(callOf(after.case, HAND)).toMatchObject({ phase: 'talking', recordingId: null });
    phoneTells(after);
    expect(callOf(after.case, HAND)).toEqual(callOf(before.case, HAND));
  });
});

describe('facts held from another case', () => {
  const reading = (world: World, who = MAKER) => ({ purpose: 'call' as const, for: who, facts: world.facts(), quotes: [], underWay: [], recentCalls: [], at: later(-240) });

  it('[OF1] [SY8] come with the age they have; that a number matched was read of another call and is not taken over', () => {
    const world = opened();
    world.must(MAKER, 'use held facts', { customerId: CUSTOMER, fromCase: id(55), reading: reading(world) }, { heldReading: true });
    expect(world.case.customerId).toBe(CUSTOMER);
    expect(world.case.identifiedHow).toBe('by-hand');
    expect(world.case.facts[MAKER]).toMatchObject({ at: later(-240), facts: { customer: { numberMatchesReserved: null, maskedName: '王**' } } });
  });

  it('[OF1] [TP2] a reading that the centre never gave this person is no fact; a desktop, which cannot know, lets it pass', () => {
    const world = opened();
    const body = { customerId: CUSTOMER, fromCase: id(55), reading: reading(world) };
    expect(world.do(MAKER, 'use held facts', body, { heldReading: false })).toBe('held-facts-unknown');
    // Not looked up is not known: a server that did not ask its log takes nothing.
    expect(world.do(MAKER, 'use held facts', body)).toBe('held-facts-unknown');
    expect(world.do(MAKER, 'use held facts', { ...body, reading: reading(world, COLLEAGUE) }, { heldReading: true })).toBe('held-facts-unknown');
    expect(world.do(MAKER, 'use held facts', { ...body, customerId: 'another' }, { heldReading: true })).toBe('held-facts-unknown');
    expect(world.do(COLLEAGUE, 'use held facts', body, { heldReading: true })).toBe('not-your-case');
    expect(world.do(MAKER, 'use held facts', body, { at: 'desktop' })).toBeNull();
  });

  it('[SY8] an older reading never stands in for a newer one', () => {
    const world = opened();
    world.happen({ kind: 'customer identified', body: { customerId: CUSTOMER, how: 'search' } });
    world.happen({ kind: 'facts read', body: { purpose: 'call', for: MAKER, facts: world.facts(), quotes: [], underWay: [], recentCalls: [] } });
    world.must(MAKER, 'use held facts', { customerId: CUSTOMER, fromCase: id(55), reading: reading(world) }, { heldReading: true });
    expect(world.case.facts[MAKER]!.at).toBe(START);
  });
});
