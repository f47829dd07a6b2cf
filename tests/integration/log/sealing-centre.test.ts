import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORIES } from '../../../server/bank/demo/stories.ts';
import { eraseCustomer } from '../../../server/log/sealing/erasure.ts';
import { verifyChain } from '../../../server/log/verify-chain.ts';
import { RawDesktop } from '../server/raw-desktop.ts';
import { answerCall, setStage, startDemoCentre, type Stage } from '../server/story.ts';
import { LATER, TWO, filesWith } from './sealing-fixture.ts';

const SAID = '甲乙丙丁说要结清七万三千五百九十一元';
const CUSTOMER = STORIES.settle.customerId;

describe('[PR7] a centre as people start it', () => {
  let stage: Stage;
  let caseId: string;
  beforeAll(async () => {
    stage = await setStage();
    ({ caseId } = await answerCall(stage, CUSTOMER));
    await stage.agent.must('write note', caseId, { noteId: uuidv7(), text: SAID });
  }, 60_000);
  afterAll(async () => {
    for (const desktop of [stage.agent, stage.mentor, ...stage.others]) desktop.close();
    await stage.running.stop();
    rmSync(stage.data, { recursive: true, force: true });
  });
  /** The demo bank keeps its own books in the same folder; they are not the server's. */
  const serverFiles = (text: string): string[] => filesWith(stage.data, Buffer.from(text)).filter((name) => !name.startsWith('bank'));

  it('[PR7] writes what was said, and who the customer is, to no file in clear; its keys are for the owner alone', async () => {
    const facts = Object.values((await stage.running.centre.cases.load(caseId))!.facts)[0]!;
    expect(facts.facts.customer.surname.length).toBeGreaterThan(0);
    const secrets = [SAID, facts.facts.customer.reservedPhoneMasked, STORIES.settle.planIds[0]!];
    for (const secret of secrets) expect(serverFiles(secret)).toEqual([]);
    // What envelopes say is found, so the search above can find.
    expect(serverFiles('note written')).not.toEqual([]);
    expect(statSync(join(stage.data, 'ring.key')).mode & 0o777).toBe(0o600);
  });

  it('[PR7][PR5] erases a customer: cases, lists, a desktop that pulls and the next start have nothing of what was said', async () => {
    const { centre } = stage.running;
    expect(JSON.stringify(await centre.cases.load(caseId))).toContain(SAID);
    expect(stage.agent.received.join()).toContain(SAID);
    const answer = await eraseCustomer({ log: centre.log, sealing: centre.sealing, now: () => LATER }, CUSTOMER, TWO);
    expect(answer).toMatchObject({ ok: true });
    expect(answer.ok && answer.erased.streams).toContain(caseId);
    await expect.poll(() => JSON.stringify(centre.open.all())).not.toContain(SAID);
    expect(JSON.stringify(await centre.cases.load(caseId))).not.toContain(SAID);
    const again = await RawDesktop.signIn(stage.running.url, 'agent');
    stage.others.push(again);
    expect(again.cases.get(caseId)?.withheld.length).toBeGreaterThan(5);
    expect(again.received.join()).not.toContain(SAID);

    for (const desktop of [stage.agent, stage.mentor, ...stage.others.splice(0)]) desktop.close();
    await stage.running.stop();
    expect(verifyChain(join(stage.data, 'log.db'))).toMatchObject({ ok: true });
    stage.running = (await startDemoCentre(stage.data)).running;
    stage.agent = await RawDesktop.signIn(stage.running.url, 'agent');
    expect(stage.agent.received.join()).not.toContain(SAID);
    expect(stage.agent.cases.get(caseId)?.withheld.length).toBeGreaterThan(5);
    // The centre works on: the same customer calls again, and begins anew.
    const { caseId: next } = await answerCall(stage, CUSTOMER);
    await stage.agent.must('write note', next, { noteId: uuidv7(), text: 'back again' });
    expect(JSON.stringify(await stage.running.centre.cases.load(next))).toContain('back again');
  }, 60_000);
});
