import { z } from 'zod';
import { CustomerFacts, Quote } from '../protocol/bank.ts';
import { callEventSchema } from '../telephony/call-event.ts';
import { bilingual, CaseId, CivilDate, CustomerId, Instant, isOwnKey, PersonId, Uuid7 } from '../protocol/ids.ts';

const CallId = z.string().min(1).max(64).refine(isOwnKey);

/** In what capacity a person may see a case; the list of people is the case's own (SY6). */
export const AccessAs = z.enum(['owner', 'offered', 'reviewer', 'lead', 'successor', 'quality']);

export const FactsPurpose = z.enum(['call', 'prerequisites', 'worksheet', 'review', 'callback', 'gate', 'posting', 'refresh']);
export type FactsPurpose = z.infer<typeof FactsPurpose>;

export const caseCommandSchemas = {
  /** A matter without a phone event: a second matter on the same call, or a call logged by hand. */
  'open case': z.strictObject({ reason: z.enum(['another-matter', 'by-hand']), callId: CallId.nullable(), fromCase: CaseId.nullable(), number: z.string().max(20).nullable() }),
  'write note': z.strictObject({ noteId: Uuid7, text: z.string().min(1).max(4000) }),
  'close case': z.strictObject({ outcome: z.string().min(1).max(60) }),
  'promise callback': z.strictObject({
    promiseId: Uuid7, from: Instant, to: Instant, secondFrom: Instant.nullable(), secondTo: Instant.nullable(), note: z.string().max(300), operationId: Uuid7.nullable(),
  }),
  'keep promise': z.strictObject({ promiseId: Uuid7, how: z.enum(['reached', 'not-reached', 'called-in']) }),
  'open follow-up': z.strictObject({ followUpId: Uuid7, dueOn: CivilDate, what: z.string().min(1).max(300) }),
  'close follow-up': z.strictObject({ followUpId: Uuid7, result: z.string().min(1).max(300) }),
  'open work order': z.strictObject({
    workOrderId: Uuid7, kind: z.enum(['complaint', 'question', 'dispute', 'visit', 'product', 'praise']), urgency: z.enum(['urgent', 'important', 'ordinary']), text: z.string().min(1).max(2000),
  }),
  'raise risk': z.strictObject({ riskId: Uuid7, what: z.enum(['coached', 'screen-shared', 'disclosed-code', 'third-party', 'threat', 'other']), text: z.string().max(300) }),
  /** Central: the bank is asked at once; no reviewer, no retention (FL6). */
  'stop card': z.strictObject({
    stopId: Uuid7, key: Uuid7, cardId: z.string().min(1).max(64), stop: z.enum(['lock', 'loss']), reportedAt: Instant, lostAt: Instant.nullable(), callId: CallId.nullable(),
    customerWords: z.string().max(200), recordingOffset: z.int().min(0).nullable(),
  }),
  /** Local: a stop made through another channel while the line to the centre or the core is down (LR-OFF). */
  'record manual stop': z.strictObject({
    stopId: Uuid7, cardId: z.string().max(64).nullable(), channel: z.enum(['self-service-voice', 'mobile-bank', 'duty-phone', 'card-scheme', 'bank-system']),
    receipt: z.string().max(80), person: z.string().max(40), inForceAt: Instant.nullable(), reportedAt: Instant, toldNotInForce: z.boolean(),
  }),
  /** Central: warm, with the card of FLOWS PW-7; the lead accepts. */
  'escalate to lead': z.strictObject({
    escalationId: Uuid7, kind: z.string().max(60), goal: z.string().max(300), deadline: z.string().max(100), ruleToldAt: z.int().min(0).nullable(), rungsUsed: z.array(z.string().max(40)).max(6),
    branch: z.string().max(200), mood: z.string().max(100), complaintWords: z.boolean(),
  }),
  'accept escalation': z.strictObject({ escalationId: Uuid7 }),
  'finish escalation': z.strictObject({ escalationId: Uuid7, outcome: z.enum(['accepted-branch', 'app', 'visit-service', 'complaint', 'left']), words: z.string().max(300) }),
  /** Central: the maker leaves; by name (TP17). The successor accepts. */
  'hand over case': z.strictObject({ handOverId: Uuid7, to: PersonId, note: z.string().max(300) }),
  /** Local: a person looked at the customer of this case; offline views too reach the audit log (PR8). */
  'record view': z.strictObject({ viewId: Uuid7 }),
  /** Quality staff put away a matter that was opened for them. */
  'close quality case': z.strictObject({ finding: z.string().trim().min(1).max(500) }),
  'accept hand-over': z.strictObject({ handOverId: Uuid7, nonce: Uuid7, reviewId: Uuid7 }),
} as const;

const FoundHow = z.enum(['number', 'search', 'by-hand']);

export const caseEventSchemas = {
  'case opened': z.strictObject({ reason: z.enum(['call', 'another-matter', 'by-hand', 'quality']), callId: CallId.nullable(), fromCase: CaseId.nullable(), number: z.string().nullable(), queue: z.string().nullable() }),
  /** What the phone system or routing told of a call, word for word; the call's state is folded from these (CT1). */
  'call recorded': z.strictObject({ event: callEventSchema }),
  'access granted': z.strictObject({ person: PersonId, as: AccessAs }),
  'access revoked': z.strictObject({ person: PersonId }),
  'customer identified': z.strictObject({ customerId: CustomerId, how: FoundHow }),
  /** The only way bank facts enter (DESIGN): values, as-of, for whom and what for. */
  'facts read': z.strictObject({ purpose: FactsPurpose, for: PersonId, facts: CustomerFacts, quotes: z.array(Quote), underWay: z.array(z.strictObject({ caseId: CaseId, what: bilingual, owner: PersonId, ownerName: z.string() })), recentCalls: z.array(z.strictObject({ at: Instant, agentName: z.string(), what: bilingual, promised: z.string() })) }),
  'facts unavailable': z.strictObject({ purpose: FactsPurpose, for: PersonId, cause: z.string(), text: bilingual }),
  /** Factor kinds and pass or fail; never the values. */
  'verification checked': z.strictObject({ callId: CallId.nullable(), factor: z.string(), ok: z.boolean(), level: z.int().min(0).max(3), failuresToday: z.int().min(0) }),
  'note written': z.strictObject({ noteId: Uuid7, text: z.string() }),
  'case closed': z.strictObject({ outcome: z.string() }),
  /** A quality case says what it is about: by id only, the matter itself stays where it is (TP11). */
  'quality matter noted': z.strictObject({ aboutCase: CaseId, operationId: Uuid7, what: z.literal('break-glass'), by: z.array(PersonId), reasons: z.array(z.string()) }),
  'callback promised': z.strictObject({ promiseId: Uuid7, from: Instant, to: Instant, secondFrom: Instant.nullable(), secondTo: Instant.nullable(), note: z.string(), operationId: Uuid7.nullable() }),
  'callback tried': z.strictObject({ promiseId: Uuid7, callId: CallId }),
  'promise kept': z.strictObject({ promiseId: Uuid7, how: z.enum(['reached', 'not-reached', 'called-in']) }),
  'follow-up opened': z.strictObject({ followUpId: Uuid7, operationId: Uuid7.nullable(), dueOn: CivilDate, what: bilingual }),
  'posting checked': z.strictObject({
    followUpId: Uuid7, on: CivilDate,
    lines: z.array(z.strictObject({ lineId: Uuid7, planId: z.string(), expectedFen: z.int(), postedFen: z.int(), planStatus: z.string(), ok: z.boolean() })),
    unexpected: z.int().min(0), unpaidFen: z.int(), dueDate: CivilDate.nullable(), settled: z.boolean(),
  }),
  'follow-up closed': z.strictObject({ followUpId: Uuid7, result: bilingual }),
  'work order opened': z.strictObject({ workOrderId: Uuid7, kind: z.string(), urgency: z.string(), text: z.string(), contactBy: Instant, closeBy: Instant }),
  'risk raised': z.strictObject({ riskId: Uuid7, what: z.string(), text: z.string() }),
  'stop ordered': z.strictObject({ stopId: Uuid7, key: Uuid7, cardId: z.string(), lastFour: z.string(), stop: z.enum(['lock', 'loss']), reportedAt: Instant, lostAt: Instant.nullable(), callId: CallId.nullable(), customerWords: z.string(), recordingOffset: z.int().nullable() }),
  'card stopped': z.strictObject({ stopId: Uuid7, receipt: z.string(), effectiveAt: Instant, lapseAt: Instant.nullable(), chargeFen: z.int(), newCardLastFour: z.string().nullable() }),
  'stop refused': z.strictObject({ stopId: Uuid7, code: z.string(), reason: bilingual }),
  'stop in doubt': z.strictObject({ stopId: Uuid7, cause: z.string() }),
  'manual stop recorded': z.strictObject({ stopId: Uuid7, cardId: z.string().nullable(), channel: z.string(), receipt: z.string(), person: z.string(), inForceAt: Instant.nullable(), reportedAt: Instant, toldNotInForce: z.boolean() }),
  'escalated to lead': z.strictObject({
    escalationId: Uuid7, kind: z.string(), goal: z.string(), deadline: z.string(), ruleToldAt: z.int().nullable(), rungsUsed: z.array(z.string()), branch: z.string(), mood: z.string(), complaintWords: z.boolean(),
    verifiedLevel: z.int(), by: PersonId,
  }),
  'escalation accepted': z.strictObject({ escalationId: Uuid7, by: PersonId }),
  'escalation finished': z.strictObject({ escalationId: Uuid7, outcome: z.string(), words: z.string() }),
  'hand-over offered': z.strictObject({ handOverId: Uuid7, from: PersonId, to: PersonId, note: z.string() }),
  'hand-over accepted': z.strictObject({ handOverId: Uuid7, by: PersonId }),
  'message sent': z.strictObject({ messageId: Uuid7, channel: z.literal('sms'), about: z.string(), text: z.string() }),
} as const;

const StopState = z.strictObject({
  id: Uuid7, cardId: z.string().nullable(), lastFour: z.string(), stop: z.enum(['lock', 'loss']), status: z.enum(['ordered', 'in-force', 'refused', 'in-doubt', 'manual']),
  reportedAt: Instant, lostAt: Instant.nullable(), effectiveAt: Instant.nullable(), lapseAt: Instant.nullable(), receipt: z.string().nullable(), chargeFen: z.int(), newCardLastFour: z.string().nullable(),
  reason: bilingual.nullable(), key: Uuid7.nullable(), channel: z.string().nullable(), toldNotInForce: z.boolean(),
});
export type StopState = z.infer<typeof StopState>;

const C = caseEventSchemas;
const FactsReading = C['facts read'].extend({ at: Instant });
export type FactsReading = z.infer<typeof FactsReading>;

export const FollowUpState = z.strictObject({
  id: Uuid7, operationId: Uuid7.nullable(), dueOn: CivilDate, what: bilingual, status: z.enum(['open', 'closed']), openedAt: Instant,
  checks: z.array(C['posting checked'].extend({ at: Instant })), result: bilingual.nullable(), closedAt: Instant.nullable(),
});
export type FollowUpState = z.infer<typeof FollowUpState>;

export const PromiseState = C['callback promised'].extend({ madeAt: Instant, status: z.enum(['open', 'kept', 'not-reached']), tries: z.array(z.strictObject({ callId: CallId, at: Instant })) });
export type PromiseState = z.infer<typeof PromiseState>;

/** The parts of a case's state that belong to the case itself; flow, operation and review add theirs in state.ts. */
export const caseParts = {
  owner: PersonId.nullable(),
  opened: C['case opened'].extend({ at: Instant }).nullable(),
  closed: z.strictObject({ at: Instant, outcome: z.string() }).nullable(),
  /** By call id: what the phone system told, as it came. */
  calls: z.record(CallId, z.array(callEventSchema)),
  access: z.record(PersonId, AccessAs),
  /** Who once had the whole case and has it no longer: they have had the maker's figures and never review them (TP6). */
  sighted: z.array(PersonId),
  customerId: CustomerId.nullable(),
  identifiedHow: FoundHow.nullable(),
  /** The newest reading for each person, so that one person's figures never stand in for another's (TP6). */
  facts: z.record(PersonId, FactsReading),
  factsTrouble: C['facts unavailable'].extend({ at: Instant }).nullable(),
  /** Level reached, per call: a callback verifies again. */
  verification: z.record(CallId, z.strictObject({ level: z.int(), factors: z.array(z.strictObject({ factor: z.string(), ok: z.boolean(), at: Instant })), failuresToday: z.int() })),
  notes: z.array(C['note written'].extend({ at: Instant, by: PersonId.nullable() })),
  promises: z.array(PromiseState),
  followUps: z.array(FollowUpState),
  workOrders: z.array(C['work order opened'].extend({ at: Instant, by: PersonId.nullable() })),
  risks: z.array(C['risk raised'].extend({ at: Instant })),
  stops: z.array(StopState),
  escalations: z.array(C['escalated to lead'].extend({ at: Instant, acceptedBy: PersonId.nullable(), outcome: z.string().nullable() })),
  handOver: C['hand-over offered'].extend({ at: Instant }).nullable(),
  messages: z.array(C['message sent'].extend({ at: Instant })),
  quality: C['quality matter noted'].extend({ at: Instant }).nullable(),
} as const;
