import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { openDesktop } from '../setup/screen.tsx';

describe('sign-in', () => {
  it('lists the accounts of a demonstration and signs in with Enter', async () => {
    const { user, end } = await openDesktop({ signedIn: false });
    await user.click(await screen.findByTestId('demo-account-agent'));
    expect(screen.getByTestId('sign-in-account')).toHaveProperty('value', 'agent');
    await user.click(screen.getByTestId('sign-in-password'));
    await user.keyboard('{Enter}');
    expect(await screen.findByTestId('workbench')).toBeTruthy();
    end();
  });

  it.each([
    ['zh-CN', 'wrong-password', '密码不对'], ['en', 'wrong-password', 'wrong'], ['zh-CN', 'clock-off', '时间'], ['en', 'clock-off', 'clock'],
    ['zh-CN', 'locked-out', '锁定'], ['en', 'protocol-too-old', 'too old'], ['zh-CN', 'store-unwritable', '不能写入'], ['en', 'store-in-use', 'already open'],
  ] as const)('[RB1] says in %s what %s means and what to do', async (language, code, words) => {
    const { centre, user, end } = await openDesktop({ signedIn: false, language });
    centre.refuseSignIn({ code });
    await screen.findByTestId('demo-accounts');
    await user.clear(screen.getByTestId('sign-in-account'));
    await user.type(screen.getByTestId('sign-in-account'), 'somebody');
    await user.type(screen.getByTestId('sign-in-password'), 'x1');
    await user.click(screen.getByTestId('sign-in-submit'));
    const notice = await screen.findByTestId('sign-in-refusal');
    expect(notice.textContent).toContain(words);
    expect(notice.dataset['code']).toBe(code);
    if (code === 'wrong-password') await waitFor(() => expect(screen.getByTestId('sign-in-password')).toHaveProperty('value', ''));
    end();
  });

  it('does not send an address that is none', async () => {
    const { user, end } = await openDesktop({ signedIn: false });
    const server = await screen.findByTestId('sign-in-server');
    await user.clear(server);
    await user.type(server, 'centre');
    expect(await screen.findByText(/http:\/\/主机/)).toBeTruthy();
    end();
  });
});
