import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchDemoBank, type DemoBankProcess } from '../../../server/bank/demo/launch.ts';
import { STORIES } from '../../../server/bank/demo/stories.ts';
import { readOptions } from '../../../server/options.ts';
import { startCentre, type RunningCentre } from '../../../server/start-centre.ts';
import { RawDesktop } from '../server/raw-desktop.ts';
import { answerCall, MORNING, type Stage } from '../server/story.ts';

/** The centre's own connector, as it starts it, and a bank that is killed and comes back. */
const data = mkdtempSync(join(tmpdir(), 'aidline-core-light-'));
let running: RunningCentre;
let agent: RawDesktop;
let again: DemoBankProcess | null = null;
beforeAll(async () => {
  running = await startCentre(readOptions(['--demo', '--data', data, '--port', '0', '--crowd', '0', '--calls', 'off', '--now', MORNING, '--log-level', 'error']));
  agent = await RawDesktop.signIn(running.url, 'agent');
}, 60_000);
afterAll(async () => {
  agent.close();
  await running.stop();
  await again?.stop();
  rmSync(data, { recursive: true, force: true });
});

test('[TP10] [FL6] [SY8] the core light goes out with the line, at once; what cannot be sent is refused and said so; it comes back by itself', async () => {
  const { loss } = STORIES;
  const stage: Stage = { running, data, agent, mentor: agent, others: [] };
  const { caseId, callId } = await answerCall(stage, loss.customerId, 'loss-report');
  await agent.until(() => agent.liveValue('lights')?.core === 'ok', 'a light that is on');
  const { url, secret, kill } = running.demo!.bankProcess;
  await kill();
  const find = () => agent.tryAsk('find customer', { case: caseId, query: { phone: '13800000000' } });
  for (let n = 0; n < 2; n++) expect(await find()).toMatchObject({ ok: false });
  await agent.until(() => agent.liveValue('lights')?.core === 'down', 'the light that is out');

  const stopId = uuidv7();
  await agent.must('stop card', caseId, { stopId, key: uuidv7(), cardId: loss.creditCardId, stop: 'lock', reportedAt: running.centre.clock.now(), lostAt: null, callId, customerWords: '卡丢了', recordingOffset: 5 });
  const stop = () => agent.state(caseId).stops.find((one) => one.id === stopId);
  await agent.until(() => stop()?.status === 'refused', 'a stop that is said not to be in force');
  expect(stop()).toMatchObject({ receipt: null, effectiveAt: null, reason: { zh: expect.stringContaining('没有发给核心系统') as string } });

  again = await launchDemoBank({ dataDir: join(data, 'bank'), port: Number(new URL(url).port), secret });
  await expect.poll(async () => {
    await find();
    return agent.liveValue('lights')?.core;
  }, { timeout: 20_000, interval: 250 }).toBe('ok');
  const order = { stopId: uuidv7(), key: uuidv7(), cardId: loss.creditCardId, stop: 'lock', reportedAt: running.centre.clock.now(), lostAt: null, callId, customerWords: '卡丢了', recordingOffset: 9 } as const;
  await agent.must('stop card', caseId, order);
  await agent.until(() => agent.state(caseId).stops.find((one) => one.id === order.stopId)?.status === 'in-force', 'the stop in force');
}, 60_000);
