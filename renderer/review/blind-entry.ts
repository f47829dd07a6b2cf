import { parseYuan } from '#shared/money/fen.ts';
import type { BlindEntry } from '#shared/review/review-schema.ts';

/** What is typed, before it is read as figures. Principals by plan id, where policy asks for them. */
export type EntryText = { total: string; lines: string; dueDate: string; principals: Record<string, string> };
export const emptyEntry: EntryText = { total: '', lines: '', dueDate: '', principals: {} };

/** A plan of the reviewer's own facts whose remaining principal she was asked for. */
export type EntryField = 'total' | 'lines' | 'dueDate' | `principal:${string}`;

const plain = (text: string): string => text.normalize('NFKC').trim();

/**
 * A due date as it is typed at a number pad: `2026-12-08`, `20261208`, `2026.12.8`, `2026/12/08`, `2026年12月8日`,
 * in full-width digits too. Without a year it is not a date: the year would be a guess.
 */
export function readDate(text: string): string | null {
  const match = /^(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?$/.exec(plain(text).replaceAll('。', '.')) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(plain(text));
  if (match === null) return null;
  const [, year, month, day] = match as unknown as [string, string, string, string];
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const ms = Date.parse(`${date}T00:00:00.000Z`);
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date ? null : date;
}

export function readCount(text: string): number | null {
  return /^\d{1,3}$/.test(plain(text)) ? Number(plain(text)) : null;
}

/**
 * Reads the typed key figures.
 * @param principalPlans plans whose remaining principal is asked for
 * @returns the entry, or the first field that cannot be read
 */
export function readEntry(text: EntryText, principalPlans: readonly string[]): { entry: BlindEntry } | { unreadable: EntryField } {
  const total = parseYuan(text.total);
  if ('refusal' in total) return { unreadable: 'total' };
  const lines = readCount(text.lines);
  if (lines === null) return { unreadable: 'lines' };
  const dueDate = readDate(text.dueDate);
  if (dueDate === null) return { unreadable: 'dueDate' };
  const principals: Record<string, number> = {};
  for (const planId of principalPlans) {
    const one = parseYuan(text.principals[planId] ?? '');
    if ('refusal' in one) return { unreadable: `principal:${planId}` };
    principals[planId] = one.fen;
  }
  return { entry: { totalDueFen: total.fen, lines, dueDate, principals } };
}
