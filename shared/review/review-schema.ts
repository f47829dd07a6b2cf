import { z } from 'zod';
import { bilingual, CaseId, CivilDate, Fen, Hash, Instant, PersonId, Uuid7 } from '../protocol/ids.ts';
import { Signed } from '../protocol/signature.ts';
import { KeyFigure } from './policy.ts';

/** The key figures that the reviewer types from facts of their own (TP6). */
export const BlindEntry = z.strictObject({
  totalDueFen: Fen,
  lines: z.int().min(0).max(999),
  dueDate: CivilDate,
  /** By plan, where policy asks for them. */
  principals: z.record(z.string().max(64), Fen),
  /** Of the card; where policy asks for it. */
  lastFour: z.string().regex(/^\d{4}$/).optional(),
  /** Heard on the recording; where policy asks for it. */
  reference: z.string().trim().max(60).optional(),
});
export type BlindEntry = z.infer<typeof BlindEntry>;

export const ReturnReason = z.enum([
  'wrong-plan', 'periods', 'charging-mode', 'amount', 'not-told', 'intent-unclear', 'verification', 'prerequisite', 'risk', 'other',
]);
export type ReturnReason = z.infer<typeof ReturnReason>;
export const returnReasonNames: Record<ReturnReason, { zh: string; en: string }> = {
  'wrong-plan': { zh: '选错分期', en: 'Wrong plan' },
  periods: { zh: '期数不符', en: 'Periods differ' },
  'charging-mode': { zh: '收费模式不符', en: 'Charging mode differs' },
  amount: { zh: '金额不符', en: 'Amount differs' },
  'not-told': { zh: '漏告知', en: 'Customer not told' },
  'intent-unclear': { zh: '意愿不明', en: 'Intent unclear' },
  verification: { zh: '核身不足', en: 'Verification too weak' },
  prerequisite: { zh: '前置条件不符', en: 'Prerequisite not met' },
  risk: { zh: '风险疑点', en: 'Risk suspected' },
  other: { zh: '其他（写明）', en: 'Other (say what)' },
};

export const CustomerWaits = z.enum(['on-line', 'callback']);

/** What the customer named (plans by id; null for the other kinds), with the place on the recording: what the reviewer starts from, and no figure. */
const Named = z.array(z.strictObject({ planId: z.string().min(1).max(64).nullable(), recordingOffset: z.int().min(0).nullable() })).max(50);
export type Named = z.infer<typeof Named>;

const review = { reviewId: Uuid7 };

export const reviewCommandSchemas = {
  /** Central: the review is this person's for the time policy gives (five minutes). */
  'take review': z.strictObject(review),
  'release review': z.strictObject(review),
  'store blind entry': z.strictObject({ ...review, entry: BlindEntry }),
  /** Signed by the reviewer for the very digest (TP8): the desk opens the key with the passphrase, typed for it just now. */
  'approve review': z.strictObject({ ...review, digest: Hash, signed: Signed }),
  /** TP11: a lead takes one of the two seats, with a reason; own facts and a blind entry follow as in any review. */
  'join break-glass': z.strictObject({ ...review, reason: z.string().trim().min(1).max(200) }),
  /** `qualityCaseId`: the quality case that the second signature opens in the same append. */
  'sign break-glass': z.strictObject({ ...review, digest: Hash, qualityCaseId: CaseId, signed: Signed }),
  'return review': z.strictObject({ ...review, reason: ReturnReason, whatToDo: z.string().trim().min(1).max(200) }),
  'ask maker': z.strictObject({ ...review, question: z.string().trim().min(1).max(300) }),
  'answer reviewer': z.strictObject({ ...review, answer: z.string().trim().min(1).max(300) }),
  'suggest hang-up': z.strictObject(review),
  'pass review to lead': z.strictObject(review),
  /** Local: the maker takes the request back. */
  'withdraw review': z.strictObject(review),
} as const;

export const reviewEventSchemas = {
  'review requested': z.strictObject({
    ...review,
    operationId: Uuid7,
    kind: z.string(),
    kindName: bilingual,
    band: bilingual,
    digest: Hash,
    validUntil: Instant,
    customerWaits: CustomerWaits,
    promisedTo: Instant.nullable(),
    /** Whether the reviewer types principals too: says nothing of how many. */
    principalsAsked: z.boolean(),
    keyFigures: z.array(KeyFigure),
    named: Named,
    /** The review that this one merely re-confirms after a hand-over (TP17). */
    reconfirms: Uuid7.nullable(),
  }),
  'review taken': z.strictObject({ ...review, by: PersonId, until: Instant }),
  'review released': z.strictObject({ ...review, by: PersonId }),
  'blind entry stored': z.strictObject({
    ...review,
    by: PersonId,
    entry: BlindEntry,
    matches: z.boolean(),
    /** Names of what differs; told to the reviewer only with the bodies. */
    differs: z.array(z.string()),
    /** From here on the withheld bodies go to this reviewer. */
    releases: z.boolean(),
  }),
  'review approved': z.strictObject({ ...review, operationId: Uuid7, by: PersonId, digest: Hash, validUntil: Instant, signed: Signed }),
  'break-glass joined': z.strictObject({ ...review, by: PersonId, reason: z.string() }),
  'break-glass signed': z.strictObject({ ...review, by: PersonId, digest: Hash, signed: Signed }),
  'break-glass approved': z.strictObject({
    ...review, operationId: Uuid7, by: z.array(PersonId).length(2), keys: z.array(Hash).length(2), digest: Hash, validUntil: Instant, qualityCaseId: CaseId,
  }),
  'review returned': z.strictObject({ ...review, by: PersonId, reason: ReturnReason, whatToDo: z.string() }),
  'review closed': z.strictObject({ ...review, reason: z.enum(['second-mismatch', 'operation-changed', 'expired', 'case-closed']) }),
  'review withdrawn': z.strictObject({ ...review, by: PersonId }),
  'maker asked': z.strictObject({ ...review, by: PersonId, question: z.string() }),
  'reviewer answered': z.strictObject({ ...review, by: PersonId, answer: z.string() }),
  'hang-up suggested': z.strictObject({ ...review, by: PersonId }),
  'review passed to lead': z.strictObject({ ...review, by: PersonId }),
} as const;

/** The request as it was made, and what became of it. */
export const ReviewState = reviewEventSchemas['review requested'].omit({ reviewId: true }).extend({
  id: Uuid7,
  requestedAt: Instant,
  requestedBy: PersonId,
  status: z.enum(['waiting', 'taken', 'approved', 'returned', 'withdrawn', 'closed']),
  forLead: z.boolean(),
  takenBy: PersonId.nullable(),
  takenUntil: Instant.nullable(),
  /** `version` of the event: what is older is released to its author when it releases (TP6). */
  entries: z.array(z.strictObject({ by: PersonId, at: Instant, version: z.int(), entry: BlindEntry, matches: z.boolean(), differs: z.array(z.string()), releases: z.boolean() })),
  decidedBy: PersonId.nullable(),
  decidedAt: Instant.nullable(),
  returned: z.strictObject({ reason: ReturnReason, whatToDo: z.string() }).nullable(),
  closedBecause: z.string().nullable(),
  /** TP11: the leads in their seats; empty in an ordinary review. */
  seats: z.array(z.strictObject({ by: PersonId, at: Instant, reason: z.string(), signedAt: Instant.nullable(), key: Hash.nullable() })),
  talk: z.array(z.strictObject({ by: PersonId, at: Instant, kind: z.enum(['question', 'answer', 'hang-up']), text: z.string() })),
});
export type ReviewState = z.infer<typeof ReviewState>;
