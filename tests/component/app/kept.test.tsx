import { act, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { desk } from '../../../renderer/app/desk.ts';
import { showView } from '../../../renderer/app/stores/place.ts';
import { answered, openDesktop, press } from '../setup/screen.tsx';

describe('[CT3] what is typed into a form', () => {
  it('is there again when the form is opened anew, and forgotten once it was sent', async () => {
    const desktop = await openDesktop();
    const { caseId } = await answered(desktop);
    act(() => press('F9'));
    await desktop.user.type(await screen.findByTestId('callback-note'), '打手机，别打家里');
    await waitFor(async () => {
      const drafts = await desk.calls.drafts({ case: caseId });
      expect(drafts.ok && drafts.value.find((one) => one.field === 'callback note')?.text).toBe('打手机，别打家里');
    });
    act(() => showView('sync'));
    await screen.findByTestId('sync-panel');
    act(() => showView('workbench'));
    await waitFor(() => expect((screen.getByTestId('callback-note') as HTMLInputElement).value).toBe('打手机，别打家里'));
    desktop.end();
  });
});

it('draws one callback form beside one note, whatever is drawn again', async () => {
  const desktop = await openDesktop();
  await answered(desktop);
  act(() => press('F9'));
  await screen.findByTestId('callback-form');
  for (const view of ['sync', 'workbench'] as const) act(() => showView(view));
  for (let n = 0; n < 3; n += 1) desktop.told(() => desktop.centre.setLive('queue', { waiting: n, lossReportsWaiting: 0, longestWaitMs: 0 }));
  await desktop.user.type(await screen.findByTestId('note-text'), '记一下');
  expect(screen.getAllByTestId('callback-note')).toHaveLength(1);
  expect(screen.getAllByTestId('note-text')).toHaveLength(1);
  desktop.end();
});
