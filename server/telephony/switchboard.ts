import type { AgentStateName, AgentStateRequest } from '#shared/telephony/agent-state.ts';
import type { CallEvent, PhoneEvent, RoutingEvent } from '#shared/telephony/call-event.ts';
import type { CallOffer, CallState } from '#shared/telephony/call-state.ts';
import type { Queue } from '#shared/telephony/queue.ts';
import { chooseAgent, defaultRoutingPolicy, queueSummary, waitingCall, whyNotOfferable } from '#shared/telephony/routing.ts';
import type { PromisedCallback, QueueSummary, RoutableAgent, RoutingPolicy } from '#shared/telephony/routing.ts';
import { CallBook, ownerOf, talkerOf } from './call-book.ts';
import type { Phones } from './phones.ts';
import type { Scheduler } from './scheduler.ts';
import { refuseCall } from './switchboard-refusal.ts';
import type { CallResult } from './switchboard-refusal.ts';

/** A person at a desk, as the keeper of agent states tells it. */
export interface DeskAgent {
  personId: string;
  desktopId: string;
  extension: string;
  state: AgentStateName;
  /** Version and start of that state; an older version never replaces a newer one (CT4). */
  version: number;
  since: string;
  /** The call that the state names, where it is on-call. */
  callId: string | null;
  skills: readonly string[];
  reachable: boolean;
}

export interface SwitchboardParts {
  phones: Phones;
  scheduler: Scheduler;
  /** A new unique id (UUIDv7). */
  newId(): string;
  /** Stores events; resolves when they are durable. Nothing is shown or acknowledged before. */
  record(events: CallEvent[]): Promise<void>;
  /** The stored events of a call that is not in memory; none where it is unknown. */
  load(callId: string): Promise<readonly CallEvent[]>;
  /** A call's state after events were stored. */
  onCall(state: CallState, events: readonly CallEvent[]): void;
  /** A call rings at one desktop. */
  onOffer(offer: CallOffer, call: CallState): void;
  onOfferEnded(offer: CallOffer, call: CallState): void;
  /** What the phones ask of an agent's state; the keeper of agent states answers through `agentChanged`. */
  onAgentRequest(personId: string, request: AgentStateRequest): void;
  onSummary(summary: QueueSummary): void;
  onError(error: unknown): void;
  policy?: RoutingPolicy;
  queues?: readonly Queue[];
  /** A call whose latest event is older is history, not a ringing phone: never offered, changes nobody's state. */
  staleMs?: number;
}

type Seat = DeskAgent & {
  /** Not offered anything until a state newer than this version is told: our own request is under way. */
  lockedAtVersion: number | null;
};

/**
 * The waiting queue and its offers. Everything runs one step after another, so that two desktops, windows or events
 * can never both win a call (CT2); what is shown was stored first.
 */
export class Switchboard {
  readonly #parts: SwitchboardParts;
  readonly #policy: RoutingPolicy;
  readonly #staleMs: number;
  readonly #book: CallBook;
  readonly #seats = new Map<string, Seat>();
  readonly #offerTimers = new Map<string, () => void>();
  /** Calls whose putting-through failed a moment ago. */
  readonly #notBefore = new Map<string, string>();
  #promises: readonly PromisedCallback[] = [];
  #cancelTick: (() => void) | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #stopped = false;
  #shownSummary = '';

  constructor(parts: SwitchboardParts) {
    this.#parts = parts;
    this.#policy = parts.policy ?? defaultRoutingPolicy;
    this.#staleMs = parts.staleMs ?? 3_600_000;
    this.#book = new CallBook((callId) => parts.load(callId), parts.queues);
  }

  /**
   * Begins, with the calls that had not ended when the server stopped; offers still open ring on for what is left of
   * their time.
   *
   * @param open the stored events of those calls
   */
  async start(open: readonly CallEvent[] = []): Promise<void> {
    for (const [callId, events] of Map.groupBy(open, (event) => event.callId)) this.#book.put(callId, events);
    for (const call of this.#book.states()) {
      for (const offer of call.offers.filter((o) => o.outcome === 'open')) {
        this.#arm(offer);
        this.#parts.onOffer(offer, call);
      }
    }
    await this.#parts.phones.start((events) => this.take(events));
    await this.#run(() => this.#route());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTick?.();
    for (const cancel of this.#offerTimers.values()) cancel();
    this.#offerTimers.clear();
    await this.#parts.phones.stop();
    await this.#last;
  }

  calls(): CallState[] {
    return this.#book.states();
  }

  call(callId: string): CallState | undefined {
    return this.#book.get(callId)?.state;
  }

  summary(): QueueSummary {
    const live = this.#book.entries().filter((entry) => !this.#isStale(entry.lastAt));
    return queueSummary(live.map((entry) => entry.state), this.#parts.scheduler.now());
  }

  /** Takes events of the phone system, any number of times and in any order; resolves when they are stored. */
  take(events: readonly PhoneEvent[]): Promise<void> {
    return this.#run(async () => {
      await this.#store(events);
      await this.#route();
    });
  }

  /** Tells the switchboard of a person's seat, state or connection. */
  agentChanged(agent: DeskAgent): Promise<void> {
    return this.#run(async () => {
      const known = this.#seats.get(agent.personId);
      if (known && agent.version < known.version) return;
      const lock = known?.lockedAtVersion ?? null;
      const seat: Seat = { ...agent, lockedAtVersion: lock !== null && agent.version > lock ? null : lock };
      this.#seats.set(agent.personId, seat);
      await this.#withdrawIfGone(seat);
      await this.#endGhostCall(seat);
      await this.#route();
    });
  }

  /** The person has left: nothing is offered to them any more. */
  agentGone(personId: string): Promise<void> {
    return this.#run(async () => {
      const seat = this.#seats.get(personId);
      this.#seats.delete(personId);
      if (seat) await this.#withdrawIfGone({ ...seat, reachable: false });
      await this.#route();
    });
  }

  /** All callbacks promised and not yet kept (CT5). */
  promisesChanged(promises: readonly PromisedCallback[]): Promise<void> {
    return this.#run(async () => {
      this.#promises = promises;
      await this.#route();
    });
  }

  /** A desktop claims the call that it is being offered. The first valid claim wins; any other is told so (CT2). */
  accept(ask: { callId: string; offerId: string; personId: string; desktopId: string }): Promise<CallResult> {
    return this.#run(async () => {
      const { scheduler, newId } = this.#parts;
      const call = this.#book.get(ask.callId)?.state;
      if (!call) return refuseCall('call-unknown');
      const offer = call.offers.find((o) => o.offerId === ask.offerId);
      const owner = ownerOf(call);
      if (owner === ask.personId && call.desktopId === ask.desktopId && offer?.outcome === 'accepted') return { ok: true };
      if (owner !== null) return refuseCall('call-taken');
      if (!offer || offer.outcome !== 'open' || offer.expiresAt <= scheduler.now()) return refuseCall('offer-over');
      if (offer.personId !== ask.personId || offer.desktopId !== ask.desktopId) return refuseCall('call-taken');
      const seat = this.#seats.get(ask.personId);
      if (!seat) return refuseCall('agent-unknown');
      const stored = await this.#storeOwn([{ kind: 'accepted', eventId: newId(), at: this.#stamp(ask.callId), ...ask }]);
      if (!stored) return refuseCall('telephony-not-stored');
      this.#putThrough(ask.callId, ask.offerId, seat);
      return { ok: true };
    });
  }

  /** A desktop turns an offer down: as if it had not been answered. */
  refuse(ask: { callId: string; offerId: string; personId: string }): Promise<CallResult> {
    return this.#run(async () => {
      const offer = this.#book.get(ask.callId)?.state.offers.find((o) => o.offerId === ask.offerId);
      if (!offer || offer.outcome !== 'open') return refuseCall('offer-over');
      if (offer.personId !== ask.personId) return refuseCall('call-not-yours');
      if (!(await this.#endOffer(ask.callId, ask.offerId, 'refused'))) return refuseCall('telephony-not-stored');
      await this.#route();
      return { ok: true };
    });
  }

  hold(callId: string, personId: string): Promise<CallResult> {
    return this.#command(callId, personId, () => this.#parts.phones.hold(callId));
  }

  retrieve(callId: string, personId: string): Promise<CallResult> {
    return this.#command(callId, personId, () => this.#parts.phones.retrieve(callId));
  }

  transfer(callId: string, personId: string, to: { toQueue?: string; toPersonId?: string }): Promise<CallResult> {
    return this.#command(callId, personId, () => this.#parts.phones.transfer(callId, to));
  }

  /**
   * Ends a call. Where the phone system no longer knows it (its end was lost), the end is recorded here: a person must
   * not stay on a call that is over.
   */
  async end(callId: string, personId: string): Promise<CallResult> {
    const result = await this.#command(callId, personId, () => this.#parts.phones.end(callId));
    if (result.ok || result.refusal.code !== 'phones-unknown-call') return result;
    await this.#run(() => this.#recordEnd(callId));
    return { ok: true };
  }

  /**
   * Dials out for a person, usually a promised callback. The intent is stored before the phone system hears of it, so
   * that nothing is offered meanwhile and a restart finds the call.
   */
  async dial(ask: { personId: string; desktopId: string; number: string; promiseId?: string }): Promise<CallResult<{ callId: string }>> {
    if (!/^\+?[0-9]{3,20}$/.test(ask.number)) return refuseCall('number-malformed');
    const callId = this.#parts.newId();
    const begun = await this.#run(async (): Promise<CallResult<{ seat: Seat }>> => {
      const seat = this.#seats.get(ask.personId);
      if (!seat || seat.desktopId !== ask.desktopId || seat.state === 'signed-out') return refuseCall('agent-unknown');
      if (seat.state === 'on-call' || this.#ownedBy(ask.personId)) return refuseCall('already-on-call');
      await this.#withdrawIfGone({ ...seat, reachable: false });
      const stored = await this.#storeOwn([{
        kind: 'callback-dialled', eventId: this.#parts.newId(), callId, at: this.#parts.scheduler.now(), direction: 'out',
        number: ask.number, personId: ask.personId, ...(ask.promiseId === undefined ? {} : { promiseId: ask.promiseId }),
      }]);
      return stored ? { ok: true, seat } : refuseCall('telephony-not-stored');
    });
    if (!begun.ok) return begun;
    const { personId, number, promiseId } = ask;
    const outcome = await this.#parts.phones.dial({
      callId, personId, number, extension: begun.seat.extension, ...(promiseId === undefined ? {} : { promiseId }),
    });
    if (outcome.ok) return { ok: true, callId };
    await this.#run(() => this.#storeOwn([{
      kind: 'callback-no-answer', eventId: this.#parts.newId(), callId, at: this.#stamp(callId), reason: 'unreachable',
    }]));
    return { ok: false, refusal: { code: outcome.code, zh: outcome.zh, en: outcome.en } };
  }

  // ── one step after another ────────────────────────────────────────────────────────────────────────────────────────

  #run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Stores what is new of these events and tells everyone; rejects where they could not be stored. */
  async #store(events: readonly CallEvent[]): Promise<void> {
    const perCall = Map.groupBy(events, (event) => event.callId);
    for (const callId of perCall.keys()) await this.#book.open(callId);
    const fresh = [...perCall].map(([callId, list]) => ({ callId, list: this.#book.fresh(callId, list) })).filter((call) => call.list.length > 0);
    if (fresh.length === 0) return;
    await this.#parts.record(fresh.flatMap((call) => call.list));
    for (const { callId, list } of fresh) {
      const before = this.#book.get(callId)?.state;
      const after = this.#book.add(callId, list);
      this.#announce(before, after.state, list, this.#isStale(after.lastAt));
    }
  }

  /** As `#store`, for events of our own: a failure is told and answered with false. */
  async #storeOwn(events: readonly CallEvent[]): Promise<boolean> {
    try {
      await this.#store(events);
      return true;
    } catch (error) {
      this.#parts.onError(error);
      this.#tickSoon();
      return false;
    }
  }

  #announce(before: CallState | undefined, after: CallState, events: readonly CallEvent[], stale: boolean): void {
    const { onCall, onOfferEnded } = this.#parts;
    onCall(after, events);
    for (const offer of after.offers) {
      const was = before?.offers.find((o) => o.offerId === offer.offerId);
      if (was?.outcome !== 'open' || offer.outcome === 'open') continue;
      this.#offerTimers.get(offer.offerId)?.();
      this.#offerTimers.delete(offer.offerId);
      onOfferEnded(offer, after);
      if (offer.outcome === 'rona' || offer.outcome === 'refused') this.#ask(offer.personId, { kind: 'offer-missed', callId: after.callId });
    }
    const [had, has] = [talkerOf(before), talkerOf(after)];
    if (had !== null && had !== has) this.#ask(had, { kind: 'call-ended', callId: after.callId });
    if (has !== null && had !== has && !stale) this.#ask(has, { kind: after.direction === 'out' ? 'dialled' : 'answered', callId: after.callId });
  }

  /** Asks for a change of state and offers the person nothing until it has been made. */
  #ask(personId: string, request: AgentStateRequest): void {
    const seat = this.#seats.get(personId);
    if (seat && seat.state === 'available') seat.lockedAtVersion = seat.version;
    this.#parts.onAgentRequest(personId, request);
  }

  // ── offers ────────────────────────────────────────────────────────────────────────────────────────────────────────

  async #route(): Promise<void> {
    if (this.#stopped) return;
    const { scheduler, newId } = this.#parts;
    const now = scheduler.now();
    this.#book.forget(addMs(now, -900_000));
    const waiting = this.#book.entries().flatMap((entry) => {
      const call = this.#isStale(entry.lastAt) || (this.#notBefore.get(entry.state.callId) ?? '') > now ? null : waitingCall(entry.state);
      return call ? [call] : [];
    });
    const agents = [...this.#seats.values()].filter((seat) => seat.lockedAtVersion === null).map((seat) => this.#routable(seat));
    const chosen = chooseAgent(waiting, agents, now, this.#promises, this.#policy);
    const events: RoutingEvent[] = chosen.map((offer) => ({
      kind: 'offered', eventId: newId(), offerId: newId(), at: this.#stamp(offer.callId), expiresAt: addMs(now, this.#policy.offerMs), ...offer,
    }));
    if (events.length > 0 && (await this.#storeOwn(events))) {
      for (const event of events) {
        const call = this.call(event.callId);
        const offer = call?.offers.find((o) => o.offerId === event.offerId);
        if (!call || offer?.outcome !== 'open') continue;
        this.#arm(offer);
        this.#parts.onOffer(offer, call);
      }
    }
    this.#showSummary();
    if (this.summary().waiting > 0) this.#tickSoon();
  }

  #routable(seat: Seat): RoutableAgent {
    const offered = this.#book.states().find((call) => call.offers.some((o) => o.outcome === 'open' && o.personId === seat.personId));
    return { ...seat, offeredCallId: offered?.callId ?? null, ownsCallId: this.#ownedBy(seat.personId) ?? null };
  }

  #ownedBy(personId: string): string | undefined {
    return this.#book.entries().find((entry) => ownerOf(entry.state) === personId && !this.#isGhost(entry.state, entry.lastAt))?.state.callId;
  }

  #arm(offer: CallOffer): void {
    const left = Date.parse(offer.expiresAt) - Date.parse(this.#parts.scheduler.now());
    const lapse = (): void => void this.#run(() => this.#lapse(offer.offerId)).catch(this.#parts.onError);
    this.#offerTimers.get(offer.offerId)?.();
    this.#offerTimers.set(offer.offerId, this.#parts.scheduler.after(Math.max(0, left), lapse));
  }

  /** RONA: nobody answered in time; the call goes back to the front and the person into after-call. */
  async #lapse(offerId: string): Promise<void> {
    const call = this.calls().find((c) => c.offers.some((o) => o.offerId === offerId && o.outcome === 'open'));
    if (!call || this.#stopped) return;
    await this.#endOffer(call.callId, offerId, 'rona');
    const offer = this.call(call.callId)?.offers.find((o) => o.offerId === offerId && o.outcome === 'open');
    if (offer) this.#offerTimers.set(offerId, this.#parts.scheduler.after(1000, () => void this.#run(() => this.#lapse(offerId)).catch(this.#parts.onError)));
    await this.#route();
  }

  #endOffer(callId: string, offerId: string, reason: 'rona' | 'refused' | 'withdrawn' | 'connect-failed'): Promise<boolean> {
    const eventId = this.#parts.newId();
    return this.#storeOwn([{ kind: 'offer-ended', eventId, callId, offerId, reason, at: this.#stamp(callId) }]);
  }

  /** The person went into another state, to another desktop or off the line while the phone rang. */
  async #withdrawIfGone(seat: Seat): Promise<void> {
    for (const call of this.calls()) {
      const offer = call.offers.find((o) => o.outcome === 'open' && o.personId === seat.personId);
      if (!offer) continue;
      const fit = whyNotOfferable({ ...this.#routable(seat), offeredCallId: null }, this.#parts.scheduler.now(), [], this.#policy) === null;
      if (!fit || offer.desktopId !== seat.desktopId) await this.#endOffer(call.callId, offer.offerId, 'withdrawn');
    }
  }

  #putThrough(callId: string, offerId: string, seat: Seat): void {
    const { phones, scheduler, onError } = this.#parts;
    const connect = async (): Promise<void> => {
      const outcome = await phones.connect({ callId, personId: seat.personId, extension: seat.extension });
      if (outcome.ok || outcome.code === 'phones-no-commands') return;
      await this.#run(async () => {
        if (this.call(callId)?.phase !== 'connecting') return;
        await this.#endOffer(callId, offerId, 'connect-failed');
        if (outcome.code === 'phones-unknown-call') await this.#recordEnd(callId);
        // A phone system that refuses at once would otherwise be asked in a tight circle.
        this.#notBefore.set(callId, addMs(scheduler.now(), 3000));
        await this.#route();
      });
    };
    connect().catch(onError);
  }

  // ── calls ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  async #command(callId: string, personId: string, act: () => ReturnType<Phones['hold']>): Promise<CallResult> {
    const call = await this.#run(() => this.#book.open(callId));
    if (!call) return refuseCall('call-unknown');
    if (ownerOf(call.state) !== personId) return refuseCall('call-not-yours');
    const outcome = await act();
    return outcome.ok ? { ok: true } : { ok: false, refusal: { code: outcome.code, zh: outcome.zh, en: outcome.en } };
  }

  async #recordEnd(callId: string): Promise<void> {
    await this.#storeOwn([{ kind: 'ended', eventId: this.#parts.newId(), callId, at: this.#stamp(callId), reason: 'system' }]);
  }

  /** A state says on-call, but its call is over or unknown: what was lost in a crash is said again (CT3). */
  async #endGhostCall(seat: Seat): Promise<void> {
    if (seat.state !== 'on-call' || seat.callId === null) return;
    const call = await this.#book.open(seat.callId);
    if (talkerOf(call?.state) !== seat.personId) this.#ask(seat.personId, { kind: 'call-ended', callId: seat.callId });
  }

  /** The time of an event of ours: later than our last one of that call, since we give ours no sequence. */
  #stamp(callId: string): string {
    const now = this.#parts.scheduler.now();
    const lastAt = this.#book.get(callId)?.lastOwnAt ?? '';
    return lastAt < now ? now : addMs(lastAt, 1);
  }

  #isStale(lastAt: string): boolean {
    return addMs(this.#parts.scheduler.now(), -this.#staleMs) > lastAt;
  }

  /** A call of long ago whose end never came binds nobody who is not on it by their own state. */
  #isGhost(state: CallState, lastAt: string): boolean {
    return this.#isStale(lastAt) && (state.personId === null || this.#seats.get(state.personId)?.callId !== state.callId);
  }

  #showSummary(): void {
    const summary = this.summary();
    const text = JSON.stringify(summary);
    if (text === this.#shownSummary) return;
    this.#shownSummary = text;
    this.#parts.onSummary(summary);
  }

  /** While anyone waits, look again each second: promises pass, and the longest wait grows. */
  #tickSoon(): void {
    if (this.#stopped || this.#cancelTick) return;
    this.#cancelTick = this.#parts.scheduler.after(1000, () => {
      this.#cancelTick = null;
      this.#run(() => this.#route()).catch(this.#parts.onError);
    });
  }
}

function addMs(at: string, ms: number): string {
  return new Date(Date.parse(at) + ms).toISOString();
}
