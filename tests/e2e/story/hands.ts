import type { Locator, Page } from 'playwright-core';
import type { Desktop } from '../harness/desktop-app.ts';

/** A person at one desktop: looks at what is on the screen, types and clicks, nothing else. */
export class Hands {
  readonly desktop: Desktop;
  readonly page: Page;

  constructor(desktop: Desktop) {
    this.desktop = desktop;
    this.page = desktop.page;
  }

  at(testId: string): Locator {
    return this.page.getByTestId(testId);
  }

  async click(testId: string): Promise<void> {
    await this.at(testId).first().click();
  }

  async see(testId: string, timeout = 20_000): Promise<void> {
    await this.at(testId).first().waitFor({ state: 'visible', timeout });
  }

  async gone(testId: string): Promise<void> {
    await this.at(testId).first().waitFor({ state: 'hidden' });
  }

  /** Types key by key, as proof fields take no paste. */
  async type(testId: string, text: string): Promise<void> {
    const field = this.at(testId).first();
    await field.click();
    await field.press('Control+A');
    await field.pressSequentially(text);
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async text(testId: string): Promise<string> {
    return (await this.at(testId).first().innerText()).trim();
  }

  /** Waits until an attribute of a part has this value. */
  async becomes(testId: string, attribute: string, value: string, timeout = 20_000): Promise<void> {
    await this.page.locator(`[data-testid="${testId}"][${attribute}="${value}"]`).first().waitFor({ timeout });
  }

  /** Ctrl+Enter, and the step that has to come next. */
  async next(step: string): Promise<void> {
    await this.press('Control+Enter');
    await this.onStep(step);
  }

  async onStep(step: string): Promise<void> {
    await this.page.locator(`[data-testid="step-${step}"]`).first().waitFor();
  }

  async signIn(account: string): Promise<void> {
    await this.click(`demo-account-${account}`);
    await this.at('sign-in-password').press('Enter');
    await this.see('top-bar');
  }

  /** Leaves, and somebody else sits down at the same machine. */
  async handSeatTo(account: string): Promise<void> {
    await this.click('sign-out');
    // What is open stays theirs: asked once, and said by the second press (OF1).
    const asked = this.page.locator('[data-testid="refusal"][data-code="hand-over-open"]');
    await asked.or(this.at('demo-accounts')).first().waitFor();
    if (await asked.isVisible()) await this.click('sign-out');
    await this.see('demo-accounts');
    await this.signIn(account);
  }

  async screenshot(path: string): Promise<void> {
    await this.page.screenshot({ path });
  }
}
