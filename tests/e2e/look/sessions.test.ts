/** What people see of their own sessions: where they are signed in, that one has ended while they work on, and a lock without the centre. */
import { expect, it } from 'vitest';
import { RawDesktop } from '../../integration/server/raw-desktop.ts';
import { CentreProcess } from '../harness/centre-process.ts';
import { oneAgent } from '../harness/one-agent.ts';
import { look, looks } from './looks.ts';

const START = Date.parse('2026-11-23T02:00:00.000Z');
const here = oneAgent(new CentreProcess({ now: new Date(START).toISOString(), more: ['--session-hours', '0.5'] }));
const focused = (): Promise<string | null> => here.agent.page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? null);

it('[PR3] one’s own sessions are found, and one of them ended, by keyboard alone, by day and by night, in both languages', { timeout: 120_000 }, async () => {
  const { agent, centre } = here;
  await agent.signIn('agent');
  const other = await RawDesktop.signIn(centre.url, 'agent');
  for (const [name, press] of [['zh-CN-light', 'switch-language'], ['en-light', 'switch-mode'], ['en-dark', 'switch-language'], ['zh-CN-dark', 'switch-mode']] as const) {
    await agent.at('me').focus();
    await agent.press('Enter');
    await agent.see('own-session-end');
    await look(agent, `own-sessions-${name}`);
    await agent.at('own-session-end').focus();
    await agent.press('Enter');
    await agent.see('own-session-ending');
    expect(await focused()).toBe('own-session-press-passphrase');
    await look(agent, `own-session-ending-${name}`);
    await agent.press('Escape');
    await agent.gone('own-sessions-dialog');
    await agent.click(press);
  }
  other.close();
});

it('[OF3] a session that ended while work goes on is brought back under Sync, by keyboard, the field in focus', { timeout: 120_000 }, async () => {
  const { agent, centre } = here;
  const moved = await fetch(`${centre.url}/demo/clock`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ to: new Date(START + 40 * 60_000).toISOString() }) });
  expect(moved.ok).toBe(true);
  // The centre says so at the next thing that is asked of it.
  await agent.at('me').focus();
  await agent.press('Enter');
  await agent.see('strip-refused', 60_000);
  await look(agent, 'own-sessions-over');
  await agent.press('Escape');
  await agent.gone('own-sessions-dialog');
  await agent.at('strip-refused-mend').focus();
  await agent.press('Enter');
  await agent.see('type-again');
  expect(await focused()).toBe('type-again-passphrase');
  await looks(agent, 'type-again');
  await agent.at('type-again-passphrase').focus();
  await agent.type('type-again-passphrase', 'a guess');
  await agent.press('Enter');
  await agent.see('type-again-refusal');
  await look(agent, 'type-again-refused');
  expect(await focused()).toBe('type-again-passphrase');
  await agent.page.keyboard.type('aidline-demo');
  await agent.press('Enter');
  await agent.becomes('sync-panel', 'data-connection', 'online');
});

it('[CT3] [OF3] a locked desk says that the centre is gone, and opens without it', { timeout: 120_000 }, async () => {
  const { agent, centre } = here;
  await centre.kill();
  await agent.becomes('light-centre', 'data-light', 'down');
  await agent.press('Control+l');
  await agent.see('locked');
  await expect.poll(() => agent.text('locked-line')).toMatch(/没有连上中心/);
  await looks(agent, 'locked-alone');
  await agent.at('unlock-passphrase').focus();
  await agent.page.keyboard.type('aidline-demo');
  await agent.press('Enter');
  await agent.see('top-bar');
});
