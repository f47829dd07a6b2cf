/** Examples of the bank's messages, typed by the schemas and parsed by them in a test. */
import type { AnswerOf, BankCall, RequestOf } from '#shared/protocol/bank-calls.ts';

type Examples = { [C in BankCall]?: { request?: Record<string, RequestOf<C>>; answer?: Record<string, AnswerOf<C>> } };

const key = '019ad0c4-7d10-7c3e-8f6a-0c1d2e3f4a5b.019ad0c4-91b2-7f00-9a3d-6b5c4d3e2f1a';
const reason = { zh: '资料在复核之后有变化，没有受理。', en: 'Facts have changed since they were checked; not accepted.' };
const done = {
  kind: 'done' as const, key, receipt: 'R20261121000042', effectiveAt: '2026-11-21T02:00:01.250Z', postsOn: '2026-11-22', lapseAt: null, chargeFen: 0, newCardLastFour: null,
};

export const bankExamples: Examples = {
  ping: { answer: { now: { bankTime: '2026-11-21T02:00:00.000Z' } } },
  book: {
    request: {
      settlement: {
        key, kind: 'early-settlement', customerId: 'cust-7', line: { planId: 'plan-3', dueNowFen: 700_000, remainingFen: 700_000, feeFen: 0 },
        expected: [
          { fact: 'account.acc-1.hold', value: 'none' }, { fact: 'account.acc-1.pastDueDays', value: 0 }, { fact: 'card.card-9.status', value: 'normal' },
          { fact: 'plan.plan-3.periodsPosted', value: 5 }, { fact: 'plan.plan-3.remainingFen', value: 700_000 }, { fact: 'plan.plan-3.status', value: 'active' },
        ],
      },
      lock: { key, kind: 'card-lock', customerId: 'cust-7', line: { cardId: 'card-9', reportedAt: '2026-11-21T01:59:58.000Z', lostAt: null }, expected: [] },
    },
    answer: {
      booked: done,
      'facts changed': { kind: 'refused', key, code: 'facts-changed', reason, changed: [{ fact: 'plan.plan-3.periodsPosted', old: 5, now: 6 }] },
    },
  },
  inquire: {
    request: { doubt: { key } },
    answer: { booked: done, 'never heard of, and closed now': { kind: 'not-found', key, closed: true, closedAt: '2026-11-21T02:00:16.000Z' } },
  },
  keys: {
    request: { first: { since: '2026-11-18T02:00:00.000Z', after: 0, limit: 500 } },
    answer: {
      page: {
        keys: [{ key, at: '2026-11-21T02:00:01.250Z', kind: 'early-settlement', customerId: 'cust-7', accountId: 'acc-1', subject: 'plan-3', amountFen: 700_000, outcome: done }], last: 42, more: false,
      },
    },
  },
};
