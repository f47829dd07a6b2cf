import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallEvent } from '#shared/telephony/call-event.ts';
import { callEventSchema, phoneEventSchema } from '#shared/telephony/call-event.ts';
import { callStateSchema, foldCall } from '#shared/telephony/call-state.ts';
import { anyEvent, at, disordered } from './arbitraries.ts';

const story: CallEvent[] = [
  { kind: 'queued', eventId: 'e1', callId: 'c1', at: at(0), sequence: 0, queue: 'instalment', number: '10000000001' },
  { kind: 'offered', eventId: 'e2', callId: 'c1', at: at(1), offerId: 'o1', personId: 'p1', desktopId: 'd1', expiresAt: at(21) },
  { kind: 'offer-ended', eventId: 'e3', callId: 'c1', at: at(21), offerId: 'o1', reason: 'rona' },
  { kind: 'offered', eventId: 'e4', callId: 'c1', at: at(22), offerId: 'o2', personId: 'p2', desktopId: 'd2', expiresAt: at(42) },
  { kind: 'accepted', eventId: 'e5', callId: 'c1', at: at(25), offerId: 'o2', personId: 'p2', desktopId: 'd2' },
  { kind: 'answered', eventId: 'e6', callId: 'c1', at: at(26), sequence: 1, personId: 'p2', recordingId: 'rec-1' },
  { kind: 'held', eventId: 'e7', callId: 'c1', at: at(60), sequence: 2 },
  { kind: 'retrieved', eventId: 'e8', callId: 'c1', at: at(95), sequence: 3 },
  { kind: 'held', eventId: 'e9', callId: 'c1', at: at(100), sequence: 4 },
  { kind: 'ended', eventId: 'e10', callId: 'c1', at: at(110), sequence: 5, reason: 'customer-hung-up' },
];

describe('the state of a call', () => {
  it('[CT1] any order and any copies of any events give one state', () => {
    fc.assert(
      fc.property(
        fc.array(anyEvent, { maxLength: 25 }).chain((events) => fc.tuple(fc.constant(events), disordered(events))),
        ([events, other]) => {
          const state = foldCall('c1', events);
          expect(callStateSchema.parse(state)).toEqual(state);
          expect(foldCall('c1', other)).toEqual(state);
        },
      ),
      { seed: 20260302, numRuns: 500 },
    );
  });

  it('[CT1] two different events under one id give one state, whichever came first', () => {
    const twin: CallEvent = { kind: 'abandoned', eventId: 'e6', callId: 'c1', at: at(26), sequence: 1 };
    expect(foldCall('c1', [...story, twin])).toEqual(foldCall('c1', [twin, ...story.toReversed()]));
  });

  it('[CT1] tells the story, also backwards and doubled', () => {
    const state = foldCall('c1', story);
    expect(state).toMatchObject({
      direction: 'in', number: '10000000001', queue: 'instalment', skill: 'es', phase: 'ended', queuedAt: at(0), personId: 'p2',
      desktopId: 'd2', answeredAt: at(26), heldSince: null, heldTotalMs: 45_000, holds: 2, endedAt: at(110),
      endReason: 'customer-hung-up', recordingId: 'rec-1',
      legs: [{ personId: 'p2', answeredAt: at(26), endedAt: at(110), heldMs: 45_000 }],
    });
    expect(state.offers.map((offer) => offer.outcome)).toEqual(['rona', 'accepted']);
    expect(foldCall('c1', [...story.toReversed(), ...story])).toEqual(state);
  });

  it('[CT1] the phone system’s own numbers outrank its clock', () => {
    const events: CallEvent[] = [
      { kind: 'queued', eventId: 'a', callId: 'c1', at: at(50), sequence: 0, queue: 'general' },
      { kind: 'answered', eventId: 'b', callId: 'c1', at: at(10), sequence: 1 },
      { kind: 'ended', eventId: 'c', callId: 'c1', at: at(5), sequence: 2, reason: 'agent-hung-up' },
    ];
    expect(foldCall('c1', events)).toMatchObject({ phase: 'ended', endReason: 'agent-hung-up', answeredAt: at(50), endedAt: at(50) });
  });

  it('[CT1] names the owner although the phone system’s clock lags ours', () => {
    const lagging = story.map((event) => (event.kind === 'answered' || event.kind === 'queued' ? { ...event, at: at(-30) } : event));
    expect(foldCall('c1', lagging)).toMatchObject({ personId: 'p2', desktopId: 'd2', legs: [{ personId: 'p2' }] });
    const { personId: _, ...anonymous } = story[5] as Extract<CallEvent, { kind: 'answered' }>;
    const unnamed = lagging.map((event) => (event.kind === 'answered' ? { ...anonymous, at: at(-30) } : event));
    expect(foldCall('c1', unnamed)).toMatchObject({ personId: 'p2', desktopId: 'd2', legs: [{ personId: 'p2' }] });
  });

  it('a caller who leaves the queue has abandoned; one who was answered has hung up', () => {
    const left: CallEvent = { kind: 'abandoned', eventId: 'x', callId: 'c1', at: at(30) };
    expect(foldCall('c1', [story[0]!, story[1]!, left])).toMatchObject({ phase: 'ended', endReason: 'abandoned', offers: [{ outcome: 'withdrawn' }] });
    expect(foldCall('c1', [story[0]!, story[5]!, left])).toMatchObject({ endReason: 'customer-hung-up' });
  });

  it('a transfer waits again, for one person where one is named, and keeps the first leg', () => {
    const moved = foldCall('c1', [...story.slice(0, 7), { kind: 'transferred', eventId: 't', callId: 'c1', at: at(70), sequence: 3, toPersonId: 'lead' }]);
    expect(moved).toMatchObject({ phase: 'waiting', forPersonId: 'lead', waitingSince: at(70), personId: null, legs: [{ personId: 'p2', endedAt: at(70), heldMs: 10_000 }] });
  });

  it('a second "held" does not begin the hold anew', () => {
    const again: CallEvent = { kind: 'held', eventId: 'h2', callId: 'c1', at: at(80), sequence: 2 };
    expect(foldCall('c1', [...story, again])).toMatchObject({ heldTotalMs: 45_000, holds: 2 });
  });

  it('the first answer stays the answer after a transfer', () => {
    const moved = foldCall('c1', [
      ...story.slice(0, 7),
      { kind: 'transferred', eventId: 't', callId: 'c1', at: at(70), sequence: 3, toQueue: 'loss' },
      { kind: 'offered', eventId: 'o9', callId: 'c1', at: at(71), offerId: 'o9', personId: 'p3', desktopId: 'd3', expiresAt: at(91) },
      { kind: 'accepted', eventId: 'a9', callId: 'c1', at: at(72), offerId: 'o9', personId: 'p3', desktopId: 'd3' },
      { kind: 'answered', eventId: 'n9', callId: 'c1', at: at(73), sequence: 4 },
    ]);
    expect(moved).toMatchObject({ answeredAt: at(26), personId: 'p3', desktopId: 'd3', lossReport: true, legs: [{ personId: 'p2' }, { personId: 'p3', answeredAt: at(73) }] });
  });

  it('a callback is dialled, and answered or not', () => {
    const dialled: CallEvent = { kind: 'callback-dialled', eventId: 'd', callId: 'c1', at: at(0), direction: 'out', number: '10000000001', personId: 'p1', promiseId: 'pr1' };
    expect(foldCall('c1', [dialled])).toMatchObject({ direction: 'out', phase: 'dialling', personId: 'p1', callback: { promiseId: 'pr1', outcome: 'ringing' } });
    expect(foldCall('c1', [dialled, { kind: 'callback-answered', eventId: 'a', callId: 'c1', at: at(5) }])).toMatchObject({
      phase: 'talking', callback: { outcome: 'answered' }, legs: [{ personId: 'p1' }],
    });
    expect(foldCall('c1', [dialled, { kind: 'callback-no-answer', eventId: 'n', callId: 'c1', at: at(25), reason: 'busy' }])).toMatchObject({
      phase: 'ended', endReason: 'busy', callback: { outcome: 'busy' },
    });
  });

  it('an unknown queue is served as general under its own name', () => {
    expect(foldCall('c1', [{ kind: 'queued', eventId: 'q', callId: 'c1', at: at(0), queue: 'VIP-7' }])).toMatchObject({ queue: 'VIP-7', skill: 'general', priority: 5 });
  });
});

describe('the shape of call events', () => {
  it('instants of any zone become UTC', () => {
    const event = phoneEventSchema.parse({ kind: 'held', eventId: 'e', callId: 'c', at: '2026-03-02T09:00:00+08:00' });
    expect(event.at).toBe('2026-03-02T01:00:00.000Z');
  });

  it('[CT2] a phone system cannot decide who owns a call', () => {
    const claim = { kind: 'accepted', eventId: 'e', callId: 'c', at: at(0), offerId: 'o', personId: 'p', desktopId: 'd' };
    expect(callEventSchema.safeParse(claim).success).toBe(true);
    expect(phoneEventSchema.safeParse(claim).success).toBe(false);
  });

  it.each([
    ['a number with letters', { number: '1380013800x' }],
    ['a time without zone', { at: '2026-03-02T01:00:00' }],
    ['an id of a thousand characters', { eventId: 'x'.repeat(1000) }],
    ['an unknown kind', { kind: 'exploded' }],
  ])('[RB1] %s is refused', (_, wrong) => {
    expect(phoneEventSchema.safeParse({ kind: 'held', eventId: 'e', callId: 'c', at: at(0), ...wrong }).success).toBe(false);
  });
});
