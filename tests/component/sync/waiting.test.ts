import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CaseView, Mark } from '#shared/protocol/case-view.ts';
import { waitingOf } from '../../../renderer/sync/waiting.ts';

const id = (n: number): string => `0190a0b0-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
const madeAt = (minute: number): string => new Date(Date.UTC(2026, 10, 21) + 60_000 * minute).toISOString();

const looks = fc.constantFrom('saved-here' as const, 'asked' as const, 'confirmed' as const, 'refused' as const);
const marks = fc.array(fc.record({ look: looks, urgent: fc.boolean(), minute: fc.nat(40) }), { maxLength: 12 });

function held(cases: readonly { look: Mark['look']; urgent: boolean; minute: number }[][]): ReadonlyMap<string, CaseView> {
  let n = 1_000;
  return new Map(cases.map((list, at): [string, CaseView] => [id(at), {
    case: id(at), version: 1, state: null, heardAt: null,
    marks: list.map(({ look, urgent, minute }, number): Mark => ({
      command: id(n++), stream: id(at), number: number + 1, kind: 'write note', look, urgent, madeAt: madeAt(minute), saidAt: null, notAfter: null, refusal: null, doubtful: null, seenAt: null,
    })),
  }]));
}

const order = ({ urgent, madeAt: at }: Mark): string => `${urgent ? 0 : 1} ${at}`;

describe('[SY8] what waits to be sent', () => {
  it('is counted whole, and its first ones are those that a sorting of all would put first', () => {
    fc.assert(fc.property(fc.array(marks, { maxLength: 12 }), fc.integer({ min: 1, max: 30 }), (cases, most) => {
      const views = held(cases);
      const all = [...views.values()].flatMap((view) => view.marks).filter(({ look }) => look === 'saved-here' || look === 'asked');
      const { count, first } = waitingOf(views, most);
      expect(count).toBe(all.length);
      expect(first.map(order)).toEqual(all.map(order).toSorted().slice(0, most));
      expect(new Set(first.map(({ command }) => command)).size).toBe(first.length);
    }), { seed: 4, numRuns: 300 });
  });
});
