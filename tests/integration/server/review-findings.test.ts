import { v7 as uuidv7 } from 'uuid';
import { afterEach, describe, expect, it } from 'vitest';
import { hasSeenFigures } from '#shared/review/withholding.ts';
import type { RawDesktop } from './raw-desktop.ts';
import {
  answerCall, approve, blindFigures, booked, callBack, changePerson, clearStage, draft, LARGE, later, LOW_OF_LARGE, ready, setStage, signOn, SMALL, startDemoCentre, statusOf, submission, submit, take, verifyHolder, type Stage,
} from './story.ts';

/** What a sceptical reader of the server found, each by what a modified desktop or bad luck could have done with it. */
describe('findings of a review', () => {
  let stage: Stage;
  afterEach(() => clearStage(stage));
  const escalation = (goal = '今天要办好') => ({ escalationId: uuidv7(), kind: '转班长', goal, deadline: '今天', ruleToldAt: null, rungsUsed: [], branch: '', mood: '平静', complaintWords: false });
  const agentState = (desktop: RawDesktop) => desktop.liveValue('agent')?.state;

  it('[RB1] a call whose name every object has is no call: the case stays readable, and a server starts on its log', async () => {
    stage = await setStage();
    const { agent, running } = stage;
    const { caseId } = await answerCall(stage, LARGE.customerId);
    for (const callId of ['__proto__', 'constructor', 'toString', 'a call of somebody else']) {
      expect(['ask-malformed', 'call-unknown']).toContain(await agent.askRefusal('verify', { case: caseId, callId, factor: 'name', answer: '王' }));
      const order = { stopId: uuidv7(), key: uuidv7(), cardId: 'x', stop: 'lock' as const, reportedAt: running.centre.clock.now(), lostAt: null, callId, customerWords: 'x', recordingOffset: null };
      expect((await agent.command('stop card', caseId, order)).status).toBe('refused');
      const opened = await agent.command('open case', uuidv7(), { reason: 'another-matter', callId, fromCase: caseId, number: null });
      expect(['accepted', 'refused']).toContain(opened.status);
    }
    await agent.must('write note', caseId, { noteId: uuidv7(), text: '案子还读得到' });
    await running.stop();
    stage.running = (await startDemoCentre(stage.data)).running;
    expect(stage.running.centre.open.get(caseId)?.notes).toHaveLength(1);
  }, 60_000);

  it('[TP6] a lead who takes a review and then the escalation of the same case has the maker\'s figures, and her entry is refused', async () => {
    stage = await setStage();
    const lead = await signOn(stage, 'lead');
    const drafted = await draft(stage);
    const reviewId = await submit(stage, drafted);
    await take(stage, drafted, reviewId, lead);
    const card = escalation();
    await stage.agent.must('escalate to lead', drafted.caseId, card);
    await lead.must('accept escalation', drafted.caseId, { escalationId: card.escalationId });
    await lead.until(() => lead.state(drafted.caseId).operations[drafted.operationId]?.payload != null, 'the whole case');
    expect(await lead.refusal('store blind entry', drafted.caseId, { reviewId, entry: blindFigures(lead.state(drafted.caseId), drafted) })).toBe('tp6-has-seen');
    await lead.must('release review', drafted.caseId, { reviewId });
    await stage.mentor.until(() => stage.mentor.liveValue('reviews')?.length === 1, 'the review in the pool again');
    await approve(stage, drafted, reviewId);
  }, 60_000);

  it('[TP6] the trays of an escalation and of a hand-over tell nobody who may still review what the maker wrote', async () => {
    stage = await setStage();
    const { agent, mentor } = stage;
    const lead = await signOn(stage, 'lead');
    const drafted = await draft(stage);
    await submit(stage, drafted);
    const secret = '合计八十一万二千';
    await agent.must('escalate to lead', drafted.caseId, { ...escalation(secret), mood: secret });
    await agent.must('hand over case', drafted.caseId, { handOverId: uuidv7(), to: mentor.person, note: secret });
    await lead.until(() => lead.liveValue('escalations')?.length === 1, 'the escalation');
    await mentor.until(() => mentor.liveValue('hand-overs')?.length === 1, 'the offer');
    for (const desktop of [lead, mentor]) expect(desktop.received.join('\n')).not.toContain(secret);
  }, 60_000);

  it('[TP1] [PR2] whoever the case is tied to next was not verified, and has none of the first customer\'s facts', async () => {
    stage = await setStage();
    const { agent } = stage;
    const { caseId, callId } = await answerCall(stage, LARGE.customerId);
    await verifyHolder(stage, caseId, callId, LARGE.customerId);
    expect(agent.state(caseId).verification[callId]?.level).toBe(3);
    await agent.ask('identify customer', { case: caseId, customerId: SMALL.customerId });
    await agent.until(() => agent.state(caseId).customerId === SMALL.customerId, 'the other customer');
    expect(agent.state(caseId).verification[callId]?.level ?? 0).toBe(0);
    expect(Object.values(agent.state(caseId).facts).map((reading) => reading.facts.customer.id)).toEqual([SMALL.customerId]);
  }, 60_000);

  it('[CT4] [CT5] a reviewer whose time ran out and whose review somebody else took is not 复核中 for ever', async () => {
    stage = await setStage();
    const { mentor } = stage;
    const lead = await signOn(stage, 'lead');
    const drafted = await draft(stage);
    const reviewId = await submit(stage, drafted);
    await take(stage, drafted, reviewId);
    await mentor.until(() => agentState(mentor) === 'in-review', 'in review');
    await later(stage, stage.running.centre.rules.control.reviewTakenMinutes + 1);
    await take(stage, drafted, reviewId, lead);
    await mentor.until(() => agentState(mentor) !== 'in-review', 'out of the review');
    await lead.until(() => agentState(lead) === 'in-review', 'in the review that she took');
  }, 60_000);

  it('[CT4] who is left 复核中 by a server that died at the wrong moment is let go on its next round', async () => {
    stage = await setStage();
    const { mentor, running } = stage;
    const drafted = await draft(stage);
    const reviewId = await submit(stage, drafted);
    await approve(stage, drafted, reviewId);
    await mentor.until(() => agentState(mentor) !== 'in-review', 'out of the review');
    // As the log stands when the approval was stored and the change of state was not.
    await running.centre.agents.request(mentor.person, { kind: 'review-taken', reviewId });
    await mentor.until(() => agentState(mentor) === 'in-review', 'left behind');
    await later(stage, 1);
    await mentor.until(() => agentState(mentor) !== 'in-review', 'let go');
  }, 60_000);

  it('[TP4] [SY8] a key belongs to one order for ever: a settlement never gets the outcome of a stopped card, nor one card that of another', async () => {
    stage = await setStage();
    const { agent, running } = stage;
    const { drafted, order, callId } = await ready(stage);
    const { caseId } = drafted;
    const cards = agent.state(caseId).facts[agent.person]!.facts.cards;
    const key = uuidv7();
    const stop = (cardId: string, more: object = {}) => ({
      stopId: uuidv7(), key: uuidv7(), cardId, stop: 'lock' as const, reportedAt: running.centre.clock.now(), lostAt: null, callId, customerWords: '先锁卡', recordingOffset: 5, ...more,
    });
    const first = stop(cards[0]!.id, { key });
    await agent.must('stop card', caseId, first);
    await agent.until(() => agent.state(caseId).stops[0]?.status === 'in-force', 'the stopped card');
    const reused = order.keys.map((one, index) => (index === 0 ? { ...one, key } : one));
    expect(await agent.refusal('order execution', caseId, { ...order, keys: reused })).toBe('tp4-key-used');
    expect(await agent.refusal('stop card', caseId, stop(cards[0]!.id, { key, stop: 'loss' }))).toBe('tp4-key-used');
    expect(await agent.refusal('stop card', caseId, stop(cards[0]!.id, { stopId: first.stopId, stop: 'loss' }))).toBe('tp4-key-used');
    expect(await agent.refusal('record manual stop', caseId, { stopId: first.stopId, cardId: null, channel: 'duty-phone', receipt: '', person: '', inForceAt: null, reportedAt: first.reportedAt, toldNotInForce: true })).toBe('tp4-key-used');
    expect(agent.state(caseId).stops).toHaveLength(1);
    expect(await booked(stage)).toEqual([]);
  }, 60_000);

  it('[TP4] the name of a review is used once: a second request never takes the place of the first, nor an old one the approval of a new', async () => {
    stage = await setStage();
    const { agent, mentor } = stage;
    const drafted = await draft(stage);
    const first = await submit(stage, drafted);
    await take(stage, drafted, first);
    await mentor.must('return review', drafted.caseId, { reviewId: first, reason: 'other', whatToDo: '再核一遍' });
    expect(await agent.refusal('submit for review', drafted.caseId, submission(stage, agent, drafted, 'callback', first))).toBe('review-not-open');
    const second = await submit(stage, drafted);
    await approve(stage, drafted, second);
    expect(await agent.refusal('withdraw review', drafted.caseId, { reviewId: first })).toBe('review-not-open');
    // The approval of the second falls; the request of a third is not touched by withdrawing the second.
    await agent.must('withdraw review', drafted.caseId, { reviewId: second });
    const third = await submit(stage, drafted);
    expect(await agent.refusal('withdraw review', drafted.caseId, { reviewId: second })).toBe('review-not-open');
    expect(statusOf(agent, drafted)).toBe('in-review');
    await approve(stage, drafted, third);
    const { digest } = agent.state(drafted.caseId).operations[drafted.operationId]!;
    expect(await mentor.refusal('approve review', drafted.caseId, { reviewId: third, digest: digest!, signed: mentor.signed('approval', digest!) })).toBe('review-not-open');
  }, 60_000);

  it('[RB1] [TP9] a second window of a callback is as sound as the first: no year without a name makes figures valid for ever or the case unreadable', async () => {
    stage = await setStage();
    const { agent, running } = stage;
    const drafted = await draft(stage);
    const now = Date.parse(running.centre.clock.now());
    const at = (minutes: number): string => new Date(now + minutes * 60_000).toISOString();
    const promise = (secondFrom: string | null, secondTo: string | null) => ({ promiseId: uuidv7(), from: at(30), to: at(60), secondFrom, secondTo, note: '', operationId: null });
    expect(await agent.refusal('promise callback', drafted.caseId, promise('9999-12-31T02:00:00.000Z', '9999-12-31T23:59:59.999Z'))).toBe('promise-hours');
    expect(await agent.refusal('promise callback', drafted.caseId, promise(null, '9999-12-31T23:59:59.999Z'))).toBe('promise-window');
    expect(await agent.refusal('promise callback', drafted.caseId, promise(at(120), at(90)))).toBe('promise-window');
    await agent.must('promise callback', drafted.caseId, promise(at(90), at(120)));
    await submit(stage, drafted);
    expect(statusOf(agent, drafted)).toBe('in-review');
  }, 60_000);

  it('[TP17] who takes a case over after the execution tells the customer the outcome', async () => {
    stage = await setStage();
    const { agent } = stage;
    const successor = await signOn(stage, 'agent2');
    const { drafted, order } = await ready(stage, LOW_OF_LARGE);
    await agent.must('order execution', drafted.caseId, order);
    await agent.until(() => statusOf(agent, drafted) === 'done', 'done');
    const handOverId = uuidv7();
    await agent.must('hand over case', drafted.caseId, { handOverId, to: successor.person, note: '' });
    await successor.must('accept hand-over', drafted.caseId, { handOverId, nonce: uuidv7(), reviewId: uuidv7() });
    await successor.must('acknowledge outcome', drafted.caseId, { operationId: drafted.operationId, lineId: drafted.lineIds[0]! });
    expect(await agent.refusal('acknowledge outcome', drafted.caseId, { operationId: drafted.operationId, lineId: drafted.lineIds[0]! })).toBe('not-your-case');
  }, 60_000);

  it('[PR2] the number that is dialled for a callback stays in the centre', async () => {
    stage = await setStage();
    const { agent, running } = stage;
    const phone = await running.centre.bank.reservedPhone(LARGE.customerId);
    if (phone.kind !== 'answer') throw new Error('the bank gave no phone');
    const drafted = await draft(stage);
    const from = agent.received.length;
    const callId = await callBack(stage, drafted);
    expect(agent.state(drafted.caseId).calls[callId]!.length).toBeGreaterThan(1);
    expect(agent.received.slice(from).join('\n')).not.toContain(phone.value.phone);
  }, 60_000);

  it('[FL6] a case whose card was stopped stays with the card\'s customer', async () => {
    stage = await setStage();
    const { agent, running } = stage;
    const { caseId, callId } = await answerCall(stage, LARGE.customerId);
    const cardId = agent.state(caseId).facts[agent.person]!.facts.cards[0]!.id;
    await agent.must('stop card', caseId, { stopId: uuidv7(), key: uuidv7(), cardId, stop: 'lock', reportedAt: running.centre.clock.now(), lostAt: null, callId, customerWords: '锁卡', recordingOffset: 5 });
    expect(await agent.askRefusal('identify customer', { case: caseId, customerId: SMALL.customerId })).toBe('customer-fixed');
  }, 60_000);

  it('[PR3] [OF3] a person disabled meanwhile gets no more of the feed, also when their desktop says nothing', async () => {
    stage = await setStage();
    const { agent, mentor, running } = stage;
    const drafted = await draft(stage);
    const reviewId = await submit(stage, drafted);
    await take(stage, drafted, reviewId);
    await changePerson(stage, { ...running.centre.people.byId(mentor.person)!, active: false });
    await agent.must('raise risk', drafted.caseId, { riskId: uuidv7(), what: 'other', text: '' });
    expect(await mentor.dismissed()).toBe('person-disabled');
  }, 60_000);

  it('[CT5] a review taken during a call is kept: after the call its reviewer is 复核中, and nothing is offered', async () => {
    stage = await setStage();
    const { mentor } = stage;
    const drafted = await draft(stage);
    const reviewId = await submit(stage, drafted);
    const { callId } = await answerCall(stage, SMALL.customerId, 'early-settlement', mentor);
    await take(stage, drafted, reviewId);
    await mentor.ask('end call', { callId });
    await mentor.until(() => agentState(mentor) === 'in-review', 'in review after the call');
    await mentor.must('release review', drafted.caseId, { reviewId });
    await mentor.until(() => agentState(mentor) === 'after-call', 'the wrap-up');
  }, 60_000);

  it('[PR2] words of a run are masked by the server too, whatever the desktop sent', async () => {
    stage = await setStage();
    const { agent, running } = stage;
    const { caseId, callId } = await answerCall(stage, LARGE.customerId);
    const { id: flowId, version: flowVersion } = running.centre.rules.flows.find((one) => one.publication === 'inForce')!.definition;
    const runId = uuidv7();
    await agent.must('start run', caseId, { runId, flowId, flowVersion });
    await agent.must('park run', caseId, { runId, reason: 'anotherMatter', note: `卡号 ${'4000001234567899'}` });
    await agent.ask('end call', { callId });
    expect(JSON.stringify(await running.centre.log.readCase(caseId as never))).not.toContain('4000001234567899');
  }, 60_000);

  it('[TP6] [TP17] a lead who re-confirms after having had the whole case reviews nothing new in it', async () => {
    stage = await setStage();
    const { agent } = stage;
    const lead = await signOn(stage, 'lead');
    const successor = await signOn(stage, 'agent2');
    const drafted = await draft(stage);
    const reviewId = await submit(stage, drafted);
    await approve(stage, drafted, reviewId, lead);
    const card = escalation();
    await agent.must('escalate to lead', drafted.caseId, card);
    await lead.must('accept escalation', drafted.caseId, { escalationId: card.escalationId });
    const [handOverId, again] = [uuidv7(), uuidv7()];
    await agent.must('hand over case', drafted.caseId, { handOverId, to: successor.person, note: '' });
    await successor.must('accept hand-over', drafted.caseId, { handOverId, nonce: uuidv7(), reviewId: again });
    await lead.must('take review', drafted.caseId, { reviewId: again });
    await successor.until(() => successor.cases.get(drafted.caseId)?.access[lead.person] === 'reviewer', 'a reviewer once more');
    expect(hasSeenFigures(successor.state(drafted.caseId), lead.person)).toBe(true);
    // The same press is still theirs (TP17).
    const digest = successor.state(drafted.caseId).operations[drafted.operationId]!.digest!;
    await successor.must('sign self-check', drafted.caseId, { operationId: drafted.operationId, digest, signed: successor.signed('tick', digest) });
    await lead.must('approve review', drafted.caseId, { reviewId: again, digest, signed: lead.signed('approval', digest) });
  }, 60_000);
});
