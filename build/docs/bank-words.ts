/** What a bank's integrator has to know beyond the shapes: the words of docs/protocol/bank-openapi.yaml. */
import type { BankCall } from '#shared/protocol/bank-calls.ts';

export const about = `What a contact centre asks of core banking, and what the bank must promise in return. The centre calls, the bank
answers; the bank never calls the centre. Every call is a POST of JSON (UTF-8, at most 64 kB) to a path under \`/v1\` over HTTP/1.1.

**Who asks.** A bearer secret, a client certificate, or both. A request without them is answered 401 before its body is looked
at. Beyond the machine itself TLS 1.2 or later is required; the centre checks the bank's certificate against the authority and
the name that it was told.

**Money, rates, time.** Money is whole fen (\`…Fen\`), never a fraction, never text. Rates are whole numbers per million
(\`…Ppm\`). Instants are ISO 8601 in UTC with exactly three digits of milliseconds and \`Z\` (\`…At\`); business dates
(\`…On\`, \`…Date\`) are civil days in the bank's zone. The bank's business clock is its own; where it differs from the
centre's by more than a minute, the centre's log says so.

**An order, its key and its conditions.** \`book\` carries one line, a key and the facts that two people at the centre have
checked (\`expected\`). In one transaction the bank looks the key up; if it is new, compares every expected value with what
holds now; books; and stores the outcome under the key. A value that differs refuses the order (\`facts-changed\`, old and new
named) and books nothing. A key is used once for ever: the same key with the same order gives the stored outcome, word for
word, however often and however late; the same key with another order is answered 409 and changes nothing. A refusal is an
outcome too and closes its key.

**In doubt.** The centre sends an order once. Where no answer comes, or one that does not fit this document, or any status but
200, the centre takes the order for *in doubt*: it is neither done nor not done until \`inquire\` tells. \`inquire\` and
\`close\` give the outcome stored under the key; where the bank has never heard of the key, it stores *in the same
transaction* that the key is closed, and says so (\`not-found\`, \`closed: true\`). An order that arrives under a closed key,
however late, is refused with \`key-closed\`. So "not found" is a promise about the future, not a look at the past. An order
that is being worked on while the inquiry arrives must be waited for.

**Keys of a lost time.** A centre that was restored from a back-up has forgotten orders that the bank has booked. It asks
\`keys\` for everything since an instant, page by page. Keep keys with their outcomes for good, and give them for at least
the last 30 days.

**Repeating.** The centre repeats by itself, twice at most and with growing, random pauses, what changes nothing and what gives
the same answer each time (\`x-aidline-repeated\`). It never repeats \`book\` or \`verify\`. After five failures in a row
(no answer, 429, 5xx) it asks nothing for five seconds, then \`ping\` or one reading. How long it waits stands at each call
(\`x-aidline-waits-ms\`), as does the largest answer that it reads.

**Errors.** Every answer other than 200 carries \`BankError\`: a code and a sentence in Chinese and English for the agent.
What an agent may read must name no other customer. Members that a side does not know are ignored by it; a member that this
document requires is never left out.

**Privacy.** Search keys, identity numbers, answers to questions and full card numbers go to the bank and are never echoed.
Names and phone numbers come back masked, except the number to dial, which is asked for by \`reserved-phone\` alone.`;

export const errorWords: Record<string, string> = {
  '400': '`bad-request`: not in the shape of this document. Nothing was changed.',
  '401': '`secret-refused`: no secret or certificate, or a wrong one.',
  '404': '`unknown-customer` or `unknown-plan`: there is none, or it is not of this customer.',
  '409': '`key-reused`: this key was used for another order. Nothing was changed; what the key stands for is told by `inquire`.',
  '429': '`too-frequent`: asked again a little later.',
  '500': '`bank-error`: an error inside the bank. After `book` the order is in doubt.',
  '503': '`busy`: the bank takes nothing now. After `book` the order is in doubt all the same.',
};

type Words = { summary: string; description: string; errors: readonly string[] };
export const callWords: Record<BankCall, Words> = {
  ping: { summary: 'Is the line up, and what time is it at the bank', description: 'Asked every fifteen seconds, and to find out whether a line that was down is up again. It must be cheap, and fail when bookings would.', errors: [] },
  read: { summary: 'All facts of one customer', description: 'One consistent reading as of the business clock. What it holds is compared, shown and pinned; a value that the bank books by must be the value given here.', errors: ['404'] },
  quote: { summary: "The bank's own figures for settling plans now", description: 'Every plan that was asked for is either quoted or refused with a reason. The figures are those that `book` will compare.', errors: ['404'] },
  book: {
    summary: 'Book one line, on condition that the expected values still hold',
    description: 'One transaction: key, comparison, booking, stored outcome. `card-lock`, `card-unlock` and `card-loss` may come without any expected value, because protecting a card must not wait for facts. The bank may demand more pins than were sent: what it demands and does not find counts as changed, with `old: null`.',
    errors: ['409'],
  },
  inquire: { summary: 'What became of a key', description: 'The stored outcome; a key never heard of is closed in the same transaction. Asked when an order is in doubt, every fifteen seconds until it is answered.', errors: [] },
  close: { summary: 'Close an unused key', description: 'The same act as `inquire` under the name of another intent: the key shall never be booked. A used key gives its outcome.', errors: [] },
  keys: { summary: 'Every key that this centre used in a time, with its outcome', description: 'In the order in which the bank took them. A page ends with `last`, which is `after` of the next.', errors: [] },
  postings: { summary: 'What has been posted on plans, and how they stand', description: 'Asked on the morning after a settlement and on the days until it is paid.', errors: ['404'] },
  transactions: { summary: 'The last transactions of a customer', description: 'Newest first; ten where no limit is given.', errors: ['404'] },
  find: { summary: 'Find customers by phone, by name and identity number, or by card number', description: 'At most a handful; `more` says that there are others, and the agent asks for more words.', errors: [] },
  verify: { summary: 'Does one answer of the caller agree with the books', description: 'Yes or no, never the stored answer. The bank may count failures and lock; it is therefore never repeated.', errors: ['404'] },
  'reserved-phone': { summary: 'The number to dial for a callback', description: 'It goes to the phone system only and is shown to nobody.', errors: ['404'] },
};

export const schemaWords: Record<string, string> = {
  Instant: 'ISO 8601, UTC, three digits of milliseconds.', CivilDate: "A business date in the bank's zone.", BilingualText: 'A sentence for an agent, in both languages.', Fen: 'Whole fen, not negative.',
  SignedFen: 'Whole fen; may be negative.', Ppm: 'Per million: 7,500 is 0.75 %.', BankId: "The bank's own id, opaque to the centre.", BankKey: 'An idempotency key, used once for ever. Compared byte by byte.',
  PingAnswer: 'The business clock.', BankError: 'What every answer other than 200 carries.', KeyRequest: 'One key.', CustomerRequest: 'One customer.', PhoneAnswer: 'A number to dial.',
  ReadFactsRequest: 'Whose facts.', CustomerFacts: 'Everything that the centre works with, read at one moment.', Customer: 'Who it is, masked.', Account: 'A credit or debit account.', Card: 'A card of an account.',
  Plan: 'An instalment plan on a credit account.', Transaction: 'A transaction on a card.', PlanStatus: '`settled` also where it ended in the usual way.',
  FeeMode: 'What settling early costs. A: what was charged stays, nothing more. B: A and a penalty on the remaining principal. C: all remaining fees at once. D: the full fee was taken in period 1.',
  CardStatus: 'Only `normal` can be used.', Hold: 'A restriction of the account.', QuoteRequest: 'Which plans.', QuoteAnswer: 'Every plan that was asked for, quoted or refused.',
  Quote: 'Settling one plan now, by the books of the bank.', BookKind: 'What is booked: settling a plan; stopping or releasing a card; a new limit; cancelling a card; money back; a payment; a replacement abroad.',
  BookOrder: 'One line of an operation that was checked by two people where policy says so.', SettlementLine: 'Settling one plan; the sums are those of the quote.',
  CardLine: 'Stopping or releasing one card.', PlainBooking: 'A limit, a sum or a fee on an account or one of its cards.', PinnedFact: 'A value that must still hold when it is booked.',
  ChangedFact: 'A pinned value that no longer holds.', BookOutcome: 'What is stored under the key.', BookDone: 'Booked.',
  BookRefused: 'Not booked, and never under this key.',
  RefusalCode: '`facts-changed`: a pinned value differs. `amount-differs`: the sums are not the bank\'s. `already-accepted`: done before, under another key. `not-allowed`: against a rule of the bank. `line-refused`: this line cannot be taken now. `key-closed`: the key was closed before. `past-cutoff`: too late for the day.',
  InquiryAnswer: 'The stored outcome, or that the key is closed now.', KeysRequest: 'Since when, and which page.', KeysAnswer: 'A page.', TakenKey: 'A key and what became of it.',
  PostingsRequest: 'Which plans, since when.', PostingsAnswer: 'Postings and how the plans stand.', Posting: 'One posting on a plan.', TransactionsRequest: 'Whose, of which card, how many.',
  TransactionsAnswer: 'Newest first.', FindQuery: 'One of four ways to find somebody.', FindAnswer: 'Whom it may be.', FoundCustomer: 'As much as tells them apart.',
  VerifyRequest: 'One question and its answer.', VerifyFactor: '`servicePassword` is keyed by the caller and comes from the phone system, never from an agent.', VerifyAnswer: 'Whether it agrees.',
};
