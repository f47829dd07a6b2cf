// @vitest-environment jsdom
import './stubs.ts';
import { cleanup, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import type { DeskPort } from '#shared/protocol/desk-port.ts';
import { desk } from '../../../renderer/app/desk.ts';
import { draw } from './panel.tsx';
import { CASE, OPERATION, startStory } from './story.ts';

test('[FL4] a note typed and not sent is there again, and forgotten once it was sent', async () => {
  const drafts = new Map<string, string>();
  let hear: (data: unknown) => void = () => {};
  const port: DeskPort = {
    onMessage: (handler) => (hear = handler),
    close: () => {},
    postMessage: (message) => {
      const { n, method, params } = message as { n: number; method: string; params: { field: string; text: string } };
      if (method === 'saveDraft') drafts.set(params.field, params.text);
      const list = [...drafts].filter(([, text]) => text !== '').map(([field, text]) => ({ case: CASE, field, text, at: '2026-11-21T06:41:00.000Z' }));
      queueMicrotask(() => hear({ t: 'reply', n, reply: { ok: true, value: method === 'saveDraft' ? { saved: true } : list } }));
    },
  };
  desk.attach(port);
  const story = startStory(5, 3);
  story.promise();
  story.draft();
  story.selfCheck();
  draw('submitReview', story.state());
  await userEvent.type(screen.getByTestId('submit-note'), '客户着急');
  await vi.waitFor(() => expect(drafts.get(`note to reviewer ${OPERATION}`)).toBe('客户着急'), { timeout: 20_000 });
  cleanup();
  draw('submitReview', story.state());
  await vi.waitFor(() => expect((screen.getByTestId('submit-note') as HTMLInputElement).value).toBe('客户着急'), { timeout: 20_000 });
  await userEvent.click(screen.getByTestId('submit-for-review'));
  await vi.waitFor(() => expect(drafts.get(`note to reviewer ${OPERATION}`)).toBe(''), { timeout: 20_000 });
});
