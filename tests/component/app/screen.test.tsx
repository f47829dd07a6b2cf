import { act, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { useScreen } from '../../../renderer/app/stores/screen.ts';
import { answered, openDesktop, press } from '../setup/screen.tsx';

describe('the strip and the locked screen', () => {
  it('asks the window for the strip by button and by key, and folds the customer in it', async () => {
    const desktop = await openDesktop();
    await answered(desktop);
    await desktop.user.click(screen.getByTestId('switch-strip'));
    expect(desktop.bridge.strips).toEqual([true]);
    act(() => useScreen.setState({ narrow: true }));
    expect(screen.getByTestId('caller').className).toContain('caller-folded');
    await desktop.user.click(screen.getByTestId('caller-fold'));
    expect(screen.getByTestId('caller').className).not.toContain('caller-folded');
    await desktop.user.keyboard('{Control>}{Shift>}s{/Shift}{/Control}');
    expect(desktop.bridge.strips).toEqual([true, false]);
    act(() => useScreen.setState({ narrow: false }));
    desktop.end();
  });

  it('covers the customer while the machine is locked; the call and what was typed stay', async () => {
    const desktop = await openDesktop();
    await answered(desktop);
    press('F7');
    await desktop.user.keyboard('客户着急');
    act(() => desktop.bridge.notice({ kind: 'screen', locked: true }));
    expect(screen.getByTestId('caller').dataset['covered']).toBe('true');
    expect(screen.getByTestId('caller-name').closest('[inert]')).not.toBeNull();
    expect(screen.getByTestId('call-timer')).toBeTruthy();
    expect((screen.getByTestId('note-text') as HTMLTextAreaElement).value).toBe('客户着急');
    act(() => desktop.bridge.notice({ kind: 'screen', locked: false }));
    expect(screen.getByTestId('caller').dataset['covered']).toBe('false');
    desktop.end();
  });

  it('hides the customer by key and shows them again by the button', async () => {
    const desktop = await openDesktop();
    await answered(desktop);
    await desktop.user.keyboard('{Control>}{Shift>}h{/Shift}{/Control}');
    expect(screen.getByTestId('caller-covered').textContent).toContain('遮住');
    await desktop.user.click(screen.getByRole('button', { name: '显示' }));
    expect(screen.queryByTestId('caller-covered')).toBeNull();
    desktop.end();
  });
});

describe('knowledge (F3)', () => {
  it('finds by words and by pinyin initials, and opens what is chosen by keyboard', async () => {
    const desktop = await openDesktop();
    await answered(desktop);
    press('F3');
    await desktop.user.keyboard('手机 丢');
    expect(screen.getByTestId('knowledge-phone-lost-too')).toBeTruthy();
    await desktop.user.clear(screen.getByTestId('knowledge-search'));
    await desktop.user.keyboard('dhzh');
    expect(await screen.findByTestId('knowledge-branch-donghu')).toBeTruthy();
    await desktop.user.clear(screen.getByTestId('knowledge-search'));
    await desktop.user.keyboard('密码');
    await desktop.user.keyboard('{ArrowDown}{Enter}');
    expect(document.querySelectorAll('.knowledge-found [aria-expanded="true"]').length).toBe(1);
    await desktop.user.clear(screen.getByTestId('knowledge-search'));
    await desktop.user.keyboard('zzzz');
    expect(screen.getByTestId('knowledge').textContent).toContain('没有找到');
    desktop.end();
  });
});
