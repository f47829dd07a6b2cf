import type { Happened } from '#shared/case/decider.ts';
import { isRefused } from '#shared/case/decision.ts';
import { COMMAND_SCHEMA_VERSION, commandClass, parseCommand, type Command } from '#shared/case/commands.ts';
import type { DecideContext, LedgerEntry } from '#shared/case/context.ts';
import { decide } from '#shared/case/decide.ts';
import { EVENT_SCHEMA_VERSION, type CaseEventDraft } from '#shared/case/events.ts';
import { evolve } from '#shared/case/evolve.ts';
import type { CaseState } from '#shared/case/state.ts';
import { InnerCommand, type CommandResult, type OuterCommand } from '#shared/protocol/command.ts';
import { ADMINISTRATION, customerStream } from '#shared/protocol/ids.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { Centre } from '../centre.ts';
import { sha256Hex } from '../log/chain.ts';
import type { AppendItem, AppendResult, StoredAnswer, StreamWrite } from '../log/log.ts';
import { breakGlassWrites } from '../reviews/break-glass.ts';
import type { Person } from '#shared/people/person.ts';
import { takenUp } from '../recovery/lost-bookings.ts';
import { gatherContext } from './decide-context.ts';

const TRIES = 20;

export type CommandSession = { person: Person; workstation: string; desktop: string; /** SY10: of somebody who is out, as is known and marked. */ isLate?: boolean };

/** Whoever sent it is out by now: nothing of it was taken, and there is nobody to answer. */
export class ShutOut extends Error {}

/**
 * TP8: who may, as the centre is at the version that the command is decided on; that version is demanded in the append, so that it does
 * not matter which node heard of a revocation first.
 * @throws ShutOut
 */
export function mustBeIn({ administration: { state } }: Pick<Centre, 'administration'>, { person, workstation, isLate = false }: CommandSession): void {
  if (isLate) return;
  const isRevoked = (state.workstations[workstation]?.revokedAt ?? null) !== null;
  if (isRevoked || state.people[person.id]?.person.active === false) throw new ShutOut();
}

/** Who may, up to what, with which keys, under which policy, and what is stopped: as it was decided on, or decided again (TP5, TP8, TP12, TP15). */
export const asTheCentreIs = (base: Pick<StreamWrite, 'actor' | 'madeAt'>, administrationVersion: number): StreamWrite =>
  ({ actor: base.actor, madeAt: base.madeAt, stream: ADMINISTRATION, expectedVersion: administrationVersion, events: [] });

/** Reads the inner part; a bad one is a refusal that advances the number (SY2). */
export function readInner(outer: OuterCommand): { ok: true; inner: InnerCommand; command: Command } | { ok: false; refusal: Refusal } {
  if (sha256Hex(outer.inner) !== outer.hash) return { ok: false, refusal: { code: 'command-hash' } };
  if (outer.schema > COMMAND_SCHEMA_VERSION) return { ok: false, refusal: { code: 'command-newer' } };
  let json: unknown;
  try {
    json = JSON.parse(outer.inner);
  } catch {
    return { ok: false, refusal: { code: 'command-malformed', detail: { kind: outer.kind } } };
  }
  const inner = InnerCommand.safeParse(json);
  if (!inner.success) return { ok: false, refusal: { code: 'command-malformed', detail: { kind: outer.kind } } };
  const parsed = parseCommand(outer.kind, { id: outer.id, body: inner.data.body, madeAt: inner.data.madeAt, saidAt: inner.data.saidAt, schema: outer.schema });
  return parsed.ok ? { ok: true, inner: inner.data, command: parsed.command } : parsed;
}

/** PR3: who may address this case at all; the rules of the kind come after. */
export function mayAddress(state: CaseState | null, command: Command, person: Person): boolean {
  if (state === null) return command.kind === 'open case';
  if (state.access[person.id] !== undefined) return true;
  if (command.kind === 'take review') return person.role === 'mentor' || person.role === 'lead';
  if (command.kind === 'accept escalation' || command.kind === 'join break-glass') return person.role === 'lead';
  return command.kind === 'accept hand-over' && state.handOver !== null && (state.handOver.to === person.id || person.role === 'lead');
}

/** What an accepted decision writes beside the case: the customer's ledger moves in the same append (TP13). */
export function ledgerWrites(state: CaseState | null, events: readonly (CaseEventDraft | Happened)[], ledgerVersion: number, entries: readonly LedgerEntry[], base: Pick<StreamWrite, 'actor' | 'madeAt' | 'customer'>, now: string, newId: () => string): StreamWrite[] {
  if (state?.customerId == null) return [];
  const lost = takenUp(state, events, entries, now);
  if (lost.length > 0) return [{ ...base, stream: customerStream(state.customerId), expectedVersion: ledgerVersion, events: lost.map((event) => ({ ...event, id: newId() })) }];
  const started = events.find((event) => event.kind === 'execution started');
  if (!started) return [];
  const operation = state.operations[started.body.operationId];
  if (!operation?.payload) return [];
  const body = { operationId: operation.id, caseId: state.id, accountId: operation.accountId, kind: operation.kind, totalFen: operation.payload.totalDueFen, startedAt: now };
  return [{ ...base, stream: customerStream(state.customerId), expectedVersion: ledgerVersion, events: [{ id: newId(), kind: 'operation opened', body }] }];
}

/**
 * Takes one command of a desktop: decided on the case as it stands, appended with its answer in one transaction, decided
 * again where somebody else wrote first.
 *
 * @returns the stored answer, the same for every repeat (TP4, SY2)
 */
export async function takeCommand(centre: Centre, session: CommandSession, outer: OuterCommand): Promise<CommandResult> {
  const { person, workstation } = session;
  // A repeat is answered from the log before anything is read or decided (TP4).
  const stored = await centre.log.commandAnswer(outer.id);
  if (stored !== null) return repeated(centre, person, outer, stored);
  const read = readInner(outer);
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const item = read.ok ? await ruledOnHeld(centre, session, outer, read.inner, read.command, attempt) : refused(outer, person, workstation, read.refusal);
    const [result] = await centre.log.append([item]);
    // A body without canonical form (a lone surrogate) or with ids that exist: no desktop gets further by sending it again.
    if (result?.status === 'rejected') {
      const [refusal] = await centre.log.append([refused(outer, person, workstation, { code: 'command-malformed', detail: { kind: outer.kind, problem: result.code } })]);
      return answered(outer, refusal) ?? { id: outer.id, status: 'forked' };
    }
    const answer = answered(outer, result);
    if (answer === null) {
      // Another server may have changed the centre, and its word be on its way: what is decided again is decided on it.
      await centre.administration.fresh();
      continue;
    }
    // TP10: an order to inquire changes nothing by itself; the bank's answer is the event.
    if (answer.status === 'accepted' && read.ok && read.command.kind === 'order inquiry') centre.duty.inquire(outer.case, read.command.body.lineId);
    return answer;
  }
  throw new Error(`command ${outer.id} met ${TRIES} conflicts`);
}

/**
 * The stored answer. A desktop that renumbered after a fork sends what it had sent before under a new number: the log takes
 * that number, or the next one would be a gap for ever (SY2).
 */
async function repeated(centre: Centre, person: Person, outer: OuterCommand, stored: StoredAnswer): Promise<CommandResult> {
  if (stored.hash !== outer.hash || stored.person !== person.id) return { id: outer.id, status: 'forked' };
  if ((await centre.log.lastNumber(outer.desktop, outer.incarnation, outer.case)) >= outer.number) return stored.answer;
  const [result] = await centre.log.append([refused(outer, person, '', { code: 'command-malformed' })]);
  return answered(outer, result) ?? stored.answer;
}

function answered(outer: OuterCommand, result: AppendResult | undefined): CommandResult | null {
  switch (result?.status) {
    case 'appended':
    case 'duplicate':
      if (result.answer === null) throw new Error('a command always has an answer');
      return result.answer;
    case 'forked':
      return { id: outer.id, status: 'forked' };
    case 'gap':
      return { id: outer.id, status: 'gap', expected: result.expected };
    case 'conflict':
      return null;
    default:
      throw new Error(`the log did not take command ${outer.id}: ${result?.status === 'failed' ? result.error.code : (result?.status ?? 'nothing')}`);
  }
}

export function refused(outer: OuterCommand, person: Person, _workstation: string, refusal: Refusal): AppendItem {
  const { inner: _inner, ...stored } = outer;
  return { writes: [], command: { outer: stored, person: person.id, answer: { status: 'refused', refusal } }, audit: [] };
}

/**
 * RB1: the log is for ever, and a case with one event that cannot be folded is lost to everybody. What no reader could
 * take does not get in, whatever `decide` let through.
 * @returns the case with the events, or undefined where it cannot be folded
 */
export function foldOn(centre: Centre, state: CaseState | null, events: readonly CaseEventDraft[], outer: OuterCommand, base: Pick<StreamWrite, 'actor' | 'madeAt'>, now: string): CaseState | null | undefined {
  try {
    return events.reduce<CaseState | null>((folded, { id, kind, body, said = null }) => evolve(folded, {
      id, kind, body, case: outer.case, version: (folded?.version ?? 0) + 1, schema: EVENT_SCHEMA_VERSION, actor: base.actor, times: { said, made: base.madeAt, recorded: now },
    }), state);
  } catch (error) {
    centre.logger.error({ command: outer.id, kind: outer.kind, error: error instanceof Error ? error.name : 'unknown' }, 'a command was let through whose events cannot be folded');
    return undefined;
  }
}

/** Where it failed, without its message: that could tell a name or a number (PR4). */
const placesOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 8).join(' ') : '');

/**
 * A rule that throws is a bug of ours. It is a refusal all the same: an answer that never comes is asked for again by the
 * desktop for ever, and stops everything behind it (SY3, RB1).
 */
export function decidedOn(centre: Centre, state: CaseState | null, command: Command, context: DecideContext): ReturnType<typeof decide> {
  const beganMs = centre.traces?.nowMs() ?? 0;
  try {
    return decide(state, command, context);
  } catch (error) {
    centre.logger.error({ command: command.id, kind: command.kind, at: placesOf(error) }, 'a rule failed; the command was refused');
    return { refusal: { code: 'server-bug', detail: { command: command.id } } };
  } finally {
    centre.traces?.decided(command.id, command.kind, beganMs);
  }
}

/**
 * Decided at first on the case as it is held, which may lack what another node has just appended: what is accepted on it meets a
 * conflict then. A refusal would meet none, so it is only given on the case, and on the centre, as the log has them: it is for good,
 * and whoever was entitled at another node a moment ago is.
 */
async function ruledOnHeld(centre: Centre, session: CommandSession, outer: OuterCommand, inner: InnerCommand, command: Command, attempt: number): Promise<AppendItem> {
  const held = attempt === 0 ? centre.cases.held(outer.case) : null;
  const item = held === null ? null : await ruled(centre, session, outer, inner, command, held);
  if (item?.command?.answer.status === 'accepted') return item;
  await centre.administration.fresh();
  return ruled(centre, session, outer, inner, command, await centre.cases.load(outer.case));
}

async function ruled(centre: Centre, session: CommandSession, outer: OuterCommand, inner: InnerCommand, command: Command, state: CaseState | null): Promise<AppendItem> {
  const { person, workstation } = session;
  const no = (refusal: Refusal): AppendItem => refused(outer, person, workstation, refusal);
  // Before anything of the case: what builds on a refused hand-over is not this person's, for that very reason (SY3, OF1).
  for (const id of inner.dependsOn) {
    const earlier = await centre.log.commandAnswer(id);
    if (earlier?.answer.status === 'refused') return no({ code: 'depends-on', detail: { command: id } });
  }
  if (!mayAddress(state, command, person)) return no({ code: 'not-your-case' });
  const now = centre.clock.now();
  const late = commandClass(command.kind) === 'central' && inner.notAfter !== null && inner.notAfter < now;
  // SY9: an order that the log has lost comes again hours later; it orders nothing any more, and may tell whose a booking is.
  if (late && command.kind !== 'order execution') return no({ code: 'too-late' });
  const { context, ledgerVersion, administrationVersion, breakGlassVersion } = await gatherContext(centre, person, workstation, command, state);
  mustBeIn(centre, session);
  const decision = decidedOn(centre, state, command, context);
  const tells = !isRefused(decision) && decision.events.some((event) => event.kind === 'execution recovered');
  if (late && !tells) return no({ code: 'too-late' });
  if (isRefused(decision)) return no(decision.refusal);
  // TP11: the quality case is a new one; under a name that is taken nothing could be appended, and nobody told.
  const glass = decision.events.find((event) => event.kind === 'break-glass approved');
  if (glass !== undefined && (glass.body.qualityCaseId === outer.case || (await centre.log.lastVersion(glass.body.qualityCaseId)) > 0)) return no({ code: 'case-exists' });
  const { inner: _inner, ...stored } = outer;
  const actor = { kind: 'person', person: person.id, workstation } as const;
  // PR7: what names a customer, and what is told of them with it, is sealed as theirs from the first event.
  const named = decision.events.findLast((event) => event.kind === 'customer identified')?.body.customerId;
  const base = { actor, madeAt: inner.madeAt, customer: named ?? state?.customerId ?? null };
  if (foldOn(centre, state, decision.events, outer, base, now) === undefined) return no({ code: 'command-malformed', detail: { kind: outer.kind } });
  const caseWrite: StreamWrite = { ...base, stream: outer.case, expectedVersion: state?.version ?? 0, events: decision.events };
  return {
    writes: [caseWrite, asTheCentreIs(base, administrationVersion), ...ledgerWrites(state, decision.events, ledgerVersion, context.ledger === 'unknown' ? [] : context.ledger.entries, base, now, centre.newId), ...breakGlassWrites(centre, state, decision.events, breakGlassVersion, base)],
    command: { outer: stored, person: person.id, answer: { status: 'accepted' } },
    audit: command.kind === 'record view' ? [{ kind: 'customer viewed', person: person.id, workstation, about: outer.case, detail: { how: 'desktop', at: inner.madeAt } }] : [],
  };
}
