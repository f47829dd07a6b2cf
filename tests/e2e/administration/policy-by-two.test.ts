/** The centre itself on real desktops: a policy by two administrators, a stop by one risk officer, and what an agent sees of both. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CentreProcess } from '../harness/centre-process.ts';
import { Floor } from '../harness/desktop-app.ts';
import { pictureOnFailure } from '../harness/picture.ts';
import { Hands } from '../story/hands.ts';

const PASSPHRASE = 'aidline-demo';
/** How the new policy calls a kind: where a desktop says so, it goes by that policy. */
const KIND = '退款（试行名）';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = process.env['AIDLINE_TEST_PICTURES'];
if (pictures) mkdirSync(pictures, { recursive: true });

const centre = new CentreProcess();
let floor: Floor;
let admin: Hands;
let admin2: Hands;
let agent: Hands;

beforeAll(async () => {
  [floor] = await Promise.all([Floor.open({ width: 1366, height: 768 }), centre.start()]);
  const [one, two, three] = await Promise.all([floor.desktop({ server: centre.url, as: 'admin' }), floor.desktop({ server: centre.url, as: 'admin', theme: 'dark', language: 'en' }), floor.desktop({ server: centre.url, as: 'agent' })]);
  [admin, admin2, agent] = [new Hands(one), new Hands(two), new Hands(three)];
  await Promise.all([admin.signIn('admin'), admin2.signIn('admin2'), agent.signIn('agent')]);
});
beforeEach(() => pictureOnFailure(() => ({ admin: admin.page, admin2: admin2.page, agent: agent.page })));
afterAll(async () => {
  await floor?.close();
  await centre.stop();
});

/** Serious and critical findings of WCAG A and AA. */
async function troubles(hands: Hands): Promise<string[]> {
  await hands.page.evaluate(axe);
  const found = await hands.page.evaluate(async () => {
    const { axe: checker } = window as unknown as { axe: { run(context: Document, options: object): Promise<AxeResults> } };
    return checker.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations'] });
  });
  return found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').flatMap(({ id, nodes }) => nodes.map((node) => `${id} ${node.target.join(' ')} ${node.failureSummary ?? ''}`));
}
const tooWide = (hands: Hands): Promise<boolean> => hands.page.evaluate(() => {
  const view = document.querySelector('.other-view');
  return document.body.scrollWidth > innerWidth || (view !== null && view.scrollWidth > view.clientWidth);
});
/** What moves has come to rest; what turns for as long as something is read never does. */
const still = (hands: Hands): Promise<unknown> => hands.page.evaluate(() => Promise.all(
  document.getAnimations().filter((one) => one.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY).map((one) => one.finished.catch(() => undefined)),
));
/** What is on the screen now reads well and fits; a picture of it where one is wanted. */
async function looks(hands: Hands, name: string): Promise<void> {
  await still(hands);
  if (pictures) await hands.screenshot(join(pictures, `${name}.png`));
  expect({ name, tooWide: await tooWide(hands), troubles: await troubles(hands) }).toEqual({ name, tooWide: false, troubles: [] });
}
const tab = async (hands: Hands, key: string, testId: string): Promise<void> => {
  await hands.page.locator(`[data-node-key="${key}"] [role="tab"]`).click();
  await hands.see(testId);
};

describe('a policy by two people', () => {
  // Checking a page for weak eyes takes seconds where the machine is busy: a test that is given up would go on pressing keys.
  it('[TP12] every screen of the centre fits the smallest window and reads well, in both languages, by day and by night', { timeout: 600_000 }, async () => {
    for (const [hands, lang] of [[admin, 'zh'], [admin2, 'en']] as const) {
      await hands.see('waiting-none');
      await looks(hands, `administration-waiting-none-${lang}`);
      for (const name of ['people', 'workstations', 'policy', 'flows', 'stop', 'hold', 'pairs']) {
        await tab(hands, name, `${name}-tab`);
        await looks(hands, `administration-${name}-${lang}`);
      }
    }
    await tab(admin, 'people', 'people-tab');
    await admin.click('open-person-mentor');
    await admin.click('change-person');
    await admin.see('person-form');
    await looks(admin, 'administration-person');
    await tab(admin2, 'people', 'people-tab');
    await admin2.click('add-person');
    await admin2.see('person-form');
    await looks(admin2, 'administration-add-person');
  });

  it('[TP12] is proposed by one, read and agreed to by another, and then decides on the agent’s desktop', { timeout: 400_000 }, async () => {
    await tab(admin, 'policy', 'policy-tab');
    await admin.click('new-policy');
    await admin.click('policy-from-current');
    const text = await admin.at('policy-text').inputValue();
    await admin.at('policy-text').fill(text.replace(/^version: .*$/m, 'version: [1]'));
    await admin.see('policy-text-problems');
    await looks(admin, 'administration-policy-problems');
    expect(await admin.at('policy-form-send').isDisabled()).toBe(true);
    await admin.at('policy-text').fill(text.replace(/^version: .*$/m, 'version: control-by-two').replace(/^maxBlindEntries: .*$/m, 'maxBlindEntries: 3').replace('大额退款或补偿', KIND));
    await admin.becomes('difference-maxBlindEntries', 'data-effect', 'weakens');
    await admin.type('policy-form-reason', '夜班试行三次盲录');
    await looks(admin, 'administration-policy-new');
    await admin.click('policy-form-send');
    await admin.see('policy-form-done');
    await tab(admin, 'waiting', 'waiting-tab');
    await admin.click('open-change');
    await admin.becomes('not-mine', 'data-why', 'tp12-two-people');
    await looks(admin, 'administration-waiting-own');

    await tab(admin2, 'waiting', 'waiting-tab');
    await admin2.click('open-change');
    await admin2.see('difference-maxBlindEntries');
    expect(await admin2.text('change-digest')).toBe(await admin.text('change-digest'));
    await looks(admin2, 'administration-waiting-other');
    await admin2.type('approve-change-passphrase', 'not-the-passphrase');
    await admin2.click('approve-change');
    await admin2.see('approve-change-refused');
    expect(await admin2.at('approve-change-passphrase').inputValue()).toBe('');
    await admin2.type('approve-change-passphrase', PASSPHRASE);
    await admin2.click('approve-change');
    await admin2.page.locator('[data-testid^="change-0"][data-status="in-force"]').waitFor();
    await tab(admin, 'policy', 'policy-tab');
    await expect.poll(() => admin.text('policy-versions')).toMatch(/control-by-two$/);
  });

  it('[TP12] a passphrase reset gives each of the two one half, once', { timeout: 400_000 }, async () => {
    await tab(admin, 'people', 'people-tab');
    await admin.click('reset-passphrase');
    await admin.type('reset-form-reason', '本人忘记口令，已当面核对');
    await admin.click('reset-form-send');
    await admin.see('reset-form-done');
    await admin2.page.locator('[data-testid^="change-0"][data-status="waiting"] [data-testid="open-change"]').click();
    await admin2.type('approve-change-passphrase', PASSPHRASE);
    await admin2.click('approve-change');
    await admin2.see('half-code');
    await looks(admin2, 'administration-half');
    const theirs = await admin2.text('half-code');
    await admin.click('take-half');
    await admin.see('half-code');
    expect(await admin.text('half-code')).not.toBe(theirs);
    for (const hands of [admin, admin2]) {
      await hands.click('half-done');
      await hands.click('half-done');
      await hands.gone('half-code');
      expect(await hands.at('take-half').count()).toBe(0);
    }
  });
});

describe('the stop button', () => {
  it('[TP15] one risk officer stops a kind, and the agent’s desktop says so; two let it go', { timeout: 400_000 }, async () => {
    const risk = new Hands(await floor.desktop({ server: centre.url, as: 'admin' }));
    await risk.signIn('risk');
    await tab(risk, 'stop', 'stop-tab');
    await risk.click('stop-refund');
    await risk.type('stop-form-reason', '发现冒名退款');
    expect(await risk.at('stop-form-send').isDisabled()).toBe(true);
    await risk.at('stop-form-word').fill(KIND);
    await looks(risk, 'administration-stop-asking');
    await risk.click('stop-form-send');
    await risk.becomes('kind-refund', 'data-stopped', 'true');
    await agent.see('strip-stopped-refund');
    // By the name that the policy of two people gave it: that policy is in force here.
    await expect.poll(() => agent.text('strip-stopped-refund')).toContain(KIND);
    expect(await agent.text('strip-stopped-refund')).toContain('发现冒名退款');
    await looks(risk, 'administration-stopped');

    await risk.click('release-refund');
    await risk.type('release-form-reason', '核查完毕');
    await risk.click('release-form-send');
    await tab(admin2, 'waiting', 'waiting-tab');
    await admin2.page.locator('[data-testid^="change-0"][data-status="waiting"] [data-testid="open-change"]').click();
    await admin2.type('approve-change-passphrase', PASSPHRASE);
    await admin2.click('approve-change');
    await agent.gone('strip-stopped-refund');
    await risk.becomes('kind-refund', 'data-stopped', 'false');
  });
});
