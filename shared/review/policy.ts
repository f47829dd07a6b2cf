import { z } from 'zod';
import { bilingual, Fen, Instant } from '../protocol/ids.ts';
import { OperationKind } from '../operation/payload.ts';
import { Role } from '../people/roles.ts';

/** One thing the maker ticks alone, or the customer confirms. */
export const CheckItem = z.strictObject({ id: z.string().min(1).max(40), text: bilingual });
export type CheckItem = z.infer<typeof CheckItem>;

/** A figure that the reviewer types blind, from facts of their own or from the recording (TP6). */
export const KeyFigure = z.enum(['total', 'lines', 'due-date', 'principals', 'last-four', 'reference']);
export type KeyFigure = z.infer<typeof KeyFigure>;

/** A fact that may be pinned, by kind of thing and field. */
export const PinnableFact = z.enum([
  'plan.status', 'plan.periodsPosted', 'plan.remainingFen', 'plan.feeMode', 'card.status',
  'account.hold', 'account.pastDueDays', 'account.statementDate', 'account.pendingRefundFen', 'account.pendingReversals',
]);
export type PinnableFact = z.infer<typeof PinnableFact>;

/** What two-person control asks of one kind of operation. */
export const KindPolicy = z.strictObject({
  name: bilingual,
  keyFigures: z.array(KeyFigure).min(1),
  /** The account facts that change this booking (TP2); `card` and `account` are those that the lines hang on. */
  pinned: z.array(PinnableFact).min(1),
  /** What each role may review up to, fen; the person's own limit holds beside it, and the lower one counts (TP5). */
  reviewLimitFen: z.partialRecord(Role, Fen),
  /** High value from this sum on, over the customer's operations of the kind in the running day (TP13). */
  highValueFromFen: Fen,
  /** … or from this many lines on. */
  highValueFromLines: z.int().min(1),
  selfCheck: z.array(CheckItem).min(1),
  /** 心到: each consequence the customer confirms. */
  consent: z.array(CheckItem).min(1),
  /** The reviewer also types each remaining principal up to this many lines (TP6). */
  principalsUpToLines: z.int().min(0),
  /** How the review desk names the size of the matter without telling the figure that is to be typed blind. */
  bands: z.array(z.strictObject({ fromFen: Fen, text: bilingual })).min(1),
  validMinutesOnLine: z.int().min(1),
  validMinutesAfterPromise: z.int().min(0),
  confirmationMinutes: z.int().min(1),
  /** TP16: without a recording id execution is refused, or merely marked. */
  recordingRequired: z.boolean(),
});
export type KindPolicy = z.infer<typeof KindPolicy>;

/** Two-person policy as data: versioned, schema-checked, its version part of every digest (TP2). */
export const ControlPolicy = z.strictObject({
  version: z.string().min(1).max(40),
  effectiveFrom: Instant,
  source: z.string(),
  /** Versions whose payloads may still be executed under this one. */
  equivalentTo: z.array(z.string()),
  kinds: z.record(OperationKind, KindPolicy),
  reviewTakenMinutes: z.int().min(1),
  /** A review that waits is offered to one more entitled person so often: the pool, not the reviewer, says whose work is checked by whom. */
  offerSeconds: z.int().min(1).max(3600).default(20),
  maxBlindEntries: z.int().min(1),
  /** TP11: when no entitled reviewer can be had, two leads sign in place of one, up to a sum and so often a day. */
  breakGlass: z.strictObject({ afterMinutes: z.int().min(1), capFen: Fen, perDay: z.int().min(0) }),
  /**
   * OF2: what two people at one screen may order while the centre is down, to be executed on its return: up to a sum, for so many
   * hours. Without it nothing may: it is left out, not filled in, so that the digest of an older policy stays what was signed.
   */
  offline: z.strictObject({
    capFen: Fen.min(0), hours: z.int().min(0).max(16),
    /** Whether a confirmation on a call that was logged by hand, and has no recording, will do where the kind asks for one (TP16). */
    withoutRecording: z.boolean(),
  }).optional(),
}).superRefine(({ kinds }, check) => {
  // TP2 is law: policy may pin more facts of a settlement, never fewer. Blind entry without the sum is none (TP6).
  const settlement = kinds['early-settlement'];
  for (const fact of PinnableFact.options) {
    if (!settlement.pinned.includes(fact)) check.addIssue({ code: 'custom', path: ['kinds', 'early-settlement', 'pinned'], message: `${fact} must be pinned (TP2)` });
  }
  for (const [kind, policy] of Object.entries(kinds)) {
    if (!policy.keyFigures.includes('total')) check.addIssue({ code: 'custom', path: ['kinds', kind, 'keyFigures'], message: 'the total must be typed blind (TP6)' });
  }
});
export type ControlPolicy = z.infer<typeof ControlPolicy>;

/** What a person is entitled to as reviewer: apart from mentoring, up to a limit per kind (TP5). */
export const Entitlements = z.strictObject({ reviewLimitFen: z.partialRecord(OperationKind, Fen) });
export type Entitlements = z.infer<typeof Entitlements>;

/**
 * What a person may review of a kind, fen: the lower of their own limit and their role's; undefined where they may not (TP5).
 */
export function reviewLimit(policy: KindPolicy, kind: OperationKind, person: { role: Role; entitlements: Entitlements }): number | undefined {
  const own = person.entitlements.reviewLimitFen[kind];
  const role = policy.reviewLimitFen[person.role];
  return own === undefined || role === undefined ? undefined : Math.min(own, role);
}

/**
 * Whether two people must check it (TP1, TP13).
 *
 * @param sumTodayFen the customer's other operations of the kind in the running day, fen
 */
export function isHighValue(policy: KindPolicy, totalFen: number, lines: number, sumTodayFen: number): boolean {
  return totalFen + sumTodayFen >= policy.highValueFromFen || lines >= policy.highValueFromLines;
}

/** The band a sum lies in: what the review desk may show before the blind entry. */
export function bandOf(policy: KindPolicy, totalFen: number): { zh: string; en: string } {
  const band = policy.bands.filter((b) => totalFen >= b.fromFen).sort((a, b) => b.fromFen - a.fromFen)[0];
  return band ? band.text : { zh: '未分档', en: 'no band' };
}
