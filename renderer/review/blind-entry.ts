import { tidyReference } from '#shared/operation/reference.ts';
import { maskNumbers } from '#shared/privacy/mask.ts';
import type { KeyFigure } from '#shared/review/policy.ts';
import type { BlindEntry } from '#shared/review/review-schema.ts';

/** What is typed so far. Principals by plan id, where policy asks for them; null while nothing readable is typed. */
export type EntryDraft = { totalFen: number | null; lines: string; dueDate: string; lastFour: string; reference: string; principals: Readonly<Record<string, number | null>> };
export const emptyEntry: EntryDraft = { totalFen: null, lines: '', dueDate: '', lastFour: '', reference: '', principals: {} };

export type EntryField = 'total' | 'lines' | 'dueDate' | 'lastFour' | 'reference' | 'principals';

/** The schema wants a date; where policy asks for none, nobody compares this one. */
const NOT_ASKED_DATE = '1970-01-01';

const plain = (text: string): string => text.normalize('NFKC').trim();

/**
 * A due date as it is typed at a number pad: `2026-12-08`, `20261208`, `2026.12.8`, `2026/12/08`, `2026年12月8日`,
 * in full-width digits too. Without a year it is not a date: the year would be a guess.
 */
export function readDate(text: string): string | null {
  const typed = plain(text).replaceAll('。', '.');
  const match = /^(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?$/.exec(typed) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(typed);
  const [, year, month, day] = match ?? [];
  if (year === undefined || month === undefined || day === undefined) return null;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const ms = Date.parse(`${date}T00:00:00.000Z`);
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date ? null : date;
}

export const readCount = (text: string): number | null => (/^\d{1,3}$/.test(plain(text)) ? Number(plain(text)) : null);

/**
 * Reads the typed key figures; those that policy does not ask for are left out, or stand for nothing (TP6).
 * @param principalPlans plans whose remaining principal must be typed; of other plans it may be left empty
 * @param asked what policy names for the kind; the total always
 * @param transactions ids of transactions in the reviewer's own reading
 * @returns the entry, or the first field that cannot be read
 */
export function readEntry(draft: EntryDraft, principalPlans: readonly string[], asked: readonly KeyFigure[], transactions: readonly string[] = []): { entry: BlindEntry } | { unreadable: EntryField } {
  if (draft.totalFen === null) return { unreadable: 'total' };
  const lines = asked.includes('lines') ? readCount(draft.lines) : 0;
  if (lines === null) return { unreadable: 'lines' };
  const dueDate = asked.includes('due-date') ? readDate(draft.dueDate) : NOT_ASKED_DATE;
  if (dueDate === null) return { unreadable: 'dueDate' };
  const lastFour = asked.includes('last-four') ? plain(draft.lastFour) : null;
  if (lastFour !== null && !/^\d{4}$/.test(lastFour)) return { unreadable: 'lastFour' };
  // As the maker's was stored: long numbers by their last four, unless it is the bank's own name of a transaction (PR2).
  const typed = tidyReference(draft.reference);
  const reference = !asked.includes('reference') ? null : transactions.includes(typed) ? typed : maskNumbers(typed);
  if (reference === '') return { unreadable: 'reference' };
  if (principalPlans.some((planId) => (draft.principals[planId] ?? null) === null)) return { unreadable: 'principals' };
  const principals = Object.fromEntries(Object.entries(draft.principals).flatMap(([planId, fen]) => (fen === null ? [] : [[planId, fen]])));
  return { entry: { totalDueFen: draft.totalFen, lines, dueDate, principals, ...(lastFour === null ? {} : { lastFour }), ...(reference === null ? {} : { reference }) } };
}
