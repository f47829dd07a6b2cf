/**
 * Civil dates of the centre's zone: arithmetic on `YYYY-MM-DD` and the way between an instant and a civil date.
 * No clock is read here; `Date` serves as arithmetic on a given instant only.
 */
import type { Calendar } from './calendar.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

type Parts = { year: number; month: number; day: number };

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
const civil = (utcMs: number): string => new Date(utcMs).toISOString().slice(0, 10);

/** Reads a civil date and refuses one that does not exist (30 February): that is a bug of the caller. */
export function partsOf(date: string): Parts {
  const [, y, m, d] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date) ?? [];
  const parts = { year: Number(y), month: Number(m), day: Number(d) };
  const ms = Date.UTC(parts.year, parts.month - 1, parts.day);
  if (y === undefined || Number.isNaN(ms) || civil(ms) !== date) throw new RangeError(`not a civil date: ${date}`);
  return parts;
}

const utcMsOf = (date: string): number => {
  const { year, month, day } = partsOf(date);
  return Date.UTC(year, month - 1, day);
};

/** Days later (or earlier, when negative). */
export const addDays = (date: string, days: number): string => civil(utcMsOf(date) + days * DAY_MS);

/** Days from one civil date to another; negative when `to` is earlier. */
export const daysBetween = (from: string, to: string): number => (utcMsOf(to) - utcMsOf(from)) / DAY_MS;

/** Months later; a day that the month lacks becomes its last day (31 January + 1 = 28 February). */
export function addMonths(date: string, months: number): string {
  const { year, month, day } = partsOf(date);
  const first = year * 12 + (month - 1) + months;
  const targetYear = Math.floor(first / 12);
  const targetMonth = first - targetYear * 12;
  const lastDay = new Date(Date.UTC(targetYear, targetMonth + 1, 0)).getUTCDate();
  return `${pad(targetYear, 4)}-${pad(targetMonth + 1)}-${pad(Math.min(day, lastDay))}`;
}

/** 1 Monday … 7 Sunday. */
export const weekday = (date: string): number => ((new Date(utcMsOf(date)).getUTCDay() + 6) % 7) + 1;

function instantMs(instant: string): number {
  const ms = Date.parse(instant);
  if (Number.isNaN(ms)) throw new RangeError(`not an instant: ${instant}`);
  return ms;
}

const localMs = (calendar: Calendar, instant: string): number => instantMs(instant) + calendar.offsetMinutes * MINUTE_MS;

/** The civil date in the centre's zone at an instant: 2026-03-09T16:00:00.000Z is already 10 March there. */
export const civilDateOf = (calendar: Calendar, instant: string): string => civil(localMs(calendar, instant));

/** The wall clock in the centre's zone at an instant, as `HH:mm`. */
export const civilTimeOf = (calendar: Calendar, instant: string): string =>
  new Date(localMs(calendar, instant)).toISOString().slice(11, 16);

/** Hour and minute in the centre's zone, as minutes since midnight. */
export const minuteOfDay = (calendar: Calendar, instant: string): number => {
  const local = new Date(localMs(calendar, instant));
  return local.getUTCHours() * 60 + local.getUTCMinutes();
};

/** The instant of a civil date and wall-clock time (`HH:mm`) in the centre's zone. */
export function instantOf(calendar: Calendar, date: string, time: string): string {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? [];
  if (hours === undefined) throw new RangeError(`not a time of day: ${time}`);
  const local = utcMsOf(date) + (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  return new Date(local - calendar.offsetMinutes * MINUTE_MS).toISOString();
}

/** An instant some milliseconds later. */
export const addMs = (instant: string, ms: number): string => new Date(instantMs(instant) + ms).toISOString();
