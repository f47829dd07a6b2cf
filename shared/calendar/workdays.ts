/** Workdays, mornings and hours of the centre. "Due" is a query over these, never an event. */
import type { Calendar } from './calendar.ts';
import { addDays, civilDateOf, instantOf, minuteOfDay, weekday } from './civil.ts';

export type DayKind = {
  workday: boolean;
  why: 'weekday' | 'weekend' | 'holiday' | 'make-up';
  /** `none`: the calendar holds nothing of that year, so only Monday to Friday is known. */
  known: 'published' | 'provisional' | 'none';
};

/** What a civil date is: legal holidays and make-up workdays overrule the weekday. */
export function dayKind(calendar: Calendar, date: string): DayKind {
  const year = calendar.years.find((one) => date.startsWith(`${one.year}-`));
  const known = year?.status ?? 'none';
  if (year?.makeUpWorkdays.includes(date)) return { workday: true, why: 'make-up', known };
  if (year?.holidays.some((day) => day.date === date)) return { workday: false, why: 'holiday', known };
  const working = weekday(date) <= 5;
  return { workday: working, why: working ? 'weekday' : 'weekend', known };
}

export const isWorkday = (calendar: Calendar, date: string): boolean => dayKind(calendar, date).workday;

/** The first workday after a date (never the date itself). */
export const nextWorkday = (calendar: Calendar, date: string): string => addWorkdays(calendar, date, 1);

/** So many workdays after a date; 0 gives the date itself, workday or not. */
export function addWorkdays(calendar: Calendar, date: string, workdays: number): string {
  if (!Number.isInteger(workdays) || workdays < 0) throw new RangeError(`not a number of workdays: ${workdays}`);
  let day = date;
  for (let left = workdays; left > 0; ) {
    day = addDays(day, 1);
    if (isWorkday(calendar, day)) left--;
  }
  return day;
}

/**
 * The morning after: the given full hour on the civil day that follows the one of the instant, workday or not
 * (the night batch runs every night).
 * @param hour 0 … 23, in the centre's zone
 */
export function nextMorning(calendar: Calendar, instant: string, hour: number): string {
  const clock = `${String(hour).padStart(2, '0')}:00`;
  return instantOf(calendar, addDays(civilDateOf(calendar, instant), 1), clock);
}

/** Whether an instant lies in the hours `[from, to)` of the centre's day, as 8–21 for callbacks. */
export function within(calendar: Calendar, instant: string, fromHour: number, toHour: number): boolean {
  const minute = minuteOfDay(calendar, instant);
  return minute >= fromHour * 60 && minute < toHour * 60;
}
