import type { Lang } from '#shared/flow/definition.ts';
import { factAt } from '#shared/flow/facts.ts';
import { formatFen } from '#shared/money/fen.ts';
import { localClock, localDate } from '../app/local-time.ts';

export type Item = { id: string; value: Record<string, unknown> };

/** The items of a list fact that have an id. */
export function itemsAt(ground: unknown, path: string): Item[] {
  const list = factAt(ground, path);
  if (!Array.isArray(list)) return [];
  return list.flatMap((value: unknown) => {
    const id = factAt(value, 'id');
    return typeof id === 'string' && typeof value === 'object' && value !== null ? [{ id, value: value as Record<string, unknown> }] : [];
  });
}

/** A text that may be bilingual, in the person's language; nothing for a fact that is not known. */
export const text = (value: unknown, lang: Lang): string => (value === null || value === undefined ? '' : typeof value === 'object' && value !== null && lang in value ? String((value as Record<Lang, unknown>)[lang]) : String(value));

/** How a plan, a card or a transaction is named in a row: what it has, in the order one reads it aloud. */
export function itemLabel(item: Record<string, unknown>, lang: Lang): string {
  const parts: string[] = [];
  if (typeof item['signedOn'] === 'string') parts.push(item['signedOn']);
  if (typeof item['at'] === 'string') parts.push(`${localDate(item['at']).slice(5)} ${localClock(item['at'])}`);
  if (item['merchant'] !== undefined) parts.push(text(item['merchant'], lang));
  if (item['product'] !== undefined) parts.push(text(item['product'], lang));
  if (typeof item['principalFen'] === 'number') parts.push(`¥${formatFen(item['principalFen'])}`);
  if (typeof item['amountFen'] === 'number') parts.push(`¥${formatFen(item['amountFen'])}`);
  if (typeof item['lastFour'] === 'string' && item['lastFour'] !== '') parts.push(lang === 'zh' ? `尾号 ${item['lastFour']}` : `ending ${item['lastFour']}`);
  return parts.join(' · ') || String(item['id'] ?? '');
}
