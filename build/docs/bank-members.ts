/** What each member of the bank's messages means; a member without words stops the generation. */
import type { Json } from './wire-schemas.ts';

/** By `Component.member` where a name means several things, else by the member's name. */
const MEMBERS: Record<string, string> = {
  account: 'Id of the account.', accountId: 'Id of the account.', 'TakenKey.accountId': 'The account that the order was about.', accounts: 'All accounts of the customer.',
  after: '`last` of the page before; 0 for the first.', amountFen: 'The sum.', 'Transaction.amountFen': 'Positive: spent; negative: refunded.',
  'PlainBooking.amountFen': 'The new limit, the sum paid out or credited, or the fee.', 'TakenKey.amountFen': 'The sum that was booked.', answer: 'As the caller said it; compare without spaces, width and case.',
  asOf: 'The business time that it is true for.', at: 'When.', 'TakenKey.at': "When the bank first heard of the key, by its own clock.",
  autoDebitLastFour: 'Last four digits of the account that bills are taken from.', bankTime: "The bank's business clock.", billDueDate: 'Due date of the last statement; null where nothing is owed.',
  billUnpaidFen: 'Of the last statement, not yet paid.', callerNumber: 'The number that the phone system shows; compared with the reserved one, never stored.', card: 'Id of the card.',
  cardId: 'Id of the card.', 'PlainBooking.cardId': 'Null: the account itself.', cardNumber: 'A full card number, for finding only.', cards: 'All cards, supplementary ones too.',
  cause: 'A regular period, an accepted settlement, or a posting that should not be there.', changed: 'With `facts-changed` every pinned value that differs; with `amount-differs` the sums.', channel: 'Where it was made.',
  chargeFen: 'What the bank charges for it; 0 where nothing.', closed: 'Always true: the key is closed.', closedAt: 'Since when.', code: 'A code for programs.', creditBalanceFen: 'Paid in and not owed.',
  customer: 'The customer.', customerId: 'Id of the customer.', 'TakenKey.customerId': 'Null where the key was only closed.', cutoffAt: 'Until when a settlement is taken today.',
  district: 'District of the opening branch, where a name is shared.', dueDate: 'Until when the statement is to be paid.', dueNowFen: '`remainingFen` and `feeFen` together.',
  effectiveAt: 'In force since.', 'Card.effectiveAt': 'Since when it is locked, lost, …; null while it is normal.', en: 'English.', zh: 'Chinese.',
  expected: 'Compared in the same transaction; each must hold.', expiresAt: 'Until when the quote holds: when the next period posts.',
  fact: '`plan.<id>.` with `status`, `periodsPosted`, `remainingFen` or `feeMode`; `card.<id>.status`; `account.<id>.` with `hold`, `pastDueDays`, `statementDate`, `pendingRefundFen` or `pendingReversals`. The value is that of the member of the same name in `CustomerFacts`. What does not exist is null.',
  factor: 'What was asked.', feeFen: 'Penalty or remaining fees that are billed with it.', feeLabel: 'Interest or fee, as the contract calls it.', feeMode: 'What settling early costs.',
  feePpm: 'Fee of a period, per million of the original principal.', first6: 'First six digits.', firstPostDate: 'When the first period posts, or posted.', flags: 'What an agent should know at once.',
  hardshipAgreement: 'An agreement on repayment is in force.', hold: 'Restriction; `none` where there is none.', holder: 'Plans belong to the primary holder.', id: 'Its id.', idLast4: 'Last four of the identity number.',
  idNumber: 'Identity number.', isStatementDay: 'Today is its statement day.', key: 'The key.', keys: 'In the order in which the bank took them.',
  kind: 'Which kind.', 'BookDone.kind': 'Booked.', 'BookRefused.kind': 'Refused.', 'InquiryAnswer.kind': 'The bank had never heard of the key.', 'TakenKey.kind': 'Null where the key was only closed.',
  lapseAt: "When a temporary loss report lapses: the bank's figure, computed nowhere else. Null where it does not.", last: '`after` of the next page; as asked where there is none.', lastFour: 'Last four digits.',
  limit: 'How many at most.', line: 'What is booked.', lostAt: 'Since when it is missed, as the customer says; null where unknown.', maskedName: 'As 王**.', matches: 'Found; none is an answer too.', merchant: 'Where.',
  more: 'There are others.', name: 'Full name.', newCardLastFour: 'Of the card that replaces a lost one; null where none is made yet.', nextBillFen: 'What the next statement is expected to ask for.',
  now: 'What holds now; null where it no longer exists.', numberMatchesReserved: 'Null where no caller number was given.', ok: 'Whether it agrees.', old: 'What was pinned; null where the bank demands a pin that was not sent.',
  openOperation: 'An order for this plan was accepted and has not posted.', outcome: 'As `inquire` gives it.', paidOn: 'Null until the bill is paid.', pastDueDays: '0 where nothing is past due.',
  penaltyPpm: 'Penalty in mode B, per million of the remaining principal; else 0.', pendingRefundFen: 'Refunds on their way.', pendingReversals: 'How many reversals are on their way.',
  period: 'Which one; null for a settlement.', periodsLeft: 'Not yet posted.', periodsPosted: 'Posted.', periodsTotal: 'All.', phone: 'A phone number.', 'PhoneAnswer.phone': 'The whole reserved number.',
  planId: 'Id of the plan.', planIds: 'Ids of plans of this customer.', plans: 'Plans of the customer.', postedOn: 'On which business date.', postings: 'Oldest first.',
  postsOn: 'The morning on which it shows in the books; for a card, the day itself.', principalFen: 'Of the whole plan.', product: 'Name of the product.', quotedAt: 'When, by the business clock.',
  quotes: 'Quoted.', readAt: 'When the bank read them.', reason: 'Why, for the agent to say.', receipt: "The bank's receipt, by which a person at the bank finds the booking.", recentTransactions: 'Newest first, at most ten.',
  reference: 'Refund: the transaction or the number of the matter. Payment and cancellation: last four of the payee. Replacement abroad: where it is sent. Else empty.',
  refused: 'Not quoted, and why.', remainingFen: 'Principal not yet posted.', reportedAt: 'When the customer told.', reservedPhoneMasked: 'As 199****0001.',
  ruleConflict: 'The contract is against the rule in force at its signing: not quoted, not settled.', savedFen: 'Against going on; may be negative.', signedOn: 'Signed on.', since: 'From when on.',
  'KeysRequest.since': 'Keys that the bank first heard of at or after this instant, by its own clock.', statementDate: 'The statement that bills it; what is booked on a statement day is billed on that day.', status: 'How it stands.',
  subject: 'The plan, the card, or where the order named no card, the account; null where the key was only closed.', surname: 'As 王.', text: 'For the agent.', tier: 'Class of service.', title: 'How to address them.',
  transactions: 'Newest first.', value: 'The value that must still hold.',
};

function wordsFor(component: string, member: string): string {
  const words = MEMBERS[`${component}.${member}`] ?? MEMBERS[member];
  if (words === undefined) throw new Error(`build/docs/bank-members.ts says nothing of ${component}.${member}`);
  return words;
}

function described(component: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => described(component, one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => {
    if (name !== 'properties') return [name, described(component, one)];
    return [name, Object.fromEntries(Object.entries(one as Json).map(([member, schema]) => [member, { ...(described(component, schema) as Json), description: wordsFor(component, member) }]))];
  }));
}

/** @returns the schemas with words for each of them and each of their members */
export function describeMembers(schemas: Record<string, Json>, words: Record<string, string>): Record<string, Json> {
  return Object.fromEntries(Object.entries(schemas).map(([component, schema]) => {
    const about = words[component];
    if (about === undefined) throw new Error(`build/docs/bank-words.ts says nothing of ${component}`);
    return [component, { description: about, ...(described(component, schema) as Json) }];
  }));
}

/** Words for what no message has any more. */
export function idleWords(schemas: Record<string, Json>): string[] {
  const used = new Set<string>();
  const walk = (component: string, value: unknown): void => {
    if (Array.isArray(value)) value.forEach((one) => walk(component, one));
    else if (typeof value === 'object' && value !== null) {
      for (const [name, one] of Object.entries(value)) {
        if (name === 'properties') for (const member of Object.keys(one as Json)) used.add(MEMBERS[`${component}.${member}`] === undefined ? member : `${component}.${member}`);
        walk(component, one);
      }
    }
  };
  for (const [component, schema] of Object.entries(schemas)) walk(component, schema);
  return Object.keys(MEMBERS).filter((name) => !used.has(name));
}
