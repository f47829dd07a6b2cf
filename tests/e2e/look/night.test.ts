/** The screens of a night without the centre: logging a call, finding who is held here, and the loss report by other channels. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CentreProcess } from '../harness/centre-process.ts';
import { Floor } from '../harness/desktop-app.ts';
import { pictureOnFailure } from '../harness/picture.ts';
import { answerCallOf, backToAvailable } from '../story/caller.ts';
import { Hands } from '../story/hands.ts';
import { looks } from './looks.ts';

const centre = new CentreProcess({ now: '2026-11-23T19:00:00.000Z' });
let floor: Floor;
let agent: Hands;
let diedAt = '';

beforeAll(async () => {
  [floor] = await Promise.all([Floor.open({ width: 1366, height: 768 }), centre.start()]);
  agent = new Hands(await floor.desktop({ server: centre.url, as: 'agent', theme: 'dark' }));
});
beforeEach(() => pictureOnFailure(() => ({ agent: agent.page })));
afterAll(async () => {
  await floor?.close();
  await centre.stop();
});

describe('at three in the morning the centre is gone', () => {
  it('[OF1] F11 logs a call: number, direction, times', async () => {
    await agent.signIn('agent');
    await agent.click('go-available');
    // She calls by day, so that she is held here; then the line is cut.
    await answerCallOf(agent, centre, { customerId: 'cust-story-loss', intent: 'loss-report' });
    await agent.see('plans-total');
    await backToAvailable(agent);
    diedAt = await centre.serverTime();
    await centre.kill();
    await agent.becomes('light-centre', 'data-light', 'down');
    await agent.see('strip-centre');
    await agent.press('F11');
    await agent.see('log-call-form');
    await looks(agent, 'night-log-call');
    await agent.type('log-number', '199 1234 5678');
    await agent.press('Enter');
    await agent.see('intent-picker');
    expect(await agent.at('call-bar').getAttribute('data-call-id')).toMatch(/^hand-/);
    await agent.see('by-hand');
  });

  it('[OF1] [SY8] F8: the customer held here, with the age of what is shown', async () => {
    await agent.press('F8');
    await agent.onStep('LR-1');
    const find = agent.page.getByTestId('find-card');
    await find.getByTestId('find-name').fill('李某');
    await find.getByTestId('find-search').click();
    if (await find.getByTestId('held-none').isVisible()) {
      await find.getByTestId('find-byPhone').click();
      await find.getByTestId('find-key').fill('19900000002');
      await find.getByTestId('find-search').click();
    }
    await find.getByTestId('held-found').or(find.getByTestId('held-none')).first().waitFor();
    await looks(agent, 'night-find');
  });

  it('[OF4] [SY8] 此卡尚未停用 until the bank\'s word: the channels, what was told, the three times', async () => {
    const held = agent.page.locator('[data-testid^="held-cust-"]').first();
    if (await held.isVisible()) await held.click();
    await agent.next('LR-2');
    await agent.next('LR-3');
    const check = agent.page.locator('[data-testid^="choose-card-check-"]').first();
    if (await check.isVisible()) await check.click();
    await agent.click('option-kind-lock');
    await agent.click('tick-customerAgrees');
    await agent.next('LR-4');
    await agent.click('go-offline-way');
    await agent.onStep('LR-OFF');
    await agent.see('not-stopped');
    await looks(agent, 'night-channels');
    await agent.press('F8');
    await agent.press('2');
    await agent.click('channel-self-service-voice');
    await agent.type('channel-receipt', 'IVR-7');
    await agent.type('channel-lost', '02:30');
    await agent.click('call-any-hour');
    await agent.click('channel-told');
    await agent.click('channel-record');
    await agent.see('not-stopped-strip');
    await looks(agent, 'night-reported');
  });

  it('[OF4] [SY8] in the morning it is verified first, stopped once, and the customer\'s call is due', async () => {
    await centre.start(diedAt);
    await agent.becomes('light-centre', 'data-light', 'ok', 40_000);
    await expect.poll(() => agent.at('unsent').getAttribute('data-unsent'), { timeout: 30_000 }).toBe('0');
    expect(await agent.at('unsent').getAttribute('data-refused')).toBe('0');
    await agent.page.locator('[data-testid^="stop-"][data-status="manual"].in-force').first().waitFor();
    await agent.gone('not-stopped-strip');
    await agent.see('today-follow-ups');
    await looks(agent, 'night-verified');
  });
});
