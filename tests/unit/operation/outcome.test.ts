import { describe, expect, it } from 'vitest';
import type { BookOutcome, InquiryAnswer, NotSent } from '#shared/protocol/bank.ts';
import { bankKey, bookOrderOf, openLines, recordOutcome } from '#shared/operation/outcome.ts';
import { CALL, confirmed, order } from '../case/path.ts';
import { CASE, id, OPERATION, type World } from '../case/world.ts';

const BY = '2026-11-23T02:30:00.000Z';
const done = (key: string): BookOutcome => ({ kind: 'done', key, receipt: 'R1', effectiveAt: '2026-11-23T02:00:01.000Z', postsOn: '2026-11-24', lapseAt: null, chargeFen: 0, newCardLastFour: null });
const refused = (key: string): BookOutcome => ({ kind: 'refused', key, code: 'line-refused', reason: { zh: '不行', en: 'no' }, changed: [] });
const notFound = (key: string): InquiryAnswer => ({ kind: 'not-found', key, closed: true, closedAt: BY });

function executing(): World {
  const world = confirmed();
  expect(order(world, CALL)).toBeNull();
  return world;
}
/** Records an answer as the server does; gives the kinds of events. */
function answer(world: World, line: number, value: BookOutcome | InquiryAnswer | NotSent | null): string[] {
  const events = recordOutcome(world.case, OPERATION, id(200 + line), value, 'timeout', id(900), BY);
  for (const event of events) world.happen(event);
  return events.map((event) => event.kind);
}
const key = (line: number): string => bankKey(CASE, id(400 + line));

describe('what the bank\'s answer makes happen', () => {
  it('[TP4] an answer that comes twice is once, also another one after it', () => {
    const world = executing();
    expect(answer(world, 0, done(key(0)))).toEqual(['line booked']);
    for (const late of [done(key(0)), refused(key(0)), notFound(key(0)), null]) expect(answer(world, 0, late)).toEqual([]);
    expect(world.operation().execution!.lines[0]).toMatchObject({ status: 'booked', receipt: 'R1' });
  });

  it('[TP10] silence is in doubt once; then done, refused or not found ends it', () => {
    for (const [value, status] of [[done(key(0)), 'booked'], [refused(key(0)), 'refused'], [notFound(key(0)), 'free']] as const) {
      const world = executing();
      expect(answer(world, 0, null)).toEqual(['line in doubt']);
      expect(world.operation().status).toBe('in-doubt');
      expect(answer(world, 0, null)).toEqual([]);
      answer(world, 0, value);
      expect(world.operation().execution!.lines[0]!.status).toBe(status);
    }
  });

  it('[TP10] an order that never left is refused, for nothing was booked; it ends no doubt', () => {
    const never: NotSent = { kind: 'not-sent', cause: 'paused', text: { zh: '没有发出', en: 'not sent' } };
    const world = executing();
    answer(world, 1, null);
    expect(answer(world, 0, never)).toEqual(['line refused']);
    expect(world.operation().execution!.lines[0]).toMatchObject({ status: 'refused' });
    expect(answer(world, 1, never)).toEqual([]);
    expect(world.operation().execution!.lines[1]).toMatchObject({ status: 'in-doubt' });
    expect(recordOutcome(world.case, OPERATION, id(202), never, '', id(900), BY)).toMatchObject([{ kind: 'line refused', body: { code: 'not-sent', reason: never.text } }]);
  });

  it('[TP18] finishes with the last line: done, partial or refused, and what was booked is followed up', () => {
    const all = (outcomes: (typeof done)[]) => {
      const world = executing();
      const kinds = outcomes.flatMap((outcome, line) => answer(world, line, outcome(key(line))));
      return { status: world.operation().status, followUps: world.case.followUps.length, finished: kinds.filter((kind) => kind === 'execution finished').length };
    };
    expect(all([done, done, done])).toEqual({ status: 'done', followUps: 1, finished: 1 });
    expect(all([done, refused, done])).toEqual({ status: 'partial', followUps: 1, finished: 1 });
    expect(all([refused, refused, refused])).toEqual({ status: 'refused', followUps: 0, finished: 1 });
  });

  it('[TP10] a line in doubt keeps the execution open, whatever the others say', () => {
    const world = executing();
    answer(world, 0, done(key(0)));
    answer(world, 1, null);
    answer(world, 2, done(key(2)));
    expect(world.operation().status).toBe('in-doubt');
    expect(openLines(world.case).map(({ line }) => line.lineId)).toEqual([id(201)]);
    answer(world, 1, notFound(key(1)));
    expect(world.operation().status).toBe('partial');
  });

  it('[TP3] what is asked of the bank names the case in its key, pins this line\'s plan and no other, and repeats word for word', () => {
    const world = executing();
    const [first] = openLines(world.case);
    const made = bookOrderOf(world.case, world.operation(), first!.line);
    expect(made.key).toBe(key(0));
    expect(made.expected.map((pin) => pin.fact)).toEqual(expect.arrayContaining(['plan.plan-1.status', 'plan.plan-1.remainingFen', 'card.card-1.status', 'account.acct-1.hold']));
    expect(made.expected.some((pin) => pin.fact.startsWith('plan.plan-2'))).toBe(false);
    expect(bookOrderOf(world.case, world.operation(), first!.line)).toEqual(made);
  });
});
