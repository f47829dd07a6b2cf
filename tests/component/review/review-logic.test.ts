import { describe, expect, test } from 'vitest';
import type { KeyFigure } from '#shared/review/policy.ts';
import type { PoolRow } from '#shared/protocol/live.ts';
import { mayRing } from '../../../renderer/review/beep.ts';
import { emptyEntry, readCount, readDate, readEntry } from '../../../renderer/review/blind-entry.ts';
import { settlementLines } from '../../../renderer/operation/line-words.ts';
import { arrivals, clockText, poolOrder } from '../../../renderer/review/pool-order.ts';
import { compareEntry, lineDifferences, ownFacts, reviewPhase } from '../../../renderer/review/review-view.ts';
import { id, MAKER, mentor, MENTOR, OPERATION, REVIEW, startStory } from '../operation/story.ts';

const all: KeyFigure[] = ['total', 'lines', 'due-date', 'principals'];
const row = (n: number, over: Partial<PoolRow>): PoolRow => ({
  reviewId: id(n), caseId: id(1), kindName: { zh: '', en: '' }, band: { zh: '', en: '' }, makerName: '', makerMonths: 0, customerWaits: 'callback', onHold: false,
  promisedTo: '2026-11-21T09:00:00.000Z', requestedAt: `2026-11-21T06:${10 + n}:00.000Z`, validUntil: '2026-11-21T09:30:00.000Z', takenBy: null, takenByName: null, takenUntil: null,
  forLead: false, reconfirms: false, breakGlass: null, ...over,
});
const order = (rows: PoolRow[]): number[] => poolOrder(rows, MENTOR).map((one) => Number.parseInt(one.reviewId.slice(-2), 16));

describe('the order of the review desk', () => {
  test('a customer on hold, then on the line, then the nearest callback, then age; my own on top', () => {
    expect(order([
      row(1, { promisedTo: '2026-11-21T10:00:00.000Z' }), row(2, { promisedTo: '2026-11-21T08:00:00.000Z' }), row(3, { customerWaits: 'on-line', promisedTo: null }),
      row(4, { customerWaits: 'on-line', onHold: true, promisedTo: null }), row(5, { promisedTo: '2026-11-21T08:00:00.000Z' }), row(6, { takenBy: MENTOR }),
    ])).toEqual([6, 4, 3, 2, 5, 1]);
  });

  test('only what nobody has taken and was not there before counts as new', () => {
    const before = [row(1, {})];
    expect(arrivals(before, [row(1, {}), row(2, {}), row(3, { takenBy: MAKER })]).map((one) => one.reviewId)).toEqual([id(2)]);
  });

  test('no sound while she speaks, reviews or wraps up', () => {
    expect(['on-call', 'in-review', 'after-call', 'signed-out'].map(mayRing)).toEqual([false, false, false, false]);
    expect(['available', 'case-work', 'break'].map(mayRing)).toEqual([true, true, true]);
    expect(mayRing(undefined)).toBe(false);
  });

  test('minutes and seconds of the five', () => expect([300, 299, 61, 5].map(clockText)).toEqual(['5:00', '4:59', '1:01', '0:05']));
});

describe('[TP6] what is typed blind', () => {
  test.each([
    ['2026-12-26', '2026-12-26'], ['20261226', '2026-12-26'], ['２０２６１２２６', '2026-12-26'], ['2026。12。6', '2026-12-06'], ['2026/1/5', '2026-01-05'], ['2026年12月26日', '2026-12-26'],
    ['12-26', null], ['2026-02-30', null], ['20261326', null], ['', null], ['2026-12-26 ', '2026-12-26'],
  ])('the date %s', (typed, read) => expect(readDate(typed)).toBe(read));

  test('the number of plans takes full-width digits and nothing else', () => expect(['3', '１２', '3笔', '', '-1', '1234'].map(readCount)).toEqual([3, 12, null, null, null, null]));

  test('the first field that is missing is named; a plan that was not named may stay empty', () => {
    expect(readEntry(emptyEntry, [], all)).toEqual({ unreadable: 'total' });
    const full = { totalFen: 100, lines: '1', dueDate: '20261226', lastFour: '', reference: '', principals: { a: 100, b: null } };
    expect(readEntry({ ...full, dueDate: '1226' }, [], all)).toEqual({ unreadable: 'dueDate' });
    expect(readEntry(full, ['a', 'b'], all)).toEqual({ unreadable: 'principals' });
    expect(readEntry(full, ['a'], all)).toEqual({ entry: { totalDueFen: 100, lines: 1, dueDate: '2026-12-26', principals: { a: 100 } } });
  });
});

describe('[TP6] what a reviewer may see', () => {
  const taken = () => {
    const story = startStory(5, 3);
    story.promise();
    story.draft();
    story.selfCheck();
    story.submit();
    story.take();
    return story;
  };

  test('until her entry is stored there is no operation in her state at all', () => {
    const story = taken();
    expect(reviewPhase(story.mentorState(), REVIEW, MENTOR)?.phase).toBe('blind');
    expect(story.mentorState().operations).toEqual({});
    story.entry(1);
    expect(reviewPhase(story.mentorState(), REVIEW, MENTOR)).toMatchObject({ phase: 'blind', mismatched: true, entriesUsed: 1 });
    expect(story.mentorState().operations).toEqual({});
  });

  test('after it the figures stand beside hers, with what differs', () => {
    const story = taken();
    story.entry();
    const phase = reviewPhase(story.mentorState(), REVIEW, MENTOR);
    expect(phase?.phase).toBe('released');
    const operation = story.mentorState().operations[OPERATION]!;
    const entry = { totalDueFen: 1, lines: 3, dueDate: operation.payload!.dueDate, principals: { 'plan-1': settlementLines(operation.payload!.lines)[0]!.remainingFen } };
    expect(compareEntry(entry, operation, { keyFigures: ['total', 'lines', 'due-date', 'principals'] }).filter((one) => !one.same).map((one) => one.field)).toEqual(['total']);
    const reading = ownFacts(story.mentorState(), MENTOR, null)!;
    expect(settlementLines(operation.payload!.lines).map((line) => lineDifferences(line, reading))).toEqual([[], [], []]);
    const off = structuredClone(reading);
    off.facts.plans[0]!.periodsPosted += 1;
    expect(lineDifferences(settlementLines(operation.payload!.lines)[0]!, off)).toEqual(['periods']);
  });

  test("a reading of another purpose or from before the request is not her own; the maker's never is", () => {
    const story = taken();
    expect(ownFacts(story.mentorState(), MENTOR, story.mentorState().reviews[REVIEW]!.requestedAt)).not.toBeNull();
    expect(ownFacts(story.mentorState(), MENTOR, story.at().replace('2026', '2027'))).toBeNull();
    expect(ownFacts(story.state(), MAKER, null)).toBeNull();
  });

  test('[TP6] a second mismatch closes the review and shows none of the maker\'s figures', () => {
    const story = taken();
    story.entry(1);
    story.entry(1);
    const phase = reviewPhase(story.mentorState(), REVIEW, MENTOR);
    expect(phase).toMatchObject({ phase: 'over', review: { closedBecause: 'second-mismatch' } });
    expect(phase?.phase === 'over' && phase.operation === null).toBe(true);
  });

  test('[TP5] of a review that someone else has taken only its place is known', () => {
    const story = taken();
    expect(reviewPhase(story.mentorState(), REVIEW, id(99))?.phase).toBe('not-mine');
    expect(mentor.person).toBe(MENTOR);
  });
});
