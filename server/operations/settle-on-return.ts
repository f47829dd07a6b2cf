import { civilDateOf } from '#shared/calendar/civil.ts';
import type { CaseState } from '#shared/case/state.ts';
import type { OnReturnState } from '#shared/operation/on-return-schema.ts';
import { orderOf, settled, settleOnReturn } from '#shared/operation/on-return-settle.ts';
import { ADMINISTRATION } from '#shared/protocol/ids.ts';
import { appendToCase, type ServerWrite } from '../cases/append-case.ts';
import { ledgerWrites } from '../cases/command-service.ts';
import { gatherContext } from '../cases/decide-context.ts';
import type { Centre } from '../centre.ts';

const waiting = (state: CaseState): OnReturnState[] => Object.values(state.onReturn).filter((one) => one.status === 'ordered');

/** Whether an order that two people made offline is still to be judged: the bank did not answer when it came. */
export const hasWaiting = (state: CaseState): boolean => waiting(state).length > 0;

/** One order, on the case as it stands: nothing while the bank is silent and T has not passed. */
async function ruled(centre: Centre, state: CaseState | null, operationId: string): Promise<ServerWrite> {
  const one = state?.onReturn[operationId];
  const order = one === undefined ? null : orderOf(one);
  if (state === null || one?.status !== 'ordered' || one.order === null || order === null) return { events: [] };
  const maker = state.operations[operationId]?.maker ?? null;
  const person = maker === null ? null : centre.people.byId(maker);
  // Who has left the bank meanwhile orders nothing.
  const today = civilDateOf(centre.rules.calendar, centre.clock.now());
  const left = (): ServerWrite => ({ events: settled(one, { is: 'returned', code: 'not-the-maker', changed: [], differs: [] }, today) });
  if (person === null || !person.active) return left();
  const command = { id: order.executionId, kind: 'order on return', body: order, madeAt: one.order.madeAt, saidAt: null } as const;
  const { context, ledgerVersion, administrationVersion, isActive } = await gatherContext(centre, person, one.order.workstation ?? '', command, state);
  if (!isActive) return left();
  const events = settled(one, settleOnReturn(state, one, one.order, context), today);
  if (events.length === 0) return { events };
  const base = { actor: { kind: 'server', person: null, workstation: null }, madeAt: context.now, customer: state.customerId } as const;
  const entries = context.ledger === 'unknown' ? [] : context.ledger.entries;
  // As for every order: entitlement, keys, stops and the day's sum are those that it was decided on, or it is decided again.
  const guard = { ...base, stream: ADMINISTRATION, expectedVersion: administrationVersion, events: [] };
  return { events, also: [guard, ...ledgerWrites(state, events, ledgerVersion, entries, base, context.now, centre.newId)] };
}

/**
 * OF2: judges again what was ordered offline and could not be looked at when it came, because the bank did not answer. It follows
 * from the log alone: an order is never lost, is executed once, and goes back when T passes while the bank is silent.
 */
export async function settleWaiting(centre: Centre, caseId: string): Promise<void> {
  const before = await centre.cases.load(caseId);
  if (before === null) return;
  for (const { operationId } of waiting(before)) {
    await appendToCase({ ...centre, now: () => centre.clock.now() }, caseId, 'server', (state) => ruled(centre, state, operationId));
  }
}
