import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirmationItems } from '#shared/operation/confirmation.ts';
import type { PlainKind } from '#shared/operation/payload.ts';
import { STORIES } from '../../../server/bank/demo/stories.ts';
import { answerCall, clearStage, executionOrder, press, setStage, submit, take, typeProof, verifyHolder, type Drafted, type Stage } from '../server/story.ts';

/** Each kind through the real centre and the real bank: two desktops, signatures, the log and the ledger. */
type Wish = { customerId: string; accountId: string; cardId: string; amountFen: number; reference: string };
const wishes: Record<PlainKind, Wish> = {
  'limit-change': { customerId: STORIES.settle.customerId, accountId: STORIES.settle.accountId, cardId: STORIES.settle.cardId, amountFen: 8_000_000, reference: '' },
  'card-cancellation': { customerId: STORIES.cancel.customerId, accountId: STORIES.cancel.accountId, cardId: STORIES.cancel.cardId, amountFen: STORIES.cancel.creditBalanceFen, reference: '8864' },
  refund: { customerId: STORIES.loss.customerId, accountId: `${STORIES.loss.customerId}-credit`, cardId: STORIES.loss.creditCardId, amountFen: 500_000, reference: 'GW-2026-0042' },
  'emergency-payment': { customerId: STORIES.reset.customerId, accountId: `${STORIES.reset.customerId}-credit`, cardId: 'card-story-reset-credit', amountFen: 10_000_000, reference: '4321' },
  'loss-reissue-abroad': { customerId: STORIES.small.customerId, accountId: `${STORIES.small.customerId}-credit`, cardId: 'card-story-small', amountFen: 30_000, reference: '日本东京' },
};
const kinds = Object.keys(wishes) as PlainKind[];

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
}, 60_000);
afterAll(() => clearStage(stage));

const ledger = async (kind: PlainKind) => (await stage.running.demo!.bank.ledger()).filter((entry) => entry.kind === kind);
const status = (of: Drafted): string | undefined => stage.agent.state(of.caseId).operations[of.operationId]?.status;

/** As far as everything that the order needs, the customer on the line. */
async function ready(kind: PlainKind, wish: Wish = wishes[kind]): Promise<{ drafted: Drafted; order: ReturnType<typeof executionOrder>; callId: string }> {
  const { agent, mentor, running } = stage;
  const { customerId, ...asked } = wish;
  const policy = running.centre.rules.control.kinds[kind];
  const call = await answerCall(stage, customerId);
  await verifyHolder(stage, call.caseId, call.callId, customerId);
  const drafted: Drafted = { ...call, operationId: uuidv7(), lineIds: [uuidv7()], matter: { customerId, accountId: asked.accountId, planIds: [] } };
  await agent.must('draft operation', call.caseId, { operationId: drafted.operationId, kind, lineId: drafted.lineIds[0]!, ...asked, customerWords: '就是这个数', recordingOffset: 12, continues: null });
  for (const item of policy.selfCheck) await agent.must('tick self-check', call.caseId, { operationId: drafted.operationId, item: item.id, on: true });
  const reviewId = await submit(stage, drafted, agent, 'on-line');
  await take(stage, drafted, reviewId);
  // The body of the draft is with nobody but its maker until the entry is stored (TP6).
  expect(JSON.stringify(mentor.cases.get(call.caseId)?.operations ?? {})).not.toContain(String(asked.amountFen));
  const { payload } = agent.state(call.caseId).operations[drafted.operationId]!;
  await mentor.must('store blind entry', call.caseId, {
    reviewId, entry: { totalDueFen: asked.amountFen, lines: 1, dueDate: payload!.dueDate, principals: {}, lastFour: payload!.cardLastFour, reference: asked.reference },
  });
  const { digest } = agent.state(call.caseId).operations[drafted.operationId]!;
  await mentor.until(() => mentor.cases.get(call.caseId)?.operations[drafted.operationId]?.digest === digest, 'the released bodies');
  await press(drafted, reviewId, mentor);
  await agent.until(() => agent.state(call.caseId).operations[drafted.operationId]?.approval != null, 'the approval');
  for (const key of confirmationItems(agent.state(call.caseId).operations[drafted.operationId]!, policy)) {
    const [part, ...item] = key.split(':');
    await agent.must('confirm item', call.caseId, { operationId: drafted.operationId, part: part as 'eye', item: item.join(':'), agrees: true, callId: call.callId, customerWords: '我确认办理', recordingOffset: 60 });
  }
  await typeProof(drafted, call.callId, agent);
  await agent.until(() => agent.state(call.caseId).operations[drafted.operationId]?.confirmation?.proofAt != null, 'the whole confirmation');
  return { drafted, order: executionOrder(agent, drafted, call.callId), callId: call.callId };
}

describe.each(kinds)('%s at the centre', (kind) => {
  it('[TP3] a pinned value that changed in between voids it at the gate and nothing is booked; made anew it is booked once [TP4]', async () => {
    const { agent, running } = stage;
    const wish = wishes[kind];
    const first = await ready(kind);
    await running.demo!.bank.touch({ what: 'account', accountId: wish.accountId, hold: 'risk' });
    await agent.must('order execution', first.drafted.caseId, first.order);
    await agent.until(() => status(first.drafted) === 'void', 'void');
    expect(agent.state(first.drafted.caseId).operations[first.drafted.operationId]!.voided).toMatchObject({ changed: [{ fact: `account.${wish.accountId}.hold`, old: 'none', now: 'risk' }] });
    expect(await ledger(kind)).toEqual([]);
    await running.demo!.bank.touch({ what: 'account', accountId: wish.accountId, hold: 'none' });
    await agent.ask('end call', { callId: first.callId });

    const { drafted, order, callId } = await ready(kind);
    await agent.must('order execution', drafted.caseId, order);
    await agent.until(() => status(drafted) === 'done', 'done');
    // The same order again, and another one for the same digest: never a second booking.
    for (const again of [order, executionOrder(agent, drafted, callId)]) expect(await agent.refusal('order execution', drafted.caseId, again)).toBe('tp4-already-started');
    expect(await ledger(kind)).toEqual([expect.objectContaining({ state: 'done', customerId: wish.customerId, subject: wish.cardId, amountFen: wish.amountFen })]);
    const { execution } = agent.state(drafted.caseId).operations[drafted.operationId]!;
    expect(execution).toMatchObject({ highValue: true, lines: [{ status: 'booked', receipt: expect.stringMatching(/^R\d+$/) }] });
    await agent.ask('end call', { callId });
  }, 60_000);
});

it('[TP13] what the bank refuses by its own books is told with its reason, and does not count in the sum of the day', async () => {
  const { agent } = stage;
  const small = { ...wishes['loss-reissue-abroad'], customerId: 'cust-story-namesake-1', accountId: 'cust-story-namesake-1-credit', cardId: 'cust-story-namesake-1-card', reference: '' };
  // Above the highest limit of a classic card: the centre does not know it, the bank does.
  const { drafted, order, callId } = await ready('limit-change', { ...small, amountFen: 15_010_000 });
  await agent.must('order execution', drafted.caseId, order);
  await agent.until(() => status(drafted) === 'refused', 'refused');
  expect(agent.state(drafted.caseId).operations[drafted.operationId]!.execution!.lines).toEqual([expect.objectContaining({ status: 'refused', code: 'not-allowed', reason: { zh: expect.stringContaining('最高额度'), en: expect.stringContaining('highest limit') } })]);
  await agent.ask('end call', { callId });
  // Nothing of it stands in the way: a smaller one of the same account and day is booked.
  const second = await ready('limit-change', { ...small, amountFen: 15_000_000 });
  await agent.must('order execution', second.drafted.caseId, second.order);
  await agent.until(() => status(second.drafted) === 'done', 'done');
  expect((await ledger('limit-change')).filter((entry) => entry.subject === small.cardId).map((entry) => entry.state)).toEqual(['refused', 'done']);
}, 60_000);
