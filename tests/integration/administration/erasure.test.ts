import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openCallOf } from '#shared/operation/call-of.ts';
import type { RawDesktop } from '../server/raw-desktop.ts';
import { answerCall, clearStage, moveClock, setStage, signOn, SMALL, startDemoCentre, type Stage } from '../server/story.ts';
import { centresOf, settled } from '../server/several-nodes.ts';
import { act, approval, approve, byTwo, proposal, propose, proposed } from './centre-acts.ts';

let stage: Stage;
let admin: RawDesktop;
let admin2: RawDesktop;
let caseId: string;
const customerId = SMALL.customerId;
const erase = { kind: 'erase customer', customerId, reason: 'R-17' } as const;
const audits = async (kind: string) => (await stage.running.centre.log.auditAfter(0, 10_000)).filter((entry) => entry.kind === kind);
const bodies = async () => (await stage.running.centre.log.readStream(caseId as never, 1)).map(({ body }) => body);
/** At the node that erased at once; another one forgets the key when it looks, within seconds. */
const erased = () => vi.waitFor(async () => expect((await bodies()).every((body) => body === null)).toBe(true), { timeout: 20_000, interval: 50 });

beforeEach(async () => {
  stage = await setStage();
  [admin, admin2] = await Promise.all([signOn(stage, 'admin'), signOn(stage, 'admin2')]);
  const call = await answerCall(stage, customerId);
  caseId = call.caseId;
  await stage.agent.ask('end call', { callId: call.callId });
  // Told by the phone system after the answer: the last of the case, from which its years count.
  await stage.agent.until(() => openCallOf(stage.agent.state(caseId), call.callId) === null, 'the end of the call');
  await settled(stage.running);
});
afterEach(() => clearStage(stage));

/** Past every retention; sessions are over by then. The bank takes its time for ten years. */
async function yearsLater(): Promise<void> {
  await moveClock(stage.running.url, '2037-01-05T02:00:00.000Z');
  for (const desktop of [admin, admin2]) {
    desktop.close();
    await desktop.session(desktop === admin ? 'admin' : 'admin2', 'aidline-demo');
    await desktop.connect();
  }
}

it('[PR7] [TP12] a customer is erased by two people after the retention, both in the chain; refused before, by one, and under hold', async () => {
  expect(await act(admin, 'propose change', proposal(admin, proposed(admin, erase)))).toBe('erasure-retention');
  await yearsLater();
  expect(await act(admin, 'propose change', proposal(admin, proposed(admin, { ...erase, customerId: 'cust-nobody' })))).toBe('erasure-unknown-customer');
  const made = await propose(admin, erase);
  expect(await approve(admin, made)).toBe('tp12-two-people');
  // A hold that was set since counts at the approval.
  await byTwo(admin, admin2, { kind: 'set legal hold', customerId, matter: 'M-1', reason: 'lawsuit' });
  expect(await approve(admin2, made)).toBe('erasure-legal-hold');
  expect(await act(admin, 'propose change', proposal(admin, proposed(admin, erase)))).toBe('erasure-legal-hold');
  const again = proposed(admin, { kind: 'set legal hold', customerId, matter: 'M-1', reason: 'lawsuit' });
  expect(await act(admin, 'propose change', proposal(admin, again))).toBe('erasure-hold-exists');
  const other = proposed(admin, { kind: 'lift legal hold', customerId, matter: 'M-2', reason: 'over' });
  expect(await act(admin, 'propose change', proposal(admin, other))).toBe('erasure-hold-unknown');
  await byTwo(admin2, admin, { kind: 'lift legal hold', customerId, matter: 'M-1', reason: 'over' });
  expect((await bodies()).every((body) => body !== null)).toBe(true);
  expect(await approve(admin2, made)).toBe('ok');
  await erased();
  expect(await audits('customer erased')).toMatchObject([{ person: admin.person, about: customerId, detail: { second: admin2.person, reason: 'R-17' } }]);
  expect(await act(admin2, 'approve change', approval(admin2, made))).toBe('change-decided');
}, 120_000);

it('[PR7] a server that died between the approval and the erasure makes it good at its start', async () => {
  await yearsLater();
  const made = await propose(admin, erase);
  // The very moment after the approval is in the log.
  for (const { sealing } of centresOf(stage.running)) sealing.inTurn = () => Promise.reject(new Error('the server died'));
  await expect(approve(admin2, made)).rejects.toThrow();
  await settled(stage.running);
  expect(stage.running.centre.administration.state.changes[made.changeId]?.status).toBe('in-force');
  expect((await bodies()).some((body) => body !== null)).toBe(true);
  for (const desktop of [stage.agent, stage.mentor, ...stage.others]) desktop.close();
  await stage.running.stop();
  stage.running = (await startDemoCentre(stage.data, ['--now', '2037-01-06T02:00:00.000Z'])).running;
  await erased();
  expect(await audits('customer erased')).toHaveLength(1);
}, 120_000);
