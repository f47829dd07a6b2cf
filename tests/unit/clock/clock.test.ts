import { afterEach, expect, it, vi } from 'vitest';
import { ControllableClock, realClock } from '../../../server/clock/clock.ts';

afterEach(() => void vi.useRealTimers());

it('tells each millisecond as it is, though the same one is written out once', () => {
  vi.useFakeTimers({ now: Date.parse('2026-03-02T01:00:00.000Z') });
  const moved = new ControllableClock('2026-05-01T00:00:00.000Z');
  expect([realClock.now(), realClock.now(), moved.now()]).toEqual(['2026-03-02T01:00:00.000Z', '2026-03-02T01:00:00.000Z', '2026-05-01T00:00:00.000Z']);
  vi.advanceTimersByTime(1);
  expect([realClock.now(), moved.now()]).toEqual(['2026-03-02T01:00:00.001Z', '2026-05-01T00:00:00.001Z']);
  moved.moveTo('2026-05-01T00:00:05.000Z');
  expect([realClock.now(), moved.now()]).toEqual(['2026-03-02T01:00:00.001Z', '2026-05-01T00:00:05.000Z']);
  vi.setSystemTime(Date.parse('2026-03-02T00:59:59.000Z'));
  expect(realClock.now()).toBe('2026-03-02T00:59:59.000Z');
});
