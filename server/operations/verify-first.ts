import { civilDateOf } from '#shared/calendar/civil.ts';
import { resultsDue, unverifiedStops, verifyStop, type CardReading } from '#shared/case/stop-verify.ts';
import type { CaseState } from '#shared/case/state.ts';
import { policyFacts } from '#shared/flow/policy.ts';
import { appendToCase } from '../cases/append-case.ts';
import type { Centre } from '../centre.ts';

const ANSWER_WITHIN = { timeoutMs: 8_000 };

/** Whether anything of this case is still to be looked up, or to be told (OF4). */
export const hasReports = (state: CaseState): boolean => state.stops.some((stop) => stop.status === 'manual');

async function read(centre: Centre, customerId: string | null): Promise<CardReading> {
  if (customerId === null) return { facts: null, cause: 'no-customer' };
  const answer = await centre.bank.read({ customerId }, ANSWER_WITHIN);
  return answer.kind === 'answer' ? { facts: answer.value, cause: '' } : { facts: null, cause: answer.kind === 'no-answer' ? answer.cause : answer.code };
}

/**
 * OF4, verify first: what was reported or stopped elsewhere while the line was down is looked up at the bank, executed only
 * where the card is still open, and told. All of it follows from the log: after a crash, or where the bank did not answer,
 * it goes on at the next round, and twice is once.
 */
export async function verifyFirst(centre: Centre, caseId: string): Promise<void> {
  const before = await centre.cases.load(caseId);
  if (before === null) return;
  const parts = { ...centre, now: () => centre.clock.now() };
  const open = unverifiedStops(before);
  if (open.length > 0) {
    const reading = await read(centre, before.customerId);
    const { flowPolicy, calendar } = centre.rules;
    const mayLock = policyFacts(flowPolicy, civilDateOf(calendar, centre.clock.now()))['protectiveLock'] === true;
    for (const { id } of open) {
      // The bank took its time: the case may be another customer's by now.
      await appendToCase(parts, caseId, 'server', (state) => ({ events: state === null || state.customerId !== before.customerId ? [] : verifyStop(state, id, reading, mayLock) }));
    }
  }
  await appendToCase(parts, caseId, 'server', (state) => ({ events: state === null ? [] : resultsDue(state, centre.rules.calendar, centre.clock.now()) }));
}
