import { v7 as uuidv7 } from 'uuid';
import type { Happened } from '#shared/case/decider.ts';
import type { CaseState } from '#shared/case/state.ts';
import type { CallEvent } from '#shared/telephony/call-event.ts';
import { callOf } from '#shared/operation/call-of.ts';
import { appendToCase } from '../cases/append-case.ts';
import type { Centre } from '../centre.ts';
import { HandCalls } from './hand-calls.ts';

/** How long after a case was closed an event of its call still finds it: a phone system delivers hours late, not weeks. */
const KEEP_MS = 7 * 24 * 3_600_000;

/**
 * Keeps what the phone system and routing tell in the cases that a call belongs to. A call that no case knows opens one;
 * a second matter on the same call gets the same events, so that each case can be judged by itself.
 */
export class CallKeeper {
  readonly #centre: Centre;
  readonly #casesOfCall = new Map<string, Set<string>>();
  /** Closed cases, until their calls are forgotten: a centre goes on for months. */
  readonly #closed = new Map<string, { at: string; callIds: readonly string[] }>();
  /** CT6: calls logged by hand, and the phone system's record of them. */
  readonly handCalls: HandCalls;

  constructor(centre: Centre) {
    this.#centre = centre;
    this.handCalls = new HandCalls(centre, (callId) => this.load(callId));
  }

  /** Cases closed before this need not be known at a start. */
  since(): string {
    return new Date(Date.parse(this.#centre.clock.now()) - KEEP_MS).toISOString();
  }

  /** Remembers which calls a case has, closed ones too: an event hours late finds its own case (CT1). */
  note(state: CaseState): void {
    this.handCalls.note(state);
    const callIds = [...Object.keys(state.calls), ...(state.opened?.callId == null ? [] : [state.opened.callId])];
    for (const callId of callIds) {
      const cases = this.#casesOfCall.get(callId) ?? new Set<string>();
      this.#casesOfCall.set(callId, cases.add(state.id));
    }
    if (state.closed !== null) this.#closed.set(state.id, { at: state.closed.at, callIds });
    this.#forgetOld();
  }

  #forgetOld(): void {
    if (this.#closed.size === 0) return;
    const since = this.since();
    // As they were closed, by and large: a start hears of them by name.
    for (const [caseId, { at, callIds }] of this.#closed) {
      if (at >= since) return;
      this.#closed.delete(caseId);
      for (const callId of callIds) {
        const cases = this.#casesOfCall.get(callId);
        cases?.delete(caseId);
        if (cases?.size === 0) this.#casesOfCall.delete(callId);
      }
    }
  }

  casesOf(callId: string): string[] {
    return [...(this.#casesOfCall.get(callId) ?? [])];
  }

  /** The stored events of a call, for the switchboard to go on from. */
  async load(callId: string): Promise<readonly CallEvent[]> {
    for (const caseId of this.casesOf(callId)) {
      const events = (await this.#centre.cases.load(caseId))?.calls[callId];
      if (events !== undefined) return events;
    }
    return [];
  }

  /** Every call that had not ended, for the start of the switchboard. */
  openCalls(): CallEvent[] {
    const seen = new Set<string>();
    return this.#centre.open.all().flatMap((state) =>
      Object.entries(state.calls).flatMap(([callId, events]) => {
        if (seen.has(callId) || callOf(state, callId)?.phase === 'ended') return [];
        seen.add(callId);
        return events;
      }),
    );
  }

  /** Stores events durably; each once however often it comes (CT1), and by the node on duty only (CT2). */
  async record(events: readonly CallEvent[]): Promise<void> {
    for (const [callId, list] of Map.groupBy(events, (event) => event.callId)) {
      const cases = this.casesOf(callId);
      if (cases.length === 0) cases.push(this.#caseFor(list));
      for (const caseId of cases) {
        await appendToCase({ ...this.#centre, now: () => this.#centre.clock.now() }, caseId, 'phones', async (state) => {
          const events = recorded(state, callId, list);
          return { events, also: events.length === 0 ? [] : await this.#centre.duty.guard() };
        });
        this.#casesOfCall.set(callId, (this.#casesOfCall.get(callId) ?? new Set()).add(caseId));
      }
    }
  }

  /** A callback belongs to the case that promised it; any other call opens one. */
  #caseFor(events: readonly CallEvent[]): string {
    const promiseId = events.flatMap((event) => (event.kind === 'callback-dialled' && event.promiseId !== undefined ? [event.promiseId] : []))[0];
    const promising = promiseId === undefined ? undefined : this.#centre.open.all().find((state) => state.promises.some((promise) => promise.promiseId === promiseId));
    return promising?.id ?? uuidv7();
  }
}

/** PR2: the reserved phone that is dialled for a promise is the bank's; the desktops have it masked, and no case holds it. */
function withoutNumber(event: CallEvent): CallEvent {
  const { number: _number, ...rest } = event;
  return rest;
}

/** Events of the call that the case has not yet, with what follows for who may see it (SY6). */
function recorded(state: CaseState | null, callId: string, list: readonly CallEvent[]): Happened[] {
  const known = new Set((state?.calls[callId] ?? []).map((event) => event.eventId));
  const fresh = list.filter((event) => !known.has(event.eventId));
  if (fresh.length === 0) return [];
  const happened: Happened[] = [];
  if (state === null) {
    const first = fresh[0]!;
    happened.push({ kind: 'case opened', body: { reason: 'call', callId, fromCase: null, number: first.number ?? null, queue: first.queue ?? null } });
  }
  const promised = [...(state?.calls[callId] ?? []), ...fresh].some((event) => event.kind === 'callback-dialled' && event.promiseId !== undefined);
  const access = { ...state?.access };
  let owner = state?.owner ?? null;
  // A phone system may tell of one dialling twice; it is one try of the promise.
  const tried = new Set((state?.promises ?? []).flatMap((promise) => promise.tries.map((one) => one.callId)));
  for (const event of fresh) {
    happened.push({ kind: 'call recorded', body: { event: promised ? withoutNumber(event) : event } });
    if (event.kind === 'offered' && access[event.personId] === undefined) {
      access[event.personId] = 'offered';
      happened.push({ kind: 'access granted', body: { person: event.personId, as: 'offered' } });
    }
    if (event.kind === 'offer-ended') {
      const offered = [...(state?.calls[callId] ?? []), ...fresh].find((one) => one.kind === 'offered' && one.offerId === event.offerId);
      const person = offered?.kind === 'offered' ? offered.personId : null;
      if (person !== null && access[person] === 'offered') {
        delete access[person];
        happened.push({ kind: 'access revoked', body: { person } });
      }
    }
    if (event.kind === 'accepted' && owner !== event.personId) {
      owner = event.personId;
      access[event.personId] = 'owner';
      happened.push({ kind: 'access granted', body: { person: event.personId, as: 'owner' } });
    }
    if (event.kind === 'callback-dialled' && event.promiseId !== undefined && state !== null && !tried.has(callId)) {
      tried.add(callId);
      happened.push({ kind: 'callback tried', body: { promiseId: event.promiseId, callId } });
    }
  }
  return happened;
}
