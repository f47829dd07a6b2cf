import { v7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CaseState } from '#shared/case/state.ts';
import { standingOf } from '#shared/case/stop-verify.ts';
import type { CommandBody, CommandKind } from '#shared/case/commands.ts';
import { domainLogic } from '../../../electron/desk/domain-logic.ts';
import { STORIES } from '../../../server/bank/demo/stories.ts';
import { DEMO_PASSWORD, demoPeople } from '../../../server/demo/demo-people.ts';
import { untilView, type Running } from '../../unit/desk/test-desk.ts';
import { Proxy } from '../../proof/proxy.ts';
import { clearStage, setStage, type Stage } from '../server/story.ts';
import { aDesk, aFolder, inStep } from './harness.ts';

/** A real desk at a real centre through a line that is cut: what one can do at night, and what the centre has of it in the morning. */
describe('a night without the centre', () => {
  let stage: Stage;
  let desk: Running;
  const proxy = new Proxy();
  let url: string;
  const agent = demoPeople.find((person) => person.account === 'agent')!;
  const { loss, settle } = STORIES;

  beforeAll(async () => {
    stage = await setStage();
    stage.agent.close();
    proxy.upstream = Number(new URL(stage.running.url).port);
    url = await proxy.listen();
  }, 60_000);
  afterAll(async () => {
    await proxy.close();
    await clearStage(stage);
  });
  afterEach(() => proxy.become({ kind: 'good' }));

  const stateOf = async (caseId: string): Promise<CaseState> => CaseState.parse((await untilView(desk.client, 'case', { case: caseId }, (view) => view !== null))!.state);
  async function give<K extends CommandKind>(caseId: string, kind: K, body: CommandBody<K>): Promise<string> {
    const answer = await desk.client.calls.command({ kind, case: caseId, body });
    if (!answer.ok) throw new Error(`${kind} was refused here: ${JSON.stringify(answer.refusal)}`);
    return answer.value.commandId;
  }
  const ask = async (kind: string, body: object): Promise<void> => {
    const answer = await desk.client.calls.ask({ kind, body });
    if (!answer.ok) throw new Error(`${kind}: ${JSON.stringify(answer.refusal)}`);
  };
  const now = (): string => stage.running.centre.clock.now();
  const minutes = (n: number): string => new Date(Date.parse(now()) + n * 60_000).toISOString();
  const opened = async (number: string | null = null): Promise<string> => {
    const caseId = v7();
    await give(caseId, 'open case', { reason: 'by-hand', callId: null, fromCase: null, number });
    return caseId;
  };
  const cut = async (): Promise<void> => {
    proxy.become({ kind: 'cut' });
    await untilView(desk.client, 'sync', {}, (view) => view.connection === 'offline');
    // What only the centre can answer says so at once; nothing else waits for it.
    expect(await desk.client.calls.ask({ kind: 'people', body: {} })).toMatchObject({ ok: false });
  };
  const back = async (): Promise<void> => {
    proxy.become({ kind: 'good' });
    await desk.client.calls.connectNow({});
    await inStep(desk);
  };
  const refusedHere = async () => (await untilView(desk.client, 'sync', {}, () => true)).refused.map((mark) => [mark.kind, mark.refusal?.code]);

  async function lossRun(caseId: string, values: CommandBody<'fill fields'>['values'], callId: string): Promise<string> {
    const runId = v7();
    await give(caseId, 'start run', { runId, flowId: 'loss-report', flowVersion: 1 });
    await give(caseId, 'fill fields', { runId, stepId: 'LR-1', values: { reportedAt: now() } });
    await give(caseId, 'pass step', { runId, stepId: 'LR-1', callId });
    await give(caseId, 'pass step', { runId, stepId: 'LR-2', callId });
    await give(caseId, 'fill fields', { runId, stepId: 'LR-3', values });
    await give(caseId, 'tick', { runId, stepId: 'LR-3', tickId: 'customerAgrees', customerWords: '快停掉', recordingOffset: 12, callId });
    await give(caseId, 'pass step', { runId, stepId: 'LR-3', callId });
    await give(caseId, 'fill fields', { runId, stepId: 'LR-4', values: { otherWay: true } });
    await give(caseId, 'pass step', { runId, stepId: 'LR-4', callId });
    return runId;
  }
  const report = (more: Partial<CommandBody<'report offline stop'>>): CommandBody<'report offline stop'> => ({
    stopId: v7(), cardId: null, cardWords: '', stop: 'lock', channel: 'none', receipt: '', person: '', system: '', inForceAt: null, reportedAt: now(), lostAt: minutes(-60), toldNotInForce: true, callBack: 'any-hour', ...more,
  });

  it('[OF1] [OF4] [FL6] [SY8] every local thing goes on, and the centre has all of it afterwards: nothing refused, the loss reports first, the card stopped once', async () => {
    desk = aDesk(aFolder(), { logic: domainLogic });
    expect(await desk.client.calls.signIn({ account: agent.account, password: DEMO_PASSWORD, server: url })).toMatchObject({ ok: true });
    await inStep(desk);
    const [known, plans] = [await opened(), await opened()];
    await inStep(desk);
    await ask('identify customer', { case: known, customerId: loss.customerId });
    await ask('identify customer', { case: plans, customerId: settle.customerId });
    await ask('read facts', { case: plans, purpose: 'worksheet', planIds: [settle.planIds[0]] });
    await untilView(desk.client, 'case', { case: plans }, (view) => ((view?.state ?? null) as CaseState | null)?.facts[agent.id]?.quotes.length === 1);

    await cut();
    // Sixty calls of the night, before the one that is urgent.
    const others: string[] = [];
    for (let index = 0; index < 30; index += 1) {
      const caseId = await opened();
      await give(caseId, 'log call', { callId: `hand-${v7()}`, direction: 'in', number: `1990000${String(index).padStart(4, '0')}`, startedAt: minutes(-2), endedAt: minutes(-1) });
      await give(caseId, 'write note', { noteId: v7(), text: `第 ${index} 通` });
      others.push(caseId);
    }
    // Everything that OF1 names.
    const first = others[0]!;
    await give(first, 'open work order', { workOrderId: v7(), kind: 'question', urgency: 'ordinary', text: '想问积分' });
    await give(first, 'raise risk', { riskId: v7(), what: 'coached', text: '' });
    const followUpId = v7();
    await give(first, 'open follow-up', { followUpId, dueOn: '2026-11-24', what: '明早再看' });
    await give(first, 'close follow-up', { followUpId, result: '看过了' });
    const promiseId = v7();
    await give(first, 'promise callback', { promiseId, from: minutes(45), to: minutes(90), secondFrom: null, secondTo: null, note: '', operationId: null });
    await give(first, 'keep promise', { promiseId, how: 'reached' });
    await give(first, 'close case', { outcome: 'information_given' });
    for (const flow of stage.running.centre.rules.flows.filter(({ publication }) => publication === 'inForce')) {
      const caseId = await opened();
      await give(caseId, 'start run', { runId: v7(), flowId: flow.definition.id, flowVersion: flow.definition.version });
    }
    // A worksheet from the facts last read, checked, up to what only the centre can do.
    const operationId = v7();
    await give(plans, 'draft worksheet', { operationId, kind: 'early-settlement', accountId: settle.accountId, lines: [{ lineId: v7(), planId: settle.planIds[0] }], continues: null });
    for (const item of stage.running.centre.rules.control.kinds['early-settlement'].selfCheck) await give(plans, 'tick self-check', { operationId, item: item.id, on: true });

    // A customer held here, in a new case; and one whom nobody knows.
    const reading = (await stateOf(known)).facts[agent.id]!;
    const [held, unknown] = [await opened(loss.phone), await opened('19900009999')];
    const [heldCall, unknownCall] = [`hand-${v7()}` as const, `hand-${v7()}` as const];
    await give(held, 'log call', { callId: heldCall, direction: 'in', number: null, startedAt: minutes(-1), endedAt: null });
    await give(held, 'use held facts', { customerId: loss.customerId, fromCase: known, reading });
    const run = await lossRun(held, { cards: [loss.creditCardId], kind: 'lock' }, heldCall);
    const stop = report({ cardId: loss.creditCardId });
    await give(held, 'report offline stop', stop);
    await give(held, 'tick', { runId: run, stepId: 'LR-OFF', tickId: 'toldNotInForce', recordingOffset: 60, callId: heldCall });
    await give(held, 'pass step', { runId: run, stepId: 'LR-OFF', callId: heldCall });
    await give(held, 'end logged call', { callId: heldCall, endedAt: now() });
    await give(unknown, 'log call', { callId: unknownCall, direction: 'in', number: null, startedAt: minutes(-1), endedAt: null });
    await lossRun(unknown, { cardUnknown: true, kind: 'lock' }, unknownCall);
    await give(unknown, 'report offline stop', report({ cardWords: '金卡' }));
    expect(standingOf(await stateOf(held), (await stateOf(held)).stops[0]!)).toMatchObject({ inForce: false, found: 'not-yet' });

    await back();
    expect(await refusedHere()).toEqual([]);
    await untilView(desk.client, 'case', { case: held }, (view) => {
      const state = CaseState.parse(view!.state);
      return state.stops[0] !== undefined && standingOf(state, state.stops[0]).inForce && state.followUps.length === 1;
    });
    const morning = await stateOf(held);
    expect(standingOf(morning, morning.stops[0]!).order).toMatchObject({ cardId: loss.creditCardId, lostAt: stop.lostAt, reportedAt: stop.reportedAt, status: 'in-force' });
    expect(morning.facts[agent.id]!.at > reading.at).toBe(true);
    expect((await stage.running.demo!.bank.ledger()).filter((entry) => entry.kind === 'card-lock' && entry.state === 'done')).toHaveLength(1);
    await untilView(desk.client, 'case', { case: unknown }, (view) => Object.values(CaseState.parse(view!.state).verifiedStops).some((one) => one.found === 'person'));
    expect((await stateOf(plans)).operations[operationId]).toMatchObject({ status: 'draft' });
    // OF4: the reports, with what they stand on, were taken before the night's other work.
    const recorded = async (caseId: string, kind: string): Promise<string> => (await stage.running.centre.log.readCase(caseId as never)).find((event) => event.kind === kind)!.times.recorded;
    const reports = [await recorded(held, 'manual stop recorded'), await recorded(unknown, 'manual stop recorded')].sort();
    const notes = await Promise.all(others.map((caseId) => recorded(caseId, 'note written')));
    expect(reports.at(-1)! <= notes.sort().at(-1)!).toBe(true);
    expect(reports[0]! <= notes[0]!).toBe(true);
    // Offline views reach the audit log too (PR8).
    const audit = await stage.running.centre.log.auditAfter(0, 5_000);
    expect(audit.filter((entry) => entry.kind === 'customer viewed' && entry.about === held && entry.person === agent.id).length).toBeGreaterThan(0);
    desk.close();
  }, 90_000);
});
