import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import type { CommandKind } from '#shared/case/commands.ts';
import type { CaseState } from '#shared/case/state.ts';
import { confirmationItems } from '#shared/operation/confirmation.ts';
import { openCallOf } from '#shared/operation/call-of.ts';
import { settlementLines } from '../../../renderer/operation/line-words.ts';
import { liveTopics } from '#shared/protocol/live.ts';
import type { BlindEntry } from '#shared/review/review-schema.ts';
import { STORIES } from '../../../server/bank/demo/stories.ts';
import { DEMO_PASSWORD } from '../../../server/demo/demo-people.ts';
import { untilView, type Running } from '../../unit/desk/test-desk.ts';
import { RawDesktop } from '../server/raw-desktop.ts';
import { changeCentre, moveClock, type Stage } from '../server/story.ts';
import { aFolder, inStep, untilCase } from './harness.ts';
import { atOneScreen, kinds, Line, must, personOf, shown, signedIn, stateOf, type AtOneScreen } from './two-at-one-screen.ts';

const { settle } = STORIES;
const MENTOR = personOf('mentor');

let night: AtOneScreen;
beforeEach(async () => {
  night = await atOneScreen();
  // The reviewer has signed in at this machine before (OF3).
  (await signedIn(night, 'mentor')).close();
}, 60_000);
afterEach(() => night.stop());

const bank = () => night.running.demo!.bank;
const central = async (caseId: string): Promise<CaseState> => (await night.running.centre.cases.load(caseId))!;
const booked = async (): Promise<string[]> => (await bank().ledger()).filter((entry) => entry.kind === 'early-settlement' && entry.state === 'done').map((entry) => entry.subject ?? '').toSorted();
const ask = async (desk: Running, kind: string, body: unknown): Promise<unknown> => {
  const answer = await desk.client.calls.ask({ kind, body });
  if (!answer.ok) throw new Error(`${kind} was refused: ${answer.refusal.code}`);
  return answer.value;
};

type Matter = { desk: Running; caseId: string; callId: string; operationId: string; line: Line };

/** As far as the ticked self-check, with the customer verified on the line and the line to the centre still up. */
async function checked(): Promise<Matter> {
  const desk = await signedIn(night, 'agent');
  const agent = await untilView(desk.client, 'live', { topic: 'agent' }, (live) => live !== null);
  await ask(desk, 'set agent state', { to: 'available', basedOn: liveTopics.agent.parse(agent!.value)!.version });
  await night.running.demo!.simulator.call({ customerId: settle.customerId, intent: 'early-settlement' });
  const offered = await untilView(desk.client, 'live', { topic: 'offer' }, (live) => live?.value != null);
  const { callId } = liveTopics.offer.parse(offered!.value)!;
  const { case: caseId } = (await ask(desk, 'answer call', { callId })) as { case: string };
  const me = personOf('agent').id;
  await untilCase(desk, caseId, (view) => view !== null && stateOf(view).facts[me] !== undefined && openCallOf(stateOf(view), callId) !== null);
  const { answers } = await bank().answers(settle.customerId);
  for (const factor of ['name', 'idLast4', 'birthDate'] as const) await ask(desk, 'verify', { case: caseId, callId, factor, answer: answers[factor][0]! });
  await ask(desk, 'collect service password', { case: caseId, callId });
  await ask(desk, 'read facts', { case: caseId, purpose: 'worksheet', planIds: [...settle.planIds] });
  await untilCase(desk, caseId, (view) => stateOf(view).facts[me]?.purpose === 'worksheet' && (stateOf(view).verification[callId]?.level ?? 0) >= 3);
  const operationId = v7();
  await must(desk, 'draft worksheet', caseId, { operationId, kind: 'early-settlement', accountId: settle.accountId, lines: settle.planIds.map((planId) => ({ planId, lineId: v7() })), continues: null });
  for (const item of night.running.centre.rules.control.kinds['early-settlement'].selfCheck) await must(desk, 'tick self-check', caseId, { operationId, item: item.id, on: true });
  await inStep(desk);
  return { desk, caseId, callId, operationId, line: night.line };
}

const rightEntry = (state: CaseState, operationId: string): BlindEntry => {
  const payload = state.operations[operationId]!.payload!;
  return { totalDueFen: payload.totalDueFen, lines: payload.lines.length, dueDate: payload.dueDate, principals: Object.fromEntries(settlementLines(payload.lines).map((line) => [line.planId, line.remainingFen])) };
};
const signsIn = { account: 'mentor', passphrase: DEMO_PASSWORD };
const cut = async ({ desk, line }: Matter): Promise<void> => {
  line.cut();
  await untilView(desk.client, 'sync', {}, (sync) => sync.connection !== 'online');
};

/** The line is cut, and the second person signs at this screen. */
async function coSigned(matter: Matter): Promise<void> {
  const { desk, caseId, operationId } = matter;
  await cut(matter);
  await must(desk, 'submit for return', caseId, { operationId, coSignId: v7(), nonce: v7() });
  const of = { case: caseId, operationId };
  expect(await desk.client.calls.coSign({ step: 'begin', ...of, ...signsIn })).toMatchObject({ ok: true, value: { step: 'begun', reviewer: { id: MENTOR.id, name: MENTOR.name }, entriesLeft: 2 } });
  const entry = rightEntry(await shown(desk, caseId), operationId);
  expect(await desk.client.calls.coSign({ step: 'enter', ...of, entry: { ...entry, totalDueFen: 1 } })).toMatchObject({ ok: true, value: { matches: false, entriesLeft: 1 } });
  expect(await desk.client.calls.coSign({ step: 'sign', ...of, ...signsIn })).toMatchObject({ ok: false, refusal: { code: 'tp6-no-entry' } });
  expect(await desk.client.calls.coSign({ step: 'enter', ...of, entry })).toMatchObject({ ok: true, value: { matches: true } });
  expect(await desk.client.calls.coSign({ step: 'sign', ...of, account: 'mentor', passphrase: 'a guess' })).toMatchObject({ ok: false });
  expect(await desk.client.calls.coSign({ step: 'sign', ...of, ...signsIn })).toEqual({ ok: true, value: { step: 'signed' } });
}

const orderBody = (state: CaseState, { operationId, callId }: Matter): object => {
  const { payload, digest } = state.operations[operationId]!;
  return { operationId, coSignId: state.onReturn[operationId]!.coSignId, executionId: v7(), digest, callId, keys: payload!.lines.map((line) => ({ lineId: line.lineId, key: v7() })) };
};

/** Confirmed with the customer, and ordered; gives the command's id. */
async function ordered(matter: Matter): Promise<string> {
  const { desk, caseId, operationId, callId } = matter;
  await coSigned(matter);
  const operation = (await shown(desk, caseId)).operations[operationId]!;
  const policy = night.running.centre.rules.control.kinds['early-settlement'];
  for (const key of confirmationItems(operation, policy)) {
    const [part, ...item] = key.split(':');
    await must(desk, 'confirm item', caseId, { operationId, part, item: item.join(':'), agrees: true, callId, customerWords: '是的', recordingOffset: 60 });
  }
  const payload = operation.payload!;
  await must(desk, 'type in proof', caseId, { operationId, callId, typedFen: payload.totalDueFen, typedLines: payload.lines.length, typedLastFour: payload.cardLastFour });
  const id = await must(desk, 'order on return', caseId, orderBody(await shown(desk, caseId), matter));
  expect((await shown(desk, caseId)).onReturn[operationId]).toMatchObject({ status: 'ordered', returned: null });
  expect(await booked()).toEqual([]);
  return id;
}

async function lineReturns({ desk, line }: Matter): Promise<void> {
  line.up = true;
  await desk.client.calls.connectNow({});
  await inStep(desk);
}
const code = async (desk: Running, kind: CommandKind, caseId: string, body: object): Promise<string> => {
  const answer = await desk.client.calls.command({ kind, case: caseId, body });
  return answer.ok ? 'ok' : answer.refusal.code;
};
/** The administrators' doings need no more of a stage than the centre. */
const asStage = (): Stage => ({ running: night.running, others: [] } as never);

/** Back on the maker's screen with its reason; nothing was booked, and nothing ever will be under it. */
async function comesBack(matter: Matter, reason: string): Promise<CaseState> {
  await untilCase(matter.desk, matter.caseId, (view) => stateOf(view).onReturn[matter.operationId]?.returned?.code === reason);
  const state = await central(matter.caseId);
  expect(state.operations[matter.operationId]!.execution).toBeNull();
  expect(await kinds(night, matter.caseId)).toMatchObject({ 'execution ordered on return': 1, 'offline order returned': 1 });
  expect(await booked()).toEqual([]);
  return state;
}

describe('[OF2] a co-sign at one screen, ordered while the line is down', () => {
  it('[TP1] [TP4] [TP8] is executed once when the line is back, marked, and by nothing twice', { timeout: 90_000 }, async () => {
    const matter = await checked();
    const { desk, caseId, operationId } = matter;
    expect(await code(desk, 'submit for return', caseId, { operationId, coSignId: v7(), nonce: v7() })).toBe('of2-centre-is-up');
    expect(await desk.client.calls.coSign({ step: 'begin', case: caseId, operationId, ...signsIn })).toMatchObject({ ok: false, refusal: { code: 'of2-centre-is-up' } });
    await ordered(matter);
    expect(await code(desk, 'order on return', caseId, orderBody(await shown(desk, caseId), matter))).toBe('of2-already-ordered');
    await lineReturns(matter);
    await untilCase(desk, caseId, (view) => stateOf(view).operations[operationId]?.status === 'done');
    expect(await booked()).toEqual([...settle.planIds].toSorted());
    const state = await central(caseId);
    expect(state.onReturn[operationId]).toMatchObject({ status: 'released', coSign: { by: MENTOR.id } });
    expect(state.operations[operationId]!.execution).toMatchObject({ approvedBy: [MENTOR.id], breakGlass: false, by: personOf('agent').id });
    expect(await kinds(night, caseId)).toMatchObject({ 'execution ordered on return': 1, 'execution started': 1, 'offline order released': 1, 'blind entry here': 2, 'co-signed here': 1 });
    // With the line up there is nothing more of it here.
    expect(await code(desk, 'order on return', caseId, orderBody(state, matter))).toBe('of2-centre-is-up');
    expect(desk.errors).toEqual([]);
    desk.close();
  });

  it('[TP3] facts that changed meanwhile bring it back with both values; it may be submitted the ordinary way', { timeout: 90_000 }, async () => {
    const matter = await checked();
    await ordered(matter);
    await bank().touch({ what: 'post-period', planId: settle.planIds[0]! });
    await lineReturns(matter);
    const state = await comesBack(matter, 'of2-facts-changed');
    expect(state.onReturn[matter.operationId]!.returned!.changed.map((one) => one.fact)).toContain(`plan.${settle.planIds[0]}.periodsPosted`);
    expect(state.operations[matter.operationId]!.status).toBe('draft');
    matter.desk.close();
  });

  it("[TP8] [TP5] a reviewer's key revoked meanwhile brings it back", { timeout: 120_000 }, async () => {
    const matter = await checked();
    await ordered(matter);
    const mentor = await RawDesktop.signIn(night.running.url, 'mentor');
    const keyId = night.running.centre.administration.state.people[MENTOR.id]!.keys.find((key) => key.revokedAt === null)!.keyId;
    await mentor.ask('administer', { kind: 'revoke key', body: { personId: MENTOR.id, keyId, reason: '口令外泄' } });
    mentor.close();
    await lineReturns(matter);
    await comesBack(matter, 'tp8-key-revoked');
    matter.desk.close();
  });

  it('[TP5] a limit lowered meanwhile brings it back', { timeout: 120_000 }, async () => {
    const matter = await checked();
    await ordered(matter);
    await changeCentre(asStage(), { kind: 'change person', person: { ...MENTOR, entitlements: { reviewLimitFen: { 'early-settlement': 100 } } } });
    await lineReturns(matter);
    await comesBack(matter, 'tp5-over-limit');
    matter.desk.close();
  });

  it('[TP9] T passed: it comes back, however well everything agrees', { timeout: 90_000 }, async () => {
    const matter = await checked();
    await ordered(matter);
    const { notAfter } = (await shown(matter.desk, matter.caseId)).onReturn[matter.operationId]!;
    await moveClock(night.running.url, new Date(Date.parse(notAfter) + 60_000).toISOString());
    await lineReturns(matter);
    await comesBack(matter, 'tp9-expired');
    matter.desk.close();
  });

  it('[TP10] [TP4] a bank that is silent on return: it waits, is not lost with a restart of the desktop, and is executed once', { timeout: 120_000 }, async () => {
    const matter = await checked();
    const { desk, caseId, operationId } = matter;
    await ordered(matter);
    await bank().fault({ kind: 'no-answer', call: 'read', count: 100 });
    await lineReturns(matter);
    await untilCase(desk, caseId, (view) => view!.marks.some((mark) => mark.kind === 'order on return' && mark.look === 'confirmed'));
    expect((await central(caseId)).onReturn[operationId]).toMatchObject({ status: 'ordered' });
    desk.close();
    const again = await signedIn(night, 'agent');
    expect((await shown(again, caseId)).onReturn[operationId]).toMatchObject({ status: 'ordered' });
    await bank().clearFaults();
    // The next round comes with the clock.
    await moveClock(night.running.url, new Date(Date.parse(night.running.centre.clock.now()) + 1_000).toISOString());
    await untilCase(again, caseId, (view) => stateOf(view).operations[operationId]?.status === 'done');
    expect(await booked()).toEqual([...settle.planIds].toSorted());
    expect(await kinds(night, caseId)).toMatchObject({ 'execution started': 1, 'offline order released': 1 });
    again.close();
  });

  it('[TP4] ordered offline at two machines, it is executed once; the second order is refused with its reason', { timeout: 120_000 }, async () => {
    const first = await checked();
    const elsewhere = { running: night.running, root: aFolder(), line: new Line() };
    (await signedIn(elsewhere, 'mentor')).close();
    const second: Matter = { ...first, desk: await signedIn(elsewhere, 'agent'), line: elsewhere.line };
    await untilCase(second.desk, second.caseId, (view) => view !== null);
    await ordered(first);
    await ordered(second);
    await lineReturns(first);
    await untilCase(first.desk, first.caseId, (view) => stateOf(view).operations[first.operationId]?.status === 'done');
    await lineReturns(second);
    await untilCase(second.desk, second.caseId, (view) => view!.marks.some((mark) => mark.kind === 'order on return' && mark.look === 'refused'));
    expect(await booked()).toEqual([...settle.planIds].toSorted());
    expect(await kinds(night, first.caseId)).toMatchObject({ 'execution started': 1, 'submitted for return': 1 });
    const marks = (await untilCase(second.desk, second.caseId, (view) => view !== null))!.marks;
    expect(marks.find((mark) => mark.kind === 'submit for return')?.refusal?.code).toBe('tp4-already-started');
    expect(stateOf(await untilCase(second.desk, second.caseId, (view) => view !== null)).operations[first.operationId]!.status).toBe('done');
    first.desk.close();
    second.desk.close();
  });

  it('[TP6] a second mismatch closes it; a maker is never their own second; who is not known here cannot sign', { timeout: 90_000 }, async () => {
    const matter = await checked();
    const { desk, caseId, operationId } = matter;
    await cut(matter);
    const of = { case: caseId, operationId };
    expect(await desk.client.calls.coSign({ step: 'begin', ...of, ...signsIn })).toMatchObject({ ok: false, refusal: { code: 'of2-not-submitted' } });
    await must(desk, 'submit for return', caseId, { operationId, coSignId: v7(), nonce: v7() });
    const begins = (account: string, passphrase = DEMO_PASSWORD) => desk.client.calls.coSign({ step: 'begin', ...of, account, passphrase });
    expect(await begins('agent')).toMatchObject({ ok: false, refusal: { code: 'second-person-same' } });
    expect(await begins('lead')).toMatchObject({ ok: false, refusal: { code: 'second-person-not-here' } });
    expect(await begins('agent2')).toMatchObject({ ok: false, refusal: { code: 'tp5-not-a-reviewer' } });
    const wrong = { ...rightEntry(await shown(desk, caseId), operationId), totalDueFen: 1 };
    expect(await desk.client.calls.coSign({ step: 'enter', ...of, entry: wrong })).toMatchObject({ ok: false, refusal: { code: 'of2-reviewer-waits' } });
    expect(await begins('mentor')).toMatchObject({ ok: true });
    expect(await desk.client.calls.coSign({ step: 'enter', ...of, entry: wrong })).toMatchObject({ ok: true, value: { matches: false, entriesLeft: 1 } });
    expect(await desk.client.calls.coSign({ step: 'enter', ...of, entry: wrong })).toMatchObject({ ok: true, value: { matches: false, entriesLeft: 0 } });
    expect(await begins('mentor')).toMatchObject({ ok: false, refusal: { code: 'of2-not-submitted' } });
    expect((await shown(desk, caseId)).onReturn[operationId]).toMatchObject({ status: 'closed', coSign: null });
    desk.close();
  });
});
