import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type * as Decide from '#shared/case/decide.ts';
import { refusalText } from '#shared/protocol/refusals.ts';
import { clearStage, setStage, type Stage } from '../server/story.ts';

const BROKEN = 'the note that no rule can stand';
vi.mock('#shared/case/decide.ts', async (original) => {
  const real = await original<typeof Decide>();
  const decide: typeof Decide.decide = (state, command, context) => {
    if (command.kind === 'write note' && command.body.text === BROKEN) throw new TypeError('cannot read properties of undefined');
    return real.decide(state, command, context);
  };
  return { ...real, decide };
});

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
}, 60_000);
afterAll(() => clearStage(stage));

it('[RB1] [SY3] a rule that throws is an answer: stored, the same at every repeat, and the next command of the case is taken', async () => {
  const { agent } = stage;
  const caseId = uuidv7();
  await agent.must('open case', caseId, { reason: 'by-hand', callId: null, fromCase: null, number: null });
  const broken = agent.make('write note', caseId, { noteId: uuidv7(), text: BROKEN });
  const answer = await agent.send(broken);
  expect(answer).toMatchObject({ status: 'refused', refusal: { code: 'server-bug' } });
  expect(await agent.send(broken)).toEqual(answer);
  expect(refusalText('server-bug').zh.todo).not.toBe(refusalText('no such code').zh.todo);
  await agent.must('write note', caseId, { noteId: uuidv7(), text: 'and on' });
  expect(agent.goodbye).toBeNull();
});
