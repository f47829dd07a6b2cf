import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { returnLimit } from '#shared/operation/on-return-terms.ts';
import { digestOf } from '#shared/operation/payload.ts';
import { payloadOf, type PayloadContext } from '#shared/operation/submission.ts';
import type { Signed } from '#shared/protocol/signature.ts';
import { makeRawKey, type RawDesktop } from '../server/raw-desktop.ts';
import { answerCall, blindFigures, booked, clearStage, executionOrder, LARGE, selfCheck, setStage, sheet, signOn, statusOf, STORY_PLANS, tickAll, typeProof, verifyHolder, type Drafted, type Stage } from '../server/story.ts';
import { Attacks } from './attack.ts';

/** What a desktop of one's own may try with orders "made offline": the server asks the same of them as of any other (TP7). */
describe('offline orders that are forged, over raw sockets', () => {
  let stage: Stage;
  let drafted: Drafted;
  let agent: RawDesktop;
  let mentor: RawDesktop;
  let agent2: RawDesktop;
  const coSignId = uuidv7();
  const attacks = new Attacks(() => stage);
  const operation = () => agent.state(drafted.caseId).operations[drafted.operationId]!;
  const digest = (): string => operation().digest!;
  const ids = () => ({ operationId: drafted.operationId, coSignId });
  /** The second person's key at the maker's machine, as at one screen. */
  const bySecond = (who: RawDesktop, of = digest(), purpose: Signed['purpose'] = 'approval') => who.signed(purpose, of, { machine: agent.machineKey });

  beforeAll(async () => {
    stage = await setStage();
    ({ agent, mentor } = stage);
    agent2 = await signOn(stage, 'agent2');
    const call = await answerCall(stage, LARGE.customerId);
    await verifyHolder(stage, call.caseId, call.callId, LARGE.customerId);
    drafted = await sheet(stage, call, LARGE);
    await selfCheck(stage, drafted);
    await agent.until(() => Object.keys(operation().selfCheck).length === stage.running.centre.rules.control.kinds['early-settlement'].selfCheck.length, 'the self-check');
  }, 60_000);
  afterAll(() => clearStage(stage));

  function submissionHere(more: { validUntil?: string } = {}) {
    const { centre } = stage.running;
    const context = { now: centre.clock.now(), control: centre.rules.control, by: { person: agent.person } as PayloadContext['by'] };
    const validUntil = more.validUntil ?? returnLimit(operation(), context.control, context.now);
    const nonce = uuidv7();
    const made = digestOf(payloadOf(agent.state(drafted.caseId), operation(), { validUntil, nonce }, context));
    return { ...ids(), nonce, policyVersion: context.control.version, validUntil, signed: agent.signed('tick', made) };
  }
  const order = (more: object = {}) => {
    const one = agent.state(drafted.caseId).onReturn[drafted.operationId]!;
    return {
      ...executionOrder(agent, drafted, drafted.callId), coSignId, factsReadAt: one.factsReadAt, notAfter: one.notAfter, reviewer: mentor.person, entry: one.entries.at(-1)?.entry ?? blindFigures(agent.state(drafted.caseId), drafted),
      tick: one.tick, approval: one.coSign?.approval ?? bySecond(mentor), ...more,
    };
  };

  it('[OF2] [TP8] [TP9] a submission that is not signed for these figures, or good for longer than policy gives', async () => {
    const right = submissionHere();
    await attacks.command('tp2-digest', agent, 'submit for return', drafted.caseId, { ...right, signed: agent.signed('tick', 'c'.repeat(64)) });
    await attacks.command('tp2-digest', agent, 'submit for return', drafted.caseId, { ...right, policyVersion: 'another' });
    await attacks.command('tp8-unsigned', agent, 'submit for return', drafted.caseId, { ...right, signed: { ...right.signed, personSignature: `${'A'.repeat(86)}==` } });
    await attacks.command('tp8-key-unknown', agent, 'submit for return', drafted.caseId, { ...right, signed: mentor.signed('tick', right.signed.digest, { machine: agent.machineKey }) });
    await attacks.command('tp9-too-long', agent, 'submit for return', drafted.caseId, submissionHere({ validUntil: new Date(Date.parse(right.validUntil) + 60_000).toISOString() }));
    await attacks.command('not-your-case', agent2, 'submit for return', drafted.caseId, right);
    await agent.must('submit for return', drafted.caseId, right);
    await agent.until(() => operation().payload !== null, 'the payload');
  });

  it('[OF2] [TP6] [TP5] a co-sign without a blind entry, by the maker, or in a name that did not type', async () => {
    const { caseId } = drafted;
    const sign = (reviewer: string, approval: Signed) => ({ ...ids(), reviewer, digest: digest(), approval });
    await attacks.command('tp6-no-entry', agent, 'co-sign here', caseId, sign(mentor.person, bySecond(mentor)));
    await attacks.command('tp5-reviewer-is-maker', agent, 'enter blind here', caseId, { ...ids(), reviewer: agent.person, entry: blindFigures(agent.state(caseId), drafted) });
    await attacks.command('of2-not-co-signed', agent, 'order on return', caseId, order());
    await agent.must('enter blind here', caseId, { ...ids(), reviewer: mentor.person, entry: blindFigures(agent.state(caseId), drafted) });
    await attacks.command('tp6-no-more-entries', agent, 'enter blind here', caseId, { ...ids(), reviewer: mentor.person, entry: blindFigures(agent.state(caseId), drafted) });
    await attacks.command('tp6-no-entry', agent, 'co-sign here', caseId, sign(agent2.person, bySecond(agent2)));
  });

  it('[OF2] [TP8] a co-sign that is no signature of that person at this machine', async () => {
    const { caseId } = drafted;
    const forged: [string, Signed, string][] = [
      ['the maker\'s own', agent.signed('approval', digest()), 'tp8-key-unknown'],
      ['of nobody', agent.signed('approval', digest(), { person: makeRawKey() }), 'tp8-key-unknown'],
      ['at another machine', mentor.signed('approval', digest()), 'tp8-workstation'],
      ['the name of the reviewer\'s key over the maker\'s signature', { ...bySecond(mentor), personSignature: agent.signed('approval', digest()).personSignature }, 'tp8-unsigned'],
      ['a tick called an approval', { ...bySecond(mentor, digest(), 'tick'), purpose: 'approval' }, 'tp8-unsigned'],
      ['of other figures', { ...bySecond(mentor, 'c'.repeat(64)), digest: digest() }, 'tp8-unsigned'],
    ];
    for (const [what, approval, code] of forged) {
      await attacks.command(code, agent, 'co-sign here', caseId, { ...ids(), reviewer: mentor.person, digest: digest(), approval });
      expect({ what, coSign: agent.state(caseId).onReturn[drafted.operationId]!.coSign }).toEqual({ what, coSign: null });
    }
    await attacks.command('tp2-digest', agent, 'co-sign here', caseId, { ...ids(), reviewer: mentor.person, digest: 'c'.repeat(64), approval: bySecond(mentor, 'c'.repeat(64)) });
    await agent.must('co-sign here', caseId, { ...ids(), reviewer: mentor.person, digest: digest(), approval: bySecond(mentor) });
    await agent.until(() => agent.state(caseId).onReturn[drafted.operationId]?.coSign != null, 'the co-sign');
  });

  it('[OF2] [TP1] an order before the customer confirmed, and the co-sign used as an approval', async () => {
    await attacks.command('confirmation-incomplete', agent, 'order on return', drafted.caseId, order());
    await tickAll(stage, drafted, drafted.callId);
    await typeProof(drafted, drafted.callId, agent);
    await agent.until(() => operation().confirmation?.proofAt != null, 'the confirmation');
    await attacks.command('of2-order-only', agent, 'order execution', drafted.caseId, executionOrder(agent, drafted, drafted.callId));
    expect(await booked(stage)).toEqual([]);
  });

  it('[OF2] [TP2] [TP8] [TP18] an order that says otherwise than was signed at the screen, or is not signed', async () => {
    const { caseId } = drafted;
    const right = order();
    for (const more of [
      { digest: 'c'.repeat(64) }, { notAfter: new Date(Date.parse(right.notAfter) + 3_600_000).toISOString() }, { factsReadAt: new Date(Date.parse(right.factsReadAt) + 1).toISOString() }, { reviewer: agent2.person },
      { entry: { ...right.entry, totalDueFen: right.entry.totalDueFen - 1 } }, { approval: bySecond(agent2) }, { tick: agent.signed('tick', 'c'.repeat(64)) },
    ]) await attacks.command('tp2-digest', agent, 'order on return', caseId, { ...right, ...more });
    await attacks.command('of2-not-submitted', agent, 'order on return', caseId, { ...right, coSignId: uuidv7() });
    await attacks.command('tp18-keys', agent, 'order on return', caseId, { ...right, keys: right.keys.slice(1) });
    await attacks.command('tp1-other-call', agent, 'order on return', caseId, { ...right, callId: 'another call' });
    await attacks.command('tp8-key-unknown', agent, 'order on return', caseId, { ...right, signed: agent.signed('order', digest(), { person: makeRawKey() }) });
    await attacks.command('tp8-other-digest', agent, 'order on return', caseId, { ...right, signed: agent.signed('order', 'c'.repeat(64)) });
    await attacks.command('tp8-other-digest', agent, 'order on return', caseId, { ...right, signed: agent.signed('tick', digest()) });
    await attacks.command('not-your-case', agent2, 'order on return', caseId, right);
    await attacks.command('command-malformed', agent, 'order on return', caseId, { ...right, released: true });
    expect(statusOf(agent, drafted)).toBe('draft');
    expect(await booked(stage)).toEqual([]);
  });

  it('[OF2] [TP4] twenty of the same order at once are one execution', async () => {
    const command = agent.make('order on return', drafted.caseId, order());
    const answers = await Promise.all(Array.from({ length: 20 }, () => agent.send(command)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set(['accepted']));
    await agent.until(() => statusOf(agent, drafted) === 'done', 'the outcome');
    expect(await booked(stage)).toEqual([...STORY_PLANS].sort());
    await attacks.command(['of2-already-ordered', 'of2-not-submitted'], agent, 'order on return', drafted.caseId, order());
    expect(await booked(stage)).toEqual([...STORY_PLANS].sort());
  });

  it('[TP7] each attempt is in the audit log', () => attacks.areInTheAuditLog());
});
