/** What people sit in front of: no serious trouble for a screen reader or weak eyes, nothing wider than the smallest screen. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CentreProcess } from '../harness/centre-process.ts';
import { Floor } from '../harness/desktop-app.ts';
import { pictureOnFailure } from '../harness/picture.ts';
import { answerCallOf } from '../story/caller.ts';
import { Hands } from '../story/hands.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const centre = new CentreProcess();
let floor: Floor;
let agent: Hands;
let mentor: Hands;
/** A folder for pictures of every screen, for whoever wants to look at them. */
const pictures = process.env['AIDLINE_TEST_PICTURES'];
if (pictures) mkdirSync(pictures, { recursive: true });

beforeAll(async () => {
  [floor] = await Promise.all([Floor.open({ width: 1366, height: 768 }), centre.start()]);
  const [one, two] = await Promise.all([floor.desktop({ server: centre.url, as: 'agent' }), floor.desktop({ server: centre.url, as: 'mentor', theme: 'dark' })]);
  agent = new Hands(one);
  mentor = new Hands(two);
});
beforeEach(() => pictureOnFailure(() => ({ agent: agent.page, mentor: mentor.page })));
afterAll(async () => {
  await floor?.close();
  await centre.stop();
});

type Trouble = { rule: string; where: string[] };

/** Serious and critical findings of WCAG A and AA, by rule and place. */
async function troubles(hands: Hands): Promise<Trouble[]> {
  // Into the debugger's own world: the page's policy lets no foreign script in.
  await hands.page.evaluate(axe);
  const found = await hands.page.evaluate(async () => {
    const { axe: checker } = window as unknown as { axe: { run(context: Document, options: object): Promise<AxeResults> } };
    return checker.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations'] });
  });
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => ({ rule: id, where: nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary ?? ''}`) }));
}

const tooWide = (hands: Hands): Promise<boolean> => hands.page.evaluate(() => document.documentElement.scrollWidth > innerWidth || document.body.scrollWidth > innerWidth);

/** One screen in both languages, by day and by night: fits, reads well; four pictures of it. */
async function looks(hands: Hands, name: string): Promise<void> {
  const language = hands.at('switch-language');
  const mode = hands.at('switch-mode');
  for (let turn = 0; turn < 4; turn += 1) {
    await hands.page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined))));
    const lang = await hands.page.evaluate(() => document.documentElement.lang);
    const dark = (await mode.innerText()).includes('☾') ? 'dark' : 'light';
    expect(await tooWide(hands), `${name} ${lang} ${dark} fits 1366`).toBe(false);
    expect(await troubles(hands), `${name} ${lang} ${dark}`).toEqual([]);
    if (pictures) await hands.screenshot(join(pictures, `${name}-${lang}-${dark}.png`));
    await (turn % 2 === 0 ? mode : language).click();
  }
}

describe('every screen, in both languages, by day and by night', () => {
  it('sign-in', async () => {
    await agent.see('demo-accounts');
    await looks(agent, 'sign-in');
  });

  it('the workbench with a call on, a step of the flow in the middle', async () => {
    await agent.signIn('agent');
    await agent.click('go-available');
    await answerCallOf(agent, centre, { customerId: 'cust-story-settle', intent: 'early-settlement' });
    await agent.see('plans-total');
    await agent.click('intent-early-settlement');
    await agent.onStep('ES-1');
    await looks(agent, 'workbench');
  });

  it('the stop of a card', async () => {
    await agent.press('F8');
    await agent.onStep('LR-1');
    await looks(agent, 'stop');
  });

  it('cases and follow-ups', async () => {
    await agent.click('nav-cases');
    await agent.see('view-cases');
    await looks(agent, 'cases');
  });

  it('the state of the line', async () => {
    await agent.click('nav-sync');
    await agent.see('sync-panel');
    await looks(agent, 'sync');
  });

  it('the review desk', async () => {
    await mentor.signIn('mentor');
    await mentor.click('nav-review');
    await mentor.see('view-review');
    await looks(mentor, 'review');
  });
});
