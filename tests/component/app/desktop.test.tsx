import axe from 'axe-core';
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { answered, openDesktop, press } from '../setup/screen.tsx';

/** jsdom draws nothing, so contrast is for the theme's own test. */
async function faults(): Promise<string[]> {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false }, region: { enabled: false } } });
  return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 140)).join(' | ')}`);
}

describe('the desktop', () => {
  it('says by shape and word how the three lines stand, and what still works when one is down', async () => {
    const desktop = await openDesktop();
    expect(screen.getByTestId('light-centre').textContent).toContain('● 正常');
    desktop.told(() => desktop.centre.setLive('lights', { core: 'down', phones: 'slow' }));
    expect(screen.getByTestId('light-core').textContent).toContain('✕ 断');
    expect(screen.getByTestId('light-phones').textContent).toContain('▲ 慢');
    expect(screen.getByTestId('strip-core').textContent).toContain('照常');
    desktop.told(() => desktop.centre.setOnline(false));
    expect(screen.getByTestId('strip-centre').textContent).toContain('先存本机');
    expect(screen.getByTestId('light-core').dataset['light']).toBe('unknown');
    expect(screen.getByTestId('queue').textContent).toContain('挂失 1');
    desktop.end();
  });

  it('[SY8] shows saved here and received by the centre as two looks, with the word', async () => {
    const desktop = await openDesktop();
    await answered(desktop);
    desktop.told(() => desktop.centre.setOnline(false));
    await desktop.user.click(screen.getByTestId('intent-pay-bill'));
    await waitFor(() => expect(screen.getByTestId('saved').textContent).toContain('已存本机'));
    await waitFor(() => expect(screen.getByTestId('unsent').dataset['unsent']).toBe('1'));
    await desktop.user.click(screen.getByTestId('unsent'));
    expect((await screen.findByTestId('sync-panel')).textContent).toContain('开始流程');
    desktop.end();
  });

  it('keeps the note as a draft while it is typed, and adds it masked to the case', async () => {
    const desktop = await openDesktop();
    const { caseId } = await answered(desktop);
    press('F7');
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('note-text')));
    await desktop.user.keyboard('客户着急');
    expect(await screen.findByTestId('note-draft')).toBeTruthy();
    expect(desktop.centre.drafts()).toMatchObject([{ case: caseId, text: '客户着急' }]);
    await desktop.user.click(screen.getByTestId('note-add'));
    expect(desktop.centre.stateOf(caseId)?.notes.map((note) => note.text)).toEqual(['客户着急']);
    await waitFor(() => expect(desktop.centre.drafts()).toEqual([]));
    desktop.end();
  });

  it('opens another matter beside the first, which is parked and keeps all of it', async () => {
    const desktop = await openDesktop();
    const { caseId } = await answered(desktop);
    await desktop.user.click(screen.getByTestId('intent-pay-bill'));
    await waitFor(() => expect(screen.getByTestId('flow').dataset['flow']).toBe('pay-bill'));
    await desktop.user.click(screen.getByTestId('another-matter'));
    await waitFor(() => expect(screen.getByTestId('flow').dataset['caseId']).not.toBe(caseId));
    expect(Object.values(desktop.centre.stateOf(caseId)!.runs)[0]?.status).toBe('parked');
    expect(await screen.findByTestId(`case-tab-${caseId}`)).toBeTruthy();
    desktop.end();
  });

  it('[SCREENS keys] swallows what would reload or close', async () => {
    const desktop = await openDesktop();
    for (const key of [{ key: 'F5', code: 'F5' }, { key: 'r', code: 'KeyR', ctrlKey: true }, { key: 'w', code: 'KeyW', ctrlKey: true }]) {
      let passed = true;
      act(() => {
        passed = fireEvent.keyDown(document.body, key);
      });
      expect([key.key, passed]).toEqual([key.key, false]);
    }
    desktop.end();
  });

  it('asks before it closes only with unsent work', async () => {
    const desktop = await openDesktop();
    act(() => desktop.bridge.askToQuit());
    await waitFor(() => expect(desktop.bridge.answers).toEqual(['pending', 'confirmed']));
    await answered(desktop);
    desktop.told(() => desktop.centre.setOnline(false));
    await desktop.user.click(screen.getByTestId('intent-pay-bill'));
    await waitFor(() => expect(screen.getByTestId('unsent').dataset['unsent']).toBe('1'));
    act(() => desktop.bridge.askToQuit());
    expect(await screen.findByText(/1 条没有送到中心/)).toBeTruthy();
    desktop.end();
  });

  it.each(['zh-CN', 'en'] as const)('makes sense in a screen reader (%s)', async (language) => {
    const desktop = await openDesktop({ language });
    expect(await faults()).toEqual([]);
    await answered(desktop);
    await desktop.user.click(screen.getByTestId('intent-early-settlement'));
    await screen.findByTestId('step-ES-1');
    expect(await faults()).toEqual([]);
    desktop.end();
  }, 30_000);
});
