/** A desk that is locked and opened, on real Electron at the smallest screen: readable in both languages, by keyboard, and nothing is lost. */
import { expect, it } from 'vitest';
import { oneAgent } from '../harness/one-agent.ts';
import { looks } from '../look/looks.ts';

const here = oneAgent();

it('[CT3] [OF3] [PR3] Ctrl+L locks, a reload tells no more, the passphrase opens it, and what was being typed is there', async () => {
  const { agent, desktop } = here;
  await agent.signIn('agent');
  // The first of all: a case of one's own to type in.
  await agent.press('F11');
  await agent.see('log-call-form');
  await agent.click('log-now');
  await agent.click('log-call');
  await agent.gone('log-call-form');
  await agent.see('note-text');
  await agent.type('note-text', 'half a sentence ');
  await agent.press('Control+l');
  await agent.see('locked');
  expect(await agent.at('top-bar').count()).toBe(0);
  expect(await agent.page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('unlock-passphrase');
  await looks(agent, 'locked');
  await desktop.page.reload();
  await agent.see('locked');
  expect(await agent.at('top-bar').count()).toBe(0);
  await agent.page.keyboard.type('not the passphrase');
  await agent.press('Enter');
  await agent.becomes('unlock-refusal', 'data-code', 'wrong-passphrase');
  await agent.page.keyboard.type('aidline-demo');
  await agent.press('Enter');
  await agent.see('top-bar');
  await agent.see('note-text');
  await expect.poll(() => agent.at('note-text').first().inputValue()).toBe('half a sentence ');
});
