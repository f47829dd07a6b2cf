import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORIES } from '../../../server/bank/demo/stories.ts';
import type { RawDesktop } from './raw-desktop.ts';
import { settled } from './several-nodes.ts';
import { answerCall, clearStage, goAvailable, later, setStage, signOn, type Stage } from './story.ts';

/** Loss reports, the password reset's way to the lead, and what a second person may not do on the way. */
describe('protective actions and the lead', () => {
  let stage: Stage;
  let lead: RawDesktop;
  let caseId: string;
  let callId: string;
  const { loss, reset } = STORIES;
  const order = (cardId: string, stop: 'lock' | 'loss' = 'loss') => ({
    stopId: uuidv7(), key: uuidv7(), cardId, stop, reportedAt: stage.running.centre.clock.now(), lostAt: null, callId, customerWords: '卡丢了 4000001234567899', recordingOffset: 5,
  });
  const stopOf = (desktop: RawDesktop, stopId: string) => desktop.state(caseId).stops.find((one) => one.id === stopId);
  const cardAtBank = async (cardId: string): Promise<string> => {
    const read = await stage.running.centre.bank.read({ customerId: loss.customerId });
    return read.kind === 'answer' ? read.value.cards.find((card) => card.id === cardId)!.status : read.kind;
  };

  beforeAll(async () => {
    stage = await setStage();
    lead = await signOn(stage, 'lead');
    ({ caseId, callId } = await answerCall(stage, loss.customerId, 'loss-report'));
  }, 60_000);
  afterAll(() => clearStage(stage));

  it('[FL6] a loss report from the registered phone is in force within seconds, by the bank\'s receipt, without verification and without a reviewer', async () => {
    const { agent } = stage;
    const began = performance.now();
    const body = order(loss.debitCardId);
    await agent.must('stop card', caseId, body);
    await agent.until(() => stopOf(agent, body.stopId)?.status === 'in-force', 'in force');
    expect(performance.now() - began).toBeLessThan(10_000);
    const stop = stopOf(agent, body.stopId)!;
    expect(stop.receipt).not.toBeNull();
    expect(stop.effectiveAt).not.toBeNull();
    // A debit card's telephone loss report lapses, and the bank says when.
    expect(stop.lapseAt).not.toBeNull();
    expect(await cardAtBank(loss.debitCardId)).toBe('lost');
    expect(agent.state(caseId).reviews).toEqual({});
    expect(agent.state(caseId).verification).toEqual({});
    expect(stage.mentor.liveValue('reviews')).toEqual([]);
  });

  it('[FL6] [PR3] nobody else stops a card on this case, no other card is stopped, none twice; numbers in words are masked', async () => {
    const { agent } = stage;
    expect(await lead.refusal('stop card', caseId, order(loss.creditCardId))).toBe('not-your-case');
    expect(await agent.refusal('stop card', caseId, order('card-story-settle'))).toBe('card-not-theirs');
    expect(await agent.refusal('stop card', caseId, order(loss.debitCardId))).toBe('card-already-stopped');
    expect(JSON.stringify(await stage.running.centre.log.readCase(caseId as never))).not.toContain('4000001234567899');
  });

  it('[FL6] [TP10] [SY8] a silent bank: in doubt counts as not in force, the case stays open, and the next round finds out', async () => {
    const { agent, running } = stage;
    await running.demo!.bank.fault({ kind: 'answered-but-lost', call: 'book' });
    const body = order(loss.creditCardId);
    await agent.must('stop card', caseId, body);
    await agent.until(() => stopOf(agent, body.stopId)?.status === 'in-doubt', 'in doubt');
    expect(stopOf(agent, body.stopId)).toMatchObject({ receipt: null, effectiveAt: null });
    expect(await agent.refusal('close case', caseId, { outcome: '结束' })).toBe('stop-open');
    // The next round, which a moved clock brings at once.
    await later(stage, 1);
    await agent.until(() => stopOf(agent, body.stopId)?.status === 'in-force', 'in force after the inquiry');
    expect(stopOf(agent, body.stopId)!.receipt).not.toBeNull();
    const ledger = (await running.demo!.bank.ledger(loss.customerId)).filter((entry) => entry.state === 'done');
    expect(ledger.map((entry) => entry.subject).sort()).toEqual([loss.creditCardId, loss.debitCardId].sort());
    await agent.must('close case', caseId, { outcome: '已停用' });
    await agent.ask('end call', { callId });
  }, 40_000);

  it('[PR2] verification is blind and locks after the day\'s failures, also when the guesses come at once', async () => {
    const { agent } = stage;
    const call = await answerCall(stage, STORIES.small.customerId);
    const guesses = await Promise.all(Array.from({ length: 8 }, (_one, n) => agent.tryAsk('verify', { case: call.caseId, callId: call.callId, factor: 'idLast4', answer: `000${n}` })));
    const checked = guesses.filter((guess) => guess.ok);
    expect(checked.every((guess) => guess.ok && (guess.value as { ok: boolean }).ok === false)).toBe(true);
    expect(checked.length).toBeLessThanOrEqual(3);
    expect(await agent.askRefusal('verify', { case: call.caseId, callId: call.callId, factor: 'name', answer: '赵拟丁' })).toBe('verification-locked');
    const { answers } = await stage.running.demo!.bank.answers(STORIES.small.customerId);
    const seen = agent.received.filter((text) => !text.includes('"voice"')).join('\n');
    expect(seen).not.toContain(answers.birthDate[0]!);
    // Closing the case and calling again the same day does not begin the count anew.
    await agent.ask('end call', { callId: call.callId });
    await agent.must('close case', call.caseId, { outcome: '核身未过' });
    const again = await answerCall(stage, STORIES.small.customerId);
    expect(await agent.askRefusal('verify', { case: again.caseId, callId: again.callId, factor: 'name', answer: '赵拟丁' })).toBe('verification-locked');
    await agent.ask('end call', { callId: again.callId });
  });

  it('[PW-7] the password reset goes to the lead warm: she takes it once, reads all of it, and so can never review it', async () => {
    const { agent, mentor } = stage;
    const call = await answerCall(stage, reset.customerId, 'password-reset');
    await agent.must('write note', call.caseId, { noteId: uuidv7(), text: '老人急用钱' });
    const escalationId = uuidv7();
    const body = { escalationId, kind: '密码重置', goal: '今天取现', deadline: '今天', ruleToldAt: 60, rungsUsed: ['empathy', 'rule', 'branch'], branch: '示范支行', mood: '着急', complaintWords: true };
    expect(await mentor.refusal('accept escalation', call.caseId, { escalationId })).toBe('not-your-case');
    await agent.must('escalate to lead', call.caseId, body);
    await lead.until(() => lead.liveValue('escalations')?.some((one) => one.escalationId === escalationId) === true, 'the escalation');
    expect(mentor.liveValue('escalations')).toBeUndefined();
    expect(await mentor.refusal('accept escalation', call.caseId, { escalationId })).toBe('not-your-case');
    await lead.must('accept escalation', call.caseId, { escalationId });
    await lead.until(() => lead.cases.get(call.caseId)?.notes.length === 1, 'the whole case');
    await lead.until(() => lead.liveValue('escalations')?.length === 0, 'off the tray');
    expect(await lead.refusal('accept escalation', call.caseId, { escalationId })).toBe('escalation-taken');
    expect(await agent.refusal('finish escalation', call.caseId, { escalationId, outcome: 'left', words: '' })).toBe('not-a-lead');
    await lead.must('finish escalation', call.caseId, { escalationId, outcome: 'visit-service', words: '安排上门' });
    await agent.until(() => agent.state(call.caseId).escalations[0]?.outcome === 'visit-service', 'the outcome at the agent');
    await agent.ask('end call', { callId: call.callId });
  });
});

describe('calls and states', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  afterAll(() => clearStage(stage));

  const choose = async (desk: RawDesktop, to: 'available' | 'case-work' | 'break') => {
    const state = await desk.ask('set agent state', { to, basedOn: desk.liveValue('agent')!.version });
    await desk.until(() => desk.liveValue('agent')?.version === state.version, 'the state');
    return state;
  };

  it('[CT4] a late "available" never undoes a newer break, whoever sends it', async () => {
    const { agent } = stage;
    await goAvailable(agent);
    const old = agent.liveValue('agent')!.version;
    await choose(agent, 'break');
    expect(await agent.askRefusal('set agent state', { to: 'available', basedOn: old })).toBe('agent-state-stale');
    expect(agent.liveValue('agent')!.state).toBe('break');
  });

  it('[CT5] nothing is offered in case work, nor to who is in a break; it rings once they are available', async () => {
    const { agent } = stage;
    await choose(agent, 'case-work');
    await stage.running.demo!.simulator.call({ customerId: STORIES.small.customerId, intent: 'general' });
    await agent.until(() => agent.liveValue('queue')?.waiting === 1, 'the waiting call');
    expect(agent.liveValue('offer') ?? null).toBeNull();
    await choose(agent, 'available');
    await agent.until(() => agent.liveValue('offer') != null, 'the offer');
  });

  it('[CT2] of two desktops of one person the newer is offered the call, and it alone gets it, once', async () => {
    const { agent } = stage;
    const { callId } = agent.liveValue('offer')!;
    const second = await signOn(stage, 'agent');
    const other = await signOn(stage, 'agent2');
    const answers = await Promise.all([second.tryAsk('answer call', { callId }), agent.tryAsk('answer call', { callId }), other.tryAsk('answer call', { callId })]);
    expect(answers.map((answer) => (answer.ok ? 'ok' : answer.refusal.code))).toEqual(['ok', 'call-taken', 'offer-over']);
    await agent.until(() => agent.liveValue('agent')?.state === 'on-call', 'on the call');
    expect(other.cases.size).toBe(0);
    expect(await other.askRefusal('end call', { callId })).toBe('call-not-yours');
    second.close();
    await agent.ask('end call', { callId });
    await agent.until(() => agent.liveValue('agent')?.state === 'after-call', 'the end');
  });

  it('[CT2] when the newer desktop is gone, calls are offered to the one that is left', async () => {
    const { agent } = stage;
    agent.close();
    await agent.connect();
    const newer = await signOn(stage, 'agent');
    newer.close();
    await choose(agent, 'available');
    await stage.running.demo!.simulator.call({ customerId: STORIES.small.customerId, intent: 'general' });
    await agent.until(() => agent.liveValue('offer') != null, 'the offer');
    const { callId } = agent.liveValue('offer')!;
    const { case: caseId } = await agent.ask('answer call', { callId });
    await agent.until(() => agent.cases.get(caseId)?.owner === agent.person, 'the case');
    await agent.ask('end call', { callId });
    await agent.until(() => agent.liveValue('agent')?.state === 'after-call', 'the end');
  });

  it('[CT5] within three minutes before a promised callback nothing is offered to who promised it; somebody else gets the call', async () => {
    const { agent } = stage;
    const other = stage.others.find((one) => one.person !== agent.person)!;
    const caseId = uuidv7();
    await agent.must('open case', caseId, { reason: 'by-hand', callId: null, fromCase: null, number: null });
    const now = Date.parse(stage.running.centre.clock.now());
    await agent.must('promise callback', caseId, { promiseId: uuidv7(), from: new Date(now + 2 * 60_000).toISOString(), to: new Date(now + 60 * 60_000).toISOString(), secondFrom: null, secondTo: null, note: '', operationId: null });
    await settled(stage.running);
    await choose(agent, 'available');
    await stage.running.demo!.simulator.call({ customerId: STORIES.loss.customerId, intent: 'general' });
    await agent.until(() => agent.liveValue('queue')?.waiting === 1, 'the waiting call');
    expect(agent.liveValue('offer') ?? null).toBeNull();
    await goAvailable(other);
    await other.until(() => other.liveValue('offer') != null, 'the offer to the colleague');
    expect(agent.liveValue('offer') ?? null).toBeNull();
  });
});
