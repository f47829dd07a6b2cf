import type { PhoneEvent } from '#shared/telephony/call-event.ts';

/** One call inside the simulated phone system. */
export interface SimulatedCall {
  callId: string;
  /** null: withheld. */
  number: string | null;
  queue: string | null;
  direction: 'in' | 'out';
  phase: 'waiting' | 'ringing' | 'talking' | 'held';
  /** Of the next event. */
  sequence: number;
  /** Cancels what the customer would do next by themselves. */
  cancel: (() => void) | null;
}

type WithoutCommon<T> = T extends unknown
  ? Omit<T, 'eventId' | 'callId' | 'at' | 'sequence' | 'number' | 'direction'>
  : never;
/** What an event says beyond what the call already tells. */
export type EventBody = WithoutCommon<PhoneEvent>;

export function newSimulatedCall(call: Pick<SimulatedCall, 'callId' | 'number' | 'queue' | 'direction' | 'sequence'>): SimulatedCall {
  return { ...call, phase: call.direction === 'in' ? 'waiting' : 'ringing', cancel: null };
}

/** The call's next event, numbered. */
export function sayEvent(call: SimulatedCall, body: EventBody, eventId: string, at: string): PhoneEvent {
  const common = {
    eventId, callId: call.callId, at, sequence: call.sequence++, direction: call.direction,
    ...(call.number === null ? {} : { number: call.number }),
    ...(call.queue === null ? {} : { queue: call.queue }),
  };
  return { ...common, ...body } as PhoneEvent;
}
