/**
 * The bank's own arithmetic, written apart from the desktop's on purpose: it walks the periods one by one, so that a
 * worksheet that agrees with it has been computed in two ways.
 */
import { addDays, addMonths, civilDateOf, instantOf, minuteOfDay } from '#shared/calendar/civil.ts';
import { CHINA_CALENDAR } from '#shared/calendar/china-2026.ts';
import type { PlanRow } from './rows.ts';

/** Half up: part per million, or a part of n. */
const portion = (fen: number, numerator: number, denominator: number): number => {
  const twice = 2n * BigInt(fen) * BigInt(numerator);
  return Number((twice + BigInt(denominator)) / (2n * BigInt(denominator)));
};

/** Principal and fee of one period, as they post. */
export function periodFigures(plan: PlanRow, period: number): { principalFen: number; feeFen: number } {
  const each = portion(plan.principal_fen, 1, plan.periods_total);
  const principalFen = period === plan.periods_total ? plan.principal_fen - each * (plan.periods_total - 1) : each;
  const fee = portion(plan.principal_fen, plan.fee_ppm, 1_000_000);
  const feeFen = plan.fee_mode === 'D' ? (period === 1 ? fee * plan.periods_total : 0) : fee;
  return { principalFen, feeFen };
}

export type SettlementFigures = { remainingFen: number; feeFen: number; dueNowFen: number; savedFen: number };

/** What settling now bills, and what it saves: the sum of the periods that will not post. */
export function settlementFigures(plan: PlanRow): SettlementFigures {
  let remainingFen = 0;
  let futureFees = 0;
  for (let period = plan.periods_posted + 1; period <= plan.periods_total; period++) {
    const figures = periodFigures(plan, period);
    remainingFen += figures.principalFen;
    futureFees += figures.feeFen;
  }
  const feeFen = plan.fee_mode === 'B' ? portion(remainingFen, plan.penalty_ppm, 1_000_000) : plan.fee_mode === 'C' ? futureFees : 0;
  return { remainingFen, feeFen, dueNowFen: remainingFen + feeFen, savedFen: futureFees - feeFen };
}

/** Principal not yet posted; nothing once the plan is no longer active. */
export const remainingFen = (plan: PlanRow): number => (plan.status === 'active' ? settlementFigures(plan).remainingFen : 0);

export const DAYS_TO_PAY = 20;
/** The night batch of a day runs at this hour of the centre's zone. */
export const BATCH_TIME = '02:00';

export const today = (now: string): string => civilDateOf(CHINA_CALENDAR, now);

/** The statement day on or after a date. */
export function statementOnOrAfter(statementDay: number, date: string): string {
  const inMonth = `${date.slice(0, 8)}${String(statementDay).padStart(2, '0')}`;
  return inMonth >= date ? inMonth : addMonths(inMonth, 1);
}

/** The statement day on or before a date. */
export function statementOnOrBefore(statementDay: number, date: string): string {
  const inMonth = `${date.slice(0, 8)}${String(statementDay).padStart(2, '0')}`;
  return inMonth <= date ? inMonth : addMonths(inMonth, -1);
}

/** The last batch that should have run by now. */
export function batchDue(now: string): string {
  const date = today(now);
  return instantOf(CHINA_CALENDAR, date, BATCH_TIME) <= now ? date : addDays(date, -1);
}

/** Orders are taken until 22:30; from 22:00 on the next day's end is told, so that a late call can still be served. */
export function cutoffAt(now: string): string {
  const late = minuteOfDay(CHINA_CALENDAR, now) >= 22 * 60;
  return instantOf(CHINA_CALENDAR, late ? addDays(today(now), 1) : today(now), '22:30');
}

/** An accepted settlement posts in the batch of the next civil day. */
export const settlementPostsOn = (now: string): string => addDays(today(now), 1);

/** A quote holds until the statement day begins, on which the next period posts. */
export const quoteEnd = (statementDate: string): string => instantOf(CHINA_CALENDAR, statementDate, '00:00');

/** From this day on contracts must charge by use (the 2022 notice); earlier ones keep their mode. To be confirmed by a bank. */
export const USE_BASED_INTEREST_FROM = '2022-07-07';
export const ruleConflict = (plan: Pick<PlanRow, 'fee_mode' | 'signed_on'>): boolean =>
  (plan.fee_mode === 'C' || plan.fee_mode === 'D') && plan.signed_on >= USE_BASED_INTEREST_FROM;
