import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { useCases } from '../../../renderer/app/stores/cases.ts';
import { answered, openDesktop } from '../setup/screen.tsx';

describe.each(['zh-CN', 'en'] as const)('[CT3] [OF3] a locked desk (%s)', (language) => {
  const zh = language === 'zh-CN';

  it('Ctrl+L locks; nothing of a customer is on the screen or held by the page; the passphrase opens it, by keyboard, the field in focus', async () => {
    const calls: [string, unknown][] = [];
    let refusal: object | null = { code: 'wrong-passphrase', detail: { left: 4 } };
    const play = (name: string) => (params: Record<string, unknown>): object => {
      calls.push([name, params]);
      if (name === 'unlock' && refusal !== null) return { refusal };
      act(() => desktop.centre.setLocked(name === 'lock' ? 'person' : null));
      return name === 'lock' ? { done: true } : desktop.centre.session();
    };
    const desktop = await openDesktop({ language, methods: { lock: play('lock'), unlock: play('unlock'), inputSeen: () => { calls.push(['inputSeen', {}]); return { done: true }; } } });
    const { user } = desktop;
    await answered(desktop);
    // Whoever works is seen to work, not more than now and then.
    expect(calls.filter(([name]) => name === 'inputSeen')).toHaveLength(1);
    fireEvent.keyDown(document.body, { key: 'l', code: 'KeyL', ctrlKey: true });
    const locked = await screen.findByTestId('locked');
    expect(locked.dataset['why']).toBe('person');
    expect(locked.textContent).toContain(zh ? '已锁定' : 'Locked');
    expect(locked.textContent).toContain('林小满');
    expect(screen.queryByTestId('top-bar')).toBeNull();
    expect(useCases.getState().heard).toBe(false);
    const field = screen.getByTestId('unlock-passphrase');
    expect(document.activeElement).toBe(field);
    await user.keyboard('{Enter}');
    expect(locked.textContent).toContain(zh ? '请输入口令' : 'Type the passphrase');
    await user.keyboard('a guess{Enter}');
    expect((await screen.findByTestId('unlock-refusal')).textContent).toContain(zh ? '口令不对' : 'The passphrase is wrong');
    expect(field).toHaveProperty('value', '');
    expect(document.activeElement).toBe(field);
    refusal = null;
    await user.keyboard('the passphrase{Enter}');
    await screen.findByTestId('top-bar');
    expect(calls.filter(([name]) => name === 'unlock').map(([, params]) => params)).toEqual([{ passphrase: 'a guess' }, { passphrase: 'the passphrase' }]);
    desktop.end();
  });

  it('says that it locked itself, how it stands with the centre, and lets somebody else in by signing the first out', async () => {
    const out: unknown[] = [];
    const desktop = await openDesktop({ language });
    desktop.told(() => desktop.centre.setOnline(false));
    desktop.told(() => desktop.centre.setLocked('idle'));
    const locked = await screen.findByTestId('locked');
    expect(locked.textContent).toContain(zh ? '没有操作，桌面自动锁定' : 'No input: this desk locked itself');
    expect(screen.getByTestId('locked-line').textContent).toContain(zh ? '没有连上中心' : 'out of reach');
    const leave = screen.getByTestId('locked-sign-out');
    expect(leave.textContent).toContain('林小满');
    desktop.centre.refuseSignOut({ code: 'unsent-work', detail: { unsent: 2 } }, (params) => out.push(params));
    await desktop.user.click(leave);
    await screen.findByTestId('unlock-refusal');
    desktop.centre.refuseSignOut(null, (params) => out.push(params));
    await desktop.user.click(leave);
    await waitFor(() => expect(screen.queryByTestId('sign-in')).toBeTruthy());
    expect(out).toEqual([{}, { evenUnsent: true }]);
    desktop.end();
  });
});
