import { settle } from '#shared/money/instalment.ts';
import { changedFacts, rereadPinned } from '#shared/operation/pinned-facts.ts';
import { BookKind, CustomerFacts, type BookOperation, type BookOutcome, type InquiryAnswer, type KeysAnswer, type KeysRequest, type NoAnswer, type PinnedFact, type Plan, type QuoteAnswer } from '#shared/protocol/bank.ts';
import type { Bank, ReadResult, WriteResult } from '../../server/bank/bank.ts';
import type { LedgerRow } from './judge/evidence.ts';

/** How the next order reaches the bank, and its answer us. */
export type Line = 'fine' | 'answer-lost' | 'order-lost' | 'order-late';

const silent = (cause: NoAnswer['cause']): NoAnswer => ({ kind: 'no-answer', cause, text: { zh: '没有应答', en: 'no answer' } });
const answer = <T>(value: T): { kind: 'answer'; value: T } => ({ kind: 'answer', value });

/** A few customers; enough of a bank to book against. Compares and books in one step, under the key; an inquiry that finds nothing closes it. */
export class MemoryBank implements Bank {
  readonly #now: () => string;
  readonly #plans = new Map<string, Plan[]>();
  readonly #cards = new Map<string, 'normal' | 'locked'>();
  readonly #outcomes = new Map<string, { outcome: BookOutcome | Extract<InquiryAnswer, { kind: 'not-found' }>; row: LedgerRow; at: string }>();
  readonly #late: { key: string; operation: BookOperation; expected: PinnedFact[] }[] = [];
  /** Moves with every coffee; never pinned. */
  balanceFen = 100;
  line: Line = 'fine';
  refuseNext = false;
  /** So many readings get no answer. */
  silentReads = 0;

  constructor(now: () => string, customers: readonly string[] = ['c-1', 'c-2']) {
    this.#now = now;
    for (const customer of customers) {
      this.#cards.set(customer, 'normal');
      this.#plans.set(customer, [8_000_000, 4_000_000, 2_400_000, 900_000].map((principalFen, index) => plan(`${customer}-plan-${index + 1}`, customer, principalFen)));
    }
  }

  planIds = (customer: string): string[] => (this.#plans.get(customer) ?? []).map(({ id }) => id);

  /** A period posts, or the card is locked: facts that are pinned. */
  move(customer: string, what: number): void {
    const plans = this.#plans.get(customer);
    if (plans === undefined) return;
    if (what % 4 === 3) this.#cards.set(customer, this.#cards.get(customer) === 'normal' ? 'locked' : 'normal');
    else this.#plans.set(customer, plans.map((one, index) => (index === what % plans.length && one.periodsLeft > 1 && one.status === 'active'
      ? { ...one, periodsPosted: one.periodsPosted + 1, periodsLeft: one.periodsLeft - 1, remainingFen: one.remainingFen - Math.round(one.principalFen / one.periodsTotal) } : one)));
  }

  #facts(customerId: string): CustomerFacts {
    const card = `${customerId}-card`;
    return CustomerFacts.parse({
      customer: { id: customerId, maskedName: '王**', surname: '王', title: { zh: '女士', en: 'Ms' }, reservedPhoneMasked: '199****0001', numberMatchesReserved: true, tier: 'gold', flags: [] },
      accounts: [{
        id: `${customerId}-account`, kind: 'credit', pastDueDays: 0, isStatementDay: false, statementDate: '2027-12-03', cutoffAt: '2027-11-23T14:30:00.000Z', dueDate: '2027-12-23', hold: 'none', pendingRefundFen: 0,
        pendingReversals: 0, hardshipAgreement: false, billUnpaidFen: 12_345, billDueDate: null, creditBalanceFen: this.balanceFen, nextBillFen: 99_900, autoDebitLastFour: '4321',
      }],
      cards: [{ id: card, account: `${customerId}-account`, kind: 'credit', holder: 'primary', first6: '400000', lastFour: '0005', product: { zh: '样卡', en: 'Sample' }, status: this.#cards.get(customerId) ?? 'normal', effectiveAt: null, lapseAt: null }],
      plans: this.#plans.get(customerId) ?? [], recentTransactions: [], readAt: this.#now(), asOf: this.#now(),
    });
  }

  async read({ customerId }: { customerId: string }): Promise<ReadResult<CustomerFacts>> {
    if (this.silentReads > 0) {
      this.silentReads -= 1;
      return silent('timeout');
    }
    return answer(this.#facts(customerId));
  }

  async quote({ customerId, planIds }: { customerId: string; planIds: string[] }): Promise<ReadResult<QuoteAnswer>> {
    const quotes = (this.#plans.get(customerId) ?? []).filter((one) => planIds.includes(one.id)).flatMap((one) => {
      const figures = settle(one);
      return 'refusal' in figures ? [] : [{
        planId: one.id, dueNowFen: figures.dueNowFen, remainingFen: figures.remainingFen, feeFen: figures.extraFen, savedFen: figures.savedFen, periodsPosted: one.periodsPosted,
        statementDate: '2027-12-03', dueDate: '2027-12-23', quotedAt: this.#now(), expiresAt: '2027-12-02T16:00:00.000Z',
      }];
    });
    return answer({ quotes, refused: [] });
  }

  async book(key: string, operation: BookOperation, expected: PinnedFact[]): Promise<WriteResult<BookOutcome>> {
    const { line } = this;
    this.line = 'fine';
    if (line === 'order-lost') return silent('timeout');
    if (line === 'order-late') {
      this.#late.push({ key, operation, expected });
      return silent('timeout');
    }
    const outcome = this.#take(key, operation, expected);
    return line === 'answer-lost' || outcome === null ? silent('timeout') : answer(outcome);
  }

  /** An order that was on its way all the time reaches the bank. */
  arrive(): void {
    const late = this.#late.shift();
    if (late !== undefined) this.#take(late.key, late.operation, late.expected);
  }

  /** One step: nobody comes between the comparison and the booking. */
  #take(key: string, operation: BookOperation, expected: PinnedFact[]): BookOutcome | null {
    const known = this.#outcomes.get(key);
    if (known !== undefined) return known.outcome.kind === 'not-found' ? refusal(key, 'key-closed') : known.outcome;
    const facts = this.#facts(operation.customerId);
    const changed = changedFacts(expected, rereadPinned(facts, expected));
    const settles = operation.kind === 'early-settlement' ? operation.line : null;
    const gone = settles !== null && this.#plans.get(operation.customerId)?.find((one) => one.id === settles.planId)?.status !== 'active';
    const subject = settles?.planId ?? null;
    const row: LedgerRow = { key, state: 'refused', kind: operation.kind, customer: operation.customerId, subject, amountFen: null };
    if (changed.length > 0 || gone || this.refuseNext) {
      this.refuseNext = false;
      const outcome = refusal(key, changed.length > 0 ? 'facts-changed' : 'line-refused');
      this.#outcomes.set(key, { outcome, row, at: this.#now() });
      return outcome;
    }
    const amountFen = settles === null ? ('amountFen' in operation.line ? operation.line.amountFen : null) : settles.dueNowFen;
    const outcome: BookOutcome = {
      kind: 'done', key, receipt: `R${String(this.#outcomes.size + 1).padStart(6, '0')}`, effectiveAt: this.#now(), postsOn: '2027-11-24', lapseAt: null, chargeFen: 0, newCardLastFour: null,
    };
    if (settles !== null) {
      const plans = this.#plans.get(operation.customerId) ?? [];
      this.#plans.set(operation.customerId, plans.map((one) => (one.id === settles.planId ? { ...one, status: 'settled' as const } : one)));
    }
    this.#outcomes.set(key, { outcome, row: { ...row, state: 'done', amountFen }, at: this.#now() });
    return outcome;
  }

  async inquire(key: string): Promise<WriteResult<InquiryAnswer>> {
    const { line } = this;
    this.line = 'fine';
    if (line !== 'fine') return silent('timeout');
    const known = this.#outcomes.get(key);
    if (known !== undefined) return answer(known.outcome);
    const outcome: InquiryAnswer = { kind: 'not-found', key, closed: true, closedAt: this.#now() };
    this.#outcomes.set(key, { outcome, row: { key, state: 'closed', kind: null, customer: null, subject: null, amountFen: null }, at: this.#now() });
    return answer(outcome);
  }

  close = (key: string): Promise<WriteResult<InquiryAnswer>> => this.inquire(key);
  /** SY9. Every account of this bank is its customer's only one. */
  async keysSince({ since, after, limit }: KeysRequest): Promise<ReadResult<KeysAnswer>> {
    if (this.line !== 'fine') {
      this.line = 'fine';
      return silent('timeout');
    }
    const taken = [...this.#outcomes.values()].map((one, index) => ({ ...one, seq: index + 1 })).filter((one) => one.seq > after && one.at >= since);
    const page = taken.slice(0, limit);
    return answer({
      keys: page.map(({ outcome, row, at }) => ({
        key: row.key, at, kind: row.kind === null ? null : BookKind.parse(row.kind), customerId: row.customer, accountId: row.customer === null ? null : `${row.customer}-account`,
        subject: row.subject, amountFen: row.amountFen, outcome,
      })),
      last: page.at(-1)?.seq ?? after, more: taken.length > limit,
    });
  }
  postings = async () => silent('unreachable');
  recentTransactions = async () => silent('unreachable');
  find = async () => silent('unreachable');
  verify = async () => silent('unreachable');
  reservedPhone = async () => silent('unreachable');
  ping = async () => answer({ bankTime: this.#now() });

  ledger(): LedgerRow[] {
    return [...this.#outcomes.values()].map(({ row }) => row);
  }
}

const refusal = (key: string, code: 'facts-changed' | 'line-refused' | 'key-closed'): BookOutcome => ({ kind: 'refused', key, code, reason: { zh: '没有受理', en: 'not accepted' }, changed: [] });

const plan = (id: string, customer: string, principalFen: number): Plan => ({
  id, account: `${customer}-account`, card: `${customer}-card`, merchant: '样例商户', signedOn: '2025-03-05', firstPostDate: '2025-04-05', principalFen, periodsTotal: 24, periodsPosted: 6, periodsLeft: 18,
  remainingFen: principalFen - 6 * Math.round(principalFen / 24), status: 'active', feeMode: 'A', feePpm: 6_000, penaltyPpm: 0, feeLabel: { zh: '利息', en: 'Interest' }, ruleConflict: false, openOperation: false,
});
