import { describe, expect, it } from 'vitest';
import { china } from '#shared/calendar/china-2026.ts';
import { workOrderDeadlines } from '#shared/work-order/deadlines.ts';

describe('[DOMAIN §4] the clocks of a work order', () => {
  // A Friday afternoon at the centre, no holiday near.
  const FRIDAY = '2026-11-20T08:30:00.000Z';
  it.each([
    ['urgent', '2026-11-20T09:30:00.000Z', '2026-11-23T08:30:00.000Z'],
    // Five and seven workdays on, to the end of the day at 18:00 in Shanghai: the week-end does not count.
    ['important', '2026-11-21T08:30:00.000Z', '2026-11-27T10:00:00.000Z'],
    ['ordinary', '2026-11-22T08:30:00.000Z', '2026-12-01T10:00:00.000Z'],
  ] as const)('%s', (urgency, contactBy, closeBy) => expect(workOrderDeadlines(FRIDAY, urgency, china)).toEqual({ contactBy, closeBy }));

  it('counts from the centre\'s own day: half past midnight there is still yesterday in UTC', () => {
    const late = workOrderDeadlines('2026-11-22T16:30:00.000Z', 'important', china);
    const monday = workOrderDeadlines('2026-11-23T02:00:00.000Z', 'important', china);
    expect(late.closeBy).toBe(monday.closeBy);
  });

  it('a national holiday is no workday', () => {
    const before = workOrderDeadlines('2026-09-30T02:00:00.000Z', 'important', china).closeBy;
    expect(Date.parse(before) - Date.parse('2026-09-30T02:00:00.000Z')).toBeGreaterThan(10 * 86_400_000);
  });
});
