import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '#shared/people/person.ts';
import { makeRawKey, RawDesktop } from '../server/raw-desktop.ts';
import {
  administrators, answerCall, approve, booked, changeCentre, changePerson, clearStage, consent, enter, executionOrder, LARGE, proposal, selfCheck, setStage, sheet, signOn, statusOf, submission, submit, take, tickAll,
  typeProof, verifyHolder, type Drafted, type Stage,
} from '../server/story.ts';
import { addPerson, Attacks, withInner } from './attack.ts';

/** Who may be the second person, and with which keys: attacked from every seat of the centre. */
describe('people, limits, keys and machines under attack, over raw sockets', () => {
  let stage: Stage;
  let drafted: Drafted;
  let reviewId: string;
  let lead: RawDesktop;
  const attacks = new Attacks(() => stage);
  const operation = () => stage.agent.state(drafted.caseId).operations[drafted.operationId]!;
  const person = (account: string): Person => stage.running.centre.people.byAccount(account)!;
  const order = () => executionOrder(stage.agent, drafted, drafted.callId);
  const attempt = (code: string) => attacks.command(code, stage.agent, 'order execution', drafted.caseId, order());
  const approval = (desktop: RawDesktop) => ({ reviewId, digest: operation().digest!, signed: desktop.signed('approval', operation().digest!) });
  /** Approved and confirmed anew, by a reviewer who has not lost anything yet. */
  const confirmed = async (reviewer: RawDesktop): Promise<void> => {
    reviewId = await submit(stage, drafted, stage.agent, 'on-line');
    await approve(stage, drafted, reviewId, reviewer);
    await stage.agent.until(() => operation().approval !== null, 'the approval');
    await tickAll(stage, drafted, drafted.callId);
    await typeProof(drafted, drafted.callId, stage.agent);
    await stage.agent.until(() => operation().confirmation?.proofAt != null, 'the whole confirmation');
  };

  beforeAll(async () => {
    stage = await setStage();
    lead = await signOn(stage, 'lead');
    await administrators(stage);
    const call = await answerCall(stage, LARGE.customerId);
    await verifyHolder(stage, call.caseId, call.callId, LARGE.customerId);
    drafted = await sheet(stage, call, LARGE);
    await selfCheck(stage, drafted);
  }, 60_000);
  afterAll(() => clearStage(stage));

  it('[TP5] the maker reviews nothing of their own: not as they are, not promoted, not under a second account of the same human', async () => {
    reviewId = await submit(stage, drafted, stage.agent, 'on-line');
    const { agent } = stage;
    await attacks.command('tp5-not-a-reviewer', agent, 'take review', drafted.caseId, { reviewId });
    const maker = person('agent');
    await changePerson(stage, { ...maker, role: 'mentor', entitlements: person('mentor').entitlements });
    await attacks.command('tp5-reviewer-is-maker', agent, 'take review', drafted.caseId, { reviewId });
    await attacks.command('review-not-open', agent, 'approve review', drafted.caseId, approval(agent));
    await changePerson(stage, maker);
    const second = await addPerson(stage, person('mentor'), { human: maker.human });
    expect(second.person).not.toBe(agent.person);
    await second.until(() => second.liveValue('reviews') !== undefined, 'her pool');
    expect(second.liveValue('reviews')).toEqual([]);
    await attacks.command('tp5-reviewer-is-maker', second, 'take review', drafted.caseId, { reviewId });
    await attacks.command('not-your-case', second, 'approve review', drafted.caseId, approval(second));
    second.close();
  }, 30_000);

  it('[TP5] over one\'s own limit, over the role\'s limit, without entitlement, without the role: nobody reviews', async () => {
    const mentor2 = await signOn(stage, 'mentor2');
    await attacks.command('tp5-over-limit', mentor2, 'take review', drafted.caseId, { reviewId });
    await changePerson(stage, { ...person('mentor2'), entitlements: { reviewLimitFen: {} } });
    await attacks.command('tp5-not-entitled', mentor2, 'take review', drafted.caseId, { reviewId });
    // A limit of their own beyond every sum does not lift the one of the role.
    await changePerson(stage, { ...person('mentor2'), entitlements: { reviewLimitFen: { 'early-settlement': 900_000_000_000 } } });
    const { control } = stage.running.centre.rules;
    const kind = control.kinds['early-settlement'];
    await changeCentre(stage, { kind: 'publish policy', policy: { ...control, version: 'control-low', equivalentTo: [control.version], kinds: { ...control.kinds, 'early-settlement': { ...kind, reviewLimitFen: { ...kind.reviewLimitFen, mentor: 1_000 } } } } });
    await attacks.command('tp5-over-limit', mentor2, 'take review', drafted.caseId, { reviewId });
    await attacks.command('tp5-over-limit', stage.mentor, 'take review', drafted.caseId, { reviewId });
    await changeCentre(stage, { kind: 'publish policy', policy: { ...control, version: 'control-back', equivalentTo: [control.version] } });
    for (const account of ['agent2', 'quality', 'risk']) {
      const other = await signOn(stage, account);
      await attacks.command('not-your-case', other, 'take review', drafted.caseId, { reviewId });
    }
  }, 30_000);

  it('[TP14] neither a relative nor the other account of a relative', async () => {
    await changePerson(stage, { ...person('lead'), relatedCustomers: [LARGE.customerId] });
    await attacks.command('tp14-related', lead, 'take review', drafted.caseId, { reviewId });
    await changePerson(stage, { ...person('lead'), relatedCustomers: [] });
    const declared = await addPerson(stage, person('agent2'), { human: person('lead').human, relatedCustomers: [LARGE.customerId] });
    await attacks.command('tp14-related', lead, 'take review', drafted.caseId, { reviewId });
    await changePerson(stage, { ...person(stage.running.centre.people.byId(declared.person)!.account), relatedCustomers: [] });
    declared.close();
  }, 30_000);

  it('[TP8] an approval that arrives after the key was revoked is refused, whatever time it claims', async () => {
    const { mentor } = stage;
    await take(stage, drafted, reviewId);
    await enter(stage, drafted, reviewId);
    const early = mentor.make('approve review', drafted.caseId, approval(mentor));
    await mentor.ask('administer', { kind: 'revoke key', body: { personId: mentor.person, keyId: mentor.personKey.keyId, reason: '弄丢了' } });
    // Signed, named and timed before the revocation, and sent only now.
    const result = await mentor.send(withInner(early, (inner) => ({ ...inner, madeAt: '2026-11-23T01:00:00.000Z', saidAt: '2026-11-23T01:00:00.000Z' })));
    expect(result).toMatchObject({ status: 'refused', refusal: { code: 'tp8-key-revoked' } });
    attacks.note(mentor.person, 'tp8-key-revoked', 'approve review');
    // No other key can be put in its place by one person.
    const other = makeRawKey();
    await attacks.ask('key-registered', mentor, 'keep key', { publicKey: other.publicKey, keyId: other.keyId, wrapped: wrapped() });
    await attacks.administer('key-registered', mentor, 'register key', { publicKey: other.publicKey, keyId: other.keyId });
    await attacks.command('tp8-key-unknown', mentor, 'approve review', drafted.caseId, { ...approval(mentor), signed: mentor.signed('approval', operation().digest!, { person: other }) });
    expect(operation().approval).toBeNull();
    await stage.agent.must('withdraw review', drafted.caseId, { reviewId });
  });

  it('[TP8] [TP5] a key revoked, a limit lowered, a reviewer disabled between approval and execution', async () => {
    await confirmed(lead);
    const before = person('lead');
    await changePerson(stage, { ...before, entitlements: { reviewLimitFen: { 'early-settlement': 100 } } });
    await attempt('tp5-over-limit');
    await changePerson(stage, { ...before, role: 'quality' });
    await attempt('tp5-not-entitled');
    await changePerson(stage, before);
    const { admin } = await administrators(stage);
    await admin.ask('administer', { kind: 'revoke key', body: { personId: lead.person, keyId: lead.personKey.keyId, reason: '怀疑被盗' } });
    await attempt('tp8-key-revoked');
    await admin.ask('administer', { kind: 'disable person', body: { personId: lead.person, reason: '离职' } });
    expect(await lead.dismissed()).toBe('person-disabled');
    await attempt('tp5-not-entitled');
    expect(operation().execution).toBeNull();
    await stage.agent.must('withdraw review', drafted.caseId, { reviewId });
  }, 30_000);

  it('[PR9] [TP8] a machine that was revoked is out at once: no session, no socket, no signature', async () => {
    const mentor3 = await addPerson(stage, person('mentor'), {});
    reviewId = await submit(stage, drafted, stage.agent, 'on-line');
    await take(stage, drafted, reviewId, mentor3);
    await enter(stage, drafted, reviewId, mentor3);
    const { admin } = await administrators(stage);
    await admin.ask('administer', { kind: 'revoke workstation', body: { workstationId: mentor3.workstation, reason: '被盗' } });
    expect(await mentor3.dismissed()).toBe('workstation-revoked');
    await expect(mentor3.connect()).rejects.toMatchObject({ data: { code: 'workstation-revoked' } });
    const account = stage.running.centre.people.byId(mentor3.person)!.account;
    await expect(mentor3.session(account, 'a passphrase of my own')).rejects.toThrow('workstation-revoked');
    // The person goes on at another machine; what the revoked one signed is nobody's.
    const elsewhere = await RawDesktop.signIn(stage.running.url, account, 'a passphrase of my own');
    stage.others.push(elsewhere);
    const { digest } = operation();
    await attacks.command('tp8-workstation', elsewhere, 'approve review', drafted.caseId, { reviewId, digest, signed: elsewhere.signed('approval', digest!, { machine: mentor3.machineKey }) });
    await elsewhere.must('approve review', drafted.caseId, approval(elsewhere));
    await stage.agent.until(() => operation().approval !== null, 'the approval');
    await tickAll(stage, drafted, drafted.callId);
    await typeProof(drafted, drafted.callId, stage.agent);
    await stage.agent.until(() => operation().confirmation?.proofAt != null, 'the whole confirmation');
  }, 30_000);

  it('[PR9] a token is of use at the machine it was given to, to its person, and on their own desktop only', async () => {
    const { agent, mentor } = stage;
    const said = (claims: Record<string, unknown>) => agent.connectAnother(claims).catch((error: Error & { data?: { code: string } }) => error.data?.code);
    expect(await said({ workstation: mentor.workstation })).toBe('session-over');
    expect(await said({ desktop: mentor.desktop })).toBe('session-over');
    expect(await said({ token: mentor.token })).toBe('session-over');
    expect(await said({ proof: mentor.signed('tick', 'a'.repeat(64)).workstationSignature })).toBe('workstation-proof');
    expect(await said({ token: `${agent.token.slice(0, -4)}AAAA` })).toBe('session-over');
    expect(await said({ proof: undefined })).toBe('hello-malformed');
    expect(await said({})).toBe('connected');
  });

  it('[TP15] the stop button between approval and execution; letting go takes two, of different humans', async () => {
    const risk = await signOn(stage, 'risk');
    const { admin } = await administrators(stage);
    await attacks.administer('role-may-not', stage.agent, 'stop kind', { operationKind: 'early-settlement', reason: 'x' });
    await attacks.administer('role-may-not', admin, 'stop kind', { operationKind: 'early-settlement', reason: 'x' });
    await risk.ask('administer', { kind: 'stop kind', body: { operationKind: 'early-settlement', reason: '异常' } });
    await attempt('tp15-stopped');
    const proposed = proposal(risk, { kind: 'release kind', operationKind: 'early-settlement' });
    await risk.ask('administer', { kind: 'propose change', body: proposed.body });
    await attacks.administer('tp12-two-people', risk, 'approve change', consent(risk, proposed));
    await attacks.administer('role-may-not', stage.mentor, 'approve change', consent(stage.mentor, proposed));
    await attempt('tp15-stopped');
    await admin.ask('administer', { kind: 'approve change', body: consent(admin, proposed) });
  });

  it('[TP9] [TP4] and then, with everything in place, it goes through once', async () => {
    await stage.agent.must('order execution', drafted.caseId, order());
    await stage.agent.until(() => statusOf(stage.agent, drafted) === 'done', 'done');
    expect(await booked(stage)).toHaveLength(LARGE.planIds.length);
    await attempt('tp4-already-started');
    await attacks.command('tp4-already-started', stage.agent, 'submit for review', drafted.caseId, submission(stage, stage.agent, drafted, 'on-line'));
  });

  it('[TP7] each of these attempts is in the audit log, under the person who made it', () => attacks.areInTheAuditLog());
});

const filler = Buffer.alloc(16).toString('base64');
const wrapped = () => ({ kdf: 'argon2id' as const, cost: { memoryKib: 8, passes: 1, lanes: 1 }, salt: filler, iv: filler, sealed: filler, tag: filler });
