import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { openDesktop } from '../setup/screen.tsx';

const OFFERED = { provider: 'id.bank.example', reachable: true };
const bodies = (centre: Awaited<ReturnType<typeof openDesktop>>['centre']): unknown[] => centre.asked.filter(({ kind }) => kind === 'openSignedOn').map(({ body }) => body);

describe('single sign-on', () => {
  it.each([['zh-CN', '单点登录', 'id.bank.example', true], ['en', 'single sign-on', 'id.bank.example', true], ['zh-CN', '单点登录', '没有答复', false], ['en', 'single sign-on', 'did not answer', false]] as const)(
    'is offered in %s as "%s", says "%s" of the provider, and nowhere where there is none', async (language, name, words, reachable) => {
      const one = await openDesktop({ signedIn: false, language, signOn: { ...OFFERED, reachable } });
      expect((await screen.findByTestId('sign-on-begin')).textContent).toContain(name);
      expect(screen.getByTestId('sign-on-provider').textContent).toContain(words);
      one.end();
      one.view.unmount();
      const none = await openDesktop({ signedIn: false, language });
      await screen.findByTestId('demo-accounts');
      expect(screen.queryByTestId('sign-on-begin')).toBeNull();
      none.end();
    });

  it('[OF3] by keyboard: the browser, a desk passphrase chosen and typed twice, and in', async () => {
    const { centre, user, told, end } = await openDesktop({ signedIn: false, signOn: OFFERED });
    (await screen.findByTestId('sign-on-begin')).focus();
    await user.keyboard('{Enter}');
    // Its part of the program comes only now.
    expect((await screen.findByTestId('sign-on')).dataset['step']).toBe('browser');
    expect(document.activeElement).toBe(screen.getByTestId('sign-on-cancel'));
    await waitFor(() => expect(centre.asked.some(({ kind }) => kind === 'signOn')).toBe(true));
    told(() => centre.answerSignOn());
    expect((await screen.findByTestId('sign-on-name')).textContent).toContain('林小满');
    for (const [typed, fault] of [['short', '12'], ['a desk passphrase', '不一样']] as const) {
      await user.clear(screen.getByTestId('sign-on-passphrase'));
      await user.type(screen.getByTestId('sign-on-passphrase'), `${typed}{Enter}`);
      expect(screen.getByTestId('sign-on-fault').textContent).toContain(fault);
    }
    await user.type(screen.getByTestId('sign-on-again'), 'a desk passphrase{Enter}');
    expect(await screen.findByTestId('workbench')).toBeTruthy();
    expect(bodies(centre)).toEqual([{ passphrase: 'a desk passphrase' }]);
    end();
  });

  it('a known one is asked for once; wrong it is emptied; changed elsewhere the old one is asked for; and it can be changed here', async () => {
    const { centre, user, told, end } = await openDesktop({ signedIn: false, signOn: OFFERED, signOnPassphrase: 'known' });
    await user.click(await screen.findByTestId('sign-on-begin'));
    await waitFor(() => expect(centre.asked.some(({ kind }) => kind === 'signOn')).toBe(true));
    told(() => centre.answerSignOn());
    await screen.findByTestId('sign-on-passphrase');
    expect(screen.queryByTestId('sign-on-again')).toBeNull();
    centre.refuseOpen({ code: 'desk-passphrase-wrong' });
    await user.type(screen.getByTestId('sign-on-passphrase'), 'a guess{Enter}');
    expect((await screen.findByTestId('sign-on-refusal')).textContent).toContain('桌面口令不对');
    expect(screen.getByTestId('sign-on-passphrase')).toHaveProperty('value', '');
    centre.refuseOpen({ code: 'passphrase-differs' });
    await user.type(screen.getByTestId('sign-on-passphrase'), 'the new one{Enter}');
    await user.type(await screen.findByTestId('sign-on-old'), 'the old one');
    await user.click(screen.getByTestId('sign-on-change'));
    await user.type(screen.getByTestId('sign-on-fresh'), 'the newest of them');
    centre.refuseOpen(null);
    await user.type(screen.getByTestId('sign-on-again'), 'the newest of them{Enter}');
    expect(await screen.findByTestId('workbench')).toBeTruthy();
    expect(bodies(centre).at(-1)).toEqual({ passphrase: 'the new one', oldPassphrase: 'the old one', newPassphrase: 'the newest of them' });
    end();
  });

  it.each([
    ['zh-CN', 'sign-on-provider-down', '连不上'], ['en', 'sign-on-provider-down', 'cannot be reached'], ['zh-CN', 'sign-on-unknown', '没有这个人员'], ['en', 'sign-on-role', 'role'], ['zh-CN', 'sign-on-timeout', '没有等到'], ['en', 'sign-on-clock', 'clocks'],
    ['zh-CN', 'sign-on-browser', '打不开浏览器'], ['en', 'sign-on-denied', 'access_denied'], ['zh-CN', 'sign-on-answer-false', 'nonce'],
  ] as const)('[RB1] says in %s what %s means, and is back where one may try again', async (language, code, words) => {
    const { centre, user, end } = await openDesktop({ signedIn: false, language, signOn: OFFERED });
    centre.refuseSignOn({ code, detail: { why: code === 'sign-on-denied' ? 'access_denied' : 'nonce' } });
    await user.click(await screen.findByTestId('sign-on-begin'));
    const notice = await screen.findByTestId('sign-in-refusal');
    expect([notice.dataset['code'], notice.textContent]).toEqual([code, expect.stringContaining(words)]);
    expect(screen.getByTestId('sign-on-begin')).toBeTruthy();
    end();
  });

  it('Esc takes it back, and the desk stops listening; a wrong password hints at it', async () => {
    const { centre, user, end } = await openDesktop({ signedIn: false, signOn: OFFERED });
    await user.click(await screen.findByTestId('sign-on-begin'));
    await screen.findByTestId('sign-on-cancel');
    await user.keyboard('{Escape}');
    expect(await screen.findByTestId('sign-in-account')).toBeTruthy();
    centre.refuseSignIn({ code: 'wrong-password' });
    await user.type(screen.getByTestId('sign-in-password'), 'x{Enter}');
    expect((await screen.findByTestId('sign-on-hint')).textContent).toContain('单点登录');
    end();
  });

  it('[PR9] a machine that is not enrolled asks to be', async () => {
    const { centre, user, end } = await openDesktop({ signedIn: false, signOn: OFFERED });
    centre.refuseSignOn({ code: 'workstation-not-enrolled' });
    await user.click(await screen.findByTestId('sign-on-begin'));
    expect(await screen.findByTestId('enrol')).toBeTruthy();
    end();
  });
});
