import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import { expect } from 'vitest';
import type { Hands } from '../story/hands.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** A folder for pictures of every screen, for whoever wants to look at them. */
const pictures = process.env['AIDLINE_TEST_PICTURES'];
if (pictures) mkdirSync(pictures, { recursive: true });

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

/** What is on the screen now fits the smallest one and reads well; a picture of it. */
export async function look(hands: Hands, name: string): Promise<void> {
  await hands.page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined))));
  expect(await tooWide(hands), `${name} fits`).toBe(false);
  expect(await troubles(hands), `${name} reads well`).toEqual([]);
  if (pictures) await hands.screenshot(join(pictures, `${name}.png`));
}

/** One screen in both languages, by day and by night, ending as it began: fits the smallest screen, reads well; four pictures of it. */
export async function looks(hands: Hands, name: string): Promise<void> {
  const language = hands.at('switch-language');
  const mode = hands.at('switch-mode');
  for (let turn = 0; turn < 4; turn += 1) {
    const lang = await hands.page.evaluate(() => document.documentElement.lang);
    const dark = (await mode.innerText()).includes('☾') ? 'dark' : 'light';
    await look(hands, `${name}-${lang}-${dark}`);
    await (turn % 2 === 0 ? mode : language).click();
  }
}
