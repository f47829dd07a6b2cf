import { describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { rebase, type Pending } from '../../../electron/desk/sync/rebase.ts';
import { smallLogic, type Notes } from './small-logic.ts';

const who = { person: v7(), workstation: 'ws-1' };
const caseId = v7();
const at = '2026-03-02T01:00:00.000Z';
const note = (text: string, to?: string): Pending => {
  const id = v7();
  return { id, command: { id, kind: to === undefined ? 'write note' : 'answer note', body: to === undefined ? { text } : { to, text }, madeAt: at, saidAt: null } };
};
const ground = (...notes: string[]) => ({ state: { id: caseId, version: notes.length + 1, notes, withheld: 0 }, version: notes.length + 1 });
const shown = (view: { state: unknown }): string[] => (view.state as Notes).notes;

describe('rebase', () => {
  it('puts pending commands on top of what is confirmed, in the order they were given', () => {
    const { view, doubtful } = rebase(smallLogic(), caseId, ground('a'), [note('b'), note('c')], who);
    expect(shown(view)).toEqual(['a', 'b', 'c']);
    expect(view.version).toBe(4);
    expect(doubtful.size).toBe(0);
  });

  it('[SY3] marks what would be refused on the new ground, with the reason, and keeps the rest', () => {
    const first = note('b');
    const second = note('c', 'gone');
    const { view, doubtful } = rebase(smallLogic(), caseId, ground('a'), [first, second, note('d')], who);
    expect(shown(view)).toEqual(['a', 'b', 'd']);
    expect([...doubtful]).toEqual([[second.id, { code: 'no-such-note' }]]);
  });

  it('lets a command lean on an earlier pending one, and fall with it', () => {
    const pending = [note('b'), note('c', 'b')];
    expect(shown(rebase(smallLogic(), caseId, ground(), pending, who).view)).toEqual(['b', 'c']);
    const without = rebase(smallLogic(new Set(['b'])), caseId, ground(), pending, who);
    expect(shown(without.view)).toEqual([]);
    expect([...without.doubtful.values()].map(({ code }) => code)).toEqual(['note-refused', 'no-such-note']);
  });

  it('[SY4] gives the same view however often it is decided, and the same event ids', () => {
    const seen: string[] = [];
    const logic = { ...smallLogic(), evolve: (state: unknown, event: Parameters<ReturnType<typeof smallLogic>['evolve']>[1]) => {
      seen.push(event.id);
      return smallLogic().evolve(state, event);
    } };
    const pending = [note('b'), note('c')];
    const once = rebase(logic, caseId, ground('a'), pending, who);
    const again = rebase(logic, caseId, ground('a'), pending, who);
    expect(again).toEqual(once);
    expect(seen.slice(0, 2)).toEqual(seen.slice(2));
  });

  it('[SY7] keeps a command that this program cannot read any more, marked', () => {
    const { view, doubtful } = rebase(smallLogic(), caseId, ground('a'), [{ id: 'x', command: { code: 'command-malformed' } }, note('b')], who);
    expect(shown(view)).toEqual(['a', 'b']);
    expect(doubtful.get('x')).toEqual({ code: 'command-malformed' });
  });
});
