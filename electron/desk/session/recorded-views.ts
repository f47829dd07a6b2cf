import type { CaseView } from '#shared/protocol/case-view.ts';

/** PR8: one entry for each case and person in this time, however often it is drawn. */
export const RECORD_VIEW_MS = 15 * 60_000;
const KIND = 'record view';

/** When this person's looks at each case were last recorded; after a restart the case's own marks tell. */
export class RecordedViews {
  readonly #at = new Map<string, number>();

  isDue(view: CaseView, nowMs: number): boolean {
    const last = this.#at.get(view.case) ?? lastMark(view);
    // A clock that was set back must not silence the record.
    return last === null || nowMs - last >= RECORD_VIEW_MS || nowMs < last;
  }

  recorded(caseId: string, nowMs: number): void {
    this.#at.set(caseId, nowMs);
  }
}

function lastMark({ marks }: CaseView): number | null {
  const mark = marks.findLast((one) => one.kind === KIND && one.look !== 'refused');
  return mark === undefined ? null : Date.parse(mark.madeAt);
}
