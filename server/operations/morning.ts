import { civilDateOf, minuteOfDay } from '#shared/calendar/civil.ts';
import type { CaseState } from '#shared/case/state.ts';
import { checkPosting } from '#shared/follow-up/posting-check.ts';
import { appendToCase } from '../cases/append-case.ts';
import type { Centre } from '../centre.ts';

/** The posting check runs from this minute of the centre's day on: after the night batch, before the first callers. */
const FROM_MINUTE = 6 * 60;

/** Whether nothing but this follow-up keeps the case open. */
function isDone(state: CaseState, followUpId: string): boolean {
  const others = state.followUps.some((one) => one.id !== followUpId && one.status === 'open');
  const promised = state.promises.some((one) => one.status === 'open');
  const working = Object.values(state.operations).some((one) => ['in-review', 'approved', 'executing', 'in-doubt'].includes(one.status));
  return state.closed === null && !others && !promised && !working;
}

/**
 * The daily posting check of every open follow-up (ES-18, ES-19). Keyed by follow-up and date through the rule itself:
 * twice is once, and a bank that does not answer is asked again at the next round.
 */
export async function checkPostings(centre: Centre): Promise<void> {
  const now = centre.clock.now();
  const { calendar } = centre.rules;
  const today = civilDateOf(calendar, now);
  if (minuteOfDay(calendar, now) < FROM_MINUTE) return;
  for (const state of centre.open.all()) {
    for (const followUp of state.followUps) {
      const operation = followUp.operationId === null ? undefined : state.operations[followUp.operationId];
      if (followUp.status !== 'open' || followUp.dueOn > today || !operation?.execution) continue;
      if (followUp.checks.some((check) => check.on === today)) continue;
      const planIds = operation.execution.lines.flatMap((line) => (line.status === 'booked' && line.planId !== null ? [line.planId] : []));
      if (planIds.length === 0) continue;
      const answer = await centre.bank.postings({ customerId: operation.customerId, planIds });
      if (answer.kind !== 'answer') continue;
      await appendToCase({ ...centre, now: () => centre.clock.now() }, state.id, 'server', (current) => {
        if (current === null) return { events: [] };
        const checked = checkPosting(current, followUp.id, answer.value, today);
        const settled = checked.some((event) => event.kind === 'follow-up closed');
        // Nothing is left to do for the customer: the case ends with its last follow-up (ES-19).
        return { events: settled && isDone(current, followUp.id) ? [...checked, { kind: 'case closed', body: { outcome: 'settled' } }] : checked };
      });
    }
  }
}
