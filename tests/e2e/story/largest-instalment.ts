import type { CentreProcess } from '../harness/centre-process.ts';
import type { Hands } from './hands.ts';

export const CUSTOMER = 'cust-story-settle';
/** Named by the customer; the second is the one that the bank will refuse. */
export const PLANS = ['plan-story-a', 'plan-story-b', 'plan-story-d'] as const;
const DAY = 86_400_000;

/** What happens around a step: a clock, a picture, a line in a report. */
export type Watch = (name: string, play: () => Promise<void>) => Promise<void>;
export type Cast = { agent: Hands; mentor: Hands; centre: CentreProcess };

const amount = (text: string): number => Math.round(Number(text.replace(/[^\d.]/g, '')) * 100);
const yuan = (fen: number): string => (fen / 100).toFixed(2);

/** The customer by three factors and a keyed code, as a transaction of money asks for. */
export async function verify(agent: Hands): Promise<void> {
  for (const factor of ['name', 'idLast4']) {
    const answer = await agent.page.locator(`[data-testid="voice-answer-${factor}"] dd`).textContent();
    await agent.type(`verify-${factor}-input`, answer ?? '');
    await agent.press('Enter');
    await agent.becomes(`verify-${factor}`, 'data-result', 'match');
  }
  const third = agent.page.locator('[data-testid^="verify-"][data-result="none"]').first();
  const factor = ((await third.getAttribute('data-testid')) ?? '').replace('verify-', '');
  const answer = await agent.page.locator(`[data-testid="voice-answer-${factor}"] dd`).textContent();
  await agent.type(`verify-${factor}-input`, answer ?? '');
  await agent.press('Enter');
  await agent.becomes(`verify-${factor}`, 'data-result', 'match');
  await agent.click('verify-keyed');
  await agent.becomes('verify-panel', 'data-level', '3');
}

export type Wish = { plans: readonly string[]; /** The customer holds the line instead of being called back: `insists` where the sum is large. */ holds?: 'insists' | 'gladly' };

/** FLOWS ES-1 … ES-8: the first call, up to the promised callback or the customer who holds. */
export async function firstCall({ agent, centre }: Pick<Cast, 'agent' | 'centre'>, watch: Watch, { plans, holds }: Wish = { plans: PLANS }): Promise<void> {
  await watch('call rings', async () => {
    if ((await agent.at('agent-state').getAttribute('data-state')) !== 'available') await agent.click('go-available');
    await centre.turn('call', { customerId: CUSTOMER, intent: 'early-settlement' });
    await agent.see('ringing');
  });
  await watch('caller on screen', async () => {
    await agent.press('Enter');
    await agent.see('call-timer');
    await agent.see('plans-total');
  });
  await watch('what the customer says', async () => {
    await agent.click('intent-early-settlement');
    await agent.onStep('ES-1');
    await agent.type('input-statedRequest', '想把分期提前还清,后面不想再分了');
    await agent.click('option-intent-settle_plan');
  });
  await watch('verified blindly', async () => {
    await agent.next('ES-2');
    await verify(agent);
  });
  await watch('the customer names the plans', async () => {
    await agent.next('ES-3');
    for (const plan of plans) {
      await agent.click(`plan-check-${plan}`);
      await agent.becomes(`plan-${plan}`, 'data-ticked', 'true');
    }
  });
  await watch('one retention offer', async () => {
    await agent.press('Control+Enter');
    // Asked once a day: who rings again has it skipped.
    await agent.page.locator('[data-testid="step-ES-4"], [data-testid="step-ES-5"]').first().waitFor();
    if ((await agent.at('step-ES-5').count()) > 0) return;
    await agent.click('option-reason-interest');
    await agent.click('option-offer-savings');
    await agent.click('option-retention.outcome-declined');
    await agent.type('input-retentionWords', '不用了,我想好了');
    await agent.next('ES-5');
  });
  await watch('intent confirmed', async () => {
    await agent.click('option-fundsReady-yes');
    await agent.click('option-risk.coached-no');
    for (const tick of ['wholePlan', 'irrevocable', 'noRefund', 'billedAtOnce', 'dueDateTold', 'ownDecision']) await agent.click(`tick-${tick}`);
  });
  await watch('prerequisites', async () => {
    await agent.next('ES-6');
    for (let id = 1; id <= 9; id += 1) await agent.becomes(`prerequisite-P${id}`, 'data-verdict', 'pass');
  });
  if (holds !== undefined) {
    await watch('the customer holds', async () => {
      await agent.next('ES-7');
      await agent.click('option-path-onHold');
      if (holds === 'insists') await agent.click('tick-insistsToHold');
      await agent.next('ES-9');
    });
    return;
  }
  await watch('off the call', async () => {
    await agent.next('ES-7');
    await agent.click('option-path-offCall');
  });
  await watch('callback promised', async () => {
    await agent.next('ES-8');
    await agent.click('callback-promise');
    await agent.see('callback-made');
    await agent.click('tick-nothingBookedTold');
    await agent.next('ES-9');
    await agent.click('end-call');
    await agent.gone('call-timer');
  });
  await watch('case work', async () => {
    await agent.click('agent-state');
    await agent.click('state-case-work');
  });
}

/** FLOWS ES-9, ES-10: every plan to the fen, eight ticks, submitted. */
export async function worksheet({ agent, centre }: Cast, watch: Watch): Promise<void> {
  await watch('worksheet', async () => {
    await agent.see('worksheet-draft');
    await agent.click('worksheet-draft');
    await agent.see('worksheet-table');
  });
  let stoppedAt = '';
  await watch('the server is killed; she goes on', async () => {
    stoppedAt = await centre.serverTime();
    await centre.kill();
    await agent.becomes('light-centre', 'data-light', 'down');
    for (let key = 1; key <= 8; key += 1) await agent.press(String(key));
    await agent.see('self-check-done');
    await agent.becomes('unsent', 'data-unsent', '8');
  });
  await watch('the server is back; all of it is there, once', async () => {
    await centre.start(stoppedAt);
    await agent.becomes('unsent', 'data-unsent', '0', 60_000);
    await agent.see('self-check-done');
  });
  await watch('submitted for review', async () => {
    await agent.next('ES-10');
    await agent.type('submit-note', '三笔,客户逐笔点名');
    await agent.click('submit-for-review');
    await agent.becomes('submit-review', 'data-phase', 'waiting');
  });
}

/** What the reviewer works out from their own reading: never from the maker's figures. */
export async function blindEntry(mentor: Hands, plans: readonly string[] = PLANS): Promise<void> {
  let total = 0;
  let lines = 0;
  for (const plan of plans) {
    const row = mentor.at(`own-plan-${plan}`);
    const remaining = amount(await row.locator('strong.amount').innerText());
    // The contract's penalty as her own screen has it: "+ 43,333.30 × 3.00 %", rounded half up to the fen.
    const rate = /× (\d+\.\d+)\s?% (?:违约金|penalty)/.exec(await row.innerText())?.[1];
    const penalty = rate === undefined ? 0 : Math.floor((remaining * Math.round(Number(rate) * 100) + 5_000) / 10_000);
    total += remaining + penalty;
    lines += 1;
    await mentor.type(`blind-principal-${plan}`, yuan(remaining));
  }
  await mentor.type('blind-total', yuan(total));
  await mentor.type('blind-lines', String(lines));
  const due = await mentor.page.locator('[data-testid="own-facts"] dl.rv-dates dd').first().innerText();
  await mentor.type('blind-due-date', due);
  await mentor.click('blind-store');
}

/** Takes what waits, from the list or from where the last review left her, and types blind. */
export async function takeReview(mentor: Hands, plans: readonly string[] = PLANS): Promise<void> {
  if ((await mentor.at('review-list').count()) === 0) await mentor.click((await mentor.at('review-back').count()) > 0 ? 'review-back' : 'nav-review');
  await mentor.click('take-review');
  await mentor.becomes('own-facts', 'data-state', 'read');
  await blindEntry(mentor, plans);
  await mentor.see('comparison');
}

export async function approve(mentor: Hands): Promise<void> {
  await mentor.type('approve-passphrase', 'aidline-demo');
  await mentor.click('approve-review');
}

/** FLOWS ES-11: returned once with a reason, corrected, approved. */
export async function review({ agent, mentor }: Cast, watch: Watch): Promise<void> {
  await watch('mentor takes it and types blind', async () => {
    await mentor.see('nav-review');
    await mentor.click('nav-review');
    await mentor.click('take-review');
    await mentor.becomes('own-facts', 'data-state', 'read');
  });
  await watch('differences shown', async () => {
    await blindEntry(mentor);
    await mentor.see('comparison');
  });
  await watch('returned with a reason', async () => {
    await mentor.click('return-reason');
    await mentor.page.locator('.ant-select-item-option').nth(4).click();
    await mentor.type('return-todo', '补记客户对第二笔违约金的原话');
    await mentor.click('return-review');
    await agent.see('returned');
  });
  await watch('corrected and submitted again', async () => {
    await agent.type('submit-note', '已补记:客户说“违约金我知道”');
    await agent.click('submit-for-review');
    await agent.becomes('submit-review', 'data-phase', 'waiting');
  });
  await watch('approved', async () => {
    await takeReview(mentor);
    await approve(mentor);
    await agent.see('approved');
  });
}

/** FLOWS ES-12 … ES-17: called back, eye, heart, hand, executed; one line refused. */
export async function callback({ agent, mentor, centre }: Cast, watch: Watch): Promise<void> {
  await watch('the callback falls due', async () => {
    await agent.next('ES-11');
    await agent.next('ES-12');
    await centre.turn('clock', { to: new Date(Date.parse(await centre.serverTime()) + 50 * 60_000).toISOString() });
    await agent.click('dial-read');
    await agent.becomes('dial-panel', 'data-fresh', 'true');
  });
  await watch('the customer answers and is verified again', async () => {
    await centre.turn('next-callback', { who: 'holder' });
    await agent.click('dial');
    await agent.becomes('dial-panel', 'data-answered', 'true');
    await agent.see('voice');
    await verify(agent);
  });
  await confirm(agent, PLANS.length, watch);
  await watch('executed: two lines booked, one refused', async () => {
    await agent.next('ES-16');
    await centre.turn('fault', { kind: 'line-refused', subject: PLANS[1] });
    await agent.click('order-execution');
    await agent.becomes('outcome', 'data-outcome', 'partial');
  });
  await watch('the reviewer sees the outcome', async () => {
    await mentor.becomes('outcome', 'data-outcome', 'partial');
  });
  await watch('told line by line, and the call ends', async () => {
    for (let line = 0; line < PLANS.length; line += 1) {
      const left = await agent.at('acknowledge-outcome').count();
      await agent.click('acknowledge-outcome');
      await agent.page.waitForFunction((was) => document.querySelectorAll('[data-testid="acknowledge-outcome"]').length < was, left);
    }
    await agent.next('ES-17');
    await agent.next('ES-18');
    await agent.click('end-call');
    await agent.gone('call-timer');
  });
}

/** FLOWS ES-13 … ES-15: eye, heart, hand; from the step before to the proof. */
export async function confirm(agent: Hands, lines: number, watch: Watch = (_name, play) => play()): Promise<void> {
  // What the customer has just agreed to, as it stood on the screen: typed again by hand as proof.
  const card = (await agent.page.locator('[data-testid^="card-"]').first().getAttribute('data-testid')) ?? '';
  const agreed = { total: '', lastFour: card.replace('card-', '') };
  await watch('eye: line by line', async () => {
    await agent.next('ES-13');
    for (let item = 0; item < lines + 2; item += 1) {
      const now = await agent.at('read-back-item').getAttribute('data-item');
      const shown = await agent.text('read-back-item');
      if (now === 'total') agreed.total = /[\d,]+\.\d{2}/.exec(shown)?.[0] ?? '';
      await agent.click('agree');
      await agent.page.waitForFunction((was) => document.querySelector('[data-testid="read-back-item"]')?.getAttribute('data-item') !== was, now);
    }
    await agent.see('read-back-done');
  });
  await watch('heart: each consequence', async () => {
    await agent.next('ES-14');
    for (let item = 0; item < 5; item += 1) {
      const open = await agent.page.locator('[data-testid^="consent-"][data-state="now"]').getAttribute('data-testid');
      await agent.click('consent-say');
      await agent.becomes(open ?? '', 'data-state', 'done');
    }
    await agent.see('consent-done');
  });
  await watch('hand: typed as proof', async () => {
    await agent.next('ES-15');
    await agent.type('proof-amount', agreed.total);
    await agent.type('proof-lines', String(lines));
    await agent.type('proof-last-four', agreed.lastFour);
    await agent.click('proof-check');
    await agent.see('proof-ok');
  });
}

/** FLOWS ES-18, ES-19: compared the next morning, looked at every day until all is settled and paid. */
export async function followUp({ agent, centre }: Cast, watch: Watch): Promise<void> {
  const morning = async (): Promise<void> => {
    const next = new Date(Date.parse(await centre.serverTime()) + DAY).toISOString();
    await centre.turn('clock', { to: next });
  };
  let days = 0;
  await watch('next morning: expected and posted agree', async () => {
    await morning();
    days += 1;
    await agent.page.locator('[data-testid^="posting-check-"]').first().waitFor();
    await agent.next('ES-19');
  });
  await watch('on the list every day', async () => {
    await agent.click('nav-cases');
    await agent.see('follow-up-list');
    for (; days < 5; days += 1) await morning();
  });
  await watch('settled and closed', async () => {
    for (; days < 60 && (await agent.at('today-follow-ups').count()) > 0; days += 1) {
      await morning();
      const today = agent.page.locator(`[data-testid="posting-check-${(await centre.serverTime()).slice(0, 10)}"]`);
      await today.or(agent.page.locator('[data-testid="follow-up-list"]:not(:has(article))')).first().waitFor();
    }
    await agent.page.getByRole('tab').nth(2).click();
    await agent.page.locator('[data-testid^="case-0"][data-closed="true"]').first().waitFor();
  });
}
