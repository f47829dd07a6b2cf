import { describe, expect, it } from 'vitest';
import type { EventBody } from '#shared/case/events.ts';
import { checkPosting } from '#shared/follow-up/posting-check.ts';
import type { BookOutcome, PostingsAnswer } from '#shared/protocol/bank.ts';
import { bankKey, recordOutcome } from '#shared/operation/outcome.ts';
import { CALL, confirmed, order } from '../case/path.ts';
import { CASE, id, OPERATION, type World } from '../case/world.ts';

const DAY = '2026-11-24';
type Posting = PostingsAnswer['postings'][number];

/** Two lines booked, the third refused by the bank. */
function booked(): World {
  const world = confirmed();
  order(world, CALL);
  for (const line of [0, 1, 2]) {
    const key = bankKey(CASE, id(400 + line));
    const outcome: BookOutcome = line === 2
      ? { kind: 'refused', key, code: 'line-refused', reason: { zh: '', en: '' }, changed: [] }
      : { kind: 'done', key, receipt: `R${line}`, effectiveAt: world.now, postsOn: DAY, lapseAt: null, chargeFen: 0, newCardLastFour: null };
    for (const event of recordOutcome(world.case, OPERATION, id(200 + line), outcome, '', id(900), world.now)) world.happen(event);
  }
  return world;
}
const due = (world: World, line: number): number => world.operation().worksheet.lines[line]!.dueNowFen;
const posting = (world: World, line: number, more: Partial<Posting> = {}): Posting => ({
  id: `p${line}`, planId: `plan-${line + 1}`, account: 'acct-1', kind: 'principal', cause: 'settlement', period: null, amountFen: due(world, line), postedOn: DAY, statementDate: '2026-12-03', dueDate: '2026-12-23', paidOn: null, ...more,
});
const answerOf = (postings: Posting[], status: 'active' | 'settled' = 'settled'): PostingsAnswer => ({
  postings, asOf: '2026-11-24T00:00:00.000Z', plans: ['plan-1', 'plan-2', 'plan-3'].map((planId) => ({ id: planId, status, periodsPosted: 6, periodsLeft: 0, remainingFen: 0 })),
});
function check(world: World, answer: PostingsAnswer, on = DAY): EventBody<'posting checked'> {
  const [event] = checkPosting(world.case, id(900), answer, on);
  if (event?.kind !== 'posting checked') throw new Error('no check');
  return event.body;
}

describe('[ES-18] [ES-19] the posting check', () => {
  it('is green where each booked line was posted to the fen and its plan is settled, and stays open until it is paid', () => {
    const world = booked();
    const made = check(world, answerOf([posting(world, 0), posting(world, 1)]));
    expect(made.lines.map((line) => line.ok)).toEqual([true, true]);
    expect(made).toMatchObject({ unexpected: 0, unpaidFen: due(world, 0) + due(world, 1), dueDate: '2026-12-23', settled: false });
  });

  it('closes the follow-up in the same decision once all is settled and paid', () => {
    const world = booked();
    const paid = { paidOn: '2026-12-20' };
    const events = checkPosting(world.case, id(900), answerOf([posting(world, 0, paid), posting(world, 1, paid)]), '2026-12-21');
    expect(events.map((event) => event.kind)).toEqual(['posting checked', 'follow-up closed']);
    for (const event of events) world.happen(event);
    expect(checkPosting(world.case, id(900), answerOf([]), '2026-12-22')).toEqual([]);
  });

  it.each([
    ['a fen too little', (world: World): Posting[] => [posting(world, 0, { amountFen: due(world, 0) - 1, paidOn: DAY }), posting(world, 1, { paidOn: DAY })]],
    ['a fen too much', (world: World): Posting[] => [posting(world, 0, { amountFen: due(world, 0) + 1, paidOn: DAY }), posting(world, 1, { paidOn: DAY })]],
    ['not posted at all', (world: World): Posting[] => [posting(world, 1, { paidOn: DAY })]],
    ['posted twice', (world: World): Posting[] => [posting(world, 0, { paidOn: DAY }), posting(world, 0, { id: 'again', paidOn: DAY }), posting(world, 1, { paidOn: DAY })]],
  ] as const)('is red: %s', (_what, postings) => {
    const world = booked();
    const made = check(world, answerOf(postings(world)));
    expect(made.lines[0]!.ok).toBe(false);
    expect(made.settled).toBe(false);
  });

  it('is red while a plan is not settled, though the sum was posted and paid', () => {
    const world = booked();
    expect(check(world, answerOf([posting(world, 0, { paidOn: DAY }), posting(world, 1, { paidOn: DAY })], 'active'))).toMatchObject({ settled: false, lines: [{ ok: false }, { ok: false }] });
  });

  it('a further period after the settlement is counted and keeps it open; regular earlier periods and other plans are no business of ours', () => {
    const world = booked();
    const paid = [posting(world, 0, { paidOn: DAY }), posting(world, 1, { paidOn: DAY })];
    const further = posting(world, 0, { id: 'x', cause: 'unexpected', period: 7, amountFen: 1, paidOn: DAY });
    expect(check(world, answerOf([...paid, further]))).toMatchObject({ unexpected: 1, settled: false });
    const regular = posting(world, 0, { id: 'y', cause: 'period', period: 6, amountFen: 5 });
    const others = posting(world, 2, { id: 'z', cause: 'unexpected', period: 7 });
    expect(check(world, answerOf([...paid, regular, others]))).toMatchObject({ unexpected: 0, settled: true });
  });

  it('is done once a day: twice is once, the next day is another', () => {
    const world = booked();
    const answer = answerOf([posting(world, 0), posting(world, 1)]);
    for (const event of checkPosting(world.case, id(900), answer, DAY)) world.happen(event);
    expect(checkPosting(world.case, id(900), answer, DAY)).toEqual([]);
    expect(checkPosting(world.case, id(900), answer, '2026-11-25')).toHaveLength(1);
    expect(checkPosting(world.case, id(901), answer, DAY)).toEqual([]);
  });
});
