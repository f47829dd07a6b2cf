import { z } from 'zod';
import { ChangedFact, PinnedFact } from '../protocol/bank.ts';
import { bilingual, CivilDate, CustomerId, Fen, Hash, Instant, PersonId, Uuid7 } from '../protocol/ids.ts';
import { CustomerWaits } from '../review/review-schema.ts';
import { Signed } from '../protocol/signature.ts';
import { OperationKind, OperationLine, OperationPayload, PlainKind } from './payload.ts';

const op = { operationId: Uuid7 };

/** Seconds from the start of a recording. */
export const Offset = z.int().min(0).max(86_400);

/** The three parts of the customer's confirmation: eye (line by line), heart (consequences), hand (typed figures). */
export const ConfirmationPart = z.enum(['eye', 'heart']);

export const operationCommandSchemas = {
  /** Local. The server computes the same lines again from the facts it read; figures are never taken from a desktop. */
  'draft worksheet': z.strictObject({
    ...op,
    kind: z.literal('early-settlement'),
    accountId: z.string().min(1).max(64),
    /** The plans the customer named, with the line id each would be booked under. */
    lines: z.array(z.strictObject({ lineId: Uuid7, planId: z.string().min(1).max(64) })).min(1).max(50),
    /** An operation that takes up the lines an earlier one left unbooked (TP18). */
    continues: Uuid7.nullable(),
  }),
  /** Local: an operation of the other kinds; its sum is what the customer asks for, in their words and on the recording. */
  'draft operation': z.strictObject({
    ...op,
    kind: PlainKind,
    lineId: Uuid7,
    accountId: z.string().min(1).max(64),
    cardId: z.string().min(1).max(64).nullable(),
    amountFen: Fen.min(0),
    reference: z.string().trim().max(60),
    customerWords: z.string().trim().min(1).max(200),
    recordingOffset: Offset,
    continues: Uuid7.nullable(),
  }),
  'tick self-check': z.strictObject({ ...op, item: z.string().min(1).max(40), on: z.boolean() }),
  'submit for review': z.strictObject({
    ...op, reviewId: Uuid7, nonce: Uuid7, noteToReviewer: z.string().max(100), customerWaits: CustomerWaits,
    /** As the desktop made the payload; the server makes it again and refuses another digest, or a longer validity than policy gives (TP9). */
    validUntil: Instant,
    /** The maker's self-check, signed for the payload's digest (TP8). */
    signed: Signed,
  }),
  /** A successor signs for the figures that they took over (TP17). */
  'sign self-check': z.strictObject({ ...op, digest: Hash, signed: Signed }),
  'withdraw operation': z.strictObject({ ...op, reason: z.string().max(200) }),
  'confirm item': z.strictObject({
    ...op, part: ConfirmationPart, item: z.string().min(1).max(80), agrees: z.boolean(),
    callId: z.string().min(1).max(64), customerWords: z.string().min(1).max(200), recordingOffset: Offset,
  }),
  'type in proof': z.strictObject({
    ...op, callId: z.string().min(1).max(64), typedFen: Fen, typedLines: z.int().min(0), typedLastFour: z.string().regex(/^\d{4}$/),
  }),
  /** Central. Keys are made by the desktop that orders, one a line, and are never used again. */
  'order execution': z.strictObject({
    ...op, executionId: Uuid7, digest: Hash, callId: z.string().min(1).max(64),
    keys: z.array(z.strictObject({ lineId: Uuid7, key: Uuid7 })).min(1).max(50),
    signed: Signed,
  }),
  /** Central: ask the bank about a line in doubt. */
  'order inquiry': z.strictObject({ ...op, lineId: Uuid7 }),
  /** Local: the maker tells that the customer has heard the outcome of a line. */
  'acknowledge outcome': z.strictObject({ ...op, lineId: Uuid7 }),
} as const;

export const WorksheetTotals = z.strictObject({
  dueNowFen: Fen, savedFen: z.int(), billUnpaidFen: Fen, creditBalanceFen: Fen, nextBillFen: Fen,
});

export const operationEventSchemas = {
  'worksheet drafted': z.strictObject({
    ...op, kind: OperationKind, customerId: CustomerId, accountId: z.string(), maker: PersonId,
    lines: z.array(OperationLine).min(1), totals: WorksheetTotals,
    /** Lines where the bank's own trial figure differs, by a fen or more: submitting is locked. */
    mismatches: z.array(z.strictObject({ lineId: Uuid7, oursFen: Fen, bankFen: Fen.nullable() })),
    statementDate: CivilDate, dueDate: CivilDate, quoteExpiresAt: Instant, cutoffAt: Instant,
    pinned: z.array(PinnedFact), factsReadAt: Instant, continues: Uuid7.nullable(),
  }),
  'self-check ticked': z.strictObject({ ...op, item: z.string(), on: z.boolean() }),
  /** `signed` is null after a hand-over, until the successor signs. */
  'payload made': z.strictObject({ ...op, payload: OperationPayload, digest: Hash, noteToReviewer: z.string(), signed: Signed.nullable() }),
  'self-check signed': z.strictObject({ ...op, digest: Hash, signed: Signed }),
  'operation withdrawn': z.strictObject({ ...op, reason: z.string() }),
  'approval voided': z.strictObject({ ...op, reason: z.enum(['facts-changed', 'figures-changed', 'expired', 'hand-over', 'customer-disagrees', 'proof-failed']), changed: z.array(ChangedFact) }),
  'item confirmed': z.strictObject({
    ...op, part: ConfirmationPart, item: z.string(), agrees: z.boolean(), callId: z.string(), customerWords: z.string(), recordingOffset: Offset, digest: Hash,
  }),
  'proof typed': z.strictObject({ ...op, callId: z.string(), digest: Hash, ok: z.boolean() }),
  'execution started': z.strictObject({
    ...op, executionId: Uuid7, digest: Hash, reviewId: Uuid7.nullable(), highValue: z.boolean(), callId: z.string(),
    recordingId: z.string().nullable(), factsReadAt: Instant,
    /** The second person, or the two leads of a break-glass; empty where one person is enough. */
    approvedBy: z.array(PersonId).max(2), breakGlass: z.boolean(), signed: Signed,
    lines: z.array(z.strictObject({ lineId: Uuid7, planId: z.string().nullable(), key: Uuid7 })).min(1),
  }),
  'line booked': z.strictObject({ ...op, lineId: Uuid7, key: Uuid7, receipt: z.string(), effectiveAt: Instant, postsOn: CivilDate }),
  'line refused': z.strictObject({ ...op, lineId: Uuid7, key: Uuid7, code: z.string(), reason: bilingual }),
  'line in doubt': z.strictObject({ ...op, lineId: Uuid7, key: Uuid7, cause: z.string(), answerBy: Instant }),
  /** Not found, and the key closed by the bank in the same answer (TP10): the line is free. */
  'line freed': z.strictObject({ ...op, lineId: Uuid7, key: Uuid7 }),
  'execution finished': z.strictObject({ ...op, outcome: z.enum(['done', 'partial', 'refused']) }),
  'outcome acknowledged': z.strictObject({ ...op, lineId: Uuid7 }),
} as const;

export const LineStatus = z.enum(['started', 'booked', 'refused', 'in-doubt', 'free']);
export type LineStatus = z.infer<typeof LineStatus>;

const W = operationEventSchemas['worksheet drafted'].shape;

export const OperationState = z.strictObject({
  id: Uuid7,
  kind: OperationKind,
  customerId: CustomerId,
  accountId: z.string(),
  maker: PersonId,
  status: z.enum(['draft', 'in-review', 'returned', 'approved', 'executing', 'in-doubt', 'done', 'partial', 'refused', 'withdrawn', 'void']),
  worksheet: z.strictObject({
    lines: W.lines, totals: W.totals, mismatches: W.mismatches, statementDate: CivilDate, dueDate: CivilDate,
    quoteExpiresAt: Instant, cutoffAt: Instant, pinned: W.pinned, factsReadAt: Instant,
  }),
  continues: Uuid7.nullable(),
  selfCheck: z.record(z.string(), Instant),
  payload: OperationPayload.nullable(),
  digest: Hash.nullable(),
  noteToReviewer: z.string(),
  reviewId: Uuid7.nullable(),
  /** When the maker's tick over this digest was recorded (TP8). */
  ticked: z.strictObject({ by: PersonId, digest: Hash, key: Hash, at: Instant }).nullable(),
  /** `by` and `keys` have one entry, or two in a break-glass (TP11). */
  approval: z.strictObject({ reviewId: Uuid7, by: z.array(PersonId).min(1).max(2), keys: z.array(Hash).min(1).max(2), breakGlass: z.boolean(), digest: Hash, at: Instant, validUntil: Instant }).nullable(),
  voided: z.strictObject({ at: Instant, reason: z.string(), changed: z.array(ChangedFact) }).nullable(),
  confirmation: z.strictObject({
    digest: Hash,
    callId: z.string(),
    items: z.record(z.string(), z.strictObject({ at: Instant, customerWords: z.string(), recordingOffset: Offset })),
    failedProofs: z.int(),
    proofAt: Instant.nullable(),
  }).nullable(),
  execution: z.strictObject({
    id: Uuid7,
    digest: Hash,
    startedAt: Instant,
    by: PersonId.nullable(),
    highValue: z.boolean(),
    approvedBy: z.array(PersonId),
    breakGlass: z.boolean(),
    lines: z.array(z.strictObject({
      lineId: Uuid7, planId: z.string().nullable(), key: Uuid7, status: LineStatus, at: Instant, receipt: z.string().nullable(),
      postsOn: CivilDate.nullable(), reason: bilingual.nullable(), code: z.string().nullable(), answerBy: Instant.nullable(), acknowledged: z.boolean(),
    })),
  }).nullable(),
});
export type OperationState = z.infer<typeof OperationState>;
