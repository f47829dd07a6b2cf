/** Whoever steps in, on real desktops: a colleague for the maker (TP17), two leads for the reviewer who does not come (TP11). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CentreProcess } from '../harness/centre-process.ts';
import { Floor } from '../harness/desktop-app.ts';
import { pictureOnFailure } from '../harness/picture.ts';
import { looks } from '../look/looks.ts';
import { Hands } from './hands.ts';
import { approve, blindEntry, confirm, CUSTOMER, firstCall, takeReview, verify } from './largest-instalment.ts';

const HANDED = 'plan-story-a';
/** Small by itself; with what was booked for her today it is not. */
const GLASS = 'plan-story-d';
const play = (_name: string, act: () => Promise<void>): Promise<void> => act();
const centre = new CentreProcess();
let floor: Floor;
let agent: Hands;
/** A seat each: who sits there changes, as on a night shift. */
let second: Hands;
let third: Hands;

beforeAll(async () => {
  [floor] = await Promise.all([Floor.open({ width: 1366, height: 768 }), centre.start()]);
  const [one, two, three] = await Promise.all(['agent', 'lead', 'mentor'].map((as) => floor.desktop({ server: centre.url, as })));
  [agent, second, third] = [new Hands(one!), new Hands(two!), new Hands(three!)];
  await Promise.all([agent.signIn('agent'), second.signIn('agent2'), third.signIn('mentor')]);
});
beforeEach(() => pictureOnFailure(() => ({ agent: agent.page, second: second.page, third: third.page })));
afterAll(async () => {
  await floor?.close();
  await centre.stop();
});

const later = async (minutes: number): Promise<unknown> => centre.turn('clock', { to: new Date(Date.parse(await centre.serverTime()) + minutes * 60_000).toISOString() });
const booked = async (): Promise<(string | null)[]> => (await centre.ledger()).filter((entry) => entry.customerId === CUSTOMER && entry.state === 'done').map(({ subject }) => subject);

async function checkAndSubmit(note: string): Promise<void> {
  await agent.click('worksheet-draft');
  await agent.see('worksheet-table');
  for (let key = 1; key <= 8; key += 1) await agent.press(String(key));
  await agent.see('self-check-done');
  await agent.next('ES-10');
  await agent.type('submit-note', note);
  await agent.click('submit-for-review');
  await agent.becomes('submit-review', 'data-phase', 'waiting');
}

describe('the maker hands an approved operation over', () => {
  it('[TP17] to a colleague, by name', async () => {
    await firstCall({ agent, centre }, play, { plans: [HANDED] });
    await checkAndSubmit('一笔，约了回电');
    await third.click('nav-review');
    await takeReview(third, [HANDED]);
    await approve(third);
    await agent.see('approved');
    await agent.click('nav-cases');
    await agent.page.getByRole('tab').nth(1).click();
    await agent.click('hand-over');
    await agent.click('hand-over-to');
    await agent.page.locator('.ant-select-item-option').filter({ hasText: '何青' }).click();
    await agent.type('hand-over-note', '客户下午方便');
    await agent.click('hand-over-send');
    await second.click('nav-cases');
    await second.click('accept-hand-over');
  });

  it('[TP17] [TP8] who signs for what was taken over before anybody may confirm it again', async () => {
    await second.click('nav-workbench');
    await second.page.locator('[data-testid="idle-cases"] li button').first().click();
    await second.see('taken-over');
    expect(await second.text('taken-over')).toContain('62,962.98');
    await third.click('review-back');
    await third.click('take-review');
    await third.page.locator('[data-testid="review-work"][data-phase="reconfirm"]').waitFor();
    await third.see('reconfirm-unsigned');
    expect(await third.at('approve-review').isDisabled()).toBe(true);
    await looks(second, 'taken-over');
    await second.click('sign-self-check');
    await second.gone('taken-over');
  });

  it('[TP17] [TP1] the same mentor confirms by one press; the successor calls back and executes', async () => {
    await third.gone('reconfirm-unsigned');
    await approve(third);
    await second.see('approved');
    // The phones know where she sits once she has chosen what she does.
    await second.click('agent-state');
    await second.click('state-case-work');
    await second.next('ES-11');
    await second.next('ES-12');
    await later(50);
    await second.click('dial-read');
    await second.becomes('dial-panel', 'data-fresh', 'true');
    await centre.turn('next-callback', { who: 'holder' });
    await second.click('dial');
    await second.becomes('dial-panel', 'data-answered', 'true');
    await second.see('voice');
    await verify(second);
    await confirm(second, 1);
    await second.next('ES-16');
    await second.click('order-execution');
    await second.becomes('outcome', 'data-outcome', 'done');
    expect(await booked()).toEqual([HANDED]);
    await second.click('acknowledge-outcome');
    await second.click('end-call');
    await second.gone('call-timer');
  });
});

describe('nobody takes the review', () => {
  it('[TP11] [TP13] a second matter of the day needs a second person too; a countdown tells two leads when', async () => {
    await agent.click('nav-workbench');
    await agent.click('agent-state');
    await agent.click('state-available');
    await agent.becomes('agent-state', 'data-state', 'available');
    await firstCall({ agent, centre }, play, { plans: [GLASS], holds: 'gladly' });
    await checkAndSubmit('客户在线');
    await Promise.all([second.handSeatTo('lead'), third.handSeatTo('lead2')]);
    await second.click('nav-review');
    await second.see('break-glass-countdown');
    expect(await second.at('break-glass-ask').count()).toBe(0);
  });

  it('[TP11] [TP6] two of them stand in: each gives a reason, reads and types blind', async () => {
    await later(16);
    await third.click('nav-review');
    for (const [lead, reason] of [[second, '夜班无人复核，客户在线等候'], [third, '与郑班长各自核对']] as const) {
      await lead.click('break-glass-ask');
      await lead.type('break-glass-reason', reason);
      await lead.click('join-break-glass');
      await lead.becomes('own-facts', 'data-state', 'read');
    }
    await agent.see('seats-at-it');
    await looks(third, 'break-glass-blind');
    for (const lead of [second, third]) {
      await blindEntry(lead, [GLASS]);
      await lead.see('comparison');
    }
    await looks(second, 'break-glass-sign');
  });

  it('[TP11] [TP8] one signature is not enough; two release it', async () => {
    for (const lead of [second, third]) {
      expect(await agent.at('approved').count()).toBe(0);
      await lead.type('sign-break-glass-passphrase', 'aidline-demo');
      await lead.click('sign-break-glass');
      if (lead === second) await lead.see('seat-signed');
    }
    await agent.see('approved-glass');
    await agent.next('ES-11');
    await confirm(agent, 1);
    await agent.next('ES-16');
    await agent.see('break-glass-by');
    await agent.click('order-execution');
    await agent.becomes('outcome', 'data-outcome', 'done');
    expect(await booked()).toEqual([HANDED, GLASS]);
  });

  it('[TP11] quality has the case: who, why, and what was booked', async () => {
    await third.handSeatTo('quality');
    await third.click('nav-quality');
    await third.click('quality-look');
    await third.see('quality-matter');
    const told = await third.text('quality-view');
    for (const word of ['郑班长', '冯班长', '夜班无人复核，客户在线等候', '与郑班长各自核对', '林小满']) expect(told).toContain(word);
    await looks(third, 'quality');
    await third.type('quality-finding', '程序合规');
    await third.click('close-quality-case');
    await third.page.locator('[data-testid^="quality-0"][data-closed="true"]').waitFor();
  });
});
