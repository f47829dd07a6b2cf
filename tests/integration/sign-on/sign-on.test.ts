/** Single sign-on at a real provider (`oidc-provider`), over the server's real HTTP door. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '#shared/people/person.ts';
import { byTwo, act, changePerson, newcomer, personOf, post, propose, signInCode } from '../administration/centre-acts.ts';
import { RawDesktop } from '../server/raw-desktop.ts';
import { clearStage, later, setStage, signOn, type Stage } from '../server/story.ts';
import { comeBack, Knock, responseOf, settingsFile } from './knock.ts';
import { CLIENT_SECRET, RealProvider, SmallBrowser } from './real-provider.ts';

const ACCOUNTS = [
  { sub: 'u-lin', groups: ['CC-Agents', 'Everybody'], staff_number: '40001' }, { sub: 'u-lead', groups: ['CC-Leads'], staff_number: '40002' }, { sub: 'u-wrong', groups: ['CC-Leads'] },
  { sub: 'u-none', groups: [] }, { sub: 'u-stranger', groups: ['CC-Agents'] }, { sub: 'u-off', groups: ['CC-Agents'] }, { sub: 'u-two', groups: ['CC-Agents'], staff_number: '40003' },
];
let provider: RealProvider;
let stage: Stage;
let admin: RawDesktop;
let admin2: RawDesktop;

const identity = (value: string, claim = 'sub'): NonNullable<Person['signOn']> => ({ issuer: provider.issuer, claim, value });
const url = (): string => stage.running.url;
async function add(account: string, more: Partial<Person>): Promise<Person> {
  const person = newcomer(account, more);
  const { half } = await byTwo(admin, admin2, { kind: 'add person', person });
  // Who comes by single sign-on needs no code.
  expect(half).toBeNull();
  return person;
}
async function machine(): Promise<RawDesktop> {
  const desktop = new RawDesktop(url());
  await desktop.enrol('ws-sign-on');
  stage.others.push(desktop);
  return desktop;
}
async function through(desktop: RawDesktop, login: string, browser = new SmallBrowser()): Promise<Awaited<ReturnType<Knock['answer']>>> {
  const knock = await Knock.begun(url(), desktop);
  return knock.answer(responseOf(await browser.signIn(knock.url, login)));
}
/** Signed in and connected. */
async function inBy(login: string, browser?: SmallBrowser): Promise<RawDesktop & { comeBack: string }> {
  const desktop = await machine();
  const { answer, code } = await through(desktop, login, browser);
  if (answer === null) throw new Error(code);
  desktop.person = answer.person.id;
  await again(desktop, answer.comeBack);
  await desktop.connect();
  return Object.assign(desktop, { comeBack: answer.comeBack });
}
const again = (desktop: RawDesktop, given: string, by = desktop): Promise<string> => comeBack(url(), desktop, given, by);

beforeAll(async () => {
  // The provider has to know the centre's address for its back channel, and the centre the provider's: a port that is free now.
  const probe = await RealProvider.start({ accounts: [] });
  await probe.stop();
  const roles = { claim: 'groups', names: { agent: ['CC-Agents'], lead: ['CC-Leads'] } };
  process.env['AIDLINE_OIDC_SECRET'] = CLIENT_SECRET;
  stage = await setStage(['--oidc', settingsFile(probe.issuer, { roles })]);
  delete process.env['AIDLINE_OIDC_SECRET'];
  provider = await RealProvider.start({ accounts: ACCOUNTS, secret: true, port: probe.port, backChannelLogout: `${stage.running.url}/oidc/back-channel-logout` });
  [admin, admin2] = await Promise.all([signOn(stage, 'admin'), signOn(stage, 'admin2')]);
  await add('lin', { signOn: identity('u-lin') });
  await add('wrong', { signOn: identity('u-wrong') });
  await add('none', { signOn: identity('u-none') });
  await add('zheng', { role: 'lead', signOn: identity('40002', 'staff_number') });
}, 60_000);
afterAll(async () => {
  await clearStage(stage);
  await provider.stop();
});

describe('a person of the centre signs in at the provider', () => {
  it('[OF3] the server said at its start that the provider was away, served, and finds it when it is back', async () => {
    expect(stage.running.notices.join('\n')).toMatch(/连不上[\s\S]*cannot be reached/);
    expect(await Knock.begin(url(), await machine())).toBeInstanceOf(Knock);
    const health = (await (await fetch(`${url()}/health`)).json()) as { signOn: unknown };
    expect(health.signOn).toEqual({ provider: new URL(provider.issuer).host, reachable: true });
  });

  it('[PR9] asks with code, PKCE S256, state and nonce, and has the person sign in anew; the desktop gets no token of the provider', async () => {
    const desktop = await machine();
    const knock = await Knock.begun(url(), desktop);
    const asked = new URL(knock.url).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', scope: 'openid', prompt: 'login', max_age: '300', state: knock.state, nonce: expect.stringMatching(/^.{20,}$/), code_challenge: expect.stringMatching(/^.{43}$/) });
    // What could finish it is sealed: neither nonce nor verifier can be read by who holds it.
    expect(Buffer.from(knock.attempt, 'base64url').toString('latin1')).not.toContain(asked.get('nonce'));
    const { code, answer } = await knock.answer(responseOf(await new SmallBrowser().signIn(knock.url, 'u-lin')));
    expect([code, answer?.person.account, answer?.key]).toEqual(['ok', 'lin', { kept: null, register: true }]);
    expect(JSON.stringify(answer)).not.toMatch(/id_token|access_token/);
    expect(await again(desktop, answer!.comeBack)).toBe('ok');
    await desktop.connect();
    expect((await desktop.ask('rules', { have: null })).version).toBeTypeOf('string');
  });

  it('[TP12] by another claim where two administrators said so', async () => {
    expect((await through(await machine(), 'u-lead')).answer?.person).toMatchObject({ account: 'zheng', role: 'lead' });
  });

  it('[PR3] [TP12] a role of the provider never grants: where it does not agree with the books, nobody comes in', async () => {
    // The provider calls an agent a lead; it calls another nothing at all; a third is unknown here, whatever their groups.
    expect((await through(await machine(), 'u-wrong')).code).toBe('sign-on-role');
    expect((await through(await machine(), 'u-none')).code).toBe('sign-on-role');
    expect(await through(await machine(), 'u-stranger')).toMatchObject({ code: 'sign-on-unknown', status: 403 });
  });

  it('[PR9] at a machine that is not enrolled nobody is even sent to the provider', async () => {
    const nowhere = new RawDesktop(url());
    nowhere.workstation = '01a20000-0000-7000-8000-00000000ffff';
    expect(await Knock.begin(url(), nowhere)).toBe('workstation-not-enrolled');
  });

  it('what begins with a redirect to another place than loopback is refused', async () => {
    const at = await machine();
    for (const elsewhere of ['http://evil.example/aidline/sign-on', 'http://127.0.0.1:1@evil.example/aidline/sign-on', 'https://127.0.0.1:4000/aidline/sign-on', 'http://127.0.0.1:4000/other']) expect(await Knock.begin(url(), at, elsewhere)).toBe('request-malformed');
  });

  it('the answer is good once, for the desktop that began, with its own state and code', async () => {
    const at = await machine();
    const browser = new SmallBrowser();
    const one = await Knock.begun(url(), at);
    const back = responseOf(await browser.signIn(one.url, 'u-lin'));
    expect((await one.answer(back, 'x'.repeat(43))).code).toBe('sign-on-code-over');
    expect((await one.answer(back)).code).toBe('ok');
    expect((await one.answer(back)).code).toBe('sign-on-code-over');
    // The same code under another attempt: the state is another's; with the right state the provider knows it was used, and whose verifier it is.
    const other = await Knock.begun(url(), at);
    expect(await other.answer(back)).toMatchObject({ code: 'sign-on-answer-false', why: 'state' });
    const third = await Knock.begun(url(), at);
    expect((await third.answer({ ...back, state: third.state })).code).toBe('sign-on-code-over');
  });

  it('[TP7] an unused code of another attempt fails at its verifier (PKCE), and one that names another issuer is shown to nobody (mix-up)', async () => {
    const at = await machine();
    const [mine, theirs] = [await Knock.begun(url(), at), await Knock.begun(url(), at)];
    const stolen = responseOf(await new SmallBrowser().signIn(theirs.url, 'u-lead'));
    expect((await mine.answer({ ...stolen, state: mine.state })).code).toBe('sign-on-code-over');
    const mixed = await Knock.begun(url(), at);
    const back = responseOf(await new SmallBrowser().signIn(mixed.url, 'u-lin'));
    expect(back.iss).toBe(provider.issuer);
    expect(await mixed.answer({ ...back, iss: 'https://evil.example' })).toMatchObject({ code: 'sign-on-answer-false', why: 'iss' });
    const without = await Knock.begun(url(), at);
    const { iss: _iss, ...bare } = responseOf(await new SmallBrowser().signIn(without.url, 'u-lin'));
    expect((await without.answer(bare)).code).toBe('sign-on-answer-false');
  });

  it('whoever cancels there is told so', async () => {
    const knock = await Knock.begun(url(), await machine());
    expect(await knock.answer(responseOf(await new SmallBrowser().giveUp(knock.url)))).toMatchObject({ code: 'sign-on-denied', why: 'access_denied' });
  });
});

describe('[OF3] [TP12] sessions end at once', () => {
  it('who is disabled is out, and comes in no more', async () => {
    const person = await add('off', { signOn: identity('u-off') });
    const desktop = await inBy('u-off');
    expect(await act(admin, 'disable person', { personId: person.id, reason: 'left' })).toBe('ok');
    expect(await desktop.dismissed()).toBe('person-disabled');
    expect(await again(desktop, desktop.comeBack)).toBe('person-disabled');
    expect((await through(desktop, 'u-off')).code).toBe('person-disabled');
  });

  it('who signs out at the provider is out by the back channel, and nobody else', async () => {
    const [browser, elsewhere] = [new SmallBrowser(), new SmallBrowser()];
    const [here, there, lead] = [await inBy('u-lin', browser), await inBy('u-lin', elsewhere), await inBy('u-lead')];
    // Signing out here says where the browser's own session is ended.
    const { logout } = await lead.ask('end session', {});
    expect(logout).toMatch(new RegExp(`^${provider.issuer}/session/end\\?client_id=`));
    expect(await lead.dismissed()).toBe('session-over');
    expect(await browser.signOut(logout!)).toBeLessThan(400);
    expect(await here.dismissed()).toBe('sign-on-ended');
    await expect(here.connect()).rejects.toThrow('sign-on-ended');
    expect(await again(here, here.comeBack)).toBe('sign-on-ended');
    // Another session of the same person at the provider goes on.
    expect(await again(there, there.comeBack)).toBe('ok');
    expect((await there.ask('renew', {})).token).toBeTypeOf('string');
  });

  it('signing out makes the tokens useless, also those of a session by passphrase', async () => {
    const [desktop, agent2] = [await inBy('u-lin'), await signOn(stage, 'agent2')];
    for (const one of [desktop, agent2]) {
      const other = await one.tryAsk('end session', {});
      expect(other).toEqual({ ok: true, value: { done: true, logout: one === desktop ? expect.any(String) : null } });
      expect(await one.dismissed()).toBe('session-over');
      await expect(one.connect()).rejects.toThrow('session-over');
    }
    expect(await again(desktop, desktop.comeBack)).toBe('sign-on-ended');
  });

  it('[PR9] a session comes back after the line was down at its own machine only, and not after its time', async () => {
    const [desktop, thief] = [await inBy('u-lin'), await machine()];
    desktop.close();
    await later(stage, 60);
    await expect(desktop.connect()).rejects.toThrow('session-over');
    expect(await again(desktop, desktop.comeBack, thief)).toBe('workstation-proof');
    const over = desktop.token;
    expect(await again(thief, desktop.comeBack)).toBe('sign-on-over');
    expect(await again(desktop, over)).toBe('sign-on-over');
    expect(await again(desktop, desktop.comeBack)).toBe('ok');
    await later(stage, 11 * 60 + 1);
    expect(await again(desktop, desktop.comeBack)).toBe('sign-on-over');
  });
});

describe('[TP12] who comes by single sign-on has no passphrase here', () => {
  it('no password signs them in, none is set by anybody, and back to a passphrase takes two and starts anew', async () => {
    const at = await machine();
    expect(await signInCode(url(), 'agent2', 'aidline-demo', at)).toBe('ok');
    await changePerson(stage.running, admin, admin2, 'agent2', { signOn: identity('u-two') });
    expect(await signInCode(url(), 'agent2', 'aidline-demo', at)).toBe('wrong-password');
    expect((await post(url(), '/passphrase', { account: 'agent2', old: 'aidline-demo', new: 'one of my own choice', workstation: at.workstation })).code).toBe('wrong-password');
    expect((await through(at, 'u-two')).answer?.person.account).toBe('agent2');
    // A reset voids the key; there is still no code for anybody to know.
    const reset = await byTwo(admin, admin2, { kind: 'reset passphrase', personId: personOf(stage.running, 'agent2').id });
    expect(reset.half).toBeNull();
    expect(await admin.askRefusal('take half', { changeId: reset.changeId })).toBe('half-gone');
    expect((await through(at, 'u-two')).answer?.key).toEqual({ kept: null, register: true });
    const { signOn: _none, ...without } = personOf(stage.running, 'agent2');
    const back = await byTwo(admin, admin2, { kind: 'change person', person: without });
    expect(back.half).toMatch(/^[A-Z2-9]{10}$/);
    expect((await through(at, 'u-two')).code).toBe('sign-on-unknown');
    // The passphrase of before does not come back to life.
    expect(await signInCode(url(), 'agent2', 'aidline-demo', at)).toBe('wrong-password');
    const { half } = await admin.ask('take half', { changeId: back.changeId });
    expect(await signInCode(url(), 'agent2', `${half}-${back.half}`, at)).toBe('passphrase-must-change');
  });

  it('an identity belongs to one person, and nobody proposes their own', async () => {
    await expect(propose(admin, { kind: 'add person', person: newcomer('second', { signOn: identity('u-lin') }) })).rejects.toThrow('sign-on-taken');
    await expect(propose(admin, { kind: 'change person', person: { ...personOf(stage.running, 'admin'), signOn: identity('u-admin') } })).rejects.toThrow('tp12-gains');
  });

  it('while the provider is away people with a passphrase come in, who is in stays, and the sign-in says what is the matter', async () => {
    const desktop = await inBy('u-lin');
    const knock = await Knock.begun(url(), desktop);
    await provider.stop();
    expect(await knock.answer({ state: knock.state, code: 'any', iss: provider.issuer })).toMatchObject({ code: 'sign-on-provider-down', status: 424 });
    expect(((await (await fetch(`${url()}/health`)).json()) as { signOn: object }).signOn).toMatchObject({ reachable: false });
    expect((await desktop.ask('renew', {})).token).toBeTypeOf('string');
    expect(await signInCode(url(), 'mentor', 'aidline-demo', desktop)).toBe('ok');
    provider = await RealProvider.start({ accounts: ACCOUNTS, secret: true, port: provider.port });
  });
});
