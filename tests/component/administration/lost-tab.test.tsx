// @vitest-environment jsdom
import '../operation/stubs.ts';
import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { setLanguage } from '../../../renderer/app/preferences.ts';
import AdministrationView from '../../../renderer/administration/administration-view.tsx';
import { idOf, playCentre } from './played-centre.ts';

vi.setConfig({ testTimeout: 30_000 });
const user = userEvent.setup();
beforeEach(() => setLanguage('zh-CN'));

describe('[SY9] bookings of a time that the centre lost', () => {
  const booking = { key: `${idOf(1)}.${idOf(2)}`, caseId: idOf(1), customerId: 'cust-7', kind: 'refund', accountId: 'acct-7', amountFen: 123_456, receipt: 'R20261123000007', bookedAt: '2026-11-23T02:00:00.000Z' };

  test('a lead sees each with its receipt, and lets it go with a note only', async () => {
    const centre = playCentre('lead');
    centre.setPairs([booking]);
    render(<AdministrationView />);
    await user.click(screen.getByRole('tab', { name: '恢复后待确认' }));
    const row = await screen.findByTestId('lost-booking');
    for (const told of ['cust-7', 'acct-7', '1,234.56', 'R20261123000007']) expect(row.textContent).toContain(told);
    expect(screen.getByTestId('lost-settle').hasAttribute('disabled')).toBe(true);
    fireEvent.change(screen.getByTestId('lost-note'), { target: { value: '  已查到回单 ' } });
    centre.refuse({ code: 'sy9-not-held' });
    await user.click(screen.getByTestId('lost-settle'));
    expect((await screen.findByTestId('lost-refused')).dataset['code']).toBe('sy9-not-held');
    expect(centre.called.filter(({ params }) => params['kind'] === 'settle lost booking').map(({ params }) => params['body'])).toEqual([{ key: booking.key, note: '已查到回单' }]);
    centre.refuse(null);
    centre.setPairs([]);
    await user.click(screen.getByTestId('lost-reload'));
    await waitFor(() => expect(screen.getByTestId('lost-none')).toBeTruthy());
  });

  test('nobody else is shown the tab', () => {
    playCentre('admin');
    render(<AdministrationView />);
    expect(screen.queryByRole('tab', { name: '恢复后待确认' })).toBeNull();
  });

  test('the words are there in English', async () => {
    setLanguage('en');
    playCentre('lead');
    render(<AdministrationView />);
    await user.click(screen.getByRole('tab', { name: 'After a restore' }));
    expect((await screen.findByTestId('lost-none')).textContent).toBe('Nothing waits.');
  });
});
