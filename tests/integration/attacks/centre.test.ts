import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Change } from '#shared/administration/change.ts';
import type { Person } from '#shared/people/person.ts';
import { keyIdOf } from '#shared/protocol/signature.ts';
import { PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import { makeRawKey, RawDesktop } from '../server/raw-desktop.ts';
import { administrators, clearStage, consent, proposal, setStage, signOn, type Stage } from '../server/story.ts';
import { addPerson, Attacks } from './attack.ts';

/** TP12 from raw sockets: one administrator, alone, against everything that could weaken two-person control. */
describe('one administrator against the centre, over raw sockets', () => {
  let stage: Stage;
  let admin: RawDesktop;
  let admin2: RawDesktop;
  let other: RawDesktop;
  const attacks = new Attacks(() => stage);
  const person = (account: string): Person => stage.running.centre.people.byAccount(account)!;
  const me = (): Person => stage.running.centre.people.byId(admin.person)!;
  const changes = (): [string, Change][] => {
    const { control } = stage.running.centre.rules;
    const machine = makeRawKey();
    return [
      ['a limit', { kind: 'change person', person: { ...person('mentor2'), entitlements: { reviewLimitFen: { 'early-settlement': 900_000_000 } } } }],
      ['a role', { kind: 'change person', person: { ...person('agent2'), role: 'lead' } }],
      ['a person', { kind: 'add person', person: { ...person('mentor'), id: uuidv7(), human: uuidv7(), account: 'ghost', no: '9999' } }],
      ['a policy', { kind: 'publish policy', policy: { ...control, version: 'control-of-one', kinds: { ...control.kinds, 'early-settlement': { ...control.kinds['early-settlement'], highValueFromFen: 900_000_000 } } } }],
      ['the way of two leads', { kind: 'publish policy', policy: { ...control, version: 'glass-of-one', breakGlass: { afterMinutes: 1, capFen: 900_000_000, perDay: 999 } } }],
      ['a passphrase', { kind: 'reset passphrase', personId: person('mentor').id }],
      ['a machine', { kind: 'enrol workstation', workstation: { id: uuidv7(), name: 'x', site: 'x', keyId: machine.keyId, publicKey: machine.publicKey } }],
    ];
  };

  beforeAll(async () => {
    stage = await setStage();
    // A third administrator attacks, who has a second account; the first two stay honest.
    ({ admin2 } = await administrators(stage));
    admin = await addPerson(stage, person('admin'), {});
    other = await addPerson(stage, person('admin'), { human: me().human });
  }, 60_000);
  afterAll(() => clearStage(stage));

  it('[TP12] nothing comes into force by one, nor by two accounts of one', async () => {
    const before = JSON.stringify([stage.running.centre.people.all(), stage.running.centre.rules.control]);
    for (const [what, change] of changes()) {
      const proposed = proposal(admin, change);
      await admin.ask('administer', { kind: 'propose change', body: proposed.body });
      await attacks.administer('tp12-two-people', admin, 'approve change', consent(admin, proposed));
      await attacks.administer('tp12-two-people', other, 'approve change', consent(other, proposed));
      await attacks.administer('change-exists', admin, 'propose change', proposed.body);
      expect({ what, status: stage.running.centre.administration.state.changes[proposed.body.changeId]!.status }).toEqual({ what, status: 'waiting' });
      await admin.ask('administer', { kind: 'withdraw change', body: { changeId: proposed.body.changeId } });
      await attacks.administer('change-decided', admin2, 'approve change', consent(admin2, proposed));
    }
    expect(JSON.stringify([stage.running.centre.people.all(), stage.running.centre.rules.control])).toBe(before);
  }, 30_000);

  it('[TP12] [TP8] neither half is forged: keys of others, other digests, purposes changed round, what was not proposed', async () => {
    const change = changes()[0]![1];
    const proposed = proposal(admin, change);
    const { body, digest } = proposed;
    await attacks.administer('tp8-key-unknown', admin, 'propose change', { ...body, signed: admin.signed('order', digest, { person: admin2.personKey }) });
    await attacks.administer('tp8-workstation', admin, 'propose change', { ...body, signed: admin.signed('order', digest, { machine: admin2.machineKey }) });
    await attacks.administer('tp8-other-digest', admin, 'propose change', { ...body, signed: admin.signed('approval', digest) });
    await attacks.administer('tp8-other-digest', admin, 'propose change', { ...body, signed: admin.signed('order', 'c'.repeat(64)) });
    // Signed for one change, sent as another.
    await attacks.administer('tp8-other-digest', admin, 'propose change', { ...body, change: changes()[1]![1] });
    await admin.ask('administer', { kind: 'propose change', body });
    const agreed = consent(admin2, proposed);
    await attacks.administer('tp8-key-unknown', admin2, 'approve change', { ...agreed, signed: admin2.signed('approval', digest, { person: admin.personKey }) });
    await attacks.administer('tp8-unsigned', admin2, 'approve change', { ...agreed, signed: { ...agreed.signed, personSignature: admin.signed('approval', digest).personSignature } });
    await attacks.administer('tp8-other-digest', admin2, 'approve change', { ...agreed, signed: admin2.signed('order', digest) });
    await attacks.administer('tp2-digest', admin2, 'approve change', { ...agreed, digest: 'c'.repeat(64), signed: admin2.signed('approval', 'c'.repeat(64)) });
    await attacks.administer('ask-malformed', admin2, 'approve change', { ...agreed, signed: undefined });
    await admin.ask('administer', { kind: 'withdraw change', body: { changeId: body.changeId } });
  });

  it('[TP12] nobody gains by a change of their own: not as proposer, not as the second, not under another account', async () => {
    const own: Change = { kind: 'change person', person: { ...me(), skills: ['es'] } };
    await attacks.administer('tp12-gains', admin, 'propose change', proposal(admin, own).body);
    await attacks.administer('tp12-gains', other, 'propose change', proposal(other, own).body);
    const proposed = proposal(admin2, own);
    await admin2.ask('administer', { kind: 'propose change', body: proposed.body });
    await attacks.administer('tp12-gains', admin, 'approve change', consent(admin, proposed));
    await attacks.administer('tp12-gains', other, 'approve change', consent(other, proposed));
    await attacks.administer('tp12-gains', admin, 'propose change', proposal(admin, { kind: 'reset passphrase', personId: admin.person }).body);
    const moved: Change = { kind: 'change person', person: { ...person('agent'), human: person('agent2').human } };
    await attacks.administer('person-fixed', admin, 'propose change', proposal(admin, moved).body);
  });

  it('[PR3] nobody else does anything to the centre', async () => {
    const lead = await signOn(stage, 'lead');
    for (const desktop of [stage.agent, stage.mentor, lead]) {
      for (const [, change] of changes()) await attacks.administer('role-may-not', desktop, 'propose change', proposal(desktop, change).body);
      await attacks.administer('role-may-not', desktop, 'disable person', { personId: admin.person, reason: 'x' });
      await attacks.administer('role-may-not', desktop, 'revoke workstation', { workstationId: admin.workstation, reason: 'x' });
      await attacks.administer('role-may-not', desktop, 'revoke key', { personId: admin.person, keyId: admin.personKey.keyId, reason: 'x' });
      await attacks.ask('role-may-not', desktop, 'take half', { changeId: uuidv7() });
    }
    expect(stage.running.centre.people.byId(admin.person)!.active).toBe(true);
  }, 30_000);

  it('[TP12] a proposer disabled, and a proposal by a key that was revoked since, come to nothing', async () => {
    const second = await addPerson(stage, person('admin2'), {});
    const proposed = proposal(second, { kind: 'change person', person: { ...person('agent2'), skills: ['es'] } });
    await second.ask('administer', { kind: 'propose change', body: proposed.body });
    await admin.ask('administer', { kind: 'revoke key', body: { personId: second.person, keyId: second.personKey.keyId, reason: '被盗' } });
    await attacks.administer('tp12-proposer-key', admin2, 'approve change', consent(admin2, proposed));
    await admin.ask('administer', { kind: 'disable person', body: { personId: second.person, reason: '离职' } });
    await attacks.administer('tp12-proposer-gone', admin2, 'approve change', consent(admin2, proposed));
    // Two have to be left, or nobody could ever be the second one again.
    await admin.ask('administer', { kind: 'disable person', body: { personId: other.person, reason: '离职' } });
    await admin.ask('administer', { kind: 'disable person', body: { personId: person('admin').id, reason: '离职' } });
    await attacks.administer('last-administrators', admin, 'disable person', { personId: admin2.person, reason: 'x' });
    await attacks.administer('last-administrators', admin, 'propose change', proposal(admin, { kind: 'change person', person: { ...person('admin2'), active: false } }).body);
  }, 30_000);

  it('[TP8] one key is one person\'s: not registered twice, not under a made-up name, not a weak one', async () => {
    const somebody = await RawDesktop.signIn(stage.running.url, 'agent2');
    stage.others.push(somebody);
    const filler = randomBytes(16).toString('base64');
    const wrapped = { kdf: 'argon2id' as const, cost: { memoryKib: 8, passes: 1, lanes: 1 }, salt: filler, iv: filler, sealed: filler, tag: filler };
    const lead2 = new RawDesktop(stage.running.url);
    await lead2.enrol('ws-lead2');
    await lead2.session('lead2', 'aidline-demo');
    await lead2.connect();
    stage.others.push(lead2);
    const theirs = stage.mentor.personKey;
    await attacks.ask('key-taken', lead2, 'keep key', { publicKey: theirs.publicKey, keyId: theirs.keyId, wrapped });
    await attacks.administer('key-taken', lead2, 'register key', { publicKey: theirs.publicKey, keyId: theirs.keyId });
    const madeUp = 'ab'.repeat(32);
    await attacks.ask('ask-malformed', lead2, 'keep key', { publicKey: theirs.publicKey, keyId: madeUp, wrapped });
    await attacks.administer('ask-malformed', lead2, 'register key', { publicKey: theirs.publicKey, keyId: madeUp });
    // The neutral point: some programs take whatever it is said to have signed, so that whoever owns it can deny everything.
    const weak = Buffer.alloc(32);
    weak[0] = 1;
    await attacks.administer('ask-malformed', lead2, 'register key', { publicKey: weak.toString('base64'), keyId: keyIdOf(weak) });
    expect(stage.running.centre.administration.state.people[lead2.person]!.keys).toEqual([]);
  }, 30_000);

  it('[PR9] [TP12] a machine is enrolled with the key whose fingerprint two people compared, and under its own id', async () => {
    const mine = makeRawKey();
    const named = makeRawKey();
    const workstation = { id: uuidv7(), name: 'x', site: 'x', keyId: named.keyId, publicKey: mine.publicKey };
    await attacks.administer('ask-malformed', admin, 'propose change', proposal(admin, { kind: 'enrol workstation', workstation }).body);
    await attacks.administer('workstation-exists', admin, 'propose change', proposal(admin, { kind: 'enrol workstation', workstation: { ...workstation, ...keyOf(mine), id: stage.mentor.workstation } }).body);
    await attacks.administer('workstation-exists', admin, 'propose change', proposal(admin, { kind: 'enrol workstation', workstation: { ...workstation, ...keyOf(stage.mentor.machineKey) } }).body);
  });

  it('[TP12] [TP8] whoever had a session before a reset has it no longer, and registers no key with it', async () => {
    const stolen = await RawDesktop.signIn(stage.running.url, 'mentor2');
    stage.others.push(stolen);
    const proposed = proposal(admin, { kind: 'reset passphrase', personId: stolen.person });
    await admin.ask('administer', { kind: 'propose change', body: proposed.body });
    await admin2.ask('administer', { kind: 'approve change', body: consent(admin2, proposed) });
    const thief = makeRawKey();
    const tried = await Promise.race([
      stolen.dismissed(),
      stolen.tryAsk('administer', { kind: 'register key', body: { publicKey: thief.publicKey, keyId: thief.keyId } }).then((answer) => (answer.ok ? 'registered' : answer.refusal.code), () => stolen.goodbye),
    ]);
    expect(tried).not.toBe('registered');
    await expect(stolen.connectAnother({})).rejects.toThrow();
    expect(stage.running.centre.administration.state.people[stolen.person]!.keys.filter((key) => key.revokedAt === null)).toEqual([]);
    const response = await fetch(`${stage.running.url}/session`, {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ protocol: PROTOCOL_VERSION, account: 'mentor2', password: 'aidline-demo', workstation: stolen.workstation, desktop: stolen.desktop, clockAt: new Date().toISOString() }),
    });
    expect(response.status).toBe(401);
  }, 30_000);

  it('[TP7] each of these attempts is in the audit log, under the person who made it', () => attacks.areInTheAuditLog());
});

const keyOf = ({ keyId, publicKey }: { keyId: string; publicKey: string }) => ({ keyId, publicKey });
