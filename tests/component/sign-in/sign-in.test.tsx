import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { openDesktop } from '../setup/screen.tsx';

async function signInAs(user: Awaited<ReturnType<typeof openDesktop>>['user'], password = 'x1'): Promise<void> {
  await screen.findByTestId('demo-accounts');
  await user.clear(screen.getByTestId('sign-in-account'));
  await user.type(screen.getByTestId('sign-in-account'), 'somebody');
  await user.clear(screen.getByTestId('sign-in-password'));
  await user.type(screen.getByTestId('sign-in-password'), password);
  await user.click(screen.getByTestId('sign-in-submit'));
}

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

  it('[PR9] a machine that the centre does not know asks to be enrolled, shows its fingerprint, and goes on by itself once two have agreed', async () => {
    const { centre, user, end } = await openDesktop({ signedIn: false });
    centre.refuseSignIn({ code: 'workstation-not-enrolled' });
    await signInAs(user);
    expect((await screen.findByTestId('sign-in-refusal')).textContent).toContain('还没有登记');
    await screen.findByTestId('enrol');
    expect(screen.getByTestId('enrol-send').hasAttribute('disabled')).toBe(true);
    await user.type(screen.getByTestId('enrol-site'), '三号楼二层');
    await user.type(screen.getByTestId('enrol-code'), 'ONCE-2345{Enter}');
    expect((await screen.findByTestId('enrol-status')).dataset['status']).toBe('waiting');
    expect(screen.getByTestId('enrol-fingerprint').textContent).toBe('4f3a 91c2 7be0 d518');
    centre.setEnrolment('enrolled');
    await waitFor(() => expect(screen.getByTestId('enrol-status').dataset['status']).toBe('enrolled'));
    const asked = centre.asked.filter((one) => one.kind === 'enrol').map((one) => one.body as { code: string | null; name: string; site: string });
    // The one-time code leaves once; asking how it stands needs none.
    expect(asked.map(({ code }) => code)).toEqual(['ONCE-2345', null]);
    expect(asked[0]).toMatchObject({ site: '三号楼二层' });
    expect(screen.queryByTestId('sign-in-refusal')).toBeNull();
    end();
  });

  it.each([['zh-CN', 'workstation-revoked', '停用', false], ['en', 'workstation-revoked', 'revoked', false], ['zh-CN', 'workstation-key-lost', '重新登记', true], ['en', 'workstation-key-lost', 'anew', true]] as const)(
    '[PR9] says in %s what %s means, and offers to enrol where that helps', async (language, code, words, enrols) => {
      const { centre, user, end } = await openDesktop({ signedIn: false, language });
      centre.refuseSignIn({ code });
      await signInAs(user);
      expect((await screen.findByTestId('sign-in-refusal')).textContent).toContain(words);
      if (enrols) await screen.findByTestId('enrol');
      else expect(screen.queryByTestId('enrol')).toBeNull();
      end();
    });

  it('[TP12] a passphrase set by two others is made one’s own before anything else, from both halves, typed twice', async () => {
    const { centre, user, end } = await openDesktop({ signedIn: false });
    centre.refuseSignIn({ code: 'passphrase-must-change' });
    await signInAs(user, 'ABCDEFGH23-JKLMNPQR45');
    await screen.findByTestId('change-passphrase');
    expect([screen.getByTestId('change-half-1'), screen.getByTestId('change-half-2')].map((one) => (one as HTMLInputElement).value)).toEqual(['ABCDEFGH23', 'JKLMNPQR45']);
    await user.type(screen.getByTestId('change-new'), 'a long new one');
    await user.type(screen.getByTestId('change-again'), 'a long new two{Enter}');
    expect(screen.getByTestId('change-fault').textContent).toContain('不一样');
    expect(centre.asked.filter((one) => one.kind === 'changePassphrase')).toEqual([]);
    await user.clear(screen.getByTestId('change-again'));
    centre.refuseSignIn(null);
    await user.type(screen.getByTestId('change-again'), 'a long new one{Enter}');
    expect(await screen.findByTestId('workbench')).toBeTruthy();
    expect(centre.asked.filter((one) => one.kind === 'changePassphrase').map((one) => one.body)).toMatchObject([{ account: 'somebody', old: 'ABCDEFGH23-JKLMNPQR45', new: 'a long new one' }]);
    end();
  });

  it('[TP12] a wrong code empties the code and nothing else; a short passphrase is not sent', async () => {
    const { centre, user, end } = await openDesktop({ signedIn: false, language: 'en' });
    await screen.findByTestId('demo-accounts');
    await user.click(screen.getByTestId('sign-in-change'));
    await screen.findByTestId('change-passphrase');
    await user.type(screen.getByTestId('change-half-1'), 'abcdefgh23');
    await user.type(screen.getByTestId('change-half-2'), ' jklm npqr 45');
    await user.type(screen.getByTestId('change-new'), 'short');
    await user.type(screen.getByTestId('change-again'), 'short{Enter}');
    expect(screen.getByTestId('change-fault').textContent).toContain('12');
    for (const field of ['change-new', 'change-again']) {
      await user.clear(screen.getByTestId(field));
      await user.type(screen.getByTestId(field), 'a long new one');
    }
    centre.refuseChange({ code: 'wrong-password' });
    await user.click(screen.getByTestId('change-send'));
    expect((await screen.findByTestId('change-refusal')).dataset['code']).toBe('wrong-password');
    expect(centre.asked.filter((one) => one.kind === 'changePassphrase').map((one) => (one.body as { old: string }).old)).toEqual(['ABCDEFGH23-JKLMNPQR45']);
    expect((screen.getByTestId('change-half-1') as HTMLInputElement).value).toBe('');
    expect((screen.getByTestId('change-new') as HTMLInputElement).value).toBe('a long new one');
    end();
  });
});
