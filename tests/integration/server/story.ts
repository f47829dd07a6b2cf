import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { openCallOf } from '#shared/operation/call-of.ts';
import type { CaseState } from '#shared/case/state.ts';
import { STORIES } from '../../../server/bank/demo/stories.ts';
import { readOptions } from '../../../server/options.ts';
import { startCentre, type RunningCentre } from '../../../server/start-centre.ts';
import { RawDesktop } from './raw-desktop.ts';

/** Ten in the morning at the centre, on a workday far from any statement day of the story's customer. */
export const MORNING = '2026-11-23T02:00:00.000Z';

export type Stage = { running: RunningCentre; data: string; agent: RawDesktop; mentor: RawDesktop };

export async function startDemoCentre(data = mkdtempSync(join(tmpdir(), 'aidline-'))): Promise<{ running: RunningCentre; data: string }> {
  const running = await startCentre(readOptions(['--demo', '--data', data, '--port', '0', '--calls', 'off', '--now', MORNING, '--log-level', 'error']));
  return { running, data };
}

export async function setStage(): Promise<Stage> {
  const { running, data } = await startDemoCentre();
  return { running, data, agent: await RawDesktop.signIn(running.url, 'agent'), mentor: await RawDesktop.signIn(running.url, 'mentor') };
}

export async function clearStage(stage: Stage): Promise<void> {
  stage.agent.close();
  stage.mentor.close();
  await stage.running.stop();
  rmSync(stage.data, { recursive: true, force: true });
}

/** Rings a story's call, answers it and waits for the facts; gives the case. */
export async function answerCall(stage: Stage, customerId: string, intent: 'early-settlement' | 'loss-report' | 'password-reset' = 'early-settlement', agent = stage.agent): Promise<{ caseId: string; callId: string }> {
  const state = agent.liveValue('agent');
  if (state?.state !== 'available') await agent.ask('set agent state', { to: 'available', basedOn: state?.version ?? 0 });
  await stage.running.demo!.simulator.call({ customerId, intent });
  await agent.until(() => agent.liveValue('offer') != null, 'an offer');
  const offer = agent.liveValue('offer')!;
  const { case: caseId } = await agent.ask('answer call', { callId: offer.callId });
  await agent.until(() => agent.cases.get(caseId)?.owner === agent.person && agent.cases.get(caseId)?.facts[agent.person] !== undefined && openCallOf(agent.state(caseId), offer.callId) !== null, 'facts and a talking call');
  return { caseId, callId: offer.callId };
}

/** Verifies the story's customer to level 3 on a call. */
export async function verifyHolder(stage: Stage, caseId: string, callId: string, customerId: string): Promise<void> {
  const { answers } = await stage.running.demo!.bank.answers(customerId);
  for (const factor of ['name', 'idLast4', 'birthDate'] as const) {
    await stage.agent.ask('verify', { case: caseId, callId, factor, answer: answers[factor][0]! });
  }
  await stage.agent.ask('collect service password', { case: caseId, callId });
}

export const STORY_PLANS: readonly string[] = STORIES.settle.planIds;

export type Drafted = { caseId: string; callId: string; operationId: string; lineIds: string[] };

/** The story up to a complete self-check with a callback promised and the first call ended. */
export async function draft(stage: Stage, planIds: readonly string[] = STORY_PLANS): Promise<Drafted> {
  const { agent } = stage;
  const { caseId, callId } = await answerCall(stage, STORIES.settle.customerId);
  await verifyHolder(stage, caseId, callId, STORIES.settle.customerId);
  await agent.ask('read facts', { case: caseId, purpose: 'worksheet', planIds: [...planIds] });
  const now = Date.parse(stage.running.centre.clock.now());
  const promiseId = uuidv7();
  await agent.must('promise callback', caseId, {
    promiseId, from: new Date(now + 30 * 60_000).toISOString(), to: new Date(now + 90 * 60_000).toISOString(), secondFrom: null, secondTo: null, note: '本人接听', operationId: null,
  });
  await agent.ask('end call', { callId });
  const operationId = uuidv7();
  const lineIds = planIds.map(() => uuidv7());
  await agent.must('draft worksheet', caseId, {
    operationId, kind: 'early-settlement', accountId: STORIES.settle.accountId, lines: planIds.map((planId, index) => ({ planId, lineId: lineIds[index]! })), continues: null,
  });
  for (const item of stage.running.centre.rules.control.kinds['early-settlement'].selfCheck) await agent.must('tick self-check', caseId, { operationId, item: item.id, on: true });
  return { caseId, callId, operationId, lineIds };
}

export async function submit(stage: Stage, drafted: Drafted): Promise<string> {
  const reviewId = uuidv7();
  await stage.agent.must('submit for review', drafted.caseId, { operationId: drafted.operationId, reviewId, nonce: uuidv7(), noteToReviewer: '三笔,客户已选定', customerWaits: 'callback' });
  return reviewId;
}

/** What the mentor types from her own facts. */
export function blindFigures(state: CaseState, drafted: Pick<Drafted, 'operationId'>) {
  const payload = state.operations[drafted.operationId]!.payload!;
  return {
    totalDueFen: payload.totalDueFen, lines: payload.lines.length, dueDate: payload.dueDate,
    principals: Object.fromEntries(payload.lines.map((line) => [line.planId, line.remainingFen])),
  };
}

export async function approve(stage: Stage, drafted: Drafted, reviewId: string): Promise<void> {
  const { mentor, agent } = stage;
  await mentor.until(() => mentor.liveValue('reviews')?.some((row) => row.reviewId === reviewId) === true, 'the review in the pool');
  await mentor.must('take review', drafted.caseId, { reviewId });
  await mentor.ask('read facts', { case: drafted.caseId, purpose: 'review', planIds: [] });
  await agent.until(() => agent.state(drafted.caseId).operations[drafted.operationId]?.payload != null, 'the payload');
  await mentor.must('store blind entry', drafted.caseId, { reviewId, entry: blindFigures(agent.state(drafted.caseId), drafted) });
  await mentor.until(() => mentor.cases.get(drafted.caseId)?.operations[drafted.operationId]?.digest != null, 'the released bodies');
  const { digest } = mentor.state(drafted.caseId).operations[drafted.operationId]!;
  const { proof } = await mentor.ask('prove passphrase', { digest: digest!, passphrase: 'aidline-demo' });
  await mentor.must('approve review', drafted.caseId, { reviewId, digest: digest!, proof });
}

/** Calls back, verifies, and takes the whole confirmation; gives the call. */
export async function confirm(stage: Stage, drafted: Drafted): Promise<string> {
  const { agent } = stage;
  const { caseId, operationId } = drafted;
  await agent.until(() => agent.state(caseId).operations[operationId]?.approval != null, 'the approval');
  const promise = agent.state(caseId).promises.find((one) => one.status === 'open')!;
  stage.running.demo!.simulator.answerNextCallbackWith('holder');
  const { callId } = await agent.ask('dial callback', { case: caseId, promiseId: promise.promiseId });
  await agent.until(() => openCallOf(agent.state(caseId), callId) !== null, 'the customer on the line');
  await verifyHolder(stage, caseId, callId, STORIES.settle.customerId);
  const operation = agent.state(caseId).operations[operationId]!;
  const policy = stage.running.centre.rules.control.kinds['early-settlement'];
  const said = { callId, agrees: true, customerWords: '一致', recordingOffset: 40 };
  for (const item of [...operation.payload!.lines.map((line) => `line:${line.lineId}`), 'total', 'due-date']) await agent.must('confirm item', caseId, { operationId, part: 'eye', item, ...said });
  for (const item of policy.consent) await agent.must('confirm item', caseId, { operationId, part: 'heart', item: item.id, ...said, customerWords: '我确认办理' });
  await agent.must('type in proof', caseId, { operationId, callId, typedFen: operation.payload!.totalDueFen, typedLines: operation.payload!.lines.length, typedLastFour: operation.payload!.cardLastFour });
  return callId;
}

export function executionOrder(state: CaseState, drafted: Drafted, callId: string) {
  const operation = state.operations[drafted.operationId]!;
  return {
    operationId: drafted.operationId, executionId: uuidv7(), digest: operation.digest!, callId, keys: operation.payload!.lines.map((line) => ({ lineId: line.lineId, key: uuidv7() })),
  };
}
