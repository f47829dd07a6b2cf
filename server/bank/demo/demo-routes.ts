/** Routes of the demo's strings; behind the same secret as the rest. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { catchUp, pay, postPeriod } from './batch.ts';
import type { BankClock } from './clock.ts';
import { ClockOrder, Touch } from './demo-schema.ts';
import type { AnswersAnswer, Caller, ClockAnswer, LedgerEntry } from './demo-schema.ts';
import { addFault, clearFaults, FaultOrder, listFaults } from './faults.ts';
import { acceptedAnswers } from './identity.ts';
import { statementOnOrAfter, today } from './figures.ts';
import { AccountRow, CardRow, CustomerRow, LedgerRow, PlanRow, PostingRow, row, rows } from './rows.ts';
import { readMeta } from './store.ts';
import type { Store } from './store.ts';
import { BLOCKED, STORIES } from './stories.ts';

const LedgerQuery = z.object({ customerId: z.string().optional(), after: z.coerce.number().int().min(0).default(0), limit: z.coerce.number().int().min(1).max(5_000).default(1_000) });
const CallersQuery = z.object({ offset: z.coerce.number().int().min(0).default(0), limit: z.coerce.number().int().min(1).max(5_000).default(500) });

class Missing extends Error { readonly statusCode = 404; }

export function demoRoutes(app: FastifyInstance, store: Store, clock: BankClock): void {
  const clockAnswer = (ran: string[]): ClockAnswer => ({ now: clock.now(), batch: readMeta(store, 'batch') ?? '', ran });
  app.get('/clock', async () => clockAnswer(catchUp(store, clock.now())));
  app.post('/clock', async (request) => {
    const order = ClockOrder.parse(request.body);
    if (order.now === null) clock.release();
    else clock.set(order.now, order.frozen);
    return clockAnswer(catchUp(store, clock.now()));
  });

  app.get('/faults', async () => ({ faults: listFaults(store) }));
  app.post('/faults', async (request) => ({ id: addFault(store, FaultOrder.parse(request.body)) }));
  app.delete('/faults', async () => {
    clearFaults(store);
    return { faults: [] };
  });

  app.get('/ledger', async (request) => {
    const { customerId, after, limit } = LedgerQuery.parse(request.query);
    const found = rows(store, LedgerRow, 'SELECT * FROM ledger WHERE seq > ? AND (? IS NULL OR customer = ?) ORDER BY seq LIMIT ?', after, customerId ?? null, customerId ?? null, limit);
    return { entries: found.map((entry): LedgerEntry => ({
      seq: entry.seq, key: entry.key, state: entry.state, kind: entry.kind, customerId: entry.customer, subject: entry.subject,
      amountFen: entry.amount_fen, outcome: JSON.parse(entry.outcome), at: entry.at,
    })) };
  });

  app.get('/demo/stories', async () => ({ stories: STORIES, blocked: Object.keys(BLOCKED) }));
  app.get('/demo/callers', async (request) => {
    const { offset, limit } = CallersQuery.parse(request.query);
    const CallerRow = z.object({ customerId: z.string(), phone: z.string(), plans: z.int(), cards: z.int() });
    const callers: Caller[] = rows(store, CallerRow,
      `SELECT c.id AS customerId, c.phone, (SELECT count(*) FROM plan p JOIN account a ON a.id = p.account WHERE a.customer = c.id AND p.status = 'active') AS plans,
       (SELECT count(*) FROM card d JOIN account a ON a.id = d.account WHERE a.customer = c.id) AS cards FROM customer c ORDER BY c.id LIMIT ? OFFSET ?`, limit, offset);
    return { callers, total: Number(store.prepare('SELECT count(*) FROM customer').pluck().get()) };
  });
  app.get('/demo/answers/:customerId', async (request): Promise<AnswersAnswer> => {
    const { customerId } = z.object({ customerId: z.string() }).parse(request.params);
    const customer = row(store, CustomerRow, 'SELECT * FROM customer WHERE id = ?', customerId);
    if (!customer) throw new Missing('no such customer');
    return { answers: acceptedAnswers(store, customer, clock.now()), phone: customer.phone };
  });
  app.post('/demo/touch', async (request) => {
    const move = Touch.parse(request.body);
    store.transaction(() => touch(store, move, clock.now())).immediate();
    return { ok: true };
  });
}

function must<T>(value: T | null, what: string): T {
  if (value === null) throw new Missing(`no such ${what}`);
  return value;
}

/** Something happens at the bank that the desk has no part in. One transaction of the caller's. */
export function touch(store: Store, move: Touch, now: string): void {
  switch (move.what) {
    case 'card-status': {
      must(row(store, CardRow, 'SELECT * FROM card WHERE id = ?', move.cardId), 'card');
      store.prepare('UPDATE card SET status = ?, effective_at = ?, lapse_at = NULL WHERE id = ?').run(move.status, move.status === 'normal' ? null : now, move.cardId);
      return;
    }
    case 'account': {
      const account = must(row(store, AccountRow, 'SELECT * FROM account WHERE id = ?', move.accountId), 'account');
      store.prepare('UPDATE account SET hold = ?, pending_refund_fen = ?, pending_reversals = ?, hardship = ?, credit_balance_fen = ? WHERE id = ?').run(
        move.hold ?? account.hold, move.pendingRefundFen ?? account.pending_refund_fen, move.pendingReversals ?? account.pending_reversals,
        move.hardshipAgreement === undefined ? account.hardship : Number(move.hardshipAgreement), move.creditBalanceFen ?? account.credit_balance_fen, account.id,
      );
      return;
    }
    case 'post-period': {
      const plan = must(row(store, PlanRow, "SELECT * FROM plan WHERE id = ? AND status = 'active'", move.planId), 'active plan');
      const account = must(row(store, AccountRow, 'SELECT * FROM account WHERE id = ?', plan.account), 'account');
      const date = today(now);
      postPeriod(store, date, statementOnOrAfter(account.statement_day, date), plan, 'period');
      return;
    }
    case 'reverse-unexpected': {
      const wrong = rows(store, PostingRow, "SELECT * FROM posting WHERE plan = ? AND cause = 'unexpected'", move.planId);
      for (const posting of wrong) {
        const billed = store.prepare('SELECT 1 FROM statement WHERE account = ? AND statement_date = ?').get(posting.account, posting.statement_date);
        // On a bill already: the money comes back as a credit. Not yet billed: it never gets there.
        if (billed !== undefined) pay(store, posting.account, posting.amount_fen, today(now));
        store.prepare('DELETE FROM posting WHERE id = ?').run(posting.id);
      }
      return;
    }
    case 'pay':
      must(row(store, AccountRow, 'SELECT * FROM account WHERE id = ?', move.accountId), 'account');
      pay(store, move.accountId, move.amountFen, today(now));
      return;
    case 'spend': {
      const card = must(row(store, CardRow, 'SELECT * FROM card WHERE id = ?', move.cardId), 'card');
      const count = Number(store.prepare('SELECT count(*) FROM purchase WHERE card = ?').pluck().get(card.id));
      store.prepare("INSERT INTO purchase VALUES (?, ?, ?, ?, ?, 'pos', 'posted')").run(`${card.id}-s${count + 1}`, card.id, now, move.amountFen, move.merchant);
      store.prepare('UPDATE account SET unbilled_fen = unbilled_fen + ? WHERE id = ?').run(move.amountFen, card.account);
    }
  }
}
