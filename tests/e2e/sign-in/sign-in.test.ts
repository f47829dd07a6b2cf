/** What goes wrong on the sign-in screen and at leaving: each says what to do, in both languages, and loses nothing. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CentreProcess } from '../harness/centre-process.ts';
import { Floor, type Desktop } from '../harness/desktop-app.ts';
import { pictureOnFailure } from '../harness/picture.ts';
import { Hands } from '../story/hands.ts';

const centre = new CentreProcess();
let floor: Floor;
let desktop: Desktop;
let agent: Hands;

beforeAll(async () => {
  [floor] = await Promise.all([Floor.open({ width: 1366, height: 768 }), centre.start()]);
  desktop = await floor.desktop({ server: centre.url, as: 'agent' });
  agent = new Hands(desktop);
});
beforeEach(() => pictureOnFailure(() => ({ agent: agent.page })));
afterAll(async () => {
  await floor?.close();
  await centre.stop();
});

/** The refusal on the screen, in Chinese and then in English; every one says what to do. */
async function refusal(code: string, zh: RegExp, en: RegExp): Promise<void> {
  await agent.becomes('sign-in-refusal', 'data-code', code);
  expect(await agent.text('sign-in-refusal')).toMatch(zh);
  await agent.click('switch-language');
  await expect.poll(() => agent.text('sign-in-refusal')).toMatch(en);
  await agent.click('switch-language');
  await expect.poll(() => agent.text('sign-in-refusal')).toMatch(zh);
}
async function tryIn(account: string, password: string, server = centre.url): Promise<void> {
  await agent.type('sign-in-server', server);
  await agent.type('sign-in-account', account);
  await agent.type('sign-in-password', password);
  await agent.press('Enter');
}

describe('the sign-in screen', () => {
  it('lists the demonstration’s accounts, one a role, and fills in the wanted one', async () => {
    await agent.see('demo-accounts');
    for (const account of ['agent', 'mentor', 'lead', 'admin']) expect(await agent.at(`demo-account-${account}`).count()).toBe(1);
    expect(await agent.at('sign-in-account').inputValue()).toBe('agent');
  });

  it('says that nothing was typed', async () => {
    await agent.at('sign-in-password').fill('');
    await agent.click('sign-in-submit');
    await agent.page.getByText('请填写账号和密码').waitFor();
  });

  it('says that the address is none', async () => {
    await agent.type('sign-in-server', 'the centre');
    await agent.page.getByText('请写成 http://').waitFor();
    await agent.click('sign-in-submit');
    expect(await agent.at('top-bar').count()).toBe(0);
  });

  it('[OF3] says that nobody answers at an address, and keeps what was typed', async () => {
    await tryIn('agent', 'aidline-demo', 'http://127.0.0.1:9');
    await refusal('server-unreachable', /连不上|中心/, /reach|centre/i);
    expect(await agent.at('sign-in-password').inputValue()).toBe('aidline-demo');
  });

  it('refuses a wrong password without saying which of the two is wrong', async () => {
    await tryIn('agent2', 'not-the-password');
    await refusal('wrong-password', /密码/, /password/i);
    expect(await agent.at('sign-in-password').inputValue()).toBe('');
    const known = await agent.text('sign-in-refusal');
    await tryIn('nobody-of-that-name', 'not-the-password');
    await agent.becomes('sign-in-refusal', 'data-code', 'wrong-password');
    expect(await agent.text('sign-in-refusal')).toBe(known);
  });

  it('locks a person out after five guesses, the right password included', async () => {
    for (let guess = 2; guess <= 4; guess += 1) {
      await tryIn('agent2', `guess-number-${guess}`);
      await agent.becomes('sign-in-refusal', 'data-code', 'wrong-password');
      await expect.poll(() => agent.at('sign-in-password').inputValue()).toBe('');
    }
    await tryIn('agent2', 'guess-number-5');
    await refusal('locked-out', /锁/, /locked/i);
    await tryIn('agent2', 'aidline-demo');
    await agent.becomes('sign-in-refusal', 'data-code', 'locked-out');
    expect(await agent.at('top-bar').count()).toBe(0);
  });
});

describe('leaving with unsent work', () => {
  it('asks, and stays when told so; nothing is lost', async () => {
    await tryIn('agent', 'aidline-demo');
    await agent.see('top-bar');
    // A call that is over: one that is on would not let the window close at all.
    await agent.click('open-by-hand');
    await agent.click('log-now');
    await agent.type('log-until', await agent.at('log-from').inputValue());
    await agent.click('log-call');
    await agent.see('intent-picker');
    await expect.poll(() => agent.at('unsent').getAttribute('data-unsent')).toBe('0');
    await centre.kill();
    await agent.becomes('light-centre', 'data-light', 'down');
    await agent.press('F7');
    await agent.page.keyboard.type('还没送出的一条');
    await agent.click('note-add');
    await expect.poll(() => agent.at('unsent').getAttribute('data-unsent')).toBe('1');
    await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    const dialog = agent.page.getByRole('dialog');
    await dialog.waitFor();
    expect(await dialog.innerText()).toMatch(/1 /);
    await dialog.getByRole('button').last().waitFor();
    await agent.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await agent.at('unsent').getAttribute('data-unsent')).toBe('1');
  });

  it('asks before signing out as well', async () => {
    await agent.click('sign-out');
    await agent.becomes('refusal', 'data-code', 'unsent-work');
    expect(await agent.at('top-bar').count()).toBe(1);
  });

  it('leaves when told so, and the work waits on this machine for the next sign-in', async () => {
    const left = desktop;
    await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    // The press ends the window under the press itself, which Playwright may tell as a failure: that the program has ended counts.
    const leave = agent.page.getByRole('dialog').locator('.ant-btn-primary');
    await leave.click({ noWaitAfter: true }).catch((error: Error) => {
      if (!/has been closed/.test(error.message)) throw error;
    });
    await left.ended();
    desktop = await floor.desktop({ server: centre.url, as: 'agent', profile: left.profile });
    agent = new Hands(desktop);
    await agent.type('sign-in-account', 'agent');
    await agent.type('sign-in-password', 'aidline-demo');
    await agent.press('Enter');
    await agent.see('top-bar');
    expect(await agent.at('unsent').getAttribute('data-unsent')).toBe('1');
    await centre.start();
    await expect.poll(() => agent.at('unsent').getAttribute('data-unsent'), { timeout: 40_000 }).toBe('0');
  });
});
