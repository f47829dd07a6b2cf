import { z } from 'zod';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';
import { PinnedFact } from '../protocol/bank.ts';
import { bilingual, CaseId, CivilDate, CustomerId, Fen, Instant, PersonId, Uuid7 } from '../protocol/ids.ts';

/** The kinds of operation that two people may have to check. */
export const OperationKind = z.enum(['early-settlement']);
export type OperationKind = z.infer<typeof OperationKind>;

/** One thing to be booked under its own key (TP18), with every figure that people check. */
export const OperationLine = z.strictObject({
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
export type OperationLine = z.infer<typeof OperationLine>;

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
export function digestOf(payload: OperationPayload): string {
  const text = canonicalize(payload);
  if (text === undefined) throw new Error('a payload always has a canonical form');
  return bytesToHex(sha256(utf8ToBytes(text)));
}
