import { z } from 'zod';
import { isOwnKey } from '../protocol/ids.ts';

/** Ids may be a phone system's own, so they are not required to be UUIDs; they are bounded and printable. */
const phoneIdSchema = z.string().regex(/^[A-Za-z0-9_.:@-]{1,64}$/).refine(isOwnKey);

/** A caller's number as the phone system gives it; digits only, at most a leading plus. */
const phoneNumberSchema = z.string().regex(/^\+?[0-9]{3,20}$/);

/** Any ISO-8601 instant with zone, normalised to UTC with milliseconds. */
const instantSchema = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());

export const directionSchema = z.enum(['in', 'out']);

const common = {
  eventId: phoneIdSchema,
  callId: phoneIdSchema,
  /** When it happened, by the phone system's clock; may be hours before it reaches us. */
  at: instantSchema,
  /** The phone system's own order within the call, where it has one; stronger than `at`. */
  sequence: z.int().min(0).optional(),
  /** Absent where withheld: an unknown caller is a call like any other. */
  number: phoneNumberSchema.optional(),
  queue: z.string().min(1).max(40).optional(),
  direction: directionSchema.optional(),
  recordingId: phoneIdSchema.optional(),
};

export const endReasonSchema = z.enum(['customer-hung-up', 'agent-hung-up', 'system', 'unknown']);
export const noAnswerReasonSchema = z.enum(['no-answer', 'busy', 'unreachable', 'refused']);
export const offerEndReasonSchema = z.enum(['rona', 'refused', 'withdrawn', 'connect-failed']);

const queued = z.object({ ...common, kind: z.literal('queued'), queue: z.string().min(1).max(40) });
const answered = z.object({
  ...common,
  kind: z.literal('answered'),
  personId: phoneIdSchema.optional(),
  extension: phoneIdSchema.optional(),
});
const held = z.object({ ...common, kind: z.literal('held') });
const retrieved = z.object({ ...common, kind: z.literal('retrieved') });
const transferred = z.object({
  ...common,
  kind: z.literal('transferred'),
  toQueue: z.string().min(1).max(40).optional(),
  toPersonId: phoneIdSchema.optional(),
});
const ended = z.object({ ...common, kind: z.literal('ended'), reason: endReasonSchema.default('unknown') });
const abandoned = z.object({ ...common, kind: z.literal('abandoned') });
const callbackDialled = z.object({
  ...common,
  kind: z.literal('callback-dialled'),
  personId: phoneIdSchema.optional(),
  promiseId: phoneIdSchema.optional(),
});
const callbackAnswered = z.object({ ...common, kind: z.literal('callback-answered') });
const callbackNoAnswer = z.object({
  ...common,
  kind: z.literal('callback-no-answer'),
  reason: noAnswerReasonSchema.default('no-answer'),
});

/** What routing decides. Written by us alone: a phone system that sends one of these is refused. */
const offered = z.object({
  ...common,
  kind: z.literal('offered'),
  offerId: phoneIdSchema,
  personId: phoneIdSchema,
  desktopId: phoneIdSchema,
  expiresAt: instantSchema,
});
const offerEnded = z.object({
  ...common,
  kind: z.literal('offer-ended'),
  offerId: phoneIdSchema,
  reason: offerEndReasonSchema,
});
const accepted = z.object({
  ...common,
  kind: z.literal('accepted'),
  offerId: phoneIdSchema,
  personId: phoneIdSchema,
  desktopId: phoneIdSchema,
});

/** What a phone system may tell us. */
export const phoneEventSchema = z.discriminatedUnion('kind', [
  queued,
  answered,
  held,
  retrieved,
  transferred,
  ended,
  abandoned,
  callbackDialled,
  callbackAnswered,
  callbackNoAnswer,
]);
export type PhoneEvent = z.infer<typeof phoneEventSchema>;

/** What routing adds. */
const routingEventSchema = z.discriminatedUnion('kind', [offered, offerEnded, accepted]);
export type RoutingEvent = z.infer<typeof routingEventSchema>;

/** Everything that is recorded of a call. */
export const callEventSchema = z.discriminatedUnion('kind', [
  queued,
  answered,
  held,
  retrieved,
  transferred,
  ended,
  abandoned,
  callbackDialled,
  callbackAnswered,
  callbackNoAnswer,
  offered,
  offerEnded,
  accepted,
]);
export type CallEvent = z.infer<typeof callEventSchema>;
export type CallEventKind = CallEvent['kind'];

/** No call has more events than this; a phone system gone mad must not fill the log (RB1). */
export const maxEventsPerCall = 1000;
