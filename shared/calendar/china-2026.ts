/**
 * The shipped calendar: 2026 with its make-up workdays, 2027 provisional.
 * Both are data to be confirmed against the official text before a bank relies on them.
 */
import { Calendar } from './calendar.ts';

const named = (zh: string, en: string, dates: string[]): { date: string; name: { zh: string; en: string } }[] =>
  dates.map((date) => ({ date, name: { zh, en } }));

const days = (year: number, month: number, first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) =>
    `${year}-${String(month).padStart(2, '0')}-${String(first + index).padStart(2, '0')}`);

export const CHINA_CALENDAR: Calendar = Calendar.parse({
  zone: 'Asia/Shanghai',
  offsetMinutes: 480,
  years: [
    {
      year: 2026,
      status: 'published',
      source: '国务院办公厅关于2026年部分节假日安排的通知（录入待核对）',
      confirmed: false,
      holidays: [
        ...named('元旦', "New Year's Day", days(2026, 1, 1, 3)),
        ...named('春节', 'Spring Festival', days(2026, 2, 15, 23)),
        ...named('清明节', 'Qingming', days(2026, 4, 4, 6)),
        ...named('劳动节', 'Labour Day', days(2026, 5, 1, 5)),
        ...named('端午节', 'Dragon Boat Festival', days(2026, 6, 19, 21)),
        ...named('中秋节', 'Mid-Autumn Festival', days(2026, 9, 25, 27)),
        ...named('国庆节', 'National Day', days(2026, 10, 1, 7)),
      ],
      makeUpWorkdays: ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'],
    },
    {
      // Only the days that 全国年节及纪念日放假办法 fixes; bridges and make-up days are published late in 2026.
      year: 2027,
      status: 'provisional',
      source: '全国年节及纪念日放假办法（法定假日；调休待国务院办公厅公布）',
      confirmed: false,
      holidays: [
        ...named('元旦', "New Year's Day", days(2027, 1, 1, 1)),
        ...named('春节', 'Spring Festival', days(2027, 2, 5, 8)),
        ...named('清明节', 'Qingming', days(2027, 4, 5, 5)),
        ...named('劳动节', 'Labour Day', days(2027, 5, 1, 2)),
        ...named('端午节', 'Dragon Boat Festival', days(2027, 6, 9, 9)),
        ...named('中秋节', 'Mid-Autumn Festival', days(2027, 9, 15, 15)),
        ...named('国庆节', 'National Day', days(2027, 10, 1, 3)),
      ],
      makeUpWorkdays: [],
    },
  ],
});

/** The same, by the short name. */
export { CHINA_CALENDAR as china };
