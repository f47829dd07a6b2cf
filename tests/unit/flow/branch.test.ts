import { describe, expect, it } from 'vitest';
import { CHINA_CALENDAR } from '#shared/calendar/china-2026.ts';
import { Branch, branchFacts, branchHours, findBranches } from '#shared/knowledge/branch.ts';
import { demoBranches } from '#shared/knowledge/branches.ts';
import { Article, demoArticles, demoPhrases, Phrase } from '#shared/knowledge/phrases.ts';

const branch = (id: string): Branch => {
  const found = demoBranches.find((each) => each.id === id);
  if (found === undefined) throw new Error(id);
  return found;
};

describe('branch finder', () => {
  it('the data fits its schemas', () => {
    for (const each of demoBranches) expect(Branch.safeParse(each).success).toBe(true);
    for (const each of demoArticles) expect(Article.safeParse(each).success).toBe(true);
    for (const each of demoPhrases) expect(Phrase.safeParse(each).success).toBe(true);
  });

  it('knows hours on workdays, rest days, make-up workdays and at night', () => {
    // Wednesday 4 March 2026, 10:00 and 03:00 in the centre's zone.
    expect(branchHours(branch('nangang'), CHINA_CALENDAR, '2026-03-04T02:00:00.000Z')).toMatchObject({ open: true, opensAt: null });
    expect(branchHours(branch('nangang'), CHINA_CALENDAR, '2026-03-03T19:00:00.000Z')).toMatchObject({ open: false, opensAt: '2026-03-04T00:30:00.000Z' });
    // Saturday: closed until Monday; the main office opens.
    expect(branchHours(branch('nangang'), CHINA_CALENDAR, '2026-03-07T04:00:00.000Z')).toMatchObject({ today: null, open: false, opensAt: '2026-03-09T00:30:00.000Z' });
    expect(branchHours(branch('centre'), CHINA_CALENDAR, '2026-03-07T04:00:00.000Z').open).toBe(true);
    const makeUp = CHINA_CALENDAR.years[0]?.makeUpWorkdays[0] ?? '';
    expect(branchHours(branch('nangang'), CHINA_CALENDAR, `${makeUp}T04:00:00.000Z`).open).toBe(true);
  });

  it('finds by district or landmark in either language, the useful ones first', () => {
    const ids = (place: string) => findBranches(demoBranches, place, CHINA_CALENDAR, '2026-03-04T02:00:00.000Z').map((each) => each.id);
    expect(ids('东湖')).toEqual(['donghu', 'donghu-market']);
    expect(ids('我在东湖区，靠近地铁')).toEqual(['donghu', 'donghu-market']);
    expect(ids('ferry terminal')).toEqual(['nangang']);
    expect(ids('南港区')).toEqual(['nangang', 'nangang-new']);
    expect(ids('nowhere')).toEqual([]);
    expect(ids('')).toHaveLength(demoBranches.length);
  });

  it('[FL5] hours that nobody has confirmed are said to be so', () => {
    expect(branchFacts(branch('nangang-new'), CHINA_CALENDAR, '2026-03-04T02:00:00.000Z').validityChecked).toBe(false);
    expect(branchFacts(branch('donghu'), CHINA_CALENDAR, '2026-03-04T02:00:00.000Z')).toMatchObject({ validityChecked: true, hours: '09:00–17:00', open: { en: 'open' } });
  });
});
