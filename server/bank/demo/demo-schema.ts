/** The strings that the demo and its tests pull: clock, faults, ledger, simulated callers. No part of core banking. */
import { z } from 'zod';
import { BookOutcome, CardStatus, Hold, InquiryAnswer, VerifyFactor } from '#shared/protocol/bank.ts';
import { Instant } from '#shared/protocol/ids.ts';

export const ClockOrder = z.union([
  z.object({ now: Instant, /** Stands still there; otherwise runs on. */ frozen: z.boolean().default(false) }),
  z.object({ now: z.null() }),
]);
export const ClockAnswer = z.object({ now: Instant, /** Civil date of the last night batch. */ batch: z.string(), /** Batches that this call made up. */ ran: z.array(z.string()) });
export type ClockAnswer = z.infer<typeof ClockAnswer>;

export const LedgerEntry = z.object({
  seq: z.int(), key: z.string(), state: z.enum(['done', 'refused', 'closed']), kind: z.string().nullable(), customerId: z.string().nullable(),
  /** Plan or card. */
  subject: z.string().nullable(), amountFen: z.int().nullable(), outcome: z.union([BookOutcome, InquiryAnswer]), at: Instant,
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;
export const LedgerAnswer = z.object({ entries: z.array(LedgerEntry) });

/** A simulated caller: who may ring, from where. */
export const Caller = z.object({ customerId: z.string(), phone: z.string(), plans: z.int(), cards: z.int() });
export type Caller = z.infer<typeof Caller>;
export const CallersAnswer = z.object({ callers: z.array(Caller), total: z.int() });

/** What a simulated caller knows about themselves. */
export const AnswersAnswer = z.object({ answers: z.record(VerifyFactor, z.array(z.string())), phone: z.string() });
export type AnswersAnswer = z.infer<typeof AnswersAnswer>;

/** The world moves: somebody else's doing at the bank. */
export const Touch = z.discriminatedUnion('what', [
  z.object({ what: z.literal('card-status'), cardId: z.string(), status: CardStatus }),
  z.object({
    what: z.literal('account'), accountId: z.string(), hold: Hold.optional(), pendingRefundFen: z.int().min(0).optional(),
    pendingReversals: z.int().min(0).optional(), hardshipAgreement: z.boolean().optional(), creditBalanceFen: z.int().min(0).optional(),
  }),
  z.object({ what: z.literal('post-period'), planId: z.string() }),
  /** The bank takes back a period that it posted after a settlement. */
  z.object({ what: z.literal('reverse-unexpected'), planId: z.string() }),
  z.object({ what: z.literal('pay'), accountId: z.string(), amountFen: z.int().min(1) }),
  z.object({ what: z.literal('spend'), cardId: z.string(), amountFen: z.int().min(1), merchant: z.string().max(60) }),
]);
export type Touch = z.infer<typeof Touch>;
