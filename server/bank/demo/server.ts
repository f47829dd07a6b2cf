/** The demo bank on HTTP: the calls of core banking under `/v1`, the strings that the demo pulls under `/demo`. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { BankKey, BookOrder, FindQuery, KeysRequest, PostingsRequest, QuoteRequest, VerifyRequest } from '#shared/protocol/bank.ts';
import type { BilingualText, PostingsAnswer, Quote, QuoteAnswer } from '#shared/protocol/bank.ts';
import { catchUp } from './batch.ts';
import { book, inquire, KeyReused } from './booking.ts';
import { keysSince } from './taken-keys.ts';
import type { BankClock } from './clock.ts';
import { demoRoutes } from './demo-routes.ts';
import { planOf, readFacts, readPostings, recentPurchases, transactionOf } from './facts.ts';
import { takeLineFault } from './faults.ts';
import type { BankCall } from './faults.ts';
import { quoteEnd, settlementFigures } from './figures.ts';
import { find, verify } from './identity.ts';
import { CustomerRow, PlanRow, row } from './rows.ts';
import type { Store } from './store.ts';

/** A question that makes no sense: answered with a code and words, nothing done. */
class Unsaid extends Error {
  readonly status: number;
  readonly code: string;
  readonly text: BilingualText;
  constructor(status: number, code: string, zh: string, en: string) {
    super(en);
    this.status = status;
    this.code = code;
    this.text = { zh, en };
  }
}

const noCustomer = (): Unsaid => new Unsaid(404, 'unknown-customer', '查无此客户。', 'No such customer.');
const Read = z.object({ customerId: z.string(), callerNumber: z.string().max(40).optional() });
const ByKey = z.object({ key: BankKey });
const Transactions = z.object({ customerId: z.string(), cardId: z.string().optional(), limit: z.int().min(1).max(100).default(10) });
const OfCustomer = z.object({ customerId: z.string() });

/**
 * Builds the HTTP face over an opened, seeded store.
 * @param secret bearer secret; every request without it is refused before its body is looked at
 */
export function makeBankServer(store: Store, clock: BankClock, secret: string): FastifyInstance {
  const app = Fastify({ bodyLimit: 64 * 1024, forceCloseConnections: true });
  const wanted = createHash('sha256').update(`Bearer ${secret}`).digest();

  app.addHook('onRequest', async (request, reply) => {
    const given = createHash('sha256').update(request.headers.authorization ?? '').digest();
    if (!timingSafeEqual(given, wanted)) return reply.code(401).send({ code: 'secret-refused', text: { zh: '银行接口密钥不对。', en: "The bank's secret is wrong." } });
  });
  app.setErrorHandler((error: unknown, _request, reply) => {
    if (error instanceof Unsaid) return reply.code(error.status).send({ code: error.code, text: error.text });
    if (error instanceof KeyReused) return reply.code(409).send({ code: 'key-reused', text: { zh: '同一个键用于了不同的请求。', en: error.message } });
    const status = error instanceof z.ZodError ? 400 : typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
    if (status >= 500) process.stderr.write(`bank: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return reply.code(status).send({ code: status < 500 ? 'bad-request' : 'bank-error', text: { zh: '请求不符合格式。', en: 'The request is malformed.' } });
  });

  const call = <S extends z.ZodType>(name: BankCall, schema: S, answer: (request: z.infer<S>, now: string) => unknown): void => {
    app.post(`/v1/${name}`, async (request, reply) => {
      const fault = takeLineFault(store, name);
      if (fault?.kind === 'no-answer') return reply.hijack();
      if (fault?.kind === 'slow') await delay(fault.ms);
      const now = clock.now();
      catchUp(store, now);
      const result = answer(schema.parse(request.body), now);
      if (fault?.kind === 'answered-but-lost') {
        reply.hijack();
        request.raw.socket.destroy();
        return reply;
      }
      return result;
    });
  };

  call('ping', z.unknown(), (_, now) => ({ bankTime: now }));
  call('read', Read, ({ customerId, callerNumber }, now) => {
    const facts = readFacts(store, customerId, now, callerNumber);
    if (!facts) throw noCustomer();
    return facts;
  });
  call('quote', QuoteRequest, (request, now) => quote(store, request, now));
  call('book', BookOrder, (order, now) => book(store, order, now));
  call('inquire', ByKey, ({ key }, now) => inquire(store, key, now));
  // Closing an unused key and asking about it are the same act; the name tells the intent.
  call('close', ByKey, ({ key }, now) => inquire(store, key, now));
  call('keys', KeysRequest, (request) => keysSince(store, request));
  call('postings', PostingsRequest, (request, now) => postings(store, request, now));
  call('transactions', Transactions, ({ customerId, cardId, limit }, now) => ({
    transactions: recentPurchases(store, customerId, now, limit, cardId).map(transactionOf), asOf: now,
  }));
  call('find', FindQuery, (query) => find(store, query));
  call('verify', VerifyRequest, ({ customerId, factor, answer }, now) => {
    const ok = verify(store, customerId, factor, answer, now);
    if (ok === null) throw noCustomer();
    return { ok };
  });
  call('reserved-phone', OfCustomer, ({ customerId }) => {
    const customer = row(store, CustomerRow, 'SELECT * FROM customer WHERE id = ?', customerId);
    if (!customer) throw noCustomer();
    return { phone: customer.phone };
  });
  demoRoutes(app, store, clock);
  return app;
}

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
