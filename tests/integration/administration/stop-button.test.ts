import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RawDesktop } from '../server/raw-desktop.ts';
import { centresOf } from '../server/several-nodes.ts';
import { booked, clearStage, ready, setStage, signOn, SMALL, statusOf, type Stage } from '../server/story.ts';
import { act, approve, byTwo, propose } from './centre-acts.ts';

let stage: Stage;
let risk: RawDesktop;
let admin: RawDesktop;
let story: Awaited<ReturnType<typeof ready>>;
const kind = 'early-settlement' as const;

beforeAll(async () => {
  stage = await setStage();
  [risk, admin] = await Promise.all([signOn(stage, 'risk'), signOn(stage, 'admin')]);
  story = await ready(stage, SMALL);
}, 60_000);
afterAll(() => clearStage(stage));

it('[TP15] [TP3] an order that is being decided when the kind is stopped does not start: the append expects the centre as it was decided on', async () => {
  let stopped = 'not yet';
  // The order is decided at whichever node its desktop is connected to.
  const logs = centresOf(stage.running).map(({ log }) => ({ log, append: log.append.bind(log) }));
  for (const { log, append } of logs) {
    log.append = async (items) => {
      // Decided already, and about to be written.
      if (stopped === 'not yet' && items.some(({ writes }) => writes.some(({ events }) => events.some((event) => event.kind === 'execution started')))) {
        stopped = '';
        stopped = await act(risk, 'stop kind', { operationKind: kind, reason: '可疑' });
      }
      return append(items);
    };
  }
  expect(await stage.agent.refusal('order execution', story.drafted.caseId, story.order)).toBe('tp15-stopped');
  for (const { log, append } of logs) log.append = append;
  expect(stopped).toBe('ok');
  expect(await booked(stage)).toEqual([]);
});

it('[TP15] everybody is told at once, and nothing of the kind is submitted or ordered anywhere', async () => {
  for (const desktop of [stage.agent, stage.mentor, admin]) {
    await desktop.until(() => desktop.liveValue('stopped-kinds')?.some((one) => one.kind === kind && one.reason === '可疑') === true, 'the stop');
  }
  const late = await signOn(stage, 'agent2');
  await late.until(() => late.liveValue('stopped-kinds')?.length === 1, 'the stop, on connecting');
  expect(await stage.agent.refusal('order execution', story.drafted.caseId, story.order)).toBe('tp15-stopped');
  // Twice is once, and others cannot do it.
  expect(await act(risk, 'stop kind', { operationKind: kind, reason: 'again' })).toBe('ok');
  for (const desktop of [stage.agent, stage.mentor, admin]) expect(await act(desktop, 'stop kind', { operationKind: kind, reason: 'x' })).toBe('role-may-not');
});

it('[TP15] [TP12] letting it go again takes two: not the one who stopped it alone', async () => {
  const made = await propose(risk, { kind: 'release kind', operationKind: kind });
  expect(await approve(risk, made)).toBe('tp12-two-people');
  expect(await stage.agent.refusal('order execution', story.drafted.caseId, story.order)).toBe('tp15-stopped');
  expect(await approve(admin, made)).toBe('ok');
  await stage.agent.until(() => stage.agent.liveValue('stopped-kinds')?.length === 0, 'the release');
  await stage.agent.must('order execution', story.drafted.caseId, story.order);
  await stage.agent.until(() => statusOf(stage.agent, story.drafted) === 'done', 'the booking');
  await expect(byTwo(risk, admin, { kind: 'release kind', operationKind: kind })).rejects.toThrow('kind-not-stopped');
});
