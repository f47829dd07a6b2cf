import type { CasesChange, CaseView } from '#shared/protocol/case-view.ts';

export type HeldCases = ReadonlyMap<CaseView['case'], CaseView>;
export const noCases: HeldCases = new Map();

/**
 * The list of cases after a change that the `cases` topic pushed. A new map each time, unchanged cases keep
 * their identity, so that a screen redraws only what changed.
 */
export function withChange(held: HeldCases, change: CasesChange): HeldCases {
  const next = new Map(change.whole ? [] : held);
  for (const view of change.changed) next.set(view.case, view);
  for (const gone of change.gone) next.delete(gone);
  return next;
}
