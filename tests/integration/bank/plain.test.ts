import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PlainKind } from '#shared/operation/payload.ts';
import { pinnedFacts } from '#shared/operation/pinned-facts.ts';
import type { Account, BookOperation, BookOutcome, Card, CustomerFacts, PinnedFact } from '#shared/protocol/bank.ts';
import { openStore } from '../../../server/bank/demo/store.ts';
import { STORIES } from '../../../server/bank/demo/stories.ts';
import { loadControl } from '../../../server/policy/load-control.ts';
import { endRig, facts, newKey, startRig, value } from './with-bank.ts';
import type { Rig } from './with-bank.ts';

const control = loadControl(new URL('../../../server/policy/control.yaml', import.meta.url));
const kinds = PlainKind.options;

type Holder = { customerId: string; account: Account; card: Card; facts: CustomerFacts };
type Order = { operation: BookOperation; expected: PinnedFact[] };
type Line = { amountFen: number; reference: string; cardId?: string | null };

let rig: Rig;
let free: Holder[];
beforeAll(async () => {
  rig = await startRig({ crowd: 400 });
  free = [];
  for (const { customerId } of (await rig.control.callers(500)).callers) {
    if (!/^cust-\d/.test(customerId)) continue;
    const read = await facts(rig, customerId);
    const account = read.accounts.find((one) => one.kind === 'credit')!;
    const card = read.cards.find((one) => one.account === account.id)!;
    const clean = account.hold === 'none' && account.pastDueDays === 0 && account.pendingRefundFen === 0 && account.pendingReversals === 0 && !account.hardshipAgreement && account.billUnpaidFen === 0;
    if (clean && card.status === 'normal' && read.plans.length === 0) free.push({ customerId, account, card, facts: read });
  }
}, 90_000);
afterAll(() => endRig(rig));

/** Each test takes a holder of its own, who owes nothing and has no plan. */
function somebody(): Holder {
  const one = free.pop();
  if (one === undefined) throw new Error('no holder left');
  return one;
}

/** What is asked for that the bank accepts, for each kind. */
const good: Record<PlainKind, (holder: Holder) => Line> = {
  'limit-change': () => ({ amountFen: 6_000_000, reference: '' }),
  'card-cancellation': () => ({ amountFen: 0, reference: '' }),
  refund: (holder) => {
    const spent = holder.facts.recentTransactions.find((one) => one.card === holder.card.id)!;
    return { amountFen: spent.amountFen, reference: spent.id };
  },
  'emergency-payment': () => ({ amountFen: 25_000_000, reference: '4321' }),
  'loss-reissue-abroad': () => ({ amountFen: 30_000, reference: '日本东京' }),
};

/** The order as the server makes it: what policy names for the kind is pinned, and nothing else. */
function orderOf(kind: PlainKind, holder: Holder, line: Line): Order {
  const { customerId, account, card } = holder;
  return {
    operation: { kind, customerId, line: { accountId: account.id, cardId: line.cardId === undefined ? card.id : line.cardId, amountFen: line.amountFen, reference: line.reference } },
    expected: pinnedFacts(holder.facts, { accountIds: [account.id], cardIds: [card.id] }, control.kinds[kind].pinned),
  };
}
const book = async ({ operation, expected }: Order, key = newKey()): Promise<BookOutcome> => value(await rig.bank.book(key, operation, expected));
const asked = (kind: PlainKind, holder: Holder, change: Partial<Line> = {}): Order => orderOf(kind, holder, { ...good[kind](holder), ...change });
const doneOf = async (customerId: string) => (await rig.control.ledger(customerId)).filter((entry) => entry.state === 'done');
const again = async (holder: Holder): Promise<{ account: Account; card: Card; facts: CustomerFacts }> => {
  const read = await facts(rig, holder.customerId);
  return { facts: read, account: read.accounts.find((one) => one.id === holder.account.id)!, card: read.cards.find((one) => one.id === holder.card.id)! };
};

describe.each(kinds)('%s', (kind) => {
  test('[TP4] sent twenty times at once under one key it is booked once and answered alike', async () => {
    const holder = somebody();
    const order = asked(kind, holder);
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 20 }, () => book(order, key)));
    expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(answers[0]!.kind).toBe('done');
    expect(await doneOf(holder.customerId)).toEqual([expect.objectContaining({ kind, subject: holder.card.id, amountFen: good[kind](holder).amountFen, key })]);
    expect(value(await rig.bank.inquire(key))).toEqual(answers[0]);
  });

  test('[TP3] it is booked on condition of exactly the values that policy pins for it', async () => {
    const holder = somebody();
    const order = asked(kind, holder);
    await rig.control.touch({ what: 'account', accountId: holder.account.id, hold: 'risk' });
    await rig.control.touch({ what: 'card-status', cardId: holder.card.id, status: 'frozen' });
    const key = newKey();
    const refused = await book(order, key);
    expect(refused).toMatchObject({ kind: 'refused', code: 'facts-changed', changed: [
      { fact: `account.${holder.account.id}.hold`, old: 'none', now: 'risk' }, { fact: `card.${holder.card.id}.status`, old: 'normal', now: 'frozen' },
    ] });
    expect(await doneOf(holder.customerId)).toEqual([]);
    await rig.control.touch({ what: 'account', accountId: holder.account.id, hold: 'none' });
    await rig.control.touch({ what: 'card-status', cardId: holder.card.id, status: 'normal' });
    // The refusal closed its key for good; a new order on the same values goes through.
    expect(await book(order, key)).toEqual(refused);
    expect((await book(order)).kind).toBe('done');
  });

  test('[TP3] a value that nobody pinned may move in between', async () => {
    const holder = somebody();
    const order = asked(kind, holder);
    const pinned = new Set<string>(control.kinds[kind].pinned);
    // The statement day comes nearer for everybody; a refund on its way counts only where policy says so.
    expect(order.expected.some(({ fact }) => fact.endsWith('.statementDate'))).toBe(false);
    await rig.control.touch({ what: 'account', accountId: holder.account.id, pendingRefundFen: 4_200 });
    const outcome = await book(order);
    if (pinned.has('account.pendingRefundFen')) expect(outcome).toMatchObject({ code: 'facts-changed', changed: [{ old: 0, now: 4_200 }] });
    else expect(outcome.kind).toBe('done');
  });

  test('[TP3] the card of another customer, or an account of another, is never booked on', async () => {
    const holder = somebody();
    const other = somebody();
    const order = asked(kind, holder);
    expect(await book({ ...order, operation: { ...order.operation, line: { ...order.operation.line, cardId: other.card.id } } as BookOperation })).toMatchObject({ code: 'unknown-card' });
    expect(await book({ ...order, operation: { ...order.operation, line: { ...order.operation.line, accountId: other.account.id } } as BookOperation })).toMatchObject({ code: 'unknown-card' });
    expect(await book({ ...order, operation: { ...order.operation, customerId: other.customerId } as BookOperation })).toMatchObject({ kind: 'refused' });
    expect(await doneOf(holder.customerId)).toEqual([]);
    expect(await doneOf(other.customerId)).toEqual([]);
  });

  test('[TP10] asked about a key that never arrived, it is closed and stays unbooked', async () => {
    const holder = somebody();
    const key = newKey();
    expect(value(await rig.bank.inquire(key))).toMatchObject({ kind: 'not-found', closed: true });
    expect(await book(asked(kind, holder), key)).toMatchObject({ kind: 'refused', code: 'key-closed' });
    expect(await doneOf(holder.customerId)).toEqual([]);
  });

  test('[TP3] on a restricted account nothing of the kind is booked, pinned or not', async () => {
    const holder = somebody();
    await rig.control.touch({ what: 'account', accountId: holder.account.id, hold: 'judicial' });
    const order = asked(kind, holder);
    expect(await book({ ...order, expected: [] })).toMatchObject({ kind: 'refused', code: 'not-allowed' });
  });
});

describe('what makes no sense is refused with a code, whatever was checked elsewhere', () => {
  test.each<[string, PlainKind, Partial<Line>, string]>([
    ['a limit above the highest of the product', 'limit-change', { amountFen: 50_010_000 }, 'not-allowed'],
    ['a limit of nothing', 'limit-change', { amountFen: 0 }, 'not-allowed'],
    ['a limit that is no whole hundred', 'limit-change', { amountFen: 6_000_001 }, 'not-allowed'],
    ['a payout that is not the credit balance', 'card-cancellation', { amountFen: 1 }, 'amount-differs'],
    ['a cancellation of no particular card', 'card-cancellation', { cardId: null }, 'unknown-card'],
    ['a refund of a transaction that is not there', 'refund', { reference: 'no-such-transaction' }, 'not-allowed'],
    ['a refund above the transaction', 'refund', { amountFen: 99_999_999 }, 'not-allowed'],
    ['a refund of nothing', 'refund', { amountFen: 0 }, 'not-allowed'],
    ['a goodwill credit above its cap', 'refund', { amountFen: 2_000_001, reference: 'GW-2026-7' }, 'not-allowed'],
    ['an emergency payment above the cap', 'emergency-payment', { amountFen: 30_000_001 }, 'not-allowed'],
    ['an emergency payment of nothing', 'emergency-payment', { amountFen: 0 }, 'not-allowed'],
    ['an emergency payment to nobody', 'emergency-payment', { reference: '' }, 'not-allowed'],
    ['a reissue for another fee', 'loss-reissue-abroad', { amountFen: 20_000 }, 'amount-differs'],
    ['a reissue to nowhere', 'loss-reissue-abroad', { reference: ' ' }, 'not-allowed'],
    ['a reissue of no particular card', 'loss-reissue-abroad', { cardId: null }, 'unknown-card'],
  ])('%s', async (_name, kind, change, code) => {
    const holder = somebody();
    expect(await book(asked(kind, holder, change))).toMatchObject({ kind: 'refused', code, reason: { zh: expect.stringMatching(/\p{Script=Han}/u), en: expect.stringMatching(/[a-z]/) } });
    expect(await doneOf(holder.customerId)).toEqual([]);
    const { account, card } = await again(holder);
    expect([account, card]).toEqual([holder.account, holder.card]);
  });

  test('a card with open plans or with debt is not cancelled', async () => {
    const withPlans = await facts(rig, STORIES.small.customerId);
    const card = withPlans.cards.find((one) => one.id === 'card-story-small')!;
    const account = withPlans.accounts.find((one) => one.id === card.account)!;
    expect(await book(asked('card-cancellation', { customerId: STORIES.small.customerId, account, card, facts: withPlans }))).toMatchObject({ code: 'not-allowed' });
    const spender = somebody();
    await rig.control.touch({ what: 'spend', cardId: spender.card.id, amountFen: 1, merchant: '样例百货' });
    expect(await book(asked('card-cancellation', spender))).toMatchObject({ code: 'not-allowed' });
  });

  test.each(['lost', 'frozen', 'cancelled', 'writtenOff'] as const)('a card that is %s is neither replaced nor cancelled nor paid from', async (status) => {
    const holder = somebody();
    await rig.control.touch({ what: 'card-status', cardId: holder.card.id, status });
    const now = { ...holder, ...(await again(holder)) };
    for (const kind of ['loss-reissue-abroad', 'card-cancellation', 'emergency-payment', 'limit-change'] as const) {
      expect((await book(asked(kind, now))).kind).toBe('refused');
    }
    expect(await doneOf(holder.customerId)).toEqual([]);
  });
});

describe('what was booked shows in the facts', () => {
  test('a cancellation closes the card and pays the balance out', async () => {
    const c = STORIES.cancel;
    const read = await facts(rig, c.customerId);
    const holder = { customerId: c.customerId, account: read.accounts.find((one) => one.id === c.accountId)!, card: read.cards.find((one) => one.id === c.cardId)!, facts: read };
    expect(holder.account).toMatchObject({ creditBalanceFen: c.creditBalanceFen, nextBillFen: 0, billUnpaidFen: 0 });
    expect(await book(asked('card-cancellation', holder, { amountFen: c.creditBalanceFen, reference: '' }))).toMatchObject({ code: 'not-allowed' });
    const outcome = await book(asked('card-cancellation', holder, { amountFen: c.creditBalanceFen, reference: '8864' }));
    expect(outcome).toMatchObject({ kind: 'done', postsOn: '2026-11-21', receipt: expect.stringMatching(/^R20261121/) });
    expect(await again(holder)).toMatchObject({ account: { creditBalanceFen: 0 }, card: { status: 'cancelled', effectiveAt: '2026-11-21T02:00:00.000Z' } });
    expect(await book(asked('card-cancellation', { ...holder, ...(await again(holder)) }))).toMatchObject({ code: 'already-accepted' });
  });

  test('a reissue abroad ends the card at once and bills the fee; a card that F8 locked is replaced too', async () => {
    const holder = somebody();
    await rig.control.touch({ what: 'card-status', cardId: holder.card.id, status: 'locked' });
    const locked = { ...holder, ...(await again(holder)) };
    expect(await book(asked('loss-reissue-abroad', locked))).toMatchObject({ kind: 'done', chargeFen: 30_000, effectiveAt: '2026-11-21T02:00:00.000Z' });
    const after = await again(holder);
    expect(after.card.status).toBe('lost');
    expect(after.account.nextBillFen).toBe(holder.account.nextBillFen + 30_000);
    expect(await book(asked('loss-reissue-abroad', { ...holder, ...after }))).toMatchObject({ code: 'already-accepted' });
  });

  test('an emergency payment is billed and stands among the transactions', async () => {
    const holder = somebody();
    expect((await book(asked('emergency-payment', holder))).kind).toBe('done');
    const after = await again(holder);
    expect(after.account.nextBillFen).toBe(holder.account.nextBillFen + 25_000_000);
    expect(after.facts.recentTransactions[0]).toMatchObject({ amountFen: 25_000_000, card: holder.card.id, channel: 'transfer' });
  });

  test('a limit is changed without moving any fact', async () => {
    const holder = somebody();
    expect((await book(asked('limit-change', holder))).kind).toBe('done');
    const after = await again(holder);
    expect([after.account, after.card]).toEqual([holder.account, holder.card]);
    expect((await doneOf(holder.customerId)).map((entry) => entry.amountFen)).toEqual([6_000_000]);
  });

  test('a matter is refunded once, whatever the key, and a goodwill number is used once', async () => {
    const holder = somebody();
    const twice = await Promise.all([1, 2, 3].map(() => book({ ...asked('refund', holder), expected: [] })));
    expect(twice.map((one) => (one.kind === 'refused' ? one.code : one.kind)).sort()).toEqual(['already-accepted', 'already-accepted', 'done']);
    expect((await again(holder)).account.pendingRefundFen).toBe(good.refund(holder).amountFen);
    const other = somebody();
    const goodwill = { amountFen: 50_000, reference: `GW-2026-${other.customerId}` };
    expect((await book(asked('refund', other, goodwill))).kind).toBe('done');
    expect(await book({ ...asked('refund', somebody(), goodwill), expected: [] })).toMatchObject({ code: 'already-accepted' });
  });
});

describe('the night after', () => {
  test('a refund is on its way until the night batch credits it, once', async () => {
    const own = await startRig({ crowd: 0 });
    try {
      const c = STORIES.cancel;
      const read = await facts(own, c.customerId);
      const account = read.accounts.find((one) => one.id === c.accountId)!;
      const spent = read.recentTransactions.find((one) => one.card === c.cardId)!;
      const line = { accountId: c.accountId, cardId: c.cardId, amountFen: spent.amountFen, reference: spent.id };
      expect(value(await own.bank.book(newKey(), { kind: 'refund', customerId: c.customerId, line }, []))).toMatchObject({ kind: 'done', postsOn: '2026-11-22' });
      const accountNow = async () => (await facts(own, c.customerId)).accounts.find((one) => one.id === c.accountId);
      expect(await accountNow()).toMatchObject({ pendingRefundFen: spent.amountFen, creditBalanceFen: account.creditBalanceFen });
      await own.control.setClock('2026-11-21T15:00:00.000Z', true);
      expect(await accountNow()).toMatchObject({ pendingRefundFen: spent.amountFen });
      await own.control.setClock('2026-11-21T18:30:00.000Z', true);
      expect(await accountNow()).toMatchObject({ pendingRefundFen: 0, creditBalanceFen: account.creditBalanceFen + spent.amountFen });
      await own.control.setClock('2026-11-23T18:30:00.000Z', true);
      expect(await accountNow()).toMatchObject({ pendingRefundFen: 0, creditBalanceFen: account.creditBalanceFen + spent.amountFen });
    } finally {
      await endRig(own);
    }
  }, 60_000);
});

describe('[RB3] the file of the bank before it knew these kinds', () => {
  test('is opened as it is, with its ledger, and refunds once from then on', () => {
    const folder = mkdtempSync(join(tmpdir(), 'aidline-bank-old-'));
    try {
      openStore(folder).close();
      const file = new Database(join(folder, 'demo-bank.sqlite'));
      file.exec('DROP TABLE credit_limit; DROP INDEX one_refund_per_reference; ALTER TABLE ledger DROP COLUMN reference; PRAGMA user_version = 1');
      file.prepare("INSERT INTO ledger (key, seq, state, outcome, at) VALUES ('an-old-key', 1, 'closed', '{}', '2026-11-20T00:00:00.000Z')").run();
      file.close();
      const store = openStore(folder);
      expect(store.prepare('SELECT key, reference FROM ledger').all()).toEqual([{ key: 'an-old-key', reference: null }]);
      const refunded = store.prepare("INSERT INTO ledger (key, seq, state, kind, reference, outcome, at) VALUES (?, ?, 'done', 'refund', 'T1', '{}', '')");
      refunded.run('k2', 2);
      expect(() => refunded.run('k3', 3)).toThrow(/UNIQUE/);
      expect(store.pragma('user_version', { simple: true })).toBe(2);
      store.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
