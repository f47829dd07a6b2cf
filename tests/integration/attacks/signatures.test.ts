import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Signed } from '#shared/protocol/signature.ts';
import { makeRawKey, type RawDesktop } from '../server/raw-desktop.ts';
import { answerCall, booked, clearStage, enter, executionOrder, LARGE, press, selfCheck, setStage, sheet, signOn, statusOf, STORY_PLANS, submission, submit, take, tickAll, typeProof, verifyHolder, type Drafted, type Stage } from '../server/story.ts';
import { Attacks, withInner } from './attack.ts';

/** The order of the group that Ed25519 signs in: S and S + L verify alike where nobody looks (RFC 8032, 5.1.7). */
const L = 2n ** 252n + 27742317777372353535851937790883648493n;

/** The same signature with S raised by the order of the group. */
function malleated(signature: string): string {
  const bytes = Buffer.from(signature, 'base64');
  let s = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString('hex')}`) + L;
  for (let index = 32; index < 64; index += 1, s >>= 8n) bytes[index] = Number(s & 255n);
  return bytes.toString('base64');
}

/** The same bytes in base64 whose last character has bits that no decoder looks at. */
function otherBase64(signature: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return `${signature.slice(0, 85)}${alphabet[alphabet.indexOf(signature[85]!) + 1]}==`;
}

/** Every way in which a signature is none, with the code that it gets; `other` is another digest. */
function forgeries(me: RawDesktop, somebody: RawDesktop, purpose: Signed['purpose'], digest: string): [string, Signed, string][] {
  const right = me.signed(purpose, digest);
  const swapped = (['tick', 'approval', 'order'] as const).filter((one) => one !== purpose);
  const other = 'c'.repeat(64);
  const nobody = makeRawKey();
  return [
    ['another person\'s key', me.signed(purpose, digest, { person: somebody.personKey }), 'tp8-key-unknown'],
    ['a key that was never registered', me.signed(purpose, digest, { person: nobody }), 'tp8-key-unknown'],
    ['my key\'s name over another person\'s signature', { ...right, personSignature: somebody.signed(purpose, digest).personSignature }, 'tp8-unsigned'],
    ['my key\'s name over a signature of nobody', { ...right, personSignature: me.signed(purpose, digest, { person: nobody }).personSignature }, 'tp8-unsigned'],
    ['another machine', me.signed(purpose, digest, { machine: somebody.machineKey }), 'tp8-workstation'],
    ['a machine that was never enrolled', me.signed(purpose, digest, { machine: makeRawKey() }), 'tp8-workstation'],
    ['my machine\'s name over another machine\'s signature', { ...right, workstationSignature: somebody.signed(purpose, digest).workstationSignature }, 'tp8-unsigned'],
    ['the two signatures changed round', { ...right, personSignature: right.workstationSignature, workstationSignature: right.personSignature }, 'tp8-unsigned'],
    ['one person\'s signature in both places', { ...right, workstationSignature: right.personSignature }, 'tp8-unsigned'],
    ['a signature over other figures under this digest', { ...me.signed(purpose, other), digest }, 'tp8-unsigned'],
    ...swapped.map((one): [string, Signed, string] => [`a signature made as ${one}, called ${purpose}`, { ...me.signed(one, digest), purpose }, 'tp8-unsigned']),
    ['S raised by the order of the group', { ...right, personSignature: malleated(right.personSignature) }, 'tp8-unsigned'],
    ['S of the machine raised likewise', { ...right, workstationSignature: malleated(right.workstationSignature) }, 'tp8-unsigned'],
    ['the same bytes in another base64', { ...right, personSignature: otherBase64(right.personSignature) }, 'tp8-unsigned'],
    ['nothing but zeros', { ...right, personSignature: Buffer.alloc(64).toString('base64') }, 'tp8-unsigned'],
    ['half a signature', { ...right, personSignature: right.personSignature.slice(0, 44) }, 'command-malformed'],
    ['no workstation', { ...right, workstationSignature: '' }, 'command-malformed'],
  ];
}

describe('forged and replayed signatures, over raw sockets', () => {
  let stage: Stage;
  let drafted: Drafted;
  let agent2: RawDesktop;
  let mentor2: RawDesktop;
  let first: string;
  let oldApproval: ReturnType<RawDesktop['make']>;
  let oldSigned: Signed;
  const attacks = new Attacks(() => stage);
  const operation = () => stage.agent.state(drafted.caseId).operations[drafted.operationId]!;

  beforeAll(async () => {
    stage = await setStage();
    [agent2, mentor2] = await Promise.all([signOn(stage, 'agent2'), signOn(stage, 'mentor2')]);
    const call = await answerCall(stage, LARGE.customerId);
    await verifyHolder(stage, call.caseId, call.callId, LARGE.customerId);
    drafted = await sheet(stage, call, LARGE);
    await selfCheck(stage, drafted);
    await stage.agent.until(() => Object.keys(operation().selfCheck).length === stage.running.centre.rules.control.kinds['early-settlement'].selfCheck.length, 'the self-check');
  }, 60_000);
  afterAll(() => clearStage(stage));

  it('[TP8] a tick that is forged in any way makes no payload', async () => {
    const { agent } = stage;
    const right = submission(stage, agent, drafted, 'on-line');
    for (const [what, signed, code] of forgeries(agent, agent2, 'tick', right.signed.digest)) {
      await attacks.command(code, agent, 'submit for review', drafted.caseId, { ...right, signed });
      expect({ what, payload: operation().payload }).toEqual({ what, payload: null });
    }
    for (const purpose of ['approval', 'order'] as const) await attacks.command('tp2-digest', agent, 'submit for review', drafted.caseId, { ...right, signed: agent.signed(purpose, right.signed.digest) });
    await attacks.command('command-malformed', agent, 'submit for review', drafted.caseId, { ...right, signed: undefined });
  });

  it('[TP2] [TP9] figures of the desk\'s own making, another nonce, or another validity are not what the server makes', async () => {
    const { agent } = stage;
    const right = submission(stage, agent, drafted, 'on-line');
    await attacks.command('tp2-digest', agent, 'submit for review', drafted.caseId, { ...right, nonce: uuidv7() });
    await attacks.command('tp2-digest', agent, 'submit for review', drafted.caseId, { ...right, signed: agent.signed('tick', 'c'.repeat(64)) });
    const at = (minutes: number) => new Date(Date.parse(right.validUntil) + minutes * 60_000).toISOString();
    await attacks.command('tp9-too-long', agent, 'submit for review', drafted.caseId, { ...right, validUntil: at(1) });
    await attacks.command('tp9-too-long', agent, 'submit for review', drafted.caseId, { ...right, validUntil: '2999-01-01T00:00:00.000Z' });
    await attacks.command('tp9-expired', agent, 'submit for review', drafted.caseId, { ...right, validUntil: at(-31) });
    await attacks.command('tp2-digest', agent, 'submit for review', drafted.caseId, { ...right, validUntil: at(-1) });
    await attacks.command('command-malformed', agent, 'submit for review', drafted.caseId, { ...right, validUntil: '+275760-09-13T00:00:00.000Z' });
    expect(operation().payload).toBeNull();
  });

  it('[TP1] no step is skipped: nothing is confirmed or ordered before an approval', async () => {
    const { agent } = stage;
    first = await submit(stage, drafted, agent, 'on-line');
    const { caseId, callId, operationId } = drafted;
    await attacks.command('tp1-no-approval', agent, 'order execution', caseId, executionOrder(agent, drafted, callId));
    await attacks.command('tp1-no-approval', agent, 'confirm item', caseId, { operationId, part: 'eye', item: 'total', agrees: true, callId, customerWords: '对', recordingOffset: 1 });
    await attacks.command('tp1-no-approval', agent, 'type in proof', caseId, { operationId, callId, typedFen: 1, typedLines: 1, typedLastFour: '0000' });
  });

  it('[TP8] an approval that is forged in any way is none', async () => {
    const { mentor } = stage;
    await take(stage, drafted, first);
    await enter(stage, drafted, first);
    const digest = operation().digest!;
    for (const [what, signed, code] of forgeries(mentor, mentor2, 'approval', digest)) {
      await attacks.command(code, mentor, 'approve review', drafted.caseId, { reviewId: first, digest, signed });
      expect({ what, approval: operation().approval }).toEqual({ what, approval: null });
    }
    for (const purpose of ['tick', 'order'] as const) await attacks.command('tp8-other-digest', mentor, 'approve review', drafted.caseId, { reviewId: first, digest, signed: mentor.signed(purpose, digest) });
    // The maker's own signature for these very figures, handed over as the reviewer's.
    await attacks.command('tp8-key-unknown', mentor, 'approve review', drafted.caseId, { reviewId: first, digest, signed: stage.agent.signed('approval', digest) });
  });

  it('[TP8] a second machine of the same person signs with its own key, and only in its own session', async () => {
    const second = await signOn(stage, 'mentor');
    const digest = operation().digest!;
    await attacks.command('tp8-workstation', second, 'approve review', drafted.caseId, { reviewId: first, digest, signed: stage.mentor.signed('approval', digest) });
    await attacks.command('tp8-workstation', stage.mentor, 'approve review', drafted.caseId, { reviewId: first, digest, signed: second.signed('approval', digest) });
    second.close();
  });

  it('[TP4] [TP8] an approval of what was submitted before approves nothing that is submitted anew', async () => {
    const { agent, mentor } = stage;
    const { caseId } = drafted;
    const digest = operation().digest!;
    oldSigned = mentor.signed('approval', digest);
    oldApproval = mentor.make('approve review', caseId, { reviewId: first, digest, signed: oldSigned });
    expect(await mentor.send(oldApproval)).toMatchObject({ status: 'accepted' });
    await agent.until(() => operation().approval !== null, 'the approval');
    await agent.must('withdraw review', caseId, { reviewId: first });
    const again = await submit(stage, drafted, agent, 'on-line');
    expect(operation().digest).not.toBe(digest);
    // Byte for byte: the stored answer, and no effect.
    expect(await mentor.send(oldApproval)).toMatchObject({ status: 'accepted' });
    expect(operation()).toMatchObject({ status: 'in-review', approval: null });
    await attacks.command('review-not-open', mentor, 'approve review', caseId, { reviewId: first, digest, signed: oldSigned });
    await take(stage, drafted, again);
    await enter(stage, drafted, again);
    await attacks.command('tp2-digest', mentor, 'approve review', caseId, { reviewId: again, digest, signed: oldSigned });
    await attacks.command('tp8-other-digest', mentor, 'approve review', caseId, { reviewId: again, digest: operation().digest!, signed: oldSigned });
    await attacks.command('tp8-unsigned', mentor, 'approve review', caseId, { reviewId: again, digest: operation().digest!, signed: { ...oldSigned, digest: operation().digest! } });
    await attacks.command('tp1-no-approval', agent, 'order execution', caseId, executionOrder(agent, drafted, drafted.callId));
    await press(drafted, again, mentor);
    await agent.until(() => operation().approval !== null, 'the new approval');
  });

  it('[TP8] [TP2] an order that is forged in any way starts nothing', async () => {
    const { agent } = stage;
    await tickAll(stage, drafted, drafted.callId);
    await typeProof(drafted, drafted.callId, agent);
    await agent.until(() => operation().confirmation?.proofAt != null, 'the whole confirmation');
    const order = executionOrder(agent, drafted, drafted.callId);
    for (const [what, signed, code] of forgeries(agent, agent2, 'order', order.digest)) {
      await attacks.command(code, agent, 'order execution', drafted.caseId, { ...order, signed });
      expect({ what, execution: operation().execution }).toEqual({ what, execution: null });
    }
    // The tick and the approval of the very same figures are no order.
    for (const purpose of ['tick', 'approval'] as const) await attacks.command('tp8-other-digest', agent, 'order execution', drafted.caseId, { ...order, signed: agent.signed(purpose, order.digest) });
    await attacks.command('tp2-digest', agent, 'order execution', drafted.caseId, { ...order, digest: 'c'.repeat(64), signed: agent.signed('order', 'c'.repeat(64)) });
    await attacks.command('tp8-other-digest', agent, 'order execution', drafted.caseId, { ...order, signed: agent.signed('order', 'c'.repeat(64)) });
    await attacks.command('not-the-maker', stage.mentor, 'order execution', drafted.caseId, { ...order, signed: stage.mentor.signed('order', order.digest) });
    await attacks.command('not-your-case', agent2, 'order execution', drafted.caseId, { ...order, signed: agent2.signed('order', order.digest) });
  });

  it('[TP4] an order is carried out once: byte for byte, under another name, with other keys, and by another hand', async () => {
    const { agent } = stage;
    const { caseId } = drafted;
    const command = agent.make('order execution', caseId, executionOrder(agent, drafted, drafted.callId));
    const accepted = await agent.send(command);
    expect(accepted).toMatchObject({ status: 'accepted' });
    await agent.until(() => statusOf(agent, drafted) === 'done', 'done');
    expect(await agent.send(command)).toEqual(accepted);
    const { body } = JSON.parse(command.inner) as { body: object };
    await attacks.command('tp4-already-started', agent, 'order execution', caseId, body);
    await attacks.command('tp4-already-started', agent, 'order execution', caseId, { ...body, executionId: uuidv7() });
    await attacks.command('tp4-already-started', agent, 'order execution', caseId, executionOrder(agent, drafted, drafted.callId));
    // The same name with other bytes, and somebody else's command under one's own name.
    expect(await agent.send(withInner(command, (inner) => ({ ...inner, madeAt: '2026-01-01T00:00:00.000Z' })))).toMatchObject({ status: 'forked' });
    expect(await agent2.send({ ...command, desktop: agent2.desktop, number: 1 })).toMatchObject({ status: 'forked' });
    expect(await booked(stage)).toEqual([...STORY_PLANS].sort());
  });

  it('[TP8] the signatures that are stored verify, and each stands for its own act', async () => {
    const events = await stage.running.centre.log.readCase(drafted.caseId as never);
    const signed = events.flatMap((event) => (event.body !== null && typeof event.body === 'object' && 'signed' in event.body ? [[event.kind, (event.body as { signed: Signed }).signed] as const] : []));
    expect(signed.map(([kind, one]) => `${kind}: ${one.purpose}`)).toEqual(['payload made: tick', 'review approved: approval', 'payload made: tick', 'review approved: approval', 'execution started: order']);
    expect(new Set(signed.map(([, one]) => one.personSignature)).size).toBe(5);
  });

  it('[TP7] each of these attempts is in the audit log, under the person who made it', () => attacks.areInTheAuditLog());
});
