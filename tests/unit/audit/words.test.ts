import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { administrationEventSchemas } from '#shared/administration/administration-schema.ts';
import { eventSchemas } from '#shared/case/events.ts';
import { auditWords } from '../../../server/audit/words/audit.ts';
import { eventWords } from '../../../server/audit/words/events.ts';
import { lateWorkEventSchemas } from '../../../server/spool/tray.ts';
import { fieldLines, placesOf, sentence, valueText } from '../../../server/audit/tell.ts';

const kinds: Record<string, z.ZodType> = { ...eventSchemas, ...administrationEventSchemas, ...lateWorkEventSchemas };
type Inner = { shape?: Record<string, Inner>; def?: { innerType?: Inner; options?: Inner[] } };

/** Whether a body of this shape can have such a field. */
function has(schema: Inner | undefined, [first, ...rest]: string[]): boolean {
  if (first === undefined) return true;
  if (schema === undefined) return false;
  if (schema.shape !== undefined) return first in schema.shape && has(schema.shape[first], rest);
  const inner = [...(schema.def?.options ?? []), ...(schema.def?.innerType === undefined ? [] : [schema.def.innerType])];
  return inner.some((one) => has(one, [first, ...rest]));
}

describe('[PR5] the words of a story', () => {
  it('exist in both languages for every kind of event there is, and for no other', () => {
    expect(Object.keys(eventWords).toSorted()).toEqual(Object.keys(kinds).toSorted());
    const poor = Object.entries({ ...eventWords, ...auditWords }).filter(([, { zh, en }]) => !/[\u4e00-\u9fff]/.test(zh) || !/[a-z]/.test(en));
    expect(poor).toEqual([]);
  });

  it('name only fields that such an event has, the same ones in both languages', () => {
    const strange = Object.entries(eventWords).flatMap(([kind, words]) => placesOf(words).filter((place) => !has(kinds[kind] as Inner, place.split('.'))).map((place) => `${kind}: ${place}`));
    expect(strange).toEqual([]);
    const oneSided = Object.entries({ ...eventWords, ...auditWords }).filter(([, { zh, en }]) => placesOf({ zh, en: '' }).toSorted().join() !== placesOf({ zh: '', en }).toSorted().join());
    expect(oneSided).toEqual([]);
  });
});

describe('[PR5] what a body says', () => {
  const names = new Map([['p-1', '林岚 (1001, p-1)']]);

  it('money in yuan, times with their offset, people by name, codes and yes and no in words', () => {
    expect(valueText(1_234_567, 'totalDueFen', 'zh', names)).toBe('¥12,345.67');
    expect(valueText(3, 'periodsPosted', 'zh', names)).toBe('3');
    expect(valueText('2026-11-23T02:00:00.000Z', 'validUntil', 'en', names)).toBe('2026-11-23 10:00:00.000 +08:00');
    expect(valueText(['p-1', 'p-2'], 'by', 'en', names)).toBe('林岚 (1001, p-1), p-2');
    expect([valueText(true, 'ok', 'zh', names), valueText(null, 'note', 'en', names), valueText('facts-changed', 'reason', 'zh', names), valueText({ zh: '甲', en: 'A' }, 'text', 'en', names)]).toEqual(['是', 'none', '资料变化', 'A']);
  });

  it('leaves no field out: what the sentence does not say is listed below it', () => {
    const body = { by: 'p-1', entry: { totalDueFen: 100, lines: 2 }, matches: true, differs: [], lines: [{ dueNowFen: 100, say: { zh: '甲', en: 'A' } }, { dueNowFen: 5, say: { zh: '乙', en: 'B' } }], facts: { secret: 1, more: 2 }, signed: { purpose: 'tick' } };
    const words = eventWords['blind entry stored']!;
    expect(sentence(words, body, 'en', names)).toBe('林岚 (1001, p-1) entered blind: matches yes, total ¥1.00');
    expect(fieldLines(body, new Set(placesOf(words)), 'en', names)).toEqual(['entry', '  lines: 2', 'differs: none', 'lines 1', '  due now: ¥1.00', '  said to the customer: A', 'lines 2', '  due now: ¥0.05', '  said to the customer: B', 'facts: 2']);
    expect(fieldLines({ facts: { a: 1 } }, new Set(), 'zh', names)).toEqual(['客户资料：1 项']);
  });
});
