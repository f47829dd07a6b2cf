/**
 * What passes between the server and core banking, whichever bank stands behind it (the demo bank, an HTTP
 * connector): facts, quotes, orders, outcomes, inquiries, postings, verification.
 *
 * Money is integer fen (`…Fen`), rates are integers per million (`…Ppm`), instants are ISO-8601 UTC with
 * milliseconds (`…At`), business dates are civil `YYYY-MM-DD` in the centre's zone.
 */
import { z } from 'zod';
import { CivilDate, Instant } from './ids.ts';

/** An amount that may be negative (what settling early saves). */
export const SignedFen = z.int();
export const Fen = z.int().min(0);
export const Ppm = z.int().min(0).max(1_000_000);
export const BankId = z.string().min(1).max(64);
/** An idempotency key: used once for ever, not even again after a restore. */
export const BankKey = z.string().min(8).max(128);
export const BilingualText = z.object({ zh: z.string(), en: z.string() });
export type BilingualText = z.infer<typeof BilingualText>;

// ---------------------------------------------------------------- facts

export const PlanStatus = z.enum(['active', 'settled', 'cancelled']);
/**
 * A: what was charged stays, nothing more. B: A and a penalty on the remaining principal.
 * C: all remaining fees at once. D: the full fee was taken in period 1. (DOMAIN §1)
 */
export const FeeMode = z.enum(['A', 'B', 'C', 'D']);
export type FeeMode = z.infer<typeof FeeMode>;

export const Plan = z.object({
  id: BankId,
  /** Account id. */
  account: BankId,
  /** Card id that the plan hangs on. */
  card: BankId,
  merchant: z.string(),
  signedOn: CivilDate,
  /** When the first period posts, or posted. */
  firstPostDate: CivilDate,
  principalFen: Fen,
  periodsTotal: z.int().min(1).max(60),
  periodsPosted: z.int().min(0).max(60),
  periodsLeft: z.int().min(0).max(60),
  /** Principal not yet posted. */
  remainingFen: Fen,
  status: PlanStatus,
  feeMode: FeeMode,
  /** Fee per period, per million of the original principal. */
  feePpm: Ppm,
  /** Penalty, per million of the remaining principal (mode B, else 0). */
  penaltyPpm: Ppm,
  /** 利息 or 手续费, as the contract has it. */
  feeLabel: BilingualText,
  /** The contract's charging mode is against the rule in force at its signing: nobody computes it. */
  ruleConflict: z.boolean(),
  /** The bank already holds an accepted order for this plan that has not posted. */
  openOperation: z.boolean(),
});
export type Plan = z.infer<typeof Plan>;

export const CardStatus = z.enum(['normal', 'locked', 'lost', 'frozen', 'cancelled', 'writtenOff']);
export type CardStatus = z.infer<typeof CardStatus>;
export const Card = z.object({
  id: BankId,
  account: BankId,
  kind: z.enum(['credit', 'debit']),
  /** The caller may hold a supplementary card; plans belong to the primary holder. */
  holder: z.enum(['primary', 'supplementary']),
  first6: z.string().regex(/^\d{6}$/),
  lastFour: z.string().regex(/^\d{4}$/),
  product: BilingualText,
  status: CardStatus,
  /** In force since (locked, lost, …). */
  effectiveAt: Instant.nullable(),
  /** A temporary loss report of a debit card lapses then; the bank's figure, never computed elsewhere. */
  lapseAt: Instant.nullable(),
});
export type Card = z.infer<typeof Card>;

export const Hold = z.enum(['none', 'judicial', 'risk', 'dispute']);
export type Hold = z.infer<typeof Hold>;
export const Account = z.object({
  id: BankId,
  kind: z.enum(['credit', 'debit']),
  pastDueDays: z.int().min(0),
  isStatementDay: z.boolean(),
  /** The statement on which something booked now is billed (today on a statement day). */
  statementDate: CivilDate,
  /** Last moment of the business day for early settlement. */
  cutoffAt: Instant,
  /** Due date of that statement. */
  dueDate: CivilDate,
  hold: Hold,
  pendingRefundFen: Fen,
  pendingReversals: z.int().min(0),
  hardshipAgreement: z.boolean(),
  /** Of the last statement, not yet paid, and its own due date. Shown beside the worksheet, never added in. */
  billUnpaidFen: Fen,
  billDueDate: CivilDate.nullable(),
  creditBalanceFen: Fen,
  /** What the next statement is expected to ask for. */
  nextBillFen: Fen,
  autoDebitLastFour: z.string().regex(/^\d{4}$/).nullable(),
});
export type Account = z.infer<typeof Account>;

export const Transaction = z.object({
  id: BankId,
  card: BankId,
  at: Instant,
  /** Positive: spent; negative: refunded. */
  amountFen: SignedFen,
  merchant: z.string(),
  channel: z.enum(['pos', 'online', 'atm', 'transfer']),
  status: z.enum(['posted', 'pending', 'reversed']),
});
export type Transaction = z.infer<typeof Transaction>;

export const Customer = z.object({
  id: BankId,
  /** 王** */
  maskedName: z.string(),
  surname: z.string(),
  title: BilingualText,
  reservedPhoneMasked: z.string(),
  /** Null when the reader gave no caller number. A match is no proof of the holder. */
  numberMatchesReserved: z.boolean().nullable(),
  tier: z.enum(['standard', 'gold', 'platinum']),
  flags: z.array(z.enum(['elderly', 'hardOfHearing', 'dialect', 'vip', 'staff', 'complaintOpen', 'scamWatch'])),
});
export type Customer = z.infer<typeof Customer>;

export const CustomerFacts = z.object({
  customer: Customer,
  accounts: z.array(Account),
  cards: z.array(Card),
  plans: z.array(Plan),
  /** Newest first, at most ten. */
  recentTransactions: z.array(Transaction),
  /** When the bank read them. */
  readAt: Instant,
  /** The business time that they are true for. */
  asOf: Instant,
});
export type CustomerFacts = z.infer<typeof CustomerFacts>;

/** `callerNumber` as the phone system gave it: compared, never stored. */
export const ReadFactsRequest = z.object({ customerId: BankId, callerNumber: z.string().max(40).optional() });
export type ReadFactsRequest = z.infer<typeof ReadFactsRequest>;

/** One fact that changes the booking (TP2), by a path such as `plan.<id>.periodsPosted`. */
export const PinnedFact = z.object({
  fact: z.string().min(1).max(160),
  value: z.union([z.string(), z.int(), z.boolean(), z.null()]),
});
export type PinnedFact = z.infer<typeof PinnedFact>;
export const ChangedFact = z.object({ fact: z.string(), old: PinnedFact.shape.value, now: PinnedFact.shape.value });
export type ChangedFact = z.infer<typeof ChangedFact>;

// ---------------------------------------------------------------- finding and verifying

/** Search keys are never stored and never echoed. `district`: of the opening branch, where a name is shared. */
export const FindQuery = z.union([
  z.object({ phone: z.string().min(3).max(32) }),
  z.object({ idNumber: z.string().min(4).max(32), name: z.string().max(40).optional(), district: z.string().max(40).optional() }),
  z.object({ name: z.string().min(1).max(40), idLast4: z.string().length(4), district: z.string().max(40).optional() }),
  z.object({ cardNumber: z.string().min(12).max(32) }),
]);
export type FindQuery = z.infer<typeof FindQuery>;
export const FoundCustomer = Customer.pick({ id: true, maskedName: true, surname: true, title: true, reservedPhoneMasked: true });
export type FoundCustomer = z.infer<typeof FoundCustomer>;
export const FindAnswer = z.object({ matches: z.array(FoundCustomer), more: z.boolean() });
export type FindAnswer = z.infer<typeof FindAnswer>;

/** What can be asked. `servicePassword` is keyed by the caller and reaches the bank from the phone system only. */
export const VerifyFactor = z.enum([
  'name', 'idLast4', 'birthDate', 'recentTransaction', 'addressDistrict', 'branchDistrict', 'statementDay',
  'autoDebitLastFour', 'servicePassword',
]);
export type VerifyFactor = z.infer<typeof VerifyFactor>;
export const VerifyRequest = z.object({ customerId: BankId, factor: VerifyFactor, answer: z.string().max(120) });
export type VerifyRequest = z.infer<typeof VerifyRequest>;
/** 相符 or 不符, and never the stored answer. */
export const VerifyAnswer = z.object({ ok: z.boolean() });
export type VerifyAnswer = z.infer<typeof VerifyAnswer>;

// ---------------------------------------------------------------- quote

export const QuoteRequest = z.object({ customerId: BankId, planIds: z.array(BankId).min(1).max(50) });
export type QuoteRequest = z.infer<typeof QuoteRequest>;
/** The bank's own 试算 for settling one plan now. */
export const Quote = z.object({
  planId: BankId,
  /** remainingFen + feeFen. */
  dueNowFen: Fen,
  remainingFen: Fen,
  /** Penalty (B) or all remaining fees (C) billed now. */
  feeFen: Fen,
  /** Against continuing; may be negative. */
  savedFen: SignedFen,
  periodsPosted: z.int().min(0),
  statementDate: CivilDate,
  dueDate: CivilDate,
  quotedAt: Instant,
  /** When the next period posts. */
  expiresAt: Instant,
});
export type Quote = z.infer<typeof Quote>;
export const QuoteAnswer = z.object({
  quotes: z.array(Quote),
  /** Plans that the bank will not quote, and why. */
  refused: z.array(z.object({ planId: BankId, code: z.string(), reason: BilingualText })),
});
export type QuoteAnswer = z.infer<typeof QuoteAnswer>;

// ---------------------------------------------------------------- booking

export const BookKind = z.enum(['early-settlement', 'card-lock', 'card-unlock', 'card-loss', 'limit-change', 'card-cancellation', 'refund', 'emergency-payment', 'loss-reissue-abroad']);
export type BookKind = z.infer<typeof BookKind>;

export const SettlementLine = z.object({ planId: BankId, dueNowFen: Fen, remainingFen: Fen, feeFen: Fen });
export const CardLine = z.object({ cardId: BankId, reportedAt: Instant, lostAt: Instant.nullable() });
/** A new limit, a sum paid out or credited, or a fee, on an account or one of its cards. */
export const PlainBooking = z.object({ accountId: BankId, cardId: BankId.nullable(), amountFen: Fen, reference: z.string().max(60) });

const what = { customerId: BankId };
const settlement = { ...what, kind: z.literal('early-settlement'), line: SettlementLine };
const cardLock = { ...what, kind: z.literal('card-lock'), line: CardLine };
const cardUnlock = { ...what, kind: z.literal('card-unlock'), line: CardLine };
const cardLoss = { ...what, kind: z.literal('card-loss'), line: CardLine };
const limitChange = { ...what, kind: z.literal('limit-change'), line: PlainBooking };
const cardCancellation = { ...what, kind: z.literal('card-cancellation'), line: PlainBooking };
const refund = { ...what, kind: z.literal('refund'), line: PlainBooking };
const emergencyPayment = { ...what, kind: z.literal('emergency-payment'), line: PlainBooking };
const lossReissueAbroad = { ...what, kind: z.literal('loss-reissue-abroad'), line: PlainBooking };
/** What is to be booked: one line of an operation (TP18). */
export const BookOperation = z.discriminatedUnion('kind', [
  z.object(settlement), z.object(cardLock), z.object(cardUnlock), z.object(cardLoss),
  z.object(limitChange), z.object(cardCancellation), z.object(refund), z.object(emergencyPayment), z.object(lossReissueAbroad),
]);
export type BookOperation = z.infer<typeof BookOperation>;

const order = { key: BankKey, expected: z.array(PinnedFact).max(100) };
/**
 * One line, one order, one key, one outcome. `expected` are the pinned facts of this line; the bank compares and
 * books in one step (TP3).
 */
export const BookOrder = z.discriminatedUnion('kind', [
  z.object({ ...settlement, ...order }), z.object({ ...cardLock, ...order }),
  z.object({ ...cardUnlock, ...order }), z.object({ ...cardLoss, ...order }),
  z.object({ ...limitChange, ...order }), z.object({ ...cardCancellation, ...order }), z.object({ ...refund, ...order }), z.object({ ...emergencyPayment, ...order }),
  z.object({ ...lossReissueAbroad, ...order }),
]);
export type BookOrder = z.infer<typeof BookOrder>;

export const RefusalCode = z.enum([
  'facts-changed', 'amount-differs', 'already-accepted', 'not-allowed', 'line-refused', 'unknown-customer',
  'unknown-plan', 'unknown-card', 'key-closed', 'past-cutoff',
]);
export type BankRefusalCode = z.infer<typeof RefusalCode>;

export const BookDone = z.object({
  kind: z.literal('done'),
  key: BankKey,
  receipt: z.string(),
  /** In force since: for a card, the line between the customer's loss and the bank's. */
  effectiveAt: Instant,
  /** The morning on which it shows in the books; for a card, the day itself. */
  postsOn: CivilDate,
  /** Debit card, temporary loss report. */
  lapseAt: Instant.nullable(),
  /** Reissue fee of a credit card's loss report. */
  chargeFen: Fen,
  /** The replacement card of a loss report. */
  newCardLastFour: z.string().nullable(),
});
export type BookDone = z.infer<typeof BookDone>;
export const BookRefused = z.object({
  kind: z.literal('refused'),
  key: BankKey,
  code: RefusalCode,
  reason: BilingualText,
  /** With `facts-changed`: every pinned value that no longer holds. */
  changed: z.array(ChangedFact),
});
export type BookRefused = z.infer<typeof BookRefused>;
/** Stored under the key: whoever asks again gets the same. A refusal closes its key. */
export const BookOutcome = z.discriminatedUnion('kind', [BookDone, BookRefused]);
export type BookOutcome = z.infer<typeof BookOutcome>;

/** Not found closes the key in the same step (TP10): what was told to be free is never booked afterwards. */
export const InquiryAnswer = z.discriminatedUnion('kind', [
  BookDone,
  BookRefused,
  z.object({ kind: z.literal('not-found'), key: BankKey, closed: z.literal(true), closedAt: Instant }),
]);
export type InquiryAnswer = z.infer<typeof InquiryAnswer>;

// ---------------------------------------------------------------- keys of a time

export const KeysRequest = z.object({
  /** Keys that the bank first heard of at or after this instant, by its own clock. */
  since: Instant,
  /** `last` of the page before; 0 for the first. */
  after: z.int().min(0),
  limit: z.int().min(1).max(500),
});
export type KeysRequest = z.infer<typeof KeysRequest>;
/** A key that the bank has, and what became of it (SY9). What an order was about is null where the key was only closed. */
export const TakenKey = z.object({
  key: BankKey, at: Instant, kind: BookKind.nullable(), customerId: BankId.nullable(), accountId: BankId.nullable(),
  /** The plan, the card, or where the order named no card, the account. */
  subject: BankId.nullable(),
  amountFen: Fen.nullable(),
  outcome: InquiryAnswer,
});
export type TakenKey = z.infer<typeof TakenKey>;
/** In the order in which the bank took them. */
export const KeysAnswer = z.object({ keys: z.array(TakenKey), last: z.int().min(0), more: z.boolean() });
export type KeysAnswer = z.infer<typeof KeysAnswer>;

// ---------------------------------------------------------------- postings

export const Posting = z.object({
  id: BankId,
  planId: BankId,
  account: BankId,
  kind: z.enum(['principal', 'fee', 'penalty']),
  /** Why: a regular period, an accepted settlement, or (the usual fault) a period after settlement. */
  cause: z.enum(['period', 'settlement', 'unexpected']),
  /** The period that it belongs to; null for a settlement. */
  period: z.int().min(1).nullable(),
  amountFen: Fen,
  postedOn: CivilDate,
  /** The statement that bills it. */
  statementDate: CivilDate,
  dueDate: CivilDate,
  /** Null until the bill is paid. */
  paidOn: CivilDate.nullable(),
});
export type Posting = z.infer<typeof Posting>;
export const PostingsRequest = z.object({
  customerId: BankId,
  planIds: z.array(BankId).min(1).max(50),
  /** Only those posted on or after this date. */
  since: CivilDate.optional(),
});
export type PostingsRequest = z.infer<typeof PostingsRequest>;
export const PostingsAnswer = z.object({
  postings: z.array(Posting),
  plans: z.array(Plan.pick({ id: true, status: true, periodsPosted: true, periodsLeft: true, remainingFen: true })),
  asOf: Instant,
});
export type PostingsAnswer = z.infer<typeof PostingsAnswer>;

/** `cardId`: of that card only. */
export const TransactionsRequest = z.object({ customerId: BankId, cardId: BankId.optional(), limit: z.int().min(1).max(100).optional() });
export type TransactionsRequest = z.infer<typeof TransactionsRequest>;
export const TransactionsAnswer = z.object({ transactions: z.array(Transaction), asOf: Instant });
export type TransactionsAnswer = z.infer<typeof TransactionsAnswer>;

// ---------------------------------------------------------------- trouble

/**
 * The bank did not answer, or not in a form that can be trusted. After a `book` this means *in doubt*: only an
 * inquiry by key, or the same key again, may follow.
 */
export const NoAnswer = z.object({
  kind: z.literal('no-answer'),
  cause: z.enum(['timeout', 'unreachable', 'cut-off', 'malformed', 'busy', 'secret-refused', 'untrusted', 'paused']),
  text: BilingualText,
});
export type NoAnswer = z.infer<typeof NoAnswer>;
/**
 * The order never left this server under this key, so nothing was booked and nothing is in doubt. Said only of an order
 * whose key this server has never put on the wire.
 */
export const NotSent = z.object({ kind: z.literal('not-sent'), cause: NoAnswer.shape.cause, text: BilingualText });
export type NotSent = z.infer<typeof NotSent>;
/** The bank answered that the question makes no sense (nothing was changed). */
export const Rejected = z.object({
  kind: z.literal('rejected'),
  code: z.enum(['unknown-customer', 'unknown-plan', 'bad-request', 'not-found']),
  text: BilingualText,
});
export type Rejected = z.infer<typeof Rejected>;
