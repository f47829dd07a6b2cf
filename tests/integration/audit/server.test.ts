import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { verifyAudit } from '../../../server/audit/verify.ts';
import { readingSealer } from '../../../server/audit/reading-sealer.ts';
import { runShow } from '../../../server/audit/show-command.ts';
import { clearStage, LARGE, ready, setStage, statusOf, type Stage } from '../server/story.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
}, 60_000);
afterAll(() => clearStage(stage));

it('[TP8] [PR5] tells the story of an approved and executed settlement, with every signature of maker and reviewer valid', async () => {
  const { data, agent } = stage;
  const { drafted, order } = await ready(stage);
  await agent.must('order execution', drafted.caseId, order);
  await agent.until(() => statusOf(agent, drafted) === 'done', 'the outcome');
  let out = '';
  const code = await runShow([drafted.caseId, '--database', join(data, 'log.db'), '--ring', join(data, 'ring.key'), '--keys', join(data, 'keys.sqlite')], (text) => (out += text));
  expect(out).toMatch(/Signatures: [3-9]，全部有效/);
  for (const words of ['签名 / signed (tick)', '签名 / signed (approval)', '签名 / signed (order)', order.digest, '批准，', 'approved, valid until', '开始执行']) expect(out).toContain(words);
  expect(code).toBe(0);
}, 60_000);

it('[PR5] [PR8] a real centre signs checkpoints from its start, its log verifies while it runs, and views and sign-ins are in it', async () => {
  const { data, agent, running } = stage;
  const refused = await agent.send(agent.make('close case', uuidv7(), { outcome: 'x' }));
  expect(refused.status).toBe('refused');
  const options = { database: join(data, 'log.db'), checkpoints: join(data, 'checkpoints'), keys: [], restored: new Set<string>(), sealer: await readingSealer(join(data, 'ring.key'), join(data, 'keys.sqlite')) };
  const report = await verifyAudit(options);
  expect(report).toMatchObject({ ok: true, faults: [], checkpoints: { count: 1 } });
  expect(report.uncovered).toBeGreaterThan(0);
  const kinds = (await running.centre.log.auditAfter(0, 1000)).map(({ kind, about }) => `${kind} ${about ?? ''}`);
  expect(kinds).toEqual(expect.arrayContaining(['checkpoint key made ', 'signed in ', 'desktop connected ', `customer viewed ${LARGE.customerId}`, expect.stringMatching(/^command refused /)]));
  expect(existsSync(join(data, 'checkpoints', 'audit.pub'))).toBe(true);
  expect(readFileSync(join(data, 'log.db')).includes(Buffer.from('BEGIN PRIVATE KEY'))).toBe(false);
}, 60_000);

it('[PR5] the last checkpoint is written as the centre stops, and covers all that the log held then', async () => {
  const { data, running, agent, mentor } = stage;
  for (const desktop of [agent, mentor]) desktop.close();
  const { position } = await running.centre.log.head();
  await running.stop();
  const report = await verifyAudit({ database: join(data, 'log.db'), checkpoints: join(data, 'checkpoints'), keys: [], restored: new Set(), sealer: null });
  expect(report).toMatchObject({ ok: true, checkpoints: { count: 2 } });
  expect(report.checkpoints.last?.position).toBeGreaterThanOrEqual(position);
  rmSync(join(data, 'checkpoints', 'audit.pub'));
  expect((await verifyAudit({ database: join(data, 'log.db'), checkpoints: join(data, 'checkpoints'), keys: [], restored: new Set(), sealer: null })).faults).toMatchObject([{ kind: 'checkpoint-key' }]);
}, 60_000);
