/**
 * The judge's own rule for cases that leave a desktop (PR6): not before their time, not while there is something to do in them,
 * with a place kept at the version that the log has (SY5); and no longer than their time.
 */
import type { CaseState } from '#shared/case/state.ts';
import type { KeptFile } from './read-desktop.ts';

const DAY_MS = 86_400_000;
const KEEP_DAYS = 7;
const UNSETTLED = new Set(['in-review', 'approved', 'executing', 'in-doubt']);

type Folded = { state: CaseState; version: number; lastAt: string };
type Judged = KeptFile & { name: string; person: string; /** A full disk puts it off, and whoever came after the weekend heard of every case that day. */ mayBeLate: boolean };
type Times = { endMs: number; /** Since when everybody has been back from the weekend, or null. */ backMs: number | null; restores: number };

const ageMs = ({ lastAt }: Folded, atMs: number): number => atMs - Date.parse(lastAt);

const hasOwnToDo = (state: CaseState, person: string): boolean =>
  (state.owner === person && (state.promises.some(({ status }) => status === 'open') || state.followUps.some(({ status }) => status === 'open')))
  || Object.values(state.operations).some(({ status }) => UNSETTLED.has(status)) || state.handOver?.to === person;

/** Nothing at all is open in it, for anybody. */
const isSettled = (state: CaseState): boolean =>
  state.promises.every(({ status }) => status !== 'open') && state.followUps.every(({ status }) => status !== 'open') && Object.values(state.operations).every(({ status }) => !UNSETTLED.has(status))
  && Object.values(state.reviews).every(({ status }) => status !== 'waiting' && status !== 'taken') && state.handOver === null && state.escalations.length === 0 && state.stops.length === 0 && Object.keys(state.onReturn).length === 0;

/** A case that its person may see and this desktop has not. @returns what is wrong with that, or null */
export function whyAbsent(desktop: Judged, id: string, folded: Folded, { endMs }: Times): string | null {
  const place = desktop.left.get(id);
  if (place === undefined) return `[SY4] ${desktop.name} lacks ${id}`;
  if (place.wanted !== 0) return `[PR6] ${desktop.name} lacks ${id}, which has woken up`;
  if (place.version !== folded.version) return `[SY5] ${desktop.name} keeps the place of ${id} at version ${place.version}, the log is at ${folded.version}`;
  if (ageMs(folded, endMs) < (folded.state.closed === null ? KEEP_DAYS : 1) * DAY_MS) return `[PR6] ${id} has left ${desktop.name} before its time`;
  return hasOwnToDo(folded.state, desktop.person) ? `[PR6] ${id} has left ${desktop.name}, and its person has something to do in it` : null;
}

/** A case that this desktop has. @returns what is wrong with that, or null */
export function whyStillThere(desktop: Judged, id: string, folded: Folded, { backMs, restores }: Times): string | null {
  if (backMs === null || restores > 0 || desktop.mayBeLate || !isSettled(folded.state)) return null;
  const isWork = [...desktop.commands.values()].some((row) => row.stream === id && (row.status !== 'refused' ? row.status !== 'confirmed' : row.seen === null));
  const isOver = ageMs(folded, backMs) > (folded.state.closed === null ? KEEP_DAYS : 1) * DAY_MS;
  return isOver && !isWork ? `[PR6] ${desktop.name} still has ${id}, of which nothing was heard for ${Math.floor(ageMs(folded, backMs) / DAY_MS)} days` : null;
}
