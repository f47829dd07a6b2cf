import type { AskValue } from '#shared/protocol/asks.ts';
import type { Centre } from '../centre.ts';

const DAYS = 30;
const PAGE = 1_000;

/**
 * Who reviewed whom how often in the last thirty days: two people who always review each other show at the top.
 */
export async function reviewPairs(centre: Centre): Promise<AskValue<'review pairs'>> {
  const since = new Date(Date.parse(centre.clock.now()) - DAYS * 86_400_000).toISOString();
  const pairs = new Map<string, { maker: string; reviewer: string; approved: number; returned: number }>();
  let after = 0;
  for (;;) {
    const page = await centre.log.eventsAfter(after, PAGE);
    if (page.length === 0) break;
    after = page.at(-1)!.position;
    for (const { envelope } of page) {
      if ((envelope.kind !== 'review approved' && envelope.kind !== 'review returned') || envelope.times.recorded < since || envelope.actor.person === null) continue;
      const state = await centre.cases.load(envelope.case);
      const review = Object.values(state?.reviews ?? {}).find((one) => one.decidedAt === envelope.times.recorded && one.decidedBy === envelope.actor.person);
      if (review === undefined) continue;
      const key = `${review.requestedBy} ${envelope.actor.person}`;
      const pair = pairs.get(key) ?? { maker: review.requestedBy, reviewer: envelope.actor.person, approved: 0, returned: 0 };
      if (envelope.kind === 'review approved') pair.approved += 1;
      else pair.returned += 1;
      pairs.set(key, pair);
    }
  }
  const all = [...pairs.values()];
  const sum = (who: 'maker' | 'reviewer', id: string): number => all.filter((pair) => pair[who] === id).reduce((total, pair) => total + pair.approved + pair.returned, 0);
  const nameOf = (id: string): string => centre.people.byId(id)?.name ?? '';
  return all
    .map((pair) => ({
      ...pair, makerName: nameOf(pair.maker), reviewerName: nameOf(pair.reviewer),
      shareOfMaker: (pair.approved + pair.returned) / sum('maker', pair.maker), shareOfReviewer: (pair.approved + pair.returned) / sum('reviewer', pair.reviewer),
    }))
    .sort((a, b) => b.shareOfMaker * b.shareOfReviewer - a.shareOfMaker * a.shareOfReviewer || b.approved - a.approved)
    .slice(0, 200);
}
