import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadControl } from '../../../server/policy/load-control.ts';
import type { RawDesktop } from '../server/raw-desktop.ts';
import { blindFigures, booked, clearStage, confirm, draft, enter, executionOrder, LARGE, later, setStage, signOn, SMALL, statusOf, submit, type Drafted, type Stage } from '../server/story.ts';

let stage: Stage;
afterEach(() => clearStage(stage));

async function join2(lead: RawDesktop, drafted: Drafted, reviewId: string, maker: RawDesktop): Promise<void> {
  await lead.must('join break-glass', drafted.caseId, { reviewId, reason: '复核人都在忙，客户明天出境' });
  await lead.ask('read facts', { case: drafted.caseId, purpose: 'review', planIds: [] });
  await enter(stage, drafted, reviewId, lead, maker);
}
const signature = (lead: RawDesktop, drafted: Drafted, reviewId: string, qualityCaseId = uuidv7()) => {
  const digest = lead.state(drafted.caseId).operations[drafted.operationId]!.digest!;
  return { reviewId, digest, qualityCaseId, signed: lead.signed('approval', digest) };
};

it('[TP11] two leads after the time of policy, each with an entry of their own; a quality case in the same append, seen by quality with the matter itself', async () => {
  stage = await setStage();
  stage.mentor.close();
  const [lead, lead2, quality] = await Promise.all([signOn(stage, 'lead'), signOn(stage, 'lead2'), signOn(stage, 'quality')]);
  const drafted = await draft(stage);
  const reviewId = await submit(stage, drafted);
  expect(await lead2.refusal('join break-glass', drafted.caseId, { reviewId, reason: 'x' })).toBe('tp11-too-soon');
  await later(stage, 16);
  await join2(lead, drafted, reviewId, stage.agent);
  await lead.must('sign break-glass', drafted.caseId, signature(lead, drafted, reviewId));
  // One lead is not two, neither again nor by another desktop.
  expect(await lead.refusal('sign break-glass', drafted.caseId, signature(lead, drafted, reviewId))).toBe('review-not-yours');
  expect(statusOf(stage.agent, drafted)).toBe('in-review');
  expect(quality.cases.size).toBe(0);
  await join2(lead2, drafted, reviewId, stage.agent);
  const forged = signature(lead2, drafted, reviewId);
  expect(await lead2.refusal('sign break-glass', drafted.caseId, { ...forged, signed: lead.signed('approval', forged.digest) })).toBe('tp8-key-unknown');
  const qualityCaseId = uuidv7();
  const { log } = stage.running.centre;
  await lead2.must('sign break-glass', drafted.caseId, signature(lead2, drafted, reviewId, qualityCaseId));

  await quality.until(() => quality.cases.get(qualityCaseId) !== undefined && quality.cases.get(drafted.caseId)?.operations[drafted.operationId]?.approval != null, 'the quality case and the matter');
  expect(quality.state(qualityCaseId).opened).toMatchObject({ reason: 'quality', fromCase: drafted.caseId });
  const positions = (await log.eventsAfter(0, 10_000)).filter(({ envelope }) => envelope.kind === 'break-glass approved' || envelope.kind === 'quality matter noted' || envelope.kind === 'break-glass used');
  expect(positions.map(({ envelope }) => envelope.kind).sort()).toEqual(['break-glass approved', 'break-glass used', 'quality matter noted']);
  expect(new Set(positions.map(({ envelope }) => envelope.times.recorded)).size).toBe(1);
  expect(positions.find(({ envelope }) => envelope.kind === 'quality matter noted')?.body).toMatchObject({ aboutCase: drafted.caseId, operationId: drafted.operationId, by: [lead.person, lead2.person] });

  // Quality staff look, and put it away; they touch nothing of the matter.
  expect(await quality.refusal('write note', drafted.caseId, { noteId: uuidv7(), text: 'x' })).toBe('role-may-not');
  expect(await lead.refusal('close quality case', qualityCaseId, { finding: 'ok' })).toBe('not-your-case');
  await quality.must('close quality case', qualityCaseId, { finding: '理由充分' });

  // The rest of the gate stays as it is: the customer's confirmation, the order.
  const callId = await confirm(stage, drafted);
  await stage.agent.must('order execution', drafted.caseId, executionOrder(stage.agent, drafted, callId));
  await stage.agent.until(() => statusOf(stage.agent, drafted) === 'done', 'the booking');
  expect((await booked(stage)).length).toBe(drafted.matter.planIds.length);
});

it('[TP11] one a day by policy, two at the same moment: exactly one', async () => {
  const control = loadControl(new URL('../../../server/policy/control.yaml', import.meta.url));
  const settlement = { ...control.kinds['early-settlement'], highValueFromFen: 1 };
  const file = join(mkdtempSync(join(tmpdir(), 'aidline-control-')), 'control.yaml');
  writeFileSync(file, stringify({ ...control, version: 'one-a-day', breakGlass: { ...control.breakGlass, perDay: 1 }, kinds: { ...control.kinds, 'early-settlement': settlement } }));
  stage = await setStage(['--control', file]);
  stage.mentor.close();
  const [lead, lead2, agent2] = await Promise.all([signOn(stage, 'lead'), signOn(stage, 'lead2'), signOn(stage, 'agent2')]);
  const makers = [stage.agent, agent2];
  const stories: { drafted: Drafted; reviewId: string; maker: RawDesktop }[] = [];
  for (const [index, matter] of [LARGE, SMALL].entries()) {
    const maker = makers[index]!;
    const drafted = await draft({ ...stage, agent: maker }, matter);
    stories.push({ drafted, reviewId: await submit(stage, drafted, maker), maker });
    await maker.ask('set agent state', { to: 'break', basedOn: maker.liveValue('agent')!.version });
  }
  await later(stage, 16);
  for (const { drafted, reviewId, maker } of stories) {
    await join2(lead, drafted, reviewId, maker);
    await lead.must('sign break-glass', drafted.caseId, signature(lead, drafted, reviewId));
    await join2(lead2, drafted, reviewId, maker);
  }
  const results = await Promise.all(stories.map(({ drafted, reviewId }) => lead2.command('sign break-glass', drafted.caseId, signature(lead2, drafted, reviewId))));
  expect(results.map((result) => (result.status === 'refused' ? result.refusal.code : result.status)).sort()).toEqual(['accepted', 'tp11-too-many']);
  expect(blindFigures(stage.agent.state(stories[0]!.drafted.caseId), stories[0]!.drafted).totalDueFen).toBeGreaterThan(0);
  // The day after it is possible again.
  const other = stories[results.findIndex((result) => result.status === 'refused')]!;
  expect(Object.keys(other.maker.state(other.drafted.caseId).reviews)).toContain(other.reviewId);
});
