/** Single sign-on in a real desktop: the system's browser is a small client that signs in at a real provider (OF1, OF3). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { byTwo, act, newcomer } from '../../integration/administration/centre-acts.ts';
import { RawDesktop } from '../../integration/server/raw-desktop.ts';
import { settingsFile } from '../../integration/sign-on/knock.ts';
import { RealProvider, SmallBrowser } from '../../integration/sign-on/real-provider.ts';
import { CentreProcess } from '../harness/centre-process.ts';
import { Floor, type Desktop } from '../harness/desktop-app.ts';
import { pictureOnFailure } from '../harness/picture.ts';
import { looks } from '../look/looks.ts';
import { Hands } from '../story/hands.ts';

const OWN = 'a desk passphrase of mine';
let provider: RealProvider;
let centre: CentreProcess;
let floor: Floor;
let desktop: Desktop;
let hands: Hands;
let admin: RawDesktop;
const person = newcomer('lin', { name: '林小满' });

/** The main process hands addresses to this list in place of the system. */
async function takeBrowser(of: Desktop): Promise<void> {
  await of.app.evaluate(({ shell }) => {
    const opened: string[] = [];
    Object.assign(globalThis, { opened });
    shell.openExternal = (address: string) => {
      opened.push(address);
      return Promise.resolve();
    };
  });
}
async function opened(n: number): Promise<string> {
  const all = () => desktop.app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened);
  await expect.poll(async () => (await all()).length, { timeout: 15_000 }).toBe(n);
  return (await all())[n - 1]!;
}

beforeAll(async () => {
  provider = await RealProvider.start({ accounts: [{ sub: 'u-lin' }] });
  centre = new CentreProcess({ more: ['--oidc', settingsFile(provider.issuer)] });
  [floor] = await Promise.all([Floor.open({ width: 1366, height: 768 }), centre.start()]);
  admin = await RawDesktop.signIn(centre.url, 'admin');
  const admin2 = await RawDesktop.signIn(centre.url, 'admin2');
  await byTwo(admin, admin2, { kind: 'add person', person: { ...person, signOn: { issuer: provider.issuer, claim: 'sub', value: 'u-lin' } } });
  admin2.close();
  desktop = await floor.desktop({ server: centre.url, as: 'agent' });
  await takeBrowser(desktop);
  hands = new Hands(desktop);
});
beforeEach(() => pictureOnFailure(() => ({ desktop: hands.page })));
afterAll(async () => {
  admin?.close();
  await floor?.close();
  await centre?.stop();
  await provider?.stop();
});

describe('single sign-on at the sign-in screen', () => {
  it('is offered where the server has it, waits for the browser, and Esc takes it back', async () => {
    await hands.see('sign-on-begin');
    expect(await hands.text('sign-on-provider')).toContain(new URL(provider.issuer).host);
    await looks(hands, 'sign-on-offered');
    await hands.at('sign-on-begin').focus();
    await hands.press('Enter');
    await hands.becomes('sign-on', 'data-step', 'browser');
    expect(new URL(await opened(1)).searchParams.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/aidline\/sign-on$/);
    await looks(hands, 'sign-on-browser');
    await hands.at('sign-on-cancel').focus();
    await hands.press('Escape');
    await hands.see('sign-in-account');
  });

  it('[OF3] [TP8] the person signs in there, chooses a desk passphrase, and works', async () => {
    await hands.click('sign-on-begin');
    const back = await new SmallBrowser().signIn(await opened(2), 'u-lin');
    expect(await (await fetch(back)).text()).toContain('You may close this page');
    await hands.becomes('sign-on', 'data-step', 'passphrase');
    expect(await hands.text('sign-on-name')).toContain('林小满');
    await looks(hands, 'sign-on-passphrase');
    await hands.type('sign-on-passphrase', 'short');
    await hands.press('Enter');
    expect(await hands.text('sign-on-fault')).toMatch(/12/);
    await hands.type('sign-on-passphrase', OWN);
    await hands.type('sign-on-again', OWN);
    await hands.press('Enter');
    await hands.see('top-bar');
    await hands.becomes('light-centre', 'data-light', 'ok');
    expect(await hands.text('me')).toContain('林小满');
  });

  it('signing out opens the provider’s own sign-out, and the passphrase is known the next time', async () => {
    await hands.click('sign-out');
    await hands.see('sign-in-account');
    expect(await opened(3)).toMatch(`${provider.issuer}/session/end`);
    await hands.type('sign-in-account', 'lin');
    await hands.type('sign-in-password', OWN);
    await hands.press('Enter');
    // Online the centre knows no password of theirs.
    await hands.becomes('sign-in-refusal', 'data-code', 'wrong-password');
    await hands.see('sign-on-hint');
    await hands.click('sign-on-begin');
    await fetch(await new SmallBrowser().signIn(await opened(4), 'u-lin'));
    await hands.becomes('sign-on', 'data-step', 'passphrase');
    expect(await hands.at('sign-on-again').count()).toBe(0);
    await hands.type('sign-on-passphrase', 'a guess of somebody');
    await hands.press('Enter');
    await hands.becomes('sign-on-refusal', 'data-code', 'desk-passphrase-wrong');
    await hands.type('sign-on-passphrase', OWN);
    await hands.press('Enter');
    await hands.see('top-bar');
  });

  it('[OF3] who is disabled is out at once', async () => {
    expect(await act(admin, 'disable person', { personId: person.id, reason: 'left' })).toBe('ok');
    await hands.see('sign-in-account');
    await hands.click('sign-on-begin');
    await fetch(await new SmallBrowser().signIn(await opened(5), 'u-lin'));
    await hands.becomes('sign-in-refusal', 'data-code', 'person-disabled');
  });
});
