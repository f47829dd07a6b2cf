/**
 * What goes wrong between the check and the booking, on real desktops, with one customer on the line: a wrong passphrase, an
 * approval that runs out in front of her, a period that posts, the reviewer's desktop killed, a bank that loses its answer.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CentreProcess } from '../harness/centre-process.ts';
import { Floor, type Desktop } from '../harness/desktop-app.ts';
import { pictureOnFailure } from '../harness/picture.ts';
import { Hands } from './hands.ts';
import { approve, confirm, CUSTOMER, firstCall, takeReview } from './largest-instalment.ts';

const PLAN = 'plan-story-a';
const play = (_name: string, act: () => Promise<void>): Promise<void> => act();
const centre = new CentreProcess();
let floor: Floor;
let mentorDesk: Desktop;
let agent: Hands;
let mentor: Hands;

beforeAll(async () => {
  [floor] = await Promise.all([Floor.open(), centre.start()]);
  const [one, two] = await Promise.all([floor.desktop({ server: centre.url, as: 'agent' }), floor.desktop({ server: centre.url, as: 'mentor' })]);
  mentorDesk = two;
  agent = new Hands(one);
  mentor = new Hands(two);
  await Promise.all([agent.signIn('agent'), mentor.signIn('mentor')]);
});
beforeEach(() => pictureOnFailure(() => ({ agent: agent.page, mentor: mentor.page })));
afterAll(async () => {
  await floor?.close();
  await centre.stop();
});

const later = async (minutes: number): Promise<unknown> => centre.turn('clock', { to: new Date(Date.parse(await centre.serverTime()) + minutes * 60_000).toISOString() });
const bookings = async () => (await centre.ledger()).filter((entry) => entry.customerId === CUSTOMER && entry.kind === 'early-settlement');
const unsent = (hands: Hands): Promise<string | null> => hands.at('unsent').getAttribute('data-unsent');

async function submit(note: string): Promise<void> {
  await agent.onStep('ES-10');
  await agent.type('submit-note', note);
  await agent.click('submit-for-review');
  await agent.becomes('submit-review', 'data-phase', 'waiting');
}

/** The eight ticks of 自查; figures that were made anew have none. */
async function checkAndGoOn(): Promise<void> {
  for (let key = 1; key <= 8; key += 1) await agent.press(String(key));
  await agent.see('self-check-done');
  await agent.next('ES-10');
}

async function approvedAgain(): Promise<void> {
  await approve(mentor);
  await agent.see('approved');
}

/** From a step of 眼心手 whose figures are good no more, by the way that the flow offers, to the worksheet. */
async function backToWorksheet(code: string): Promise<void> {
  await agent.press('Control+Enter');
  await agent.becomes('step-fail', 'data-code', code);
  await agent.click('fail-goto');
  await agent.click('reopen-step');
  await agent.onStep('ES-9');
  await agent.gone('looking-back');
}

describe('approved, with the passphrase typed for exactly these figures', () => {
  it('submits with the customer on the line', async () => {
    await firstCall({ agent, centre }, play, { plans: [PLAN], holds: 'insists' });
    await agent.click('worksheet-draft');
    await agent.see('worksheet-table');
    await checkAndGoOn();
    await submit('客户在线等候，一笔');
  });

  it('[TP8] a wrong passphrase empties its own field and nothing else; nothing is sent', async () => {
    await takeReview(mentor, [PLAN]);
    await mentor.type('return-todo', '还没写完的一句');
    await mentor.type('approve-passphrase', 'not-the-passphrase');
    await mentor.click('approve-review');
    await mentor.becomes('approve-review-refused', 'data-code', 'wrong-passphrase');
    expect(await mentor.at('approve-passphrase').inputValue()).toBe('');
    expect(await mentor.at('return-todo').inputValue()).toBe('还没写完的一句');
    expect(await mentor.at('comparison').count()).toBe(1);
    expect(await unsent(mentor)).toBe('0');
    await agent.becomes('submit-review', 'data-phase', 'waiting');
    await approve(mentor);
    await agent.see('approved');
  });
});

describe('the approval runs out in front of the customer', () => {
  it('[TP9] says so at the next word, and nothing is booked', async () => {
    await agent.next('ES-11');
    await agent.next('ES-13');
    await agent.click('agree');
    await agent.page.locator('[data-testid="read-back-item"][data-item="total"]').waitFor();
    await later(31);
    await agent.see('approval-lapsed');
    expect(await agent.text('approval-lapsed')).toMatch(/有效时间.*账户没有变化/s);
    // Not one figure more is read aloud.
    expect(await agent.at('read-back-item').count()).toBe(0);
    expect(await bookings()).toEqual([]);
  });

  it('[TP9] goes back to the worksheet, which is as she left it, and is checked again by the same two', async () => {
    await backToWorksheet('ES13_APPROVAL_LAPSED');
    await agent.see('self-check-done');
    await agent.click('worksheet-read');
    await agent.next('ES-10');
    expect(await agent.at('submit-note').inputValue()).toBe('客户在线等候，一笔');
    await submit('有效时间过了，重新提交');
    await takeReview(mentor, [PLAN]);
  });

  it('[TP6] the reviewer signs out in the middle, is back, and goes on with what was typed', async () => {
    await mentor.handSeatTo('mentor');
    await agent.becomes('submit-review', 'data-phase', 'waiting');
    await mentor.click('nav-review');
    await mentor.click('review-open');
    await mentor.see('comparison');
    await approvedAgain();
  });
});

describe('a period posts between the approval and the execution', () => {
  it('[TP3] names the old and the new value, books nothing, and the approval is void', async () => {
    await agent.next('ES-11');
    await confirm(agent, 1);
    await agent.next('ES-16');
    await centre.turn('bank', { what: 'post-period', planId: PLAN });
    await agent.click('order-execution');
    await agent.see('no-approval');
    expect(await agent.text('voided')).toMatch(/银行资料变了.*7 → 8/s);
    expect(await bookings()).toEqual([]);
  });

  it('[TP3] goes back to the worksheet with nothing typed lost; the figures are made anew', async () => {
    await backToWorksheet('ES16_APPROVAL_LAPSED');
    await agent.click('worksheet-read');
    await agent.see('worksheet-locked-facts-changed');
    expect(await agent.text('worksheet-locked-facts-changed')).toMatch(/periodsPosted.*7.*8/s);
    await agent.click('worksheet-redraft');
    await agent.gone('worksheet-locked-facts-changed');
    await checkAndGoOn();
    expect(await agent.at('submit-note').inputValue()).toBe('有效时间过了，重新提交');
    await submit('第八期已入账，按新金额');
  });
});

describe('the reviewer’s desktop is killed in mid-review', () => {
  it('[TP6] comes back to the review with the entry stored, and approves', async () => {
    await takeReview(mentor, [PLAN]);
    const { profile } = mentorDesk;
    await mentorDesk.kill();
    mentorDesk = await floor.desktop({ server: centre.url, as: 'mentor', profile });
    mentor = new Hands(mentorDesk);
    await mentor.signIn('mentor');
    await mentor.click('nav-review');
    await mentor.click('review-open');
    await mentor.see('comparison');
    await approvedAgain();
  });
});

describe('the bank books and loses its answer', () => {
  it('[TP10] [SY8] is in doubt: nobody says it succeeded, and no second press is possible', async () => {
    await agent.next('ES-11');
    await confirm(agent, 1);
    await agent.next('ES-16');
    await centre.turn('fault', { kind: 'answered-but-lost', call: 'book', count: 50 });
    await centre.turn('fault', { kind: 'answered-but-lost', call: 'inquire', count: 50 });
    await agent.click('order-execution');
    await agent.becomes('outcome', 'data-outcome', 'in-doubt');
    expect(await agent.at('order-execution').count()).toBe(0);
    expect(await agent.text('outcome')).toMatch(/待查/);
    await agent.press('Enter', 'Control+Enter');
    expect(await agent.at('outcome').getAttribute('data-outcome')).toBe('in-doubt');
  });

  it('[TP10] an inquiry by its key tells; it is booked once', async () => {
    await fetch(`${centre.url}/demo/faults`, { method: 'DELETE' });
    await agent.click('order-inquiry');
    await agent.becomes('outcome', 'data-outcome', 'done');
    expect((await bookings()).map(({ subject, state }) => [subject, state])).toEqual([[PLAN, 'done']]);
  });
});
