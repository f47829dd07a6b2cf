import type { Happened } from '../case/decider.ts';
import type { CaseState } from '../case/state.ts';
import type { PostingsAnswer } from '../protocol/bank.ts';

/** The follow-up that every booked operation leaves: looked at each morning until all is settled and paid (ES-18, ES-19). */
export function followUpFor(operationId: string, followUpId: string, postsOn: string): Happened {
  return {
    kind: 'follow-up opened',
    body: { followUpId, operationId, dueOn: postsOn, what: { zh: '次日核对入账，直至结清还款', en: 'Check the posting each morning until settled and paid' } },
  };
}

/**
 * Compares what was expected with what was posted (ES-18), once a civil day. Red on any difference: another sum, a plan
 * that is not settled, a further period posted after the settlement.
 *
 * @param on civil date of the check
 * @returns the check, with the closing where all is settled and paid; nothing where this day was checked already
 */
export function checkPosting(state: CaseState, followUpId: string, answer: PostingsAnswer, on: string): Happened[] {
  const followUp = state.followUps.find((one) => one.id === followUpId && one.status === 'open');
  const operation = followUp?.operationId == null ? undefined : state.operations[followUp.operationId];
  if (!followUp || !operation?.execution || followUp.checks.some((check) => check.on === on)) return [];
  const booked = operation.execution.lines.flatMap((line) => (line.status === 'booked' && line.planId !== null ? [{ ...line, planId: line.planId }] : []));
  const planIds = new Set(booked.map((line) => line.planId));
  const lines = booked.map((line) => {
    const expectedFen = operation.worksheet.lines.find((one) => one.lineId === line.lineId)?.dueNowFen ?? 0;
    const postings = answer.postings.filter((posting) => posting.planId === line.planId && posting.cause === 'settlement');
    const postedFen = postings.reduce((sum, posting) => sum + posting.amountFen, 0);
    const planStatus = answer.plans.find((plan) => plan.id === line.planId)?.status ?? 'unknown';
    return { lineId: line.lineId, planId: line.planId, expectedFen, postedFen, planStatus, ok: postedFen === expectedFen && planStatus === 'settled' };
  });
  const ours = answer.postings.filter((posting) => planIds.has(posting.planId) && posting.cause !== 'period');
  const unexpected = ours.filter((posting) => posting.cause === 'unexpected').length;
  const unpaid = ours.filter((posting) => posting.cause === 'settlement' && posting.paidOn === null);
  const unpaidFen = unpaid.reduce((sum, posting) => sum + posting.amountFen, 0);
  const settled = lines.length > 0 && lines.every((line) => line.ok) && unexpected === 0 && unpaidFen === 0;
  const check: Happened = {
    kind: 'posting checked',
    body: { followUpId, on, lines, unexpected, unpaidFen, dueDate: unpaid.map((posting) => posting.dueDate).sort()[0] ?? null, settled },
  };
  if (!settled) return [check];
  return [check, { kind: 'follow-up closed', body: { followUpId, result: { zh: '已全部结清并还款', en: 'All settled and paid' } } }];
}
