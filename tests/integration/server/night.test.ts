import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CommandBody } from '#shared/case/commands.ts';
import { standingOf } from '#shared/case/stop-verify.ts';
import { callIdsOf, callOf } from '#shared/operation/call-of.ts';
import { STORIES } from '../../../server/bank/demo/stories.ts';
import { signBody } from '../../../server/telephony/webhook-signature.ts';
import { RawDesktop } from './raw-desktop.ts';
import { clearStage, later, MORNING, setStage, startDemoCentre, type Stage } from './story.ts';

const SECRET = 'the secret of this test';
const { loss } = STORIES;

let stage: Stage;
beforeAll(async () => {
  process.env['AIDLINE_WEBHOOK_SECRETS'] = SECRET;
  stage = await setStage();
}, 60_000);
afterAll(async () => {
  delete process.env['AIDLINE_WEBHOOK_SECRETS'];
  await clearStage(stage);
});

const byHand = async (customerId: string | null, agent = stage.agent): Promise<string> => {
  const caseId = uuidv7();
  await agent.must('open case', caseId, { reason: 'by-hand', callId: null, fromCase: null, number: null });
  if (customerId !== null) {
    await agent.ask('identify customer', { case: caseId, customerId });
    await agent.until(() => agent.cases.get(caseId)?.customerId === customerId, 'the customer');
  }
  return caseId;
};
const report = (more: Partial<CommandBody<'report offline stop'>> = {}): CommandBody<'report offline stop'> => ({
  stopId: uuidv7(), cardId: loss.creditCardId, cardWords: '', stop: 'lock', channel: 'none', receipt: '', person: '', system: '', inForceAt: null, reportedAt: MORNING,
  lostAt: '2026-11-23T00:30:00.000Z', toldNotInForce: true, callBack: 'any-hour', ...more,
});
const cardAtBank = async (cardId: string): Promise<string> => {
  const read = await stage.running.centre.bank.read({ customerId: loss.customerId });
  return read.kind === 'answer' ? read.value.cards.find((card) => card.id === cardId)!.status : read.kind;
};
const standing = (caseId: string, stopId: string) => {
  const state = stage.agent.state(caseId);
  return standingOf(state, state.stops.find((stop) => stop.id === stopId)!);
};
const locksAtBank = async (): Promise<number> => (await stage.running.demo!.bank.ledger()).filter((entry) => entry.kind === 'card-lock' && entry.state === 'done').length;

describe('verify first, when the line is back', () => {
  afterEach(() => stage.running.demo!.bank.clearFaults());

  it('[OF4] [SY8] a card that nobody stopped is stopped by the centre, once; all three times are kept and the customer\'s call is due', async () => {
    const { agent } = stage;
    const caseId = await byHand(loss.customerId);
    const body = report();
    const command = agent.make('report offline stop', caseId, body, { urgent: true });
    expect((await agent.send(command)).status).toBe('accepted');
    await agent.until(() => standing(caseId, body.stopId).inForce, 'the stop');
    expect((await agent.send(command)).status).toBe('accepted');
    const state = agent.state(caseId);
    const { order } = standing(caseId, body.stopId);
    expect(order).toMatchObject({ status: 'in-force', lastFour: expect.stringMatching(/^\d{4}$/) as string, reportedAt: MORNING, lostAt: '2026-11-23T00:30:00.000Z' });
    expect(order!.effectiveAt! > MORNING).toBe(true);
    expect(await cardAtBank(loss.creditCardId)).toBe('locked');
    expect(await locksAtBank()).toBe(1);
    await agent.until(() => agent.state(caseId).followUps.length === 1, 'the follow-up');
    expect(agent.state(caseId).followUps[0]).toMatchObject({ status: 'open', dueOn: '2026-11-23', operationId: null });
    expect(state.access[agent.person]).toBe('owner');
  });

  it('[OF4] the same card reported again: it is stopped already, nothing is executed and the bank\'s own time is told', async () => {
    const { agent } = stage;
    const caseId = await byHand(loss.customerId);
    const body = report({ channel: 'duty-phone', person: '值班员', inForceAt: '2026-11-23T01:00:00.000Z' });
    await agent.must('report offline stop', caseId, body);
    await agent.until(() => agent.state(caseId).followUps.length === 1, 'the follow-up');
    expect(standing(caseId, body.stopId)).toMatchObject({ inForce: true, found: 'stopped' });
    expect(agent.state(caseId).stops).toHaveLength(1);
    expect(await locksAtBank()).toBe(1);
  });

  it('[OF4] what an older desktop recorded is verified too; any card, or no customer, is for a person', async () => {
    const { agent } = stage;
    const caseId = await byHand(null);
    await agent.must('record manual stop', caseId, { stopId: uuidv7(), cardId: null, channel: 'mobile-bank', receipt: 'M-1', person: '', inForceAt: null, reportedAt: MORNING, toldNotInForce: true });
    await agent.until(() => agent.state(caseId).followUps.length === 1, 'the follow-up');
    expect(Object.values(agent.state(caseId).verifiedStops)[0]).toMatchObject({ found: 'person', cause: 'card-unknown' });
  });

  it('[OF4] [RB1] the bank does not answer: it stays, and is asked again until it does', async () => {
    const { agent } = stage;
    const caseId = await byHand(loss.customerId);
    await stage.running.demo!.bank.fault({ kind: 'no-answer', call: 'read', count: 100 });
    const body = report({ cardId: loss.debitCardId });
    await agent.must('report offline stop', caseId, body);
    await agent.until(() => agent.state(caseId).verifiedStops[body.stopId]?.found === 'unknown', 'that it is unknown');
    expect(standing(caseId, body.stopId)).toMatchObject({ inForce: false, found: 'unknown' });
    expect(agent.state(caseId).followUps).toEqual([]);
    expect(await agent.refusal('close case', caseId, { outcome: 'x' })).toBe('stop-open');
    await stage.running.demo!.bank.clearFaults();
    await later(stage, 1);
    await agent.until(() => standing(caseId, body.stopId).inForce, 'the stop after all');
    expect(await cardAtBank(loss.debitCardId)).toBe('locked');
  }, 40_000);
});

describe('calls logged by hand', () => {
  /** What a phone system sends when it is heard again. Its clock is this machine's. */
  const BEGAN = Date.parse(MORNING) - 3_600_000;
  const at = (seconds: number): string => new Date(BEGAN + seconds * 1000).toISOString();
  const told = async (callId: string, number: string, seconds = 0): Promise<void> => {
    const body = JSON.stringify([
      { kind: 'queued', eventId: 'q', callId, at: at(seconds), queue: 'general', number },
      { kind: 'answered', eventId: 'a', callId, at: at(seconds + 4), personId: stage.agent.person, recordingId: `rec-${callId}` },
      { kind: 'ended', eventId: 'e', callId, at: at(seconds + 200), reason: 'customer-hung-up' },
    ]);
    const response = await fetch(`${stage.running.url}/telephony/events`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-aidline-signature': signBody(SECRET, new Date().toISOString(), body) }, body });
    expect(response.status).toBe(200);
  };
  const log = async (caseId: string, number: string | null, seconds: number, callId = `hand-${uuidv7()}` as const) => {
    await stage.agent.must('log call', caseId, { callId, direction: 'in', number, startedAt: at(seconds), endedAt: at(seconds + 190) });
    return callId;
  };
  const joined = (caseId: string, handCallId: string) => stage.agent.cases.get(caseId)?.handCalls[handCallId]?.joinedTo ?? null;

  it('[CT6] joined to the phone system\'s record when that comes later: the case has the recording and one call', async () => {
    const caseId = await byHand(null);
    const hand = await log(caseId, '19900000041', 30);
    expect(callOf(stage.agent.state(caseId), hand)?.recordingId).toBeNull();
    await told('late-1', '+8619900000041');
    await stage.agent.until(() => joined(caseId, hand) === 'late-1', 'the join');
    expect(callOf(stage.agent.state(caseId), hand)).toMatchObject({ phase: 'ended', recordingId: 'rec-late-1' });
    expect(callIdsOf(stage.agent.state(caseId))).toEqual([hand]);
    // The case that the record opened for itself is put away: nobody has to see to it.
    await vi.waitFor(() => expect(stage.running.centre.open.all().filter((state) => state.opened?.callId === 'late-1')).toEqual([]), { timeout: 20_000 });
  });

  it('[CT6] [SY3] one that an earlier program let pass with a start long ago is refused with its reason, and nothing else with it', async () => {
    const caseId = await byHand(null);
    const times = { startedAt: at(-30 * 3_600), endedAt: at(-29 * 3_600) };
    expect(await stage.agent.refusal('log call', caseId, { callId: `hand-${uuidv7()}`, direction: 'in', number: '19900000047', ...times })).toBe('hand-call-too-early');
    await stage.agent.must('write note', caseId, { noteId: uuidv7(), text: '电话是前天的' });
    await log(caseId, '19900000047', 3_000);
    expect(Object.values(stage.agent.state(caseId).handCalls)).toHaveLength(1);
  });

  it('[CT6] joined when the record came first; copies and late events change nothing, and no call is joined twice', async () => {
    await told('early-1', '19900000042', 600);
    const [caseId, otherCase] = [await byHand(null), await byHand(null)];
    const hand = await log(caseId, '19900000042', 610);
    await stage.agent.until(() => joined(caseId, hand) === 'early-1', 'the join');
    const again = await log(otherCase, '19900000042', 620);
    await told('early-1', '19900000042', 600);
    await later(stage, 2);
    expect(joined(otherCase, again)).toBeNull();
    const events = (await stage.running.centre.log.readCase(caseId as never)).filter((event) => event.kind === 'call joined');
    expect(events).toHaveLength(1);
  });

  it('[CT6] a call that two matters share is joined in both', async () => {
    const [caseId, second] = [await byHand(null), await byHand(null)];
    const hand = await log(caseId, '19900000043', 1200);
    await log(second, '19900000043', 1200, hand);
    await told('shared-1', '19900000043', 1195);
    await stage.agent.until(() => joined(caseId, hand) === 'shared-1' && joined(second, hand) === 'shared-1', 'both joins');
  });

  it('[CT6] without a number on one side it is settled a minute later, to the nearest', async () => {
    const caseId = await byHand(null);
    const hand = await log(caseId, null, 2000);
    await told('vague-far', '19900000044', 1800);
    await told('vague-near', '19900000045', 1990);
    expect(joined(caseId, hand)).toBeNull();
    await later(stage, 2);
    await stage.agent.until(() => joined(caseId, hand) === 'vague-near', 'the join');
  });

  it('[OF1] facts of a customer held from another case: taken word for word from the log, and read again by the centre', async () => {
    const { agent } = stage;
    const fromCase = await byHand(loss.customerId);
    await agent.until(() => agent.state(fromCase).facts[agent.person] !== undefined, 'the facts');
    const reading = agent.state(fromCase).facts[agent.person]!;
    const caseId = await byHand(null);
    const forged = structuredClone(reading);
    forged.facts.cards[0]!.status = 'normal';
    forged.facts.cards[0]!.lastFour = '9999';
    expect(await agent.refusal('use held facts', caseId, { customerId: loss.customerId, fromCase, reading: forged })).toBe('held-facts-unknown');
    await agent.must('use held facts', caseId, { customerId: loss.customerId, fromCase, reading });
    await agent.until(() => agent.state(caseId).customerId === loss.customerId && agent.state(caseId).facts[agent.person]!.at > reading.at, 'a fresh reading');
    // PR7: the facts lie in the log under the customer's own key.
    const stored = await stage.running.centre.log.readStream(caseId as never, 1);
    expect(stored.map(({ envelope }) => envelope.kind)).toContain('held facts used');
  });
});

describe('a server that is started again between the two', () => {
  it('[CT6] [OF4] joins and verifies from the log alone', async () => {
    const first = await startDemoCentre();
    const agent = await RawDesktop.signIn(first.running.url, 'agent');
    const caseId = uuidv7();
    await agent.must('open case', caseId, { reason: 'by-hand', callId: null, fromCase: null, number: null });
    await agent.ask('identify customer', { case: caseId, customerId: loss.customerId });
    const hand = `hand-${uuidv7()}` as const;
    const began = Date.parse(MORNING) - 600_000;
    await agent.must('log call', caseId, { callId: hand, direction: 'in', number: '19900000046', startedAt: new Date(began).toISOString(), endedAt: new Date(began + 60_000).toISOString() });
    await first.running.demo!.bank.fault({ kind: 'no-answer', call: 'read', count: 100 });
    const body = report();
    await agent.must('report offline stop', caseId, body);
    await agent.until(() => agent.state(caseId).verifiedStops[body.stopId]?.found === 'unknown', 'that it is unknown');
    await first.running.stop();
    const second = await startDemoCentre(first.data);
    try {
      agent.url = second.running.url;
      await agent.connect();
      await second.running.demo!.bank.clearFaults();
      const text = JSON.stringify([{ kind: 'queued', eventId: 'q', callId: 'after-1', at: new Date(began).toISOString(), queue: 'general', number: '19900000046' }, { kind: 'ended', eventId: 'e', callId: 'after-1', at: new Date(began + 60_000).toISOString() }]);
      await fetch(`${second.running.url}/telephony/events`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-aidline-signature': signBody(SECRET, new Date().toISOString(), text) }, body: text });
      await agent.until(() => agent.state(caseId).handCalls[hand]?.joinedTo === 'after-1', 'the join');
      const response = await fetch(`${second.running.url}/demo/clock`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ to: new Date(Date.parse(second.running.centre.clock.now()) + 60_000).toISOString() }) });
      expect(response.status).toBe(200);
      await agent.until(() => standingOf(agent.state(caseId), agent.state(caseId).stops[0]!).inForce, 'the stop');
      expect((await second.running.demo!.bank.ledger()).filter((entry) => entry.kind === 'card-lock' && entry.state === 'done')).toHaveLength(1);
    } finally {
      agent.close();
      await second.running.stop();
    }
  }, 60_000);
});
