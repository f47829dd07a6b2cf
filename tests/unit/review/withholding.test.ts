import { describe, expect, it } from 'vitest';
import { foldCase } from '#shared/case/evolve.ts';
import { CaseState } from '#shared/case/state.ts';
import { bodiesFor, hasSeenFigures } from '#shared/review/withholding.ts';
import { approve, approved, CALL, confirmAll, draft, drafted, entered, proof, putThrough, readFacts, REVIEW, rightEntry, submit, tickAll, verify } from '../case/path.ts';
import { coSignHere, enterHere, order as orderReturn, submitHere } from '../case/on-return-path.ts';
import { COLLEAGUE, id, LEAD, MAKER, OPERATION, REVIEWER, signedFor, type World } from '../case/world.ts';

/** Everything one person gets of the case, as text. */
const sightOf = (world: World, person: string): string => JSON.stringify(bodiesFor(world.case, world.events, person).map((event) => ({ ...event, times: undefined })));
/** The figures that are to be typed blind. Periods and principals of the reviewer's own reading are hers. */
function figures(world: World): string[] {
  const payload = world.operation().payload!;
  return [payload.totalDueFen, ...payload.lines.map((line) => line.dueNowFen)].map(String).concat(['请看第二笔', '她说要三笔']);
}
const told = (world: World, person: string): string[] => {
  const own = sightOf(world, person);
  return figures(world).filter((figure) => own.includes(figure));
};
/** The reviewer's own facts hold the remaining principals by right: here plan-1 alone differs from them. */
const withFee = (world: World): World => {
  world.plans = world.plans.map((plan) => ({ ...plan, feeMode: 'B', penaltyPpm: 31_700 }));
  return world;
};

function requested(): World {
  const world = withFee(drafted());
  readFacts(world, MAKER, 'worksheet');
  draft(world);
  tickAll(world);
  world.must(MAKER, 'write note', { noteId: id(700), text: '她说要三笔' });
  submit(world, REVIEW);
  world.must(REVIEWER, 'take review', { reviewId: REVIEW });
  readFacts(world, REVIEWER, 'review');
  return world;
}
const wrong = (world: World) => ({ ...rightEntry(world), totalDueFen: 1 });

describe('blind re-entry', () => {
  it('[TP6] before the entry the reviewer gets none of the maker\'s figures and words; after it all of them', () => {
    const world = requested();
    expect(told(world, REVIEWER)).toEqual([]);
    expect(told(world, MAKER)).toEqual(figures(world));
    world.must(REVIEWER, 'store blind entry', { reviewId: REVIEW, entry: rightEntry(world) });
    expect(told(world, REVIEWER)).toEqual(figures(world));
  });

  it('[TP6] a mismatch releases and names nothing; the second closes the review and still tells nothing', () => {
    const world = requested();
    world.must(REVIEWER, 'store blind entry', { reviewId: REVIEW, entry: wrong(world) });
    expect(told(world, REVIEWER)).toEqual([]);
    expect(world.case.reviews[REVIEW]!.entries).toMatchObject([{ matches: false, releases: false, differs: [] }]);
    world.must(REVIEWER, 'store blind entry', { reviewId: REVIEW, entry: { ...wrong(world), lines: 9, dueDate: '2027-01-01', principals: {} } });
    expect(world.case.reviews[REVIEW]).toMatchObject({ status: 'closed', closedBecause: 'second-mismatch' });
    expect(world.case.reviews[REVIEW]!.entries[1]).toMatchObject({ matches: false, releases: false, differs: [] });
    expect(told(world, REVIEWER)).toEqual([]);
    expect(world.do(REVIEWER, 'store blind entry', { reviewId: REVIEW, entry: rightEntry(world) })).toBe('review-not-open');
    expect(approve(world, REVIEW)).toBe('review-not-open');
  });

  it('[TP6] one entry that matches is the last; there is no approval without one', () => {
    const world = requested();
    expect(approve(world, REVIEW)).toBe('tp6-no-entry');
    world.must(REVIEWER, 'store blind entry', { reviewId: REVIEW, entry: wrong(world) });
    expect(approve(world, REVIEW)).toBe('tp6-no-entry');
    world.must(REVIEWER, 'store blind entry', { reviewId: REVIEW, entry: rightEntry(world) });
    expect(world.do(REVIEWER, 'store blind entry', { reviewId: REVIEW, entry: rightEntry(world) })).toBe('tp6-no-more-entries');
    expect(approve(world, REVIEW)).toBeNull();
  });

  it('[TP6] the entry is from facts that the reviewer fetched for this review', () => {
    const world = drafted();
    submit(world, REVIEW);
    world.must(REVIEWER, 'take review', { reviewId: REVIEW });
    expect(world.do(REVIEWER, 'store blind entry', { reviewId: REVIEW, entry: rightEntry(world) })).toBe('tp6-own-facts');
    readFacts(world, REVIEWER, 'worksheet');
    expect(world.do(REVIEWER, 'store blind entry', { reviewId: REVIEW, entry: rightEntry(world) })).toBe('tp6-own-facts');
    readFacts(world, REVIEWER, 'review');
    expect(world.do(REVIEWER, 'store blind entry', { reviewId: REVIEW, entry: rightEntry(world) })).toBeNull();
  });

  it('[TP6] asking the maker is shut until the entry, and answers before it reach nobody but the maker', () => {
    const world = requested();
    expect(world.do(REVIEWER, 'ask maker', { reviewId: REVIEW, question: '多少?' })).toBe('tp6-shut');
    world.must(MAKER, 'answer reviewer', { reviewId: REVIEW, answer: '告诉您:合计 123' });
    expect(sightOf(world, REVIEWER)).not.toContain('告诉您');
    world.must(REVIEWER, 'store blind entry', { reviewId: REVIEW, entry: rightEntry(world) });
    expect(world.do(REVIEWER, 'ask maker', { reviewId: REVIEW, question: '为什么?' })).toBeNull();
  });

  it('[TP6] after a return and a correction the new figures are withheld again from the same reviewer', () => {
    const world = requested();
    world.must(REVIEWER, 'store blind entry', { reviewId: REVIEW, entry: rightEntry(world) });
    world.must(REVIEWER, 'return review', { reviewId: REVIEW, reason: 'wrong-plan', whatToDo: '少一笔' });
    draft(world, MAKER, ['plan-1', 'plan-2']);
    tickAll(world);
    submit(world, id(311), MAKER, id(301));
    world.must(REVIEWER, 'take review', { reviewId: id(311) });
    readFacts(world, REVIEWER, 'review');
    const total = String(world.operation().payload!.totalDueFen);
    expect(sightOf(world, REVIEWER)).not.toContain(total);
    expect(approve(world, id(311))).toBe('tp6-no-entry');
    world.must(REVIEWER, 'store blind entry', { reviewId: id(311), entry: rightEntry(world) });
    expect(sightOf(world, REVIEWER)).toContain(total);
  });

  it('[TP6] a lead to whom a review is passed sees neither what the first reviewer typed nor what they wrote', () => {
    const world = requested();
    world.must(REVIEWER, 'store blind entry', { reviewId: REVIEW, entry: rightEntry(world) });
    world.must(REVIEWER, 'ask maker', { reviewId: REVIEW, question: '第二笔为什么收违约金' });
    world.must(REVIEWER, 'pass review to lead', { reviewId: REVIEW });
    expect(world.do(REVIEWER, 'take review', { reviewId: REVIEW })).toBe('tp5-not-a-reviewer');
    world.must(LEAD, 'take review', { reviewId: REVIEW });
    expect(told(world, LEAD)).toEqual([]);
    expect(sightOf(world, LEAD)).not.toContain('第二笔为什么');
    expect(sightOf(world, REVIEWER)).toContain('第二笔为什么');
    readFacts(world, LEAD, 'review');
    world.must(LEAD, 'store blind entry', { reviewId: REVIEW, entry: rightEntry(world) });
    expect(told(world, LEAD)).toEqual(figures(world));
  });

  it('[TP6] [OF2] what a second person typed at one screen is not read by who reviews it when the order came back', () => {
    const world = withFee(drafted());
    readFacts(world, MAKER, 'worksheet');
    draft(world);
    tickAll(world);
    verify(world, CALL);
    expect([submitHere(world), enterHere(world), coSignHere(world), ...confirmAll(world, CALL), proof(world, CALL)].filter((code) => code !== null)).toEqual([]);
    const [plan, ...others] = world.plans;
    world.plans = [{ ...plan!, remainingFen: plan!.remainingFen - 100 }, ...others];
    expect(orderReturn(world)).toBeNull();
    expect(world.case.onReturn[OPERATION]).toMatchObject({ status: 'returned', returned: { code: 'of2-facts-changed', changed: [{ fact: 'plan.plan-1.remainingFen' }] } });
    const pinnedBefore = String(plan!.remainingFen);
    world.plans = [plan!, ...others];
    readFacts(world, MAKER, 'worksheet');
    draft(world);
    tickAll(world);
    expect(submit(world, REVIEW)).toBeNull();
    world.must(LEAD, 'take review', { reviewId: REVIEW });
    expect(told(world, LEAD)).toEqual([]);
    expect(sightOf(world, LEAD)).not.toContain(pinnedBefore);
    expect(told(world, MAKER)).not.toEqual([]);
    readFacts(world, LEAD, 'review');
    world.must(LEAD, 'store blind entry', { reviewId: REVIEW, entry: rightEntry(world) });
    expect(told(world, LEAD)).toEqual(told(world, MAKER));
  });

  it('[TP6] what the customer confirmed is not read by the next reviewer before their entry', () => {
    const world = approved();
    verify(world, CALL);
    world.must(MAKER, 'confirm item', { operationId: OPERATION, part: 'eye', item: 'total', agrees: false, callId: CALL, customerWords: '不是十二万,是九万', recordingOffset: 10 });
    expect(world.operation().status).toBe('void');
    submit(world, id(311), MAKER, id(301));
    world.must(LEAD, 'take review', { reviewId: id(311) });
    expect(sightOf(world, LEAD)).not.toContain('九万');
  });

  it('[TP6] [TP5] whoever had the whole case cannot review it: owner, lead, and who handed it over', () => {
    const world = drafted();
    submit(world, REVIEW);
    world.happen({ kind: 'access granted', body: { person: LEAD, as: 'lead' } });
    expect(world.do(LEAD, 'take review', { reviewId: REVIEW })).toBe('tp6-has-seen');
    world.happen({ kind: 'access revoked', body: { person: LEAD } });
    expect(world.do(LEAD, 'take review', { reviewId: REVIEW })).toBe('tp6-has-seen');
    expect(hasSeenFigures(world.case, COLLEAGUE)).toBe(false);
  });

  it('[TP6] being offered the call before anything was typed bars nobody', () => {
    const world = drafted();
    const fresh = foldCase(world.events.slice(0, 2))!;
    expect(fresh.sighted).toEqual([]);
    const before = [...world.events.slice(0, 2), { ...world.events[1]!, version: 3, body: { person: REVIEWER, as: 'offered' } }, { ...world.events[1]!, version: 4, kind: 'access revoked', body: { person: REVIEWER } }];
    expect(hasSeenFigures(foldCase(before)!, REVIEWER)).toBe(false);
  });

  it('[SY6] a reviewer who releases without an entry loses the case; one with an entry keeps it', () => {
    const world = requested();
    world.must(REVIEWER, 'release review', { reviewId: REVIEW });
    expect(world.case.access[REVIEWER]).toBeUndefined();
    expect(bodiesFor(world.case, world.events, REVIEWER).filter((event) => event.body !== null)).toEqual([]);
    world.must(REVIEWER, 'take review', { reviewId: REVIEW });
    world.must(REVIEWER, 'store blind entry', { reviewId: REVIEW, entry: wrong(world) });
    world.must(REVIEWER, 'release review', { reviewId: REVIEW });
    expect(world.case.access[REVIEWER]).toBe('reviewer');
  });

  it('[TP6] the five minutes end by the server\'s clock; the next reviewer takes over and the first loses the case', () => {
    const world = requested();
    world.later(6);
    expect(world.do(REVIEWER, 'store blind entry', { reviewId: REVIEW, entry: rightEntry(world) })).toBe('review-time-over');
    world.must(LEAD, 'take review', { reviewId: REVIEW });
    expect(world.case.access[REVIEWER]).toBeUndefined();
    expect(world.do(REVIEWER, 'return review', { reviewId: REVIEW, reason: 'other', whatToDo: 'x' })).toBe('review-not-yours');
  });

  it('[TP2] [TP8] an approval is of this very digest, and only with a signature for it', () => {
    const world = entered();
    expect(approve(world, REVIEW, REVIEWER, 'a'.repeat(64))).toBe('tp2-digest');
    const digest = world.operation().digest!;
    const body = { reviewId: REVIEW, digest, signed: signedFor(REVIEWER, 'approval', digest) };
    expect(world.do(REVIEWER, 'approve review', body, { signature: { ok: true, purpose: 'approval', digest: 'b'.repeat(64) } })).toBe('tp8-other-digest');
    expect(world.do(REVIEWER, 'approve review', body, { signature: { ok: true, purpose: 'tick', digest } })).toBe('tp8-other-digest');
    expect(world.do(REVIEWER, 'approve review', body, { signature: { ok: false, code: 'tp8-unsigned' } })).toBe('tp8-unsigned');
    expect(world.do(LEAD, 'approve review', body)).toBe('review-not-yours');
    expect(approve(world, REVIEW)).toBeNull();
  });

  it('[TP17] after a hand-over the reviewer who approved reads the new payload that they re-confirm; nobody else does', () => {
    const world = approved();
    world.must(MAKER, 'hand over case', { handOverId: id(501), to: COLLEAGUE, note: '' });
    world.must(COLLEAGUE, 'accept hand-over', { handOverId: id(501), nonce: id(502), reviewId: id(503) });
    world.must(REVIEWER, 'take review', { reviewId: id(503) });
    const held = foldCase(bodiesFor(world.case, world.events, REVIEWER))!.operations[OPERATION]!;
    expect(held).toMatchObject({ digest: world.operation().digest, maker: COLLEAGUE, approval: null, payload: { maker: COLLEAGUE } });
    world.happen({ kind: 'access granted', body: { person: LEAD, as: 'reviewer' } });
    expect(foldCase(bodiesFor(world.case, world.events, LEAD))!.operations).toEqual({});
  });

  it('[TP6] [SY4] what a reviewer holds folds into a state of the schema', () => {
    const world = approved();
    putThrough(world, 'call-9');
    confirmAll(world, CALL);
    for (const person of [MAKER, REVIEWER, LEAD]) CaseState.parse(foldCase(bodiesFor(world.case, world.events, person)));
  });
});
