import type { AgentStateRequest } from '#shared/telephony/agent-state.ts';
import type { CallEvent, PhoneEvent, RoutingEvent } from '#shared/telephony/call-event.ts';
import type { CallOffer, CallState } from '#shared/telephony/call-state.ts';
import { chooseAgent, defaultRoutingPolicy, queueSummary, waitingCall, whyNotOfferable } from '#shared/telephony/routing.ts';
import type { PromisedCallback, QueueSummary, RoutableAgent, RoutingPolicy } from '#shared/telephony/routing.ts';
import { ownerOf, talkerOf } from './call-book.ts';
import type { CallBook } from './call-book.ts';
import { addMs, CallJournal } from './call-journal.ts';
import type { Phones } from './phones.ts';
import { refuseCall } from './switchboard-refusal.ts';
import type { CallResult } from './switchboard-refusal.ts';
import type { DeskAgent, SwitchboardParts } from './switchboard-parts.ts';

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
  readonly #journal: CallJournal;
  readonly #book: CallBook;
  readonly #seats = new Map<string, Seat>();
  readonly #offerTimers = new Map<string, () => void>();
  /** Calls whose putting-through failed a moment ago. */
  readonly #notBefore = new Map<string, string>();
  #promises: readonly PromisedCallback[] = [];
  #cancelTick: (() => void) | null = null;
  #stopped = false;
  #shownSummary = '';

  constructor(parts: SwitchboardParts) {
    this.#parts = parts;
    this.#policy = parts.policy ?? defaultRoutingPolicy;
    this.#journal = new CallJournal({
      scheduler: parts.scheduler,
      queues: parts.queues,
      staleMs: parts.staleMs,
      record: (events) => parts.record(events),
      load: (callId) => parts.load(callId),
      onError: (error) => parts.onError(error),
      onChange: (...change) => this.#announce(...change),
    });
    this.#book = this.#journal.book;
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
    await this.#parts.phones.start((events) => this.#deliver(events));
    this.#adopt(this.#book.states());
    await this.#journal.run(() => this.#route());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTick?.();
    for (const cancel of this.#offerTimers.values()) cancel();
    this.#offerTimers.clear();
    await this.#parts.phones.stop();
    await this.#journal.quiet();
  }

  calls(): CallState[] {
    return this.#book.states();
  }

  call(callId: string): CallState | undefined {
    return this.#book.get(callId)?.state;
  }

  /**
   * The last offer of the call to this person, or undefined. Looked up after every step under way: who follows the log at
   * another node hears of an offer the moment it is stored, and may answer before this one knows that it is.
   */
  offerTo(callId: string, personId: string): Promise<CallOffer | undefined> {
    return this.#journal.run(async () => this.call(callId)?.offers.findLast((offer) => offer.personId === personId));
  }

  summary(): QueueSummary {
    const live = this.#book.entries().filter((entry) => !this.#journal.isStale(entry.lastAt));
    return queueSummary(live.map((entry) => entry.state), this.#parts.scheduler.now());
  }

  /** Takes events of a phone system, any number of times and in any order; resolves when they are stored. */
  async take(events: readonly PhoneEvent[]): Promise<void> {
    await this.#deliver(events);
    this.#adopt([...new Set(events.map((event) => event.callId))].flatMap((callId) => this.call(callId) ?? []));
  }

  #deliver(events: readonly PhoneEvent[]): Promise<void> {
    return this.#journal.run(async () => {
      await this.#journal.store(events);
      await this.#route();
    });
  }

  /** Not waited for: a phone system that is slow to remember must not hold up the others' events. */
  #adopt(calls: readonly CallState[]): void {
    const live = calls.filter((call) => call.phase !== 'ended' && !this.#journal.isStale(this.#book.get(call.callId)?.lastAt ?? ''));
    this.#parts.phones.adopt?.(live).catch((error: unknown) => this.#parts.onError(error));
  }

  /** Tells the switchboard of a person's seat, state or connection. */
  agentChanged(agent: DeskAgent): Promise<void> {
    return this.#journal.run(async () => {
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
    return this.#journal.run(async () => {
      const seat = this.#seats.get(personId);
      this.#seats.delete(personId);
      if (seat) await this.#withdrawIfGone({ ...seat, reachable: false });
      await this.#route();
    });
  }

  /** All callbacks promised and not yet kept (CT5). */
  promisesChanged(promises: readonly PromisedCallback[]): Promise<void> {
    return this.#journal.run(async () => {
      this.#promises = promises;
      await this.#route();
    });
  }

  /** A desktop claims the call that it is being offered. The first valid claim wins; any other is told so (CT2). */
  accept(ask: { callId: string; offerId: string; personId: string; desktopId: string }): Promise<CallResult> {
    return this.#journal.run(async () => {
      const { scheduler } = this.#parts;
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
      const stored = await this.#journal.storeOwn([{ kind: 'accepted', eventId: this.#parts.newId(), at: this.#journal.stamp(ask.callId), ...ask }]);
      if (!stored) return refuseCall('telephony-not-stored');
      this.#putThrough(ask.callId, ask.offerId, seat);
      return { ok: true };
    });
  }

  /** A desktop turns an offer down: as if it had not been answered. */
  refuse(ask: { callId: string; offerId: string; personId: string }): Promise<CallResult> {
    return this.#journal.run(async () => {
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
    await this.#journal.run(() => this.#recordEnd(callId));
    return { ok: true };
  }

  /**
   * Dials out for a person, usually a promised callback. The intent is stored before the phone system hears of it, so
   * that nothing is offered meanwhile and a restart finds the call.
   */
  async dial(ask: { personId: string; desktopId: string; number: string; promiseId?: string }): Promise<CallResult<{ callId: string }>> {
    if (!/^\+?[0-9]{3,20}$/.test(ask.number)) return refuseCall('number-malformed');
    const callId = this.#parts.newId();
    const begun = await this.#journal.run(async (): Promise<CallResult<{ seat: Seat }>> => {
      const seat = this.#seats.get(ask.personId);
      if (!seat || seat.desktopId !== ask.desktopId || seat.state === 'signed-out') return refuseCall('agent-unknown');
      if (seat.state === 'in-review') return refuseCall('agent-in-review');
      if (seat.state === 'on-call' || this.#ownedBy(ask.personId)) return refuseCall('already-on-call');
      await this.#withdrawIfGone({ ...seat, reachable: false });
      const stored = await this.#journal.storeOwn([{
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
    await this.#journal.run(() => this.#journal.storeOwn([{
      kind: 'callback-no-answer', eventId: this.#parts.newId(), callId, at: this.#journal.stamp(callId), reason: 'unreachable',
    }]));
    return { ok: false, refusal: { code: outcome.code, zh: outcome.zh, en: outcome.en } };
  }

  #announce(before: CallState | undefined, after: CallState, events: readonly CallEvent[], stale: boolean): void {
    this.#parts.onCall(after, events);
    for (const offer of after.offers) {
      const was = before?.offers.find((o) => o.offerId === offer.offerId);
      if (was?.outcome !== 'open' || offer.outcome === 'open') continue;
      this.#offerTimers.get(offer.offerId)?.();
      this.#offerTimers.delete(offer.offerId);
      this.#parts.onOfferEnded(offer, after);
      if (offer.outcome === 'rona' || offer.outcome === 'refused') this.#ask(offer.personId, { kind: 'offer-missed', callId: after.callId });
    }
    const [had, has] = [talkerOf(before), talkerOf(after)];
    if (had !== null && had !== has) this.#ask(had, { kind: 'call-ended', callId: after.callId });
    if (has !== null && had !== has && !stale) this.#ask(has, { kind: after.direction === 'out' ? 'dialled' : 'answered', callId: after.callId });
  }

  /**
   * Asks for a change of state and offers the person nothing until it has been made. The end of a call locks nobody:
   * who was on it is not available anyway, and of who was not nothing will change.
   */
  #ask(personId: string, request: AgentStateRequest): void {
    const seat = this.#seats.get(personId);
    if (seat && seat.state === 'available' && request.kind !== 'call-ended') seat.lockedAtVersion = seat.version;
    this.#parts.onAgentRequest(personId, request);
  }

  // ── offers ────────────────────────────────────────────────────────────────────────────────────────────────────────

  async #route(): Promise<void> {
    if (this.#stopped) return;
    const { scheduler } = this.#parts;
    const now = scheduler.now();
    this.#book.forget(addMs(now, -900_000));
    for (const [callId, until] of this.#notBefore) if (until <= now) this.#notBefore.delete(callId);
    const waiting = this.#book.entries().flatMap((entry) => {
      const call = this.#journal.isStale(entry.lastAt) || this.#notBefore.has(entry.state.callId) ? null : waitingCall(entry.state);
      return call ? [call] : [];
    });
    // Thousands who sign in while nobody waits, or who are on calls while somebody does, are not gone through.
    const agents = waiting.length === 0 ? [] : [...this.#seats.values()].filter((seat) => seat.state === 'available' && seat.lockedAtVersion === null).map((seat) => this.#routable(seat));
    const chosen = chooseAgent(waiting, agents, now, this.#promises, this.#policy);
    const events: RoutingEvent[] = chosen.map((offer) => ({
      kind: 'offered', eventId: this.#parts.newId(), offerId: this.#parts.newId(), at: this.#journal.stamp(offer.callId), expiresAt: addMs(now, this.#policy.offerMs), ...offer,
    }));
    if (events.length > 0 && (await this.#journal.storeOwn(events))) {
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
    this.#lapseIn(offer.offerId, Math.max(0, left));
  }

  #lapseIn(offerId: string, ms: number): void {
    this.#offerTimers.get(offerId)?.();
    const lapse = (): void => void this.#journal.run(() => this.#lapse(offerId)).catch((error: unknown) => this.#parts.onError(error));
    this.#offerTimers.set(offerId, this.#parts.scheduler.after(ms, lapse));
  }

  /** RONA: nobody answered in time; the call goes back to the front and the person into after-call. */
  async #lapse(offerId: string): Promise<void> {
    const call = this.calls().find((c) => c.offers.some((o) => o.offerId === offerId && o.outcome === 'open'));
    if (!call || this.#stopped) return;
    await this.#endOffer(call.callId, offerId, 'rona');
    // Not stored: the offer is still open, and is let go of in a second.
    if (this.call(call.callId)?.offers.some((o) => o.offerId === offerId && o.outcome === 'open')) this.#lapseIn(offerId, 1000);
    await this.#route();
  }

  #endOffer(callId: string, offerId: string, reason: 'rona' | 'refused' | 'withdrawn' | 'connect-failed'): Promise<boolean> {
    const eventId = this.#parts.newId();
    return this.#journal.storeOwn([{ kind: 'offer-ended', eventId, callId, offerId, reason, at: this.#journal.stamp(callId) }]);
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
    const { phones, scheduler } = this.#parts;
    const connect = async (): Promise<void> => {
      const outcome = await phones.connect({ callId, personId: seat.personId, extension: seat.extension });
      if (outcome.ok || outcome.code === 'phones-no-commands') return;
      await this.#journal.run(async () => {
        if (this.call(callId)?.phase !== 'connecting') return;
        await this.#endOffer(callId, offerId, 'connect-failed');
        if (outcome.code === 'phones-unknown-call') await this.#recordEnd(callId);
        // A phone system that refuses at once would otherwise be asked in a tight circle.
        this.#notBefore.set(callId, addMs(scheduler.now(), 3000));
        await this.#route();
      });
    };
    connect().catch((error: unknown) => this.#parts.onError(error));
  }

  // ── calls ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  async #command(callId: string, personId: string, act: () => ReturnType<Phones['hold']>): Promise<CallResult> {
    const call = await this.#journal.run(() => this.#book.open(callId));
    if (!call) return refuseCall('call-unknown');
    if (ownerOf(call.state) !== personId) return refuseCall('call-not-yours');
    const outcome = await act();
    return outcome.ok ? { ok: true } : { ok: false, refusal: { code: outcome.code, zh: outcome.zh, en: outcome.en } };
  }

  async #recordEnd(callId: string): Promise<void> {
    await this.#journal.storeOwn([{ kind: 'ended', eventId: this.#parts.newId(), callId, at: this.#journal.stamp(callId), reason: 'system' }]);
  }

  /** A state says on-call, but its call is over or unknown: what was lost in a crash is said again (CT3). */
  async #endGhostCall(seat: Seat): Promise<void> {
    if (seat.state !== 'on-call' || seat.callId === null) return;
    const call = await this.#book.open(seat.callId);
    if (talkerOf(call?.state) !== seat.personId) this.#ask(seat.personId, { kind: 'call-ended', callId: seat.callId });
  }

  /** A call of long ago whose end never came binds nobody who is not on it by their own state. */
  #isGhost(state: CallState, lastAt: string): boolean {
    return this.#journal.isStale(lastAt) && (state.personId === null || this.#seats.get(state.personId)?.callId !== state.callId);
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
      this.#journal.run(() => this.#route()).catch((error: unknown) => this.#parts.onError(error));
    });
  }
}
