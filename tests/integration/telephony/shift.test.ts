import { describe, expect, it } from 'vitest';
import { firstAgentState, nextAgentState } from '#shared/telephony/agent-state.ts';
import type { AgentState, AgentStateRequest } from '#shared/telephony/agent-state.ts';
import type { CallEvent } from '#shared/telephony/call-event.ts';
import { callEventSchema } from '#shared/telephony/call-event.ts';
import { foldCall } from '#shared/telephony/call-state.ts';
import type { CallOffer, CallState } from '#shared/telephony/call-state.ts';
import { agentStateSpans, answerRate, averageHandlingTime, occupancy, serviceLevel } from '#shared/telephony/metrics.ts';
import { Random } from '../../../server/telephony/random.ts';
import { Simulator } from '../../../server/telephony/simulator.ts';
import { Switchboard } from '../../../server/telephony/switchboard.ts';
import { ManualScheduler } from '../../unit/telephony/manual-scheduler.ts';

const callers = Array.from({ length: 200 }, (_, i) => ({ customerId: `k${i}`, phone: `1000000${String(i).padStart(4, '0')}` }));
const people = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'];

/** A whole shift: callers of the simulator, a switchboard, six people who accept, miss, refuse, rest and hang up. */
class Shift {
  readonly log: CallEvent[] = [];
  readonly changes: AgentState[] = [];
  readonly wrong: string[] = [];
  readonly scheduler = new ManualScheduler('2026-03-02T01:00:00.000Z');
  readonly states = new Map<string, AgentState>();
  readonly random: Random;
  readonly #seed: number;
  promises: { personId: string; from: string }[] = [];
  board!: Switchboard;
  simulator!: Simulator;
  #ids = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.random = new Random(seed + 100);
  }

  /** Starts the server's part, the first time or after a crash: all it knows is the log. */
  async boot(): Promise<void> {
    const newId = (): string => `id-${this.#ids++}`;
    this.simulator = new Simulator({
      scheduler: this.scheduler, seed: this.#seed + this.#ids, newId, callers: () => callers, talk: 'natural', faults: { duplicate: 0.1, late: 0.1 },
      onError: (error) => this.wrong.push(String(error)),
    });
    this.board = new Switchboard({
      phones: this.simulator, scheduler: this.scheduler, newId,
      record: async (events) => {
        await new Promise((resolve) => setImmediate(resolve));
        this.log.push(...events.map((event) => callEventSchema.parse(event)));
      },
      load: async (callId) => this.log.filter((event) => event.callId === callId),
      onCall: () => {},
      onOffer: (offer, call) => this.#offered(offer, call),
      onOfferEnded: () => {},
      onAgentRequest: (personId, request) => this.#apply(personId, request),
      onSummary: () => {},
      onError: (error) => this.wrong.push(String(error)),
    });
    const open = [...Map.groupBy(this.log, (e) => e.callId)].filter(([callId, events]) => foldCall(callId, events).phase !== 'ended');
    await this.board.start(open.flatMap(([, events]) => events));
    await this.board.promisesChanged(this.promises);
    for (const personId of people) this.#tell(personId);
    this.simulator.setSeats(people.length);
  }

  signIn(): void {
    for (const personId of people) {
      this.states.set(personId, firstAgentState(personId, this.scheduler.now()));
      this.#apply(personId, { kind: 'choose', to: 'available', basedOn: 0 });
    }
  }

  #apply(personId: string, request: AgentStateRequest): void {
    const result = nextAgentState(this.states.get(personId)!, request, this.scheduler.now());
    if (!result.ok || !result.changed) return;
    this.states.set(personId, result.state);
    this.changes.push(result.state);
    this.#tell(personId);
    if (result.state.state === 'after-call') {
      const version = result.state.version;
      this.scheduler.after(this.random.int(5000, 60_000), () => this.#apply(personId, { kind: 'wrap-up-done', basedOn: version }));
    }
    if (result.state.state === 'on-call') {
      const callId = result.state.callId!;
      this.scheduler.after(this.random.int(30_000, 300_000), () => void this.board.end(callId, personId));
      if (this.random.chance(0.3)) this.scheduler.after(10_000, () => void this.board.hold(callId, personId));
    }
    if (result.state.state === 'break' || result.state.state === 'case-work') {
      const version = result.state.version;
      this.scheduler.after(this.random.int(60_000, 300_000), () => this.#apply(personId, { kind: 'choose', to: 'available', basedOn: version }));
    }
  }

  #tell(personId: string): void {
    const state = this.states.get(personId);
    if (!state) return;
    const { version, since, callId } = state;
    this.board
      .agentChanged({ personId, desktopId: `d-${personId}`, extension: `80${personId}`, state: state.state, version, since, callId, skills: ['general', 'es', 'password', ...(personId < 'p4' ? ['loss'] : [])], reachable: true })
      .catch((error: unknown) => this.wrong.push(String(error)));
  }

  #offered(offer: CallOffer, call: CallState): void {
    const state = this.states.get(offer.personId)!;
    if (state.state !== 'available') this.wrong.push(`${offer.personId} was offered a call in ${state.state}`);
    const until = this.promises.filter((p) => p.personId === offer.personId).map((p) => Date.parse(p.from) - Date.parse(this.scheduler.now()));
    if (until.some((ms) => ms > 0 && ms <= 180_000)) this.wrong.push(`${offer.personId} was offered a call before a promise`);
    const claim = { callId: call.callId, offerId: offer.offerId, personId: offer.personId, desktopId: offer.desktopId };
    const mood = this.random.fraction();
    const act = (): void => {
      if (mood < 0.8) void this.board.accept(claim);
      else if (mood < 0.85) void this.board.refuse(claim);
      else if (mood < 0.9) this.#apply(offer.personId, { kind: 'choose', to: 'break', basedOn: this.states.get(offer.personId)!.version });
      if (mood < 0.8 && this.random.chance(0.2)) void this.board.accept({ ...claim, desktopId: 'second-desktop' });
    };
    this.scheduler.after(this.random.int(500, 12_000), act);
  }

  calls(): CallState[] {
    return [...Map.groupBy(this.log, (e) => e.callId)].map(([callId, events]) => foldCall(callId, events));
  }
}

/** Of every person: the times of their legs do not overlap, so that nobody ever owned two calls. */
function overlaps(calls: readonly CallState[]): string[] {
  const legs = calls.flatMap((call) => call.legs.map((leg) => ({ ...leg, callId: call.callId })));
  return [...Map.groupBy(legs, (leg) => leg.personId)].flatMap(([personId, own]) => {
    const ordered = own.toSorted((a, b) => (a.answeredAt < b.answeredAt ? -1 : 1));
    return ordered.flatMap((leg, i) => {
      const next = ordered[i + 1];
      return next && (leg.endedAt ?? '9999') > next.answeredAt ? [`${personId}: ${leg.callId} and ${next.callId}`] : [];
    });
  });
}

describe('the webhook beside the simulator', () => {
  it('a call that came by the webhook can be answered and ended on the simulated phones', async () => {
    const shift = new Shift(9);
    await shift.boot();
    shift.simulator.setSeats(0);
    const at = shift.scheduler.now();
    await shift.board.take([{ kind: 'queued', eventId: 'w1', callId: 'web-1', at, sequence: 0, queue: 'loss', number: callers[3]!.phone }]);
    await shift.scheduler.advance(1);
    expect(shift.simulator.scriptOf('web-1')).toMatchObject({ customerId: 'k3', intent: 'loss-report' });
    expect(await shift.simulator.connect({ callId: 'web-1', personId: 'p1', extension: '801' })).toEqual({ ok: true });
    await shift.scheduler.advance(4000);
    expect(shift.board.call('web-1')).toMatchObject({ phase: 'talking', personId: 'p1' });
    expect(await shift.board.end('web-1', 'p1')).toEqual({ ok: true });
    await shift.scheduler.advance(4000);
    expect(shift.board.call('web-1')).toMatchObject({ phase: 'ended', endReason: 'agent-hung-up' });
    await shift.board.stop();
  });
});

describe('a shift on simulated phones', () => {
  it.each([1, 2, 3])('[CT2] [CT5] nobody owns two calls, no call two desktops, nothing rings where it must not (seed %i)', async (seed) => {
    const shift = new Shift(seed);
    await shift.boot();
    shift.promises = people.slice(0, 2).map((personId, i) => ({ personId, from: new Date(Date.parse(shift.scheduler.now()) + (i + 1) * 1_200_000).toISOString() }));
    await shift.board.promisesChanged(shift.promises);
    shift.signIn();
    await shift.scheduler.advance(2 * 3_600_000);
    shift.simulator.setSeats(0);
    await shift.scheduler.advance(3_600_000);

    const calls = shift.calls();
    expect(shift.wrong).toEqual([]);
    expect(calls.length).toBeGreaterThan(60);
    expect(calls.filter((call) => call.phase !== 'ended')).toEqual([]);
    expect(overlaps(calls)).toEqual([]);
    for (const call of calls) {
      expect(call.offers.filter((offer) => offer.outcome === 'accepted').length).toBeLessThanOrEqual(1);
      expect(call.desktopId === null || call.desktopId === `d-${call.personId}`).toBe(true);
    }
    const outcomes = new Set(calls.flatMap((call) => call.offers.map((offer) => offer.outcome)));
    expect(outcomes).toEqual(new Set(['accepted', 'rona', 'refused', 'withdrawn']));

    const spans = agentStateSpans(shift.changes, shift.scheduler.now());
    for (const metric of [answerRate(calls), serviceLevel(calls), occupancy(spans)]) {
      expect(metric.value).toBeGreaterThan(0);
      expect(metric.value).toBeLessThanOrEqual(1);
    }
    expect(averageHandlingTime(calls, spans).value).toBeGreaterThan(30_000);
    await shift.board.stop();
  });

  it('[CT3] the server stops and starts in the middle of everything: open calls go on, no call is lost or owned twice', async () => {
    const shift = new Shift(4);
    await shift.boot();
    shift.signIn();
    let survived = 0;
    for (let round = 0; round < 6; round++) {
      await shift.scheduler.advance(601_000);
      await shift.board.stop();
      const open = shift.calls().filter((call) => call.phase === 'talking' || call.phase === 'held');
      await shift.boot();
      await shift.scheduler.advance(1);
      survived += open.filter((call) => shift.board.call(call.callId)?.personId === call.personId).length;
      expect(open.every((call) => shift.board.call(call.callId)?.personId === call.personId)).toBe(true);
    }
    shift.simulator.setSeats(0);
    await shift.scheduler.advance(2 * 3_600_000);
    const calls = shift.calls();
    expect(survived).toBeGreaterThan(5);
    expect(shift.wrong).toEqual([]);
    expect(calls.filter((call) => call.phase !== 'ended')).toEqual([]);
    expect(overlaps(calls)).toEqual([]);
    for (const state of shift.states.values()) expect(state.state).not.toBe('on-call');
    await shift.board.stop();
  });
});
