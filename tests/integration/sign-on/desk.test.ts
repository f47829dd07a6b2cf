/** The real desk at a real server with a real provider; the browser is a small client that signs in there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionView } from '#shared/protocol/session-view.ts';
import { domainLogic } from '../../../electron/desk/domain-logic.ts';
import { act, byTwo, newcomer } from '../administration/centre-acts.ts';
import { aDesk, aFolder, inStep } from '../desk/harness.ts';
import type { RawDesktop } from '../server/raw-desktop.ts';
import { clearStage, later, setStage, signOn, startDemoCentre, type Stage } from '../server/story.ts';
import { untilView, type Running } from '../../unit/desk/test-desk.ts';
import { settingsFile } from './knock.ts';
import { RealProvider, SmallBrowser } from './real-provider.ts';

const OWN = 'a desk passphrase of mine';
let provider: RealProvider;
let stage: Stage;
let admin: RawDesktop;
let admin2: RawDesktop;
const people = new Map<string, string>();
const url = (): string => stage.running.url;
const code = (answer: { ok: true } | { ok: false; refusal: { code: string } }): string => (answer.ok ? 'ok' : answer.refusal.code);

beforeAll(async () => {
  provider = await RealProvider.start({ accounts: ['lin', 'he', 'zhou', 'wu', 'feng'].map((name) => ({ sub: `u-${name}` })) });
  stage = await setStage(['--oidc', settingsFile(provider.issuer)]);
  [admin, admin2] = await Promise.all([signOn(stage, 'admin'), signOn(stage, 'admin2')]);
  for (const name of ['lin', 'he', 'zhou', 'wu', 'feng']) {
    const person = newcomer(name, { signOn: { issuer: provider.issuer, claim: 'sub', value: `u-${name}` } });
    people.set(name, person.id);
    await byTwo(admin, admin2, { kind: 'add person', person });
  }
}, 60_000);
afterAll(async () => {
  await clearStage(stage);
  await provider.stop();
});

type Browser = { opened: string[]; open: (address: string) => Promise<boolean>; back: Promise<Response>; page: string };
/** A browser in which this person signs in as soon as a page is opened. */
function browserOf(login: string): Browser {
  const own = new SmallBrowser();
  let came: (response: Response) => void = () => undefined;
  const browser: Browser = { opened: [], page: '', back: new Promise((resolve) => (came = resolve)), open: async (address) => {
    browser.opened.push(address);
    if (new URL(address).pathname === '/auth') {
      void own.signIn(address, login).then(async (target) => {
        const response = await fetch(target);
        browser.page = await response.text();
        came(response);
      });
    }
    return true;
  } };
  return browser;
}
const deskOf = (login: string, root = aFolder()): { desk: Running; browser: Browser; root: string } => {
  const browser = browserOf(login);
  return { desk: aDesk(root, { logic: domainLogic, openBrowser: browser.open }), browser, root };
};
async function inAs(login: string, root = aFolder(), passphrase = OWN): Promise<{ desk: Running; browser: Browser; root: string; view: SessionView }> {
  const one = deskOf(login, root);
  expect(code(await one.desk.client.calls.signOn({ server: url() }))).toBe('ok');
  const opened = await one.desk.client.calls.openSignedOn({ passphrase });
  if (!opened.ok) throw new Error(opened.refusal.code);
  await inStep(one.desk);
  return { ...one, view: opened.value };
}

describe('[OF1] [OF3] [TP8] a desk passphrase for everyone', () => {
  it('chosen at the first sign-in, it opens file and key; the browser’s last page says that it may be closed, in both languages', async () => {
    const { desk, browser, root } = deskOf('u-lin');
    expect(await desk.client.calls.signOn({ server: url() })).toEqual({ ok: true, value: { name: '新人', account: 'lin', passphrase: 'new' } });
    const page = await browser.back;
    expect([page.status, page.headers.get('cache-control'), page.headers.get('content-security-policy')]).toEqual([200, 'no-store', expect.stringContaining("default-src 'none'")]);
    expect(browser.page).toMatch(/可以关闭这个页面[\s\S]*You may close this page/);
    expect(code(await desk.client.calls.openSignedOn({ passphrase: 'short' }))).toBe('desk-passphrase-weak');
    expect(await desk.client.calls.openSignedOn({ passphrase: OWN })).toMatchObject({ ok: true, value: { status: 'signed-in', checkedBy: 'server', key: 'ready', person: { account: 'lin' } } });
    await inStep(desk);
    await expect.poll(() => stage.running.centre.credentials.keptKey(people.get('lin')!)).not.toBeNull();
    // Nothing that the provider gave lies on the disk, nor what brings the session back.
    const code_ = new URL(browser.opened[0]!).searchParams.get('state')!;
    for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      const content = ((): string => {
        try {
          return readFileSync(join(root, name)).toString('latin1');
        } catch {
          return '';
        }
      })();
      expect([name, content.includes(code_), content.includes('eyJ')]).toEqual([name, false, false]);
    }
    // Signing out ends the session here and in the browser.
    expect(code(await desk.client.calls.signOut({}))).toBe('ok');
    expect(browser.opened.at(-1)).toMatch(`${provider.issuer}/session/end`);
    desk.close();
    // Elsewhere the same passphrase opens the same key, and no other does.
    const { desk: elsewhere } = deskOf('u-lin');
    expect(await elsewhere.client.calls.signOn({ server: url() })).toMatchObject({ ok: true, value: { passphrase: 'known' } });
    expect(code(await elsewhere.client.calls.openSignedOn({ passphrase: 'a guess of somebody' }))).toBe('desk-passphrase-wrong');
    expect(await elsewhere.client.calls.openSignedOn({ passphrase: OWN })).toMatchObject({ ok: true, value: { key: 'ready' } });
    // Here it opens the file without the server.
    const offline = aDesk(root, { logic: domainLogic });
    expect(code(await offline.client.calls.signIn({ account: 'lin', password: 'a guess', server: url() }))).toBe('wrong-password');
  });

  it('[TP12] [RB2] forgotten, two administrators reset it: another is chosen, and the file of before is moved aside', async () => {
    const { desk, root } = await inAs('u-feng');
    await expect.poll(() => stage.running.centre.credentials.keptKey(people.get('feng')!)).not.toBeNull();
    const { half } = await byTwo(admin, admin2, { kind: 'reset passphrase', personId: people.get('feng')! });
    expect(half).toBeNull();
    // A session of before ends with the reset: it is the provider's word that counts now.
    await untilView(desk.client, 'session', {}, (view) => view.status === 'signed-out');
    desk.close();
    const again = deskOf('u-feng', root).desk.client.calls;
    expect(code(await again.signOn({ server: url() }))).toBe('ok');
    expect(code(await again.openSignedOn({ passphrase: 'a new one for the desk' }))).toBe('passphrase-differs');
    expect(code(await again.moveAside({ account: 'feng', server: url() }))).toBe('ok');
    expect(code(await again.openSignedOn({ passphrase: 'short' }))).toBe('desk-passphrase-weak');
    expect(await again.openSignedOn({ passphrase: 'a new one for the desk' })).toMatchObject({ ok: true, value: { key: 'ready' } });
  });

  it('five wrong ones, and the provider is asked again', async () => {
    const first = await inAs('u-he');
    await expect.poll(() => stage.running.centre.credentials.keptKey(people.get('he')!)).not.toBeNull();
    first.desk.close();
    const { desk } = deskOf('u-he', first.root);
    await desk.client.calls.signOn({ server: url() });
    for (let guess = 1; guess < 5; guess += 1) expect(code(await desk.client.calls.openSignedOn({ passphrase: `guess number ${guess}` }))).toBe('desk-passphrase-wrong');
    expect(code(await desk.client.calls.openSignedOn({ passphrase: 'guess number 5' }))).toBe('locked-out');
    expect(code(await desk.client.calls.openSignedOn({ passphrase: OWN }))).toBe('sign-on-timeout');
  });

  it('changed at one machine it is asked for at the other, with the old one for the file there', async () => {
    const [here, there] = [await inAs('u-zhou'), aFolder()];
    await expect.poll(() => stage.running.centre.credentials.keptKey(people.get('zhou')!)).not.toBeNull();
    (await inAs('u-zhou', there)).desk.close();
    const sealed = async (): Promise<string | undefined> => (await stage.running.centre.credentials.keptKey(people.get('zhou')!))?.wrapped.sealed;
    const before = await sealed();
    expect(await here.desk.client.calls.changePassphrase({ account: 'zhou', server: url(), old: OWN, new: 'another desk passphrase' })).toEqual({ ok: true, value: { done: true } });
    await expect.poll(sealed).not.toBe(before);
    const { desk } = deskOf('u-zhou', there);
    await desk.client.calls.signOn({ server: url() });
    expect(code(await desk.client.calls.openSignedOn({ passphrase: OWN }))).toBe('desk-passphrase-wrong');
    expect(code(await desk.client.calls.openSignedOn({ passphrase: 'another desk passphrase' }))).toBe('passphrase-differs');
    expect(code(await desk.client.calls.openSignedOn({ passphrase: 'another desk passphrase', oldPassphrase: 'not this' }))).toBe('old-password-wrong');
    expect(await desk.client.calls.openSignedOn({ passphrase: 'another desk passphrase', oldPassphrase: OWN })).toMatchObject({ ok: true, value: { key: 'ready' } });
    desk.close();
    // Or at the sign-in itself.
    const { desk: again } = deskOf('u-zhou', there);
    await again.client.calls.signOn({ server: url() });
    expect(code(await again.client.calls.openSignedOn({ passphrase: 'another desk passphrase', newPassphrase: 'short' }))).toBe('passphrase-weak');
    const second = await sealed();
    expect(await again.client.calls.openSignedOn({ passphrase: 'another desk passphrase', newPassphrase: 'and a third of them' })).toMatchObject({ ok: true, value: { status: 'signed-in' } });
    await untilView(again.client, 'session', {}, (view) => view.status === 'signed-in' && view.key === 'ready');
    await expect.poll(sealed).not.toBe(second);
    expect(code(await again.client.calls.signOut({}))).toBe('ok');
    await again.client.calls.signOn({ server: url() });
    expect(code(await again.client.calls.openSignedOn({ passphrase: 'another desk passphrase' }))).toBe('desk-passphrase-wrong');
    expect(await again.client.calls.openSignedOn({ passphrase: 'and a third of them' })).toMatchObject({ ok: true, value: { key: 'ready' } });
  });
});

describe('[OF3] the line', () => {
  it('a session comes back by itself after hours without the server; offline sign-in is by the desk passphrase, and the browser brings it to the centre while work goes on', async () => {
    const { desk, root } = await inAs('u-wu');
    const [port, at] = [Number(new URL(url()).port), stage.running.centre.clock.now()];
    for (const one of [stage.agent, stage.mentor, admin, admin2, ...stage.others]) one.close();
    await stage.running.stop();
    await untilView(desk.client, 'sync', {}, (view) => view.connection === 'offline');
    const restarted = await startDemoCentre(stage.data, ['--port', String(port), '--oidc', settingsFile(provider.issuer), '--now', at]);
    stage.running = restarted.running;
    // The token of before is over by the centre's clock, and so are those that are renewed.
    await later(stage, 20);
    await inStep(desk);
    expect((await untilView(desk.client, 'session', {}, (view) => view.status === 'signed-in')).status).toBe('signed-in');
    desk.close();

    await stage.running.stop();
    const night = deskOf('u-wu', root);
    expect(await night.desk.client.calls.signIn({ account: 'wu', password: OWN, server: url() })).toMatchObject({ ok: true, value: { checkedBy: 'this-machine', key: 'opening' } });
    await untilView(night.desk.client, 'session', {}, (view) => view.status === 'signed-in' && view.key === 'ready');
    const later_ = new Date(Date.parse(at) + 25 * 60_000).toISOString();
    stage.running = (await startDemoCentre(stage.data, ['--port', String(port), '--oidc', settingsFile(provider.issuer), '--now', later_])).running;
    await night.desk.client.calls.connectNow({});
    const waiting = await untilView(night.desk.client, 'sync', {}, (view) => view.connection === 'refused');
    expect(waiting.refusal?.code).toBe('sign-on-needed');
    expect(code(await night.desk.client.calls.signOn({ server: url() }))).toBe('ok');
    await inStep(night.desk);
    night.desk.close();

    // Somebody else in the browser brings nothing back.
    const other = aDesk(root, { logic: domainLogic, openBrowser: browserOf('u-lin').open });
    await stage.running.stop();
    expect(code(await other.client.calls.signIn({ account: 'wu', password: OWN, server: url() }))).toBe('ok');
    stage.running = (await startDemoCentre(stage.data, ['--port', String(port), '--oidc', settingsFile(provider.issuer), '--now', later_])).running;
    await other.client.calls.connectNow({});
    await untilView(other.client, 'sync', {}, (view) => view.refusal?.code === 'sign-on-needed');
    expect(code(await other.client.calls.signOn({ server: url() }))).toBe('sign-on-other-person');
    [admin, admin2] = await Promise.all([signOn(stage, 'admin'), signOn(stage, 'admin2')]);
  }, 60_000);

  it('who is disabled is out at once, and their file lets them in no more', async () => {
    const { desk, root } = await inAs('u-feng', aFolder(), 'a new one for the desk');
    expect(await act(admin, 'disable person', { personId: people.get('feng')!, reason: 'left' })).toBe('ok');
    expect(await untilView(desk.client, 'session', {}, (view) => view.status === 'signed-out')).toMatchObject({ refusal: { code: 'person-disabled' } });
    const { desk: again } = deskOf('u-feng', root);
    expect(code(await again.client.calls.signOn({ server: url() }))).toBe('person-disabled');
  });
});

describe('the browser', () => {
  it('cancelled, begun anew, and none at all', async () => {
    const opened: string[] = [];
    const desk = aDesk(aFolder(), { logic: domainLogic, openBrowser: (address) => Promise.resolve(opened.push(address) > 0) });
    const first = desk.client.calls.signOn({ server: url() });
    await expect.poll(() => opened.length).toBe(1);
    await desk.client.calls.cancelSignOn({});
    expect(code(await first)).toBe('sign-on-cancelled');
    const [second, redirect] = [desk.client.calls.signOn({ server: url() }), new URL(opened[0]!).searchParams.get('redirect_uri')!];
    await expect.poll(() => opened.length).toBe(2);
    // Nobody listens where the one that was given up would have come back.
    await expect(fetch(`${redirect}?state=any&code=any`)).rejects.toThrow();
    const third = desk.client.calls.signOn({ server: url() });
    expect(code(await second)).toBe('sign-on-cancelled');
    await expect.poll(() => opened.length).toBe(3);
    await desk.client.calls.cancelSignOn({});
    expect(code(await third)).toBe('sign-on-cancelled');
    const none = aDesk(aFolder(), { logic: domainLogic, openBrowser: () => Promise.resolve(false) });
    expect(code(await none.client.calls.signOn({ server: url() }))).toBe('sign-on-browser');
    expect(code(await none.client.calls.openSignedOn({ passphrase: OWN }))).toBe('sign-on-timeout');
  });
});
