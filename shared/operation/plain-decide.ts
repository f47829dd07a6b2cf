import { civilDateOf } from '../calendar/civil.ts';
import { happened, ownerOnly, type Decider } from '../case/decider.ts';
import { formatFen } from '../money/fen.ts';
import { maskNumbers } from '../privacy/mask.ts';
import { refuse } from '../protocol/refusal.ts';
import { fallsWith } from './falls-with.ts';
import { isRelated } from './gate.ts';
import type { PlainLine } from './payload.ts';
import { pinnedFacts } from './pinned-facts.ts';
import { plainDetails, plainWords } from './plain-words.ts';

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
  const account = reading.facts.accounts.find((one) => one.id === body.accountId);
  const card = body.cardId === null ? reading.facts.cards.find((one) => one.account === body.accountId) : reading.facts.cards.find((one) => one.id === body.cardId);
  if (account === undefined || card === undefined || card.account !== account.id) return refuse('card-not-theirs');
  const reference = maskNumbers(body.reference);
  const words = plainWords(body.kind, { amount: formatFen(body.amountFen), lastFour: card.lastFour, reference });
  const line: PlainLine = {
    type: 'plain', lineId: body.lineId, cardId: body.cardId, cardLastFour: card.lastFour, title: words.title, dueNowFen: body.amountFen, reference,
    details: plainDetails(body.kind, { amountFen: body.amountFen, reference, creditBalanceFen: account.creditBalanceFen, words: maskNumbers(body.customerWords), recordingOffset: body.recordingOffset }),
    say: words.say,
  };
  return happened(...fallsWith(before), {
    kind: 'worksheet drafted',
    body: {
      operationId: body.operationId, kind: body.kind, customerId: state.customerId, accountId: account.id, maker: context.by.person, lines: [line], mismatches: [],
      totals: { dueNowFen: body.amountFen, savedFen: 0, billUnpaidFen: account.billUnpaidFen, creditBalanceFen: account.creditBalanceFen, nextBillFen: account.nextBillFen },
      statementDate: account.statementDate, dueDate: civilDateOf(context.calendar, context.now), quoteExpiresAt: account.cutoffAt, cutoffAt: account.cutoffAt,
      pinned: pinnedFacts(reading.facts, { accountIds: [account.id], cardIds: [card.id] }, context.control.kinds[body.kind].pinned),
      factsReadAt: reading.facts.readAt, continues: body.continues,
    },
  });
};
