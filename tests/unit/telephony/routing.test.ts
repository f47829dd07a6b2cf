import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentStateNameSchema } from '#shared/telephony/agent-state.ts';
import { foldCall } from '#shared/telephony/call-state.ts';
import { chooseAgent, compareWaiting, defaultRoutingPolicy, queueSummary, waitingCall, whyNotOfferable } from '#shared/telephony/routing.ts';
import type { PromisedCallback, RoutableAgent, WaitingCall } from '#shared/telephony/routing.ts';
import { at } from './arbitraries.ts';

const agent = (more: Partial<RoutableAgent> = {}): RoutableAgent => ({
  personId: 'p1', desktopId: 'd1', state: 'available', since: at(0), skills: ['general'], reachable: true, offeredCallId: null, ownsCallId: null, ...more,
});
const call = (more: Partial<WaitingCall> = {}): WaitingCall => ({
  callId: 'c1', skill: 'general', priority: 5, waitingSince: at(0), returned: false, forPersonId: null, ...more,
});

const skill = fc.constantFrom('general', 'loss', 'es');
const anyCall = fc.record<WaitingCall>({
  callId: fc.constantFrom('c1', 'c2', 'c3', 'c4', 'c5', 'c6'), skill, priority: fc.constantFrom(0, 5), waitingSince: fc.integer({ min: 0, max: 60 }).map(at),
  returned: fc.boolean(), forPersonId: fc.option(fc.constantFrom('p1', 'p2'), { nil: null, freq: 8 }),
});
const anyAgent = fc.record<RoutableAgent>({
  personId: fc.constantFrom('p1', 'p2', 'p3', 'p4', 'p5'), desktopId: fc.constantFrom('d1', 'd2'),
  state: fc.oneof({ weight: 3, arbitrary: fc.constant('available' as const) }, { weight: 1, arbitrary: fc.constantFrom(...agentStateNameSchema.options) }),
  since: fc.integer({ min: 0, max: 60 }).map(at), skills: fc.uniqueArray(skill), reachable: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  offeredCallId: fc.option(fc.constant('cx'), { nil: null, freq: 8 }), ownsCallId: fc.option(fc.constant('cy'), { nil: null, freq: 8 }),
});
const anyPromise = fc.record<PromisedCallback>({ personId: fc.constantFrom('p1', 'p2', 'p3'), from: fc.integer({ min: -600, max: 900 }).map(at) });
const scene = fc.tuple(fc.array(anyCall, { maxLength: 8 }), fc.uniqueArray(anyAgent, { selector: (a) => a.personId }), fc.array(anyPromise, { maxLength: 3 }));

describe('routing', () => {
  it('[CT2] a call and a person occur at most once among the offers', () => {
    fc.assert(fc.property(scene, ([calls, agents, promises]) => {
      const offers = chooseAgent(calls, agents, at(60), promises);
      expect(new Set(offers.map((o) => o.callId)).size).toBe(offers.length);
      expect(new Set(offers.map((o) => o.personId)).size).toBe(offers.length);
      for (const offer of offers) expect(agents).toContainEqual(expect.objectContaining({ personId: offer.personId, desktopId: offer.desktopId }));
    }), { seed: 2, numRuns: 500 });
  });

  it('[CT5] nothing is offered outside 空闲, to the unreachable, to the busy, or within three minutes before a promise', () => {
    fc.assert(fc.property(scene, ([calls, agents, promises]) => {
      for (const offer of chooseAgent(calls, agents, at(60), promises)) {
        const chosen = agents.find((a) => a.personId === offer.personId)!;
        expect(chosen).toMatchObject({ state: 'available', reachable: true, offeredCallId: null, ownsCallId: null });
        for (const promise of promises.filter((p) => p.personId === offer.personId)) {
          const wait = Date.parse(promise.from) - Date.parse(at(60));
          expect(wait > 180_000 || wait <= -120_000).toBe(true);
        }
      }
    }), { seed: 5, numRuns: 500 });
  });

  it('nobody who could take a call sits idle while it waits, and nobody without the skill is offered it', () => {
    fc.assert(fc.property(scene, ([calls, agents, promises]) => {
      const offers = chooseAgent(calls, agents, at(60), promises);
      for (const offer of offers) {
        const [taken, by] = [calls.filter((c) => c.callId === offer.callId), agents.find((a) => a.personId === offer.personId)!];
        expect(taken.some((c) => c.forPersonId === by.personId || (c.forPersonId === null && by.skills.includes(c.skill)))).toBe(true);
      }
      const left = calls.filter((c) => !offers.some((o) => o.callId === c.callId));
      const idle = agents.filter((a) => whyNotOfferable(a, at(60), promises) === null && !offers.some((o) => o.personId === a.personId));
      for (const c of left) for (const a of idle) expect(c.forPersonId !== null ? c.forPersonId === a.personId : a.skills.includes(c.skill)).toBe(false);
    }), { seed: 7, numRuns: 500 });
  });

  it('the order in which calls and agents are listed does not matter', () => {
    const one = fc.tuple(fc.uniqueArray(anyCall, { selector: (c) => c.callId }), fc.uniqueArray(anyAgent, { selector: (a) => a.personId }));
    fc.assert(fc.property(one, ([calls, agents]) => {
      expect(chooseAgent(calls.toReversed(), agents.toReversed(), at(60), [])).toEqual(chooseAgent(calls, agents, at(60), []));
    }), { seed: 8, numRuns: 300 });
  });

  it('[FL6] a loss report goes before everything, a missed call before the others, then the longest wait', () => {
    const order = [
      call({ callId: 'old', waitingSince: at(0) }), call({ callId: 'back', waitingSince: at(9), returned: true }),
      call({ callId: 'loss', waitingSince: at(10), priority: 0, skill: 'loss' }), call({ callId: 'new', waitingSince: at(5) }),
    ].toSorted(compareWaiting);
    expect(order.map((c) => c.callId)).toEqual(['loss', 'back', 'old', 'new']);
    const both = agent({ skills: ['general', 'loss'] });
    expect(chooseAgent(order.toReversed(), [both], at(60), [])).toEqual([{ callId: 'loss', personId: 'p1', desktopId: 'd1' }]);
  });

  it('the longest idle of those with the skill is served first', () => {
    const agents = [
      agent({ personId: 'p1', since: at(30) }), agent({ personId: 'p2', since: at(10) }),
      agent({ personId: 'p3', since: at(0), skills: ['es'] }), agent({ personId: 'p4', since: at(1), state: 'case-work' }),
    ];
    expect(chooseAgent([call()], agents, at(60), [])[0]?.personId).toBe('p2');
  });

  it('[CT5] the guard begins three minutes before the promise, to the millisecond', () => {
    const promises = [{ personId: 'p1', from: at(1000) }];
    const justOutside = new Date(Date.parse(at(820)) - 1).toISOString();
    expect(whyNotOfferable(agent(), justOutside, promises)).toBeNull();
    expect(whyNotOfferable(agent(), at(820), promises)).toBe('promise');
    expect(whyNotOfferable(agent(), at(1000), promises)).toBe('promise');
    expect(whyNotOfferable(agent(), at(1000 + defaultRoutingPolicy.afterPromiseMs / 1000), promises)).toBeNull();
    expect(whyNotOfferable(agent({ personId: 'p2' }), at(900), promises)).toBeNull();
  });

  it('[CT5] no call in case work or in review', () => {
    for (const state of ['case-work', 'in-review'] as const) expect(chooseAgent([call()], [agent({ state })], at(60), [])).toEqual([]);
  });

  it('the queue counts who waits, who reports a loss, and the longest wait; a ringing call still waits', () => {
    const queued = (callId: string, queue: string, second: number) => foldCall(callId, [{ kind: 'queued', eventId: `q${callId}`, callId, at: at(second), queue }]);
    const ringing = foldCall('c3', [
      { kind: 'queued', eventId: 'q3', callId: 'c3', at: at(2), queue: 'loss' },
      { kind: 'offered', eventId: 'o3', callId: 'c3', at: at(4), offerId: 'o', personId: 'p1', desktopId: 'd1', expiresAt: at(24) },
    ]);
    expect(waitingCall(ringing)).toBeNull();
    expect(queueSummary([queued('c1', 'general', 5), queued('c2', 'loss', 8), ringing], at(10))).toEqual({ waiting: 3, lossReportsWaiting: 2, longestWaitMs: 8000 });
    expect(queueSummary([], at(10))).toEqual({ waiting: 0, lossReportsWaiting: 0, longestWaitMs: 0 });
  });
});
