import { z } from 'zod';
import { directionSchema, endReasonSchema, noAnswerReasonSchema, offerEndReasonSchema } from './call-event.ts';
import type { CallEvent } from './call-event.ts';
import { callEventOrder } from './call-event-order.ts';
import type { OrderedCallEvent } from './call-event-order.ts';
import { defaultQueues, queueNamed } from './queue.ts';
import type { Queue } from './queue.ts';

const callPhaseSchema = z.enum(['unknown', 'waiting', 'offered', 'connecting', 'dialling', 'talking', 'held', 'ended']);

const callOfferSchema = z.object({
  offerId: z.string(),
  personId: z.string(),
  desktopId: z.string(),
  offeredAt: z.string(),
  expiresAt: z.string(),
  endedAt: z.string().nullable(),
  outcome: z.enum(['open', 'accepted', ...offerEndReasonSchema.options]),
});
export type CallOffer = z.infer<typeof callOfferSchema>;

/** One person's share of a call; a transferred call has several. */
const callLegSchema = z.object({
  personId: z.string().nullable(),
  desktopId: z.string().nullable(),
  answeredAt: z.string(),
  endedAt: z.string().nullable(),
  heldMs: z.int(),
});

export const callStateSchema = z.object({
  callId: z.string(),
  direction: directionSchema,
  /** null: the caller's number is withheld. */
  number: z.string().nullable(),
  queue: z.string().nullable(),
  skill: z.string(),
  priority: z.int(),
  lossReport: z.boolean(),
  phase: callPhaseSchema,
  queuedAt: z.string().nullable(),
  /** Start of the present wait: as queuedAt, or the last transfer. */
  waitingSince: z.string().nullable(),
  /** Only this person may be offered the call (warm transfer). */
  forPersonId: z.string().nullable(),
  offers: z.array(callOfferSchema),
  /** The one who owns the call now, or owned it last. */
  personId: z.string().nullable(),
  desktopId: z.string().nullable(),
  answeredAt: z.string().nullable(),
  heldSince: z.string().nullable(),
  heldTotalMs: z.int(),
  holds: z.int(),
  legs: z.array(callLegSchema),
  endedAt: z.string().nullable(),
  endReason: z.enum([...endReasonSchema.options, 'abandoned', ...noAnswerReasonSchema.options]).nullable(),
  recordingId: z.string().nullable(),
  /** Set for a call that we dialled. */
  callback: z
    .object({
      promiseId: z.string().nullable(),
      dialledAt: z.string(),
      outcome: z.enum(['ringing', 'answered', ...noAnswerReasonSchema.options, 'given-up']),
    })
    .nullable(),
  events: z.int(),
});
export type CallState = z.infer<typeof callStateSchema>;

/** A call of which nothing is known but its id. */
export function blankCall(callId: string): CallState {
  return {
    callId,
    direction: 'in',
    number: null,
    queue: null,
    skill: 'general',
    priority: 5,
    lossReport: false,
    phase: 'unknown',
    queuedAt: null,
    waitingSince: null,
    forPersonId: null,
    offers: [],
    personId: null,
    desktopId: null,
    answeredAt: null,
    heldSince: null,
    heldTotalMs: 0,
    holds: 0,
    legs: [],
    endedAt: null,
    endReason: null,
    recordingId: null,
    callback: null,
    events: 0,
  };
}

const msBetween = (from: string, to: string): number => Math.max(0, Date.parse(to) - Date.parse(from));

/**
 * The state of one call, folded from its events in any order and any number of copies (CT1).
 *
 * @param callId the call
 * @param events its events as they came; copies and disorder are harmless, events of other calls are ignored
 * @param queues what each queue means
 */
export function foldCall(callId: string, events: readonly CallEvent[], queues: readonly Queue[] = defaultQueues): CallState {
  const state = blankCall(callId);
  const ordered = callEventOrder(events.filter((event) => event.callId === callId));
  for (const item of ordered) step(state, item);
  const open = state.offers.findLast((offer) => offer.outcome === 'open');
  if (state.phase === 'waiting' && open) state.phase = 'offered';
  const queue = queueNamed(state.queue ?? 'general', queues);
  state.skill = queue.skill;
  state.priority = queue.priority;
  state.lossReport = queue.lossReport;
  state.events = ordered.length;
  return state;
}

function step(state: CallState, { event, effectiveAt: at }: OrderedCallEvent): void {
  if (event.number !== undefined && state.number === null) state.number = event.number;
  if (event.recordingId !== undefined && state.recordingId === null) state.recordingId = event.recordingId;
  if (event.queue !== undefined && state.queue === null) state.queue = event.queue;
  if (event.direction === 'out' || event.kind.startsWith('callback-')) state.direction = 'out';

  if (event.kind === 'offered') addOffer(state, event, at);
  if (event.kind === 'offer-ended') closeOffer(state, event.offerId, event.reason, at);

  const over = state.phase === 'ended';
  switch (event.kind) {
    case 'queued':
      state.queuedAt ??= at;
      if (state.phase === 'unknown') {
        state.phase = 'waiting';
        state.waitingSince = at;
      }
      return;
    case 'offered':
    case 'offer-ended':
      if (event.kind === 'offer-ended' && state.phase === 'connecting' && connectFailed(state, event.offerId)) {
        state.phase = 'waiting';
        state.personId = null;
        state.desktopId = null;
      }
      return;
    case 'accepted':
      if (state.phase === 'connecting') return;
      if (over || state.phase === 'talking' || state.phase === 'held') {
        // The phone system's clock lags ours: it says "answered" before we say by whom and where.
        const unowned = state.personId === null || (state.personId === event.personId && state.desktopId === null);
        if (unowned && state.legs.length > 0) own(state, event, at);
        return;
      }
      closeOffer(state, event.offerId, 'accepted', at);
      state.phase = 'connecting';
      state.personId = event.personId;
      state.desktopId = event.desktopId;
      return;
    case 'answered':
    case 'callback-answered':
      if (event.kind === 'callback-answered') answerCallback(state, at);
      if (over || state.phase === 'talking' || state.phase === 'held') return;
      state.phase = 'talking';
      if (event.kind === 'answered' && event.personId !== undefined) state.personId ??= event.personId;
      state.answeredAt ??= at;
      state.forPersonId = null;
      state.legs.push({ personId: state.personId, desktopId: state.desktopId, answeredAt: at, endedAt: null, heldMs: 0 });
      withdrawOffers(state, at);
      return;
    case 'held':
      if (state.phase !== 'talking') return;
      state.phase = 'held';
      state.heldSince = at;
      state.holds += 1;
      return;
    case 'retrieved':
      if (state.phase !== 'held') return;
      settleHold(state, at);
      state.phase = 'talking';
      return;
    case 'transferred':
      if (over) return;
      closeLeg(state, at);
      state.phase = 'waiting';
      state.waitingSince = at;
      state.personId = null;
      state.desktopId = null;
      state.forPersonId = event.toPersonId ?? null;
      if (event.toQueue !== undefined) state.queue = event.toQueue;
      withdrawOffers(state, at);
      return;
    case 'callback-dialled':
      state.callback ??= { promiseId: event.promiseId ?? null, dialledAt: at, outcome: 'ringing' };
      state.callback.promiseId ??= event.promiseId ?? null;
      // Told twice, by us and by the phone system, which may not know for whom.
      if (state.personId === null && event.personId !== undefined) {
        state.personId = event.personId;
        const leg = state.legs.at(-1);
        if (leg && leg.personId === null) leg.personId = event.personId;
      }
      if (state.phase === 'unknown') state.phase = 'dialling';
      return;
    case 'callback-no-answer':
      if (over || state.phase === 'talking' || state.phase === 'held') return;
      if (state.callback) state.callback.outcome = event.reason;
      end(state, event.reason, at);
      return;
    case 'abandoned':
      if (!over) end(state, state.answeredAt === null ? 'abandoned' : 'customer-hung-up', at);
      return;
    case 'ended':
      if (over) return;
      if (state.callback?.outcome === 'ringing') state.callback.outcome = 'given-up';
      end(
        state,
        state.direction === 'in' && state.answeredAt === null && event.reason === 'customer-hung-up' ? 'abandoned' : event.reason,
        at,
      );
      return;
  }
}

function addOffer(state: CallState, event: Extract<CallEvent, { kind: 'offered' }>, at: string): void {
  if (state.offers.some((offer) => offer.offerId === event.offerId)) return;
  const dead = state.phase === 'ended' || state.phase === 'talking' || state.phase === 'held';
  state.offers.push({
    offerId: event.offerId,
    personId: event.personId,
    desktopId: event.desktopId,
    offeredAt: at,
    expiresAt: event.expiresAt,
    endedAt: dead ? at : null,
    outcome: dead ? 'withdrawn' : 'open',
  });
}

function closeOffer(state: CallState, offerId: string, outcome: CallOffer['outcome'], at: string): void {
  const offer = state.offers.find((o) => o.offerId === offerId);
  if (!offer || (offer.outcome !== 'open' && !(offer.outcome === 'accepted' && outcome === 'connect-failed'))) return;
  offer.outcome = outcome;
  offer.endedAt = at;
}

function own(state: CallState, event: Extract<CallEvent, { kind: 'accepted' }>, at: string): void {
  state.personId = event.personId;
  state.desktopId = event.desktopId;
  const leg = state.legs.at(-1);
  if (leg) Object.assign(leg, { personId: event.personId, desktopId: event.desktopId });
  const offer = state.offers.find((o) => o.offerId === event.offerId);
  if (offer) Object.assign(offer, { outcome: 'accepted', endedAt: at });
}

function connectFailed(state: CallState, offerId: string): boolean {
  const offer = state.offers.find((o) => o.offerId === offerId);
  return offer?.outcome === 'connect-failed';
}

function withdrawOffers(state: CallState, at: string): void {
  for (const offer of state.offers) if (offer.outcome === 'open') closeOffer(state, offer.offerId, 'withdrawn', at);
}

function answerCallback(state: CallState, at: string): void {
  state.callback ??= { promiseId: null, dialledAt: at, outcome: 'ringing' };
  if (state.callback.outcome === 'ringing') state.callback.outcome = 'answered';
}

function settleHold(state: CallState, at: string): void {
  if (state.heldSince === null) return;
  const ms = msBetween(state.heldSince, at);
  state.heldTotalMs += ms;
  const leg = state.legs.at(-1);
  if (leg) leg.heldMs += ms;
  state.heldSince = null;
}

function closeLeg(state: CallState, at: string): void {
  settleHold(state, at);
  const leg = state.legs.at(-1);
  if (leg && leg.endedAt === null) leg.endedAt = at;
}

function end(state: CallState, reason: NonNullable<CallState['endReason']>, at: string): void {
  closeLeg(state, at);
  withdrawOffers(state, at);
  state.phase = 'ended';
  state.endedAt = at;
  state.endReason = reason;
}
