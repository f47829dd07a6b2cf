/**
 * Core banking as the server sees it. Asynchronous throughout; never called inside a transaction of the log (TP3).
 * Trouble with the line is a value, because the caller must decide what it means: after `book` it is *in doubt*.
 */
import type {
  BookOperation, BookOutcome, CustomerFacts, FindAnswer, FindQuery, InquiryAnswer, KeysAnswer, KeysRequest, NoAnswer, NotSent, PinnedFact, PostingsAnswer,
  PostingsRequest, QuoteAnswer, QuoteRequest, ReadFactsRequest, Rejected, TransactionsAnswer, TransactionsRequest, VerifyAnswer, VerifyRequest,
} from '#shared/protocol/bank.ts';

export type Answered<T> = { kind: 'answer'; value: T };
/** A read: the answer, a question without sense, or silence. Reads may be repeated freely. */
export type ReadResult<T> = Answered<T> | Rejected | NoAnswer;
/** An inquiry: the stored outcome, or silence. */
export type WriteResult<T> = Answered<T> | NoAnswer;
/** An order: the stored outcome, silence, or the certainty that it never left. */
export type BookResult = Answered<BookOutcome> | NoAnswer | NotSent;
/** `down`: the bank is not asked for a while, because it did not answer; `trying`: one question is on its way to find out. */
export type LineState = 'up' | 'trying' | 'down';

export type CallOptions = {
  /** How long it is waited for altogether, instead of the connector's default for that call. */
  timeoutMs?: number;
};

export interface Bank {
  /** All facts of one customer, as of the bank's business clock. */
  read(request: ReadFactsRequest, options?: CallOptions): Promise<ReadResult<CustomerFacts>>;
  /** The bank's own figures for settling plans now; what the worksheet is compared with. */
  quote(request: QuoteRequest, options?: CallOptions): Promise<ReadResult<QuoteAnswer>>;
  /**
   * Books one line on condition that `expected` still holds, under `key`, in one step. A used key gives its stored
   * outcome. Never retried by the connector: `no-answer` means in doubt, `not-sent` that nothing was booked.
   */
  book(key: string, operation: BookOperation, expected: PinnedFact[], options?: CallOptions): Promise<BookResult>;
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
  /** Told whenever the state of the line changes; gives what ends it. Absent where there is no line. */
  watchLine?(listener: (line: LineState) => void): () => void;
  /** Lets connections go. Absent where there are none. */
  hangUp?(): Promise<void>;
}
