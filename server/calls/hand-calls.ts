import type { Happened } from '#shared/case/decider.ts';
import type { HandCall } from '#shared/case/night-schema.ts';
import type { CaseState } from '#shared/case/state.ts';
import { callOf } from '#shared/operation/call-of.ts';
import type { CallEvent } from '#shared/telephony/call-event.ts';
import type { CallState } from '#shared/telephony/call-state.ts';
import { isSameNumber, joinHandLogged } from '#shared/telephony/hand-logged.ts';
import { appendToCase } from '../cases/append-case.ts';
import type { Centre } from '../centre.ts';

/** How long after it was logged a call still finds its record: a phone system delivers hours late, not weeks. */
const KEEP_MS = 3 * 24 * 3_600_000;
/** A partner that is not certain is taken only when nobody nearer has come by then: the morning's outboxes arrive together. */
const SETTLE_MS = 60_000;

type Hand = { hand: HandCall; cases: Set<string> };
type Phone = { call: Readonly<CallState>; cases: Set<string> };

const begunAt = (call: Readonly<CallState>): number => Date.parse(call.answeredAt ?? call.queuedAt ?? call.callback?.dialledAt ?? '');

/**
 * CT6: which call logged by hand is which call of the phone system, whichever of the two came first, each at most once. What
 * is joined is an event of the case; all that is kept here follows from the log, so a server that died goes on.
 */
export class HandCalls {
  readonly #centre: Centre;
  readonly #load: (callId: string) => Promise<readonly CallEvent[]>;
  /** Without a partner yet. A call that two cases share is one call. */
  readonly #hands = new Map<string, Hand>();
  readonly #phones = new Map<string, Phone>();
  /** By call logged by hand: the phone system's own. */
  readonly #joined = new Map<string, string>();
  #last: Promise<void> = Promise.resolve();

  /** @param load the events of one call of the phone system, wherever they are kept */
  constructor(centre: Centre, load: (callId: string) => Promise<readonly CallEvent[]>) {
    this.#centre = centre;
    this.#load = load;
  }

  /** Remembers the calls of a case; cheap where it has none that were logged by hand. */
  note(state: CaseState): void {
    for (const hand of Object.values(state.handCalls)) {
      if (hand.joinedTo !== null) this.#joined.set(hand.callId, hand.joinedTo);
      const known = this.#hands.get(hand.callId);
      // The id says whose it is: nobody joins a colleague's call by using its id.
      if (known !== undefined && known.hand.by !== hand.by) continue;
      const cases = known?.cases ?? new Set<string>();
      if (hand.joinedTo === null) cases.add(state.id);
      else cases.delete(state.id);
      if (cases.size === 0) this.#hands.delete(hand.callId);
      else this.#hands.set(hand.callId, { hand: known?.hand ?? hand, cases });
    }
    const callIds = Object.keys(state.calls);
    const since = callIds.length === 0 ? 0 : Date.parse(this.#centre.clock.now()) - KEEP_MS;
    for (const callId of callIds) {
      const call = callOf(state, callId);
      if (call === null || !(begunAt(call) >= since)) continue;
      this.#phones.set(callId, { call, cases: (this.#phones.get(callId)?.cases ?? new Set<string>()).add(state.id) });
    }
  }

  /** Joins what belongs together by now; one after another. */
  join(): Promise<void> {
    const turn = this.#last.then(() => this.#join());
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #join(): Promise<void> {
    if (this.#hands.size === 0) return;
    const now = Date.parse(this.#centre.clock.now());
    for (const [callId, { call }] of this.#phones) if (begunAt(call) < now - KEEP_MS) this.#phones.delete(callId);
    const logged = [...this.#hands.values()].flatMap(({ hand }) => (hand.by === null ? [] : [{ ...hand, handLoggedId: hand.callId, personId: hand.by }]));
    // A second case of a call that is joined already, or one that a crash left out.
    for (const { hand, cases } of this.#hands.values()) {
      const callId = this.#joined.get(hand.callId);
      if (callId !== undefined) await this.#tellAll(cases, hand.callId, callId);
    }
    const taken = new Set(this.#joined.values());
    const calls = [...this.#phones.values()].filter(({ call }) => !taken.has(call.callId)).map(({ call }) => call);
    for (const { handLoggedId, callId } of joinHandLogged(logged.filter(({ callId }) => !this.#joined.has(callId)), calls)) {
      const { hand, cases } = this.#hands.get(handLoggedId)!;
      const phone = this.#phones.get(callId)!;
      const certain = hand.number !== null && phone.call.number !== null && isSameNumber(hand.number, phone.call.number);
      if (!certain && Date.parse(hand.loggedAt) > now - SETTLE_MS) continue;
      this.#joined.set(handLoggedId, callId);
      const its = new Set(cases);
      await this.#tellAll(its, hand.callId, callId);
      for (const caseId of phone.cases) if (!its.has(caseId)) await this.#putAway(caseId, callId);
    }
  }

  async #tellAll(cases: ReadonlySet<string>, handCallId: HandCall['callId'], callId: string): Promise<void> {
    const events = await this.#load(callId);
    for (const caseId of cases) await this.#tell(caseId, handCallId, callId, events);
    this.#hands.delete(handCallId);
  }

  /** The case gets what the phone system told, and that the two are one call. */
  async #tell(caseId: string, handCallId: HandCall['callId'], callId: string, events: readonly CallEvent[]): Promise<void> {
    await appendToCase({ ...this.#centre, now: () => this.#centre.clock.now() }, caseId, 'phones', (state) => {
      const hand = state?.handCalls[handCallId];
      if (state === null || hand === undefined || hand.joinedTo !== null) return { events: [] };
      const known = new Set((state.calls[callId] ?? []).map((event) => event.eventId));
      const fresh = events.filter((event) => !known.has(event.eventId)).map((event): Happened => ({ kind: 'call recorded', body: { event } }));
      return { events: [...fresh, { kind: 'call joined', body: { handCallId, callId } }] };
    });
  }

  /** The case that the phone system's record opened for itself has nobody and nothing of its own: it ends. */
  async #putAway(caseId: string, callId: string): Promise<void> {
    await appendToCase({ ...this.#centre, now: () => this.#centre.clock.now() }, caseId, 'phones', (state) => {
      const empty = state !== null && state.closed === null && state.owner === null && state.opened?.callId === callId && state.notes.length === 0 && Object.keys(state.runs).length === 0;
      const ended: Happened[] = empty && callOf(state, callId)?.phase === 'ended' ? [{ kind: 'case closed', body: { outcome: 'logged-by-hand' } }] : [];
      return { events: ended };
    });
  }
}
