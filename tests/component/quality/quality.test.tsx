import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { viewsFor } from '../../../renderer/app/navigation.tsx';
import { openDesktop } from '../setup/screen.tsx';

const QUALITY = '0190a0b0-0000-7000-8000-000000000014';
const who = { person: QUALITY, human: QUALITY, role: 'quality' as const, entitlements: { reviewLimitFen: {} }, workstation: 'ws-1', no: '5001', skills: [], name: '韩清' };

describe('[TP11] a quality case', () => {
  it('says what, by whom and why; it is closed with a finding, masked, and stays readable', async () => {
    const desktop = await openDesktop({ who, first: 'quality-view' });
    expect(screen.getByTestId('quality-view').textContent).toContain('没有质检个案');
    const caseId = desktop.centre.newId();
    desktop.told(() => {
      desktop.centre.happen(caseId, 'case opened', { reason: 'quality', callId: null, fromCase: null, number: null, queue: null });
      desktop.centre.happen(caseId, 'access granted', { person: QUALITY, as: 'quality' });
      desktop.centre.happen(caseId, 'quality matter noted', { aboutCase: desktop.centre.newId(), operationId: desktop.centre.newId(), what: 'break-glass', by: [desktop.centre.newId(), desktop.centre.newId()], reasons: ['专家老师都在外地', '客户在线等'] });
    });
    const card = await screen.findByTestId(`quality-${caseId}`);
    expect(card.textContent).toContain('双班长放行');
    expect(card.textContent).toContain('专家老师都在外地');
    await desktop.user.click(screen.getByTestId('quality-look'));
    expect(card.textContent).toContain('还没有送到这台机器');
    expect(screen.getByTestId('close-quality-case').hasAttribute('disabled')).toBe(true);
    await desktop.user.type(screen.getByTestId('quality-finding'), '合规，卡 6222021234567890123{Enter}');
    await waitFor(() => expect(screen.getByTestId(`quality-${caseId}`).dataset['closed']).toBe('true'));
    expect(JSON.stringify(desktop.centre.sent)).not.toContain('6222021234567890123');
    expect(screen.getByTestId(`quality-${caseId}`).textContent).toContain('合规');
    desktop.end();
  });
});

describe('[PR3] the screens that a role sees', () => {
  it.each([
    ['agent', ['workbench', 'cases', 'sync']], ['mentor', ['workbench', 'review', 'cases', 'sync']], ['lead', ['workbench', 'review', 'cases', 'escalations', 'late-work', 'administration', 'sync']],
    ['quality', ['quality', 'administration', 'sync']], ['risk', ['administration', 'sync']], ['admin', ['administration', 'sync']],
  ] as const)('%s', (role, views) => expect(viewsFor(role)).toEqual(views));
});
