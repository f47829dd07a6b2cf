/** FLOWS §3 on two real desktops: the rule is told, a branch found, three rungs said, the lead takes over warm; nobody resets by phone. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CentreProcess } from '../harness/centre-process.ts';
import { Floor } from '../harness/desktop-app.ts';
import { pictureOnFailure } from '../harness/picture.ts';
import { answerCallOf } from './caller.ts';
import { Hands } from './hands.ts';

const centre = new CentreProcess();
let floor: Floor;
let agent: Hands;
let lead: Hands;

beforeAll(async () => {
  [floor] = await Promise.all([Floor.open(), centre.start()]);
  const [one, two] = await Promise.all([floor.desktop({ server: centre.url, as: 'agent' }), floor.desktop({ server: centre.url, as: 'lead' })]);
  agent = new Hands(one);
  lead = new Hands(two);
  await Promise.all([agent.signIn('agent'), lead.signIn('lead')]);
  await agent.click('go-available');
});
beforeEach(() => pictureOnFailure(() => ({ agent: agent.page, lead: lead.page })));
afterAll(async () => {
  await floor?.close();
  await centre.stop();
});

/** Whatever could be pressed on this screen. */
const buttons = (hands: Hands): Promise<string[]> => hands.page.locator('button, [role="button"], [role="menuitem"], a').allInnerTexts();

describe('a customer who insists on a reset by phone', () => {
  it('is asked which password, why, and one question of safety', async () => {
    await answerCallOf(agent, centre, { customerId: 'cust-story-reset', intent: 'password-reset' });
    await agent.see('plans-total');
    await agent.click('intent-password-reset');
    await agent.onStep('PW-1');
    await agent.type('input-statedRequest', '手机银行登不上去,密码忘了');
    await agent.click('option-kind-loginPassword');
    await agent.click('option-symptom-forgotten');
    await agent.click('option-goalKind-transfer');
    await agent.type('input-goal', '给孙女转学费');
    await agent.type('input-deadline', '今天下午五点前');
    await agent.next('PW-2');
    for (const [field, answer] of [['risk.disclosedCode', 'no'], ['risk.third', 'no'], ['numberInUse', 'yes']]) await agent.click(`option-${field}-${answer}`);
    await agent.next('PW-3');
    await agent.click('option-needsAccountFacts-no');
  });

  it('[FL1] hears the rule as data: the branch, and never by voice', async () => {
    await agent.next('PW-4');
    const rule = await agent.text('rule-panel');
    expect(rule).toContain('网点');
    expect(rule).toMatch(/✕/);
    await agent.click('option-settledOnLine-no');
    await agent.click('tick-ruleTold');
  });

  it('is told a branch of her district that does resets, with its hours', async () => {
    await agent.next('PW-5');
    await agent.type('input-district', '东湖');
    await agent.see('branch-donghu');
    expect(await agent.text('branch-donghu')).toContain('09:00–17:00');
    await agent.click('branch-choose-donghu');
    await agent.becomes('branch-donghu', 'data-chosen', 'true');
    await agent.click('option-smsConsent-yes');
    await agent.click('option-reaction-insists');
  });

  it('hears three rungs, each once', async () => {
    await agent.next('PW-6');
    for (const [index, rung] of ['empathy', 'goalFirst', 'ruleAndLead'].entries()) {
      await agent.click(`rung-use-${rung}`);
      await agent.becomes('rungs-panel', 'data-used', String(index + 1));
      expect(await agent.at(`rung-use-${rung}`).count()).toBe(0);
    }
    await agent.click('option-mood-upset');
    await agent.click('option-afterRungs-lead');
    await agent.click('tick-transferTold');
  });

  it('is handed over warm: the lead’s card tells it all, and is taken on her desktop', async () => {
    await agent.next('PW-7');
    await agent.click('option-leadPath-warm');
    await agent.click('option-complaintWords-no');
    await agent.click('escalate-send');
    await lead.see('escalation-tray');
    await lead.page.locator('[data-testid^="accept-escalation-"]').first().click();
    await agent.becomes('escalate-form', 'data-status', 'accepted');
    await lead.click('nav-escalations');
    await lead.see('lead-result');
    const card = await lead.text('lead-card');
    for (const told of ['给孙女转学费', '今天下午五点前', '东湖支行']) expect(card).toContain(told);
  });

  it('has no button for an exception, on either desktop', async () => {
    const all = [...(await buttons(agent)), ...(await buttons(lead))].join('\n');
    expect(all).not.toMatch(/重置密码|电话重置|破例|Reset the password|exception/i);
    const choices = await lead.page.locator('[data-testid^="lead-outcome-"]').evaluateAll((all) => all.map((one) => one.getAttribute('data-testid')));
    expect(choices.toSorted()).toEqual(['accepted-branch', 'app', 'complaint', 'left', 'visit-service'].map((one) => `lead-outcome-${one}`));
  });

  it('accepts the branch with the lead, and the agent closes the call', async () => {
    await lead.click('lead-outcome-accepted-branch');
    await lead.type('lead-words', '好吧,我下午三点过去');
    await lead.click('lead-finish');
    await agent.becomes('escalate-form', 'data-status', 'finished');
    await agent.next('PW-8');
    await agent.see('lead-done');
    await agent.next('PW-10');
    expect(await agent.at('step-PW-10').innerText()).toContain('东湖支行');
    await agent.click('option-causeTag-longUnused');
    await agent.press('Control+Enter');
    await agent.click('outcome-branch_named');
    await agent.see('case-closed');
    await agent.click('end-call');
    await agent.gone('call-timer');
  });

  it('leaves nothing in the bank’s ledger: the password is untouched', async () => {
    expect(await centre.ledger()).toEqual([]);
  });
});
