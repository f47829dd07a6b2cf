/**
 * The facts that change a booking, and only those (TP2): plan status, periods posted, remaining principal, charging
 * mode, card status, past due, hold, statement date, refunds. Never balance or limit: one coffee would void every
 * approval.
 */
import type { ChangedFact, CustomerFacts, PinnedFact } from '../protocol/bank.ts';
import type { PinnableFact } from '../review/policy.ts';

export type Pinning = {
  /** Plans to settle: pins each plan, its card and its account. */
  planIds?: readonly string[];
  /** Cards to stop: pins the card only, for a protective order must not wait for an overdue bill. */
  cardIds?: readonly string[];
  /** Accounts that money leaves or reaches. */
  accountIds?: readonly string[];
};

const byFact = (a: PinnedFact, b: PinnedFact): number => (a.fact < b.fact ? -1 : a.fact > b.fact ? 1 : 0);

/**
 * Pins the facts of the chosen plans or cards, sorted by path, each once.
 * `only` is what policy names for the kind; without it, everything that TP2 lists.
 * Something that the facts do not hold is pinned as `….status = null`, so that it differs from any real status.
 */
export function pinnedFacts(facts: CustomerFacts, pinning: Pinning, only?: readonly PinnableFact[]): PinnedFact[] {
  const pins = new Map<string, PinnedFact>();
  const named: ReadonlySet<string> | null = only === undefined ? null : new Set(only);
  const pin = (fact: string, value: PinnedFact['value']): void => {
    if (named === null || named.has(`${fact.slice(0, fact.indexOf('.'))}.${fact.slice(fact.lastIndexOf('.') + 1)}`)) pins.set(fact, { fact, value });
  };
  const pinCard = (id: string): void => pin(`card.${id}.status`, facts.cards.find((card) => card.id === id)?.status ?? null);

  const pinAccount = (id: string): void => {
    const account = facts.accounts.find((one) => one.id === id);
    pin(`account.${id}.hold`, account?.hold ?? null);
    if (!account) return;
    pin(`account.${id}.pastDueDays`, account.pastDueDays);
    pin(`account.${id}.statementDate`, account.statementDate);
    pin(`account.${id}.pendingRefundFen`, account.pendingRefundFen);
    pin(`account.${id}.pendingReversals`, account.pendingReversals);
  };

  for (const id of pinning.planIds ?? []) {
    const plan = facts.plans.find((one) => one.id === id);
    pin(`plan.${id}.status`, plan?.status ?? null);
    if (!plan) continue;
    pin(`plan.${id}.periodsPosted`, plan.periodsPosted);
    pin(`plan.${id}.remainingFen`, plan.remainingFen);
    pin(`plan.${id}.feeMode`, plan.feeMode);
    pinCard(plan.card);
    pinAccount(plan.account);
  }
  for (const id of pinning.accountIds ?? []) pinAccount(id);
  for (const id of pinning.cardIds ?? []) pinCard(id);
  return [...pins.values()].sort(byFact);
}

/**
 * What differs between two pinnings, by value alone (as-of times are never compared). A fact present on one side
 * only counts as null on the other.
 */
export function changedFacts(old: readonly PinnedFact[], now: readonly PinnedFact[]): ChangedFact[] {
  const before = new Map(old.map((pin) => [pin.fact, pin.value]));
  const after = new Map(now.map((pin) => [pin.fact, pin.value]));
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .map((fact) => ({ fact, old: before.get(fact) ?? null, now: after.get(fact) ?? null }))
    .filter((change) => change.old !== change.now);
}

/** Reads the current values of pinned paths out of fresh facts; an unknown path reads null. */
export function rereadPinned(facts: CustomerFacts, expected: readonly PinnedFact[]): PinnedFact[] {
  return expected.map(({ fact }) => ({ fact, value: valueAt(facts, fact) }));
}

const PLAN_FIELDS = ['status', 'periodsPosted', 'remainingFen', 'feeMode'] as const;
const ACCOUNT_FIELDS = ['hold', 'pastDueDays', 'statementDate', 'pendingRefundFen', 'pendingReversals'] as const;

function valueAt(facts: CustomerFacts, path: string): PinnedFact['value'] {
  const [, kind, id, field] = /^(plan|card|account)\.(.+)\.([A-Za-z]+)$/.exec(path) ?? [];
  if (kind === 'plan') {
    const plan = facts.plans.find((one) => one.id === id);
    const name = PLAN_FIELDS.find((one) => one === field);
    return plan && name ? plan[name] : null;
  }
  if (kind === 'account') {
    const account = facts.accounts.find((one) => one.id === id);
    const name = ACCOUNT_FIELDS.find((one) => one === field);
    return account && name ? account[name] : null;
  }
  return field === 'status' ? (facts.cards.find((card) => card.id === id)?.status ?? null) : null;
}
