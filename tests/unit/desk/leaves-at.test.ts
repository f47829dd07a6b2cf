import { describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { emptyCase, type CaseState } from '#shared/case/state.ts';
import { leavesAt } from '../../../electron/desk/keep/leaves-at.ts';

const AT = '2026-03-02T01:00:00.000Z';
const NEXT_DAY = '2026-03-03T01:00:00.000Z';
const NEXT_WEEK = '2026-03-09T01:00:00.000Z';
const ME = 'agent-1';
const open = (more: Partial<CaseState> = {}): CaseState => ({ ...emptyCase(v7(), AT), version: 3, owner: ME, access: { [ME]: 'owner' }, ...more });
const closed = { closed: { at: AT, outcome: 'done' } };
const promise = (status: 'open' | 'kept') => [{ promiseId: v7(), from: AT, to: AT, secondFrom: null, secondTo: null, note: '', operationId: null, madeAt: AT, status, tries: [] }];
const followUp = (status: 'open' | 'closed') => [{ id: v7(), operationId: null, dueOn: '2026-03-05', what: { zh: '', en: '' }, status, openedAt: AT, checks: [], result: null, closedAt: null }];
const leaves = (state: CaseState, person = ME, typedAt: string | null = null): string | null => leavesAt(state, person, 7, typedAt);

describe('[PR6] when a case leaves a desktop', () => {
  it('closed and quiet for a day, any other after the days that the site keeps customers', () => {
    expect(leaves(open(closed))).toBe(NEXT_DAY);
    expect(leaves(open())).toBe(NEXT_WEEK);
    expect(leavesAt(open(), ME, 1, null)).toBe(NEXT_DAY);
    expect(leavesAt(open(closed), ME, 30, null)).toBe(NEXT_DAY);
  });

  it('not while this person has promised to call, or has a follow-up: but a colleague who only saw the case is not held', () => {
    for (const due of [{ promises: promise('open') }, { followUps: followUp('open') }]) {
      expect(leaves(open(due))).toBeNull();
      expect(leaves(open({ ...closed, ...due }))).toBeNull();
      expect(leaves(open({ ...due, access: { [ME]: 'owner', lead: 'lead' } }), 'lead')).toBe(NEXT_WEEK);
    }
    expect(leaves(open({ ...closed, promises: promise('kept'), followUps: followUp('closed') }))).toBe(NEXT_DAY);
  });

  it('not while an operation is under way or in doubt, nor while it is offered to this person', () => {
    for (const status of ['in-review', 'approved', 'executing', 'in-doubt'] as const) expect(leaves(open({ operations: { [v7()]: { status } as never } }))).toBeNull();
    for (const status of ['draft', 'done', 'void'] as const) expect(leaves(open({ operations: { [v7()]: { status } as never } }))).toBe(NEXT_WEEK);
    expect(leaves(open({ reviews: { [v7()]: { status: 'taken' } as never } }))).toBeNull();
    expect(leaves(open({ handOver: { handOverId: v7(), from: 'x', to: ME, note: '', at: AT } }))).toBeNull();
    expect(leaves(open({ onReturn: { [v7()]: { status: 'ordered' } as never } }))).toBeNull();
  });

  it('what is half typed counts like an open case, for so long and no longer', () => {
    expect(leaves(open(closed), ME, AT)).toBe(NEXT_WEEK);
    expect(leaves(open(), ME, NEXT_DAY)).toBe('2026-03-10T01:00:00.000Z');
  });
});
