import { act, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { noCases } from '../../../renderer/desk-client/held-cases.ts';
import { useCasesCalmly } from '../../../renderer/app/stores/calm-cases.ts';
import { applyChange, useCases } from '../../../renderer/app/stores/cases.ts';

const id = (n: number): string => `0190a0b0-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
let drawn: number[] = [];

function Count() {
  const { size } = useCasesCalmly(500);
  drawn.push(size);
  return <p data-testid="cases">{size}</p>;
}

/** One more case is held. */
const oneMore = (): void => act(() => {
  const { size } = useCases.getState().held;
  applyChange({ whole: false, changed: [{ case: id(size), version: 1, state: null, marks: [], heardAt: null }], gone: [] });
});
const shown = (): number => Number(screen.getByTestId('cases').textContent);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  useCases.setState({ held: noCases });
  drawn = [];
});
afterEach(() => vi.useRealTimers());

it('[OF5] draws a change at once after a pause, then no more often than it was told to, and the last one always', () => {
  render(<Count />);
  oneMore();
  expect(shown()).toBe(1);
  for (let n = 2; n <= 40; n += 1) {
    act(() => vi.advanceTimersByTime(10));
    oneMore();
  }
  expect(shown()).toBe(1);
  act(() => vi.advanceTimersByTime(110));
  expect(shown()).toBe(40);
  expect(new Set(drawn)).toEqual(new Set([0, 1, 40]));
  act(() => vi.advanceTimersByTime(600));
  oneMore();
  expect(shown()).toBe(41);
});

it('draws no more when it has left the screen', () => {
  const { unmount } = render(<Count />);
  oneMore();
  oneMore();
  unmount();
  act(() => vi.advanceTimersByTime(1_000));
  expect(drawn.at(-1)).toBe(1);
});
