import { afterEach, beforeEach, expect, it } from 'vitest';
import { Offers } from '../../../server/reviews/offers.ts';
import type { RawDesktop } from '../server/raw-desktop.ts';
import { settled } from '../server/several-nodes.ts';
import { approve, clearStage, draft, later, setStage, signOn, SMALL, submit, take, type Stage } from '../server/story.ts';
import { byTwo } from './centre-acts.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => clearStage(stage));

const shown = (desktop: RawDesktop, reviewId: string): boolean => desktop.liveValue('reviews')?.some((row) => row.reviewId === reviewId) === true;
/** The pool as it was last sent, after everything that was appended. */
async function shownTo(...desktops: RawDesktop[]): Promise<void> {
  await settled(stage.running);
  for (const desktop of desktops) await desktop.ask('people', {});
}

it('[TP5] a review is offered to one, and to one more every so many seconds; whoever is not offered it cannot take it', async () => {
  const { mentor, agent } = stage;
  const lead = await signOn(stage, 'lead');
  const drafted = await draft(stage);
  const reviewId = await submit(stage, drafted);
  await shownTo(mentor, lead);
  const both = [mentor, lead];
  const first = both.filter((one) => shown(one, reviewId));
  expect(first).toHaveLength(1);
  const other = both.find((one) => one !== first[0])!;
  // Neither the maker's friend nor the reviewer's choice: what is not offered is refused on the server (TP7).
  expect(await other.refusal('take review', drafted.caseId, { reviewId })).toBe('review-not-offered');
  expect(agent.state(drafted.caseId).reviews[reviewId]?.status).toBe('waiting');
  await later(stage, (stage.running.centre.rules.control.offerSeconds + 1) / 60);
  await other.until(() => shown(other, reviewId), 'the offer that widened');
  expect(shown(first[0]!, reviewId)).toBe(true);
  await take(stage, drafted, reviewId, other);
  // A server that came back would offer it to as many.
  const { centre } = stage.running;
  const state = (await centre.cases.load(drafted.caseId))!;
  expect(both.map((one) => new Offers(() => centre).isOffered(state, { ...state.reviews[reviewId]!, status: 'waiting' }, one.person))).toEqual([true, true]);
});

it('[TP5] with one entitled reviewer online it is hers at once; who comes online later is counted, and goes first with less to do', async () => {
  const { mentor } = stage;
  const first = await draft(stage);
  const firstReview = await submit(stage, first);
  await mentor.until(() => shown(mentor, firstReview), 'the only one');
  await approve(stage, first, firstReview);
  const lead = await signOn(stage, 'lead');
  // One decided by the mentor within two hours, none by the lead.
  expect(stage.running.centre.offers.loads().get(mentor.person)).toBe(1);
  const [admin, admin2] = await Promise.all([signOn(stage, 'admin'), signOn(stage, 'admin2')]);
  const { control } = stage.running.centre.rules;
  await byTwo(admin, admin2, { kind: 'publish policy', policy: { ...control, version: 'all-high', equivalentTo: [control.version], kinds: { ...control.kinds, 'early-settlement': { ...control.kinds['early-settlement'], highValueFromFen: 1 } } } });
  const second = await draft(stage, SMALL);
  const secondReview = await submit(stage, second);
  await lead.until(() => shown(lead, secondReview), 'the offer by load');
  expect(shown(mentor, secondReview)).toBe(false);
  expect(await mentor.refusal('take review', second.caseId, { reviewId: secondReview })).toBe('review-not-offered');
  // The lead goes: nobody waits twenty seconds for somebody who is not there.
  lead.close();
  await mentor.until(() => shown(mentor, secondReview), 'the offer to who is there');
  // Two hours later the load is forgotten.
  await later(stage, 121);
  expect(stage.running.centre.offers.loads().get(mentor.person)).toBeUndefined();

  // Who reviewed whom: for leads, quality, risk and administrators.
  const pairs = await admin.ask('review pairs', {});
  expect(pairs).toMatchObject([{ maker: stage.agent.person, reviewer: mentor.person, approved: 1, returned: 0, shareOfMaker: 1, shareOfReviewer: 1 }]);
  expect(await mentor.askRefusal('review pairs', {})).toBe('role-may-not');
});
