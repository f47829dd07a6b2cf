import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Change } from '#shared/administration/change.ts';
import { makeRawKey, RawDesktop } from '../server/raw-desktop.ts';
import { clearStage, moveClock, ready, refusalsInAudit, setStage, signOn, SMALL, startDemoCentre, statusOf, type Stage } from '../server/story.ts';
import { act, approval, approve, byTwo, changePerson, newcomer, personOf, post, proposal, propose, proposed } from './centre-acts.ts';

describe('[TP12] what could weaken control is changed by two people', () => {
  let stage: Stage;
  let admin: RawDesktop;
  let admin2: RawDesktop;
  let risk: RawDesktop;
  const state = () => stage.running.centre.administration.state;
  const policy = (version: string, more: object = {}) => ({ ...stage.running.centre.rules.control, version, ...more });
  const waiting = () => Object.values(state().changes).filter((change) => change.status === 'waiting').length;

  beforeAll(async () => {
    stage = await setStage();
    [admin, admin2, risk] = await Promise.all([signOn(stage, 'admin'), signOn(stage, 'admin2'), signOn(stage, 'risk')]);
  }, 60_000);
  afterAll(() => clearStage(stage));

  it('[TP12] each kind of change comes into force with the second person, and not before', async () => {
    const machine = makeRawKey();
    const flow = stage.running.centre.rules.flows.find((one) => one.publication === 'inForce')!.definition;
    expect(await act(risk, 'stop kind', { operationKind: 'refund', reason: 'x' })).toBe('ok');
    const temp = newcomer('temp');
    const cases: [Change, () => boolean][] = [
      [{ kind: 'add person', person: temp }, () => state().people[temp.id] !== undefined],
      [{ kind: 'change person', person: { ...temp, team: 'B' } }, () => state().people[temp.id]?.person.team === 'B'],
      [{ kind: 'reset passphrase', personId: temp.id }, () => state().signedOut[temp.id]!.version === state().version],
      [{ kind: 'enrol workstation', workstation: { id: uuidv7(), name: 'WS-9', site: '西安', keyId: machine.keyId, publicKey: machine.publicKey } }, () => Object.values(state().workstations).some((one) => one.name === 'WS-9')],
      [{ kind: 'publish policy', policy: policy('two-1', { equivalentTo: [stage.running.centre.rules.control.version] }) }, () => stage.running.centre.rules.control.version === 'two-1'],
      [{ kind: 'publish flow', definition: { ...flow, version: 90 }, publication: 'inForce' }, () => stage.running.centre.rules.flows.some((one) => one.definition.version === 90 && one.publication === 'inForce')],
      [{ kind: 'publish flow', definition: { ...flow, version: 90 }, publication: 'recalled' }, () => stage.running.centre.rules.flows.some((one) => one.definition.version === 90 && one.publication === 'recalled')],
      [{ kind: 'release kind', operationKind: 'refund' }, () => state().stopped['refund'] === undefined],
      [{ kind: 'set legal hold', customerId: SMALL.customerId, matter: 'M-1', reason: 'x' }, () => true],
      [{ kind: 'lift legal hold', customerId: SMALL.customerId, matter: 'M-1', reason: 'x' }, () => true],
    ];
    for (const [change, inForce] of cases) {
      const made = await propose(admin, change);
      if (change.kind !== 'set legal hold' && change.kind !== 'lift legal hold') expect([change.kind, inForce()]).toEqual([change.kind, false]);
      expect([change.kind, await approve(admin2, made)]).toEqual([change.kind, 'ok']);
      expect([change.kind, inForce(), state().changes[made.changeId]?.status]).toEqual([change.kind, true, 'in-force']);
    }
    expect(await stage.running.centre.log.auditAfter(0, 10_000).then((all) => all.filter((one) => one.kind.startsWith('legal hold')).map((one) => [one.kind, one.person, one.detail['second']])))
      .toEqual([['legal hold set', admin.person, admin2.person], ['legal hold lifted', admin.person, admin2.person]]);
  });

  it('[TP12] one person is not two, nor are two accounts of one human', async () => {
    const made = await propose(admin, { kind: 'publish policy', policy: policy('alone') });
    expect(await approve(admin, made)).toBe('tp12-two-people');
    const again = await signOn(stage, 'admin');
    expect(await approve(again, made)).toBe('tp12-two-people');
    // A second account of the very same human, made openly.
    const added = await byTwo(admin2, await thirdAdmin(), { kind: 'add person', person: newcomer('admin-b', { role: 'admin', human: personOf(stage.running, 'admin').human }) });
    halves.set(added.changeId, added.half!);
    const other = await firstSignIn('admin-b');
    expect(await approve(other, made)).toBe('tp12-two-people');
    expect(state().changes[made.changeId]?.status).toBe('waiting');
    expect(stage.running.centre.rules.control.version).not.toBe('alone');
    expect(await refusalsInAudit(stage, admin.person)).toContain('tp12-two-people');
  });

  it('[TP12] whoever a change is about neither proposes nor approves it, under any account', async () => {
    const third = await thirdAdmin();
    const gain: Change = { kind: 'change person', person: { ...personOf(stage.running, 'admin'), role: 'lead', entitlements: { reviewLimitFen: { 'early-settlement': 1 } } } };
    expect(await act(admin, 'propose change', proposal(admin, proposed(admin, gain)))).toBe('tp12-gains');
    const made = await propose(admin2, gain);
    expect(await approve(admin, made)).toBe('tp12-gains');
    expect(await approve(await desktopOf('admin-b'), made)).toBe('tp12-gains');
    const reset = proposed(third, { kind: 'reset passphrase', personId: third.person });
    expect(await act(third, 'propose change', proposal(third, reset))).toBe('tp12-gains');
    await changePerson(stage.running, admin, admin2, 'admin3', { relatedCustomers: [SMALL.customerId] });
    const erase = proposed(third, { kind: 'erase customer', customerId: SMALL.customerId, reason: 'x' });
    expect(await act(third, 'propose change', proposal(third, erase))).toBe('tp12-gains');
    expect(await act(admin2, 'withdraw change', { changeId: made.changeId })).toBe('ok');
    expect(await approve(third, made)).toBe('change-decided');
  });

  it('[TP12] [PR3] other roles propose and approve nothing; a risk officer only what is a risk officer\'s', async () => {
    const change: Change = { kind: 'publish policy', policy: policy('by-others') };
    for (const desktop of [stage.agent, stage.mentor]) expect(await act(desktop, 'propose change', proposal(desktop, proposed(desktop, change)))).toBe('role-may-not');
    expect(await act(risk, 'propose change', proposal(risk, proposed(risk, change)))).toBe('role-may-not');
    const made = await propose(admin, change);
    expect(await approve(risk, made)).toBe('role-may-not');
    expect(await approve(stage.mentor, made)).toBe('role-may-not');
    expect(await act(risk, 'reject change', { changeId: made.changeId, because: 'no' })).toBe('ok');
    expect(await approve(admin2, made)).toBe('change-decided');
  });

  it('[TP8] [TP12] another digest, another purpose, forged, foreign and revoked keys, and a replay are refused', async () => {
    const third = await thirdAdmin();
    const change: Change = { kind: 'publish policy', policy: policy('forged') };
    const made = proposed(admin, change);
    const stranger = makeRawKey();
    const body = proposal(admin, made) as { signed: ReturnType<RawDesktop['signed']> };
    expect(await act(admin, 'propose change', proposal(admin, made, { person: stranger }))).toBe('tp8-key-unknown');
    expect(await act(admin, 'propose change', proposal(admin, made, { machine: stranger }))).toBe('tp8-workstation');
    expect(await act(admin, 'propose change', { ...body, signed: { ...body.signed, personSignature: admin.signed('order', 'a'.repeat(64)).personSignature } })).toBe('tp8-unsigned');
    expect(await act(admin, 'propose change', { ...body, signed: admin.signed('approval', made.digest) })).toBe('tp8-other-digest');
    // Signed for one policy, sent with another.
    expect(await act(admin, 'propose change', { ...body, change: { kind: 'publish policy', policy: policy('forged', { maxBlindEntries: 99 }) } })).toBe('tp8-other-digest');
    // Another administrator's signature over it is not mine.
    expect(await act(admin, 'propose change', { ...body, signed: admin2.signed('order', made.digest) })).toBe('tp8-key-unknown');
    expect(await act(admin, 'propose change', body)).toBe('ok');
    expect(await act(admin, 'propose change', body)).toBe('change-exists');
    expect(await act(admin2, 'approve change', { ...approval(admin2, made), digest: 'b'.repeat(64) })).toBe('tp2-digest');
    expect(await act(admin2, 'approve change', { ...approval(admin2, made), signed: admin2.signed('order', made.digest) })).toBe('tp8-other-digest');
    expect(await act(admin2, 'approve change', { ...approval(admin2, made), signed: body.signed })).toBe('tp8-key-unknown');
    // The proposer's key is revoked before the second person comes: perhaps it was not the proposer who ordered it.
    const lost = await propose(third, { kind: 'publish policy', policy: policy('lost-key') });
    expect(await act(third, 'revoke key', { personId: third.person, keyId: third.personKey.keyId, reason: 'stolen' })).toBe('ok');
    expect(await approve(admin2, lost)).toBe('tp12-proposer-key');
    expect(await act(third, 'propose change', proposal(third, proposed(third, change)))).toBe('tp8-key-revoked');
    expect(await approve(third, made)).toBe('tp8-key-revoked');
    expect(await approve(admin2, made)).toBe('ok');
    // The same press again changes nothing.
    expect(await approve(admin2, made)).toBe('change-decided');
    expect(state().policies.filter(({ version }) => version === 'forged')).toHaveLength(1);
  });

  it('[TP12] a proposer who was disabled, or is no administrator any more, has proposed nothing', async () => {
    const fourth = await freshAdmin('admin4');
    const made = await propose(fourth, { kind: 'publish policy', policy: policy('gone') });
    await changePerson(stage.running, admin, admin2, 'admin4', { role: 'agent' });
    expect(await approve(admin2, made)).toBe('tp12-proposer-gone');
    await changePerson(stage.running, admin, admin2, 'admin4', { role: 'admin' });
    expect(await act(risk, 'disable person', { personId: fourth.person, reason: 'left' })).toBe('ok');
    expect(await fourth.dismissed()).toBe('person-disabled');
    expect(await approve(admin2, made)).toBe('tp12-proposer-gone');
  });

  it('[TP12] what was changed since it was proposed is overtaken: an old proposal puts nothing back', async () => {
    const temp2 = newcomer('temp2');
    await byTwo(admin, admin2, { kind: 'add person', person: temp2 });
    const stale = await propose(admin, { kind: 'change person', person: { ...temp2, team: 'C' } });
    expect(await act(risk, 'disable person', { personId: temp2.id, reason: 'left' })).toBe('ok');
    expect(await approve(admin2, stale)).toBe('tp12-overtaken');
    expect(state().people[temp2.id]?.person.active).toBe(false);
    expect(await act(risk, 'stop kind', { operationKind: 'limit-change', reason: 'x' })).toBe('ok');
    const first = await propose(admin, { kind: 'release kind', operationKind: 'limit-change' });
    const second = await propose(admin, { kind: 'release kind', operationKind: 'limit-change' });
    expect(await approve(admin2, first)).toBe('ok');
    expect(await act(risk, 'stop kind', { operationKind: 'limit-change', reason: 'again' })).toBe('ok');
    expect(await approve(admin2, second)).toBe('tp12-overtaken');
    expect(state().stopped['limit-change']).toBeDefined();
    const [older, newer] = [await propose(admin, { kind: 'publish policy', policy: policy('older') }), await propose(admin, { kind: 'publish policy', policy: policy('newer') })];
    expect(await approve(admin2, newer)).toBe('ok');
    expect(await approve(admin2, older)).toBe('tp12-overtaken');
  });

  it('[TP12] two administrators always remain, and a human is told by the same id for ever', async () => {
    const admins = () => stage.running.centre.people.all().filter((one) => one.role === 'admin' && one.active);
    for (const one of admins().filter(({ account }) => account !== 'admin' && account !== 'admin2')) expect(await act(risk, 'disable person', { personId: one.id, reason: 'x' })).toBe('ok');
    expect(await act(risk, 'disable person', { personId: admin.person, reason: 'x' })).toBe('last-administrators');
    const moved: Change = { kind: 'change person', person: { ...personOf(stage.running, 'agent'), human: uuidv7() } };
    expect(await act(admin, 'propose change', proposal(admin, proposed(admin, moved)))).toBe('person-fixed');
  });

  it('[FL1] a flow with a mistake is refused at the proposal with file, line and reason; a published version never changes', async () => {
    const { definition } = stage.running.centre.rules.flows.find((one) => one.definition.id === 'early-settlement' && one.publication === 'inForce')!;
    const before = waiting();
    const send = async (change: object) => {
      const answer = await admin.tryAsk('administer', { kind: 'propose change', body: { ...proposal(admin, proposed(admin, change as Change)), change } });
      return answer.ok ? null : answer.refusal;
    };
    const steps = definition.steps.map((step, index) => (index === 1 ? { ...step, pass: 'nothing.known == 1' } : step));
    const wrong = await send({ kind: 'publish flow', definition: { ...definition, version: 50, steps }, publication: 'inForce' });
    expect(wrong).toMatchObject({ code: 'flow-malformed', detail: { file: 'early-settlement.yaml', path: 'steps.1.pass' } });
    expect(wrong?.detail?.['line']).toBeGreaterThan(3);
    expect(wrong?.detail?.['reason']).toMatch(/nothing/);
    // The order of a high-value flow is law (FL2).
    const without = { ...definition, version: 50, steps: definition.steps.filter((step) => step.panel !== 'review') };
    expect(await send({ kind: 'publish flow', definition: without, publication: 'inForce' })).toMatchObject({ code: 'flow-malformed' });
    expect(await send({ kind: 'publish flow', definition: { ...definition, version: 'x' }, publication: 'inForce' })).toMatchObject({ code: 'flow-malformed', detail: { path: 'version' } });
    const changed = { ...definition, title: { zh: '别的', en: 'another' } };
    expect(await send({ kind: 'publish flow', definition: changed, publication: 'inForce' })).toMatchObject({ code: 'flow-version-used' });
    expect(await send({ kind: 'publish flow', definition: changed, publication: 'recalled' })).toMatchObject({ code: 'flow-version-used' });
    expect(await send({ kind: 'publish flow', definition: { ...definition, version: 77 }, publication: 'recalled' })).toMatchObject({ code: 'flow-unknown' });
    expect(await send({ kind: 'publish policy', policy: { ...policy('bad'), maxBlindEntries: 0 } })).toMatchObject({ code: 'policy-malformed', detail: { path: 'maxBlindEntries' } });
    const pinned = { ...policy('bad'), kinds: { ...policy('bad').kinds, 'early-settlement': { ...policy('bad').kinds['early-settlement'], pinned: ['plan.status'] } } };
    expect(await send({ kind: 'publish policy', policy: pinned })).toMatchObject({ code: 'policy-malformed' });
    expect(await send({ kind: 'publish policy', policy: policy(stage.running.centre.rules.control.version) })).toMatchObject({ code: 'policy-version-used' });
    expect(waiting()).toBe(before);
  });

  it('[RB1] what is no change at all is refused with a code, and the centre goes on', async () => {
    for (const body of [null, 7, 'x', {}, { changeId: uuidv7(), change: { kind: 'fly' }, reason: 'x' }, { __proto__: null }]) {
      const answer = await admin.tryAsk('administer', { kind: 'propose change', body });
      expect(answer).toMatchObject({ ok: false, refusal: { code: 'ask-malformed' } });
    }
    expect((await admin.tryAsk('administer', { kind: 'constructor', body: {} })).ok).toBe(false);
    expect(await act(admin, 'approve change', { ...approval(admin, proposed(admin, { kind: 'release kind', operationKind: 'refund' })) })).toBe('change-unknown');
    // A key under a name that is not its own hash.
    const key = makeRawKey();
    expect(await act(admin, 'register key', { publicKey: key.publicKey, keyId: makeRawKey().keyId })).toBe('ask-malformed');
    expect(await act(admin, 'register key', { publicKey: key.publicKey, keyId: key.keyId })).toBe('key-registered');
  });

  const desks = new Map<string, RawDesktop>();
  const desktopOf = async (account: string): Promise<RawDesktop> => desks.get(account)!;
  /** A new person's first sign-in: both halves, a passphrase of their own, a key. */
  async function firstSignIn(account: string): Promise<RawDesktop> {
    const id = personOf(stage.running, account).id;
    const change = Object.values(state().changes).find((one) => one.status === 'in-force' && one.change.kind === 'add person' && one.change.person.id === id)!;
    const proposer = stage.others.find((one) => one.person === change.proposer)!;
    const code = `${(await proposer.ask('take half', { changeId: change.changeId })).half}-${halves.get(change.changeId)!}`;
    const desktop = new RawDesktop(stage.running.url);
    await desktop.enrol(`ws-${account}`);
    const changed = await post(stage.running.url, '/passphrase', { account, old: code, new: 'a passphrase of my own', workstation: desktop.workstation });
    if (changed.code !== 'ok') throw new Error(changed.code);
    await desktop.session(account, 'a passphrase of my own');
    await desktop.connect();
    await desktop.keepKey();
    stage.others.push(desktop);
    desks.set(account, desktop);
    return desktop;
  }
  const halves = new Map<string, string>();
  async function freshAdmin(account: string): Promise<RawDesktop> {
    const added = await byTwo(admin, admin2, { kind: 'add person', person: newcomer(account, { role: 'admin' }) });
    halves.set(added.changeId, added.half!);
    return firstSignIn(account);
  }
  const thirdAdmin = async (): Promise<RawDesktop> => desks.get('admin3') ?? freshAdmin('admin3');
});

describe('[TP12] the policy in force', () => {
  it('[TP2] [TP12] governs the gate at once, is told to the desktops, and is kept over a restart; a file at the start does not count', async () => {
    const stage = await setStage();
    try {
      const [admin, admin2] = await Promise.all([signOn(stage, 'admin'), signOn(stage, 'admin2')]);
      const { drafted, order } = await ready(stage);
      const { control } = stage.running.centre.rules;
      const told = stage.agent.liveValue('rules-version')?.version;
      await byTwo(admin, admin2, { kind: 'publish policy', policy: { ...control, version: 'stricter', maxBlindEntries: 1 } });
      await stage.agent.until(() => stage.agent.liveValue('rules-version')?.version !== told, 'the new version');
      const { rules } = await stage.agent.ask('rules', { have: told ?? null });
      expect(rules).toMatchObject({ control: { version: 'stricter', maxBlindEntries: 1 } });
      expect(await stage.agent.refusal('order execution', drafted.caseId, order)).toBe('tp2-policy');
      await byTwo(admin, admin2, { kind: 'publish policy', policy: { ...control, version: 'equivalent', equivalentTo: [control.version] } });
      await stage.agent.must('order execution', drafted.caseId, order);
      await stage.agent.until(() => statusOf(stage.agent, drafted) === 'done', 'the booking');

      const file = join(mkdtempSync(join(tmpdir(), 'aidline-control-')), 'control.yaml');
      writeFileSync(file, stringify({ ...control, version: 'by-file', maxBlindEntries: 9 }));
      for (const desktop of [stage.agent, stage.mentor, ...stage.others]) desktop.close();
      const at = stage.running.centre.clock.now();
      await stage.running.stop();
      const { running } = await startDemoCentre(stage.data, ['--control', file]);
      stage.running = running;
      await moveClock(running.url, at);
      expect(running.centre.rules.control.version).toBe('equivalent');
      expect(running.notices.join('\n')).toMatch(/不生效[\s\S]*does not count/);
    } finally {
      await clearStage(stage);
    }
  });
});
