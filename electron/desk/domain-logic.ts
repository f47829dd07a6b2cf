import { COMMAND_SCHEMA_VERSION, commandClass, isCommandKind, isUrgent, parseCommand, type Command } from '#shared/case/commands.ts';
import { evolve } from '#shared/case/evolve.ts';
import { upcastCaseState } from '#shared/case/case-upcast.ts';
import { openItems } from '#shared/case/open-items.ts';
import { CaseState } from '#shared/case/state.ts';
import { runCommandSchemas } from '#shared/flow/run.ts';
import { onReturnCommandSchemas } from '#shared/operation/on-return-schema.ts';
import { operationCommandSchemas } from '#shared/operation/operation-schema.ts';
import type { CaseLogic } from './case-logic.ts';
import { decideHere, type Here } from './decide-here.ts';
import { leavesAt } from './keep/leaves-at.ts';
import { isSignedKind, toSign } from './to-sign.ts';

const VIEW = 'record view';
const isOfOperation = (kind: string): boolean => Object.hasOwn(operationCommandSchemas, kind) || Object.hasOwn(onReturnCommandSchemas, kind);

const handCallSince = ({ closed, handCalls }: CaseState, person: string): string | null =>
  (closed !== null ? null : (Object.values(handCalls).filter(({ by, endedAt, joinedTo }) => by === person && endedAt === null && joinedTo === null).map(({ startedAt }) => startedAt).sort().at(-1) ?? null));

/** The domain of `shared/`, bound to what this desktop knows. */
export function domainLogic(here: Here): CaseLogic {
  return {
    commandSchema: COMMAND_SCHEMA_VERSION,
    parseCommand,
    classOf: (kind) => (isCommandKind(kind) ? commandClass(kind) : 'central'),
    isUrgent: (kind) => isCommandKind(kind) && isUrgent(kind),
    // What goes in was parsed by `parseCommand` or folded by `evolve`: trusted inside.
    decide: (state, command) => decideHere(here, state as CaseState | null, command as Command),
    evolve: (state, event) => evolve(state as CaseState | null, event),
    isSigned: isSignedKind,
    toSign: (state, given) => toSign(here, state as CaseState | null, given),
    viewOf: (state, viewId) => ((state as CaseState).customerId === null ? null : { kind: VIEW, body: { viewId } }),
    isView: (kind) => kind === VIEW,
    mayBuildOn: (kind, earlier) => !(isOfOperation(kind) && Object.hasOwn(runCommandSchemas, earlier)),
    itemsLeft: (state) => openItems(state as CaseState).length,
    ownerOf: (state) => (state as CaseState).owner,
    handCallSince: (state, person) => handCallSince(state as CaseState, person),
    leavesAt: (state, person, keepDays, typedAt) => leavesAt(state as CaseState, person, keepDays, typedAt),
    parseSnapshot: (state) => CaseState.parse(upcastCaseState(state)),
  };
}
