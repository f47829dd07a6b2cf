/**
 * The facts that conditions and speech may name (FLOWS §0), and their types. A fact that is absent,
 * `undefined` or `null` in the tree is **unknown**, never false (FL5).
 */

export type FactType =
  | 'bool' | 'int' | 'string' | 'timestamp' | 'duration' | 'date'
  | { readonly list: FactType }
  | { readonly map: FactType }
  | { readonly object: FactShape };
export type FactShape = { readonly [name: string]: FactType };

export const listLimit = 200;

const plan = {
  id: 'string', merchant: 'string', signedOn: 'date', principalFen: 'int', periodsTotal: 'int',
  periodsPosted: 'int', periodsLeft: 'int', remainingFen: 'int', perPeriodFen: 'int', status: 'string',
  feeMode: 'string', feeLabel: 'string', ruleConflict: 'bool', openOperation: 'bool', firstPostDate: 'date',
  cardLastFour: 'string',
} as const satisfies FactShape;

const card = {
  id: 'string', status: 'string', kind: 'string', lastFour: 'string', product: 'string', effectiveAt: 'timestamp',
} as const satisfies FactShape;

const line = {
  id: 'string', planId: 'string', merchant: 'string', signedOn: 'date', principalFen: 'int', dueFen: 'int',
  penaltyFen: 'int', savedFen: 'int', postedFen: 'int', planStatus: 'string', outcome: 'string', mode: 'string',
} as const satisfies FactShape;

const transaction = {
  id: 'string', at: 'timestamp', amountFen: 'int', merchant: 'string', lastFour: 'string',
} as const satisfies FactShape;

/**
 * Every fact a flow may name besides its own fields, ticks and policy parameters.
 * Times are ISO-8601 UTC strings, civil dates `YYYY-MM-DD`, durations whole seconds, money fen.
 */
export const declaredFacts = {
  now: 'timestamp',
  channel: { object: { core: 'string', centre: 'string', phone: 'string' } },
  caller: { object: { numberMatchesReserved: 'bool', isHolder: 'bool', isPrimaryHolder: 'bool', isThirdParty: 'bool' } },
  customer: { object: { matches: 'int', surname: 'string', title: 'string' } },
  verify: { object: { level: 'int', failures: 'int' } },
  card: { object: card },
  holder: { object: { cards: { list: { object: card } } } },
  account: {
    object: {
      pastDueDays: 'int', isStatementDay: 'bool', cutoffAt: 'timestamp', dueDate: 'date', statementDate: 'date',
      hold: 'string', pendingRefundFen: 'int', pendingReversals: 'int', hardshipAgreement: 'bool',
      billUnpaidFen: 'int', minimumFen: 'int', creditBalanceFen: 'int', nextBillFen: 'int',
    },
  },
  plans: { list: { object: plan } },
  selected: { list: { object: plan } },
  quote: { object: { expiresAt: 'timestamp', agrees: 'bool' } },
  operation: {
    object: {
      totalDueFen: 'int', totalSavedFen: 'int', digest: 'string', outcome: 'string', submitted: 'bool',
      effectiveAt: 'timestamp', lapseAt: 'timestamp', receipt: 'string', refusedBecause: 'string',
    },
  },
  approval: { object: { status: 'string', digest: 'string', expiresAt: 'timestamp', returnReason: 'string' } },
  confirmation: { object: { complete: 'bool' } },
  retention: { object: { offers: 'int', outcome: 'string' } },
  promise: { object: { from: 'timestamp', to: 'timestamp' } },
  risk: { object: { flagged: 'bool', coached: 'bool', screenShared: 'bool', disclosedCode: 'bool', third: 'bool' } },
  case: { object: { complaintOpen: 'bool', repeatWish: 'bool', minutes: 'int' } },
  login: { object: { lockedUntil: 'timestamp', lockState: 'string' } },
  branch: {
    object: {
      id: 'string', name: 'string', address: 'string', hours: 'string', doesReset: 'bool', validityChecked: 'bool',
      opensAt: 'timestamp', isOpen: 'bool',
    },
  },
  transactions: { list: { object: transaction } },
  agent: { object: { no: 'string', skills: { list: 'string' } } },
  lead: { object: { no: 'string', free: 'bool', accepted: 'bool', etaMinutes: 'int' } },
  lines: { list: { object: line } },
  unexpectedPostings: 'int',
  followUp: { object: { unpaidFen: 'int', daysToDue: 'int' } },
  site: {
    object: {
      bank: 'string', officialNumber: 'string', ivrKey: 'string', dutyPhone: 'string', callTime: 'timestamp',
      callbackBy: 'timestamp',
    },
  },
} as const satisfies FactShape;

type Value<T> =
  T extends 'bool' ? boolean
    : T extends 'int' | 'duration' ? number
      : T extends 'string' | 'timestamp' | 'date' ? string
        : T extends { readonly list: infer E } ? readonly Value<E>[]
          : T extends { readonly map: infer E } ? Readonly<Record<string, Value<E>>>
            : T extends { readonly object: infer S } ? Values<S>
              : never;
type Values<S> = { readonly [K in keyof S]?: Value<S[K]> | null };

export type PlanFact = Values<typeof plan>;
export type CardFact = Values<typeof card>;
export type LineFact = Values<typeof line>;
export type TransactionFact = Values<typeof transaction>;

/** Where a fact came from and when it was read; shown beside it (FL5). */
export interface FactSource {
  readonly source: string;
  readonly readAt: string;
}

/**
 * What is known at the moment of deciding. Build it from `facts read` events, the call, the session and
 * policy data; leave out what is not known. `policy` is `policyFacts(policy)` of `policy.ts`.
 * `sources` is not visible to conditions: fact path (or a prefix of it) → source.
 */
export type FactTree = Values<typeof declaredFacts> & {
  readonly policy?: PolicyTree;
  readonly sources?: Readonly<Record<string, FactSource>>;
};
export interface PolicyTree { readonly [name: string]: PolicyNode }
export type PolicyNode = string | number | boolean | readonly string[] | PolicyTree;

/**
 * The value at a dotted path.
 * @returns `undefined` when unknown, at whatever depth.
 */
export function factAt(tree: unknown, path: string): unknown {
  let node: unknown = tree;
  for (const part of path.split('.')) {
    if (typeof node !== 'object' || node === null || Array.isArray(node) || !Object.hasOwn(node, part)) return undefined;
    node = (node as Record<string, unknown>)[part];
  }
  return node ?? undefined;
}

/** A copy of the tree with the value set at the path; other branches are shared. */
export function withFact(tree: Readonly<Record<string, unknown>>, path: string, value: unknown): Record<string, unknown> {
  const [head, ...rest] = path.split('.');
  if (head === undefined || head === '__proto__') return { ...tree };
  if (rest.length === 0) return { ...tree, [head]: value };
  const child = tree[head];
  const branch = typeof child === 'object' && child !== null && !Array.isArray(child) ? (child as Record<string, unknown>) : {};
  return { ...tree, [head]: withFact(branch, rest.join('.'), value) };
}

/** Source and time of a fact: its own entry, or the nearest one above it. */
export function sourceOf(tree: FactTree, path: string): FactSource | null {
  const parts = path.split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const found = tree.sources?.[parts.slice(0, length).join('.')];
    if (found !== undefined) return found;
  }
  return null;
}
