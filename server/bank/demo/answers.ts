/** What the demo bank answers to each call of core banking, whoever carries it: HTTP, or a test in the same process. */
import type { AnswerOf, BankCall, RequestOf } from '#shared/protocol/bank-calls.ts';
import type { BilingualText, PostingsAnswer, PostingsRequest, Quote, QuoteAnswer, QuoteRequest } from '#shared/protocol/bank.ts';
import { book, inquire } from './booking.ts';
import { planOf, readFacts, readPostings, recentPurchases, transactionOf } from './facts.ts';
import { quoteEnd, settlementFigures } from './figures.ts';
import { find, verify } from './identity.ts';
import { CustomerRow, PlanRow, row } from './rows.ts';
import type { Store } from './store.ts';
import { keysSince } from './taken-keys.ts';

/** A question that makes no sense: answered with a code and words, nothing done. */
export class Unsaid extends Error {
  readonly status: number;
  readonly code: 'unknown-customer' | 'unknown-plan';
  readonly text: BilingualText;
  constructor(status: number, code: 'unknown-customer' | 'unknown-plan', zh: string, en: string) {
    super(en);
    this.status = status;
    this.code = code;
    this.text = { zh, en };
  }
}

const noCustomer = (): Unsaid => new Unsaid(404, 'unknown-customer', '查无此客户。', 'No such customer.');
const USUAL_TRANSACTIONS = 10;

export type Answers = { [C in BankCall]: (request: RequestOf<C>, now: string) => AnswerOf<C> };

/**
 * The calls over an opened, seeded store, at the bank's business time.
 * Each throws Unsaid for what does not exist; `book` throws KeyReused for a used key with another order.
 */
export const answersOf = (store: Store): Answers => ({
  ping: (_, now) => ({ bankTime: now }),
  read: ({ customerId, callerNumber }, now) => {
    const facts = readFacts(store, customerId, now, callerNumber);
    if (!facts) throw noCustomer();
    return facts;
  },
  quote: (request, now) => quote(store, request, now),
  book: (order, now) => book(store, order, now),
  inquire: ({ key }, now) => inquire(store, key, now),
  // Closing an unused key and asking about it are the same act; the name tells the intent.
  close: ({ key }, now) => inquire(store, key, now),
  keys: (request) => keysSince(store, request),
  postings: (request, now) => postings(store, request, now),
  transactions: ({ customerId, cardId, limit = USUAL_TRANSACTIONS }, now) => ({
    transactions: recentPurchases(store, customerId, now, limit, cardId).map(transactionOf), asOf: now,
  }),
  find: (query) => find(store, query),
  verify: ({ customerId, factor, answer }, now) => {
    const ok = verify(store, customerId, factor, answer, now);
    if (ok === null) throw noCustomer();
    return { ok };
  },
  'reserved-phone': ({ customerId }) => {
    const customer = row(store, CustomerRow, 'SELECT * FROM customer WHERE id = ?', customerId);
    if (!customer) throw noCustomer();
    return { phone: customer.phone };
  },
});

function quote(store: Store, { customerId, planIds }: QuoteRequest, now: string): QuoteAnswer {
  const facts = readFacts(store, customerId, now);
  if (!facts) throw noCustomer();
  const quotes: Quote[] = [];
  const refused: QuoteAnswer['refused'] = [];
  for (const planId of planIds) {
    const told = facts.plans.find((plan) => plan.id === planId);
    const account = facts.accounts.find((one) => one.id === told?.account);
    const plan = told ? row(store, PlanRow, 'SELECT * FROM plan WHERE id = ?', planId) : null;
    if (!told || !account || !plan) refused.push({ planId, code: 'unknown-plan', reason: { zh: '名下没有这笔分期。', en: 'The customer has no such plan.' } });
    else if (told.status !== 'active' || told.openOperation) refused.push({ planId, code: 'not-active', reason: { zh: '这笔分期已结清或正在处理。', en: 'The plan is settled or being processed.' } });
    else if (told.ruleConflict) refused.push({ planId, code: 'rule-conflict', reason: { zh: '这笔的收费规则需要核实，不能试算。', en: 'Its charging rule must be verified; it is not computed.' } });
    else {
      quotes.push({
        planId, ...settlementFigures(plan), periodsPosted: plan.periods_posted, statementDate: account.statementDate, dueDate: account.dueDate,
        quotedAt: now, expiresAt: quoteEnd(account.statementDate),
      });
    }
  }
  return { quotes, refused };
}

function postings(store: Store, { customerId, planIds, since }: PostingsRequest, now: string): PostingsAnswer {
  const plans = planIds.map((id) => row(store, PlanRow, 'SELECT plan.* FROM plan JOIN account a ON a.id = plan.account WHERE plan.id = ? AND a.customer = ?', id, customerId));
  const known = plans.filter((plan) => plan !== null);
  if (known.length < plans.length) throw new Unsaid(404, 'unknown-plan', '名下没有这笔分期。', 'The customer has no such plan.');
  return {
    postings: readPostings(store, planIds, since),
    plans: known.map(planOf).map(({ id, status, periodsPosted, periodsLeft, remainingFen }) => ({ id, status, periodsPosted, periodsLeft, remainingFen })),
    asOf: now,
  };
}
