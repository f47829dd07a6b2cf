import type { Evolvers } from './evolver.ts';
import type { nightEventSchemas } from './night-schema.ts';

const at = (event: { times: { recorded: string } }): string => event.times.recorded;

/** Calls logged by hand, facts held from another case, and loss reports taken offline. */
export const nightEvolvers: Evolvers<keyof typeof nightEventSchemas> = {
  'call logged': (state, body, event) => ({
    ...state,
    handCalls: { ...state.handCalls, [body.callId]: { ...body, by: event.actor.person, joinedTo: null, loggedAt: at(event) } },
  }),
  'logged call ended': (state, body) => {
    const call = Object.hasOwn(state.handCalls, body.callId) ? state.handCalls[body.callId] : undefined;
    return call === undefined ? state : { ...state, handCalls: { ...state.handCalls, [body.callId]: { ...call, endedAt: body.endedAt } } };
  },
  'call joined': (state, body) => {
    const call = Object.hasOwn(state.handCalls, body.handCallId) ? state.handCalls[body.handCallId] : undefined;
    return call === undefined || call.joinedTo !== null ? state : { ...state, handCalls: { ...state.handCalls, [body.handCallId]: { ...call, joinedTo: body.callId } } };
  },
  'held facts used': (state, { reading }) => {
    const newer = state.facts[reading.for];
    if (newer !== undefined && newer.at >= reading.at) return state;
    // Whether the number matched was read of another call: it says nothing of this one.
    const facts = { ...reading.facts, customer: { ...reading.facts.customer, numberMatchesReserved: null } };
    return { ...state, facts: { ...state.facts, [reading.for]: { ...reading, facts } } };
  },
  'stop reported offline': (state, body, event) => ({ ...state, stopReports: { ...state.stopReports, [body.stopId]: { ...body, at: at(event) } } }),
  'manual stop verified': (state, body, event) => ({ ...state, verifiedStops: { ...state.verifiedStops, [body.stopId]: { ...body, at: at(event) } } }),
};
