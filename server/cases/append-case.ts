import type { Happened } from '#shared/case/decider.ts';
import type { CaseState } from '#shared/case/state.ts';
import type { Actor, EventDraft } from '#shared/protocol/envelope.ts';
import type { EventLog, StreamWrite } from '../log/log.ts';
import type { CaseStore } from './case-store.ts';

const TRIES = 50;

/** Gives events that the server itself causes their ids. */
export const drafted = (newId: () => string, events: readonly Happened[]): EventDraft[] => events.map((event) => ({ ...event, id: newId(), said: null }));

/** Whose key seals the write (PR7): what names a customer, and what is read of them with it, is theirs from the first event. */
const customerOf = (state: CaseState | null, events: readonly Happened[]): string | null =>
  events.findLast((event) => event.kind === 'customer identified')?.body.customerId ?? state?.customerId ?? null;

export type ServerWrite = { events: readonly Happened[]; also?: StreamWrite[] };

/**
 * Appends what the server itself has to say about a case: decided on the case as it stands, decided again where somebody
 * wrote first. A rule that answers no events writes nothing, so that twice is once.
 *
 * @param rule pure function of the case (null before its first event)
 * @returns whether anything was written; throws where the log cannot be written
 */
export async function appendToCase(
  parts: { log: EventLog; cases: CaseStore; now: () => string; newId: () => string },
  caseId: string,
  actor: Actor['kind'],
  rule: (state: CaseState | null) => ServerWrite | Promise<ServerWrite>,
): Promise<boolean> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const state = await parts.cases.load(caseId);
    const { events, also = [] } = await rule(state);
    if (events.length === 0 && also.length === 0) return false;
    const write: StreamWrite = {
      stream: caseId as StreamWrite['stream'], expectedVersion: state?.version ?? 0, events: drafted(parts.newId, events),
      actor: { kind: actor, person: null, workstation: null }, madeAt: parts.now(), customer: customerOf(state, events),
    };
    const [result] = await parts.log.append([{ writes: [write, ...also], command: null, audit: [] }]);
    if (result?.status === 'appended') return true;
    if (result?.status !== 'conflict') throw new Error(`the log did not take the server's own events: ${JSON.stringify(result)}`);
  }
  throw new Error(`case ${caseId} moved ${TRIES} times while the server was deciding`);
}
