import type { CaseState } from '#shared/case/state.ts';
import type { Happened } from '#shared/case/decider.ts';
import type { StopState } from '#shared/case/case-schema.ts';
import type { BookOutcome, InquiryAnswer, NotSent } from '#shared/protocol/bank.ts';
import { bankKey } from '#shared/operation/outcome.ts';
import { appendToCase } from '../cases/append-case.ts';
import type { Centre } from '../centre.ts';

/** The customer is on the line and has to be told the truth soon (FL6): after this the stop is in doubt, and asked about by key. */
const ANSWER_WITHIN = { timeoutMs: 8_000 };

const open = (stop: StopState): boolean => stop.status === 'ordered' || stop.status === 'in-doubt';

function outcomeOf(stop: StopState, answer: BookOutcome | InquiryAnswer | NotSent | null, cause: string): Happened[] {
  // What never left is said at once: the card is open, and other channels are there (OF4). Only the bank ends a doubt.
  if (answer?.kind === 'not-sent') return stop.status === 'in-doubt' ? [] : [{ kind: 'stop refused', body: { stopId: stop.id, code: answer.kind, reason: answer.text } }];
  if (answer === null) return stop.status === 'in-doubt' ? [] : [{ kind: 'stop in doubt', body: { stopId: stop.id, cause } }];
  if (answer.kind === 'done') {
    const { receipt, effectiveAt, lapseAt, chargeFen, newCardLastFour } = answer;
    return [{ kind: 'card stopped', body: { stopId: stop.id, receipt, effectiveAt, lapseAt, chargeFen, newCardLastFour } }];
  }
  const reason = answer.kind === 'refused' ? answer.reason : { zh: '核心系统没有收到这次停卡', en: 'Core banking never received it' };
  return [{ kind: 'stop refused', body: { stopId: stop.id, code: answer.kind === 'refused' ? answer.code : 'not-found', reason } }];
}

/**
 * Carries out the stops that a case orders: at once, waiting for nobody (FL6). "In force" is the bank's receipt, never our
 * own word (SY8). One in doubt counts as not in force and is asked about by key.
 */
export async function carryOutStops(centre: Centre, state: CaseState, inquire: boolean): Promise<void> {
  for (const stop of state.stops.filter(open)) {
    if (stop.key === null || stop.cardId === null || state.customerId === null) continue;
    const key = bankKey(state.id, stop.key);
    const kind = stop.stop === 'lock' ? 'card-lock' : 'card-loss';
    // A protective order pins nothing but the card: it must not wait for an overdue bill.
    const answer = stop.status === 'in-doubt' || inquire
      ? await centre.bank.inquire(key, ANSWER_WITHIN)
      : await centre.bank.book(key, { kind, customerId: state.customerId, line: { cardId: stop.cardId, reportedAt: stop.reportedAt, lostAt: stop.lostAt } }, [], ANSWER_WITHIN);
    const value = answer.kind === 'answer' ? answer.value : answer.kind === 'not-sent' ? answer : null;
    const cause = answer.kind === 'no-answer' ? answer.cause : '';
    await appendToCase({ ...centre, now: () => centre.clock.now() }, state.id, 'bank', (now) => {
      const current = now?.stops.find((one) => one.id === stop.id);
      return { events: current && open(current) ? outcomeOf(current, value, cause) : [] };
    });
  }
}
