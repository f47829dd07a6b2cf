/**
 * The judge's own rule for work that outlives its author's standing (SY10, TP8, PR6): of somebody who is out by then, what records
 * is taken in and marked, what acts is refused; each stands once in the leads' tray; and nothing of it stays on a machine that was revoked.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoggedEvent } from '../../control/judge/evidence.ts';
import type { StoredCommand } from './read-answers.ts';
import type { KeptFile } from './read-desktop.ts';

type Item = { command: string; author: string; kind: string; caseId: string; because: string; became: string };
type Parts = { events: readonly LoggedEvent[]; commands: ReadonlyMap<string, StoredCommand>; desktops: readonly (KeptFile & { name: string; endedBy: string | null })[]; wiped: string | null };

/** Of what the worlds do, that which writes down what happened, and moves nothing. */
const RECORDS: ReadonlySet<string> = new Set(['open case', 'write note', 'promise callback', 'keep promise', 'open follow-up', 'open work order', 'raise risk', 'record manual stop', 'record view', 'log call', 'start run', 'fill fields', 'park run']);

export function judgeDepartures({ events, commands, desktops, wiped }: Parts): string[] {
  const violations: string[] = [];
  const tray = new Map<string, { item: Item; event: LoggedEvent }>();
  const out = new Map<string, number>();
  const noted = new Set<string>();
  for (const event of events) {
    const { body } = event;
    if (event.kind === 'person disabled') out.set(`person ${String(body?.['personId'])}`, event.position);
    if (event.kind === 'workstation revoked') out.set(`workstation ${String(body?.['workstationId'])}`, event.position);
    if (event.kind === 'late work noted') noted.add(`${event.case} ${String(body?.['command'])}`);
    if (event.kind !== 'late work arrived') continue;
    for (const item of (body?.['items'] ?? []) as Item[]) {
      if (tray.has(item.command)) violations.push(`[SY10] ${item.kind} ${item.command} is in the tray twice`);
      tray.set(item.command, { item, event });
    }
  }
  const done = Map.groupBy(events.filter((event) => event.command !== null), (event) => event.command!);
  for (const { item } of tray.values()) {
    const { command, kind, because, became, caseId } = item;
    const blame = (what: string): void => void violations.push(`[SY10] ${kind} ${command} of ${caseId}, late because of ${because} and ${became}: ${what}`);
    const status = commands.get(command)?.status;
    if (status !== (became === 'recorded' ? 'accepted' : 'refused')) blame(`its answer is ${status ?? 'nowhere'}`);
    if (became === 'refused' && done.has(command)) blame('it did something');
    const since = out.get(`person ${item.author}`) ?? Infinity;
    if (became === 'recorded' && !RECORDS.has(kind)) blame('it acts, and was taken in');
    if (because === 'person-disabled' && done.get(command)?.some((one) => one.position < since) === true) blame('its author had sent it in time');
    if (became === 'recorded' && done.has(command) && !noted.has(`${caseId} ${command}`)) blame('the case does not say so');
    if (because === 'person-disabled' && !out.has(`person ${item.author}`)) blame('nobody disabled its author');
  }
  // TP8: whatever arrives after somebody is out is refused, or taken in as a record and marked, whatever time it claims.
  for (const [command, list] of done) {
    const [event] = list;
    const { person, workstation } = event!.actor;
    const since = Math.min(out.get(`person ${person ?? ''}`) ?? Infinity, out.get(`workstation ${workstation ?? ''}`) ?? Infinity);
    if (event!.position > since && tray.get(command)?.item.became !== 'recorded') violations.push(`[TP8] ${event!.kind} by command ${command} at ${event!.position}, by somebody or from a machine that was out since ${since}`);
  }
  // SY6: who heard that they are out may see no customer any more.
  for (const { name, endedBy, cases, copies } of desktops) {
    if (endedBy !== 'person-disabled') continue;
    if (cases.size > 0 || [...copies.values()].some(({ state }) => state !== null)) violations.push(`[SY6] ${name} was told that its person is out, and holds ${cases.size} cases still`);
  }
  if (wiped !== null) violations.push(...leftOn(wiped));
  return violations;
}

/** PR6: of a workstation that wiped itself only this is left, that it did. */
function leftOn(root: string): string[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => !['spool'].includes(name));
  const notes = files.filter((name) => /^revoked-[0-9a-f]{24}\.json$/.test(name));
  const others = files.filter((name) => !notes.includes(name));
  const [note] = notes;
  const isDone = note !== undefined && existsSync(join(root, note)) && typeof (JSON.parse(readFileSync(join(root, note), 'utf8')) as { doneAt: unknown }).doneAt === 'string';
  return [...(isDone ? [] : ['[PR6] a workstation was revoked and does not say that it is wiped']), ...others.map((name) => `[PR6] a workstation was revoked, and ${name} is still there`)];
}
