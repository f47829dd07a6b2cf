import { runCommandSchemas, type RunCommand, type RunCommandKind } from '../flow/run.ts';
import { decideRun } from '../flow/run-decide.ts';
import { onReturnDeciders } from '../operation/on-return-decide.ts';
import { operationDeciders } from '../operation/operation-decide.ts';
import { mayDo } from '../people/may.ts';
import { maskNumbers } from '../privacy/mask.ts';
import { eventIdOf } from '../protocol/event-id.ts';
import { refuse } from '../protocol/refusal.ts';
import { reviewDeciders } from '../review/review-decide.ts';
import { caseDeciders } from './case-decide.ts';
import type { Command, CommandKind } from './commands.ts';
import type { DecideContext } from './context.ts';
import { ownerOnly, type Decider, type Deciders, type Happened, type Ruling } from './decider.ts';
import type { Decision } from './decision.ts';
import type { CaseEventDraft } from './events.ts';
import { factsOf } from './facts-of.ts';
import { offlineStopDeciders } from './stop-decide.ts';
import { handCallDeciders } from './hand-call-decide.ts';
import { handOverDeciders } from './hand-over-decide.ts';
import { emptyCase, type CaseState } from './state.ts';

const deciders: Deciders<Exclude<CommandKind, RunCommandKind>> = { ...caseDeciders, ...operationDeciders, ...onReturnDeciders, ...reviewDeciders, ...handCallDeciders, ...handOverDeciders, ...offlineStopDeciders };

const isRunKind = (kind: CommandKind): kind is RunCommandKind => Object.hasOwn(runCommandSchemas, kind);

/** Records something that goes on after a case is closed, and nothing else. */
const afterClosing: ReadonlySet<CommandKind> = new Set<CommandKind>(['record view', 'write note', 'open follow-up', 'close follow-up', 'open work order', 'accept hand-over', 'hand over case', 'hand over here']);

/** Long numbers in what people write never reach the log, whatever a desktop sent (PR2). */
function masked(command: RunCommand): RunCommand {
  const words = Object.entries(command.body).map(([field, value]) => [field, (field === 'customerWords' || field === 'note') && typeof value === 'string' ? maskNumbers(value) : value]);
  return { kind: command.kind, body: Object.fromEntries(words) } as RunCommand;
}

/** Acts of the second person have words of their own for who is none. */
const roleRefusal: Partial<Record<CommandKind, string>> = {
  'take review': 'tp5-not-a-reviewer', 'release review': 'tp5-not-a-reviewer', 'store blind entry': 'tp5-not-a-reviewer', 'approve review': 'tp5-not-a-reviewer',
  'return review': 'tp5-not-a-reviewer', 'ask maker': 'tp5-not-a-reviewer', 'suggest hang-up': 'tp5-not-a-reviewer', 'pass review to lead': 'tp5-not-a-reviewer',
  'join break-glass': 'tp11-two-leads', 'sign break-glass': 'tp11-two-leads', 'accept escalation': 'not-a-lead', 'finish escalation': 'not-a-lead',
};

function decideRuns(state: CaseState, command: RunCommand, context: DecideContext): Ruling {
  const mine = ownerOnly(state, context);
  if (mine) return mine;
  const decision = decideRun(state.runs[command.body.runId] ?? null, masked(command), { at: context.at, facts: factsOf(state, context), flow: context.flow });
  if ('refusal' in decision) return { refusal: { code: decision.refusal.code, detail: flat(decision.refusal) } };
  const events = decision.events as Happened[];
  return { events: [...events, ...fallsWithFlow(state, events)] };
}

/** A change in the flow that voids the review or the confirmation voids the approval with it (FL4, TP1). */
function fallsWithFlow(state: CaseState, events: readonly Happened[]): Happened[] {
  const voids = events.some((event) => (event.kind === 'step reopened' || event.kind === 'run switched') && (event.body.voided.review || event.body.voided.confirmation));
  const operation = state.currentOperation === null ? undefined : state.operations[state.currentOperation];
  if (!voids || !operation || operation.execution) return [];
  if (operation.status === 'in-review' && operation.reviewId !== null) return [{ kind: 'review closed', body: { reviewId: operation.reviewId, reason: 'operation-changed' } }];
  if (operation.approval === null) return [];
  return [{ kind: 'approval voided', body: { operationId: operation.id, reason: 'figures-changed', changed: [] } }];
}

function flat(refusal: object): Record<string, string | number | boolean | null> {
  const detail = 'detail' in refusal && typeof refusal.detail === 'object' && refusal.detail !== null ? refusal.detail : {};
  return Object.fromEntries(Object.entries(detail).map(([key, value]) => [key, value === null || ['string', 'number', 'boolean'].includes(typeof value) ? value : JSON.stringify(value)]));
}

/**
 * What a command may do: a pure function of the case, the command and the context, run on the desktop at once and on the
 * server with authority. It adds no id, time or random number: deciding again gives the same.
 *
 * @param state the case so far, null where it does not exist yet
 * @returns the events in order (none where nothing changes), or why not, with a code of the refusal tables
 */
export function decide(state: CaseState | null, command: Command, context: DecideContext): Decision<CaseEventDraft> {
  if (!mayDo(context.by.role, command.kind)) return refuse(roleRefusal[command.kind] ?? 'role-may-not');
  if (state === null && command.kind !== 'open case') return refuse('case-unknown');
  const base = state ?? emptyCase('', context.now);
  if (base.closed !== null && !afterClosing.has(command.kind)) return refuse('case-closed');
  const ruling = isRunKind(command.kind)
    ? decideRuns(base, { kind: command.kind, body: command.body } as RunCommand, context)
    : (deciders[command.kind] as Decider<typeof command.kind>)(base, command.body as never, context, command as never);
  if ('refusal' in ruling) return ruling;
  return { events: ruling.events.map((event, index) => ({ ...event, id: eventIdOf(command.id, index), said: command.saidAt }) as CaseEventDraft) };
}
