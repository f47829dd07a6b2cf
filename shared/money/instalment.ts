/**
 * The arithmetic of an instalment plan and of ending it early (DOMAIN §1).
 *
 * q = round(P/n), fee per period = round(f·P), R = P − k·q, the last period carries the remainder. Rounding is half
 * up and happens once per posted item; a sum is always the sum of rounded items, because that is what gets posted.
 */
import { refuse } from '../protocol/refusal.ts';
import type { Refusal } from '../protocol/refusal.ts';
import type { FeeMode } from '../protocol/bank.ts';

export type PlanTerms = {
  principalFen: number;
  periodsTotal: number;
  periodsPosted: number;
  feeMode: FeeMode;
  /** Per period, per million of the original principal. */
  feePpm: number;
  /** Mode B: per million of the remaining principal. */
  penaltyPpm: number;
};

/** A bank's own rounding is configuration; half up is the rule when nothing else is said. */
export type Rounding = 'half-up' | 'down' | 'up';

const MILLION = 1_000_000n;

/** Divides non-negative integers exactly and rounds once. BigInt inside: principal × rate leaves the safe integers. */
export function divideRounded(numerator: bigint, denominator: bigint, rounding: Rounding = 'half-up'): number {
  if (rounding === 'down') return Number(numerator / denominator);
  if (rounding === 'up') return Number((numerator + denominator - 1n) / denominator);
  return Number((2n * numerator + denominator) / (2n * denominator));
}

const share = (fen: number, ppm: number, rounding: Rounding): number => divideRounded(BigInt(fen) * BigInt(ppm), MILLION, rounding);

/**
 * Are these the terms of a real plan? Checks ranges, and that rounding up every period does not eat more than the
 * principal (possible below some yuan: 3 fen in 5 periods).
 * @returns a refusal, or null when the terms can be computed
 */
export function checkTerms(terms: PlanTerms, rounding: Rounding = 'half-up'): Refusal | null {
  const { principalFen: p, periodsTotal: n, periodsPosted: k, feePpm, penaltyPpm } = terms;
  const whole = [p, n, k, feePpm, penaltyPpm].every((figure) => Number.isSafeInteger(figure) && figure >= 0);
  if (!whole || p === 0 || n < 1 || n > 60 || k > n || feePpm > 1_000_000 || penaltyPpm > 1_000_000) return refuse('plan-terms').refusal;
  return periodPrincipalFen(terms, n, rounding) < 0 ? refuse('plan-too-small').refusal : null;
}

/** Principal that posts in a period (1 … n), in fen; the last one carries the remainder of the rounding. */
export function periodPrincipalFen(terms: PlanTerms, period: number, rounding: Rounding = 'half-up'): number {
  const { principalFen, periodsTotal } = terms;
  if (!Number.isInteger(period) || period < 1 || period > periodsTotal) throw new RangeError(`no period ${period} of ${periodsTotal}`);
  const regular = divideRounded(BigInt(principalFen), BigInt(periodsTotal), rounding);
  return period < periodsTotal ? regular : principalFen - regular * (periodsTotal - 1);
}

/** The fee of one period in fen, taken on the *original* principal; in mode D all of them post with period 1. */
export function feePerPeriodFen(terms: PlanTerms, rounding: Rounding = 'half-up'): number {
  return share(terms.principalFen, terms.feePpm, rounding);
}

/** What posts with a period (1 … n): principal and fee, in fen. */
export function periodPosting(terms: PlanTerms, period: number, rounding: Rounding = 'half-up'): { principalFen: number; feeFen: number } {
  const fee = feePerPeriodFen(terms, rounding);
  const feeFen = terms.feeMode !== 'D' ? fee : period === 1 ? fee * terms.periodsTotal : 0;
  return { principalFen: periodPrincipalFen(terms, period, rounding), feeFen };
}

/** Principal not yet posted, in fen. */
export function remainingPrincipalFen(terms: PlanTerms, rounding: Rounding = 'half-up'): number {
  const { principalFen, periodsTotal, periodsPosted } = terms;
  if (periodsPosted >= periodsTotal) return 0;
  return principalFen - periodsPosted * divideRounded(BigInt(principalFen), BigInt(periodsTotal), rounding);
}

export type Settlement = {
  remainingFen: number;
  /** Billed now beside the principal: penalty (B), all remaining fees (C), otherwise 0. */
  extraFen: number;
  dueNowFen: number;
  /** Fees still to come when the plan goes on. */
  continuingFeeFen: number;
  /** continuingFeeFen − extraFen: may be zero (不省钱) or negative (反而多付). */
  savedFen: number;
};

/**
 * What settling the whole plan costs now, and what it saves against going on.
 * @param terms of the plan, with `periodsPosted` as of now
 * @returns figures in fen, or a refusal (`plan-terms`, `plan-too-small`)
 */
export function settle(terms: PlanTerms, rounding: Rounding = 'half-up'): Settlement | { refusal: Refusal } {
  const refusal = checkTerms(terms, rounding);
  if (refusal) return { refusal };
  const remainingFen = remainingPrincipalFen(terms, rounding);
  const toCome = feePerPeriodFen(terms, rounding) * (terms.periodsTotal - terms.periodsPosted);
  const taken = terms.feeMode === 'D' && terms.periodsPosted >= 1;
  const continuingFeeFen = taken ? 0 : terms.feeMode === 'D' ? feePerPeriodFen(terms, rounding) * terms.periodsTotal : toCome;
  const extraFen =
    terms.feeMode === 'B' ? share(remainingFen, terms.penaltyPpm, rounding) : terms.feeMode === 'C' ? toCome : 0;
  return { remainingFen, extraFen, dueNowFen: remainingFen + extraFen, continuingFeeFen, savedFen: continuingFeeFen - extraFen };
}
