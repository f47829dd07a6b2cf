import { v7 as uuidv7 } from 'uuid';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RawDesktop } from '../server/raw-desktop.ts';
import { centresOf } from '../server/several-nodes.ts';
import { booked, clearStage, draft, enter, ready, setStage, signOn, SMALL, submit, take, type Stage } from '../server/story.ts';
import { act, changePerson } from './centre-acts.ts';

let stage: Stage;
let admin: RawDesktop;
let admin2: RawDesktop;
let risk: RawDesktop;
beforeEach(async () => {
  stage = await setStage();
  [admin, admin2, risk] = await Promise.all([signOn(stage, 'admin'), signOn(stage, 'admin2'), signOn(stage, 'risk')]);
});
afterEach(() => clearStage(stage));

/** Does something once, when a command that has been decided already is about to write such an event. */
function before(kind: string, doing: () => Promise<unknown>): void {
  let isDone = false;
  for (const { log } of centresOf(stage.running)) {
    const append = log.append.bind(log);
    log.append = async (items) => {
      if (!isDone && items.some(({ writes }) => writes.some(({ events }) => events.some((event) => event.kind === kind)))) {
        isDone = true;
        await doing();
      }
      return append(items);
    };
  }
}

it('[TP5] [TP3] who is disabled while their order is being decided orders nothing', async () => {
  const { drafted, order } = await ready(stage, SMALL);
  before('execution started', async () => expect(await act(risk, 'disable person', { personId: stage.agent.person, reason: 'left' })).toBe('ok'));
  const made = stage.agent.make('order execution', drafted.caseId, order);
  void stage.agent.send(made).catch(() => undefined);
  expect(await stage.agent.dismissed()).toBe('person-disabled');
  // Whatever was on its way is through.
  for (let n = 0; n < 2; n += 1) await stage.mentor.must('open case', uuidv7(), { reason: 'by-hand', callId: null, fromCase: null, number: null });
  // Not refused either: it is unsent work of somebody who is out, and goes the way of that (SY10).
  expect(await stage.running.centre.log.commandAnswer(made.id)).toBeNull();
  expect(await booked(stage)).toEqual([]);
});

it('[TP5] whose limit is lowered while their approval is being decided has not approved', async () => {
  const drafted = await draft(stage);
  const reviewId = await submit(stage, drafted);
  await take(stage, drafted, reviewId);
  await enter(stage, drafted, reviewId);
  before('review approved', () => changePerson(stage.running, admin, admin2, 'mentor', { entitlements: { reviewLimitFen: { 'early-settlement': 1 } } }));
  const { digest } = stage.mentor.state(drafted.caseId).operations[drafted.operationId]!;
  expect(await stage.mentor.refusal('approve review', drafted.caseId, { reviewId, digest: digest!, signed: stage.mentor.signed('approval', digest!) })).toBe('tp5-over-limit');
});
