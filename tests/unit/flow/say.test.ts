import { describe, expect, it } from 'vitest';
import { findStep } from '#shared/flow/definition.ts';
import { renderSay, renderWords } from '#shared/flow/say.ts';
import type { FactTree } from '#shared/flow/facts.ts';
import type { RunState } from '#shared/flow/run.ts';
import { Bench, definition, goodFacts, published, settleUpTo } from './run-bench.ts';

const es = definition('early-settlement');
function said(stepId: string, facts: FactTree, lang: 'zh' | 'en', run: RunState | null = null) {
  const step = findStep(es, stepId);
  if (step === undefined) throw new Error(stepId);
  return renderSay(es, step, facts, lang, run);
}

describe('speech', () => {
  it('is filled from the facts, once for each plan', () => {
    const zh = said('ES-3', goodFacts(), 'zh');
    expect(zh.map((line) => line.item)).toEqual([null, 'plan-1', 'plan-2', 'plan-3']);
    expect(zh[0]?.text).toContain('尾号 6225 的卡现在有 3 笔分期');
    expect(zh[1]).toMatchObject({ missing: [], text: '2025年10月2日，星河家电，12,000 元，分 12 期，已经入账 5 期。是这一笔吗？' });
    expect(said('ES-3', goodFacts(), 'en')[1]?.text).toBe('2 October 2025, 星河家电, 12,000 yuan over 12 months, 5 posted. This one?');
  });

  it('[FL5] leaves a blank, and says so, where a fact is not known', () => {
    const { card: _card, ...facts } = goodFacts();
    expect(said('ES-3', facts, 'zh')[0]).toMatchObject({ missing: ['card.lastFour'], text: expect.stringContaining('＿＿') as string });
  });

  it('says of each line what its charging mode means, and of none another', () => {
    const line = { merchant: '甲', dueFen: 721_000, penaltyFen: 21_000, savedFen: 29_400 };
    const lines = [{ ...line, id: '1', mode: 'A' }, { ...line, id: '2', mode: 'B', savedFen: -5_000 }, { ...line, id: '3', mode: 'C', savedFen: 0 }, { ...line, id: '4', mode: 'D', savedFen: 0 }];
    const text = said('ES-9', { ...goodFacts(), lines }, 'en');
    const of = (item: string) => text.filter((each) => each.item === item).map((each) => each.text).join(' | ');
    expect(of('1')).toBe('甲: the remaining principal of 7,210 is billed at once; what was charged stays. | 甲: you pay 294 less than by going on.');
    expect(of('2')).toBe('甲: a contractual penalty of 210, in all 7,210. | 甲: settling early costs 50 more than going on. Do you still wish to?');
    expect(of('3')).toBe('甲: the contract charges all remaining interest now, 7,210 in all; you save nothing. Do you still wish to?');
    expect(of('4')).toBe('甲: the interest was charged in month one and is not refunded; 7,210 is billed now; nothing more is saved.');
  });

  it('follows the outcome: nothing is called done without it', () => {
    const outcome = (word: string, more: object = {}) => said('ES-16', { ...goodFacts(), operation: { outcome: word, linesDone: 2, linesNotDone: 1, answerBy: '2026-03-05T09:00:00.000Z', ...more } }, 'zh').map((line) => line.text);
    expect(outcome('none')).toEqual([]);
    expect(outcome('partial')).toEqual([expect.stringContaining('2 笔已成功，1 笔没有受理') as string]);
    expect(outcome('in-doubt')).toEqual([expect.stringContaining('17:00 前给您回电') as string]);
  });

  it('shows times of today as the clock, others with the day', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-9');
    expect(said('ES-8', bench.facts, 'zh', bench.run())[0]?.text).toContain('2026年3月5日 15:30 到 16:00 之间');
  });

  it('fills what is told when something fails', () => {
    const tell = findStep(es, 'ES-6')?.prerequisites[0]?.tell ?? { zh: '', en: '' };
    const facts = { ...goodFacts(), card: { ...goodFacts().card, statusText: { zh: '锁定', en: 'locked' } } };
    expect(renderWords(es, tell, facts, 'zh').text).toBe('这张卡现在是锁定状态，要先处理好才能办。');
    expect(renderWords(es, tell, facts, 'en').text).toBe('The card is locked; that must be cleared first.');
  });

  it('every line of every flow renders in both languages', () => {
    for (const flow of published.definitions) {
      for (const step of flow.steps) {
        for (const lang of ['zh', 'en'] as const) {
          for (const line of renderSay(flow, step, goodFacts(), lang)) expect(line.text).not.toMatch(/\{\{|undefined|NaN|\[object/);
        }
      }
    }
  });
});
