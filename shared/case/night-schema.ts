import { z } from 'zod';
import { CaseId, CustomerId, Instant, PersonId, Uuid7 } from '../protocol/ids.ts';
import { caseEventSchemas } from './case-schema.ts';

/** The id of a call logged by hand: made here, so it can be no phone system's. */
export const HandCallId = z.templateLiteral(['hand-', Uuid7]);
/** As many digits as a telephone number has at most (E.164): a card number has more (PR2). */
const HandNumber = z.string().regex(/^\+?[0-9]{3,15}$/).nullable();
const PhoneCallId = z.string().min(1).max(64);
const Direction = z.enum(['in', 'out']);

/** What stopped the card while the line was down; `none`: nothing yet, only the report was taken. */
export const StopChannel = z.enum(['self-service-voice', 'mobile-bank', 'duty-phone', 'card-scheme', 'bank-system', 'none']);
export type StopChannel = z.infer<typeof StopChannel>;
/** When the customer wants to hear the result: at any hour where they said so, else by day (DOMAIN §8). */
export const CallBackWhen = z.enum(['any-hour', 'by-day', 'no']);

/** A reading as the case it was made in holds it. */
const HeldReading = caseEventSchemas['facts read'].extend({ at: Instant });

/** What can be done with the centre gone that version 1 had no words for. All are local. */
export const nightCommandSchemas = {
  /** OF1: a call that no phone event told of. The same call in a second case carries the same id. */
  'log call': z.strictObject({ callId: HandCallId, direction: Direction, number: HandNumber, startedAt: Instant, endedAt: Instant.nullable() }),
  'end logged call': z.strictObject({ callId: HandCallId, endedAt: Instant }),
  /** OF1: the case is about a customer whom another case on this desktop knows; their facts come with the age they have. */
  'use held facts': z.strictObject({ customerId: CustomerId, fromCase: CaseId, reading: HeldReading }),
  /** OF4: a loss report taken while the line is down, with all its times; verified first on return. */
  'report offline stop': z.strictObject({
    stopId: Uuid7, cardId: z.string().min(1).max(64).nullable(), /** Where the card is not known here: what the customer said of it. */ cardWords: z.string().max(80),
    stop: z.enum(['lock', 'loss']), channel: StopChannel, receipt: z.string().max(80), person: z.string().max(40), system: z.string().max(60),
    inForceAt: Instant.nullable(), reportedAt: Instant, lostAt: Instant.nullable(), toldNotInForce: z.boolean(), callBack: CallBackWhen,
  }),
} as const;

export const nightEventSchemas = {
  'call logged': nightCommandSchemas['log call'],
  'logged call ended': nightCommandSchemas['end logged call'],
  /** CT6, by the server: it is this call of the phone system, and counts once. */
  'call joined': z.strictObject({ handCallId: HandCallId, callId: PhoneCallId }),
  'held facts used': z.strictObject({ fromCase: CaseId, for: PersonId, reading: HeldReading }),
  /** Beside `manual stop recorded`: what that one has no room for. */
  'stop reported offline': z.strictObject({
    stopId: Uuid7, cardWords: z.string(), stop: z.enum(['lock', 'loss']), system: z.string(), lostAt: Instant.nullable(), callBack: CallBackWhen,
  }),
  /**
   * OF4, by the server: what the bank has of the card. `open` comes with the server's own order in the same append;
   * `unknown` is asked again; `person`: it takes somebody to say which card, or whether at all.
   */
  'manual stop verified': z.strictObject({
    stopId: Uuid7, found: z.enum(['stopped', 'open', 'unknown', 'person']), cardId: z.string().nullable(), lastFour: z.string(),
    effectiveAt: Instant.nullable(), readAt: Instant.nullable(), orderedStopId: Uuid7.nullable(), cause: z.string(),
  }),
} as const;

const N = nightEventSchemas;

export const HandCall = N['call logged'].extend({ by: PersonId.nullable(), joinedTo: PhoneCallId.nullable(), loggedAt: Instant });
export type HandCall = z.infer<typeof HandCall>;
const StopReport = N['stop reported offline'].extend({ at: Instant });
export type StopReport = z.infer<typeof StopReport>;
const VerifiedStop = N['manual stop verified'].extend({ at: Instant });
export type VerifiedStop = z.infer<typeof VerifiedStop>;

/** Parts of a case's state since schema 2 (`case-upcast.ts`). */
export const nightParts = {
  handCalls: z.record(z.string(), HandCall),
  /** By stop id: what was reported of it beside the stop itself. */
  stopReports: z.record(Uuid7, StopReport),
  /** By stop id: the last that the server found. */
  verifiedStops: z.record(Uuid7, VerifiedStop),
} as const;
