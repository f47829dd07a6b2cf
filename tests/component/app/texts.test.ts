import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REFUSALS } from '#shared/protocol/refusals.ts';

const renderer = join(import.meta.dirname, '../../../renderer');
const files = readdirSync(renderer, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('texts.ts'));
const placeholders = (text: string): string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([whole]) => whole).sort();

describe('words of the screens', () => {
  it.each(files)('[texts] %s says everything in both languages, with the same blanks', async (file) => {
    const found = Object.values(await import(join(renderer, file))).filter((one): one is { 'zh-CN': Record<string, string>; en: Record<string, string> } => typeof one === 'object' && one !== null && 'zh-CN' in one);
    expect(found.length).toBeGreaterThan(0);
    for (const texts of found) {
      expect(Object.keys(texts['zh-CN']).sort()).toEqual(Object.keys(texts.en).sort());
      for (const [key, zh] of Object.entries(texts['zh-CN'])) expect([key, placeholders(zh)]).toEqual([key, placeholders(texts.en[key]!)]);
    }
  });

  it('[texts] there is a file of words for every feature folder', () => {
    expect(files.length).toBeGreaterThanOrEqual(9);
  });

  it('[RB1] every refusal says what happened and what to do in both languages', () => {
    for (const [code, { zh, en }] of Object.entries(REFUSALS)) {
      for (const words of [zh, en]) {
        expect([code, words.what.length > 3, words.money.length > 3, words.todo.length > 3]).toEqual([code, true, true, true]);
      }
      expect([code, /[\u4e00-\u9fff]/.test(zh.what), /[\u4e00-\u9fff]/.test(en.what + en.money + en.todo)]).toEqual([code, true, false]);
    }
  });
});
