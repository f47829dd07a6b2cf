import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { domainLogic } from '../../../electron/desk/domain-logic.ts';
import { signInOverHttp } from '../../../electron/desk/sync/http-sign-in.ts';
import { connectSocket } from '../../../electron/desk/sync/socket-link.ts';
import { DEMO_PASSWORD } from '../../../server/demo/demo-people.ts';
import { Proxy } from '../../proof/proxy.ts';
import { realEnvironment, runDesk, tempFolder, untilView, type Running } from '../../unit/desk/test-desk.ts';
import { clearStage, setStage, type Stage } from '../server/story.ts';

/** 64 kbit/s. */
const SLOW = { kind: 'slow', bytes: 800, everyMs: 100 } as const;
const NOTES = 150;

/** The other tests' timers are hurried; here it is the waiting that is tried. */
const inTime = (ms: number, run: () => void): (() => void) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

let stage: Stage;
let proxy: Proxy;
let url: string;
let desk: Running;
const folder = tempFolder();
beforeAll(async () => {
  stage = await setStage();
  proxy = new Proxy();
  url = await proxy.listen();
  proxy.upstream = Number(new URL(stage.running.url).port);
  desk = runDesk({ root: folder.path, connect: connectSocket, signInOverHttp, logic: domainLogic, environment: { ...realEnvironment(), after: inTime } });
}, 60_000);
afterAll(async () => {
  desk.close();
  await proxy.close();
  await clearStage(stage);
  folder.remove();
});

it('[RB1] [SY5] an honest desktop on a line of 64 kbit/s, behind by more than the line brings before an answer is given up, gets there from its cursor', { timeout: 240_000 }, async () => {
  const inStep = () => untilView(desk.client, 'sync', {}, (view) => view.connection === 'online' && !view.catchingUp, 200_000);
  expect(await desk.client.calls.signIn({ account: 'agent', password: DEMO_PASSWORD, server: url })).toMatchObject({ ok: true });
  await inStep();
  const { agent } = stage;
  const caseId = uuidv7();
  await agent.must('open case', caseId, { reason: 'by-hand', callId: null, fromCase: null, number: null });
  await untilView(desk.client, 'case', { case: caseId }, (view) => view !== null);
  proxy.become({ kind: 'cut' });
  await untilView(desk.client, 'sync', {}, (view) => view.connection !== 'online');
  for (let n = 0; n < NOTES; n += 1) await agent.must('write note', caseId, { noteId: uuidv7(), text: `${n} ${'备'.repeat(300)}` });
  const before = proxy.told;
  proxy.become(SLOW);
  await inStep();
  const view = await untilView(desk.client, 'case', { case: caseId }, (held) => held?.version === agent.state(caseId).version);
  expect(view?.state).toEqual(agent.state(caseId));
  // It was too much for one answer, and it was not sent whole again and again.
  expect(proxy.told - before).toBeGreaterThan(120_000);
  expect(proxy.told - before).toBeLessThan(2_000_000);
});
