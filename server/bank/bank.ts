/**
 * Core banking as the server sees it. Asynchronous throughout; never called inside a transaction of the log (TP3).
 * Trouble with the line is a value, because the caller must decide what it means: after `book` it is *in doubt*.
 */
import type {
  BookOperation, BookOutcome, CustomerFacts, FindAnswer, FindQuery, InquiryAnswer, KeysAnswer, KeysRequest, NoAnswer, PinnedFact, PostingsAnswer,
  PostingsRequest, QuoteAnswer, QuoteRequest, Rejected, TransactionsAnswer, VerifyAnswer, VerifyRequest,
} from '#shared/protocol/bank.ts';

export type Answered<T> = { kind: 'answer'; value: T };
/** A read: the answer, a question without sense, or silence. Reads may be repeated freely. */
export type ReadResult<T> = Answered<T> | Rejected | NoAnswer;
/** A write or an inquiry: the stored outcome, or silence. */
export type WriteResult<T> = Answered<T> | NoAnswer;

export type CallOptions = {
  /** Stops waiting; says nothing about what the bank did. */
  signal?: AbortSignal;
  /** Instead of the connector's default for that call. */
  timeoutMs?: number;
};

export type ReadFactsRequest = { customerId: string; /** As the phone system gave it; compared, never stored. */ callerNumber?: string };
export type TransactionsRequest = { customerId: string; cardId?: string; limit?: number };

export interface Bank {
  /** All facts of one customer, as of the bank's business clock. */
  read(request: ReadFactsRequest, options?: CallOptions): Promise<ReadResult<CustomerFacts>>;
  /** The bank's own figures for settling plans now; what the worksheet is compared with. */
  quote(request: QuoteRequest, options?: CallOptions): Promise<ReadResult<QuoteAnswer>>;
  /**
   * Books one line on condition that `expected` still holds, under `key`, in one step. A used key gives its stored
   * outcome. Never retried by the connector: `no-answer` means in doubt.
   */
  book(key: string, operation: BookOperation, expected: PinnedFact[], options?: CallOptions): Promise<WriteResult<BookOutcome>>;
  /** What became of a key. Finding nothing closes it in the same step (TP10). */
  inquire(key: string, options?: CallOptions): Promise<WriteResult<InquiryAnswer>>;
  /** Closes an unused key; a used one gives its outcome. For keys of a lost time (SY9). */
  close(key: string, options?: CallOptions): Promise<WriteResult<InquiryAnswer>>;
  /**
   * Every key that this centre sent in a time, with its outcome, page by page (SY9): a restored log has lost some of them.
   */
  keysSince(request: KeysRequest, options?: CallOptions): Promise<ReadResult<KeysAnswer>>;
  /** What has been posted on plans, and how they stand: the next-morning check. */
  postings(request: PostingsRequest, options?: CallOptions): Promise<ReadResult<PostingsAnswer>>;
  recentTransactions(request: TransactionsRequest, options?: CallOptions): Promise<ReadResult<TransactionsAnswer>>;
  /** By phone, by name and identity number, by card number: searched, never stored. */
  find(query: FindQuery, options?: CallOptions): Promise<ReadResult<FindAnswer>>;
  /** Blind comparison of one factor: yes or no, never the stored answer. */
  verify(request: VerifyRequest, options?: CallOptions): Promise<ReadResult<VerifyAnswer>>;
  /** The number to dial for a callback. For the telephony adapter only; never leaves the server. */
  reservedPhone(customerId: string, options?: CallOptions): Promise<ReadResult<{ phone: string }>>;
  /** Is the line up? For the core light and the health page. */
  ping(options?: CallOptions): Promise<ReadResult<{ bankTime: string }>>;
}
