/** The whole desktop in jsdom over the fake centre: what a person presses goes the way it goes in the product. */
import '../operation/stubs.ts';
import { act, fireEvent, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { vi } from 'vitest';
import { desk } from '../../../renderer/app/desk.ts';
import { App } from '../../../renderer/app/app.tsx';
import { startFeeds } from '../../../renderer/app/feeds.ts';
import { setLanguage, setMode } from '../../../renderer/app/preferences.ts';
import { closeTools } from '../../../renderer/app/stores/tools.ts';
import { clearRefused } from '../../../renderer/app/send.ts';
import { useSession } from '../../../renderer/app/stores/session.ts';
import { fakeBridge } from './bridge.ts';
import { demoAnswers, demoCustomer } from './demo-customer.ts';
import { fakeCentre, type FakeOptions } from './fake-centre.ts';
import { published } from './published.ts';

// Two cores may be shared with a build: what is slow is not wrong.
vi.setConfig({ testTimeout: 30_000 });

/** A function key, with the physical code that a keyboard sends. */
export const press = (key: string): void => void fireEvent.keyDown(document.activeElement ?? document.body, { key, code: key });

export const ME = '0190a0b0-0000-7000-8000-000000000002';

/** @param more who sits there and what the bank says */
export async function openDesktop(more: Partial<FakeOptions> & { /** What stands on the first screen of this role. */ first?: string; signedIn?: boolean; language?: 'zh-CN' | 'en' } = {}) {
  const bridge = fakeBridge();
  Object.assign(window, { aidline: bridge.bridge });
  const centre = fakeCentre({
    rules: published, startAt: '2026-11-21T06:40:00.000Z', bank: (at) => demoCustomer(at), answers: demoAnswers,
    who: { person: ME, human: ME, role: 'agent', entitlements: { reviewLimitFen: {} }, workstation: 'ws-1', no: '3107', skills: ['es'], name: '林小满' }, ...more,
  });
  useSession.setState({ session: null });
  closeTools();
  clearRefused();
  setLanguage(more.language ?? 'zh-CN');
  setMode('light');
  if (more.signedIn === false) centre.setSignedIn(false);
  // The port first: what subscribes before would be answered by the desktop of the test before.
  desk.attach(centre.port);
  const end = startFeeds();
  centre.setLive('lights', { core: 'ok', phones: 'ok' });
  centre.setLive('queue', { waiting: 2, lossReportsWaiting: 1, longestWaitMs: 40_000 });
  centre.setAgent({ state: 'available' });
  const user = userEvent.setup();
  const view = render(<App />);
  const told = <T,>(work: () => T): T => {
    let result: T;
    act(() => void (result = work()));
    return result!;
  };
  if (more.signedIn !== false) await screen.findByTestId(more.first ?? 'workbench');
  return { centre, user, bridge, view, told, end };
}

/** Rings, answers by Enter, and waits for the intents. */
export async function answered(desktop: Awaited<ReturnType<typeof openDesktop>>, ring: Parameters<typeof desktop.centre.ring>[0] = {}): Promise<{ caseId: string; callId: string }> {
  const rung = desktop.told(() => desktop.centre.ring(ring));
  await desktop.user.keyboard('{Enter}');
  await screen.findByTestId('intent-picker');
  return rung;
}
