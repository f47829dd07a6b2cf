import { v7 as uuidv7 } from 'uuid';
import { afterEach, describe, expect, it } from 'vitest';
import type { RawDesktop } from './raw-desktop.ts';
import {
  answerCall, approve, blindFigures, booked, clearStage, confirm, draft, executionOrder, LARGE, LOW_OF_LARGE, press, ready, selfCheck, setStage, sheet, signOn, SMALL, startDemoCentre,
  statusOf, STORY_PLANS, submit, take, tickAll, typeProof, verifyHolder, type Drafted, type Matter, type Stage,
} from './story.ts';

/** A sum below the threshold, on the call and without a reviewer, as far as everything the order needs. */
async function readyOnLine(stage: Stage, matter: Matter, on?: { caseId: string; callId: string }) {
  const { agent } = stage;
  const call = on ?? (await answerCall(stage, matter.customerId));
  if (on === undefined) await verifyHolder(stage, call.caseId, call.callId, matter.customerId);
  const drafted = await sheet(stage, call, matter);
  await selfCheck(stage, drafted);
  const reviewId = await submit(stage, drafted, agent, 'on-line');
  return { drafted, reviewId, callId: call.callId };
}
async function confirmHere(stage: Stage, drafted: Drafted, callId: string) {
  await tickAll(stage, drafted, callId);
  await typeProof(drafted, callId, stage.agent);
  return executionOrder(stage.agent, drafted, callId);
}
const ended = (desktop: RawDesktop, drafted: Drafted, status: string) => desktop.until(() => statusOf(desktop, drafted) === status, `the operation ${status}`);
const lines = (stage: Stage, drafted: Drafted) => stage.agent.state(drafted.caseId).operations[drafted.operationId]!.execution!.lines;

describe('execution', () => {
  let stage: Stage;
  afterEach(() => clearStage(stage));

  it('[TP13] a small settlement needs no reviewer; a second of the day lifts the sum over the threshold and needs one', async () => {
    stage = await setStage();
    const { agent, mentor } = stage;
    const first = await readyOnLine(stage, LOW_OF_LARGE);
    expect(agent.state(first.drafted.caseId).reviews).toEqual({});
    expect(mentor.liveValue('reviews')).toEqual([]);
    await agent.must('order execution', first.drafted.caseId, await confirmHere(stage, first.drafted, first.callId));
    await ended(agent, first.drafted, 'done');
    expect(agent.state(first.drafted.caseId).operations[first.drafted.operationId]!.execution).toMatchObject({ highValue: false });
    // 4.46 and 0.67 hundred thousand: neither reaches the threshold, the day does.
    const second = await readyOnLine(stage, { ...LARGE, planIds: ['plan-story-twin'] }, first.drafted);
    const { operations, reviews } = agent.state(first.drafted.caseId);
    const threshold = stage.running.centre.rules.control.kinds['early-settlement'].highValueFromFen;
    const totals = Object.values(operations).map((operation) => operation.payload!.totalDueFen);
    expect(totals.every((total) => total < threshold)).toBe(true);
    expect(totals.reduce((sum, total) => sum + total, 0)).toBeGreaterThanOrEqual(threshold - 1);
    expect(Object.keys(reviews)).toEqual([second.reviewId]);
    expect(await agent.refusal('order execution', first.drafted.caseId, executionOrder(agent, second.drafted, second.callId))).toBe('tp1-no-approval');
    expect(await booked(stage)).toEqual(['plan-story-b']);
  });

  it('[TP9] a small settlement that its maker withdrew, and one ordered without confirmation, book nothing', async () => {
    stage = await setStage();
    const { agent } = stage;
    const { drafted, callId } = await readyOnLine(stage, SMALL);
    expect(await agent.refusal('order execution', drafted.caseId, executionOrder(agent, drafted, callId))).toBe('confirmation-incomplete');
    const order = await confirmHere(stage, drafted, callId);
    await agent.must('withdraw operation', drafted.caseId, { operationId: drafted.operationId, reason: '客户改主意' });
    expect(await agent.refusal('order execution', drafted.caseId, order)).toBe('operation-not-editable');
    expect(await booked(stage)).toEqual([]);
  });

  it('[TP3] a fact that changed after the approval voids it, named old and new; nothing is booked, not even when it changes back', async () => {
    stage = await setStage();
    const { agent, mentor, running } = stage;
    const { drafted, order } = await ready(stage);
    const account = { what: 'account', accountId: LARGE.accountId } as const;
    await running.demo!.bank.touch({ ...account, pendingRefundFen: 12_300 });
    await agent.must('order execution', drafted.caseId, order);
    await ended(agent, drafted, 'void');
    expect(agent.state(drafted.caseId).operations[drafted.operationId]).toMatchObject({
      approval: null, execution: null, voided: { reason: 'facts-changed', changed: [{ fact: `account.${LARGE.accountId}.pendingRefundFen`, old: 0, now: 12_300 }] },
    });
    await running.demo!.bank.touch({ ...account, pendingRefundFen: 0 });
    expect(await agent.refusal('order execution', drafted.caseId, { ...order, executionId: uuidv7() })).toBe('tp1-no-approval');
    expect(await booked(stage)).toEqual([]);
    // Balance and spending are not pinned: they void nothing (TP2).
    expect(mentor.state(drafted.caseId).reviews).not.toEqual({});
  });

  it('[TP3] [TP2] a period posted meanwhile voids; a coffee on the card does not', async () => {
    stage = await setStage();
    const { agent, running } = stage;
    const { drafted, order } = await ready(stage);
    await running.demo!.bank.touch({ what: 'spend', cardId: 'card-story-settle', amountFen: 1_800, merchant: '测试咖啡' });
    await running.demo!.bank.touch({ what: 'post-period', planId: STORY_PLANS[0]! });
    await agent.must('order execution', drafted.caseId, order);
    await ended(agent, drafted, 'void');
    const { changed } = agent.state(drafted.caseId).operations[drafted.operationId]!.voided!;
    expect(changed.map((one) => one.fact)).toEqual([`plan.${STORY_PLANS[0]}.periodsPosted`, `plan.${STORY_PLANS[0]}.remainingFen`]);
    expect(changed[0]).toMatchObject({ old: 7, now: 8 });
    expect(await booked(stage)).toEqual([]);
  });

  it('[TP4] one approval, one booking: repeats, both desktops at once, a reconnect and a restart of the server change nothing', async () => {
    stage = await setStage();
    const { agent, running } = stage;
    const { drafted, order } = await ready(stage);
    const { caseId } = drafted;
    const second = await signOn(stage, 'agent');
    const command = agent.make('order execution', caseId, order);
    const rival = second.make('order execution', caseId, { ...order, executionId: uuidv7(), keys: order.keys.map(({ lineId }) => ({ lineId, key: uuidv7() })), signed: second.signed('order', order.digest) });
    const [one, again, other] = await Promise.all([agent.send(command), agent.send(command), second.send(rival)]);
    expect(again).toEqual(one);
    const won = [one, other].filter((result) => result.status === 'accepted');
    const lost = [one, other].filter((result) => result.status === 'refused');
    expect(won).toHaveLength(1);
    expect(lost).toMatchObject([{ refusal: { code: 'tp4-already-started' } }]);
    await ended(agent, drafted, 'done');
    expect(await booked(stage)).toEqual([...STORY_PLANS].sort());
    agent.close();
    await agent.connect();
    expect(await agent.send(command)).toEqual(one);
    expect(await agent.refusal('order execution', caseId, { ...order, executionId: uuidv7(), keys: order.keys.map(({ lineId }) => ({ lineId, key: uuidv7() })) })).toBe('tp4-already-started');
    const state = structuredClone(agent.state(caseId));
    await running.stop();
    const { running: restarted } = await startDemoCentre(stage.data);
    stage.running = restarted;
    agent.url = restarted.url;
    await agent.connect();
    expect(await agent.send(command)).toEqual(one);
    expect(agent.state(caseId)).toEqual(state);
    expect(await booked(stage)).toEqual([...STORY_PLANS].sort());
    second.close();
  });

  it('[TP10] answered but lost: in doubt, neither repeated nor closed nor taken up anew, until an inquiry finds it booked once', async () => {
    stage = await setStage();
    const { agent, running } = stage;
    const { drafted, callId, order } = await ready(stage);
    const { caseId } = drafted;
    await running.demo!.bank.fault({ kind: 'answered-but-lost', call: 'book' });
    await agent.must('order execution', caseId, order);
    await agent.until(() => agent.state(caseId).operations[drafted.operationId]!.execution?.lines.every((line) => line.status !== 'started') === true, 'every line answered or in doubt');
    const doubtful = lines(stage, drafted).find((line) => line.status === 'in-doubt')!;
    expect(statusOf(agent, drafted)).toBe('in-doubt');
    expect(doubtful.answerBy).not.toBeNull();
    expect(await agent.refusal('order execution', caseId, { ...order, executionId: uuidv7() })).toBe('tp4-already-started');
    expect(await agent.refusal('close case', caseId, { outcome: '结束' })).toBe('operation-open');
    expect(await agent.refusal('withdraw operation', caseId, { operationId: drafted.operationId, reason: '' })).toBe('tp9-too-late');
    const anew = { operationId: uuidv7(), kind: 'early-settlement' as const, accountId: LARGE.accountId, lines: [{ planId: doubtful.planId!, lineId: uuidv7() }], continues: drafted.operationId };
    await agent.ask('read facts', { case: caseId, purpose: 'worksheet', planIds: [doubtful.planId!] });
    expect(await agent.refusal('draft worksheet', caseId, anew)).toBe('worksheet-open-operation');
    await agent.must('order inquiry', caseId, { operationId: drafted.operationId, lineId: doubtful.lineId });
    await ended(agent, drafted, 'done');
    expect(await agent.refusal('order inquiry', caseId, { operationId: drafted.operationId, lineId: doubtful.lineId })).toBe('line-not-in-doubt');
    expect(await booked(stage)).toEqual([...STORY_PLANS].sort());
    expect(callId).toBe(order.callId);
  });

  it('[TP10] [TP18] never arrived: the inquiry closes the key and frees the line; only a new operation with a new review may take it up', async () => {
    stage = await setStage();
    const { agent, running } = stage;
    const matter: Matter = { ...LARGE, planIds: [STORY_PLANS[0]!] };
    const { drafted, callId, order } = await ready(stage, matter);
    const { caseId } = drafted;
    await running.demo!.bank.fault({ kind: 'no-answer', call: 'book' });
    await agent.must('order execution', caseId, order);
    await agent.until(() => statusOf(agent, drafted) === 'in-doubt', 'in doubt');
    await agent.must('order inquiry', caseId, { operationId: drafted.operationId, lineId: drafted.lineIds[0]! });
    await ended(agent, drafted, 'refused');
    expect(lines(stage, drafted)[0]!.status).toBe('free');
    expect(await agent.refusal('order execution', caseId, order)).toBe('tp4-already-started');
    expect(await agent.refusal('draft worksheet', caseId, { operationId: drafted.operationId, kind: 'early-settlement', accountId: LARGE.accountId, lines: [{ planId: STORY_PLANS[0]!, lineId: uuidv7() }], continues: null })).toBe('tp18-frozen');
    const rest = await sheet(stage, { caseId, callId }, matter, { continues: drafted.operationId });
    await selfCheck(stage, rest);
    const again = await submit(stage, rest, agent, 'on-line');
    await approve(stage, rest, again);
    await agent.until(() => agent.state(caseId).operations[rest.operationId]?.approval != null, 'the approval');
    const next = await confirmHere(stage, rest, callId);
    const oldKey = order.keys[0]!.key;
    expect(await agent.refusal('order execution', caseId, { ...next, keys: [{ lineId: rest.lineIds[0]!, key: oldKey }] })).toBe('tp4-key-used');
    await agent.must('order execution', caseId, next);
    await ended(agent, rest, 'done');
    expect(await booked(stage)).toEqual([STORY_PLANS[0]]);
    expect(agent.state(caseId).operations[rest.operationId]!.continues).toBe(drafted.operationId);
  }, 60_000);

  it('[TP18] a refused line is named and the done ones are frozen; the rest becomes a new operation', async () => {
    stage = await setStage();
    const { agent, running } = stage;
    const { drafted, callId, order } = await ready(stage);
    await running.demo!.bank.fault({ kind: 'line-refused', subject: STORY_PLANS[1]! });
    await agent.must('order execution', drafted.caseId, order);
    await ended(agent, drafted, 'partial');
    const refused = lines(stage, drafted).find((line) => line.planId === STORY_PLANS[1])!;
    expect(refused).toMatchObject({ status: 'refused', code: 'line-refused' });
    expect(refused.reason!.zh).not.toBe('');
    await agent.ask('read facts', { case: drafted.caseId, purpose: 'worksheet', planIds: [...STORY_PLANS] });
    const draftOf = (planId: string) => ({ operationId: uuidv7(), kind: 'early-settlement' as const, accountId: LARGE.accountId, lines: [{ planId, lineId: uuidv7() }], continues: drafted.operationId });
    expect(await agent.refusal('draft worksheet', drafted.caseId, draftOf(STORY_PLANS[0]!))).toBe('worksheet-open-operation');
    await agent.must('draft worksheet', drafted.caseId, draftOf(STORY_PLANS[1]!));
    expect(await agent.refusal('close case', drafted.caseId, { outcome: '结束' })).toBe('follow-up-open');
    expect(callId).toBe(order.callId);
  });

  it('[TP13] two cases on one account: while the first operation is open the second is refused', async () => {
    stage = await setStage();
    const { agent, running } = stage;
    const small = { ...LARGE, planIds: ['plan-story-twin'] };
    const first = await readyOnLine(stage, small);
    const order = await confirmHere(stage, first.drafted, first.callId);
    // The bank does not answer: the first operation stays open.
    await running.demo!.bank.fault({ kind: 'no-answer', call: 'book' });
    await running.demo!.bank.fault({ kind: 'no-answer', call: 'inquire', count: 100 });
    const other = uuidv7();
    await agent.must('open case', other, { reason: 'another-matter', callId: first.callId, fromCase: first.drafted.caseId, number: null });
    await agent.until(() => agent.cases.get(other)?.facts[agent.person] !== undefined, 'the call of the second matter');
    const second = await readyOnLine(stage, { ...LARGE, planIds: ['plan-story-c'] }, { caseId: other, callId: first.callId });
    const rival = await confirmHere(stage, second.drafted, first.callId);
    await agent.must('order execution', first.drafted.caseId, order);
    expect(await agent.refusal('order execution', other, rival)).toBe('tp13-open-operation');
    await agent.until(() => statusOf(agent, first.drafted) === 'in-doubt', 'in doubt');
    expect(await agent.refusal('order execution', other, rival)).toBe('tp13-open-operation');
    await running.demo!.bank.clearFaults();
    expect(await booked(stage)).toEqual([]);
  }, 60_000);

  it('[TP17] handed over by name: the old approval is void, only the same reviewer re-confirms, and the successor executes', async () => {
    stage = await setStage();
    const { agent, mentor } = stage;
    const [agent2, lead, stranger] = await Promise.all([signOn(stage, 'agent2'), signOn(stage, 'lead'), signOn(stage, 'mentor2')]);
    const drafted = await draft(stage);
    const { caseId } = drafted;
    await approve(stage, drafted, await submit(stage, drafted));
    await agent.until(() => agent.state(caseId).operations[drafted.operationId]?.approval != null, 'the approval');
    const handOverId = uuidv7();
    expect(await agent.refusal('hand over case', caseId, { handOverId, to: agent.person, note: '' })).toBe('hand-over-to-self');
    await agent.must('hand over case', caseId, { handOverId, to: agent2.person, note: '下班' });
    await agent2.until(() => agent2.liveValue('hand-overs')?.some((one) => one.handOverId === handOverId) === true, 'the offer');
    const reviewId = uuidv7();
    expect(await stranger.refusal('accept hand-over', caseId, { handOverId, nonce: uuidv7(), reviewId })).toBe('not-your-case');
    expect(await mentor.refusal('accept hand-over', caseId, { handOverId, nonce: uuidv7(), reviewId })).toBe('hand-over-not-for-you');
    const before = agent.state(caseId).operations[drafted.operationId]!.digest;
    await agent2.must('accept hand-over', caseId, { handOverId, nonce: uuidv7(), reviewId });
    await agent2.until(() => agent2.cases.get(caseId)?.operations[drafted.operationId]?.status === 'in-review', 'the re-confirmation');
    await agent.until(() => !agent.cases.has(caseId), 'the case leaves the first maker (SY6)');
    const operation = agent2.state(caseId).operations[drafted.operationId]!;
    expect(operation).toMatchObject({ maker: agent2.person, approval: null });
    expect(operation.digest).not.toBe(before);
    expect(await agent.refusal('write note', caseId, { noteId: uuidv7(), text: 'x' })).toBe('not-your-case');
    expect(await lead.refusal('take review', caseId, { reviewId })).toBe('tp17-other-reviewer');
    await mentor.must('take review', caseId, { reviewId });
    await mentor.until(() => mentor.state(caseId).operations[drafted.operationId]?.digest === operation.digest, 'the new payload');
    // The successor answers for the figures with their own signature before anybody approves them again.
    expect(await mentor.refusal('approve review', caseId, { reviewId, digest: operation.digest!, signed: mentor.signed('approval', operation.digest!) })).toBe('tp8-no-tick');
    await agent2.must('sign self-check', caseId, { operationId: drafted.operationId, digest: operation.digest!, signed: agent2.signed('tick', operation.digest!) });
    await press(drafted, reviewId, mentor);
    stage.agent = agent2;
    stage.others.push(agent);
    await agent2.ask('set agent state', { to: 'available', basedOn: agent2.liveValue('agent')!.version });
    const callId = await confirm(stage, drafted, agent2);
    await agent2.must('order execution', caseId, executionOrder(agent2, drafted, callId));
    await ended(agent2, drafted, 'done');
    expect(await booked(stage)).toEqual([...STORY_PLANS].sort());
  }, 60_000);

  it('[TP6] [TP5] passed on after a matching entry: the lead gets no figure of the first reviewer\'s', async () => {
    stage = await setStage();
    const { agent, mentor } = stage;
    const lead = await signOn(stage, 'lead');
    const drafted = await draft(stage);
    const reviewId = await submit(stage, drafted);
    await take(stage, drafted, reviewId);
    await mentor.must('store blind entry', drafted.caseId, { reviewId, entry: blindFigures(agent.state(drafted.caseId), drafted) });
    await mentor.must('pass review to lead', drafted.caseId, { reviewId });
    await lead.until(() => lead.liveValue('reviews')?.some((row) => row.reviewId === reviewId && row.forLead) === true, 'the passed review');
    await lead.must('take review', drafted.caseId, { reviewId });
    await lead.until(() => lead.cases.has(drafted.caseId), 'the case');
    expect(lead.received.join('\n')).not.toContain(String(agent.state(drafted.caseId).operations[drafted.operationId]!.payload!.totalDueFen));
  });
});
