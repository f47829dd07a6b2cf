/** Calls logged by hand: which one is on, beginning and ending one, its wrap-up. Nothing of it needs the centre (OF1). */
import { create } from 'zustand';
import { v7 } from 'uuid';
import type { HandCall } from '#shared/case/night-schema.ts';
import { openCallOf } from '#shared/operation/call-of.ts';
import { desk } from '../app/desk.ts';
import type { HeldCases } from '../desk-client/held-cases.ts';
import { sendCommand } from '../app/send.ts';
import { allCases, useCases, type TypedCase } from '../app/stores/cases.ts';
import { nowAt } from '../app/stores/clock.ts';
import { useSession } from '../app/stores/session.ts';

export type LoggedCall = { hand: HandCall; views: TypedCase[] };

/** A wrap-up that nobody finished is over after this; what was typed stays where it is. */
export const WRAP_UP_MS = 30 * 60_000;
const DONE = 'hand-wrap-up';
/** Drafts that are marks of the desktop's own, and no words of anybody's. */
export const isMark = (field: string): boolean => field === DONE;

/** Worked out once for each change of the cases, however many components ask. */
const known = new WeakMap<HeldCases, { me: string; calls: LoggedCall[] }>();

/** A person's calls logged by hand, each once with every case that it belongs to, the oldest first. */
export function loggedCalls(held: HeldCases, me: string): LoggedCall[] {
  const before = known.get(held);
  if (before?.me === me) return before.calls;
  const calls = gather(allCases(held), me);
  known.set(held, { me, calls });
  return calls;
}

function gather(cases: readonly TypedCase[], me: string): LoggedCall[] {
  const all = new Map<string, LoggedCall>();
  for (const view of cases) {
    for (const hand of Object.values(view.state.handCalls)) {
      if (hand.by !== me) continue;
      const one = all.get(hand.callId);
      if (one === undefined) all.set(hand.callId, { hand, views: [view] });
      else all.set(hand.callId, { hand: one.hand.endedAt === null ? one.hand : hand, views: [...one.views, view] });
    }
  }
  return [...all.values()].toSorted((a, b) => (a.hand.startedAt < b.hand.startedAt ? -1 : 1));
}

/** The call logged by hand that is on now: the one that began last; null without one. */
export const openLoggedCall = (held: HeldCases, me: string): LoggedCall | null =>
  loggedCalls(held, me).findLast(({ hand, views }) => views.some(({ state }) => state.closed === null && openCallOf(state, hand.callId) !== null)) ?? null;

const mine = (): string | null => {
  const { session } = useSession.getState();
  return session?.status === 'signed-in' ? session.person.id : null;
};

/** The call on now, for what is not drawn. */
export function handCallNow(): LoggedCall | null {
  const me = mine();
  return me === null ? null : openLoggedCall(useCases.getState().held, me);
}

/** The one that began last, over or not, for what is not drawn. */
export function lastLoggedCall(): LoggedCall | null {
  const me = mine();
  return me === null ? null : (loggedCalls(useCases.getState().held, me).at(-1) ?? null);
}

export type CallLogged = { direction: 'in' | 'out'; number: string | null; startedAt: string; endedAt: string | null };

/** Logs a call on a case. Another one that is still on ends: nobody is on two. @returns whether it is saved */
export async function logCall(caseId: string, call: CallLogged): Promise<boolean> {
  const before = call.endedAt === null ? handCallNow() : null;
  if (before !== null) await endLoggedCall(before);
  return (await sendCommand(caseId, 'log call', { callId: `hand-${v7()}`, ...call })).ok;
}

/** A second matter on the call that is on: the same call, under the same id, so that it counts once. */
export async function shareLoggedCall(caseId: string): Promise<void> {
  const call = handCallNow();
  if (call === null || call.views.some((view) => view.caseId === caseId)) return;
  const { callId, direction, number, startedAt, endedAt } = call.hand;
  await sendCommand(caseId, 'log call', { callId, direction, number, startedAt, endedAt });
}

/** In every case it belongs to. */
export async function endLoggedCall({ hand, views }: LoggedCall, endedAt = nowAt()): Promise<void> {
  for (const { caseId, state } of views) {
    if (state.handCalls[hand.callId]?.endedAt === null) await sendCommand(caseId, 'end logged call', { callId: hand.callId, endedAt: endedAt < hand.startedAt ? hand.startedAt : endedAt });
  }
}

/** Calls whose wrap-up was finished, as far as this screen knows; kept as a draft of the case, so that a reload knows too (CT3). */
export const useWrappedUp = create<{ done: ReadonlySet<string>; read: ReadonlySet<string> }>(() => ({ done: new Set(), read: new Set() }));

/** Whether the wrap-up was finished before this screen came up. */
export async function readWrappedUp({ hand, views }: LoggedCall): Promise<void> {
  if (useWrappedUp.getState().read.has(hand.callId)) return;
  const reply = await desk.calls.drafts({ case: views[0]!.caseId });
  const done = reply.ok && reply.value.some((draft) => draft.field === DONE && draft.text === hand.callId);
  useWrappedUp.setState((held) => ({ read: new Set([...held.read, hand.callId]), done: done ? new Set([...held.done, hand.callId]) : held.done }));
}

export function finishLoggedWrapUp({ hand, views }: LoggedCall): void {
  useWrappedUp.setState((held) => ({ ...held, done: new Set([...held.done, hand.callId]) }));
  void desk.calls.saveDraft({ case: views[0]!.caseId, field: DONE, text: hand.callId, kind: 'text', ended: true });
}
