import { describe, expect, it } from 'vitest';
import { DeskLock } from '../../../electron/desk/session/desk-lock.ts';
import { callEndedAt, isServing, type ServingParts } from '../../../electron/desk/session/serving.ts';
import { handClock } from './test-desk.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-11-23T02:00:00.000Z');

function aLock() {
  const clock = handClock(START);
  const told: (string | null)[] = [];
  /** What was left, each time that it was said, in seconds; null for no more. */
  const warned: (number | null)[] = [];
  const site = { minutes: 15, serving: false, callEndedMs: null as number | null };
  const lock: DeskLock = new DeskLock({
    environment: clock.environment, minutes: () => site.minutes, isServing: () => site.serving, callEndedMs: () => site.callEndedMs, changed: () => told.push(lock.state?.why ?? null),
    warned: () => warned.push(lock.locksAtMs === null ? null : (lock.locksAtMs - clock.environment.now()) / 1000),
  });
  lock.begin();
  return { clock, told, warned, site, lock };
}

describe('[OF3] [PR3] a desk without input', () => {
  it('locks itself after the centre’s time, counted from the last input, and again after it was opened', () => {
    const { clock, told, lock } = aLock();
    clock.advance(14 * MINUTE);
    lock.input();
    clock.advance(MINUTE);
    expect(lock.state).toBeNull();
    clock.advance(13 * MINUTE);
    expect(lock.state).toBeNull();
    clock.advance(MINUTE);
    expect(lock.state).toEqual({ why: 'idle', sinceMs: START + 29 * MINUTE });
    // Input alone opens nothing.
    lock.input();
    clock.advance(MINUTE);
    expect(lock.state?.why).toBe('idle');
    lock.unlock();
    expect(lock.state).toBeNull();
    clock.advance(15 * MINUTE);
    expect(told).toEqual(['idle', null, 'idle']);
  });

  it('says so a minute before; any input takes it back and counts anew; where the centre’s time is one minute, half of it before', () => {
    const { clock, warned, site, lock } = aLock();
    clock.advance(14 * MINUTE - 1);
    expect(lock.locksAtMs).toBeNull();
    clock.advance(1);
    expect(lock.locksAtMs).toBe(START + 15 * MINUTE);
    clock.advance(59_000);
    lock.input();
    expect([warned, lock.locksAtMs, lock.state]).toEqual([[60, null], null, null]);
    clock.advance(14 * MINUTE);
    expect(warned).toEqual([60, null, 60]);
    clock.advance(MINUTE);
    expect([lock.state?.why, lock.locksAtMs]).toEqual(['idle', null]);
    site.minutes = 1;
    lock.unlock();
    clock.advance(30_000);
    expect(warned.at(-1)).toBe(30);
    // It rings: nothing is said any more, and nothing locks.
    site.serving = true;
    clock.advance(1_000);
    expect([warned.at(-1), lock.locksAtMs]).toEqual([null, null]);
    clock.advance(5 * MINUTE);
    expect(lock.state).toBeNull();
  });

  it('goes by the centre’s time also where that is told, or changed, after somebody has signed in', () => {
    const { clock, site, lock } = aLock();
    clock.advance(10_000);
    site.minutes = 5;
    clock.advance(MINUTE);
    clock.advance(3 * MINUTE - 10_000);
    expect(lock.locksAtMs).toBe(START + 5 * MINUTE);
    clock.advance(MINUTE);
    expect(lock.state?.why).toBe('idle');
  });

  it('[CT3] counts from the end of the call whose wrap-up is on, and then locks as ever; an end that is still to come counts for nothing', () => {
    const { clock, site, lock } = aLock();
    site.serving = true;
    // Half an hour of talk without a key.
    for (let minute = 0; minute < 30; minute += 1) clock.advance(MINUTE);
    site.serving = false;
    site.callEndedMs = START + 30 * MINUTE;
    clock.advance(14 * MINUTE - 1);
    expect([lock.state, lock.locksAtMs]).toEqual([null, null]);
    clock.advance(1);
    expect(lock.locksAtMs).toBe(START + 45 * MINUTE);
    clock.advance(MINUTE);
    expect(lock.state).toEqual({ why: 'idle', sinceMs: START + 44 * MINUTE + MINUTE });
    site.callEndedMs = START + 1000 * MINUTE;
    lock.unlock();
    clock.advance(14 * MINUTE);
    expect(lock.locksAtMs).not.toBeNull();
  });

  it('waits while a caller is served, and locks a minute after, said before; a machine that slept is locked when it wakes', () => {
    const { clock, site, lock } = aLock();
    site.serving = true;
    for (let minute = 0; minute < 40; minute += 1) clock.advance(MINUTE);
    expect(lock.state).toBeNull();
    site.serving = false;
    clock.advance(15_000);
    expect([lock.state, lock.locksAtMs]).toEqual([null, START + 41 * MINUTE + 15_000]);
    clock.advance(MINUTE);
    expect(lock.state?.why).toBe('idle');
    lock.unlock();
    clock.advance(8 * 60 * MINUTE);
    expect(lock.state?.why).toBe('idle');
  });

  it('is locked by its person at once, whatever goes on, and by nobody after the session', () => {
    const { clock, site, lock, told } = aLock();
    site.serving = true;
    lock.lock('person');
    lock.lock('idle');
    expect(lock.state?.why).toBe('person');
    lock.end();
    expect(lock.state).toBeNull();
    site.serving = false;
    clock.advance(60 * MINUTE);
    expect(lock.state).toBeNull();
    expect(told).toEqual(['person']);
  });
});

describe('[CT3] whether a caller is served or waited for', () => {
  const agent = (state: string, reason = 'chosen'): object => ({
    personId: 'p', state, since: new Date(START).toISOString(), reason, version: 1, personVersion: 0, until: null, callId: null, reviewId: null, next: null, back: null,
  });
  const offer = { callId: 'c', caseId: '0190a0b0-0000-7000-8000-00000000000c', number: null, queue: 'general', queueName: { zh: '综合', en: 'General' }, lossReport: false, offeredAt: new Date(START).toISOString(), expiresAt: new Date(START).toISOString(), acceptedAt: new Date(START).toISOString() };
  const at = (values: Record<string, unknown>, more: Partial<ServingParts> = {}): boolean => isServing({
    live: (topic) => (Object.hasOwn(values, topic) ? { topic, version: 1, value: values[topic], heardAt: new Date(START).toISOString() } : null),
    isOnline: () => true, nowMs: () => START + 5 * MINUTE, handCallSince: () => null, ...more,
  });

  it.each([
    ['available', 'chosen', true], ['on-call', 'answered', true], ['after-call', 'call-ended', false], ['after-call', 'offer-missed', false],
    ['break', 'chosen', false], ['case-work', 'chosen', false], ['in-review', 'review', false], ['training', 'chosen', false], ['signed-out', 'first', false],
  ])('%s (%s): %s', (state, reason, serving) => {
    expect(at({ agent: agent(state, reason) })).toBe(serving);
  });

  it('also while it rings, and on a call that was logged by hand; what only this desktop believes counts for an hour', () => {
    expect(at({ agent: agent('break'), offer })).toBe(true);
    expect(at({ agent: agent('break'), offer: null })).toBe(false);
    expect(at({})).toBe(false);
    expect(at({}, { handCallSince: () => new Date(START).toISOString() })).toBe(true);
    expect(at({}, { handCallSince: () => new Date(START - 61 * MINUTE).toISOString() })).toBe(false);
    const down = { isOnline: () => false };
    expect([at({ agent: agent('available') }, down), at({ agent: agent('on-call') }, down), at({ agent: agent('on-call') }, { ...down, nowMs: () => START + 61 * MINUTE })]).toEqual([false, true, false]);
  });

  it('a wrap-up is none, and tells when its call ended; an offer that was missed had no call', () => {
    const of = (state: string, reason: string): string | null => callEndedAt(() => ({ topic: 'agent', version: 1, value: agent(state, reason), heardAt: new Date(START).toISOString() }));
    expect([of('after-call', 'call-ended'), of('after-call', 'offer-missed'), of('on-call', 'answered'), of('break', 'chosen'), callEndedAt(() => null)])
      .toEqual([new Date(START).toISOString(), null, null, null, null]);
  });
});
