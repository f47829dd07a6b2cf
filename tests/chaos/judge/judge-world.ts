/**
 * The judge of synchronisation: reads the log and the files that are left of a world, what the desktops had answered as saved, and the
 * bank's books. Of the product it imports `evolve`, and the rule of TP6 about which bodies are withheld; nothing else.
 */
import canonicalize from 'canonicalize';
import { evolve } from '#shared/case/evolve.ts';
import type { CaseState } from '#shared/case/state.ts';
import { mayReadBody } from '#shared/review/withholding.ts';
import type { LedgerRow, LoggedEvent } from '../../control/judge/evidence.ts';
import { judge as judgeControl } from '../../control/judge/judge.ts';
import { judgeDepartures } from './departures.ts';
import { judgeHandOvers, type HandedOver } from './hand-over.ts';
import { judgeOfflineOrders } from './offline-orders.ts';
import { whyAbsent, whyStillThere } from './kept-cases.ts';
import type { JudgedLog } from './judged-log.ts';
import { readDesktop } from './read-desktop.ts';

export type Saved = { id: string; atMs: number; machine: string; desktop: string; person: string; case: string; kind: string };
export type JudgedDesktop = { name: string; person: string; desktop: string; file: string; key: Buffer; /** Null, or why the person is out. */ endedBy: string | null; /** Somebody works at that workstation still. */ isFollowed: boolean; /** Old cases may leave it later. */ mayBeLate: boolean };
export type WorldEvidence = {
  log: JudgedLog; desktops: JudgedDesktop[]; saved: Saved[]; ledger: LedgerRow[]; handedOver: HandedOver[];
  /** The folder of a workstation that was revoked and has wiped itself. */
  wiped: string | null;
  /** By name: the machine whose disk it was copied from. */
  clonesOf: ReadonlyMap<string, string>;
  restores: number;
  endMs: number;
  /** Since when everybody has been back from the weekend, or null. */
  backMs: number | null;
};
export type WorldVerdict = { lost: string[]; duplicated: string[]; diverged: string[]; violations: string[]; events: number; executions: number; answered: number };

const RESENT_MS = 72 * 3_600_000;

const plain = (value: unknown): string => canonicalize(JSON.parse(JSON.stringify(value)) as never) ?? '';

/** The fold of a case as this person may see it: bodies that are withheld from them are not there (TP6). */
function foldFor(events: readonly LoggedEvent[], person: string): { state: CaseState; version: number; lastAt: string } {
  const full = events.reduce<CaseState | null>((state, event) => evolve(state, event as never), null)!;
  const state = events.reduce<CaseState | null>((folded, event) => evolve(folded, { ...event, body: event.body === null || mayReadBody(full, event as never, person as never) ? event.body : null } as never), null)!;
  return { state, version: events.length, lastAt: events.at(-1)!.times.recorded };
}

/** Why a desktop is silent whose person went home: what it kept unsent is then the workstation's to deliver (SY10). */
export const GONE = 'gone home';

export function judgeWorld(evidence: WorldEvidence): WorldVerdict {
  const lost: string[] = [];
  const duplicated: string[] = [];
  const diverged: string[] = [];
  const violations: string[] = [];
  const { events, answers, commands, gaps } = evidence.log;
  // SY5: contiguous, whatever happened.
  violations.push(...gaps);
  const cases = Map.groupBy(events, (event) => event.case);
  for (const [id, list] of cases) list.forEach((event, index) => {
    if (event.version !== index + 1) violations.push(`[SY5] ${id} has version ${event.version} in place ${index + 1}`);
  });

  const desktops = evidence.desktops.map((desktop) => ({ ...desktop, ...readDesktop(desktop.file, desktop.key) }));
  const byName = new Map(desktops.map((desktop) => [desktop.name, desktop]));

  // SY1: what was said to be saved is at the centre, with an answer.
  for (const { id, machine, kind, case: of } of evidence.saved) {
    const desktop = byName.get(machine)!;
    if (!commands.has(id)) {
      const kept = desktop.commands.get(id);
      if (desktop.endedBy !== null && desktop.endedBy !== GONE && !desktop.isFollowed && kept?.status === 'unsent') continue;
      // Put into the file behind the program's back, and into no spool before the machine was wiped.
      if (kind === 'dance' && evidence.wiped !== null && kept === undefined) continue;
      // SY9: and nobody sends it again from a machine that wiped itself.
      if (evidence.restores > 0 && evidence.wiped !== null && kept === undefined) continue;
      // SY9: what was refused before the restore did nothing, and stays before the person as refused.
      if (evidence.restores > 0 && kept?.status === 'refused') continue;
      // SY9: what was answered before the restore their own desktop sends again, when they are back: nobody else came to that machine.
      if (evidence.restores > 0 && desktop.endedBy !== null && desktop.endedBy !== GONE && !desktop.isFollowed && kept !== undefined && kept.status !== 'unsent') continue;
      lost.push(`[${desktop.endedBy === GONE ? 'SY10' : 'SY1'}] ${kind} ${id} of ${of}, saved at ${machine}, is not at the centre; there it is ${kept?.status ?? 'gone'}`);
    }
  }

  // SY2: once.
  const caused = Map.groupBy(events.filter((event) => event.command !== null), (event) => `${event.command} ${event.case}`);
  for (const [of, list] of caused) {
    list.forEach((event, index) => {
      if (index > 0 && event.version !== list[0]!.version + index) duplicated.push(`[SY2] command ${of} has events at versions ${list[0]!.version} and ${event.version}`);
    });
    if (new Set(list.map((event) => event.id)).size !== list.length) duplicated.push(`[SY2] command ${of} has an event twice`);
    if (answers.get(of.split(' ')[0]!) !== 'accepted') violations.push(`[SY3] command ${of} did something and was not accepted`);
  }
  // What is said twice is told by what it is about: a note, a promise, a follow-up has an id of its own.
  for (const [id, list] of cases) {
    const seen = new Map<string, string>();
    for (const event of list) {
      const body = event.body ?? {};
      const what = { 'note written': body['noteId'], 'follow-up opened': body['followUpId'], 'hand-over signed here': body['handOverId'], 'callback promised': body['promiseId'], 'work order opened': body['workOrderId'], 'risk raised': body['riskId'], 'execution started': body['executionId'] }[event.kind];
      if (typeof what !== 'string') continue;
      const key = `${event.kind} ${what}`;
      if (seen.has(key)) duplicated.push(`[SY2] ${key} is in ${id} twice`);
      seen.set(key, event.id);
    }
  }
  // SY2: in the order their desktop issued them, case by case. Where they share a batch their events tell.
  const placeOf = new Map(events.flatMap((event) => (event.command === null ? [] : [[event.command, event.position] as const])));
  for (const [of, list] of Map.groupBy(evidence.saved, (entry) => `${entry.machine} ${entry.case}`)) {
    let before: { id: string; batch: number } | null = null;
    let beforePlace: { id: string; at: number } | null = null;
    for (const { id } of list) {
      const stored = commands.get(id);
      // SY9: written down again after a restore, as refused; it did nothing then and does nothing now.
      if (stored === undefined || stored.code === 'refused-before-restore') continue;
      if (before !== null && stored.batch < before.batch) violations.push(`[SY2] ${of}: ${id} was taken before ${before.id}`);
      before = { id, batch: stored.batch };
      const at = placeOf.get(id);
      if (at === undefined) continue;
      if (beforePlace !== null && at < beforePlace.at) violations.push(`[SY2] ${of}: the events of ${id} are before those of ${beforePlace.id}`);
      beforePlace = { id, at };
    }
  }

  // SY3, OF1: nothing is taken before what it builds on, or without it; at a screen where one takes over from another too.
  for (const { id, machine, kind } of evidence.saved) {
    const stored = commands.get(id);
    if (stored?.status !== 'accepted') continue;
    for (const earlier of byName.get(machine)!.commands.get(id)?.dependsOn ?? []) {
      const before = commands.get(earlier);
      if (before?.status === 'refused') violations.push(`[SY3] ${kind} ${id} was accepted and builds on ${earlier}, which was refused`);
      if (before === undefined ? evidence.restores === 0 : before.batch > stored.batch) violations.push(`[SY3] ${kind} ${id} was accepted ${before === undefined ? 'without' : 'before'} ${earlier}, on which it builds`);
    }
  }

  // SY3: what was refused stands before the person who issued it; what was accepted is not shown as refused.
  for (const { id, atMs, machine, kind } of evidence.saved) {
    const stored = commands.get(id);
    const desktop = byName.get(machine)!;
    if (stored === undefined || desktop.endedBy !== null) continue;
    // What was answered leaves the outbox once no restore can ask for it any more (SY9).
    if (stored.status === 'accepted' && evidence.backMs !== null && evidence.backMs - atMs > RESENT_MS && !desktop.commands.has(id)) continue;
    const kept = desktop.commands.get(id);
    if (stored.status === 'refused' && kept?.status !== 'refused') violations.push(`[SY3] ${kind} ${id} was refused and is ${kept?.status ?? 'gone'} at ${machine}`);
    if (stored.status === 'refused' && kept?.status === 'refused' && kept.refusal === null) violations.push(`[SY3] ${kind} ${id} was refused without a reason at ${machine}`);
    if (stored.status === 'accepted' && (kept === undefined || kept.status === 'refused' || kept.status === 'unsent')) violations.push(`[SY3] ${kind} ${id} was accepted and is ${kept?.status ?? 'gone'} at ${machine}`);
  }

  // SY4, SY6: a desktop holds the fold of the cases its person may see, and no others.
  const folded = new Map<string, ReturnType<typeof foldFor>>();
  const foldOf = (id: string, person: string): ReturnType<typeof foldFor> => {
    const known = folded.get(`${id} ${person}`) ?? foldFor(cases.get(id)!, person);
    folded.set(`${id} ${person}`, known);
    return known;
  };
  for (const desktop of desktops) {
    if (desktop.endedBy !== null) continue;
    for (const id of cases.keys()) {
      if (id.includes(':')) continue;
      const fold = foldOf(id, desktop.person);
      const { state, version } = fold;
      const sees = state.access[desktop.person] !== undefined;
      const held = desktop.cases.get(id);
      if (!sees && held !== undefined) diverged.push(`[SY6] ${desktop.name} still has ${id}`);
      const wrong = !sees ? null : held === undefined ? whyAbsent(desktop, id, fold, evidence) : whyStillThere(desktop, id, fold, evidence);
      if (wrong !== null) diverged.push(wrong);
      if (!sees || held === undefined) continue;
      if (held.version !== version) diverged.push(`[SY4] ${desktop.name} has ${id} at version ${held.version}, the log at ${version}`);
      else if (plain(held.state) !== plain(state)) diverged.push(`[SY4] ${desktop.name} has another ${id} than the log: ${differences(held.state, state)}`);
    }
    for (const id of desktop.cases.keys()) if (!cases.has(id)) diverged.push(`[SY9] ${desktop.name} has ${id}, which is in no log`);
  }

  violations.push(...judgeHandOvers({ handedOver: evidence.handedOver, events, commands, desktops: byName, restores: evidence.restores }));
  violations.push(...judgeOfflineOrders({ saved: evidence.saved, events, commands, desktops: byName, ledger: evidence.ledger, restores: evidence.restores }));

  violations.push(...judgeDepartures({ events, commands, desktops, wiped: evidence.wiped }));

  // TP1, TP4 and the bank's books, by the judge of two-person control.
  const keysIn = (event: LoggedEvent): string[] => ((event.body?.['lines'] ?? []) as { key: string }[]).map(({ key }) => `${event.case}.${key}`);
  const keysOf = (kind: string): Set<string> => new Set(events.flatMap((event) => (event.kind === kind ? keysIn(event) : [])));
  const started = keysOf('execution started');
  // SY9: whatever the bank has booked the centre knows of: by an order of the log, or because the bank told it of the lost time.
  const recovered = keysOf('execution recovered');
  const bankTold = new Set(events.flatMap((event) => (event.kind === 'booking recovered' ? [event.body?.['key'] as string] : [])));
  const told = new Set([...started, ...recovered, ...bankTold]);
  for (const row of evidence.ledger) if (row.state === 'done' && row.kind === 'early-settlement' && !told.has(row.key)) violations.push(`[SY9] the bank booked ${row.key}, of which the centre knows nothing`);
  // Only the bank's word brings such an operation back, and each of its lines stands as the bank's books say.
  for (const event of events) {
    const key = `${event.case}.${event.body?.['key'] as string}`;
    if (event.kind === 'execution recovered' && !keysIn(event).some((one) => bankTold.has(one))) violations.push(`[SY9] an execution of ${event.case} was recovered that the bank told nothing of`);
    const wanted = { 'line booked': 'done', 'line refused': 'refused', 'line freed': 'closed' }[event.kind];
    if (wanted !== undefined && recovered.has(key) && evidence.ledger.find((row) => row.key === key)?.state !== wanted) violations.push(`[SY9] ${event.kind} for ${key}, which the bank's books do not say`);
  }
  // After a restore the log may lack what the bank has booked (SY9): the bank's books are then judged by what is left.
  const ledger = evidence.restores > 0 ? evidence.ledger.filter((row) => started.has(row.key)) : evidence.ledger;
  const control = judgeControl({ events: events.filter((event) => !event.kind.startsWith('line ') || !recovered.has(`${event.case}.${event.body?.['key'] as string}`)), answers, ledger, journal: [] });
  violations.push(...control.violations.map((one) => `[TP1] ${one}`));
  for (const [key, rows] of Map.groupBy(evidence.ledger.filter((row) => row.state === 'done'), (row) => row.key)) if (rows.length > 1) duplicated.push(`[TP4] the bank booked ${key} twice`);
  return { lost, duplicated, diverged, violations, events: events.length, executions: control.executions, answered: commands.size };
}

/** The first parts of two states that differ. */
function differences(held: unknown, wanted: unknown): string {
  const [one, other] = [JSON.parse(plain(held)) as Record<string, unknown>, JSON.parse(plain(wanted)) as Record<string, unknown>];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key]))
    .map((key) => `${key}: ${JSON.stringify(one[key])?.slice(0, 200)} instead of ${JSON.stringify(other[key])?.slice(0, 200)}`).slice(0, 3).join('; ');
}
