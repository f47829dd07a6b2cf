import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { logError, LogFailure } from '../../../server/log/log-errors.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { judgeSigned } from '../../../server/administration/signatures.ts';
import { besideTheLog } from '../server/database-for.ts';
import { RawDesktop } from '../server/raw-desktop.ts';
import { ownDoors } from '../server/several-nodes.ts';
import { clearStage, later, moveClock, setStage, signOn, startDemoCentre, type Stage } from '../server/story.ts';
import { act, byTwo, newcomer, personOf, post, signInCode } from './centre-acts.ts';

let stage: Stage;
let admin: RawDesktop;
let admin2: RawDesktop;
beforeEach(async () => {
  stage = await setStage();
  [admin, admin2] = await Promise.all([signOn(stage, 'admin'), signOn(stage, 'admin2')]);
});
afterEach(() => clearStage(stage));

const OWN = 'a passphrase of my own';
/** The server dies and comes back; the desktops sign in anew. @param meanwhile on the data folder, while nobody has it open */
async function restart(meanwhile: () => Promise<void> = async () => undefined): Promise<void> {
  for (const desktop of [stage.agent, stage.mentor, ...stage.others]) desktop.close();
  const at = stage.running.centre.clock.now();
  await stage.running.stop();
  await meanwhile();
  stage.running = (await startDemoCentre(stage.data)).running;
  await moveClock(stage.running.url, at);
  [admin, admin2] = await Promise.all([signOn(stage, 'admin'), signOn(stage, 'admin2')]);
}
const newMachine = async (): Promise<RawDesktop> => {
  const desktop = new RawDesktop(stage.running.url);
  await desktop.enrol('ws-new');
  stage.others.push(desktop);
  return desktop;
};
const change = (at: RawDesktop, account: string, old: string, next: string): Promise<string> =>
  post(stage.running.url, '/passphrase', { account, old, new: next, workstation: at.workstation }).then(({ code }) => code);

it('[TP12] a new person signs in with both halves only, makes the passphrase their own, and registers a key; over a restart of the server', async () => {
  const person = newcomer('newcomer');
  const { changeId, half: second } = await byTwo(admin, admin2, { kind: 'add person', person });
  expect(second).toMatch(/^[A-Z2-9]{10}$/);
  await admin.until(() => admin.liveValue('administration')?.halves.includes(changeId) === true, 'the half that waits');
  expect(admin2.liveValue('administration')?.halves).toEqual([]);
  // Told once to each, and to nobody else.
  expect(await admin2.askRefusal('take half', { changeId })).toBe('half-gone');
  expect(await (await signOn(stage, 'risk')).askRefusal('take half', { changeId })).toBe('half-gone');
  await restart();
  const { half: first } = await admin.ask('take half', { changeId });
  expect(first).not.toBe(second);
  expect(await admin.askRefusal('take half', { changeId })).toBe('half-gone');

  const desktop = await newMachine();
  const { url } = stage.running;
  for (const wrong of [first, second!, `${second!}-${first}`, `${first}${second!}`]) expect(await signInCode(url, 'newcomer', wrong, desktop)).toBe('wrong-password');
  const code = `${first}-${second!}`;
  // Good for one thing: two others know it.
  expect(await signInCode(url, 'newcomer', code, desktop)).toBe('passphrase-must-change');
  expect(await change(desktop, 'newcomer', code, 'short')).toBe('passphrase-weak');
  expect(await change(desktop, 'newcomer', code, OWN)).toBe('ok');
  expect(await signInCode(url, 'newcomer', code, desktop)).toBe('wrong-password');
  const answer = await desktop.session('newcomer', OWN);
  expect(answer.key.register).toBe(true);
  await desktop.connect();
  await desktop.keepKey();
  expect(stage.running.centre.administration.state.people[person.id]?.keys.map(({ revokedAt }) => revokedAt)).toEqual([null]);
  // Another key would be another person's chance (TP8).
  expect((await (await newMachine()).session('newcomer', OWN)).key.register).toBe(false);

  // Neither the halves nor the code stand anywhere in the data folder.
  for (const name of readdirSync(stage.data, { recursive: true, encoding: 'utf8' })) {
    let content: Buffer;
    try {
      content = readFileSync(join(stage.data, name));
    } catch {
      continue;
    }
    for (const secret of [first, second!]) expect([name, content.includes(secret)]).toEqual([name, false]);
  }
});

it('[TP12] [TP8] a reset ends the person\'s sessions and tokens, revokes their keys, drops the kept key, and the old passphrase is of no use', async () => {
  const { agent, running } = stage;
  const before = { token: agent.token, key: agent.personKey.keyId };
  const half = (await byTwo(admin, admin2, { kind: 'reset passphrase', personId: agent.person })).half!;
  expect(await agent.dismissed()).toBe('session-over');
  expect(running.centre.administration.state.people[agent.person]?.keys).toMatchObject([{ keyId: before.key, revokedAt: expect.any(String) }]);
  expect(await running.centre.credentials.keptKey(agent.person)).toBeNull();
  expect(await signInCode(running.url, 'agent', 'aidline-demo', agent)).toBe('wrong-password');
  await expect(agent.connect()).rejects.toThrow('session-over');
  const changeId = Object.values(running.centre.administration.state.changes).at(-1)!.changeId;
  const code = `${(await admin.ask('take half', { changeId })).half}-${half}`;
  expect(await change(agent, 'agent', code, OWN)).toBe('ok');
  expect((await agent.session('agent', OWN)).key).toMatchObject({ register: true, kept: null });
  await agent.connect();
  // The revoked key comes back for nobody.
  expect(await agent.askRefusal('administer', { kind: 'register key', body: { publicKey: agent.personKey.publicKey, keyId: before.key } })).toBe('key-taken');
});

it('[TP12] a server that died between the approval and the passphrase makes it good at its start, once', async () => {
  const { changeId } = await byTwo(admin, admin2, { kind: 'reset passphrase', personId: stage.agent.person });
  const at = stage.agent;
  const hashes: unknown[] = [];
  // As if nothing but the log had been written: the old passphrase is there, and no code.
  await restart(async () => {
    await besideTheLog(stage.data, 'delete from carried_out');
    await besideTheLog(stage.data, 'delete from codes');
    await besideTheLog(stage.data, `update credentials set must_change = false, password_hash = (select password_hash from credentials where person = '${stage.mentor.person}') where person = '${at.person}'`);
  });
  expect(await signInCode(stage.running.url, 'agent', 'aidline-demo', at)).toBe('wrong-password');
  const [first, second] = [await admin.ask('take half', { changeId }), await admin2.ask('take half', { changeId })];
  expect(await signInCode(stage.running.url, 'agent', `${first.half}-${second.half}`, at)).toBe('passphrase-must-change');
  const look = async (): Promise<void> => void hashes.push(await besideTheLog(stage.data, `select password_hash from credentials where person = '${at.person}'`));
  await restart(look);
  await restart(look);
  expect(hashes[0]).toEqual(hashes[1]);
  expect(hashes[0]).toHaveLength(1);
});

it('[TP12] a code that nobody used for a day, and a half that nobody took, are over', async () => {
  const { changeId, half } = await byTwo(admin, admin2, { kind: 'reset passphrase', personId: stage.agent.person });
  const { half: first } = await admin.ask('take half', { changeId });
  const other = await byTwo(admin, admin2, { kind: 'reset passphrase', personId: stage.mentor.person });
  await later(stage, 24 * 60 + 1);
  expect(await signInCode(stage.running.url, 'agent', `${first}-${half!}`, stage.agent)).toBe('passphrase-code-over');
  expect(await change(stage.agent, 'agent', `${first}-${half!}`, OWN)).toBe('passphrase-code-over');
  expect(await admin.askRefusal('take half', { changeId: other.changeId })).toBe('half-gone');
});

it('[TP12] who changes their passphrase just as it is reset does not undo the reset', async () => {
  const { centre } = stage.running;
  const { hash } = (await centre.people.check('agent', 'aidline-demo', centre.clock.now())) as { hash: string };
  await byTwo(admin, admin2, { kind: 'reset passphrase', personId: stage.agent.person });
  expect(await centre.credentials.replace(stage.agent.person, hash, OWN)).toBe(false);
  expect(await signInCode(stage.running.url, 'agent', OWN, stage.agent)).toBe('wrong-password');
});

it('[TP8] [PR9] a disabled person, a revoked key and a revoked workstation count at once; what arrives after is refused', async () => {
  const { agent, mentor, running } = stage;
  const risk = await signOn(stage, 'risk');
  const { token } = agent;
  expect(await act(risk, 'disable person', { personId: agent.person, reason: 'left' })).toBe('ok');
  expect(await agent.dismissed()).toBe('person-disabled');
  agent.token = token;
  await expect(agent.connect()).rejects.toThrow('person-disabled');
  expect(await signInCode(running.url, 'agent', 'aidline-demo', agent)).toBe('person-disabled');
  // Made active again by two, the old token stays dead.
  await byTwo(admin, admin2, { kind: 'change person', person: { ...personOf(running, 'agent'), active: true } });
  await expect(agent.connect()).rejects.toThrow('session-over');

  const { keyId } = mentor.personKey;
  expect(await act(stage.mentor, 'revoke key', { personId: admin.person, keyId: admin.personKey.keyId, reason: 'x' })).toBe('role-may-not');
  expect(await act(admin, 'revoke key', { personId: mentor.person, keyId, reason: 'stolen' })).toBe('ok');
  const signed = mentor.signed('approval', 'a'.repeat(64));
  expect(judgeSigned(running.centre.administration.state, signed, mentor.person, mentor.workstation)).toEqual({ ok: false, code: 'tp8-key-revoked' });

  expect(await act(admin, 'revoke workstation', { workstationId: mentor.workstation, reason: 'stolen' })).toBe('ok');
  expect(await mentor.dismissed()).toBe('workstation-revoked');
  await expect(mentor.connect()).rejects.toThrow('workstation-revoked');
  expect(await signInCode(running.url, 'mentor', 'aidline-demo', mentor)).toBe('workstation-revoked');
  expect((await mentor.enrol('again')).status).toBe('revoked');
});

it('[TP8] who is disabled while the door looks up whose the desktop is does not slip in', async () => {
  const { agent, running } = stage;
  const risk = await signOn(stage, 'risk');
  // At the node whose door is held open here.
  for (const desktop of [agent, risk]) {
    desktop.close();
    [desktop.url] = ownDoors(running.url) as [string];
  }
  await risk.connect();
  const { desktops } = running.centre;
  const claim = desktops.claim.bind(desktops);
  desktops.claim = async (...whose) => {
    expect(await act(risk, 'disable person', { personId: agent.person, reason: 'left' })).toBe('ok');
    return claim(...whose);
  };
  await expect(agent.connect()).rejects.toThrow('person-disabled');
  expect(running.centre.online(agent.person)).toBe(false);
});

it('[RB1] [RB2] a door that cannot look it up says so, and not where its database lies', async () => {
  const { agent, running } = stage;
  agent.close();
  [agent.url] = ownDoors(running.url) as [string];
  const { desktops } = running.centre;
  const claim = desktops.claim.bind(desktops);
  desktops.claim = async () => {
    throw new LogFailure(logError('database-unreachable', 'postgres://aidline@db.inside/aidline', 'connect ECONNREFUSED db.inside'));
  };
  await expect(agent.connect()).rejects.toThrow(/^server-trouble$/);
  desktops.claim = claim;
  await agent.connect();
});
