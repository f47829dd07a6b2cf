import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, describe, expect, it } from 'vitest';
import { foldLedger } from '#shared/operation/ledger.ts';
import { customerStream } from '#shared/protocol/ids.ts';
import {
  answerCall, booked, clearStage, executionOrder, LARGE, later, LOW_OF_LARGE, ready, selfCheck, setStage, sheet, signOn, SMALL, startDemoCentre, statusOf, submit, tickAll, typeProof, verifyHolder, type Stage,
} from '../server/story.ts';
import { backUp, comeBack, renumbered, restore } from './restored.ts';

const TWIN = { ...LARGE, planIds: ['plan-story-twin'] };

async function ledger(stage: Stage, customer: string) {
  const events = await stage.running.centre.log.readStream(customerStream(customer), 1);
  return foldLedger(events.map(({ envelope, body }) => ({ kind: envelope.kind, body })));
}

/** As far as the order, of a sum that needs no second person. */
async function readySmall(stage: Stage, matter = SMALL) {
  const { agent } = stage;
  const call = await answerCall(stage, matter.customerId);
  await verifyHolder(stage, call.caseId, call.callId, matter.customerId);
  const drafted = await sheet(stage, call, matter);
  await selfCheck(stage, drafted);
  await submit(stage, drafted, agent, 'on-line');
  await tickAll(stage, drafted, call.callId);
  await typeProof(drafted, call.callId, agent);
  return { drafted, callId: call.callId, order: executionOrder(agent, drafted, call.callId) };
}
const closedGate = (stage: Stage) => stage.running.centre.recovering?.() ?? false;
async function opened(stage: Stage): Promise<void> {
  const until = Date.now() + 40_000;
  while (closedGate(stage)) {
    if (Date.now() > until) throw new Error('the gate stayed shut');
    await new Promise(setImmediate);
  }
}

describe('a log that was restored, and a bank that was not', () => {
  let stage: Stage;
  afterEach(() => clearStage(stage));

  it('[SY9] [TP4] what the bank booked in the lost time is with its operation again, by inquiry, before anybody executes', async () => {
    stage = await setStage();
    const { agent } = stage;
    const { drafted, order } = await ready(stage, LARGE);
    const copy = await backUp(stage);
    await agent.must('order execution', drafted.caseId, order);
    await agent.until(() => statusOf(agent, drafted) === 'done', 'the booking');
    const before = await booked(stage);
    expect(before).toHaveLength(LARGE.planIds.length);

    await restore(stage, copy);
    await opened(stage);
    stage.agent = await comeBack(stage, agent, 'agent');
    await stage.agent.until(() => statusOf(stage.agent, drafted) === 'done', 'the outcome, fetched by key');
    const { execution, approval } = stage.agent.state(drafted.caseId).operations[drafted.operationId]!;
    expect(new Set(execution!.lines.map((line) => line.key))).toEqual(new Set(order.keys.map(({ key }) => key)));
    expect(execution!.lines.every((line) => line.status === 'booked' && line.receipt !== null)).toBe(true);
    expect(approval).toBeNull();
    expect((await ledger(stage, LARGE.customerId)).filter((entry) => entry.open)).toEqual([]);
    // Ordered again, under whatever keys: it has been.
    expect(await stage.agent.refusal('order execution', drafted.caseId, executionOrder(stage.agent, drafted, order.callId))).toBe('tp4-already-started');
    expect(await booked(stage)).toEqual(before);
  }, 90_000);

  it('[SY9] [TP4] the lost order sent again gets the outcome of its key, and never a second booking', async () => {
    stage = await setStage();
    const { agent } = stage;
    const call = await answerCall(stage, SMALL.customerId);
    await verifyHolder(stage, call.caseId, call.callId, SMALL.customerId);
    const drafted = await sheet(stage, call, SMALL);
    await agent.until(() => agent.state(call.caseId).operations[drafted.operationId] !== undefined, 'the worksheet');
    const copy = await backUp(stage);
    await selfCheck(stage, drafted);
    await submit(stage, drafted, agent, 'on-line');
    await tickAll(stage, drafted, call.callId);
    await typeProof(drafted, call.callId, agent);
    const made = agent.make('order execution', call.caseId, executionOrder(agent, drafted, call.callId));
    // As a desk gives it: good for a minute.
    const inner = JSON.stringify({ ...JSON.parse(made.inner) as object, notAfter: new Date(Date.parse(stage.running.centre.clock.now()) + 60_000).toISOString() });
    const lost = { ...made, inner, hash: createHash('sha256').update(inner).digest('hex') };
    expect(await agent.send(lost)).toMatchObject({ status: 'accepted' });
    await agent.until(() => statusOf(agent, drafted) === 'done', 'the booking');
    const before = await booked(stage);

    await restore(stage, copy);
    await opened(stage);
    await later(stage, 180);
    stage.agent = await comeBack(stage, agent, 'agent');
    expect(statusOf(stage.agent, drafted)).toBe('draft');
    expect((await ledger(stage, SMALL.customerId)).filter((entry) => entry.open)).toHaveLength(1);
    const [again] = renumbered([lost]);
    // Hours later it orders nothing any more; it tells whose the booking is.
    expect(await stage.agent.send(again!)).toMatchObject({ status: 'accepted' });
    await stage.agent.until(() => statusOf(stage.agent, drafted) === 'done', 'the outcome, fetched by key');
    expect((await ledger(stage, SMALL.customerId)).filter((entry) => entry.open)).toEqual([]);
    expect(await booked(stage)).toEqual(before);
  }, 90_000);

  it('[SY9] [TP13] a booking whose case is lost holds the account and kind until a lead has answered for it', async () => {
    stage = await setStage();
    const { agent } = stage;
    const copy = await backUp(stage);
    const first = await readySmall(stage, LOW_OF_LARGE);
    await agent.must('order execution', first.drafted.caseId, first.order);
    await agent.until(() => statusOf(agent, first.drafted) === 'done', 'the booking');

    await restore(stage, copy);
    await opened(stage);
    stage.agent = await comeBack(stage, agent, 'agent');
    expect(stage.agent.cases.has(first.drafted.caseId)).toBe(false);
    const lead = await signOn(stage, 'lead');
    const [lost, ...more] = await lead.ask('lost bookings', {});
    expect(more).toEqual([]);
    expect(lost).toMatchObject({ caseId: first.drafted.caseId, customerId: LARGE.customerId, accountId: LARGE.accountId, kind: 'early-settlement' });

    // Other figures, other keys, another case, the same account and kind.
    const call = await answerCall(stage, LARGE.customerId);
    await verifyHolder(stage, call.caseId, call.callId, LARGE.customerId);
    const drafted = await sheet(stage, call, TWIN);
    await selfCheck(stage, drafted);
    await submit(stage, drafted, stage.agent, 'on-line');
    const order = (): ReturnType<typeof executionOrder> => executionOrder(stage.agent, drafted, call.callId);
    expect(await stage.agent.refusal('order execution', call.caseId, order())).toBe('sy9-held');
    // Nobody's guess at a key frees it.
    expect(await lead.askRefusal('settle lost booking', { key: `${uuidv7()}.${uuidv7()}`, note: '猜的' })).toBe('sy9-not-held');
    expect(await stage.agent.askRefusal('settle lost booking', { key: lost!.key, note: '自己放行' })).toBe('role-may-not');
    await lead.ask('settle lost booking', { key: lost!.key, note: '已在核心系统核对回单' });
    expect(await lead.ask('lost bookings', {})).toEqual([]);
    // Held no longer, and counted still: the day's sum asks for a second person now (TP13).
    expect(await stage.agent.refusal('order execution', call.caseId, order())).not.toBe('sy9-held');
    expect(await booked(stage)).toEqual(['plan-story-b']);
  }, 90_000);

  it('[SY9] [FL6] until the bank has told, nobody executes, also after one more restart; a card is stopped all the same', async () => {
    stage = await setStage();
    const { agent } = stage;
    const first = await readySmall(stage);
    const copy = await backUp(stage);
    await stage.running.demo!.bank.fault({ kind: 'no-answer', call: 'keys', count: 2 });
    await restore(stage, copy);
    expect(closedGate(stage)).toBe(true);
    await stage.running.stop();
    // Started once more, on no copy: what was not finished is not forgotten.
    stage.running = (await startDemoCentre(stage.data)).running;
    expect(closedGate(stage)).toBe(true);
    stage.agent = await comeBack(stage, agent, 'agent');
    const { drafted } = first;
    expect(await stage.agent.refusal('order execution', drafted.caseId, first.order)).toBe('sy9-recovering');
    const card = stage.agent.state(drafted.caseId).facts[stage.agent.person]!.facts.cards[0]!;
    const stopId = uuidv7();
    await stage.agent.must('stop card', drafted.caseId, {
      stopId, key: uuidv7(), cardId: card.id, stop: 'lock', reportedAt: stage.running.centre.clock.now(), lostAt: null, callId: null, customerWords: '先锁', recordingOffset: null,
    });
    await stage.agent.until(() => stage.agent.state(drafted.caseId).stops.some((stop) => stop.id === stopId && stop.status === 'in-force'), 'the card locked');
    expect(closedGate(stage)).toBe(true);
    // The bank is asked every quarter of a minute.
    await opened(stage);
    expect(await booked(stage)).toEqual([]);
    const audit = await stage.running.centre.log.auditAfter(0, 10_000);
    expect(audit.filter((entry) => entry.kind === 'recovery begun')).toHaveLength(1);
  }, 120_000);

  it('[SY9] a log that was never restored asks nothing, at the first start and at the next', async () => {
    stage = await setStage();
    expect(closedGate(stage)).toBe(false);
    await stage.running.stop();
    stage.running = (await startDemoCentre(stage.data)).running;
    expect(closedGate(stage)).toBe(false);
  }, 60_000);
});
