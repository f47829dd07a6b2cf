import { runEventSchemas, type RunEventKind } from '../flow/run.ts';
import { evolveRun } from '../flow/run-evolve.ts';
import { onReturnEvolvers } from '../operation/on-return-evolve.ts';
import { operationEvolvers } from '../operation/operation-evolve.ts';
import { recoveredEvolvers } from '../operation/recovered-evolve.ts';
import { reviewEvolvers } from '../review/review-evolve.ts';
import { caseEvolvers } from './case-evolve.ts';
import type { FoldedEvent } from './decision.ts';
import { EVENT_SCHEMA_VERSION, isEventKind, parseEventBody, type EventKind } from './events.ts';
import type { Evolver, Evolvers } from './evolver.ts';
import { handOverEvolvers } from './hand-over-evolve.ts';
import { lateWorkEvolvers } from './late-work.ts';
import { nightEvolvers } from './night-evolve.ts';
import { emptyCase, type CaseState } from './state.ts';

const evolvers: Evolvers<Exclude<EventKind, RunEventKind>> = { ...caseEvolvers, ...operationEvolvers, ...recoveredEvolvers, ...onReturnEvolvers, ...reviewEvolvers, ...nightEvolvers, ...lateWorkEvolvers, ...handOverEvolvers };

const isRunKind = (kind: string): kind is RunEventKind => Object.hasOwn(runEventSchemas, kind);

/** A run's events change that run, and which one is on the screen. */
function evolveRuns(state: CaseState, event: FoldedEvent, body: { runId: string; toRunId?: string }): CaseState {
  const read = { kind: event.kind, body, at: event.times.recorded, ...(event.actor.person === null ? {} : { by: event.actor.person }) };
  const before = state.runs[body.runId] ?? null;
  const run = evolveRun(before, read);
  const runs = run === null ? state.runs : { ...state.runs, [body.runId]: run };
  const current =
    event.kind === 'run started' || event.kind === 'run resumed' ? body.runId
    : (event.kind === 'run parked' || event.kind === 'run closed') && state.currentRun === body.runId ? null
    : state.currentRun;
  return { ...state, runs, currentRun: current };
}

/**
 * What an event changes. Total: an event whose body is withheld (TP6) or erased (PR7), or whose kind or schema this
 * program does not know, keeps its place and advances the version, and nothing else.
 *
 * @param state the case so far, null before its first event
 * @param event envelope fields and body; the body may be null
 */
export function evolve(state: CaseState | null, event: FoldedEvent): CaseState {
  const base = state ?? emptyCase(event.case, event.times.recorded);
  const next = { ...base, version: event.version, updatedAt: event.times.recorded };
  const kept = { ...next, withheld: [...base.withheld, { version: event.version, kind: event.kind }] };
  if (!isEventKind(event.kind) || event.schema > EVENT_SCHEMA_VERSION) return kept;
  const kind: EventKind = event.kind;
  const body = parseEventBody(kind, event.body, event.schema);
  if (body === null) return kept;
  if (isRunKind(kind)) return evolveRuns(next, event, body as { runId: string });
  // The body was parsed by the schema of this very kind, which TypeScript cannot follow through the table.
  const change = evolvers[kind] as Evolver<typeof kind>;
  return change(next, body as never, event);
}

/** Folds a case's events, oldest first, all of one case and contiguous from version 1. */
export function foldCase(events: readonly FoldedEvent[]): CaseState | null {
  return events.reduce<CaseState | null>(evolve, null);
}
