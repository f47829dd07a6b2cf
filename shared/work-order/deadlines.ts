import { civilDateOf, instantOf } from '../calendar/civil.ts';
import { addWorkdays } from '../calendar/workdays.ts';
import type { Calendar } from '../calendar/calendar.ts';

export type Urgency = 'urgent' | 'important' | 'ordinary';

const hours: Record<Urgency, number> = { urgent: 1, important: 24, ordinary: 48 };
const HOUR = 3_600_000;

/**
 * When the customer must have been contacted and when the work order must be closed (DOMAIN §4): urgent one hour and
 * 72 hours, important 24 hours and five workdays, ordinary 48 hours and seven workdays.
 *
 * @param openedAt recorded instant; @returns two instants
 */
export function workOrderDeadlines(openedAt: string, urgency: Urgency, calendar: Calendar): { contactBy: string; closeBy: string } {
  const opened = Date.parse(openedAt);
  const contactBy = new Date(opened + hours[urgency] * HOUR).toISOString();
  if (urgency === 'urgent') return { contactBy, closeBy: new Date(opened + 72 * HOUR).toISOString() };
  const lastDay = addWorkdays(calendar, civilDateOf(calendar, openedAt), urgency === 'important' ? 5 : 7);
  return { contactBy, closeBy: instantOf(calendar, lastDay, '18:00') };
}
