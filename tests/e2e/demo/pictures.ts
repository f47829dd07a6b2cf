import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Hands } from '../story/hands.ts';

/** Numbered pictures of the desktops, in both languages, by day and by night. */
export class Pictures {
  readonly #folder: string;
  #number = 0;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** One picture of each desktop as it stands: zh-CN by day for the agent, English by night for the mentor. */
  async take(name: string, agent: Hands, mentor: Hands | null): Promise<void> {
    this.#number += 1;
    await agent.screenshot(this.#path(name, 'agent', 'zh-CN', 'light'));
    if (mentor !== null) await mentor.screenshot(this.#path(name, 'mentor', 'en', 'dark'));
  }

  /** The agent's screen in all four ways, ending as it began. */
  async takeAllFour(name: string, agent: Hands): Promise<void> {
    this.#number += 1;
    await agent.screenshot(this.#path(name, 'agent', 'zh-CN', 'light'));
    await agent.click('switch-mode');
    await agent.screenshot(this.#path(name, 'agent', 'zh-CN', 'dark'));
    await agent.click('switch-language');
    await agent.screenshot(this.#path(name, 'agent', 'en', 'dark'));
    await agent.click('switch-mode');
    await agent.screenshot(this.#path(name, 'agent', 'en', 'light'));
    await agent.click('switch-language');
  }

  #path(name: string, who: string, language: string, mode: string): string {
    const slug = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');
    return join(this.#folder, `${String(this.#number).padStart(2, '0')}-${slug}.${who}.${language}.${mode}.png`);
  }
}
