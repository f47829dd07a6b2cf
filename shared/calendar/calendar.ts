/**
 * The centre's calendar: its zone, the legal holidays and the make-up workdays (调休). Data, never code: every year
 * is published anew, and a year that is not published yet says so.
 */
import { z } from 'zod';
import { bilingual, CivilDate } from '../protocol/ids.ts';

export const CalendarYear = z.strictObject({
  year: z.int().min(2000).max(2100),
  /** `provisional`: not published yet, only the days fixed by law. */
  status: z.enum(['published', 'provisional']),
  source: z.string(),
  /** Whether somebody has compared it with the official text. */
  confirmed: z.boolean(),
  holidays: z.array(z.strictObject({ date: CivilDate, name: bilingual })),
  makeUpWorkdays: z.array(CivilDate),
}).refine(
  (one) => [...one.holidays.map((day) => day.date), ...one.makeUpWorkdays].every((date) => date.startsWith(`${one.year}-`)),
  'a date of another year',
).refine(
  (one) => !one.makeUpWorkdays.some((date) => one.holidays.some((day) => day.date === date)),
  'a day is holiday and make-up workday at once',
);
export type CalendarYear = z.infer<typeof CalendarYear>;

export const Calendar = z.strictObject({
  zone: z.literal('Asia/Shanghai'),
  /** Minutes east of UTC. The zone has had no summer time since 1991, so one number is enough, and needs no zone data. */
  offsetMinutes: z.int().min(-840).max(840),
  years: z.array(CalendarYear).min(1),
}).refine((calendar) => new Set(calendar.years.map((one) => one.year)).size === calendar.years.length, 'a year twice');
export type Calendar = z.infer<typeof Calendar>;
