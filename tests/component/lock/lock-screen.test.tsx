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

  it('says in the last minute how many seconds are left, politely to who cannot see it and in the way of nobody; input takes it away', async () => {
    const desktop = await openDesktop({ language });
    const said = screen.getByTestId('lock-warning-said');
    expect([said.getAttribute('role'), said.textContent]).toEqual(['status', '']);
    desktop.told(() => desktop.centre.setLocksIn(42));
    const warning = await screen.findByTestId('lock-warning');
    expect(Number(warning.dataset['left'])).toBeGreaterThan(38);
    expect(warning.textContent).toMatch(zh ? /没有操作，(42|41|40|39) 秒后锁定/ : /No input: locking in (42|41|40|39) s/);
    // What is read out does not change with every second.
    expect([warning.getAttribute('aria-hidden'), said.querySelector('.visually-hidden')?.textContent]).toEqual(['true', zh ? '没有操作，桌面约 60 秒后锁定。按任意键就不锁定。' : 'No input: this desk locks itself in about 60 seconds. Any key keeps it open.']);
    desktop.told(() => desktop.centre.setLocksIn(9));
    await waitFor(() => expect(said.textContent).toContain(zh ? '约 10 秒后锁定' : 'about 10 seconds'));
    desktop.told(() => desktop.centre.setLocksIn(null));
    expect([screen.queryByTestId('lock-warning'), said.textContent]).toEqual([null, '']);
    desktop.end();
  });
});
