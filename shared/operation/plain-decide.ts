import { civilDateOf } from '../calendar/civil.ts';
import type { Calendar } from '../calendar/calendar.ts';
import { happened, ownerOnly, type Decider } from '../case/decider.ts';
import { formatFen } from '../money/fen.ts';
import { maskNumbers } from '../privacy/mask.ts';
import type { Account, CustomerFacts, Transaction } from '../protocol/bank.ts';
import type { Bilingual } from '../protocol/ids.ts';
import { refuse, type Refusal } from '../protocol/refusal.ts';
import { fallsWith } from './falls-with.ts';
import { isRelated } from './gate.ts';
import type { PlainKind, PlainLine } from './payload.ts';
import { pinnedFacts } from './pinned-facts.ts';
import { tidyReference } from './reference.ts';
import { plainDetails, plainWords } from './plain-words.ts';

const LAST_FOUR = /^\d{4}$/;

/** Kinds that pay money to an account: its last four digits are the reference, and nothing longer is ever kept (PR2). */
const paysOut: ReadonlySet<PlainKind> = new Set<PlainKind>(['card-cancellation', 'emergency-payment']);

/** The bank's own name of a transaction is no card number, however many digits it has; anything else is masked (PR2). */
function referenceOf(body: { kind: PlainKind; reference: string }, facts: CustomerFacts): { reference: string; transaction: Transaction | null } {
  const reference = tidyReference(body.reference);
  const transaction = body.kind === 'refund' ? (facts.recentTransactions.find((one) => one.id === reference) ?? null) : null;
  return { reference: transaction === null ? maskNumbers(reference) : reference, transaction };
}

/** What is asked for is not complete, or says something else than its kind takes. */
function unfit(kind: PlainKind, amountFen: number, reference: string): { refusal: Refusal } | null {
  // A card without a credit balance is cancelled without paying anything to anybody.
  const nothing = kind === 'card-cancellation' && amountFen === 0;
  if (amountFen === 0 && !nothing) return refuse('amount-empty');
  if (paysOut.has(kind)) return LAST_FOUR.test(reference) || (nothing && reference === '') ? null : refuse('flow-answer-unfit', { field: 'reference' });
  return kind !== 'limit-change' && reference === '' ? refuse('flow-answer-unfit', { field: 'reference' }) : null;
}

/** The bank's own figure where the facts hold one: a sum beyond it is never submitted. */
function bankFigure(kind: PlainKind, amountFen: number, account: Account, transaction: Transaction | null): number | null {
  if (kind === 'card-cancellation' && amountFen !== account.creditBalanceFen) return account.creditBalanceFen;
  return transaction !== null && amountFen > transaction.amountFen ? Math.max(0, transaction.amountFen) : null;
}

function matterOf(transaction: Transaction | null, calendar: Calendar): Bilingual | null {
  if (transaction === null) return null;
  const on = civilDateOf(calendar, transaction.at);
  const [year = '', month = '', day = ''] = on.split('-');
  return { zh: `${year}年${Number(month)}月${Number(day)}日${transaction.merchant}`, en: `${transaction.merchant}, ${on}` };
}

/**
 * Drafts an operation of a kind whose sum is what the customer asks for. The card and the account are the customer's own by
 * the facts that were read; the sum is said back to the customer and typed blind by the reviewer, who hears it on the recording.
 */
export const draftPlain: Decider<'draft operation'> = (state, body, context) => {
  const mine = ownerOnly(state, context);
  if (mine) return mine;
  const before = state.operations[body.operationId];
  if (before?.execution) return refuse('tp18-frozen');
  if (before !== undefined && before.kind !== body.kind) return refuse('operation-not-editable', { status: before.status });
  const reading = state.facts[context.by.person];
  if (state.customerId === null || !reading) return refuse('customer-not-identified');
  if (isRelated(state.customerId, context)) return refuse('tp14-related');
  const { facts } = reading;
  const account = facts.accounts.find((one) => one.id === body.accountId);
  const card = facts.cards.find((one) => (body.cardId === null ? one.account === body.accountId : one.id === body.cardId));
  if (account === undefined || card === undefined || card.account !== account.id) return refuse('card-not-theirs');
  const { reference, transaction } = referenceOf(body, facts);
  const wrong = unfit(body.kind, body.amountFen, reference);
  if (wrong) return wrong;
  const matter = matterOf(transaction, context.calendar);
  const said = plainWords(body.kind, { amount: formatFen(body.amountFen), lastFour: card.lastFour, reference, matter });
  const line: PlainLine = {
    type: 'plain', lineId: body.lineId, cardId: body.cardId, cardLastFour: card.lastFour, title: said.title, dueNowFen: body.amountFen, reference,
    details: plainDetails(body.kind, { reference, matter, creditBalanceFen: account.creditBalanceFen, words: maskNumbers(body.customerWords), recordingOffset: body.recordingOffset }),
    say: said.say,
  };
  const bankFen = bankFigure(body.kind, body.amountFen, account, transaction);
  return happened(...fallsWith(before), {
    kind: 'worksheet drafted',
    body: {
      operationId: body.operationId, kind: body.kind, customerId: state.customerId, accountId: account.id, maker: context.by.person, lines: [line],
      mismatches: bankFen === null ? [] : [{ lineId: body.lineId, oursFen: body.amountFen, bankFen }],
      totals: { dueNowFen: body.amountFen, savedFen: 0, billUnpaidFen: account.billUnpaidFen, creditBalanceFen: account.creditBalanceFen, nextBillFen: account.nextBillFen },
      statementDate: account.statementDate, dueDate: civilDateOf(context.calendar, context.now), quoteExpiresAt: account.cutoffAt, cutoffAt: account.cutoffAt,
      pinned: pinnedFacts(facts, { accountIds: [account.id], cardIds: [card.id] }, context.control.kinds[body.kind].pinned),
      factsReadAt: reading.facts.readAt, continues: body.continues,
    },
  });
};
