import { OFFLINE_GRACE_MS } from '../people/offline-grace.ts';
import { refuse } from '../protocol/refusal.ts';
import { happened, ms, ownerOnly, type Deciders } from './decider.ts';

/** How far an agent's sense of the time may be ahead of the clock. */
const AHEAD_MS = 5 * 60_000;
/** A night without the centre, and two hours to write it up: nobody logs a call from memory later than that. */
const LOG_WITHIN_MS = OFFLINE_GRACE_MS + 2 * 3_600_000;
const LOG_WITHIN_HOURS = LOG_WITHIN_MS / 3_600_000;

/** @param at when it is logged, not when the centre hears of it: unsent work may be days on its way (SY10) */
export const isTooLongAgo = (startedAt: string, at: string): boolean => ms(startedAt) < ms(at) - LOG_WITHIN_MS;

/** Calls that no phone event told of (OF1, CT6), and a customer known from another case on this desktop. */
export const handCallDeciders: Deciders<'log call' | 'end logged call' | 'use held facts'> = {
  'log call': (state, body, context, { madeAt }) => {
    const mine = ownerOnly(state, context);
    if (mine) return mine;
    if (Object.hasOwn(state.handCalls, body.callId)) return refuse('hand-call-exists');
    const latest = ms(context.now) + AHEAD_MS;
    const wrong = ms(body.startedAt) > latest || (body.endedAt !== null && (ms(body.endedAt) < ms(body.startedAt) || ms(body.endedAt) > latest));
    if (wrong) return refuse('hand-call-times');
    return isTooLongAgo(body.startedAt, madeAt) ? refuse('hand-call-too-early', { hours: LOG_WITHIN_HOURS }) : happened({ kind: 'call logged', body });
  },
  'end logged call': (state, body, context) => {
    const mine = ownerOnly(state, context);
    if (mine) return mine;
    const call = Object.hasOwn(state.handCalls, body.callId) ? state.handCalls[body.callId] : undefined;
    if (call === undefined) return refuse('hand-call-unknown');
    if (call.endedAt !== null) return refuse('hand-call-ended');
    if (ms(body.endedAt) < ms(call.startedAt) || ms(body.endedAt) > ms(context.now) + AHEAD_MS) return refuse('hand-call-times');
    return happened({ kind: 'logged call ended', body });
  },
  'use held facts': (state, body, context) => {
    const mine = ownerOnly(state, context);
    if (mine) return mine;
    const { customerId, fromCase, reading } = body;
    // What was worked out for one customer never becomes another's.
    if (state.customerId !== null && state.customerId !== customerId && (Object.keys(state.operations).length > 0 || state.stops.length > 0)) return refuse('customer-fixed');
    // Facts are the bank's word: a reading that the centre never gave this person is nobody's. A desktop cannot know (TP2).
    const given = context.heldReading === true || (context.at === 'desktop' && context.heldReading === undefined);
    if (reading.for !== context.by.person || reading.facts.customer.id !== customerId || !given) return refuse('held-facts-unknown');
    return happened({ kind: 'customer identified', body: { customerId, how: 'by-hand' } }, { kind: 'held facts used', body: { fromCase, for: reading.for, reading } });
  },
};
