/** What goes wrong on the sign-in screen and at leaving: each says what to do, in both languages, and loses nothing. */
import { describe, expect, it } from 'vitest';
import { oneAgent } from '../harness/one-agent.ts';

const here = oneAgent();
const { centre } = here;

/** The refusal on the screen, in Chinese and then in English; every one says what to do. */
async function refusal(code: string, zh: RegExp, en: RegExp): Promise<void> {
  await here.agent.becomes('sign-in-refusal', 'data-code', code);
  expect(await here.agent.text('sign-in-refusal')).toMatch(zh);
  await here.agent.click('switch-language');
  await expect.poll(() => here.agent.text('sign-in-refusal')).toMatch(en);
  await here.agent.click('switch-language');
  await expect.poll(() => here.agent.text('sign-in-refusal')).toMatch(zh);
}
async function tryIn(account: string, password: string, server = centre.url): Promise<void> {
  await here.agent.type('sign-in-server', server);
  await here.agent.type('sign-in-account', account);
  await here.agent.type('sign-in-password', password);
  await here.agent.press('Enter');
}

describe('the sign-in screen', () => {
  it('lists the demonstration’s accounts, one a role, and fills in the wanted one', async () => {
    await here.agent.see('demo-accounts');
    for (const account of ['agent', 'mentor', 'lead', 'admin']) expect(await here.agent.at(`demo-account-${account}`).count()).toBe(1);
    expect(await here.agent.at('sign-in-account').inputValue()).toBe('agent');
  });

  it('says that nothing was typed', async () => {
    await here.agent.at('sign-in-password').fill('');
    await here.agent.click('sign-in-submit');
    await here.agent.page.getByText('请填写账号和密码').waitFor();
  });

  it('says that the address is none', async () => {
    await here.agent.type('sign-in-server', 'the centre');
    await here.agent.page.getByText('请写成 http://').waitFor();
    await here.agent.click('sign-in-submit');
    expect(await here.agent.at('top-bar').count()).toBe(0);
  });

  it('[OF3] says that nobody answers at an address, and keeps what was typed', async () => {
    await tryIn('agent', 'aidline-demo', 'http://127.0.0.1:9');
    await refusal('server-unreachable', /连不上|中心/, /reach|centre/i);
    expect(await here.agent.at('sign-in-password').inputValue()).toBe('aidline-demo');
  });

  it('refuses a wrong password without saying which of the two is wrong', async () => {
    await tryIn('agent2', 'not-the-password');
    await refusal('wrong-password', /密码/, /password/i);
    expect(await here.agent.at('sign-in-password').inputValue()).toBe('');
    const known = await here.agent.text('sign-in-refusal');
    await tryIn('nobody-of-that-name', 'not-the-password');
    await here.agent.becomes('sign-in-refusal', 'data-code', 'wrong-password');
    expect(await here.agent.text('sign-in-refusal')).toBe(known);
  });

  it('locks a person out after five guesses, the right password included', async () => {
    for (let guess = 2; guess <= 4; guess += 1) {
      await tryIn('agent2', `guess-number-${guess}`);
      await here.agent.becomes('sign-in-refusal', 'data-code', 'wrong-password');
      await expect.poll(() => here.agent.at('sign-in-password').inputValue()).toBe('');
    }
    await tryIn('agent2', 'guess-number-5');
    await refusal('locked-out', /锁/, /locked/i);
    await tryIn('agent2', 'aidline-demo');
    await here.agent.becomes('sign-in-refusal', 'data-code', 'locked-out');
    expect(await here.agent.at('top-bar').count()).toBe(0);
  });
});

describe('leaving with unsent work', () => {
  it('asks, and stays when told so; nothing is lost', async () => {
    await tryIn('agent', 'aidline-demo');
    await here.agent.see('top-bar');
    // A call that is over: one that is on would not let the window close at all.
    await here.agent.click('open-by-hand');
    await here.agent.click('log-now');
    await here.agent.type('log-until', await here.agent.at('log-from').inputValue());
    await here.agent.click('log-call');
    await here.agent.see('intent-picker');
    await expect.poll(() => here.agent.at('unsent').getAttribute('data-unsent')).toBe('0');
    await centre.kill();
    await here.agent.becomes('light-centre', 'data-light', 'down');
    await here.agent.press('F7');
    await here.agent.page.keyboard.type('还没送出的一条');
    await here.agent.click('note-add');
    await expect.poll(() => here.agent.at('unsent').getAttribute('data-unsent')).toBe('1');
    await here.desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    const dialog = here.agent.page.getByRole('dialog');
    await dialog.waitFor();
    expect(await dialog.innerText()).toMatch(/1 /);
    await dialog.getByRole('button').last().waitFor();
    await here.agent.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await here.agent.at('unsent').getAttribute('data-unsent')).toBe('1');
  });

  it('asks before signing out as well', async () => {
    await here.agent.click('sign-out');
    await here.agent.becomes('refusal', 'data-code', 'unsent-work');
    expect(await here.agent.at('top-bar').count()).toBe(1);
  });

  it('leaves when told so, and the work waits on this machine for the next sign-in', async () => {
    const left = here.desktop;
    await here.desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    // The press ends the window under the press itself, which Playwright may tell as a failure: that the program has ended counts.
    const leave = here.agent.page.getByRole('dialog').locator('.ant-btn-primary');
    await leave.click({ noWaitAfter: true }).catch((error: Error) => {
      if (!/has been closed/.test(error.message)) throw error;
    });
    await left.ended();
    await here.start(left.profile);
    await here.agent.type('sign-in-account', 'agent');
    await here.agent.type('sign-in-password', 'aidline-demo');
    await here.agent.press('Enter');
    await here.agent.see('top-bar');
    expect(await here.agent.at('unsent').getAttribute('data-unsent')).toBe('1');
    await centre.start();
    await expect.poll(() => here.agent.at('unsent').getAttribute('data-unsent'), { timeout: 40_000 }).toBe('0');
  });
});
