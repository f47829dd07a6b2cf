import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Calendar } from '#shared/calendar/calendar.ts';
import { china as CHINA } from '#shared/calendar/china-2026.ts';
import { addDays, addMonths, civilDateOf, civilTimeOf, daysBetween, instantOf, partsOf, weekday } from '#shared/calendar/civil.ts';
import { addWorkdays, dayKind, isWorkday, nextMorning, nextWorkday, within } from '#shared/calendar/workdays.ts';

const anyDate = fc.integer({ min: 0, max: 40_000 }).map((days) => addDays('1990-01-01', days));

describe('civil dates of the centre', () => {
  test.each([
    ['2026-03-09T15:59:59.999Z', '2026-03-09', '23:59'],
    ['2026-03-09T16:00:00.000Z', '2026-03-10', '00:00'],
    ['2026-12-31T20:30:00.000Z', '2027-01-01', '04:30'],
  ])('%s is %s %s there', (instant, date, time) => {
    expect(civilDateOf(CHINA, instant)).toBe(date);
    expect(civilTimeOf(CHINA, instant)).toBe(time);
  });

  test('agrees with the zone data of the platform', () => {
    const zone = new Intl.DateTimeFormat('sv-SE', { timeZone: CHINA.zone, dateStyle: 'short', timeStyle: 'short' });
    fc.assert(fc.property(fc.date({ min: new Date('1995-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }), (date) => {
      const instant = date.toISOString();
      expect(`${civilDateOf(CHINA, instant)} ${civilTimeOf(CHINA, instant)}`).toBe(zone.format(date));
    }), { seed: 21 });
  });

  test('date and time of day make the instant again', () => {
    fc.assert(fc.property(anyDate, fc.integer({ min: 0, max: 1439 }), (date, minute) => {
      const time = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
      const instant = instantOf(CHINA, date, time);
      expect([civilDateOf(CHINA, instant), civilTimeOf(CHINA, instant)]).toEqual([date, time]);
    }), { seed: 22 });
  });

  test('days added are days between', () => {
    fc.assert(fc.property(anyDate, fc.integer({ min: -5_000, max: 5_000 }), (date, days) => {
      expect(daysBetween(date, addDays(date, days))).toBe(days);
      expect(weekday(addDays(date, 7))).toBe(weekday(date));
    }), { seed: 23 });
  });

  test.each([
    ['2026-01-31', 1, '2026-02-28'], ['2028-01-31', 1, '2028-02-29'], ['2026-11-21', 2, '2027-01-21'], ['2026-01-15', -1, '2025-12-15'], ['2026-12-31', 12, '2027-12-31'],
  ])('%s and %i months is %s', (date, months, expected) => expect(addMonths(date, months)).toBe(expected));

  test.each(['2026-02-30', '2026-13-01', '26-01-01', '', '2026-1-1'])('%j is no date', (text) => {
    expect(() => partsOf(text)).toThrow(RangeError);
  });

  test.each(['24:00', '8:00', '12:60', ''])('%j is no time of day', (text) => {
    expect(() => instantOf(CHINA, '2026-01-01', text)).toThrow(RangeError);
  });
});

describe('workdays and 调休', () => {
  test.each([
    ['2026-11-20', true, 'weekday'], ['2026-11-21', false, 'weekend'], ['2026-10-01', false, 'holiday'], ['2026-10-10', true, 'make-up'],
    ['2026-02-14', true, 'make-up'], ['2026-02-16', false, 'holiday'], ['2026-09-20', true, 'make-up'],
  ])('%s: workday %s (%s)', (date, workday, why) => {
    expect(dayKind(CHINA, date)).toEqual({ workday, why, known: 'published' });
  });

  test('the workday before Spring Festival is followed by the one after it', () => {
    expect(nextWorkday(CHINA, '2026-02-14')).toBe('2026-02-24');
    expect(addWorkdays(CHINA, '2026-09-30', 2)).toBe('2026-10-09');
    expect(addWorkdays(CHINA, '2026-09-30', 3)).toBe('2026-10-10');
    expect(addWorkdays(CHINA, '2026-10-01', 0)).toBe('2026-10-01');
  });

  test('a year that nobody published says so', () => {
    expect(dayKind(CHINA, '2027-03-01').known).toBe('provisional');
    expect(dayKind(CHINA, '2031-03-03')).toEqual({ workday: true, why: 'weekday', known: 'none' });
  });

  test('every make-up workday is a weekend day, and exactly as many holidays fall on working weekdays as the law and those days give', () => {
    for (const { makeUpWorkdays } of CHINA.years) for (const date of makeUpWorkdays) expect(weekday(date)).toBeGreaterThan(5);
    const off = CHINA.years[0]?.holidays.filter((day) => weekday(day.date) <= 5).length ?? 0;
    const made = CHINA.years[0]?.makeUpWorkdays.length ?? 0;
    expect(off - made).toBeLessThanOrEqual(13);
  });

  test('the next workday is a workday, later, and nothing between is one', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 729 }).map((days) => addDays('2026-01-01', days)), (date) => {
      const next = nextWorkday(CHINA, date);
      expect(isWorkday(CHINA, next)).toBe(true);
      expect(next > date).toBe(true);
      for (let day = addDays(date, 1); day < next; day = addDays(day, 1)) expect(isWorkday(CHINA, day)).toBe(false);
    }), { seed: 24 });
  });
});

describe('mornings and hours', () => {
  test('the morning after is on the next civil day, whatever the hour of the night', () => {
    expect(nextMorning(CHINA, '2026-11-21T15:30:00.000Z', 8)).toBe('2026-11-22T00:00:00.000Z');
    expect(nextMorning(CHINA, '2026-11-21T16:30:00.000Z', 8)).toBe('2026-11-23T00:00:00.000Z');
  });

  test.each([['00:00', false], ['07:59', false], ['08:00', true], ['20:59', true], ['21:00', false]])('a callback at %s: %s', (time, allowed) => {
    expect(within(CHINA, instantOf(CHINA, '2026-11-21', time), 8, 21)).toBe(allowed);
  });
});

describe('a calendar file', () => {
  const year = { year: 2026, status: 'published', source: 's', confirmed: false, holidays: [{ date: '2026-10-01', name: { zh: '国庆节', en: 'National Day' } }], makeUpWorkdays: [] };
  const file = { zone: 'Asia/Shanghai', offsetMinutes: 480, years: [year] };
  test.each([
    ['a date of another year', { ...file, years: [{ ...year, makeUpWorkdays: ['2027-01-01'] }] }],
    ['holiday and workday at once', { ...file, years: [{ ...year, makeUpWorkdays: ['2026-10-01'] }] }],
    ['a year twice', { ...file, years: [year, year] }],
    ['no year', { ...file, years: [] }],
    ['another zone', { ...file, zone: 'Europe/Berlin' }],
    ['an unknown field', { ...file, summerTime: true }],
  ])('with %s is refused', (_, bad) => expect(Calendar.safeParse(bad).success).toBe(false));

  test('that is right is taken', () => expect(Calendar.safeParse(file).success).toBe(true));
});
