import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { changeDigest, type Change } from '#shared/administration/change.ts';
import type { Person } from '#shared/people/person.ts';
import { openCallOf } from '#shared/operation/call-of.ts';
import type { CaseState } from '#shared/case/state.ts';
import { digestOf } from '#shared/operation/payload.ts';
import { payloadOf, validityLimit, type PayloadContext } from '#shared/operation/submission.ts';
import { STORIES } from '../../../server/bank/demo/stories.ts';
import { makeHttpBank } from '../../../server/bank/http-bank.ts';
import { readOptions } from '../../../server/options.ts';
import { startCentre, type RunningCentre } from '../../../server/start-centre.ts';
import { databaseFor } from './database-for.ts';
import { RawDesktop } from './raw-desktop.ts';
import { centresOf, joined, ownDoors, settled } from './several-nodes.ts';

/** Ten in the morning at the centre, on a workday far from any statement day of the story's customer. */
export const MORNING = '2026-11-23T02:00:00.000Z';

export type Stage = { running: RunningCentre; data: string; agent: RawDesktop; mentor: RawDesktop; others: RawDesktop[] };

/** @param data an earlier centre's folder, to start it again */
export async function startDemoCentre(data = mkdtempSync(join(tmpdir(), 'aidline-')), more: readonly string[] = []): Promise<{ running: RunningCentre; data: string }> {
  const stands = more.includes('--database') ? [] : await databaseFor(data);
  const args = ['--demo', '--data', data, '--port', '0', '--crowd', '0', '--calls', 'off', '--now', MORNING, '--log-level', 'error', ...stands, ...more];
  const { running, nodes } = await joined(await startCentre(readOptions(args)), args);
  nodes.forEach(impatient);
  return { running, data };
}

/** Gives up on a silent bank sooner than a real centre would: the tests wait for that. */
function impatient(running: RunningCentre): void {
  const { url, secret } = running.demo!.bankProcess;
  running.centre.bank = makeHttpBank({ url, secret, timeouts: { order: 1_500, key: 1_500 } });
}

export async function setStage(more: readonly string[] = []): Promise<Stage> {
  const { running, data } = await startDemoCentre(undefined, more);
  const [agent, mentor] = await Promise.all([RawDesktop.signIn(running.url, 'agent'), RawDesktop.signIn(running.url, 'mentor')]);
  return { running, data, agent, mentor, others: [] };
}

/** Signs one more person in for the length of the stage. */
export async function signOn(stage: Stage, account: string, desktop?: string): Promise<RawDesktop> {
  const other = await RawDesktop.signIn(stage.running.url, account, undefined, desktop);
  stage.others.push(other);
  return other;
}

export async function clearStage(stage: Stage): Promise<void> {
  for (const desktop of [stage.agent, stage.mentor, ...stage.others]) desktop.close();
  await stage.running.stop();
  rmSync(stage.data, { recursive: true, force: true });
}

/** Moves the centre's clock, and the bank's with it, by so many minutes. */
export async function later(stage: Stage, minutes: number): Promise<void> {
  await moveClock(stage.running.url, new Date(Date.parse(stage.running.centre.clock.now()) + minutes * 60_000).toISOString());
}

export async function moveClock(url: string, to: string): Promise<void> {
  for (const door of ownDoors(url)) {
    const response = await fetch(`${door}/demo/clock`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ to }) });
    if (!response.ok) throw new Error(`the clock did not move: ${response.status}`);
  }
}

/** A customer and what they want settled. */
export type Matter = { customerId: string; accountId: string; planIds: readonly string[] };
export const STORY_PLANS: readonly string[] = STORIES.settle.planIds;
export const LARGE: Matter = { customerId: STORIES.settle.customerId, accountId: STORIES.settle.accountId, planIds: STORY_PLANS };
/** One plan of the same account below the sum that needs two people. */
export const LOW_OF_LARGE: Matter = { ...LARGE, planIds: ['plan-story-b'] };
export const SMALL: Matter = { customerId: STORIES.small.customerId, accountId: `${STORIES.small.customerId}-credit`, planIds: STORIES.small.planIds };

export async function goAvailable(agent: RawDesktop): Promise<void> {
  await agent.until(() => agent.liveValue('agent') !== undefined && agent.liveValue('agent')!.state !== 'on-call', 'the state of the agent');
  for (;;) {
    const state = agent.liveValue('agent')!;
    if (state.state === 'available') break;
    const stale = await agent.ask('set agent state', { to: 'available', basedOn: state.version }).then(() => false, (error: unknown) => {
      // The state has moved, and its news is on its way.
      if (!String(error).includes('agent-state-stale')) throw error;
      return true;
    });
    if (!stale) break;
    await agent.until(() => agent.liveValue('agent')!.version > state.version, 'the newer state');
  }
  await agent.until(() => agent.liveValue('agent')?.state === 'available', 'available');
}

/** Their own state comes by another way than the call: who ends the call before it is there would pass for available still. */
const onCall = (agent: RawDesktop, callId: string): Promise<void> => agent.until(() => agent.liveValue('agent')?.callId === callId, 'on the call');

/** Rings a customer's call, answers it and waits for the facts; gives the case. */
export async function answerCall(stage: Stage, customerId: string, intent: 'early-settlement' | 'loss-report' | 'password-reset' = 'early-settlement', agent = stage.agent): Promise<{ caseId: string; callId: string }> {
  await goAvailable(agent);
  const before = agent.liveValue('offer')?.callId;
  await stage.running.demo!.simulator.call({ customerId, intent });
  await agent.until(() => agent.liveValue('offer') != null && agent.liveValue('offer')!.callId !== before, 'an offer');
  const offer = agent.liveValue('offer')!;
  const { case: caseId } = await agent.ask('answer call', { callId: offer.callId });
  await agent.until(() => agent.cases.get(caseId)?.owner === agent.person && agent.cases.get(caseId)?.facts[agent.person] !== undefined && openCallOf(agent.state(caseId), offer.callId) !== null, 'facts and a talking call');
  await onCall(agent, offer.callId);
  return { caseId, callId: offer.callId };
}

/** Verifies the customer to level 3 on a call. */
export async function verifyHolder(stage: Stage, caseId: string, callId: string, customerId: string, agent = stage.agent): Promise<void> {
  const { answers } = await stage.running.demo!.bank.answers(customerId);
  for (const factor of ['name', 'idLast4', 'birthDate'] as const) await agent.ask('verify', { case: caseId, callId, factor, answer: answers[factor][0]! });
  const { level } = await agent.ask('collect service password', { case: caseId, callId });
  if (level !== 3) throw new Error(`the caller is at level ${level}`);
  // Answered by the node on duty; the desktop hears of it from its own.
  await agent.until(() => agent.state(caseId).verification[callId]?.level === 3, 'the level in the case');
}

export type Drafted = { caseId: string; callId: string; operationId: string; lineIds: string[]; matter: Matter };

/** Puts figures of the matter into the case, under a new operation. */
export async function sheet(stage: Stage, on: { caseId: string; callId: string }, matter: Matter, options: { agent?: RawDesktop; operationId?: string; continues?: string | null } = {}): Promise<Drafted> {
  const { agent = stage.agent, operationId = uuidv7(), continues = null } = options;
  await agent.ask('read facts', { case: on.caseId, purpose: 'worksheet', planIds: [...matter.planIds] });
  const lineIds = matter.planIds.map(() => uuidv7());
  await agent.must('draft worksheet', on.caseId, { operationId, kind: 'early-settlement', accountId: matter.accountId, lines: matter.planIds.map((planId, index) => ({ planId, lineId: lineIds[index]! })), continues });
  return { ...on, operationId, lineIds, matter };
}

export async function selfCheck(stage: Stage, drafted: Drafted, agent = stage.agent): Promise<void> {
  for (const item of stage.running.centre.rules.control.kinds['early-settlement'].selfCheck) await agent.must('tick self-check', drafted.caseId, { operationId: drafted.operationId, item: item.id, on: true });
}

/** The story up to a complete self-check with a callback promised and the first call ended. */
export async function draft(stage: Stage, matter: Matter = LARGE): Promise<Drafted> {
  const { agent } = stage;
  const { caseId, callId } = await answerCall(stage, matter.customerId);
  await verifyHolder(stage, caseId, callId, matter.customerId);
  await promise(stage, caseId);
  await agent.ask('end call', { callId });
  await agent.until(() => openCallOf(agent.state(caseId), callId) === null && agent.liveValue('agent')?.state !== 'on-call', 'the end of the call');
  const drafted = await sheet(stage, { caseId, callId }, matter);
  await selfCheck(stage, drafted);
  return drafted;
}

export async function promise(stage: Stage, caseId: string, agent = stage.agent): Promise<string> {
  const now = Date.parse(stage.running.centre.clock.now());
  const promiseId = uuidv7();
  await agent.must('promise callback', caseId, {
    promiseId, from: new Date(now + 30 * 60_000).toISOString(), to: new Date(now + 90 * 60_000).toISOString(), secondFrom: null, secondTo: null, note: '本人接听', operationId: null,
  });
  return promiseId;
}

/** Told to the reviewer by the maker; must not be seen before the reviewer's own entry. */
export const NOTE_TO_REVIEWER = '三笔,客户已选定';

export async function submit(stage: Stage, drafted: Drafted, agent = stage.agent, customerWaits: 'callback' | 'on-line' = 'callback'): Promise<string> {
  const reviewId = uuidv7();
  await agent.until(() => Object.keys(agent.state(drafted.caseId).operations[drafted.operationId]?.selfCheck ?? {}).length > 0, 'the self-check');
  await agent.must('submit for review', drafted.caseId, submission(stage, agent, drafted, customerWaits, reviewId));
  await agent.until(() => agent.state(drafted.caseId).operations[drafted.operationId]?.payload != null, 'the payload');
  return reviewId;
}

/** A submission as the desk makes it: the payload of what it holds, ticked and signed for. */
export function submission(stage: Stage, agent: RawDesktop, drafted: Pick<Drafted, 'caseId' | 'operationId'>, customerWaits: 'callback' | 'on-line' = 'callback', reviewId = uuidv7()) {
  const state = agent.state(drafted.caseId);
  const operation = state.operations[drafted.operationId]!;
  const context = { now: stage.running.centre.clock.now(), control: stage.running.centre.rules.control, by: { person: agent.person } as PayloadContext['by'] };
  const limit = validityLimit(state, operation, customerWaits, context);
  if (typeof limit !== 'string') throw new Error(limit.refusal.code);
  const nonce = uuidv7();
  const digest = digestOf(payloadOf(state, operation, { validUntil: limit, nonce }, context));
  return { operationId: drafted.operationId, reviewId, nonce, noteToReviewer: NOTE_TO_REVIEWER, customerWaits, validUntil: limit, signed: agent.signed('tick', digest) };
}

/** What the mentor types from her own facts. */
export function blindFigures(state: CaseState, drafted: Pick<Drafted, 'operationId'>) {
  const payload = state.operations[drafted.operationId]!.payload!;
  return {
    totalDueFen: payload.totalDueFen, lines: payload.lines.length, dueDate: payload.dueDate,
    principals: Object.fromEntries(payload.lines.flatMap((line) => (line.type === 'settlement' ? [[line.planId, line.remainingFen]] : []))),
  };
}

/** Lets the time pass after which the pool offers the review to this reviewer too; none where it does already. */
export async function untilOffered(stage: Stage, reviewId: string, reviewer: RawDesktop): Promise<void> {
  const { centre } = stage.running;
  // A centre in another process is not looked into: there the reviewer is the only one online.
  if ((centre.open as typeof centre.open | undefined) !== undefined) {
    await settled(stage.running);
    // Whichever node the reviewer is at.
    const isShown = centresOf(stage.running).every(({ live }) => {
      const pool = live.all(reviewer.person).find((message) => message.topic === 'reviews')?.value as { reviewId: string }[] | undefined;
      return pool?.some((row) => row.reviewId === reviewId) === true;
    });
    if (!isShown) await later(stage, (centre.people.all().length * centre.rules.control.offerSeconds) / 60);
  }
  await reviewer.until(() => reviewer.liveValue('reviews')?.some((row) => row.reviewId === reviewId) === true, 'the review in the pool');
}

/** Takes a review, with facts of the reviewer's own. */
export async function take(stage: Stage, drafted: Drafted, reviewId: string, reviewer = stage.mentor): Promise<void> {
  await untilOffered(stage, reviewId, reviewer);
  await reviewer.must('take review', drafted.caseId, { reviewId });
  await reviewer.ask('read facts', { case: drafted.caseId, purpose: 'review', planIds: [] });
}

/** The matching entry; the bodies are there afterwards. */
export async function enter(stage: Stage, drafted: Drafted, reviewId: string, reviewer = stage.mentor, maker = stage.agent): Promise<void> {
  await reviewer.must('store blind entry', drafted.caseId, { reviewId, entry: blindFigures(maker.state(drafted.caseId), drafted) });
  const { digest } = maker.state(drafted.caseId).operations[drafted.operationId]!;
  await reviewer.until(() => reviewer.cases.get(drafted.caseId)?.operations[drafted.operationId]?.digest === digest, 'the released bodies');
}

export async function press(drafted: Drafted, reviewId: string, reviewer: RawDesktop): Promise<void> {
  const digest = reviewer.state(drafted.caseId).operations[drafted.operationId]!.digest!;
  await reviewer.must('approve review', drafted.caseId, { reviewId, digest, signed: reviewer.signed('approval', digest) });
}

export async function approve(stage: Stage, drafted: Drafted, reviewId: string, reviewer = stage.mentor): Promise<void> {
  await take(stage, drafted, reviewId, reviewer);
  await enter(stage, drafted, reviewId, reviewer);
  await press(drafted, reviewId, reviewer);
}

/** Calls back and verifies; gives the call. */
export async function callBack(stage: Stage, drafted: Drafted, agent = stage.agent): Promise<string> {
  const { caseId } = drafted;
  const open = agent.state(caseId).promises.find((one) => one.status === 'open')!;
  stage.running.demo!.simulator.answerNextCallbackWith('holder');
  const { callId } = await agent.ask('dial callback', { case: caseId, promiseId: open.promiseId });
  await agent.until(() => openCallOf(agent.state(caseId), callId) !== null, 'the customer on the line');
  await onCall(agent, callId);
  await verifyHolder(stage, caseId, callId, drafted.matter.customerId, agent);
  return callId;
}

/** 眼到 and 心到 with the customer on a call. */
export async function tickAll(stage: Stage, drafted: Drafted, callId: string, agent = stage.agent): Promise<void> {
  const { caseId, operationId } = drafted;
  const operation = agent.state(caseId).operations[operationId]!;
  const said = { callId, agrees: true, customerWords: '一致', recordingOffset: 40 };
  for (const item of [...operation.payload!.lines.map((line) => `line:${line.lineId}`), 'total', 'due-date']) await agent.must('confirm item', caseId, { operationId, part: 'eye', item, ...said });
  for (const item of stage.running.centre.rules.control.kinds['early-settlement'].consent) await agent.must('confirm item', caseId, { operationId, part: 'heart', item: item.id, ...said, customerWords: '我确认办理' });
}

/** 手到. */
export async function typeProof(drafted: Drafted, callId: string, agent: RawDesktop): Promise<void> {
  const payload = agent.state(drafted.caseId).operations[drafted.operationId]!.payload!;
  await agent.must('type in proof', drafted.caseId, { operationId: drafted.operationId, callId, typedFen: payload.totalDueFen, typedLines: payload.lines.length, typedLastFour: payload.cardLastFour });
}

/** Calls back, verifies, and takes the whole confirmation; gives the call. */
export async function confirm(stage: Stage, drafted: Drafted, agent = stage.agent): Promise<string> {
  await agent.until(() => agent.state(drafted.caseId).operations[drafted.operationId]?.approval != null, 'the approval');
  const callId = await callBack(stage, drafted, agent);
  await tickAll(stage, drafted, callId, agent);
  await typeProof(drafted, callId, agent);
  return callId;
}

export function executionOrder(agent: RawDesktop, drafted: Pick<Drafted, 'caseId' | 'operationId'>, callId: string) {
  const operation = agent.state(drafted.caseId).operations[drafted.operationId]!;
  return {
    operationId: drafted.operationId, executionId: uuidv7(), digest: operation.digest!, callId, keys: operation.payload!.lines.map((line) => ({ lineId: line.lineId, key: uuidv7() })),
    signed: agent.signed('order', operation.digest!),
  };
}

/** The whole way to the order, which is for the caller to give; the customer waits on the line. */
export async function ready(stage: Stage, matter: Matter = LARGE): Promise<{ drafted: Drafted; callId: string; order: ReturnType<typeof executionOrder> }> {
  const { agent } = stage;
  const call = await answerCall(stage, matter.customerId);
  await verifyHolder(stage, call.caseId, call.callId, matter.customerId);
  const drafted = await sheet(stage, call, matter);
  await selfCheck(stage, drafted);
  const reviewId = await submit(stage, drafted, agent, 'on-line');
  if (agent.state(drafted.caseId).reviews[reviewId] !== undefined) {
    await approve(stage, drafted, reviewId);
    await agent.until(() => agent.state(drafted.caseId).operations[drafted.operationId]?.approval != null, 'the approval');
  }
  await tickAll(stage, drafted, call.callId);
  await typeProof(drafted, call.callId, agent);
  await agent.until(() => agent.state(drafted.caseId).operations[drafted.operationId]?.confirmation?.proofAt != null, 'the whole confirmation');
  return { drafted, callId: call.callId, order: executionOrder(agent, drafted, call.callId) };
}

/** What the bank says it booked: the only witness that counts. */
export async function booked(stage: Stage): Promise<string[]> {
  return (await stage.running.demo!.bank.ledger()).filter((entry) => entry.kind === 'early-settlement' && entry.state === 'done').map((entry) => entry.subject ?? '').sort();
}

export const statusOf = (desktop: RawDesktop, drafted: Pick<Drafted, 'caseId' | 'operationId'>): string | undefined => desktop.cases.get(drafted.caseId)?.operations[drafted.operationId]?.status;

/** Codes of the refusals that the audit log holds of one person. */
export async function refusalsInAudit(stage: Stage, person: string): Promise<string[]> {
  await settled(stage.running);
  const codes: string[] = [];
  let after = 0;
  for (;;) {
    const page = await stage.running.centre.log.auditAfter(after, 500);
    for (const entry of page) if (entry.person === person && typeof entry.detail['code'] === 'string') codes.push(entry.detail['code']);
    if (page.length === 0) return codes;
    after = page.at(-1)!.position;
  }
}

/** The raw desktops of the two administrators, signed in once a stage. */
const guards = new WeakMap<Stage, Promise<{ admin: RawDesktop; admin2: RawDesktop }>>();
export function administrators(stage: Stage): Promise<{ admin: RawDesktop; admin2: RawDesktop }> {
  const known = guards.get(stage) ?? Promise.all([signOn(stage, 'admin'), signOn(stage, 'admin2')]).then(([admin, admin2]) => ({ admin, admin2 }));
  guards.set(stage, known);
  return known;
}

/** What a proposer sends, signed; the digest is what the second person signs. */
export function proposal(by: RawDesktop, change: Change) {
  const changeId = uuidv7();
  const digest = changeDigest({ changeId, proposer: by.person, change });
  return { digest, body: { changeId, change, reason: '测试', signed: by.signed('order', digest) } };
}

export const consent = (by: RawDesktop, proposed: ReturnType<typeof proposal>) => ({ changeId: proposed.body.changeId, digest: proposed.digest, signed: by.signed('approval', proposed.digest) });

/** A change of the centre as two people make it (TP12); gives both halves of a new passphrase's code, where there is one. */
export async function changeCentre(stage: Stage, change: Change): Promise<{ changeId: string; code: string | null }> {
  const { admin, admin2 } = await administrators(stage);
  const proposed = proposal(admin, change);
  await admin.ask('administer', { kind: 'propose change', body: proposed.body });
  const { half } = await admin2.ask('administer', { kind: 'approve change', body: consent(admin2, proposed) });
  if (half === null) return { changeId: proposed.body.changeId, code: null };
  const { half: first } = await admin.ask('take half', { changeId: proposed.body.changeId });
  return { changeId: proposed.body.changeId, code: `${first}-${half}` };
}

export const changePerson = (stage: Stage, person: Person): Promise<unknown> => changeCentre(stage, { kind: 'change person', person });
