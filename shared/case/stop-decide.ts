import { civilDateOf } from '../calendar/civil.ts';
import { policyFacts } from '../flow/policy.ts';
import { usedKeys } from '../operation/gate.ts';
import { maskNumbers } from '../privacy/mask.ts';
import { refuse } from '../protocol/refusal.ts';
import { happened, ownerOnly, type Deciders } from './decider.ts';

/**
 * Protective actions wait for nobody (FL6): no reviewer, no retention, the lightest verification that policy allows.
 */
export const stopDeciders: Deciders<'stop card' | 'record manual stop'> = {
  'stop card': (state, body, context) => {
    const mine = ownerOnly(state, context);
    if (mine) return mine;
    // The bank's outcome is found by key and put down by id: a second stop under either would get the first one's.
    if (state.stops.some((stop) => stop.id === body.stopId) || usedKeys(state).includes(body.key)) return refuse('tp4-key-used');
    const facts = state.facts[context.by.person]?.facts;
    if (state.customerId === null || facts === undefined) return refuse('customer-not-identified');
    const card = facts.cards.find((one) => one.id === body.cardId);
    if (!card) return refuse('card-not-theirs');
    const verified = (state.verification[body.callId ?? 'none']?.level ?? 0) >= 1;
    const protective = policyFacts(context.flowPolicy, civilDateOf(context.calendar, context.now))['protectiveLock'] === true;
    if (!verified && !(protective && facts.customer.numberMatchesReserved === true)) return refuse('stop-not-verified');
    const already = state.stops.find((stop) => stop.cardId === body.cardId && (stop.status === 'in-force' || stop.status === 'ordered') && stop.stop === body.stop);
    if (already) return refuse('card-already-stopped', { effectiveAt: already.effectiveAt });
    return happened({
      kind: 'stop ordered',
      body: {
        stopId: body.stopId, key: body.key, cardId: body.cardId, lastFour: card.lastFour, stop: body.stop, reportedAt: body.reportedAt, lostAt: body.lostAt,
        callId: body.callId, customerWords: maskNumbers(body.customerWords), recordingOffset: body.recordingOffset,
      },
    });
  },
  'record manual stop': (state, body, context) => {
    const mine = ownerOnly(state, context);
    if (mine) return mine;
    // It stands beside a stop that the bank was asked for, never in its place.
    if (state.stops.some((stop) => stop.id === body.stopId)) return refuse('tp4-key-used');
    return happened({ kind: 'manual stop recorded', body });
  },
};

/** OF4: what is reported while the line is down. It stands beside a stop that the bank was asked for, never in its place. */
export const offlineStopDeciders: Deciders<'report offline stop'> = {
  'report offline stop': (state, body, context) => {
    const mine = ownerOnly(state, context);
    if (mine) return mine;
    if (state.stops.some((stop) => stop.id === body.stopId)) return refuse('tp4-key-used');
    // LR-OFF: whoever reports a loss while the line is down hears that the card is not stopped; there is no other kind of report.
    if (!body.toldNotInForce) return refuse('stop-not-told');
    if (body.channel !== 'none' && body.receipt.trim() === '' && body.person.trim() === '') return refuse('stop-no-proof');
    const { stopId, cardId, channel, receipt, inForceAt, reportedAt, toldNotInForce, stop, lostAt, callBack } = body;
    return happened(
      { kind: 'manual stop recorded', body: { stopId, cardId, channel, receipt, person: maskNumbers(body.person), inForceAt, reportedAt, toldNotInForce } },
      { kind: 'stop reported offline', body: { stopId, cardWords: maskNumbers(body.cardWords), stop, system: maskNumbers(body.system), lostAt, callBack } },
    );
  },
};
