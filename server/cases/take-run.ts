import { isRefused } from '#shared/case/decision.ts';
import { commandClass, type Command } from '#shared/case/commands.ts';
import type { CaseState } from '#shared/case/state.ts';
import type { CommandResult, InnerCommand, OuterCommand } from '#shared/protocol/command.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { Centre } from '../centre.ts';
import type { AppendItem, AppendResult } from '../log/log.ts';
import { forCommand } from '../traces/traces.ts';
import { asTheCentreIs, decidedOn, foldOn, mayAddress, mustBeIn, readInner, refused, takeCommand, type CommandSession } from './command-service.ts';
import { gatherContext, type Gathered } from './decide-context.ts';

/**
 * What may share an append with its neighbours: decided on the case alone, and nothing else of the centre is written with it.
 * Signed and central commands stand on keys, ledgers and lists that must not move between deciding and appending; held facts
 * on what was looked up in the log for this very reading, which says nothing of a neighbour's (TP2).
 */
const isPlain = (command: Command): boolean => commandClass(command.kind) === 'local' && !('signed' in command.body) && command.kind !== 'use held facts';

/**
 * The commands at the front that can be decided one on the other before any of them is stored. Ends before one that was stored
 * already, and before one that has to be decided by itself.
 */
async function decideAhead(centre: Centre, session: CommandSession, outers: readonly OuterCommand[]): Promise<AppendItem[]> {
  const { person, workstation } = session;
  const items: AppendItem[] = [];
  /** Of this run, by id: whether it was refused. */
  const ruled = new Map<string, boolean>();
  let gathered: Gathered | null = null;
  let state: CaseState | null = null;
  for (const outer of outers) {
    if ((await centre.log.commandAnswer(outer.id)) !== null) break;
    const read = readInner(outer);
    if (read.ok && !isPlain(read.command)) break;
    if (gathered === null) {
      state = await centre.cases.load(outer.case);
      // What is refused is refused on the centre as the log has it.
      await centre.administration.fresh();
      if (read.ok) gathered = await gatherContext(centre, person, workstation, read.command, state);
      mustBeIn(centre, session);
    }
    const ruling: Ruled = !read.ok || gathered === null ? { refusal: read.ok ? { code: 'command-malformed' } : read.refusal }
      : await ruleOn(centre, session, outer, read.inner, read.command, { state, gathered, ruled });
    ruled.set(outer.id, 'refusal' in ruling);
    const item = 'refusal' in ruling ? refused(outer, person, workstation, ruling.refusal) : ruling.item;
    if (!('refusal' in ruling)) state = ruling.state;
    const before = items.at(-1)?.command?.outer.id;
    items.push(before === undefined || item.command === null ? item : { ...item, command: { ...item.command, follows: before } });
  }
  return items;
}

type Ahead = { state: CaseState | null; gathered: Gathered; ruled: ReadonlyMap<string, boolean> };

type Ruled = { refusal: Refusal } | { state: CaseState | null; item: AppendItem };

async function ruleOn(
  centre: Centre, { person, workstation }: CommandSession, outer: OuterCommand, inner: InnerCommand, command: Command, { state, gathered, ruled }: Ahead,
): Promise<Ruled> {
  for (const id of inner.dependsOn) {
    const fell = ruled.get(id) ?? (await centre.log.commandAnswer(id))?.answer.status === 'refused';
    if (fell) return { refusal: { code: 'depends-on', detail: { command: id } } };
  }
  if (!mayAddress(state, command, person)) return { refusal: { code: 'not-your-case' } };
  const decision = decidedOn(centre, state, command, gathered.context);
  if (isRefused(decision)) return decision;
  const actor = { kind: 'person', person: person.id, workstation } as const;
  // PR7: what names a customer, and what is told of them with it, is sealed as theirs from the first event.
  const named = decision.events.findLast((event) => event.kind === 'customer identified')?.body.customerId;
  const base = { actor, madeAt: inner.madeAt, customer: named ?? state?.customerId ?? null };
  const next = foldOn(centre, state, decision.events, outer, base, gathered.context.now);
  if (next === undefined) return { refusal: { code: 'command-malformed', detail: { kind: outer.kind } } };
  const { inner: _inner, ...stored } = outer;
  return {
    state: next,
    item: {
      writes: [{ ...base, stream: outer.case, expectedVersion: state?.version ?? 0, events: decision.events }, asTheCentreIs(base, gathered.administrationVersion)],
      command: { outer: stored, person: person.id, answer: { status: 'accepted' } },
      audit: command.kind === 'record view' ? [{ kind: 'customer viewed', person: person.id, workstation, about: outer.case, detail: { how: 'desktop', at: inner.madeAt } }] : [],
    },
  };
}

/** The answers up to the first item that the log did not take as it was decided. */
function answersOf(results: readonly AppendResult[]): CommandResult[] {
  const answers: CommandResult[] = [];
  for (const result of results) {
    if ((result.status !== 'appended' && result.status !== 'duplicate') || result.answer === null) break;
    answers.push(result.answer);
  }
  return answers;
}

/**
 * Takes what a desktop sent of one case, in its order. As many as can be are decided one on the other and appended at once, so
 * that a night's work takes one sync of the disk for many commands. What the log does not take so (somebody else wrote first,
 * a number that is not the next) goes by itself, and is decided again on what is there now.
 *
 * @param outers of one case
 * @returns one answer each, up to the first `forked` or `gap`: after it the rest of the case must not be taken (SY2)
 */
export function takeRun(centre: Centre, session: CommandSession, outers: readonly OuterCommand[]): Promise<CommandResult[]> {
  return centre.traces === undefined ? take(centre, session, outers) : centre.traces.taking(() => take(centre, session, outers));
}

async function take(centre: Centre, session: CommandSession, outers: readonly OuterCommand[]): Promise<CommandResult[]> {
  const answers: CommandResult[] = [];
  while (answers.length < outers.length) {
    const rest = outers.slice(answers.length);
    // One alone shares an append with nobody.
    const items = rest.length < 2 ? [] : await decideAhead(centre, session, rest);
    const taken = items.length < 2 ? [] : answersOf(await centre.log.append(items));
    const [first] = rest;
    if (taken.length === 0 && first !== undefined) taken.push(await forCommand(centre.traces, first.id, () => takeCommand(centre, session, first)));
    answers.push(...taken);
    const last = answers.at(-1);
    if (last?.status === 'forked' || last?.status === 'gap') break;
  }
  return answers;
}
