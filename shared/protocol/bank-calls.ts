/**
 * The calls of core banking, each with what is asked and what is answered. From this one table the connector sends and
 * parses, the demo bank serves, and the document for a bank's integrator is made.
 */
import { z } from 'zod';
import {
  BankId, BankKey, BilingualText, BookOrder, BookOutcome, CustomerFacts, FindAnswer, FindQuery, InquiryAnswer, KeysAnswer, KeysRequest, PostingsAnswer,
  PostingsRequest, QuoteAnswer, QuoteRequest, ReadFactsRequest, TransactionsAnswer, TransactionsRequest, VerifyAnswer, VerifyRequest,
} from './bank.ts';
import { Instant } from './ids.ts';

/** `bankTime`: the bank's business clock. */
export const PingAnswer = z.object({ bankTime: Instant });
export const KeyRequest = z.object({ key: BankKey });
export const CustomerRequest = z.object({ customerId: BankId });
export const PhoneAnswer = z.object({ phone: z.string() });
/** What every answer other than 200 carries. */
export const BankError = z.object({ code: z.string(), text: BilingualText });

/**
 * What a call does, which decides how long it is waited for and whether it may be repeated without a person:
 * `probe`, `lookup` and `list` change nothing; `key` gives the same answer however often it is asked; `check` may be counted
 * by the bank; `order` books, and is sent once.
 */
export type CallKind = 'probe' | 'lookup' | 'list' | 'check' | 'key' | 'order';
type Call = { kind: CallKind; request: z.ZodType; answer: z.ZodType };

export const bankCalls = {
  ping: { kind: 'probe', request: z.object({}), answer: PingAnswer },
  read: { kind: 'lookup', request: ReadFactsRequest, answer: CustomerFacts },
  quote: { kind: 'lookup', request: QuoteRequest, answer: QuoteAnswer },
  book: { kind: 'order', request: BookOrder, answer: BookOutcome },
  inquire: { kind: 'key', request: KeyRequest, answer: InquiryAnswer },
  close: { kind: 'key', request: KeyRequest, answer: InquiryAnswer },
  keys: { kind: 'list', request: KeysRequest, answer: KeysAnswer },
  postings: { kind: 'list', request: PostingsRequest, answer: PostingsAnswer },
  transactions: { kind: 'lookup', request: TransactionsRequest, answer: TransactionsAnswer },
  find: { kind: 'lookup', request: FindQuery, answer: FindAnswer },
  verify: { kind: 'check', request: VerifyRequest, answer: VerifyAnswer },
  'reserved-phone': { kind: 'lookup', request: CustomerRequest, answer: PhoneAnswer },
} as const satisfies Record<string, Call>;

export type BankCall = keyof typeof bankCalls;
export type RequestOf<C extends BankCall> = z.output<(typeof bankCalls)[C]['request']>;
export type AnswerOf<C extends BankCall> = z.output<(typeof bankCalls)[C]['answer']>;
/** The schemas of a call as its own: what the table has under that name is of no other type. */
export const requestSchema = <C extends BankCall>(call: C): z.ZodType<RequestOf<C>> => bankCalls[call].request as z.ZodType as z.ZodType<RequestOf<C>>;
export const answerSchema = <C extends BankCall>(call: C): z.ZodType<AnswerOf<C>> => bankCalls[call].answer as z.ZodType as z.ZodType<AnswerOf<C>>;
export const BankCall = z.enum(Object.keys(bankCalls) as [BankCall, ...BankCall[]]);
/** How long a call is waited for altogether and in one attempt, and how large an answer may be. */
export type CallBounds = { wholeMs: number; attemptMs: number; mostBytes: number };
const KB = 1024;
export const callBounds: Record<CallKind, CallBounds> = {
  probe: { wholeMs: 3_000, attemptMs: 3_000, mostBytes: 4 * KB },
  lookup: { wholeMs: 5_000, attemptMs: 5_000, mostBytes: 4 * KB * KB },
  list: { wholeMs: 10_000, attemptMs: 10_000, mostBytes: 4 * KB * KB },
  check: { wholeMs: 5_000, attemptMs: 5_000, mostBytes: 4 * KB },
  key: { wholeMs: 15_000, attemptMs: 8_000, mostBytes: 64 * KB },
  order: { wholeMs: 15_000, attemptMs: 15_000, mostBytes: 64 * KB },
};
/** What is repeated without a person where no answer came. */
export const isRepeated = (kind: CallKind): boolean => kind !== 'order' && kind !== 'check';
