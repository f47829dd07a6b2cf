import { z } from 'zod';
import type { Calendar } from '../calendar/calendar.ts';
import { addDays, civilDateOf, instantOf, minuteOfDay } from '../calendar/civil.ts';
import { isWorkday } from '../calendar/workdays.ts';
import type { FactTree } from '../flow/facts.ts';
import { bilingual } from '../protocol/ids.ts';

/** The branch finder (FLOWS PW-5): by district and landmark, with hours that somebody has confirmed. */

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
const hours = z.strictObject({ from: clock, to: clock }).refine((span) => span.from < span.to, 'closes before it opens');

export const Branch = z.strictObject({
  id: z.string().min(1).max(40),
  name: bilingual,
  district: bilingual,
  /** How people describe the place: matched, never stored with a customer. */
  landmarks: z.array(bilingual),
  address: bilingual,
  phone: z.string().max(20),
  /** Opening hours on workdays (make-up workdays too), and on other days; null: closed. */
  workday: hours.nullable(),
  restDay: hours.nullable(),
  /** Resets passwords at the counter. */
  doesReset: z.boolean(),
  /** The day somebody last confirmed hours and services; null: nobody has. */
  checkedOn: z.iso.date().nullable(),
});
export type Branch = z.infer<typeof Branch>;

export interface BranchHours {
  /** Hours of the day in question, null when it is closed all day. */
  readonly today: { readonly from: string; readonly to: string } | null;
  readonly open: boolean;
  /** When it next opens; null while it is open, or when it does not open within a fortnight. */
  readonly opensAt: string | null;
}

const hoursOn = (branch: Branch, calendar: Calendar, date: string) => (isWorkday(calendar, date) ? branch.workday : branch.restDay);

/**
 * @param at instant
 * @returns hours of that civil day, whether it is open then, and otherwise the next opening
 */
export function branchHours(branch: Branch, calendar: Calendar, at: string): BranchHours {
  const today = civilDateOf(calendar, at);
  const span = hoursOn(branch, calendar, today);
  const minute = minuteOfDay(calendar, at);
  const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  if (span !== null && minute >= minutes(span.from) && minute < minutes(span.to)) return { today: span, open: true, opensAt: null };
  for (let ahead = 0; ahead <= 14; ahead += 1) {
    const date = addDays(today, ahead);
    const next = hoursOn(branch, calendar, date);
    if (next !== null && (ahead > 0 || minute < minutes(next.from))) return { today: span, open: false, opensAt: instantOf(calendar, date, next.from) };
  }
  return { today: span, open: false, opensAt: null };
}

/**
 * Branches for what a caller says about where they are, best first: those that do resets and whose hours
 * are confirmed come before others, open ones before closed ones.
 * @param place district or landmark in either language; empty for all
 */
export function findBranches(branches: readonly Branch[], place: string, calendar: Calendar, at: string): Branch[] {
  const wanted = place.normalize('NFKC').trim().toLowerCase();
  const texts = (branch: Branch) => [branch.district, branch.name, branch.address, ...branch.landmarks].flatMap(({ zh, en }) => [zh, en.toLowerCase()]);
  const matches = (branch: Branch) => wanted === '' || texts(branch).some((text) => text.includes(wanted) || (text.length > 1 && wanted.includes(text)));
  const rank = (branch: Branch) => (branch.doesReset ? 4 : 0) + (branch.checkedOn === null ? 0 : 2) + (branchHours(branch, calendar, at).open ? 1 : 0);
  return branches.filter(matches).sort((a, b) => rank(b) - rank(a) || (a.id < b.id ? -1 : 1));
}

/** What a flow may say of the branch an agent chose. */
export function branchFacts(branch: Branch, calendar: Calendar, at: string): NonNullable<FactTree['branch']> {
  const { today, open, opensAt } = branchHours(branch, calendar, at);
  return {
    id: branch.id,
    name: branch.name,
    address: branch.address,
    hours: today === null ? { zh: '不营业', en: 'closed today' } : `${today.from}–${today.to}`,
    doesReset: branch.doesReset,
    validityChecked: branch.checkedOn !== null,
    opensAt,
    open: open ? { zh: '营业中', en: 'open' } : { zh: '未营业', en: 'closed' },
  };
}
