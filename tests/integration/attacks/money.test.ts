import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirmationItems } from '#shared/operation/confirmation.ts';
import { STORIES } from '../../../server/bank/demo/stories.ts';
import {
  answerCall, booked, clearStage, executionOrder, LARGE, LOW_OF_LARGE, ready, selfCheck, setStage, sheet, signOn, statusOf, submission, submit, tickAll, typeProof, verifyHolder, type Drafted, type Stage,
} from '../server/story.ts';
import { Attacks } from './attack.ts';

type On = { caseId: string; callId: string };
const REFUND = { customerId: STORIES.loss.customerId, accountId: `${STORIES.loss.customerId}-credit`, cardId: STORIES.loss.creditCardId };

/** Sums under the threshold, facts that move, one plan in two cases, one order from two desktops. */
describe('money under attack, over raw sockets', () => {
  let stage: Stage;
  const attacks = new Attacks(() => stage);
  const operation = (of: Pick<Drafted, 'caseId' | 'operationId'>) => stage.agent.state(of.caseId).operations[of.operationId]!;

  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  afterAll(() => clearStage(stage));

  /** Another matter of the same call, as a case of its own. */
  const anotherCase = async (on: On): Promise<On> => {
    const caseId = uuidv7();
    await stage.agent.must('open case', caseId, { reason: 'another-matter', callId: on.callId, fromCase: on.caseId, number: null });
    await stage.agent.until(() => stage.agent.cases.get(caseId)?.facts[stage.agent.person] !== undefined, 'the call of the second matter');
    return { caseId, callId: on.callId };
  };
  const refund = async (on: On, amountFen: number): Promise<Drafted> => {
    const { agent } = stage;
    const drafted: Drafted = { ...on, operationId: uuidv7(), lineIds: [uuidv7()], matter: { customerId: REFUND.customerId, accountId: REFUND.accountId, planIds: [] } };
    await agent.must('draft operation', on.caseId, {
      operationId: drafted.operationId, kind: 'refund', lineId: drafted.lineIds[0]!, accountId: REFUND.accountId, cardId: REFUND.cardId, amountFen, reference: 'GW-1', customerWords: '就是这个数', recordingOffset: 12, continues: null,
    });
    for (const item of stage.running.centre.rules.control.kinds.refund.selfCheck) await agent.must('tick self-check', on.caseId, { operationId: drafted.operationId, item: item.id, on: true });
    await agent.until(() => operation(drafted) !== undefined && Object.keys(operation(drafted).selfCheck).length > 5, 'the self-check');
    return drafted;
  };
  const confirmPlain = async (of: Drafted): Promise<void> => {
    for (const key of confirmationItems(operation(of), stage.running.centre.rules.control.kinds.refund)) {
      const [part, ...item] = key.split(':');
      await stage.agent.must('confirm item', of.caseId, { operationId: of.operationId, part: part as 'eye', item: item.join(':'), agrees: true, callId: of.callId, customerWords: '我确认办理', recordingOffset: 60 });
    }
    await typeProof(of, of.callId, stage.agent);
    await stage.agent.until(() => operation(of).confirmation?.proofAt != null, 'the whole confirmation');
  };
  const orderOf = (of: Drafted) => executionOrder(stage.agent, of, of.callId);
  const refunds = async (): Promise<number[]> => (await stage.running.demo!.bank.ledger()).filter((entry) => entry.kind === 'refund' && entry.state === 'done').map((entry) => entry.amountFen ?? 0);

  it('[TP13] a refund cut in small ones: the day is summed over cases, whether they were submitted before or after', async () => {
    const { agent } = stage;
    const threshold = stage.running.centre.rules.control.kinds.refund.highValueFromFen;
    const part = Math.ceil(threshold * 0.6);
    const on = await answerCall(stage, REFUND.customerId);
    await verifyHolder(stage, on.caseId, on.callId, REFUND.customerId);
    const beside = await anotherCase(on);
    const first = await refund(on, part);
    await submit(stage, first, agent, 'on-line');
    // Submitted while nothing has started, so that no review is asked for, in another case of the same customer.
    const second = await refund(beside, part);
    await submit(stage, second, agent, 'on-line');
    expect(agent.state(on.caseId).reviews).toEqual({});
    expect(agent.state(beside.caseId).reviews).toEqual({});
    await verifyHolder(stage, beside.caseId, beside.callId, REFUND.customerId);
    await confirmPlain(first);
    await confirmPlain(second);
    const rival = orderOf(second);
    await agent.must('order execution', on.caseId, orderOf(first));
    await attacks.command(['tp1-no-approval', 'tp13-open-operation'], agent, 'order execution', beside.caseId, rival);
    await agent.until(() => statusOf(agent, first) === 'done', 'done');
    await attacks.command('tp1-no-approval', agent, 'order execution', beside.caseId, orderOf(second));
    // A third, submitted now, goes to a reviewer at once.
    const third = await refund(await anotherCase(on), 1);
    await agent.must('submit for review', third.caseId, submission(stage, agent, third, 'on-line'));
    await agent.until(() => operation(third).status !== 'draft' || operation(third).payload !== null, 'submitted');
    await attacks.command(['tp1-no-approval', 'confirmation-incomplete'], agent, 'order execution', third.caseId, orderOf(third));
    expect(await refunds()).toEqual([part]);
    await agent.ask('end call', { callId: on.callId });
  }, 60_000);

  it('[TP13] [TP4] one plan in two cases, both ready: it is settled once, from whichever desktop comes first', async () => {
    const { agent } = stage;
    const on = await answerCall(stage, LARGE.customerId);
    await verifyHolder(stage, on.caseId, on.callId, LARGE.customerId);
    const beside = await anotherCase(on);
    await verifyHolder(stage, beside.caseId, beside.callId, LARGE.customerId);
    const both: Drafted[] = [];
    for (const one of [on, beside]) {
      const drafted = await sheet(stage, one, LOW_OF_LARGE);
      await selfCheck(stage, drafted);
      await submit(stage, drafted, agent, 'on-line');
      await tickAll(stage, drafted, one.callId);
      await typeProof(drafted, one.callId, agent);
      await agent.until(() => operation(drafted).confirmation?.proofAt != null, 'the whole confirmation');
      both.push(drafted);
    }
    const second = await signOn(stage, 'agent');
    await second.until(() => both.every((one) => second.cases.get(one.caseId)?.operations[one.operationId]?.confirmation?.proofAt != null), 'both cases on the second desktop');
    const orders = both.flatMap((one) => [agent, second].map((desktop) => ({ desktop, one, order: executionOrder(desktop, one, one.callId) })));
    const results = await Promise.all(orders.map(({ desktop, one, order }) => desktop.command('order execution', one.caseId, order)));
    const refused = results.flatMap((result) => (result.status === 'refused' ? [result.refusal.code] : []));
    for (const code of refused) {
      expect(['tp4-already-started', 'tp13-open-operation', 'tp1-no-approval']).toContain(code);
      attacks.note(agent.person, code, 'order execution');
    }
    expect(refused.length).toBeGreaterThanOrEqual(2);
    await agent.until(() => both.some((one) => statusOf(agent, one) === 'done'), 'one of them done');
    expect(await booked(stage)).toEqual([...LOW_OF_LARGE.planIds]);
    second.close();
    stage.agent.close();
    await stage.agent.connect();
    await stage.agent.ask('end call', { callId: on.callId });
  }, 60_000);

  it('[TP3] facts that move between approval and execution void it, named old and new; nothing is booked, and the approval is gone', async () => {
    const { agent, running } = stage;
    await running.demo!.bank.touch({ what: 'account', accountId: LARGE.accountId, hold: 'none' });
    const { drafted, order } = await ready(stage, { ...LARGE, planIds: LARGE.planIds.filter((id) => !LOW_OF_LARGE.planIds.includes(id)) });
    const before = await booked(stage);
    await running.demo!.bank.touch({ what: 'account', accountId: LARGE.accountId, hold: 'risk' });
    await agent.must('order execution', drafted.caseId, order);
    await agent.until(() => statusOf(agent, drafted) === 'void', 'void');
    expect(operation(drafted)).toMatchObject({ approval: null, execution: null, voided: { reason: 'facts-changed', changed: [{ fact: `account.${LARGE.accountId}.hold`, old: 'none', now: 'risk' }] } });
    await running.demo!.bank.touch({ what: 'account', accountId: LARGE.accountId, hold: 'none' });
    // Back as they were: the approval that was consumed does not come back with them.
    await attacks.command('tp1-no-approval', agent, 'order execution', drafted.caseId, { ...order, executionId: uuidv7() });
    expect(await booked(stage)).toEqual(before);
  }, 60_000);

  it('[TP7] each of these attempts is in the audit log, under the person who made it', () => attacks.areInTheAuditLog());
});
