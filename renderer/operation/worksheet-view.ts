import type { CaseState } from '#shared/case/state.ts';
import type { RunState } from '#shared/flow/run.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import type { SettlementLine } from '#shared/operation/payload.ts';
import { changedFacts, rereadPinned } from '#shared/operation/pinned-facts.ts';
import type { ChangedFact, Plan } from '#shared/protocol/bank.ts';
import { planIdsOf, settlementLines } from './line-words.ts';
import { namedPlans, selectedPlanIds, type CustomerSaid } from './named-plans.ts';

export type WorksheetRow = SettlementLine & {
  named: CustomerSaid | null;
  /** The bank's own trial figure where it differs by a fen or more, or where there is none; null where both agree. */
  mismatch: { oursFen: number; bankFen: number | null } | null;
  /** Zero saves nothing, less than zero costs more: both are said plainly. */
  saves: 'less' | 'nothing' | 'costs-more';
};

export type WorksheetView = {
  rows: WorksheetRow[];
  /** Submitting is locked, and why: shown with what to do. */
  locked: 'bank-differs' | 'facts-changed' | 'selection-changed' | null;
  /** Old and new values of the facts that the figures rest on, where a later reading differs. */
  changed: ChangedFact[];
  quotedAt: string | null;
};

const savesOf = (savedFen: number): WorksheetRow['saves'] => (savedFen > 0 ? 'less' : savedFen === 0 ? 'nothing' : 'costs-more');

/** The maker's own newest reading; another person's never stands in for it (TP6). */
export const factsOf = (state: CaseState, person: string): CaseState['facts'][string] | null => state.facts[person] ?? null;

/**
 * The worksheet as it is shown: each line with the customer's word for it and the bank's disagreement.
 * @param state the case; @param operation whose worksheet; @param run in which the plans were named
 */
export function worksheetView(state: CaseState, operation: OperationState, run: RunState | null): WorksheetView {
  const { worksheet } = operation;
  const named = namedPlans(run);
  const rows = settlementLines(worksheet.lines).map((line): WorksheetRow => {
    const mismatch = worksheet.mismatches.find((one) => one.lineId === line.lineId);
    return { ...line, named: named.get(line.planId) ?? null, mismatch: mismatch ?? null, saves: savesOf(line.savedFen) };
  });
  const reading = factsOf(state, operation.maker);
  const planIds = planIdsOf(worksheet.lines);
  const settles = planIds.length > 0;
  const newer = reading !== null && reading.facts.readAt > worksheet.factsReadAt;
  const changed = newer ? changedFacts(worksheet.pinned, rereadPinned(reading.facts, worksheet.pinned)) : [];
  const chosen = selectedPlanIds(run);
  const sameChoice = !settles || operation.continues !== null || chosen.length === 0 || (chosen.length === planIds.length && chosen.every((id) => planIds.includes(id)));
  return {
    rows,
    changed,
    locked: worksheet.mismatches.length > 0 ? 'bank-differs' : changed.length > 0 ? 'facts-changed' : sameChoice ? null : 'selection-changed',
    quotedAt: reading?.quotes.find((quote) => planIds.includes(quote.planId))?.quotedAt ?? null,
  };
}

export type PlanChoice = {
  plan: Plan;
  cardLastFour: string;
  named: CustomerSaid | null;
  /** Why it cannot be put on a worksheet; null where it can. */
  blocked: 'not-active' | 'open-operation' | 'rule-conflict' | 'first-period' | null;
};

function blockedBy(plan: Plan): PlanChoice['blocked'] {
  if (plan.status !== 'active' || plan.periodsLeft < 1) return 'not-active';
  if (plan.openOperation) return 'open-operation';
  if (plan.ruleConflict) return 'rule-conflict';
  return plan.periodsPosted < 1 ? 'first-period' : null;
}

/**
 * What may go onto a new worksheet: the plans the customer named, or those an earlier operation left unbooked (TP18).
 * @param only restricts to these plans, where an earlier operation is continued
 */
export function planChoices(state: CaseState, person: string, run: RunState | null, only: readonly string[] | null = null): PlanChoice[] {
  const reading = factsOf(state, person);
  if (reading === null) return [];
  const named = namedPlans(run);
  const wanted = only ?? selectedPlanIds(run);
  return wanted.flatMap((planId) => {
    const plan = reading.facts.plans.find((one) => one.id === planId);
    if (plan === undefined) return [];
    const card = reading.facts.cards.find((one) => one.id === plan.card);
    return [{ plan, cardLastFour: card?.lastFour ?? '', named: named.get(planId) ?? null, blocked: blockedBy(plan) }];
  });
}
