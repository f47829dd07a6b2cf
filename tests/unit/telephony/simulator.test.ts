import { describe, expect, it } from 'vitest';
import type { PhoneEvent } from '#shared/telephony/call-event.ts';
import { phoneEventSchema } from '#shared/telephony/call-event.ts';
import { foldCall } from '#shared/telephony/call-state.ts';
import { drawCall, queueOfIntent } from '../../../server/telephony/mix.ts';
import type { Caller } from '../../../server/telephony/mix.ts';
import { Random } from '../../../server/telephony/random.ts';
import { callIntents, writeScript } from '../../../server/telephony/script.ts';
import type { CallScript } from '../../../server/telephony/script.ts';
import { Simulator } from '../../../server/telephony/simulator.ts';
import type { SimulatorParts } from '../../../server/telephony/simulator.ts';
import { ManualScheduler } from './manual-scheduler.ts';

const callers: Caller[] = Array.from({ length: 50 }, (_, i) => ({ customerId: `k${i}`, phone: `1000000${String(i).padStart(4, '0')}` }));
const hours = (n: number): number => n * 3_600_000;

async function line(more: Partial<SimulatorParts> = {}, start = '2026-03-02T01:00:00.000Z') {
  const scheduler = new ManualScheduler(start);
  const events: PhoneEvent[] = [];
  const scripts: CallScript[] = [];
  let ids = 0;
  const simulator = new Simulator({
    scheduler, seed: 7, newId: () => `id-${ids++}`, callers: () => callers, onScript: (script) => scripts.push(script),
    answersFor: (customerId) => [{ ask: 'name', zh: `我是${customerId}`, en: `I am ${customerId}` }], ...more,
  });
  await simulator.start(async (list) => void events.push(...list));
  const eventsOf = (callId: string): PhoneEvent[] => events.filter((event) => event.callId === callId);
  const kindsOf = (callId: string): string[] => eventsOf(callId).map((event) => event.kind);
  return { simulator, scheduler, events, scripts, eventsOf, kindsOf };
}
const target = (callId: string) => ({ callId, personId: 'p1', extension: '8001' });

describe('the phone simulator', () => {
  it('the same seed gives the same day: times, callers, intents and words', async () => {
    const day = async (seed: number) => {
      const c = await line({ seed });
      c.simulator.setSeats(3);
      await c.scheduler.advance(hours(4));
      return { events: c.events, scripts: c.scripts };
    };
    const first = await day(7);
    expect(first.events.length).toBeGreaterThan(100);
    expect(await day(7)).toEqual(first);
    expect((await day(8)).events.map((e) => e.at)).not.toEqual(first.events.map((e) => e.at));
  });

  it('an injected call does not move the arrivals of the day', async () => {
    const arrivals = async (inject: boolean) => {
      const c = await line();
      c.simulator.setSeats(2);
      if (inject) await c.simulator.call({ customerId: 'k1', intent: 'loss-report' });
      await c.scheduler.advance(hours(2));
      return c.events.filter((e) => e.kind === 'queued').slice(inject ? 1 : 0).map((e) => [e.at, e.number, e.queue]);
    };
    expect(await arrivals(true)).toEqual(await arrivals(false));
  });

  it('nobody rings an empty centre; the first caller comes within seconds; twice the seats, about twice the calls', async () => {
    const c = await line();
    await c.scheduler.advance(hours(1));
    expect(c.events).toEqual([]);
    c.simulator.setSeats(1);
    await c.scheduler.advance(10_000);
    expect(c.events.map((e) => e.kind)).toEqual(['queued']);
    const count = async (seats: number): Promise<number> => {
      const many = await line();
      many.simulator.setSeats(seats);
      await many.scheduler.advance(hours(8));
      return many.events.filter((e) => e.kind === 'queued').length;
    };
    const [few, twice] = [await count(10), await count(20)];
    expect(twice / few).toBeGreaterThan(1.8);
    expect(twice / few).toBeLessThan(2.2);
  });

  it('arrivals follow the curve within Poisson’s spread', async () => {
    const c = await line({ curve: { relative: (_, slot) => (slot < 120 ? 1 : 3) }, rate: { callsPerSeatHour: 10, floor: 0 } });
    c.simulator.setSeats(20);
    await c.scheduler.advance(hours(2));
    const quiet = c.events.filter((e) => e.kind === 'queued' && e.at < '2026-03-02T02:00:00.000Z').length;
    const busy = c.events.filter((e) => e.kind === 'queued').length - quiet;
    expect(Math.abs(quiet - 200)).toBeLessThan(60);
    expect(Math.abs(busy - 600)).toBeLessThan(100);
  });

  it('unanswered callers give up; every event fits the schema; no two calls share an id', async () => {
    const c = await line();
    c.simulator.setSeats(10);
    await c.scheduler.advance(hours(3));
    for (const event of c.events) expect(phoneEventSchema.parse(event)).toEqual(event);
    const calls = [...new Set(c.events.map((e) => e.callId))].map((callId) => foldCall(callId, c.events));
    expect(calls.filter((call) => call.endReason === 'abandoned').length / calls.length).toBeGreaterThan(0.9);
    expect(new Set(c.events.map((e) => e.eventId)).size).toBe(c.events.length);
  });

  it('a call is put through, held, retrieved and ended; its events carry the line’s own order', async () => {
    const c = await line();
    const { callId, script } = await c.simulator.call({ customerId: 'k3', intent: 'early-settlement' });
    expect(script).toMatchObject({ customerId: 'k3', persona: 'holder', answers: [{ zh: '我是k3' }] });
    expect(c.eventsOf(callId)).toMatchObject([{ kind: 'queued', queue: 'instalment', number: callers[3]!.phone }]);
    expect(await c.simulator.connect(target(callId))).toEqual({ ok: true });
    expect(await c.simulator.connect(target(callId))).toMatchObject({ ok: false, code: 'phones-wrong-phase' });
    await c.simulator.hold(callId);
    expect(await c.simulator.hold(callId)).toMatchObject({ code: 'phones-wrong-phase' });
    await c.simulator.retrieve(callId);
    await c.simulator.end(callId);
    expect(await c.simulator.end(callId)).toMatchObject({ code: 'phones-unknown-call' });
    expect(c.kindsOf(callId)).toEqual(['queued', 'answered', 'held', 'retrieved', 'ended']);
    expect(c.eventsOf(callId).map((e) => e.sequence)).toEqual([0, 1, 2, 3, 4]);
    await c.scheduler.advance(hours(2));
    expect(c.kindsOf(callId)).toHaveLength(5);
  });

  it.each([
    ['holder', ['callback-dialled', 'callback-answered']],
    ['other', ['callback-dialled', 'callback-answered']],
    ['no-answer', ['callback-dialled', 'callback-no-answer']],
    ['busy', ['callback-dialled', 'callback-no-answer']],
  ] as const)('a callback is answered as told: %s', async (who, kinds) => {
    const c = await line();
    c.simulator.answerNextCallbackWith(who);
    expect(await c.simulator.dial({ ...target('cb1'), number: callers[5]!.phone, promiseId: 'pr1' })).toEqual({ ok: true });
    await c.scheduler.advance(30_000);
    expect(c.kindsOf('cb1')).toEqual(kinds);
    const script = c.simulator.scriptOf('cb1');
    if (kinds[1] === 'callback-answered') {
      expect(script).toMatchObject({ intent: 'callback', persona: who, customerId: 'k5' });
      expect(script!.answers).toHaveLength(who === 'holder' ? 1 : 0);
    }
  });

  it('without being told, callbacks are answered by the holder, by others and by nobody', async () => {
    const c = await line();
    for (let i = 0; i < 60; i++) await c.simulator.dial({ ...target(`cb${i}`), number: '10099999999' });
    await c.scheduler.advance(60_000);
    const kinds = c.events.map((e) => e.kind);
    expect(kinds.filter((k) => k === 'callback-answered').length).toBeGreaterThan(30);
    expect(kinds.filter((k) => k === 'callback-no-answer').length).toBeGreaterThan(3);
    expect(new Set(c.scripts.map((s) => s.persona))).toEqual(new Set(['holder', 'other']));
  });

  it('a number that is none is not dialled', async () => {
    const c = await line();
    expect(await c.simulator.dial({ ...target('cb1'), number: 'x' })).toMatchObject({ code: 'phones-bad-number' });
    expect(c.events).toEqual([]);
  });

  it('while the line is down commands fail and calls go on; their events come when it is back', async () => {
    const c = await line();
    const { callId } = await c.simulator.call({ customerId: 'k1' });
    await c.simulator.connect(target(callId));
    c.simulator.setDown(true);
    expect(c.simulator.health()).toBe('down');
    expect(await c.simulator.hold(callId)).toMatchObject({ code: 'phones-unreachable' });
    c.simulator.hangUp(callId);
    expect(c.kindsOf(callId)).toEqual(['queued', 'answered']);
    c.simulator.setDown(false);
    expect(c.kindsOf(callId)).toEqual(['queued', 'answered', 'ended']);
  });

  it('what could not be taken is handed over again', async () => {
    const c = await line();
    await c.simulator.stop();
    const taken: PhoneEvent[] = [];
    let failures = 2;
    await c.simulator.start(async (events) => {
      if (failures-- > 0) throw new Error('disk full');
      taken.push(...events);
    });
    await c.simulator.call({ customerId: 'k1' });
    expect(taken).toEqual([]);
    await c.scheduler.advance(2500);
    expect(taken.map((e) => e.kind)).toEqual(['queued']);
  });

  it('[CT1] with copies and delays on the line, every call still comes out the same', async () => {
    const run = async (faults?: { duplicate: number; late: number }) => {
      const c = await line(faults ? { faults } : {});
      c.simulator.setSeats(5);
      await c.scheduler.advance(hours(1));
      c.simulator.setSeats(0);
      await c.scheduler.advance(hours(2));
      const times = c.events.map((e) => e.at);
      const late = times.some((t, i) => i > 0 && t < times[i - 1]!);
      const calls = new Set(c.events.map((e) => e.callId));
      return { late, copies: c.events.length - new Set(c.events.map((e) => e.eventId)).size, states: [...calls].sort().map((id) => foldCall(id, c.events)) };
    };
    const [clean, faulty] = [await run(), await run({ duplicate: 0.3, late: 0.3 })];
    expect(faulty.copies).toBeGreaterThan(5);
    expect(faulty.late).toBe(true);
    expect(faulty.states).toEqual(clean.states);
  });

  it('[CT3] open calls are taken over after a restart: the customer is still on the line', async () => {
    const before = await line();
    const talking = (await before.simulator.call({ customerId: 'k1' })).callId;
    const waiting = (await before.simulator.call({ customerId: 'k2' })).callId;
    await before.simulator.connect(target(talking));
    await before.simulator.stop();
    const c = await line({ newId: (() => { let n = 0; return () => `second-${n++}`; })() });
    await c.simulator.adopt([foldCall(talking, before.events), foldCall(waiting, before.events)]);
    expect(c.simulator.scriptOf(talking)?.customerId).toBe('k1');
    await c.simulator.end(talking);
    await c.scheduler.advance(hours(1));
    expect(foldCall(talking, [...before.events, ...c.events])).toMatchObject({ phase: 'ended', endReason: 'agent-hung-up' });
    expect(foldCall(waiting, [...before.events, ...c.events])).toMatchObject({ phase: 'ended', endReason: 'abandoned' });
  });

  it('a naturally talking customer hangs up by themselves, a patient one waits for the agent', async () => {
    const talk = async (mode: 'natural' | 'patient') => {
      const c = await line({ talk: mode });
      const { callId } = await c.simulator.call({ customerId: 'k1', intent: 'points' });
      await c.simulator.connect(target(callId));
      await c.scheduler.advance(hours(0.9));
      return foldCall(callId, c.events).phase;
    };
    expect(await talk('natural')).toBe('ended');
    expect(await talk('patient')).toBe('talking');
  });
});

describe('who calls', () => {
  it('the mix has every kind of caller: repeaters, strangers, relatives, withheld and other numbers', () => {
    const random = new Random(1);
    const drawn = Array.from({ length: 3000 }, () => drawCall(random, callers, [
      { customerId: 'k9', number: callers[9]!.phone, intent: 'points', persona: 'holder', repeat: false, patienceMs: 1 },
    ]));
    const share = (pick: (d: (typeof drawn)[number]) => boolean): number => drawn.filter(pick).length / drawn.length;
    expect(share((d) => d.repeat)).toBeCloseTo(0.12, 1);
    expect(share((d) => d.number === null)).toBeGreaterThan(0.02);
    expect(share((d) => d.customerId === null)).toBeGreaterThan(0.02);
    expect(share((d) => d.persona === 'relative')).toBeGreaterThan(0.04);
    expect(share((d) => d.number !== null && !callers.some((k) => k.phone === d.number))).toBeGreaterThan(0.08);
    expect(new Set(drawn.map((d) => d.intent)).size).toBe(callIntents.length - 1);
    for (const d of drawn) expect(d.patienceMs).toBeGreaterThan(0);
  });

  it('customers call about what they may call about', () => {
    const random = new Random(2);
    const able: Caller[] = [{ customerId: 'plans', phone: '10000000001', intents: ['early-settlement'] }, { customerId: 'none', phone: '10000000002', intents: callIntents.filter((i) => i !== 'early-settlement') }];
    for (let i = 0; i < 500; i++) {
      const d = drawCall(random, able, []);
      if (d.customerId === 'none') expect(d.intent).not.toBe('early-settlement');
      if (d.customerId === 'plans') expect(d.intent).toBe('early-settlement');
    }
  });

  it('every caller has something to say, in both languages; only the holder knows the answers', () => {
    const random = new Random(3);
    for (const intent of callIntents) for (const persona of ['holder', 'relative', 'other'] as const) {
      const script = writeScript(random, { callId: 'c', customerId: 'k', intent, persona, repeat: false }, [{ ask: 'idLast4', zh: '零零零零', en: 'zero zero zero zero' }]);
      expect(script.lines.length).toBeGreaterThan(0);
      for (const said of script.lines) {
        expect(said.zh).toMatch(/\p{Script=Han}/u);
        expect(said.en).toMatch(/[a-z]/);
      }
      expect(script.answers).toHaveLength(persona === 'holder' ? 1 : 0);
      expect(queueOfIntent(intent)).toMatch(/^(loss|instalment|password|general)$/);
    }
  });
});
