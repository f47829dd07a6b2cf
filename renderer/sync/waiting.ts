import type { CaseView, Mark } from '#shared/protocol/case-view.ts';
import type { HeldCases } from '../desk-client/held-cases.ts';

/** A view keeps its identity while unchanged: of a night's cases only those that were answered are gone through again. */
const known = new WeakMap<CaseView, readonly Mark[]>();

function waitingIn(view: CaseView): readonly Mark[] {
  let waiting = known.get(view);
  if (waiting === undefined) {
    waiting = view.marks.filter((mark) => mark.look === 'saved-here' || mark.look === 'asked').toSorted(inOrder);
    known.set(view, waiting);
  }
  return waiting;
}

/** Urgent ones first, then the oldest (SY2). */
const inOrder = (a: Mark, b: Mark): number => Number(b.urgent) - Number(a.urgent) || (a.madeAt < b.madeAt ? -1 : a.madeAt > b.madeAt ? 1 : 0);

/**
 * What has been done here and not been answered yet.
 * @param most how many are wanted of them
 * @returns all of them counted, and the first in the order in which they are sent
 */
export function waitingOf(held: HeldCases, most: number): { count: number; first: Mark[] } {
  const lists = [...held.values()].map(waitingIn).filter((list) => list.length > 0)
    .toSorted((a, b) => inOrder(a[0]!, b[0]!));
  const count = lists.reduce((sum, list) => sum + list.length, 0);
  let first: Mark[] = [];
  for (const list of lists) {
    // Neither this case nor those behind it, which begin later, have anything that comes before what is held.
    if (first.length === most && inOrder(list[0]!, first.at(-1)!) >= 0) break;
    first = [...first, ...list.slice(0, most)].toSorted(inOrder).slice(0, most);
  }
  return { count, first };
}
