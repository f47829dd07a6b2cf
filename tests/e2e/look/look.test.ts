/** What people sit in front of: no serious trouble for a screen reader or weak eyes, nothing wider than the smallest screen. */
import { afterAll, beforeAll, beforeEach, describe, it } from 'vitest';
import { CentreProcess } from '../harness/centre-process.ts';
import { Floor } from '../harness/desktop-app.ts';
import { pictureOnFailure } from '../harness/picture.ts';
import { answerCallOf } from '../story/caller.ts';
import { Hands } from '../story/hands.ts';
import { looks } from './looks.ts';

const centre = new CentreProcess();
let floor: Floor;
let agent: Hands;
let mentor: Hands;

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
