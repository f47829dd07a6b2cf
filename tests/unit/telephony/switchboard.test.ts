import { describe, expect, it } from 'vitest';
import { firstAgentState, nextAgentState } from '#shared/telephony/agent-state.ts';
import type { AgentState, AgentStateRequest } from '#shared/telephony/agent-state.ts';
import type { CallEvent, PhoneEvent } from '#shared/telephony/call-event.ts';
import { foldCall } from '#shared/telephony/call-state.ts';
import type { CallOffer, CallState } from '#shared/telephony/call-state.ts';
import type { QueueSummary } from '#shared/telephony/routing.ts';
import { phoneRefusal } from '../../../server/telephony/phones.ts';
import type { PhoneOutcome, Phones } from '../../../server/telephony/phones.ts';
import { Switchboard } from '../../../server/telephony/switchboard.ts';
import { ManualScheduler } from './manual-scheduler.ts';

/** A phone system that does as it is told and remembers it. */
class FakePhones implements Phones {
  readonly commands: string[] = [];
  answer: PhoneOutcome = { ok: true };
  deliver: (events: PhoneEvent[]) => Promise<void> = async () => {};
  async start(deliver: (events: PhoneEvent[]) => Promise<void>): Promise<void> { this.deliver = deliver; }
  async stop(): Promise<void> {}
  health(): 'ok' { return 'ok'; }
  #do(text: string): Promise<PhoneOutcome> { this.commands.push(text); return Promise.resolve(this.answer); }
  connect = (t: { callId: string; personId: string }): Promise<PhoneOutcome> => this.#do(`connect ${t.callId} ${t.personId}`);
  hold = (callId: string): Promise<PhoneOutcome> => this.#do(`hold ${callId}`);
  retrieve = (callId: string): Promise<PhoneOutcome> => this.#do(`retrieve ${callId}`);
  end = (callId: string): Promise<PhoneOutcome> => this.#do(`end ${callId}`);
  transfer = (callId: string): Promise<PhoneOutcome> => this.#do(`transfer ${callId}`);
  dial = (t: { number: string }): Promise<PhoneOutcome> => this.#do(`dial ${t.number}`);
}

/** A switchboard with a log in memory and a keeper of agent states, as the gateway is. */
async function centre(log: CallEvent[] = [], scheduler = new ManualScheduler('2026-03-02T01:00:00.000Z')) {
  const phones = new FakePhones();
  const offers: CallOffer[] = [];
  const ended: CallOffer[] = [];
  const requests: [string, AgentStateRequest][] = [];
  const summaries: QueueSummary[] = [];
  const errors: unknown[] = [];
  const told: CallState[] = [];
  const states = new Map<string, AgentState>();
  const seats = new Map<string, { desktopId: string; skills: string[] }>();
  let ids = 0;
  const control = { failing: 0, listenerFails: false, stored: (_events: readonly CallEvent[]): void => undefined };
  const prefix = `n${log.length}-`;
  const board = new Switchboard({
    phones, scheduler,
    newId: () => `${prefix}${ids++}`,
    record: async (events) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (control.failing > 0) { control.failing--; throw new Error('disk full'); }
      log.push(...events);
      control.stored(events);
    },
    load: async (callId) => log.filter((event) => event.callId === callId),
    onCall: (state) => {
      told.push(state);
      if (control.listenerFails) throw new Error('listener');
    },
    onOffer: (offer) => offers.push(offer),
    onOfferEnded: (offer) => ended.push(offer),
    onAgentRequest: (personId, request) => {
      requests.push([personId, request]);
      apply(personId, request);
    },
    onSummary: (summary) => summaries.push(summary),
    onError: (error) => errors.push(error),
  });
  function tell(personId: string): void {
    const [state, seat] = [states.get(personId)!, seats.get(personId)!];
    void board.agentChanged({ personId, extension: '8001', reachable: true, ...seat, state: state.state, version: state.version, since: state.since, callId: state.callId });
  }
  function apply(personId: string, request: AgentStateRequest): void {
    const result = nextAgentState(states.get(personId) ?? firstAgentState(personId, scheduler.now()), request, scheduler.now());
    if (!result.ok) return;
    states.set(personId, result.state);
    tell(personId);
  }
  async function sit(personId: string, skills = ['general', 'loss', 'es', 'password'], desktopId = `d-${personId}`): Promise<void> {
    seats.set(personId, { desktopId, skills });
    states.set(personId, firstAgentState(personId, scheduler.now()));
    apply(personId, { kind: 'choose', to: 'available', basedOn: 0 });
    await scheduler.advance(1);
  }
  const choose = async (personId: string, to: 'available' | 'break' | 'case-work'): Promise<void> => {
    apply(personId, { kind: 'choose', to, basedOn: states.get(personId)!.version });
    await scheduler.advance(1);
  };
  let sequence = 0;
  const phone = async (callId: string, kind: 'queued' | 'answered' | 'held' | 'retrieved' | 'ended' | 'abandoned' | 'callback-answered', more: Partial<PhoneEvent> = {}): Promise<void> => {
    const event = { kind, eventId: `ph-${sequence++}`, callId, at: scheduler.now(), queue: 'general', number: '10000000001', reason: 'customer-hung-up', ...more } as PhoneEvent;
    await phones.deliver([event]);
  };
  await board.start(log);
  return { board, phones, scheduler, log, offers, ended, requests, summaries, errors, told, states, control, sit, choose, phone };
}
const claim = (offer: CallOffer, callId: string, more = {}) => ({ callId, offerId: offer.offerId, personId: offer.personId, desktopId: offer.desktopId, ...more });

describe('the switchboard', () => {
  it('a call rings at the longest idle desk, is accepted, held, and ends in wrap-up', async () => {
    const c = await centre();
    await c.sit('p1');
    await c.sit('p2');
    await c.phone('c1', 'queued');
    expect(c.offers).toMatchObject([{ personId: 'p1', desktopId: 'd-p1', outcome: 'open' }]);
    expect(await c.board.accept(claim(c.offers[0]!, 'c1'))).toEqual({ ok: true });
    expect(c.phones.commands).toEqual(['connect c1 p1']);
    await c.phone('c1', 'answered', { personId: 'p1' });
    await c.scheduler.advance(1000);
    expect(c.states.get('p1')).toMatchObject({ state: 'on-call', callId: 'c1' });
    expect(await c.board.hold('c1', 'p1')).toEqual({ ok: true });
    expect(await c.board.hold('c1', 'p2')).toMatchObject({ ok: false, refusal: { code: 'call-not-yours' } });
    await c.phone('c1', 'ended');
    await c.scheduler.advance(1);
    expect(c.states.get('p1')?.state).toBe('after-call');
    expect(c.board.call('c1')).toMatchObject({ phase: 'ended', personId: 'p1' });
  });

  it('[CT2] of two desktops and two windows that claim one call, one owns it', async () => {
    const c = await centre();
    await c.sit('p1');
    await c.phone('c1', 'queued');
    const offer = c.offers[0]!;
    const results = await Promise.all([
      c.board.accept(claim(offer, 'c1', { desktopId: 'other-desktop' })),
      c.board.accept(claim(offer, 'c1', { personId: 'p2' })),
      c.board.accept(claim(offer, 'c1')),
      c.board.accept(claim(offer, 'c1', { desktopId: 'late-desktop' })),
    ]);
    expect(results.map((r) => r.ok)).toEqual([false, false, true, false]);
    expect(results[3]).toMatchObject({ refusal: { code: 'call-taken' } });
    expect(c.log.filter((e) => e.kind === 'accepted')).toHaveLength(1);
    expect(c.phones.commands).toEqual(['connect c1 p1']);
    expect(await c.board.accept(claim(offer, 'c1'))).toEqual({ ok: true });
    expect(c.log.filter((e) => e.kind === 'accepted')).toHaveLength(1);
  });

  it('RONA: unanswered, the call goes back to the front and the person into after-call', async () => {
    const c = await centre();
    await c.sit('p1');
    await c.phone('c1', 'queued');
    await c.phone('c2', 'queued');
    await c.scheduler.advance(20_000);
    expect(c.ended).toMatchObject([{ outcome: 'rona', personId: 'p1' }]);
    expect(c.states.get('p1')).toMatchObject({ state: 'after-call', reason: 'offer-missed' });
    expect(await c.board.accept(claim(c.offers[0]!, 'c1'))).toMatchObject({ refusal: { code: 'offer-over' } });
    await c.phone('c0', 'queued', { at: '2026-03-02T00:59:00.000Z' });
    await c.sit('p2');
    const last = c.offers.at(-1)!;
    expect(c.board.call('c1')?.offers.at(-1)).toEqual(last);
    expect(last.personId).toBe('p2');
  });

  it('an offer that its person can no longer take is withdrawn and goes to the next', async () => {
    const c = await centre();
    await c.sit('p1');
    await c.sit('p2');
    await c.phone('c1', 'queued');
    await c.choose('p1', 'break');
    expect(c.ended).toMatchObject([{ personId: 'p1', outcome: 'withdrawn' }]);
    expect(c.offers.at(-1)?.personId).toBe('p2');
    await c.board.agentGone('p2');
    expect(c.ended.at(-1)).toMatchObject({ personId: 'p2', outcome: 'withdrawn' });
    expect(c.board.summary().waiting).toBe(1);
  });

  it('[CT5] nothing rings before a promised callback; when it has passed, the waiting call does', async () => {
    const c = await centre();
    await c.sit('p1');
    const from = new Date(Date.parse(c.scheduler.now()) + 100_000).toISOString();
    await c.board.promisesChanged([{ personId: 'p1', from }]);
    await c.phone('c1', 'queued');
    await c.scheduler.advance(99_000);
    expect(c.offers).toEqual([]);
    await c.board.promisesChanged([]);
    expect(c.offers).toHaveLength(1);
  });

  it('[CT5] nothing rings in case work', async () => {
    const c = await centre();
    await c.sit('p1');
    await c.choose('p1', 'case-work');
    await c.phone('c1', 'queued');
    await c.scheduler.advance(5000);
    expect(c.offers).toEqual([]);
  });

  it('a caller who hangs up while the phone rings takes the offer along', async () => {
    const c = await centre();
    await c.sit('p1');
    await c.phone('c1', 'queued');
    await c.phone('c1', 'abandoned');
    expect(c.ended).toMatchObject([{ outcome: 'withdrawn' }]);
    expect(await c.board.accept(claim(c.offers[0]!, 'c1'))).toMatchObject({ refusal: { code: 'offer-over' } });
    expect(c.states.get('p1')?.state).toBe('available');
    expect(c.board.summary()).toEqual({ waiting: 0, lossReportsWaiting: 0, longestWaitMs: 0 });
  });

  it('[CT1] a copy of an event is neither stored nor announced again', async () => {
    const c = await centre();
    const event: PhoneEvent = { kind: 'queued', eventId: 'e1', callId: 'c1', at: c.scheduler.now(), queue: 'loss' };
    await c.phones.deliver([event, event]);
    await c.phones.deliver([event]);
    expect(c.log).toHaveLength(1);
    expect(c.board.summary()).toMatchObject({ waiting: 1, lossReportsWaiting: 1 });
  });

  it('[CT1] the events of hours ago change history, ring nowhere and move nobody', async () => {
    const c = await centre();
    await c.sit('p1');
    const old = '2026-03-01T20:00:00.000Z';
    await c.phones.deliver([{ kind: 'queued', eventId: 'o1', callId: 'old', at: old, queue: 'general' }]);
    await c.phones.deliver([{ kind: 'answered', eventId: 'o2', callId: 'old', at: old, personId: 'p1' }]);
    await c.scheduler.advance(2000);
    expect(c.offers).toEqual([]);
    expect(c.requests).toEqual([]);
    expect(c.board.summary().waiting).toBe(0);
    await c.phone('new', 'queued');
    expect(c.offers).toHaveLength(1);
    await c.phones.deliver([{ kind: 'ended', eventId: 'o3', callId: 'old', at: old, reason: 'unknown' }]);
    expect(foldCall('old', c.log)).toMatchObject({ phase: 'ended', personId: 'p1' });
    await c.phone('new', 'abandoned');
    await c.phone('newer', 'queued');
    expect(c.offers).toHaveLength(2);
  });

  it('[SY1] what could not be stored is not taken, and can be sent again', async () => {
    const c = await centre();
    await c.sit('p1');
    c.control.failing = 1;
    const event: PhoneEvent = { kind: 'queued', eventId: 'e1', callId: 'c1', at: c.scheduler.now(), queue: 'general' };
    await expect(c.phones.deliver([event])).rejects.toThrow('disk full');
    expect(c.board.calls()).toEqual([]);
    await c.phones.deliver([event]);
    expect(c.offers).toHaveLength(1);
  });

  it('[SY1] an offer that could not be stored is not shown, and is made a second later', async () => {
    const c = await centre();
    await c.phone('c1', 'queued');
    c.control.failing = 1;
    await c.sit('p1');
    expect(c.offers).toEqual([]);
    expect(c.errors).toHaveLength(1);
    await c.scheduler.advance(1500);
    expect(c.offers).toHaveLength(1);
  });

  it('[CT2] whoever hears of an offer as soon as it is stored, and answers at once, is put through', async () => {
    const c = await centre();
    await c.sit('p1');
    // Another node's desktop: the log tells it of the offer before this node's own append has been answered.
    const answered = Promise.withResolvers<unknown>();
    c.control.stored = (events) => {
      if (!events.some((event) => event.kind === 'offered')) return;
      answered.resolve(c.board.offerTo('c1', 'p1').then((offer) => offer && c.board.accept(claim(offer, 'c1'))));
    };
    await c.phone('c1', 'queued');
    expect(await answered.promise).toEqual({ ok: true });
    expect(c.phones.commands).toEqual(['connect c1 p1']);
  });

  it('[CT2] an offer whose end could not be stored is over all the same when its time is up', async () => {
    const c = await centre();
    await c.sit('p1');
    await c.phone('c1', 'queued');
    c.control.failing = 3;
    await c.scheduler.advance(20_500);
    expect(await c.board.accept(claim(c.offers[0]!, 'c1'))).toMatchObject({ refusal: { code: 'offer-over' } });
    await c.scheduler.advance(5000);
    expect(c.ended).toMatchObject([{ outcome: 'rona' }]);
  });

  it('[CT1] an event for a call that is no longer in memory meets the call’s past', async () => {
    const c = await centre();
    await c.sit('p1');
    await c.phone('c1', 'queued');
    await c.board.accept(claim(c.offers[0]!, 'c1'));
    await c.phone('c1', 'answered', { personId: 'p1' });
    const heldAt = c.scheduler.now();
    await c.scheduler.advance(30_000);
    await c.phone('c1', 'ended');
    await c.scheduler.advance(1_000_000);
    await c.phone('c2', 'queued');
    expect(c.board.call('c1')).toBeUndefined();
    await c.phone('c1', 'held', { at: heldAt });
    expect(c.told.at(-1)).toMatchObject({ callId: 'c1', phase: 'ended', personId: 'p1', heldTotalMs: 30_000 });
  });

  it('[CT3] restarted from the log, a ringing call rings on and an open call is still owned', async () => {
    const before = await centre();
    await before.sit('p1');
    await before.sit('p2');
    await before.phone('c1', 'queued');
    await before.board.accept(claim(before.offers[0]!, 'c1'));
    await before.phone('c1', 'answered', { personId: 'p1' });
    await before.phone('c2', 'queued');
    await before.scheduler.advance(5000);
    await before.board.stop();

    const c = await centre(before.log, before.scheduler);
    expect(c.offers).toMatchObject([{ personId: 'p2', outcome: 'open' }]);
    expect(c.board.call('c1')).toMatchObject({ phase: 'talking', personId: 'p1' });
    await c.scheduler.advance(14_000);
    expect(c.ended).toEqual([]);
    await c.scheduler.advance(2000);
    expect(c.ended).toMatchObject([{ personId: 'p2', outcome: 'rona' }]);
  });

  it('[CT3] a state that still says on-call is told that the call ended while the server was down', async () => {
    const c = await centre();
    await c.sit('p1');
    await c.board.agentChanged({ personId: 'p1', desktopId: 'd-p1', extension: '8001', state: 'on-call', version: 9, since: c.scheduler.now(), callId: 'lost', skills: [], reachable: true });
    expect(c.requests).toContainEqual(['p1', { kind: 'call-ended', callId: 'lost' }]);
  });

  it('[CT4] news of an older state never replaces a newer one', async () => {
    const c = await centre();
    await c.sit('p1');
    await c.choose('p1', 'break');
    const old = { personId: 'p1', desktopId: 'd-p1', extension: '8001', state: 'available' as const, version: 1, since: c.scheduler.now(), callId: null, skills: ['general'], reachable: true };
    await c.board.agentChanged(old);
    await c.phone('c1', 'queued');
    expect(c.offers).toEqual([]);
  });

  it('a call that cannot be put through goes back to the queue, not round in circles', async () => {
    const c = await centre();
    await c.sit('p1');
    await c.phone('c1', 'queued');
    c.phones.answer = phoneRefusal('phones-unreachable');
    await c.board.accept(claim(c.offers[0]!, 'c1'));
    await c.scheduler.advance(1000);
    expect(c.phones.commands).toEqual(['connect c1 p1']);
    expect(c.board.call('c1')?.phase).toBe('waiting');
    c.phones.answer = { ok: true };
    await c.scheduler.advance(4000);
    expect(c.offers).toHaveLength(2);
  });

  it('dialling is stored before the phone hears of it; nobody is called twice over or offered a call meanwhile', async () => {
    const c = await centre();
    await c.sit('p1');
    const ask = { personId: 'p1', desktopId: 'd-p1', number: '10000000001', promiseId: 'pr1' };
    const [first, second] = await Promise.all([c.board.dial(ask), c.board.dial(ask)]);
    expect([first.ok, second.ok]).toEqual([true, false]);
    expect(second).toMatchObject({ refusal: { code: 'already-on-call' } });
    await c.phone('c9', 'queued');
    expect(c.offers).toEqual([]);
    expect(c.states.get('p1')).toMatchObject({ state: 'on-call' });
    if (first.ok) expect(c.board.call(first.callId)).toMatchObject({ phase: 'dialling', callback: { promiseId: 'pr1' } });
    expect(await c.board.dial({ ...ask, number: '12 34' })).toMatchObject({ refusal: { code: 'number-malformed' } });
  });

  it('a callback that could not be dialled is over, and the person in wrap-up', async () => {
    const c = await centre();
    await c.sit('p1');
    c.phones.answer = phoneRefusal('phones-unreachable');
    expect(await c.board.dial({ personId: 'p1', desktopId: 'd-p1', number: '10000000001' })).toMatchObject({ refusal: { code: 'phones-unreachable' } });
    await c.scheduler.advance(1);
    expect(c.states.get('p1')?.state).toBe('after-call');
    expect(c.board.calls()).toMatchObject([{ phase: 'ended', endReason: 'unreachable' }]);
  });

  it('[CT3] nobody stays on a call that the phone system has forgotten', async () => {
    const c = await centre();
    await c.sit('p1');
    await c.phone('c1', 'queued');
    await c.board.accept(claim(c.offers[0]!, 'c1'));
    await c.phone('c1', 'answered', { personId: 'p1' });
    c.phones.answer = phoneRefusal('phones-unknown-call');
    expect(await c.board.end('c1', 'p1')).toEqual({ ok: true });
    await c.scheduler.advance(1);
    expect(c.states.get('p1')?.state).toBe('after-call');
    expect(c.board.call('c1')).toMatchObject({ phase: 'ended', endReason: 'system' });
  });

  it('[RB1] a listener that fails neither stops the switchboard nor makes the phone system send again', async () => {
    const c = await centre();
    c.control.listenerFails = true;
    await c.phone('c1', 'queued');
    c.control.listenerFails = false;
    expect(c.errors).toHaveLength(1);
    await c.sit('p1');
    expect(c.offers).toMatchObject([{ personId: 'p1' }]);
    expect(c.log.filter((e) => e.kind === 'queued')).toHaveLength(1);
  });

  it('nobody dials out of a review', async () => {
    const c = await centre();
    await c.board.agentChanged({ personId: 'p1', desktopId: 'd-p1', extension: '8001', state: 'in-review', version: 3, since: c.scheduler.now(), callId: null, skills: [], reachable: true });
    expect(await c.board.dial({ personId: 'p1', desktopId: 'd-p1', number: '10000000001' })).toMatchObject({ refusal: { code: 'agent-in-review' } });
    expect(c.log).toEqual([]);
  });

  it('[RB1] a call that floods the log is cut off', async () => {
    const c = await centre();
    const flood = Array.from({ length: 1500 }, (_, i): PhoneEvent => ({ kind: i % 2 ? 'held' : 'retrieved', eventId: `f${i}`, callId: 'c1', at: c.scheduler.now() }));
    await c.phones.deliver(flood);
    expect(c.log).toHaveLength(1000);
  });
});
