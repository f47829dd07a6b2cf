/** What F3 searches: articles, phrases and branches, by words in either language or by the first letters of pinyin. */
import type { Lang } from '#shared/flow/definition.ts';
import { demoBranches } from '#shared/knowledge/branches.ts';
import { demoArticles, demoPhrases } from '#shared/knowledge/phrases.ts';

export type Found = {
  id: string;
  kind: 'article' | 'phrase' | 'branch';
  title: { zh: string; en: string };
  body: { zh: string; en: string };
  /** Where it comes from, or null for a phrase. */
  source: string | null;
  since: string | null;
  tags: readonly string[];
};

const branchBody = (lang: Lang, branch: (typeof demoBranches)[number]): string => {
  const hours = (span: { from: string; to: string } | null): string => (span === null ? (lang === 'zh' ? '不营业' : 'closed') : `${span.from}–${span.to}`);
  const resets = lang === 'zh' ? (branch.doesReset ? '可重置密码' : '不办理重置') : branch.doesReset ? 'does resets' : 'no resets';
  return lang === 'zh'
    ? `${branch.address.zh}，${branch.landmarks.map((one) => one.zh).join('、')}旁。工作日 ${hours(branch.workday)}，休息日 ${hours(branch.restDay)}。${resets}。电话 ${branch.phone}`
    : `${branch.address.en}, near ${branch.landmarks.map((one) => one.en).join(', ')}. Workdays ${hours(branch.workday)}, other days ${hours(branch.restDay)}; ${resets}. Phone ${branch.phone}`;
};

const everything: readonly Found[] = [
  ...demoArticles.map((one): Found => ({ id: one.id, kind: 'article', title: one.title, body: one.body, source: one.source, since: one.effectiveFrom, tags: one.tags })),
  ...demoPhrases.map((one): Found => ({ id: `phrase-${one.id}`, kind: 'phrase', title: one.situation, body: one.text, source: null, since: null, tags: one.tags })),
  ...demoBranches.map((one): Found => ({
    id: `branch-${one.id}`, kind: 'branch', title: one.name, body: { zh: branchBody('zh', one), en: branchBody('en', one) }, source: null, since: one.checkedOn, tags: [one.district.zh, one.district.en],
  })),
];

const plain = (text: string): string => text.normalize('NFKC').toLowerCase();
const words = everything.map((one) => plain([one.title.zh, one.title.en, one.body.zh, one.body.en, ...one.tags].join(' ')));

/** Initials of each title (`czbdytqjq`); made by {@link loadInitials}, empty before. */
let initials: readonly string[] = [];

/** Reads the pinyin table, which nothing but this search needs. */
export async function loadInitials(): Promise<void> {
  if (initials.length > 0) return;
  const { pinyin } = await import('pinyin-pro');
  initials = everything.map((one) => plain(pinyin(one.title.zh, { pattern: 'first', toneType: 'none', type: 'array' }).join('')));
}

/**
 * @param query words in any order, all of which have to be found; letters may be pinyin initials of a title
 * @param flowId with an empty query, what is tagged for this flow comes first
 * @returns titles that match before texts that match
 */
export function findKnowledge(query: string, flowId: string | null): Found[] {
  const asked = plain(query).split(/\s+/).filter((word) => word !== '');
  if (asked.length === 0) return everything.filter((one) => one.kind !== 'branch' && flowId !== null && one.tags.includes(flowId));
  const hits = everything.flatMap((one, index) => {
    const title = plain(`${one.title.zh} ${one.title.en}`);
    const inTitle = (word: string): boolean => title.includes(word) || (/^[a-z]{2,}$/.test(word) && (initials[index]?.includes(word) ?? false));
    return asked.every((word) => inTitle(word) || words[index]!.includes(word)) ? [{ one, titled: asked.every(inTitle) }] : [];
  });
  return hits.toSorted((a, b) => Number(b.titled) - Number(a.titled)).map(({ one }) => one);
}
