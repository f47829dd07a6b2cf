import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoPeople } from '../../../server/demo/demo-people.ts';
import { answerCall, clearStage, goAvailable, LARGE, setStage, signOn, type Stage } from './story.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage(['--metrics', '0']);
}, 60_000);
afterAll(() => clearStage(stage));

const read = async (): Promise<string> => (await fetch(`${stage.running.metricsUrl}/metrics`)).text();
const value = (text: string, name: string): number => Number(text.split('\n').find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? Number.NaN);

describe('figures for whoever runs the centre', () => {
  it('[PR4] follow a call and its commands, and name nobody', async () => {
    await goAvailable(stage.agent);
    const { caseId, callId } = await answerCall(stage, LARGE.customerId);
    await stage.agent.must('write note', caseId, { noteId: uuidv7(), text: '客户说想把分期都还清' });
    await stage.agent.ask('end call', { callId });
    await expect.poll(async () => value(await read(), 'aidline_calls_answered_total'), { timeout: 10_000 }).toBe(1);
    const text = await read();
    expect(value(text, 'aidline_calls_queued_total')).toBe(1);
    expect(value(text, 'aidline_desktops_connected')).toBe(2);
    expect(value(text, 'aidline_append_seconds_count')).toBeGreaterThan(5);
    expect(value(text, 'aidline_fan_out_seconds_count')).toBeGreaterThan(0);
    expect(value(text, 'aidline_core_up')).toBe(1);
    expect(text).toContain('nodejs_eventloop_lag_seconds');
    for (const secret of [LARGE.customerId, caseId, callId, ...demoPeople.flatMap(({ id, name, account }) => [id, name, `"${account}"`])]) expect(text).not.toContain(secret);
  });

  it('[PR4] tell what waits at connected desktops while they are connected, and name none of them', async () => {
    const other = await signOn(stage, 'lead');
    await other.ask('tell outbox', { waiting: 12, oldestSeconds: 3_600 });
    expect(await other.askRefusal('tell outbox', { waiting: -1, oldestSeconds: 0 })).toBe('ask-malformed');
    const text = await read();
    expect(value(text, 'aidline_outbox_waiting')).toBe(12);
    expect(value(text, 'aidline_outbox_desktops')).toBe(1);
    expect(value(text, 'aidline_outbox_oldest_seconds')).toBeGreaterThanOrEqual(3_600);
    expect(value(text, 'aidline_outbox_told_age_seconds_count')).toBe(1);
    expect([text.includes(other.desktop), text.includes(other.person)]).toEqual([false, false]);
    other.close();
    await expect.poll(async () => value(await read(), 'aidline_outbox_waiting'), { timeout: 10_000 }).toBe(0);
  });

  it('[OP1] tell of the one node of a small centre that it is on duty', async () => {
    const text = await read();
    expect([value(text, 'aidline_node_on_duty'), value(text, 'aidline_nodes_heard'), value(text, 'aidline_redis_up'), value(text, 'aidline_duty_taken_total')]).toEqual([1, 1, -1, 1]);
  });

  it('[OP1] are on an address of their own; health is at both, and nothing else is', async () => {
    const { url, metricsUrl } = stage.running;
    for (const at of [url, metricsUrl]) {
      expect((await fetch(`${at}/health/live`)).status).toBe(200);
      expect(await (await fetch(`${at}/health/ready`)).json()).toEqual({ ready: true, why: null });
    }
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
    expect((await fetch(`${metricsUrl}/session`, { method: 'POST' })).status).toBe(404);
  });
});
