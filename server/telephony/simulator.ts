import type { PhoneEvent } from '#shared/telephony/call-event.ts';
import type { CallState } from '#shared/telephony/call-state.ts';
import { arrivalRate, builtInCurve, defaultArrivalRate, slotAt } from './arrivals.ts';
import type { ArrivalCurve, ArrivalRatePolicy } from './arrivals.ts';
import { defaultMix, drawCall, drawPatience, intentOfQueue, queueOfIntent } from './mix.ts';
import type { CallbackOutcome, Caller, CallMix, DrawnCall } from './mix.ts';
import { phoneRefusal } from './phones.ts';
import type { PhoneOutcome, Phones, PhonesHealth, PhoneTarget } from './phones.ts';
import { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import { writeScript } from './script.ts';
import type { CallIntent, CallScript, Line, Persona, SpokenAnswer } from './script.ts';
import { newSimulatedCall, sayEvent } from './simulated-call.ts';
import type { EventBody, SimulatedCall } from './simulated-call.ts';

export interface SimulatorParts {
  scheduler: Scheduler;
  seed: number;
  /** A new unique id. Ids are not drawn from the seed: two runs of one seed may write to one log. */
  newId(): string;
  /** The bank's customers; asked at every arrival. */
  callers(): readonly Caller[];
  /** What that customer says when asked for facts. */
  answersFor?(customerId: string): Promise<readonly SpokenAnswer[]> | readonly SpokenAnswer[];
  curve?: ArrivalCurve;
  rate?: ArrivalRatePolicy;
  mix?: CallMix;
  /** Of the centre's zone from UTC; China has no summer time. */
  zoneOffsetMinutes?: number;
  /** `patient`: customers talk until the agent ends (at most an hour). `natural`: they hang up when they are done. */
  talk?: 'patient' | 'natural';
  /** Chance that an event comes twice, or late: what real phone systems do (CT1). */
  faults?: { duplicate: number; late: number };
  onScript?(script: CallScript): void;
  onError?(error: unknown): void;
}

export interface InjectedCall {
  customerId?: string | null;
  /** null: withheld; absent: the customer's own number. */
  number?: string | null;
  intent?: CallIntent;
  persona?: Persona;
  queue?: string;
  lines?: readonly Line[];
  /** How long the caller waits; absent: for ever. */
  patienceMs?: number;
}

const hour = 3_600_000;
const talkMeanMs: Partial<Record<CallIntent, number>> = { 'early-settlement': 420_000, 'loss-report': 150_000, dispute: 360_000, points: 100_000 };

/** The phone system of the demo and of load tests: callers who ring by real arrival rates, wait, talk and hang up. */
export class Simulator implements Phones {
  readonly #parts: SimulatorParts;
  readonly #mix: CallMix;
  readonly #arrivals: Random;
  readonly #draws: Random;
  readonly #outcomes: Random;
  readonly #mischief: Random;
  readonly #calls = new Map<string, SimulatedCall>();
  readonly #scripts = new Map<string, CallScript>();
  readonly #nextCallbacks: CallbackOutcome[] = [];
  readonly #timers = new Set<() => void>();
  #recent: DrawnCall[] = [];
  #undelivered: PhoneEvent[] = [];
  #deliver: ((events: PhoneEvent[]) => Promise<void>) | null = null;
  #cancelArrival: (() => void) | null = null;
  #seats = 0;
  #down = false;

  constructor(parts: SimulatorParts) {
    this.#parts = parts;
    this.#mix = parts.mix ?? defaultMix;
    // A stream of chance each, so that an injected call or a callback does not move the arrivals of the day.
    this.#arrivals = new Random(parts.seed);
    this.#draws = new Random(parts.seed + 1);
    this.#outcomes = new Random(parts.seed + 2);
    this.#mischief = new Random(parts.seed + 3);
  }

  async start(deliver: (events: PhoneEvent[]) => Promise<void>): Promise<void> {
    this.#deliver = deliver;
    this.#planArrival(true);
  }

  async stop(): Promise<void> {
    this.#deliver = null;
    this.#cancelArrival?.();
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  health(): PhonesHealth {
    return this.#down ? 'down' : 'ok';
  }

  /** Cuts or mends the line to the phone system: calls go on, their events come when it is back. */
  setDown(down: boolean): void {
    this.#down = down;
    if (!down) this.#flush();
  }

  /** How many people are signed in: arrivals are scaled to them; nobody rings an empty centre. */
  setSeats(seats: number): void {
    if (seats === this.#seats) return;
    const first = this.#seats === 0;
    this.#seats = seats;
    this.#planArrival(first);
  }

  scriptOf(callId: string): CallScript | undefined {
    return this.#scripts.get(callId);
  }

  /** Who answers the next callback that is dialled; may be called several times, for several callbacks. */
  answerNextCallbackWith(who: CallbackOutcome): void {
    this.#nextCallbacks.push(who);
  }

  /** Lets this call come in now. */
  async call(injected: InjectedCall): Promise<{ callId: string; script: CallScript }> {
    const caller = this.#parts.callers().find((c) => c.customerId === injected.customerId);
    const drawn: DrawnCall = {
      customerId: injected.customerId ?? null,
      number: injected.number === undefined ? (caller?.phone ?? null) : injected.number,
      intent: injected.intent ?? 'general',
      persona: injected.persona ?? 'holder',
      repeat: false,
      patienceMs: injected.patienceMs ?? Infinity,
    };
    return this.#ring(drawn, new Random(this.#outcomes.int(0, 0x7fffffff)), injected.queue, injected.lines);
  }

  /** Customer's side hangs up now. */
  hangUp(callId: string): void {
    const call = this.#calls.get(callId);
    if (call) this.#customerLeaves(call);
  }

  /**
   * Goes on with calls that are open elsewhere: those that were open when the server stopped (the customers are still on
   * the line), and those that came by the webhook. Calls that it has already are left alone.
   */
  async adopt(states: readonly CallState[]): Promise<void> {
    const spoken: Promise<unknown>[] = [];
    for (const state of states) {
      if (state.phase === 'ended' || state.phase === 'unknown' || this.#calls.has(state.callId)) continue;
      const random = new Random(this.#outcomes.int(0, 0x7fffffff));
      const { callId, number, queue, direction } = state;
      const call = newSimulatedCall({ callId, number, queue, direction, sequence: state.events });
      this.#calls.set(callId, call);
      if (state.phase === 'dialling') {
        this.#ringOut(call, random);
        continue;
      }
      if (state.phase === 'talking' || state.phase === 'held') this.#talk(call, random, state.phase);
      else this.#wait(call, drawPatience(random, this.#mix));
      const intent = direction === 'out' ? 'callback' : intentOfQueue(queue);
      const customerId = this.#parts.callers().find((caller) => caller.phone === number)?.customerId ?? null;
      spoken.push(this.#script(call, random, { customerId, intent, persona: 'holder', repeat: false }));
    }
    await Promise.all(spoken);
  }

  // ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────

  async connect(target: PhoneTarget): Promise<PhoneOutcome> {
    return this.#command(target.callId, ['waiting'], (call) => {
      this.#say(call, { kind: 'answered', personId: target.personId, extension: target.extension, recordingId: `rec-${call.callId}` });
      this.#talk(call, new Random(this.#outcomes.int(0, 0x7fffffff)), 'talking');
    });
  }

  async hold(callId: string): Promise<PhoneOutcome> {
    return this.#command(callId, ['talking'], (call) => {
      call.phase = 'held';
      this.#say(call, { kind: 'held' });
    });
  }

  async retrieve(callId: string): Promise<PhoneOutcome> {
    return this.#command(callId, ['held'], (call) => {
      call.phase = 'talking';
      this.#say(call, { kind: 'retrieved' });
    });
  }

  async end(callId: string): Promise<PhoneOutcome> {
    return this.#command(callId, ['waiting', 'ringing', 'talking', 'held'], (call) => this.#over(call, { kind: 'ended', reason: 'agent-hung-up' }));
  }

  async transfer(callId: string, to: { toQueue?: string; toPersonId?: string }): Promise<PhoneOutcome> {
    return this.#command(callId, ['talking', 'held'], (call) => {
      this.#say(call, { kind: 'transferred', ...to });
      this.#wait(call, drawPatience(this.#outcomes, this.#mix) * 2);
    });
  }

  async dial(target: PhoneTarget & { number: string; promiseId?: string }): Promise<PhoneOutcome> {
    if (this.#down) return phoneRefusal('phones-unreachable');
    if (!/^\+?[0-9]{3,20}$/.test(target.number)) return phoneRefusal('phones-bad-number');
    if (this.#calls.has(target.callId)) return { ok: true };
    const call = newSimulatedCall({ callId: target.callId, number: target.number, queue: null, direction: 'out', sequence: 0 });
    this.#calls.set(call.callId, call);
    // Whose promise it keeps is ours to know: the switchboard has said so already.
    this.#say(call, { kind: 'callback-dialled', personId: target.personId });
    this.#ringOut(call, new Random(this.#outcomes.int(0, 0x7fffffff)));
    return { ok: true };
  }

  async #command(callId: string, phases: readonly SimulatedCall['phase'][], act: (call: SimulatedCall) => void): Promise<PhoneOutcome> {
    if (this.#down) return phoneRefusal('phones-unreachable');
    const call = this.#calls.get(callId);
    if (!call) return phoneRefusal('phones-unknown-call');
    if (!phases.includes(call.phase)) return phoneRefusal('phones-wrong-phase');
    act(call);
    return { ok: true };
  }

  // ── arrivals ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Plans the next arrival: exponential within the slot, and drawn again at the slot's end with the new rate, which a
   * process without memory allows.
   *
   * @param soon somebody has just signed in to an idle centre: the first caller comes within seconds
   */
  #planArrival(soon: boolean): void {
    this.#cancelArrival?.();
    this.#cancelArrival = null;
    if (!this.#deliver || this.#seats === 0) return;
    const { scheduler, curve, rate, zoneOffsetMinutes } = this.#parts;
    const { weekday, slot, leftMs } = slotAt(scheduler.now(), zoneOffsetMinutes ?? 480);
    const perMs = arrivalRate(curve ?? builtInCurve, this.#seats, weekday, slot, rate ?? defaultArrivalRate);
    const gap = soon ? this.#arrivals.int(4000, 9000) : this.#arrivals.exponential(1 / perMs);
    const comes = soon || gap < leftMs;
    this.#cancelArrival = this.#after(comes ? gap : leftMs, () => {
      this.#cancelArrival = null;
      if (comes) this.#arrive();
      this.#planArrival(false);
    });
  }

  #arrive(): void {
    const drawn = drawCall(this.#draws, this.#parts.callers(), this.#recent, this.#mix);
    this.#recent = [...this.#recent.slice(-19), drawn];
    this.#ring(drawn, new Random(this.#draws.int(0, 0x7fffffff))).catch((error: unknown) => this.#parts.onError?.(error));
  }

  async #ring(drawn: DrawnCall, random: Random, queue = queueOfIntent(drawn.intent), lines?: readonly Line[]): Promise<{ callId: string; script: CallScript }> {
    const call = newSimulatedCall({ callId: this.#parts.newId(), number: drawn.number, queue, direction: 'in', sequence: 0 });
    this.#calls.set(call.callId, call);
    // The script is there before the phone rings, so that whoever is on screen can be heard.
    const script = await this.#script(call, random, drawn, lines);
    this.#say(call, { kind: 'queued', queue });
    this.#wait(call, drawn.patienceMs);
    return { callId: call.callId, script };
  }

  // ── a call's life ─────────────────────────────────────────────────────────────────────────────────────────────────

  #wait(call: SimulatedCall, patienceMs: number): void {
    call.phase = 'waiting';
    if (patienceMs !== Infinity) this.#next(call, patienceMs, () => this.#customerLeaves(call));
    else call.cancel?.();
  }

  #talk(call: SimulatedCall, random: Random, phase: 'talking' | 'held'): void {
    call.phase = phase;
    const intent = this.#scripts.get(call.callId)?.intent ?? 'general';
    const ms = this.#parts.talk === 'natural' ? 30_000 + random.exponential(talkMeanMs[intent] ?? 180_000) : hour;
    this.#next(call, ms, () => this.#customerLeaves(call));
  }

  #ringOut(call: SimulatedCall, random: Random): void {
    call.phase = 'ringing';
    const outcome = this.#nextCallbacks.shift() ?? random.weighted(this.#mix.callback);
    const answers = outcome === 'holder' || outcome === 'other';
    const caller = this.#parts.callers().find((c) => c.phone === call.number);
    const written = answers
      ? this.#script(call, random, { customerId: caller?.customerId ?? null, intent: 'callback', persona: outcome, repeat: false })
      : Promise.resolve();
    written.catch((error: unknown) => this.#parts.onError?.(error));
    this.#next(call, answers ? random.int(2500, 6000) : outcome === 'busy' ? 1500 : 25_000, () => {
      if (!answers) return this.#over(call, { kind: 'callback-no-answer', reason: outcome });
      this.#say(call, { kind: 'callback-answered', recordingId: `rec-${call.callId}` });
      this.#talk(call, random, 'talking');
    });
  }

  #customerLeaves(call: SimulatedCall): void {
    this.#over(call, call.phase === 'waiting' ? { kind: 'abandoned' } : { kind: 'ended', reason: 'customer-hung-up' });
  }

  #over(call: SimulatedCall, body: EventBody): void {
    call.cancel?.();
    this.#calls.delete(call.callId);
    this.#say(call, body);
    this.#after(hour, () => this.#scripts.delete(call.callId));
  }

  async #script(call: SimulatedCall, random: Random, who: Pick<DrawnCall, 'customerId' | 'intent' | 'persona' | 'repeat'>, lines?: readonly Line[]): Promise<CallScript> {
    const answers = who.customerId === null ? [] : ((await this.#parts.answersFor?.(who.customerId)) ?? []);
    const { customerId, intent, persona, repeat } = who;
    const script = writeScript(random, { callId: call.callId, customerId, intent, persona, repeat, ...(lines ? { lines } : {}) }, answers);
    this.#scripts.set(call.callId, script);
    this.#parts.onScript?.(script);
    return script;
  }

  // ── delivery ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #say(call: SimulatedCall, body: EventBody): void {
    const event = sayEvent(call, body, this.#parts.newId(), this.#parts.scheduler.now());
    const { duplicate, late } = this.#parts.faults ?? { duplicate: 0, late: 0 };
    const send = (): void => {
      this.#undelivered.push(event);
      this.#flush();
    };
    if (duplicate > 0 && this.#mischief.chance(duplicate)) this.#after(this.#mischief.int(1, 3000), send);
    if (late > 0 && this.#mischief.chance(late)) this.#after(this.#mischief.int(1, 3000), send);
    else send();
  }

  /** Hands over what is due; what is not taken is handed over again. */
  #flush(): void {
    if (this.#down || !this.#deliver || this.#undelivered.length === 0) return;
    const events = this.#undelivered;
    this.#undelivered = [];
    this.#deliver(events).catch((error: unknown) => {
      this.#parts.onError?.(error);
      this.#undelivered = [...events, ...this.#undelivered];
      this.#after(1000, () => this.#flush());
    });
  }

  #next(call: SimulatedCall, ms: number, fn: () => void): void {
    call.cancel?.();
    call.cancel = this.#after(ms, () => {
      call.cancel = null;
      fn();
    });
  }

  #after(ms: number, fn: () => void): () => void {
    const cancel = this.#parts.scheduler.after(Math.ceil(ms), () => {
      this.#timers.delete(cancel);
      fn();
    });
    const forget = (): void => {
      this.#timers.delete(cancel);
      cancel();
    };
    this.#timers.add(cancel);
    return forget;
  }
}
