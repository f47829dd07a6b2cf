import { afterAll, describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../../server/bank/demo/demo-schema.ts';
import { cleanUp, end, folder, serve } from './child-server.ts';
import { farStage } from './far-stage.ts';
import { RawDesktop } from './raw-desktop.ts';
import { LARGE, MORNING, ready, statusOf, type Stage } from './story.ts';

afterAll(cleanUp);
const ARGS = ['--demo', '--crowd', '0', '--calls', 'off', '--now', MORNING];

/** A stage whose centre is another process. */
function stageOf(url: string, data: string, agent: RawDesktop, mentor: RawDesktop): Promise<Stage> {
  const post = async (path: string, body: object): Promise<void> => {
    const response = await fetch(`${url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
  };
  const answers = async () => ({ answers: Object.fromEntries((agent.liveValue('voice')?.answers ?? []).map(({ factor, answer }) => [factor, [answer]])) });
  const bank = { answers, fault: (order: object) => post('/demo/fault', order) } as unknown as Parameters<typeof farStage>[2];
  return farStage(url, { agent, mentor }, bank, (order) => post('/demo/call', order), data);
}

describe('a server that dies between the order and the outcome', () => {
  it('[TP3] [TP4] [TP10] [SY1] is started again, asks about every line, and what it says is what the bank booked, once', async () => {
    const data = folder();
    const first = await serve([...ARGS, '--data', data]);
    const [agent, mentor] = await Promise.all([RawDesktop.signIn(first.url, 'agent'), RawDesktop.signIn(first.url, 'mentor')]);
    const stage = await stageOf(first.url, data, agent, mentor);
    const { drafted, order } = await ready(stage, LARGE);
    const ledger = async (url: string): Promise<LedgerEntry[]> => ((await (await fetch(`${url}/demo/ledger`)).json()) as { entries: LedgerEntry[] }).entries.filter((entry) => entry.kind === 'early-settlement');
    // The first line goes through; the second is on its way for long enough to be cut.
    await stage.running.demo!.bank.fault({ kind: 'slow', call: 'book', ms: 1 });
    await stage.running.demo!.bank.fault({ kind: 'slow', call: 'book', ms: 4_000 });
    const command = agent.make('order execution', drafted.caseId, order);
    const answer = await agent.send(command);
    expect(answer.status).toBe('accepted');
    while (!(await ledger(first.url)).some((entry) => entry.state === 'done')) await new Promise(setImmediate);
    await end(first.child, 'SIGKILL');

    const second = await serve([...ARGS, '--data', data]);
    agent.url = second.url;
    await agent.connect();
    await agent.until(() => ['done', 'partial', 'refused'].includes(statusOf(agent, drafted) ?? ''), 'the outcome after the inquiry');
    const { lines } = agent.state(drafted.caseId).operations[drafted.operationId]!.execution!;
    const booked = (await ledger(second.url)).filter((entry) => entry.state === 'done').map((entry) => entry.subject).sort();
    expect(lines.filter((line) => line.status === 'booked').map((line) => line.planId).sort()).toEqual(booked);
    expect(booked.length).toBeGreaterThan(0);
    expect(booked.length).toBeLessThan(LARGE.planIds.length);
    expect(new Set(booked).size).toBe(booked.length);
    // The same command again: the answer that was stored before the power went.
    expect(await agent.send(command)).toEqual(answer);
    expect((await ledger(second.url)).filter((entry) => entry.state === 'done')).toHaveLength(booked.length);
    expect(agent.state(drafted.caseId).followUps).toHaveLength(1);
    const other = await RawDesktop.signIn(second.url, 'agent');
    expect(other.state(drafted.caseId)).toEqual(agent.state(drafted.caseId));
    for (const desktop of [agent, mentor, other]) desktop.close();
    expect(await end(second.child)).toBe(0);
  }, 60_000);

  it('[CT3] [SY1] on a call: after the restart the call, the verification and the note are there as they were', async () => {
    const data = folder();
    const first = await serve([...ARGS, '--data', data]);
    const [agent, mentor] = await Promise.all([RawDesktop.signIn(first.url, 'agent'), RawDesktop.signIn(first.url, 'mentor')]);
    const { drafted, callId } = await ready(await stageOf(first.url, data, agent, mentor), LARGE);
    const before = structuredClone(agent.state(drafted.caseId));
    await end(first.child, 'SIGKILL');
    const second = await serve([...ARGS, '--data', data]);
    agent.url = second.url;
    await agent.connect();
    expect(agent.state(drafted.caseId)).toEqual(before);
    expect(agent.liveValue('agent')).toMatchObject({ state: 'on-call', callId });
    const unknowing = await RawDesktop.signIn(second.url, 'agent');
    expect(unknowing.state(drafted.caseId)).toEqual(before);
    for (const desktop of [agent, mentor, unknowing]) desktop.close();
    await end(second.child);
  }, 60_000);
});
