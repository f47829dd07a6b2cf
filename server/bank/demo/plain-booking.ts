/**
 * Booking the five kinds whose sum is what the customer asks for. The sender's pinned values have been compared already
 * (TP3); here the bank refuses what makes no sense by its own books, whatever was checked elsewhere.
 */
import { formatFen } from '#shared/money/fen.ts';
import type { Account, BookOrder, Card, CustomerFacts } from '#shared/protocol/bank.ts';
import { settlementPostsOn, today } from './figures.ts';
import { PurchaseRow, row } from './rows.ts';
import type { Store } from './store.ts';
import { EMERGENCY_CAP_FEN, GOODWILL_CAP_FEN, GOODWILL_REFERENCE, LIMIT_STEP_FEN, MOST_LIMIT_FEN, REISSUE_ABROAD_FEE_FEN } from './tariff.ts';
import { no } from './verdict.ts';
import type { Verdict } from './verdict.ts';

export type PlainOrder = Extract<BookOrder, { line: { accountId: string } }>;
type Asked = { store: Store; order: PlainOrder; account: Account; card: Card; facts: CustomerFacts; now: string };

/** An order without a card is for the account; what shows on a card then shows on its first. */
export function plainSubject(order: PlainOrder, facts: CustomerFacts): { account: Account; card: Card } | null {
  const { accountId, cardId } = order.line;
  const account = facts.accounts.find((one) => one.id === accountId);
  const card = facts.cards.find((one) => one.account === accountId && (cardId === null || one.id === cardId));
  return account && card ? { account, card } : null;
}

const done = (now: string, amountFen: number, more: { postsOn?: string; chargeFen?: number } = {}): Verdict =>
  ({ kind: 'done', effectiveAt: now, postsOn: more.postsOn ?? today(now), lapseAt: null, chargeFen: more.chargeFen ?? 0, newCardLastFour: null, amountFen });

const LAST_FOUR = /^\d{4}$/;
const stoppable = (card: Card): boolean => card.status === 'normal' || card.status === 'locked';
const restricted = (): Verdict => no('not-allowed', '账户有业务限制，没有受理。', 'The account is restricted; not accepted.');
const cardState = (): Verdict => no('not-allowed', '这张卡的状态不能办理。', 'The state of this card does not allow it.');
const noPayee = (): Verdict => no('not-allowed', '收款账户尾号要四位数字。', "The payee's account is named by its last four digits.");

function changeLimit({ store, order, account, card, now }: Asked): Verdict {
  const { amountFen } = order.line;
  const most = MOST_LIMIT_FEN[card.product.en];
  if (account.kind !== 'credit' || most === undefined) return no('not-allowed', '这个账户没有信用额度可以调整。', 'This account has no credit limit to change.');
  if (card.status !== 'normal') return cardState();
  if (account.pastDueDays > 0) return no('not-allowed', '账户逾期，不能调整额度。', 'The account is past due; its limit cannot be changed.');
  if (amountFen > most) return no('not-allowed', `超过这种卡的最高额度 ${formatFen(most)} 元。`, `It is above the highest limit of this card, ${formatFen(most)}.`);
  if (amountFen < LIMIT_STEP_FEN || amountFen % LIMIT_STEP_FEN !== 0) return no('not-allowed', '额度要是一百元的整数倍。', 'A limit is a whole number of hundreds.');
  store.prepare('INSERT INTO credit_limit (account, limit_fen, since) VALUES (?, ?, ?) ON CONFLICT (account) DO UPDATE SET limit_fen = excluded.limit_fen, since = excluded.since').run(account.id, amountFen, now);
  return done(now, amountFen);
}

function cancelCard({ store, order, account, card, facts, now }: Asked): Verdict {
  const { amountFen, reference } = order.line;
  if (order.line.cardId === null) return no('unknown-card', '要说明销哪一张卡。', 'It takes the card that is to be cancelled.');
  if (card.status === 'cancelled') return no('already-accepted', '这张卡已经注销。', 'This card is cancelled already.');
  if (!stoppable(card)) return cardState();
  if (facts.plans.some((plan) => plan.account === account.id && plan.status === 'active')) return no('not-allowed', '还有没结清的分期，不能销卡。', 'There are open instalment plans; the card cannot be cancelled.');
  if (account.billUnpaidFen > 0 || account.nextBillFen > 0 || account.pastDueDays > 0) return no('not-allowed', '还有欠款或未出账的消费，不能销卡。', 'There is debt, billed or not; the card cannot be cancelled.');
  if (account.pendingRefundFen > 0 || account.pendingReversals > 0 || account.hardshipAgreement) return no('not-allowed', '有在途退款、冲正或协议，不能销卡。', 'A refund, a reversal or an agreement is pending; the card cannot be cancelled.');
  if (amountFen !== account.creditBalanceFen) {
    return no('amount-differs', '要退的金额与账上溢缴款不一致，没有受理。', 'The sum is not the credit balance by the books; not accepted.', [{ fact: `account.${account.id}.creditBalanceFen`, old: amountFen, now: account.creditBalanceFen }]);
  }
  if (amountFen > 0 && !LAST_FOUR.test(reference)) return noPayee();
  store.prepare('UPDATE card SET status = ?, effective_at = ?, lapse_at = NULL WHERE id = ?').run('cancelled', now, card.id);
  store.prepare('UPDATE account SET credit_balance_fen = 0 WHERE id = ?').run(account.id);
  return done(now, amountFen);
}

function showOnCard(store: Store, card: Card, now: string, amountFen: number, merchant: string, status: 'pending' | 'posted'): void {
  const count = Number(store.prepare('SELECT count(*) FROM purchase WHERE card = ?').pluck().get(card.id));
  store.prepare("INSERT INTO purchase (id, card, at, amount_fen, merchant, channel, status) VALUES (?, ?, ?, ?, ?, 'transfer', ?)").run(`${card.id}-b${count + 1}`, card.id, now, amountFen, merchant, status);
}

/** How much may be refunded for a reference at most: what was spent, or the goodwill of one matter; null when it names nothing. */
function refundable({ store, order, account }: Asked): number | null {
  const { reference } = order.line;
  if (GOODWILL_REFERENCE.test(reference)) return GOODWILL_CAP_FEN;
  const spent = row(store, PurchaseRow, "SELECT p.* FROM purchase p JOIN card c ON c.id = p.card WHERE p.id = ? AND c.account = ? AND p.amount_fen > 0 AND p.status = 'posted'", reference, account.id);
  return spent?.amount_fen ?? null;
}

function refund(asked: Asked): Verdict {
  const { store, order, account, card, now } = asked;
  const { amountFen, reference } = order.line;
  if (card.status === 'cancelled' || card.status === 'writtenOff') return cardState();
  const most = refundable(asked);
  if (most === null) return no('not-allowed', '找不到这笔原交易，补偿要用 GW- 开头的编号。', 'There is no such transaction; a goodwill credit has a number that begins with GW-.');
  const before = store.prepare("SELECT 1 FROM ledger WHERE kind = 'refund' AND state = 'done' AND reference = ?").get(reference);
  if (before !== undefined) return no('already-accepted', '这笔已经退过，不能再退。', 'It was refunded before and is not refunded again.');
  if (amountFen === 0 || amountFen > most) return no('not-allowed', `退款最多 ${formatFen(most)} 元。`, `At most ${formatFen(most)} can be refunded.`, [{ fact: `refund.${reference}.mostFen`, old: amountFen, now: most }]);
  // On its way until the night batch credits it, and to be seen among the transactions meanwhile.
  showOnCard(store, card, now, -amountFen, '退款 / refund', 'pending');
  store.prepare('UPDATE account SET pending_refund_fen = pending_refund_fen + ? WHERE id = ?').run(amountFen, account.id);
  return done(now, amountFen, { postsOn: settlementPostsOn(now) });
}

function payUrgently({ store, order, account, card, now }: Asked): Verdict {
  const { amountFen, reference } = order.line;
  if (!stoppable(card)) return cardState();
  if (amountFen > EMERGENCY_CAP_FEN) return no('not-allowed', `紧急支付一笔最多 ${formatFen(EMERGENCY_CAP_FEN)} 元。`, `One emergency payment is at most ${formatFen(EMERGENCY_CAP_FEN)}.`);
  if (amountFen === 0) return no('not-allowed', '没有金额可以支付。', 'There is nothing to pay.');
  if (!LAST_FOUR.test(reference)) return noPayee();
  showOnCard(store, card, now, amountFen, '紧急支付 / emergency payment', 'posted');
  if (account.kind === 'credit') store.prepare('UPDATE account SET unbilled_fen = unbilled_fen + ? WHERE id = ?').run(amountFen, account.id);
  return done(now, amountFen);
}

function reissueAbroad({ store, order, account, card, now }: Asked): Verdict {
  const { amountFen, reference } = order.line;
  if (order.line.cardId === null) return no('unknown-card', '要说明补哪一张卡。', 'It takes the card that is to be replaced.');
  if (card.status === 'lost') return no('already-accepted', '这张卡已经挂失。', 'This card was reported lost before.', [{ fact: `card.${card.id}.effectiveAt`, old: null, now: card.effectiveAt }]);
  if (!stoppable(card)) return cardState();
  if (reference.trim() === '') return no('not-allowed', '没有寄送地。', 'There is no place to send it to.');
  if (amountFen !== REISSUE_ABROAD_FEE_FEN) {
    return no('amount-differs', `境外补卡的费用是 ${formatFen(REISSUE_ABROAD_FEE_FEN)} 元。`, `Reissue abroad costs ${formatFen(REISSUE_ABROAD_FEE_FEN)}.`, [{ fact: `card.${card.id}.reissueFeeFen`, old: amountFen, now: REISSUE_ABROAD_FEE_FEN }]);
  }
  store.prepare('UPDATE card SET status = ?, effective_at = ?, lapse_at = NULL WHERE id = ?').run('lost', now, card.id);
  store.prepare('UPDATE account SET unbilled_fen = unbilled_fen + ? WHERE id = ?').run(amountFen, account.id);
  return done(now, amountFen, { chargeFen: amountFen });
}

const kinds: Record<PlainOrder['kind'], (asked: Asked) => Verdict> = {
  'limit-change': changeLimit, 'card-cancellation': cancelCard, refund, 'emergency-payment': payUrgently, 'loss-reissue-abroad': reissueAbroad,
};

/** Judges and writes one order; to be called inside the transaction that writes its key (TP3). */
export function bookPlain(asked: Asked): Verdict {
  return asked.account.hold === 'none' ? kinds[asked.order.kind](asked) : restricted();
}
