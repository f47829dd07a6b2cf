import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { annualRatePpm, contractRatePpm, realisedRatePpm } from '#shared/money/annual-rate.ts';
import { formatPpm } from '#shared/money/fen.ts';
import {
  checkTerms, divideRounded, feePerPeriodFen, periodPosting, periodPrincipalFen, remainingPrincipalFen, settle,
} from '#shared/money/instalment.ts';
import type { PlanTerms, Settlement } from '#shared/money/instalment.ts';

const settled = (terms: PlanTerms): Settlement => {
  const result = settle(terms);
  if ('refusal' in result) throw new Error(result.refusal.code);
  return result;
};
const first: PlanTerms = { principalFen: 1_200_000, periodsTotal: 12, periodsPosted: 5, feeMode: 'A', feePpm: 6_000, penaltyPpm: 30_000 };
const second: PlanTerms = { principalFen: 8_888_888, periodsTotal: 24, periodsPosted: 7, feeMode: 'A', feePpm: 7_500, penaltyPpm: 30_000 };
const third: PlanTerms = { principalFen: 10_000_001, periodsTotal: 7, periodsPosted: 3, feeMode: 'A', feePpm: 6_000, penaltyPpm: 30_000 };

describe('the worked examples, to the fen', () => {
  test.each([
    ['A', 700_000, 0, 50_400, '8.63%'],
    ['B', 721_000, 21_000, 29_400, '13.54%'],
    ['C', 750_400, 50_400, 0, '20.27%'],
    ['D', 700_000, 0, 0, '21.40%'],
  ] as const)('12,000 in 12 periods, 5 posted, mode %s', (feeMode, dueNowFen, extraFen, savedFen, rate) => {
    const terms = { ...first, feeMode };
    expect(settled(terms)).toMatchObject({ remainingFen: 700_000, dueNowFen, extraFen, savedFen });
    expect(formatPpm(realisedRatePpm(terms) ?? -1)).toBe(rate);
  });

  test('the whole plan costs 13.03 % a year, never the 7.2 % of added fees', () => {
    expect(formatPpm(contractRatePpm(first))).toBe('13.03%');
    expect(feePerPeriodFen(first) * 12).toBe(86_400);
  });

  test('88,888.88 in 24 periods, 7 posted', () => {
    expect(periodPrincipalFen(second, 1)).toBe(370_370);
    expect(feePerPeriodFen(second)).toBe(66_667);
    expect(remainingPrincipalFen(second)).toBe(6_296_298);
    expect(settled(second).dueNowFen).toBe(6_296_298);
    expect(settled({ ...second, feeMode: 'B' }).dueNowFen).toBe(6_485_187);
    expect(settled({ ...second, feeMode: 'C' }).dueNowFen).toBe(7_429_637);
  });

  test('100,000.01 in 7 periods, 3 posted: the last period carries the remainder', () => {
    expect(periodPrincipalFen(third, 1)).toBe(1_428_572);
    expect(periodPrincipalFen(third, 7)).toBe(1_428_569);
    expect(remainingPrincipalFen(third)).toBe(5_714_285);
  });

  test('a penalty above the fees to come makes settling dearer', () => {
    expect(settled({ ...first, feeMode: 'B', periodsPosted: 11, penaltyPpm: 100_000 }).savedFen).toBe(7_200 - 10_000);
  });
});

const terms = fc.record({
  principalFen: fc.integer({ min: 2_000, max: 5_000_000_000 }),
  periodsTotal: fc.integer({ min: 1, max: 60 }),
  periodsPosted: fc.nat({ max: 60 }),
  feeMode: fc.constantFrom('A', 'B', 'C', 'D'),
  feePpm: fc.integer({ min: 0, max: 20_000 }),
  penaltyPpm: fc.integer({ min: 0, max: 50_000 }),
}).map((one): PlanTerms => ({ ...one, periodsPosted: one.periodsPosted % (one.periodsTotal + 1) }));

describe('for every plan', () => {
  test('the principal of all periods is the principal, and no period is negative', () => {
    fc.assert(fc.property(terms, (plan) => {
      const parts = Array.from({ length: plan.periodsTotal }, (_, index) => periodPrincipalFen(plan, index + 1));
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(plan.principalFen);
      expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
      expect(new Set(parts.slice(0, -1)).size).toBeLessThanOrEqual(1);
    }), { seed: 11 });
  });

  test('what posted and what remains is the principal', () => {
    fc.assert(fc.property(terms, (plan) => {
      let posted = 0;
      for (let period = 1; period <= plan.periodsPosted; period++) posted += periodPrincipalFen(plan, period);
      expect(posted + remainingPrincipalFen(plan)).toBe(plan.principalFen);
    }), { seed: 12 });
  });

  test('due now is principal and extra; saved is what goes on minus extra; by mode', () => {
    fc.assert(fc.property(terms, (plan) => {
      const result = settled(plan);
      expect(result.dueNowFen).toBe(result.remainingFen + result.extraFen);
      expect(result.savedFen).toBe(result.continuingFeeFen - result.extraFen);
      const fees = Array.from({ length: plan.periodsTotal - plan.periodsPosted }, (_, index) => periodPosting(plan, plan.periodsPosted + index + 1).feeFen);
      expect(result.continuingFeeFen).toBe(fees.reduce((sum, fee) => sum + fee, 0));
      if (plan.feeMode === 'A' || plan.feeMode === 'D') expect(result.extraFen).toBe(0);
      if (plan.feeMode === 'C') expect(result.savedFen).toBe(0);
      if (plan.feeMode === 'D' && plan.periodsPosted > 0) expect(result.savedFen).toBe(0);
    }), { seed: 13 });
  });

  test('every further period posted leaves no more to pay and no more to save in mode A', () => {
    fc.assert(fc.property(terms, (plan) => {
      fc.pre(plan.periodsPosted < plan.periodsTotal);
      for (const feeMode of ['A', 'B', 'C', 'D'] as const) {
        const now = settled({ ...plan, feeMode });
        const later = settled({ ...plan, feeMode, periodsPosted: plan.periodsPosted + 1 });
        expect(later.dueNowFen).toBeLessThanOrEqual(now.dueNowFen);
        if (feeMode === 'A') expect(later.savedFen).toBeLessThanOrEqual(now.savedFen);
      }
    }), { seed: 14 });
  });

  test('A is never dearer than B, and D bills what A bills', () => {
    fc.assert(fc.property(terms, (plan) => {
      expect(settled({ ...plan, feeMode: 'A' }).dueNowFen).toBeLessThanOrEqual(settled({ ...plan, feeMode: 'B' }).dueNowFen);
      expect(settled({ ...plan, feeMode: 'D' }).dueNowFen).toBe(settled({ ...plan, feeMode: 'A' }).dueNowFen);
    }), { seed: 15 });
  });

  test('settling early with fees kept (C) never lowers the rate, with fees dropped (A) never raises it', () => {
    fc.assert(fc.property(terms, (plan) => {
      fc.pre(plan.periodsPosted >= 1);
      const whole = contractRatePpm({ ...plan, feeMode: 'A' });
      expect(realisedRatePpm({ ...plan, feeMode: 'C' }) ?? -1).toBeGreaterThanOrEqual(whole);
      expect(realisedRatePpm({ ...plan, feeMode: 'A' }) ?? Infinity).toBeLessThanOrEqual(whole + 1);
    }), { seed: 16, numRuns: 60 });
  });
});

describe('rounding', () => {
  test('half up, also on odd denominators, exact far beyond double precision', () => {
    expect([1n, 2n, 3n, 4n].map((n) => divideRounded(n, 2n))).toEqual([1, 1, 2, 2]);
    expect([1n, 2n, 3n, 4n, 5n].map((n) => divideRounded(n, 3n))).toEqual([0, 1, 1, 1, 2]);
    expect(divideRounded(9_007_199_254_740_993n * 500_000n, 1_000_000n)).toBe(4_503_599_627_370_497);
  });

  test("a bank's own rounding is a setting", () => {
    expect(divideRounded(5n, 3n, 'down')).toBe(1);
    expect(divideRounded(4n, 3n, 'up')).toBe(2);
  });
});

describe('terms that no plan can have are refused, not computed', () => {
  test.each([
    [{ ...first, principalFen: 0 }, 'plan-terms'], [{ ...first, principalFen: 1.5 }, 'plan-terms'], [{ ...first, periodsPosted: 13 }, 'plan-terms'],
    [{ ...first, periodsTotal: 61 }, 'plan-terms'], [{ ...first, feePpm: -1 }, 'plan-terms'], [{ ...first, principalFen: 3, periodsTotal: 5, periodsPosted: 4 }, 'plan-too-small'],
  ])('%j', (plan, code) => {
    expect(checkTerms(plan)?.code).toBe(code);
    expect(settle(plan)).toMatchObject({ refusal: { code } });
  });

  test('a rate needs payments that cover the principal', () => {
    expect(() => annualRatePpm(100, [50])).toThrow(RangeError);
    expect(annualRatePpm(100, [50, 50])).toBe(0);
    expect(realisedRatePpm({ ...first, periodsPosted: 0 })).toBeNull();
  });
});
