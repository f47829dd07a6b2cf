import { isRefused, type FoldedEvent } from '#shared/case/decision.ts';
import { EVENT_SCHEMA_VERSION } from '#shared/case/events.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { CaseLogic, DeskCommand, Folded } from '../case-logic.ts';

/** A local command that the confirmed state does not contain yet, parsed; or why it no longer parses. */
export type Pending = { id: string; command: DeskCommand | Refusal };

/** A case as it stands: how far it is folded, and by what. */
export type Ground = { state: Folded | null; version: number };

export type Who = { person: string; workstation: string };

type Decider = Pick<CaseLogic, 'decide' | 'evolve'>;

/**
 * Puts one pending command on top of a case.
 * @returns the new ground, or the refusal that it would meet now
 */
export function putOnTop(logic: Decider, caseId: string, ground: Ground, command: DeskCommand, who: Who): { ground: Ground } | { refusal: Refusal } {
  const decision = logic.decide(ground.state, command);
  if (isRefused(decision)) return decision;
  let { state, version } = ground;
  for (const draft of decision.events) {
    version += 1;
    const event: FoldedEvent = {
      id: draft.id,
      case: caseId,
      version,
      kind: draft.kind,
      schema: EVENT_SCHEMA_VERSION,
      actor: { kind: 'person', person: who.person, workstation: who.workstation },
      // Not recorded yet: the made time stands in for it until the server's own event comes.
      times: { said: draft.said ?? command.saidAt, made: command.madeAt, recorded: command.madeAt },
      body: draft.body,
    };
    state = logic.evolve(state, event);
  }
  return { ground: { state, version } };
}

/**
 * What the desktop shows of a case: the confirmed state and, in the order they were given, this desktop's pending
 * commands decided again on top of it. A command that would now be refused leaves the view and is marked; it is
 * still sent, because only the server refuses (SY3).
 *
 * Pure: the same ground and the same pending commands give the same view, in any order of arrival.
 */
export function rebase(logic: Decider, caseId: string, confirmed: Ground, pending: readonly Pending[], who: Who): { view: Ground; doubtful: ReadonlyMap<string, Refusal> } {
  let view = confirmed;
  const doubtful = new Map<string, Refusal>();
  for (const { id, command } of pending) {
    const outcome = 'code' in command ? { refusal: command } : putOnTop(logic, caseId, view, command, who);
    if ('refusal' in outcome) doubtful.set(id, outcome.refusal);
    else view = outcome.ground;
  }
  return { view, doubtful };
}
