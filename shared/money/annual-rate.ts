/**
 * The annual rate that a customer really pays: internal rate of return per month, times twelve (年化单利).
 * The fee stays on the original principal while the debt shrinks, so adding up the fees (7.2 %) would mislead.
 */
import { divideRounded, periodPosting, settle } from './instalment.ts';
import type { PlanTerms } from './instalment.ts';

/** Payments at the end of months 1 … m, in fen. */
export type Payments = readonly number[];

/** What is still missing of the principal after discounting all payments at a monthly rate (Horner: no powers). */
function shortfall(principalFen: number, payments: Payments, monthlyRate: number): number {
  const discount = 1 / (1 + monthlyRate);
  let present = 0;
  for (let month = payments.length - 1; month >= 0; month--) present = (present + (payments[month] ?? 0)) * discount;
  return principalFen - present;
}

/**
 * Annual simple rate of a loan repaid by these payments.
 * @param principalFen lent at month 0
 * @param payments in fen; their sum is at least the principal, as nobody is paid for borrowing
 * @returns per million a year, rounded half up; 0 when nothing was charged
 */
export function annualRatePpm(principalFen: number, payments: Payments): number {
  const paid = payments.reduce((sum, fen) => sum + fen, 0);
  if (principalFen <= 0 || paid < principalFen) throw new RangeError('payments do not cover the principal');
  if (paid === principalFen) return 0;
  let low = 0;
  let high = 0.01;
  while (shortfall(principalFen, payments, high) < 0) high *= 2;
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (shortfall(principalFen, payments, middle) < 0) low = middle;
    else high = middle;
  }
  return divideRounded(BigInt(Math.round(((low + high) / 2) * 12 * 1e9)), 1000n);
}

/** The rate of the whole plan, carried to its end. */
export function contractRatePpm(terms: PlanTerms): number {
  return annualRatePpm(terms.principalFen, paymentsUpTo(terms, terms.periodsTotal));
}

/**
 * The rate realised when the plan is settled together with its last posted period.
 * @returns per million a year, or null before the first period or when the terms cannot be computed
 */
export function realisedRatePpm(terms: PlanTerms): number | null {
  if (terms.periodsPosted < 1) return null;
  const settlement = settle(terms);
  if ('refusal' in settlement) return null;
  const payments = paymentsUpTo(terms, terms.periodsPosted);
  const last = payments.length - 1;
  return annualRatePpm(terms.principalFen, payments.with(last, (payments[last] ?? 0) + settlement.dueNowFen));
}

function paymentsUpTo(terms: PlanTerms, periods: number): number[] {
  return Array.from({ length: periods }, (_, index) => {
    const { principalFen, feeFen } = periodPosting(terms, index + 1);
    return principalFen + feeFen;
  });
}
