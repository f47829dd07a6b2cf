/** The last minute before a desk locks itself, on real Electron at the smallest screen: it is said, and one key keeps the desk open. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CentreProcess } from '../harness/centre-process.ts';
import { oneAgent } from '../harness/one-agent.ts';

const here = oneAgent(new CentreProcess({ more: ['--lock-minutes', '1'] }));
const pictures = process.env['AIDLINE_TEST_PICTURES'];

it('[OF3] [PR3] [CT3] is said with the seconds left; a key takes it away; without one the desk locks', { timeout: 180_000 }, async () => {
  const { agent } = here;
  await agent.signIn('agent');
  await agent.see('lock-warning', 60_000);
  const left = Number(await agent.at('lock-warning').getAttribute('data-left'));
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(30);
  if (pictures) await agent.screenshot(join(pictures, 'lock-warning-zh.png'));
  await agent.press('Shift');
  await agent.gone('lock-warning');
  expect(await agent.at('top-bar').count()).toBe(1);
  await agent.see('locked', 90_000);
  await agent.becomes('locked', 'data-why', 'idle');
});
