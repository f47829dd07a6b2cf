import { describe, expect, it } from 'vitest';
import { arrivalRate, arrivalsFromCsv, builtInCurve, slotAt, slotsPerDay } from '../../../server/telephony/arrivals.ts';

const csv = (...rows: string[]): string => ['DateTime,Calls', ...rows].join('\n');

describe('an arrivals file', () => {
  it('gives each weekday its own mean and each missing hour the built-in curve', () => {
    // 2003-03-03 and 2003-03-10 are Mondays, 2003-03-04 a Tuesday.
    const read = arrivalsFromCsv(`\uFEFF${csv('2003-03-03T07:00,100', '2003-03-10T07:00,300', '2003-03-04T07:00,50', '2003-03-03 07:05,150', '')}\r\n`);
    if (!read.ok) throw new Error(read.error.en);
    const mean = (150 + 150) / 2;
    expect(read.curve.relative(1, 84)).toBeCloseTo(200 / mean);
    expect(read.curve.relative(2, 84)).toBeCloseTo(50 / mean);
    expect(read.curve.relative(5, 84)).toBeCloseTo(150 / mean);
    expect(read.curve.relative(1, 0)).toBe(builtInCurve.relative(1, 0));
  });

  it.each([
    ['another header', 'when,calls\n2003-03-03T07:00,1', 1],
    ['an empty file', '', 1],
    ['no rows', csv(), 2],
    ['a word for a number', csv('2003-03-03T07:00,1', '2003-03-03T07:05,many'), 3],
    ['a negative number', csv('2003-03-03T07:00,-4'), 2],
    ['a day that is none', csv('2003-02-30T07:00,4'), 2],
    ['a time between slots', csv('2003-03-03T07:02,4'), 2],
    ['a third column', csv('2003-03-03T07:00,4,5'), 2],
    ['nothing but zeros', csv('2003-03-03T07:00,0'), 2],
  ])('%s is refused with its line, in both languages', (_, text, line) => {
    const read = arrivalsFromCsv(text);
    expect(read).toMatchObject({ ok: false, error: { code: 'arrivals-file-bad', line } });
    if (read.ok) return;
    expect(read.error.zh).toContain(`第 ${line} 行`);
    expect(read.error.en).toContain(`line ${line}`);
  });

  it('[PR4] the error does not repeat what stood in the file', () => {
    const read = arrivalsFromCsv(csv('2003-03-03T07:00,6225880000000000'));
    expect(JSON.stringify(read)).not.toContain('622588');
  });
});

describe('the rate of arrivals', () => {
  it('grows with the seats, is none without them, and never falls below the floor', () => {
    const policy = { callsPerSeatHour: 10, floor: 0.2 };
    const one = arrivalRate(builtInCurve, 1, 1, 120, policy);
    expect(arrivalRate(builtInCurve, 40, 1, 120, policy)).toBeCloseTo(one * 40);
    expect(arrivalRate(builtInCurve, 0, 1, 120, policy)).toBe(0);
    expect(arrivalRate(builtInCurve, 1, 1, 40, policy) * 3_600_000).toBeCloseTo(2);
  });

  it('the built-in curve has a mean of about one on a working day', () => {
    const mean = [...Array(slotsPerDay).keys()].reduce((sum, slot) => sum + builtInCurve.relative(1, slot), 0) / slotsPerDay;
    expect(mean).toBeGreaterThan(0.9);
    expect(mean).toBeLessThan(1.1);
  });

  it('slots are those of the centre’s zone', () => {
    expect(slotAt('2026-03-02T16:03:00.000Z', 480)).toEqual({ weekday: 2, slot: 0, leftMs: 120_000 });
    expect(slotAt('2026-03-02T01:00:00.000Z', 480)).toEqual({ weekday: 1, slot: 108, leftMs: 300_000 });
  });
});
