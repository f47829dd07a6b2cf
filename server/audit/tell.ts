/** How a body is written for somebody to read: sentence, values, and every field that the sentence leaves out. */
import { formatFen } from '#shared/money/fen.ts';
import type { Bilingual } from '#shared/protocol/ids.ts';
import { codeWords, fieldWords } from './words/codes.ts';
import { summed } from './words/events.ts';

export type Language = 'zh' | 'en';
/** By id: people of the centre, and its workstations. */
export type Names = ReadonlyMap<string, string>;

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const BEIJING_MS = 8 * 3_600_000;
const none: Bilingual = { zh: '无', en: 'none' };
const yes: Bilingual = { zh: '是', en: 'yes' };
const no: Bilingual = { zh: '否', en: 'no' };

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isBilingual = (value: unknown): value is Bilingual => isRecord(value) && Object.keys(value).length === 2 && typeof value['zh'] === 'string' && typeof value['en'] === 'string';

/** The centre's time, with the offset written out: a regulator's clock may be elsewhere. */
export function instantText(at: string): string {
  const local = new Date(Date.parse(at) + BEIJING_MS).toISOString();
  return `${local.slice(0, 10)} ${local.slice(11, 23)} +08:00`;
}

/** @param name of the field that holds it: `…Fen` is money */
export function valueText(value: unknown, name: string, language: Language, names: Names): string {
  if (value === null || value === undefined || value === '') return none[language];
  if (typeof value === 'boolean') return (value ? yes : no)[language];
  if (typeof value === 'number') return name.endsWith('Fen') && Number.isSafeInteger(value) ? `¥${formatFen(value)}` : String(value);
  if (typeof value === 'string') return names.get(value) ?? (INSTANT.test(value) ? instantText(value) : (codeWords[value]?.[language] ?? value));
  if (isBilingual(value)) return value[language];
  if (Array.isArray(value)) return value.length === 0 ? none[language] : value.map((one) => valueText(one, name, language, names)).join(language === 'zh' ? '、' : ', ');
  return JSON.stringify(value);
}

const PLACE = /\{([\w.]+)\}/g;
export const placesOf = (words: Bilingual): string[] => [...new Set([...words.zh.matchAll(PLACE), ...words.en.matchAll(PLACE)].map((match) => match[1]!))];

function at(body: unknown, path: string): unknown {
  let value = body;
  for (const part of path.split('.')) value = isRecord(value) ? value[part] : undefined;
  return value;
}

export const sentence = (words: Bilingual, body: unknown, language: Language, names: Names): string =>
  words[language].replaceAll(PLACE, (_all, path: string) => valueText(at(body, path), path.split('.').at(-1) ?? path, language, names));

const label = (name: string, language: Language): string => fieldWords[name]?.[language] ?? name;

/** One line a field, deeper ones further in. @param told fields of the sentence, by path; signatures are told apart */
export function fieldLines(body: unknown, told: ReadonlySet<string>, language: Language, names: Names, path = '', depth = 0): string[] {
  if (!isRecord(body)) return [];
  return Object.entries(body).flatMap(([name, value]) => {
    const own = path === '' ? name : `${path}.${name}`;
    if (told.has(own) || name === 'signed') return [];
    const indent = '  '.repeat(depth);
    const colon = language === 'zh' ? '：' : ': ';
    if (summed.has(name)) return [`${indent}${label(name, language)}${colon}${counted(value, language)}`];
    if (Array.isArray(value) && value.some((one) => isRecord(one) && !isBilingual(one))) {
      return value.flatMap((one, index) => [`${indent}${label(name, language)} ${index + 1}`, ...fieldLines(one, new Set(), language, names, own, depth + 1)]);
    }
    if (isRecord(value) && !isBilingual(value)) {
      const inner = fieldLines(value, told, language, names, own, depth + 1);
      return inner.length === 0 ? [] : [`${indent}${label(name, language)}`, ...inner];
    }
    return [`${indent}${label(name, language)}${colon}${valueText(value, name, language, names)}`];
  });
}

function counted(value: unknown, language: Language): string {
  const count = Array.isArray(value) ? value.length : isRecord(value) ? Object.keys(value).length : 0;
  return language === 'zh' ? `${count} 项` : String(count);
}
