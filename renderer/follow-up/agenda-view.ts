import type { FollowUpState, PromiseState } from '#shared/case/case-schema.ts';
import type { CaseState } from '#shared/case/state.ts';
import { lastReviewOf } from '../operation/operation-choice.ts';

export type DuePromise = { caseId: string; promise: PromiseState; minutesLeft: number; late: boolean; customer: string };
export type DueFollowUp = { caseId: string; followUp: FollowUpState; trouble: boolean; due: boolean; customer: string };
export type ReturnedCase = { caseId: string; operationId: string; reason: string; whatToDo: string; customer: string };

export type Agenda = {
  promises: DuePromise[];
  followUps: DueFollowUp[];
  returned: ReturnedCase[];
  open: CaseState[];
  closed: CaseState[];
};

/** How the customer is called on a list: masked, as the bank gave it to this person; '' while unknown. */
export function customerName(state: CaseState, me: string): string {
  const customer = state.facts[me]?.facts.customer ?? Object.values(state.facts)[0]?.facts.customer;
  return customer === undefined ? (state.opened?.number ?? '') : customer.maskedName;
}

/** Red: a line posted differently, or a period posted after settlement (FLOWS ES-18, ES-19). */
export function inTrouble(followUp: FollowUpState): boolean {
  const last = followUp.checks.at(-1);
  return last !== undefined && (last.unexpected > 0 || last.lines.some((line) => !line.ok));
}

/** May be closed: one's own reminder at any time, one of an operation once all is settled and paid (FLOWS ES-19). */
export const mayClose = (followUp: FollowUpState): boolean => followUp.operationId === null || followUp.checks.at(-1)?.settled === true;

const working: ReadonlySet<string> = new Set(['in-review', 'approved', 'executing', 'in-doubt']);

/** A case ends when nothing of it is left to do: no run, promise, follow-up or operation under way. */
export function mayCloseCase(state: CaseState): boolean {
  return state.closed === null
    && Object.values(state.runs).every((run) => run.status === 'closed' || run.status === 'switched')
    && state.promises.every((promise) => promise.status !== 'open')
    && state.followUps.every((followUp) => followUp.status === 'closed')
    && Object.values(state.operations).every((operation) => !working.has(operation.status));
}

/** The outcome of the last run names what a case ended with. */
export const caseOutcome = (state: CaseState): string =>
  Object.values(state.runs).findLast((run) => run.outcome !== null)?.outcome ?? 'information_given';

/**
 * What this person has to see to, soonest first (SCREENS 今天, Cases & follow-ups).
 * @param me whose list; cases of other owners are left out
 * @param nowMs the corrected clock; @param today civil date in the centre's zone
 */
export function agenda(cases: Iterable<CaseState>, me: string, nowMs: number, today: string): Agenda {
  const mine = [...cases].filter((state) => state.owner === me);
  const promises = mine.flatMap((state) =>
    state.closed !== null ? [] : state.promises.filter((promise) => promise.status === 'open').map((promise): DuePromise => ({
      caseId: state.id, promise, customer: customerName(state, me),
      minutesLeft: Math.ceil((Date.parse(promise.from) - nowMs) / 60_000), late: Date.parse(promise.to) < nowMs,
    })),
  );
  const followUps = mine.flatMap((state) =>
    state.followUps.filter((one) => one.status === 'open').map((followUp): DueFollowUp => ({
      caseId: state.id, followUp, trouble: inTrouble(followUp), due: followUp.dueOn <= today, customer: customerName(state, me),
    })),
  );
  const returned = mine.flatMap((state) =>
    Object.values(state.operations).flatMap((operation): ReturnedCase[] => {
      const review = operation.status === 'returned' ? lastReviewOf(state, operation.id) : null;
      return review?.returned == null ? [] : [{ caseId: state.id, operationId: operation.id, ...review.returned, customer: customerName(state, me) }];
    }),
  );
  const newestFirst = (a: CaseState, b: CaseState): number => (a.updatedAt > b.updatedAt ? -1 : 1);
  return {
    promises: promises.sort((a, b) => (a.promise.from < b.promise.from ? -1 : 1)),
    followUps: followUps.sort((a, b) => Number(b.trouble) - Number(a.trouble) || (a.followUp.dueOn < b.followUp.dueOn ? -1 : 1)),
    returned,
    open: mine.filter((state) => state.closed === null).sort(newestFirst),
    closed: mine.filter((state) => state.closed !== null).sort(newestFirst),
  };
}
