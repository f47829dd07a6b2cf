import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { play } from '../harness/scenes.ts';
import { openDesktop } from '../setup/screen.tsx';

const scenes: [string, string][] = [
  ['es:ES-1', 'step-ES-1'], ['es:ES-2', 'verify-panel'], ['es:ES-3', 'plans-panel'], ['es:ES-4', 'field-reason'], ['es:ES-5', 'ticks'], ['es:ES-6', 'prerequisites-panel'], ['es:ES-7', 'route-panel'], ['es:ES-8', 'callback-panel'],
  ['lr:LR-1', 'find-card'], ['lr:LR-3', 'choose-stop'], ['lr:LR-4', 'stop-card-panel'], ['pw:PW-1', 'field-kind'], ['pw:PW-4', 'rule-panel'], ['pw:PW-5', 'branch-panel'], ['pw:PW-6', 'rungs-panel'], ['pw:PW-7', 'escalate-form'],
  ['escalate', 'lead-card'], ['callback', 'callback-form'], ['sync', 'sync-panel'], ['ring:loss', 'ringing'], ['call:unknown', 'find-customer'],
];

describe('scenes', () => {
  it.each(scenes)('[FL1] %s is drawn from the published flows, whole and in English too', async (scene, part) => {
    const desktop = await openDesktop({ language: 'en' });
    desktop.told(() => play(desktop.centre, scene));
    expect(await screen.findByTestId(part)).toBeTruthy();
    await waitFor(() => expect(screen.queryByTestId('broken')).toBeNull());
    desktop.end();
  });
});
