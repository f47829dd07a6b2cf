import { act, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { SyncView } from '#shared/protocol/sync-view.ts';
import { useSync } from '../../../renderer/app/stores/sync.ts';
import { answered, openDesktop } from '../setup/screen.tsx';

const AT = '2026-11-21T06:40:00.000Z';
const CASE = '0190a0b0-0000-7000-8000-00000000000c';
const COMMAND = '0190a0b0-0000-7000-8000-00000000000d';
const told = (more: Partial<SyncView>): void => act(() => useSync.setState(({ sync }) => ({ sync: sync === null ? null : { ...sync, ...more } })));

describe.each(['zh-CN', 'en'] as const)('[SY8] the one panel of sync (%s)', (language) => {
  const zh = language === 'zh-CN';

  it('[SY3] says what was refused, what is set aside, why, and what to do, in words', async () => {
    const desktop = await openDesktop({ language });
    await desktop.user.click(screen.getByTestId('unsent'));
    const panel = await screen.findByTestId('sync-panel');
    told({
      refused: [{ command: COMMAND, stream: CASE, number: 1, kind: 'submit for review', look: 'refused', urgent: false, madeAt: AT, saidAt: null, notAfter: null, refusal: { code: 'depends-on' }, doubtful: null, seenAt: null }],
      setAside: [{ stream: CASE, command: COMMAND, kind: 'write note', code: 'server-trouble', at: AT, tries: 2, tryAt: AT }],
    });
    expect(screen.getByTestId('refused-submit-for-review').textContent).toContain(zh ? '✕ 中心未受理' : '✕');
    expect(screen.getByTestId('refused-submit-for-review').textContent).toContain(zh ? '请先处理前一步' : 'Settle the earlier one first');
    const aside = screen.getByTestId('set-aside').textContent ?? '';
    expect(aside).toContain(zh ? '记事' : 'Note');
    expect(aside).toContain(zh ? '中心出了问题' : 'The centre has a problem');
    expect(panel.textContent).not.toContain('server-trouble');
    expect(panel.textContent).not.toContain('depends-on');
    desktop.end();
  });

  it('[OF5] shows how far sending and reading are, in figures', async () => {
    const desktop = await openDesktop({ language });
    await answered(desktop);
    await desktop.user.click(screen.getByTestId('unsent'));
    await screen.findByTestId('sync-panel');
    told({ connection: 'online', unsent: 4_000, unsentOf: 10_000, inFlight: 100, catchingUp: true, behind: { left: 700, of: 1_000 }, spooled: 3 });
    expect(screen.getByTestId('sync-draining').dataset).toMatchObject({ done: '6000', of: '10000' });
    expect(screen.getByTestId('sync-behind').dataset).toMatchObject({ done: '300', of: '1000' });
    expect(screen.getByTestId('sync-behind').textContent).toContain('700');
    expect(screen.getByTestId('sync-spooled').dataset['n']).toBe('3');
    desktop.end();
  });

  it('[OF3] past the time of the sign-in work goes on, and the passphrase is asked for here, by keyboard', async () => {
    const typed: unknown[] = [];
    let refusal: object = { refusal: { code: 'wrong-passphrase', detail: { left: 4 } } };
    const desktop = await openDesktop({
      language, methods: { typeAgain: (params) => {
        typed.push(params);
        return refusal;
      } },
    });
    await desktop.user.click(screen.getByTestId('unsent'));
    const panel = await screen.findByTestId('sync-panel');
    expect(screen.queryByTestId('type-again')).toBeNull();
    told({ connection: 'refused', refusal: { code: 'sign-in-over' } });
    expect(panel.textContent).toContain(zh ? '本机的工作照常' : 'Work on this machine goes on');
    const field = screen.getByTestId('type-again-passphrase');
    await desktop.user.type(field, 'a guess{Enter}');
    expect((await screen.findByTestId('type-again-refusal')).textContent).toContain(zh ? '口令不对' : 'The passphrase is wrong');
    expect(field).toHaveProperty('value', '');
    refusal = { done: true };
    await desktop.user.type(field, 'the passphrase{Enter}');
    expect(typed).toEqual([{ passphrase: 'a guess' }, { passphrase: 'the passphrase' }]);
    expect(screen.queryByTestId('type-again-refusal')).toBeNull();
    desktop.end();
  });
});
