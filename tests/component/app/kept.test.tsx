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
