/**
 * A reload, a desk process that dies, a program that dies without the centre: the call, the case and every typed character are
 * there again. How long that takes is printed.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CentreProcess } from '../harness/centre-process.ts';
import { Floor, type Desktop } from '../harness/desktop-app.ts';
import { pictureOnFailure } from '../harness/picture.ts';
import { answerCallOf } from '../story/caller.ts';
import { Hands } from '../story/hands.ts';

const centre = new CentreProcess();
let floor: Floor;
let desktop: Desktop;
let agent: Hands;

const open = async (profile?: string): Promise<void> => {
  desktop = await floor.desktop({ server: centre.url, as: 'agent', ...(profile === undefined ? {} : { profile }) });
  agent = new Hands(desktop);
};

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

/** Everything is there; from `began` on, in milliseconds. */
async function allThere(began: number): Promise<number> {
  await agent.see('call-timer');
  await agent.onStep('ES-1');
  await expect.poll(() => agent.at('note-text').inputValue()).toBe(typed.note);
  const took = Date.now() - began;
  expect(await agent.at('flow').getAttribute('data-case-id')).toBe(caseId);
  expect(await agent.at('input-statedRequest').inputValue()).toBe(typed.statedRequest);
  await agent.press('F9');
  await expect.poll(() => agent.at('callback-note').inputValue()).toBe(typed.callback);
  await agent.press('F9');
  return took;
}

/** The sign-in form as anybody fills it; the time runs from the last key. */
async function signInAgain(): Promise<number> {
  await agent.type('sign-in-account', 'agent');
  await agent.type('sign-in-password', 'aidline-demo');
  const began = Date.now();
  await agent.press('Enter');
  await agent.see('top-bar');
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
    console.log(JSON.stringify({ restored: 'reload', ms: await allThere(began) }));
  });

  it('are there after the desk process was killed', async () => {
    const pid = await desktop.app.evaluate(({ app }) => app.getAppMetrics().find((one) => one.name === 'Aidline desk' || one.serviceName === 'Aidline desk')?.pid ?? 0);
    expect(pid).toBeGreaterThan(0);
    process.kill(pid, 'SIGKILL');
    await agent.see('sign-in-account');
    console.log(JSON.stringify({ restored: 'desk process', ms: await allThere(await signInAgain()) }));
  });

  it('[OF3] are there after the program was killed and the centre is gone', async () => {
    await centre.kill();
    const { profile } = desktop;
    await desktop.kill();
    await open(profile);
    console.log(JSON.stringify({ restored: 'program, offline', ms: await allThere(await signInAgain()) }));
  });
});
