import { maxEventsPerCall } from '#shared/telephony/call-event.ts';
import type { CallEvent } from '#shared/telephony/call-event.ts';
import { foldCall } from '#shared/telephony/call-state.ts';
import type { CallState } from '#shared/telephony/call-state.ts';
import type { Queue } from '#shared/telephony/queue.ts';

export interface CallEntry {
  state: CallState;
  events: readonly CallEvent[];
  /** The latest time that any event of the call names. */
  lastAt: string;
  /** The latest time of an event without a number of the phone system's: among them, of those that we wrote. */
  lastOwnAt: string;
}

/**
 * The calls that the switchboard has in memory. A call that has ended stays for a while, for events that come late;
 * one that is not here is read from the log by `load`, so that an event hours late meets its own past and not an
 * empty page (CT1).
 */
export class CallBook {
  readonly #entries = new Map<string, CallEntry>();
  readonly #load: (callId: string) => Promise<readonly CallEvent[]>;
  readonly #queues: readonly Queue[] | undefined;

  constructor(load: (callId: string) => Promise<readonly CallEvent[]>, queues?: readonly Queue[]) {
    this.#load = load;
    this.#queues = queues;
  }

  /** Brings a call into memory; nothing where the log does not know it. */
  async open(callId: string): Promise<CallEntry | undefined> {
    const known = this.#entries.get(callId);
    if (known) return known;
    const events = await this.#load(callId);
    return events.length > 0 ? this.put(callId, events) : undefined;
  }

  /** Those events that the call does not have yet, up to the bound on a call's events (RB1). */
  fresh(callId: string, events: readonly CallEvent[]): CallEvent[] {
    const have = this.#entries.get(callId)?.events ?? [];
    const ids = new Set(have.map((event) => event.eventId));
    const fresh = events.filter((event) => !ids.has(event.eventId) && ids.add(event.eventId));
    return fresh.slice(0, Math.max(0, maxEventsPerCall - have.length));
  }

  add(callId: string, events: readonly CallEvent[]): CallEntry {
    return this.put(callId, [...(this.#entries.get(callId)?.events ?? []), ...events]);
  }

  put(callId: string, events: readonly CallEvent[]): CallEntry {
    const lastAt = latest(events);
    const lastOwnAt = latest(events.filter((event) => event.sequence === undefined));
    const entry = { state: foldCall(callId, events, this.#queues), events, lastAt, lastOwnAt };
    this.#entries.set(callId, entry);
    return entry;
  }

  get(callId: string): CallEntry | undefined {
    return this.#entries.get(callId);
  }

  entries(): CallEntry[] {
    return [...this.#entries.values()];
  }

  states(): CallState[] {
    return this.entries().map((entry) => entry.state);
  }

  /** Lets go of calls that ended before `before`; the log still has them. */
  forget(before: string): void {
    for (const [callId, entry] of this.#entries) {
      if (entry.state.phase === 'ended' && entry.lastAt < before) this.#entries.delete(callId);
    }
  }
}

function latest(events: readonly CallEvent[]): string {
  return events.reduce((last, event) => (event.at > last ? event.at : last), '');
}

/** Who is bound by the call now, be it only while it is put through. */
export function ownerOf(state: CallState | undefined): string | null {
  return state && ['connecting', 'dialling', 'talking', 'held'].includes(state.phase) ? state.personId : null;
}

/** Who is on the call: what makes an agent's state 通话. */
export function talkerOf(state: CallState | undefined): string | null {
  return state && state.phase !== 'connecting' ? ownerOf(state) : null;
}
