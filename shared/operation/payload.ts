import { z } from 'zod';
import { PinnedFact } from '../protocol/bank.ts';
import { bilingual, CaseId, CivilDate, CustomerId, Fen, Instant, PersonId, Uuid7 } from '../protocol/ids.ts';
import { digestOfJson } from '../protocol/signature.ts';

/** The kinds of operation that two people may have to check. */
export const OperationKind = z.enum(['early-settlement', 'limit-change', 'card-cancellation', 'refund', 'emergency-payment', 'loss-reissue-abroad']);
export type OperationKind = z.infer<typeof OperationKind>;

/** All kinds but early settlement: one line, whose sum is what the customer asks for and not what a contract gives. */
export const PlainKind = OperationKind.exclude(['early-settlement']);
export type PlainKind = z.infer<typeof PlainKind>;

/** One plan to settle, booked under its own key (TP18), with every figure that people check. */
export const SettlementLine = z.strictObject({
  type: z.literal('settlement'),
  lineId: Uuid7,
  planId: z.string().min(1).max(64),
  merchant: z.string().max(120),
  signedOn: CivilDate,
  principalFen: Fen,
  periodsTotal: z.int().min(1),
  periodsPosted: z.int().min(0),
  remainingFen: Fen,
  feeMode: z.enum(['A', 'B', 'C', 'D']),
  chargingRule: bilingual,
  feeFen: Fen,
  dueNowFen: Fen,
  savedFen: z.int(),
  cardLastFour: z.string(),
  /** What the agent says about this line; part of the digest, so that nobody hears other figures. */
  say: bilingual,
});
export type SettlementLine = z.infer<typeof SettlementLine>;

/** What is booked of the other kinds: a new limit, a sum paid out, a card closed or sent abroad. */
export const PlainLine = z.strictObject({
  type: z.literal('plain'),
  lineId: Uuid7,
  /** Null where it is the account's own. */
  cardId: z.string().min(1).max(64).nullable(),
  cardLastFour: z.string(),
  title: bilingual,
  /** The new limit, the sum that is paid out, or the fee: what `totalDueFen` sums up. */
  dueNowFen: Fen,
  /** What the sum hangs on beside the card: the last four of the payee's account, the transaction that is refunded, the place a card is sent to. */
  reference: z.string().max(60),
  details: z.array(z.strictObject({ label: bilingual, value: bilingual })).max(12),
  say: bilingual,
});
export type PlainLine = z.infer<typeof PlainLine>;

export const OperationLine = z.discriminatedUnion('type', [SettlementLine, PlainLine]);
export type OperationLine = z.infer<typeof OperationLine>;

/** The plan that a line settles; null for the other kinds. */
export const planIdOf = (line: OperationLine): string | null => (line.type === 'settlement' ? line.planId : null);

/**
 * What is booked, and what every person is shown (TP2). The digest covers all of it; account facts that change
 * the booking are pinned, balance and limit never are.
 */
export const OperationPayload = z.strictObject({
  kind: OperationKind,
  caseId: CaseId,
  operationId: Uuid7,
  maker: PersonId,
  customerId: CustomerId,
  accountId: z.string().min(1).max(64),
  cardLastFour: z.string(),
  lines: z.array(OperationLine).min(1).max(50),
  totalDueFen: Fen,
  statementDate: CivilDate,
  dueDate: CivilDate,
  pinned: z.array(PinnedFact).max(200),
  policyVersion: z.string(),
  validUntil: Instant,
  nonce: Uuid7,
});
export type OperationPayload = z.infer<typeof OperationPayload>;

/**
 * The digest that binds self-check, approval, confirmation and execution together (TP2).
 *
 * @returns SHA-256, lower-case hex, over the RFC 8785 canonical JSON of the payload.
 */
export const digestOf = (payload: OperationPayload): string => digestOfJson(payload);
