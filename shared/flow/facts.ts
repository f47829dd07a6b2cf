import type { Bilingual } from './definition.ts';

/**
 * The facts that conditions and speech may name (FLOWS §0), and their types. A fact that is absent,
 * `undefined` or `null` in the tree is **unknown**, never false (FL5).
 */

export type FactType =
  | 'bool' | 'int' | 'string' | 'timestamp' | 'duration' | 'date'
  /** Only spoken or shown, in both languages or one; no condition reads it. */
  | 'words'
  | { readonly list: FactType }
  | { readonly map: FactType }
  | { readonly object: FactShape };
export type FactShape = { readonly [name: string]: FactType };

export const listLimit = 200;

const plan = {
  id: 'string', merchant: 'words', signedOn: 'date', principalFen: 'int', periodsTotal: 'int',
  periodsPosted: 'int', periodsLeft: 'int', remainingFen: 'int', perPeriodFen: 'int', status: 'string',
  feeMode: 'string', feeLabel: 'words', ruleConflict: 'bool', openOperation: 'bool', firstPostDate: 'date',
  cardLastFour: 'string',
} as const satisfies FactShape;

const card = {
  id: 'string', status: 'string', kind: 'string', lastFour: 'string', product: 'words', effectiveAt: 'timestamp',
} as const satisfies FactShape;

const line = {
  id: 'string', planId: 'string', merchant: 'words', signedOn: 'date', principalFen: 'int', dueFen: 'int',
  penaltyFen: 'int', savedFen: 'int', postedFen: 'int', planStatus: 'string', outcome: 'string', mode: 'string',
  /** The card and the sentence of a line whose sum the customer asks for. */
  cardId: 'string', say: 'words',
} as const satisfies FactShape;

const transaction = {
  id: 'string', at: 'timestamp', amountFen: 'int', merchant: 'words', lastFour: 'string',
} as const satisfies FactShape;

const stop = {
  id: 'string', lastFour: 'string', kind: 'string', status: 'string', effectiveAt: 'timestamp', lapseAt: 'timestamp', receipt: 'string',
} as const satisfies FactShape;

/**
 * Every fact a flow may name besides its own fields, ticks and policy parameters.
 * Times are ISO-8601 UTC strings, civil dates `YYYY-MM-DD`, durations whole seconds, money fen.
 * The case's own facts are never unknown: where nothing has happened yet the word is `none` or false.
 */
export const declaredFacts = {
  now: 'timestamp',
  /** up | down */
  channel: { object: { core: 'string', centre: 'string', phone: 'string' } },
  caller: { object: { numberMatchesReserved: 'bool', isHolder: 'bool', isPrimaryHolder: 'bool', isThirdParty: 'bool' } },
  /** `matches`: customers found by the search, 1 once the case has its customer. */
  customer: { object: { matches: 'int', surname: 'words', title: 'words', hasReservedPhone: 'bool' } },
  verify: { object: { level: 'int', failures: 'int' } },
  /** The card in question; status normal | locked | lost | frozen | cancelled | writtenOff. */
  card: { object: { ...card, statusText: 'words' } },
  /** Every card of the holder: where `cardRefs` are looked up. */
  holder: { object: { cards: { list: { object: card } } } },
  account: {
    object: {
      pastDueDays: 'int', isStatementDay: 'bool', cutoffAt: 'timestamp', dueDate: 'date', statementDate: 'date',
      hold: 'string', pendingRefundFen: 'int', pendingReversals: 'int', hardshipAgreement: 'bool',
      billUnpaidFen: 'int', minimumFen: 'int', creditBalanceFen: 'int', nextBillFen: 'int',
    },
  },
  plans: { list: { object: plan } },
  /** The plans named by the customer: the answer `selected`, looked up in `plans`. */
  selected: { list: { object: plan } },
  /** `agrees`: our figure equals the bank's own trial figure (试算) in every line, to the fen. */
  quote: { object: { expiresAt: 'timestamp', agrees: 'bool' } },
  /**
   * `outcome`: none | executing | done | partial | refused | in-doubt. `totalDueFen` is the trial sum of the
   * selected plans until a worksheet is there, the worksheet's after. `toldAll`: every line's outcome was told.
   */
  operation: {
    object: {
      totalDueFen: 'int', totalSavedFen: 'int', digest: 'string', outcome: 'string', drafted: 'bool', selfChecked: 'bool',
      linesDone: 'int', linesNotDone: 'int', refusedBecause: 'words', toldAll: 'bool', answerBy: 'timestamp',
    },
  },
  /** `status`: none | waiting | taken | returned | valid | expired | void | used | notNeeded (submitted, below high value). */
  approval: { object: { status: 'string', digest: 'string', expiresAt: 'timestamp', returnReason: 'words', position: 'int', minutes: 'int' } },
  /** The customer's confirmation, bound to `operation.digest`: eye line by line, heart each consequence, hand typed. */
  confirmation: { object: { eye: 'bool', heart: 'bool', hand: 'bool', failedProofs: 'int' } },
  retention: { object: { offers: 'int', outcome: 'string' } },
  promise: { object: { from: 'timestamp', to: 'timestamp', made: 'bool', answered: 'bool' } },
  risk: { object: { flagged: 'bool', coached: 'bool', screenShared: 'bool', disclosedCode: 'bool', third: 'bool' } },
  case: { object: { complaintOpen: 'bool', repeatWish: 'bool', minutes: 'int' } },
  login: { object: { lockedUntil: 'timestamp' } },
  branch: {
    object: {
      id: 'string', name: 'words', address: 'words', hours: 'words', doesReset: 'bool', validityChecked: 'bool',
      opensAt: 'timestamp', open: 'words',
    },
  },
  transactions: { list: { object: transaction } },
  /** One per card stopped; kind lock | loss; status ordered | in-force | refused | in-doubt | manual. */
  stops: { list: { object: stop } },
  agent: { object: { no: 'string', skills: { list: 'string' } } },
  lead: { object: { no: 'string', accepted: 'bool', etaMinutes: 'int', outcome: 'string' } },
  /** One per line; outcome started | booked | refused | in-doubt | free once executed. */
  lines: { list: { object: line } },
  unexpectedPostings: 'int',
  /** Reckoned by the run itself: the lines are for exactly the plans, or the card, that are selected now. */
  worksheet: { object: { matchesSelection: 'bool' } },
  followUp: { object: { unpaidFen: 'int', daysToDue: 'int', settled: 'bool' } },
  /** Words of this site and call that are only spoken. */
  site: { object: { bank: 'words', officialNumber: 'words', ivrKey: 'words', dutyPhone: 'words', callTime: 'timestamp', callbackBy: 'timestamp' } },
} as const satisfies FactShape;

type Value<T> =
  T extends 'bool' ? boolean
    : T extends 'int' | 'duration' ? number
      : T extends 'string' | 'timestamp' | 'date' ? string
      : T extends 'words' ? string | Bilingual
        : T extends { readonly list: infer E } ? readonly Value<E>[]
          : T extends { readonly map: infer E } ? Readonly<Record<string, Value<E>>>
            : T extends { readonly object: infer S } ? Values<S>
              : never;
type Values<S> = { readonly [K in keyof S]?: Value<S[K]> | null };

export type PlanFact = Values<typeof plan>;
export type CardFact = Values<typeof card>;
export type LineFact = Values<typeof line>;

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
