/**
 * A reload, a desk process that dies, a program that dies without the centre: the call, the case and every typed character are
 * there again. How long that takes, the passphrase's own price in it, is printed, and held to what this machine takes, in the
 * same minutes, to start the bare program: the aim, a second, is for a machine that starts it in about that.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CentreProcess } from '../harness/centre-process.ts';
import { Floor, type Desktop } from '../harness/desktop-app.ts';
import { pictureOnFailure } from '../harness/picture.ts';
import { answerCallOf } from '../story/caller.ts';
import { Hands } from '../story/hands.ts';

/** Both are as noisy as the machine is; restoring that waits for a timer or a timeout takes several times as long. */
const AS_LONG_AS_A_START = 2;
const AIM_MS = 1_000;

const centre = new CentreProcess();
let floor: Floor;
let desktop: Desktop;
let agent: Hands;

/** From the start of the program to a sign-in that is on the screen; the newest start. */
let bareMs = 0;
const open = async (profile?: string): Promise<void> => {
  const began = Date.now();
  desktop = await floor.desktop({ server: centre.url, as: 'agent', ...(profile === undefined ? {} : { profile }) });
  agent = new Hands(desktop);
  await agent.see('sign-in-account');
  bareMs = Date.now() - began;
};

function isSoon(restored: string, ms: number): void {
  console.log(JSON.stringify({ restored, ms, aimMs: AIM_MS, bareMs }));
  expect(ms, `${restored}: beside ${bareMs} ms for a bare start`).toBeLessThan(AS_LONG_AS_A_START * bareMs);
}

beforeAll(async () => {
  [floor] = await Promise.all([Floor.open(), centre.start()]);
  await open();
  await agent.signIn('agent');
});
beforeEach(() => pictureOnFailure(() => ({ agent: agent.page })));
afterAll(async () => {
  await floor?.close();
  await centre.stop();
});

const typed = { statedRequest: '想问问提前还清要多少钱', note: '她在医院，声音小；记到一半', callback: '打手机，别打家里' };
let caseId = '';

/** Everything is there; from `began` on, in milliseconds. The page looks at every frame: a locator that waits looks only twice a second. */
async function allThere(began: number): Promise<number> {
  const there = await agent.page.evaluate(async ({ note, until }) => {
    const part = (testId: string): Element | null => document.querySelector(`[data-testid="${testId}"]`);
    const missing = (): string[] => {
      const typed = part('note-text');
      return [...['call-timer', 'step-ES-1'].filter((id) => part(id) === null), ...(typed instanceof HTMLTextAreaElement && typed.value === note ? [] : ['note-text'])];
    };
    while (missing().length > 0) {
      if (Date.now() > until) throw new Error(`not there again: ${missing().join(', ')}`);
      await new Promise((done) => {
        requestAnimationFrame(done);
        // A display that draws nothing is no reason to wait for ever.
        setTimeout(done, 100);
      });
    }
    return Date.now();
  }, { note: typed.note, until: began + 30_000 });
  expect(await agent.at('flow').getAttribute('data-case-id')).toBe(caseId);
  expect(await agent.at('input-statedRequest').inputValue()).toBe(typed.statedRequest);
  await agent.press('F9');
  await expect.poll(() => agent.at('callback-note').inputValue(), { timeout: 20_000 }).toBe(typed.callback);
  await agent.press('F9');
  return there - began;
}

/** The sign-in form as anybody fills it; the time runs from the last key. */
async function signInAgain(): Promise<number> {
  await agent.type('sign-in-account', 'agent');
  await agent.type('sign-in-password', 'aidline-demo');
  const began = Date.now();
  await agent.press('Enter');
  return began;
}

describe('[CT3] after a reload and a crash', () => {
  it('a call, half a note, a field and a callback being promised', async () => {
    await agent.click('agent-state');
    await agent.click('state-available');
    await answerCallOf(agent, centre, { customerId: 'cust-story-small', intent: 'early-settlement' });
    await agent.see('plans-total');
    await agent.click('intent-early-settlement');
    await agent.onStep('ES-1');
    await agent.type('input-statedRequest', typed.statedRequest);
    await agent.press('F9');
    await agent.type('callback-note', typed.callback);
    await agent.press('F9');
    await agent.type('note-text', typed.note);
    caseId = (await agent.at('flow').getAttribute('data-case-id')) ?? '';
    expect(caseId).not.toBe('');
  });

  it('are there after a reload of the page, without signing in', async () => {
    const began = Date.now();
    await agent.page.reload();
    isSoon('reload', await allThere(began));
  });

  it('are there after the desk process was killed', async () => {
    const pid = await desktop.app.evaluate(({ app }) => app.getAppMetrics().find((one) => one.name === 'Aidline desk' || one.serviceName === 'Aidline desk')?.pid ?? 0);
    expect(pid).toBeGreaterThan(0);
    process.kill(pid, 'SIGKILL');
    await agent.see('sign-in-account');
    isSoon('desk process', await allThere(await signInAgain()));
  });

  it('[OF3] are there after the program was killed and the centre is gone', async () => {
    await centre.kill();
    const { profile } = desktop;
    await desktop.kill();
    await open(profile);
    isSoon('program, offline', await allThere(await signInAgain()));
  });
});
