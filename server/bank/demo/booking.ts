/**
 * Booking, asking and closing, each one transaction (TP3, TP4, TP10): compare the pinned facts and book under the key
 * in one step; a used key gives what it gave before; an inquiry that finds nothing closes the key in that step.
 */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { changedFacts, pinnedFacts, rereadPinned } from '#shared/operation/pinned-facts.ts';
import { BookOutcome, InquiryAnswer } from '#shared/protocol/bank.ts';
import type { BookDone, BookOrder, BookRefused, Card, CustomerFacts, PinnedFact } from '#shared/protocol/bank.ts';
import { addMs } from '#shared/calendar/civil.ts';
import { readFacts } from './facts.ts';
import { takeRefusal } from './faults.ts';
import { settlementFigures, settlementPostsOn, today } from './figures.ts';
import { bookPlain, plainSubject } from './plain-booking.ts';
import type { PlainOrder } from './plain-booking.ts';
import { LedgerRow, PlanRow, row } from './rows.ts';
import type { Store } from './store.ts';
import { REISSUE_FEE_FEN } from './tariff.ts';
import { no } from './verdict.ts';
import type { Verdict } from './verdict.ts';

/** Days that a temporary loss report of a debit card holds. Bank policy, to be confirmed. */
const LOSS_DAYS = 5;

/** The same key came with another order: a bug of the sender, and never an outcome. */
export class KeyReused extends Error {}

type SettlementOrder = Extract<BookOrder, { kind: 'early-settlement' }>;
type StopOrder = Extract<BookOrder, { kind: 'card-lock' | 'card-unlock' | 'card-loss' }>;
const isPlain = (order: BookOrder): order is PlainOrder => 'accountId' in order.line;

/** The plan, the card or the account that an order is about: what its ledger entry is found by. */
function subjectOf(order: BookOrder): string {
  if (isPlain(order)) return order.line.cardId ?? order.line.accountId;
  return order.kind === 'early-settlement' ? order.line.planId : order.line.cardId;
}

const findKey = (store: Store, key: string): LedgerRow | null => row(store, LedgerRow, 'SELECT * FROM ledger WHERE key = ?', key);
const nextSeq = (store: Store): number => Number(store.prepare('SELECT ifnull(max(seq), 0) + 1 FROM ledger').pluck().get());

function write(store: Store, entry: Omit<LedgerRow, 'seq'>): void {
  store.prepare(
    'INSERT INTO ledger (key, seq, state, kind, order_digest, customer, subject, amount_fen, reference, outcome, at) VALUES (@key, @seq, @state, @kind, @order_digest, @customer, @subject, @amount_fen, @reference, @outcome, @at)',
  ).run({ ...entry, seq: nextSeq(store) });
}

/** One order. Everything between reading the key and writing the outcome is one immediate transaction. */
export function book(store: Store, order: BookOrder, now: string): BookOutcome {
  const digest = createHash('sha256').update(canonicalize(order) ?? '').digest('hex');
  return store.transaction((): BookOutcome => {
    const used = findKey(store, order.key);
    if (used?.state === 'closed') return closedKey(order.key);
    if (used) {
      if (used.order_digest !== digest) throw new KeyReused(`key ${order.key} was used for another order`);
      return BookOutcome.parse(JSON.parse(used.outcome));
    }
    const subject = subjectOf(order);
    const verdict = judge(store, order, subject, now);
    const outcome: BookDone | BookRefused = verdict.kind === 'refused'
      ? { kind: 'refused', key: order.key, code: verdict.code, reason: verdict.reason, changed: verdict.changed }
      : {
          kind: 'done', key: order.key, receipt: `R${today(now).replaceAll('-', '')}${String(nextSeq(store)).padStart(6, '0')}`, effectiveAt: verdict.effectiveAt,
          postsOn: verdict.postsOn, lapseAt: verdict.lapseAt, chargeFen: verdict.chargeFen, newCardLastFour: verdict.newCardLastFour,
        };
    write(store, {
      key: order.key, state: outcome.kind, kind: order.kind, order_digest: digest, customer: order.customerId, subject,
      amount_fen: verdict.kind === 'done' ? verdict.amountFen : null,
      reference: isPlain(order) ? order.line.reference : null, outcome: JSON.stringify(outcome), at: now,
    });
    return outcome;
  }).immediate();
}

const closedKey = (key: string): BookRefused => ({
  kind: 'refused', key, code: 'key-closed', changed: [],
  reason: { zh: '这个请求已经作废，没有入账。', en: 'This request was closed before; nothing was booked.' },
});

/** What became of a key; nothing known closes it in the same step, so that "free" stays true. */
export function inquire(store: Store, key: string, now: string): InquiryAnswer {
  return store.transaction((): InquiryAnswer => {
    const used = findKey(store, key);
    if (used) return InquiryAnswer.parse(JSON.parse(used.outcome));
    const answer: InquiryAnswer = { kind: 'not-found', key, closed: true, closedAt: now };
    write(store, { key, state: 'closed', kind: null, order_digest: null, customer: null, subject: null, amount_fen: null, reference: null, outcome: JSON.stringify(answer), at: now });
    return answer;
  }).immediate();
}

/**
 * The facts that the bank demands to be pinned beside whatever the sender pinned. A protective order is judged by the card
 * as it is now, for it must not fail over facts that nobody had time to read. A settlement pins everything that TP2 lists;
 * releasing a card pins its status; for the other kinds the sender's policy says what is pinned.
 */
function demanded(order: BookOrder, facts: CustomerFacts, subject: string): PinnedFact[] {
  if (order.kind === 'early-settlement') return pinnedFacts(facts, { planIds: [subject] });
  return order.kind === 'card-unlock' ? pinnedFacts(facts, { cardIds: [subject] }) : [];
}

function judge(store: Store, order: BookOrder, subject: string, now: string): Verdict {
  const facts = readFacts(store, order.customerId, now);
  if (!facts) return no('unknown-customer', '查无此客户。', 'No such customer.');
  const mine = demanded(order, facts, subject);
  const known = new Set(mine.map((pin) => pin.fact));
  // Facts that the sender pinned beyond ours are compared too; facts of ours that it left out count as changed.
  const current = [...mine, ...rereadPinned(facts, order.expected.filter((pin) => !known.has(pin.fact)))];
  const changed = changedFacts(order.expected, current);
  const plain = isPlain(order) ? plainSubject(order, facts) : null;
  if (order.kind === 'early-settlement' && !facts.plans.some((plan) => plan.id === subject)) return no('unknown-plan', '名下没有这笔分期。', 'The customer has no such plan.');
  if (isPlain(order) ? plain === null : order.kind !== 'early-settlement' && !facts.cards.some((card) => card.id === subject)) return no('unknown-card', '名下没有这张卡。', 'The customer has no such card.');
  if (changed.length > 0) return no('facts-changed', '资料在复核之后有变化，没有受理。', 'Facts have changed since they were checked; not accepted.', changed);
  if (takeRefusal(store, subject)) return no('line-refused', '这笔有一项账务调整正在处理，暂时不能受理。', 'An adjustment on this item is being processed; it cannot be accepted now.');
  if (isPlain(order)) return bookPlain({ store, order, ...plain!, facts, now });
  return order.kind === 'early-settlement' ? settlePlan(store, order, facts, now) : stopCard(store, order, facts, now);
}

function settlePlan(store: Store, order: SettlementOrder, facts: CustomerFacts, now: string): Verdict {
  const { planId } = order.line;
  const plan = row(store, PlanRow, 'SELECT * FROM plan WHERE id = ?', planId);
  const account = facts.accounts.find((one) => one.id === plan?.account);
  const card = facts.cards.find((one) => one.id === plan?.card);
  if (!plan || !account || !card) return no('unknown-plan', '名下没有这笔分期。', 'The customer has no such plan.');
  if (plan.settle_key !== null) return no('already-accepted', '这笔分期已经受理过提前结清，不用重复办。', 'Settlement of this plan was accepted before; no need to repeat.');
  const told = facts.plans.find((one) => one.id === planId);
  const blocked =
    plan.status !== 'active' || plan.periods_posted < 1 || told?.ruleConflict === true || card.status !== 'normal' || account.pastDueDays > 0 ||
    account.isStatementDay || account.hold !== 'none' || account.pendingRefundFen > 0 || account.pendingReversals > 0 || account.hardshipAgreement;
  if (blocked) return no('not-allowed', '前置条件不满足，没有受理。', 'A prerequisite is not met; not accepted.');
  const figures = settlementFigures(plan);
  const differs = (['dueNowFen', 'remainingFen', 'feeFen'] as const).filter((name) => figures[name] !== order.line[name])
    .map((name) => ({ fact: `quote.${planId}.${name}`, old: order.line[name], now: figures[name] }));
  if (differs.length > 0) return no('amount-differs', '金额与中心试算不一致，没有受理。', "The amount differs from the bank's own figure; not accepted.", differs);
  const postsOn = settlementPostsOn(now);
  store.prepare('UPDATE plan SET settle_key = ?, settle_posts_on = ? WHERE id = ?').run(order.key, postsOn, planId);
  return { kind: 'done', effectiveAt: now, postsOn, lapseAt: null, chargeFen: 0, newCardLastFour: null, amountFen: figures.dueNowFen };
}

function stopCard(store: Store, order: StopOrder, facts: CustomerFacts, now: string): Verdict {
  const card = facts.cards.find((one) => one.id === order.line.cardId);
  if (!card) return no('unknown-card', '名下没有这张卡。', 'The customer has no such card.');
  const set = (status: Card['status'], effectiveAt: string | null, lapseAt: string | null): Verdict => {
    store.prepare('UPDATE card SET status = ?, effective_at = ?, lapse_at = ? WHERE id = ?').run(status, effectiveAt, lapseAt, card.id);
    return { kind: 'done', effectiveAt: now, postsOn: today(now), lapseAt, chargeFen: 0, newCardLastFour: null, amountFen: null };
  };
  if (order.kind === 'card-unlock') {
    return card.status === 'locked' ? set('normal', null, null) : no('not-allowed', '这张卡不是锁定状态，不能在电话里解除。', 'This card is not locked; it cannot be released by phone.');
  }
  if (card.status === 'lost' || (card.status === 'locked' && order.kind === 'card-lock')) {
    return no('already-accepted', '这张卡已经停用。', 'This card is already stopped.', [{ fact: `card.${card.id}.effectiveAt`, old: null, now: card.effectiveAt }]);
  }
  if (card.status !== 'normal' && card.status !== 'locked') return no('not-allowed', '这张卡的状态不能办理停卡。', 'The state of this card does not allow it.');
  if (order.kind === 'card-lock') return set('locked', now, null);
  if (card.kind === 'debit') return set('lost', now, addMs(now, LOSS_DAYS * 86_400_000));
  const done = set('lost', now, null);
  store.prepare('UPDATE account SET unbilled_fen = unbilled_fen + ? WHERE id = ?').run(REISSUE_FEE_FEN, card.account);
  return done.kind === 'done' ? { ...done, chargeFen: REISSUE_FEE_FEN, amountFen: REISSUE_FEE_FEN } : done;
}
